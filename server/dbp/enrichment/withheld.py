"""Files that are never sent, whoever consented: by their name, or by what they are.

A name is judged part by part, so that a folder like `.ssh` covers what lies in it; a content is
judged whatever its name says, because a renamed key is a key. Both give a short sentence for
people, or None. What a user adds in `llm.never_send` is matched elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fnmatch import translate

from dbp.enrichment.clean import for_prompt
from dbp.enrichment.secret_values import secret_value
from dbp.enrichment.secrets import has_private_key

_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".bzr", ".aws", ".azure", ".ssh", ".gnupg", ".kube", ".docker",
        ".terraform", ".vault", ".password-store", ".gcloud", ".oci", ".1password",
        "__pycache__", "node_modules",
    }
)  # fmt: skip

_NAMES = """
.env .env.* .env-* .env_* *.env .envrc .flaskenv
.netrc _netrc .npmrc .yarnrc .yarnrc.yml .pypirc .pgpass pgpass.conf .my.cnf .mylogin.cnf
.git-credentials .gitconfig .dockercfg .dockerconfigjson .htpasswd .htdigest .boto .s3cfg
.rclone.conf rclone.conf .vault-token .terraformrc terraform.rc .databrickscfg .*_history
kubeconfig kubeconfig.* *.kubeconfig kubelet.conf
id_rsa* id_dsa* id_ecdsa* id_ed25519* id_xmss* *_rsa *_dsa *_ed25519 *_ecdsa
authorized_keys known_hosts
*.pem *.key *.p8 *.p12 *.pfx *.pkcs8 *.pkcs12 *.jks *.keystore *.bks *.ppk *.der *.kdb *.kdbx
*.agilekeychain *.opvault *.1pif *.gpg *.pgp *.asc *.age *.keychain *.keychain-db *.ovpn *.rdp
*.mobileprovision *.provisionprofile *.snk *.pvk *.jceks *.keytab *.ccache krb5cc_*
credentials* *.credentials *_credentials.json *-credentials.json *credentials.y*ml
*credentials.xml *credentials.ini *credentials.toml *credentials.txt *credentials.csv
client_secret*.json client-secret*.json service-account*.json service_account*.json
serviceaccount*.json google-services.json googleservice-info.plist accesskeys.csv
*_accesskeys.csv rootkey.csv
application_default_credentials.json
secret secrets secret.* secrets.* secret-* secrets-* *.secret *.secrets *[-_.]secrets.json
*[-_.]secret*.y*ml *[-_.]secrets.toml *[-_.]secrets.ini *[-_.]secrets.xml *[-_.]secrets.txt
*[-_.]secrets.properties *.vault vault.y*ml *.vault.y*ml
*.tfstate *.tfstate.* *.tfvars *.tfvars.json *.tfplan
wallet.dat *.wallet *.wallet.json wallet.json keystore.json utc--* seed.txt mnemonic.txt
cwallet.sso ewallet.p12
*.dump *.dmp *.sql.gz *.sql.bz2 *.sql.xz *.sql.zst *.sql.zip dump*.sql *dump.sql *-dump-*.sql
*_dump_*.sql backup*.sql *backup.sql *.bak *.backup *.pgdump *.bson *.rdb *.frm *.ibd *.myd *.mdf
*.ldf *.sqlite* *.db *.db3 *.db-wal *.db-shm *.db-journal *.s3db *.sdb *.mdb *.accdb *.dbf *.realm
*.har *.pcap *.pcapng *.log *.log.* *.logs *.core core.[0-9]* *.hprof *.stackdump *.pid
package-lock.json npm-shrinkwrap.json *.lock *.lockb *.lock.json *-lock.json *-lock.y*ml go.sum
go.work.sum gradle.lockfile *.lockfile packages.lock.json project.assets.json package.resolved
cartfile.resolved
*.min.js *.min.mjs *.min.cjs *.min.css *-min.js *-min.css *.bundle.js *.chunk.js *.map
*.zip *.tar *.tar.* *.tgz *.tbz *.tbz2 *.txz *.gz *.bz2 *.xz *.zst *.lz *.lz4 *.lzma *.7z *.rar
*.cab *.iso *.img *.dmg *.jar *.war *.ear *.aar *.apk *.ipa *.whl *.egg *.gem *.nupkg *.crate
*.deb *.rpm
*.exe *.dll *.so *.so.* *.dylib *.a *.lib *.o *.obj *.class *.pyc *.pyo *.wasm *.node *.bin
*.png *.jpg *.jpeg *.gif *.bmp *.ico *.icns *.webp *.avif *.heic *.tif *.tiff *.psd *.svg *.svgz
*.eps *.mp3 *.mp4 *.m4a *.wav *.ogg *.flac *.mov *.avi *.mkv *.webm
*.ttf *.otf *.woff *.woff2 *.eot
*.pdf *.doc *.docx *.xls *.xlsx *.ppt *.pptx *.odt *.ods *.odp *.parquet *.feather *.npy *.npz
*.pkl *.pickle *.h5 *.hdf5 *.pt *.pth *.onnx *.safetensors *.joblib *.eml *.mbox *.pst *.vcf
"""
"""Names never sent, in lower case, as `fnmatch` has them."""

_PATTERNS = tuple(_NAMES.split())
_EXACT = frozenset(name for name in _PATTERNS if not set(name) & set("*?["))
_ENDINGS = {name[1:]: name for name in _PATTERNS if re.fullmatch(r"\*[^*?\[]+", name)}
_ENDINGS_SET = tuple(_ENDINGS)
_WILD = re.compile(
    "|".join(
        f"(?P<n{number}>{translate(name)})"
        for number, name in enumerate(_PATTERNS)
        if name not in _EXACT and name[1:] not in _ENDINGS
    )
)


def by_name(path: str) -> str | None:
    """Say which entry of the built-in list names a key (parts joined by `/`), or None.

    Letters are compared as a careless file system would: whatever their case or width, without
    invisible ones and without dots and spaces at the end.
    """
    # Parted before it is cleaned: an escape sequence must not swallow the slash behind it.
    for raw in unicodedata.normalize("NFKC", path).replace("\\", "/").split("/"):
        part = unicodedata.normalize("NFKC", for_prompt(raw)).casefold()
        bare = unicodedata.normalize("NFKC", for_prompt(raw.replace("\x1b", ""))).casefold()
        # NTFS: what stands behind a colon is the same file; dots and spaces at the end are nothing.
        for name in {part, part.partition(":")[0], bare}:
            entry = _entry(name.rstrip(". \t\n").strip())
            if entry is not None:
                return f"it is on the list of files never sent ({entry})"
    return None


def _entry(part: str) -> str | None:
    if part in _FOLDERS or part in _EXACT:
        return part
    if part.endswith(_ENDINGS_SET):
        return next(entry for ending, entry in _ENDINGS.items() if part.endswith(ending))
    found = _WILD.match(part)
    return _PATTERNS[int(found.lastgroup[1:])] if found and found.lastgroup else None


# ── by what it is ──────────────────────────────────────────────────────────────────────────────

_MAGIC = (
    (b"SQLite format 3\x00", "it is a SQLite database"),
    (b"PK\x03\x04", "it is an archive"),
    (b"PK\x05\x06", "it is an archive"),
    (b"\x1f\x8b", "it is an archive"),
    (b"BZh", "it is an archive"),
    (b"\xfd7zXZ\x00", "it is an archive"),
    (b"7z\xbc\xaf\x27\x1c", "it is an archive"),
    (b"Rar!\x1a\x07", "it is an archive"),
    (b"\x28\xb5\x2f\xfd", "it is an archive"),
    (b"!<arch>\n", "it is an archive"),
    (b"\x89PNG", "it is an image"),
    (b"\xff\xd8\xff", "it is an image"),
    (b"GIF8", "it is an image"),
    (b"\x7fELF", "it is a program"),
    (b"%PDF-", "it is a PDF"),
    (b"\xfe\xed\xfe\xed", "it is a key store"),
    (b"\xce\xce\xce\xce", "it is a key store"),
    (b"\x03\xd9\xa2\x9a", "it is a password database"),
    (b"PGDMP", "it is a database dump"),
    (b"REDIS0", "it is a database dump"),
    (b"$ANSIBLE_VAULT;", "it is an encrypted vault"),
    (b"age-encryption.org/", "it is an encrypted file"),
    (b"Salted__", "it is an encrypted file"),
)
_TAR_AT, _TAR = 257, b"ustar"
_BOMS = (b"\xff\xfe", b"\xfe\xff")
"""UTF-16 has a zero byte in every other letter and is text all the same."""

_TOP_LINES, _TOP_CHARS = 15, 2000
_GENERATED = re.compile(
    r"^[ \t]*(?:#|//|/?\*+|--|;+|<!--|%)[^\n]{0,120}(?<![\w`'\"])@generated\b(?![`'\"])"
    r"|\bcode generated\b.{0,100}\bdo not edit\b"
    r"|<auto-?generated\b"
    r"|^[ \t]*(?:#|//|/?\*+|--|;+|<!--|%|\"{3}|'{3})[ \t*#/;%\-]{0,80}"
    r"(?:this (?:file|code|module|class) (?:is|was|has been) )?"
    r"(?:auto-?generated|automatically generated|generated automatically)\b"
    r"|\b(?:this|the) (?:file|code|module|source|header|script)\b.{0,60}\b(?:is|was|been) "
    r"(?:automatically |machine |auto-?)generated\b"
    r"|^\W{0,8}generated by .{0,80}\bdo not (?:edit|modify|change)\b"
    r"|^\W{0,8}generated by the protocol buffer compiler",
    re.IGNORECASE | re.MULTILINE,
)
_LOCKS = re.compile(
    r"\{\s{0,9}\"(?:name|lockfileVersion|version|_meta)\"[^\n]*\n(?:[^\n]*\n){0,5}?\s{0,9}"
    r"\"(?:lockfileVersion|hash)\"|\{\s{0,9}\"_readme\": \[|lockfileVersion:|__metadata:\s"
    r"|(?:version = \d+\n(?:[^\n]*\n){0,12}?)?\[\[package\]\]\nname = [^\n]*\n|GEM\n {2}remote:"
)
_GO_SUM = re.compile(r"(?:^\S+ v\S+ h1:[A-Za-z0-9+/]{43}=\n?){3}", re.MULTILINE)
_DUMP = re.compile(
    r"^(?:-- (?:MySQL|MariaDB|phpMyAdmin SQL|PostgreSQL database(?: cluster)?) dump\b"
    r"|-- Dump(?:ed (?:from|by) | completed)|/\*!40\d{3} SET "
    r"|PRAGMA foreign_keys=OFF;\s{0,10}BEGIN TRANSACTION;|COPY [^\n]{1,200} FROM stdin;)",
    re.MULTILINE | re.IGNORECASE,
)
_INSERT = re.compile(r"^INSERT INTO ", re.MULTILINE | re.IGNORECASE)
_SETTING = re.compile(r"^(?:export +)?([A-Za-z_]\w*)=(.*)$")
_TELLING = re.compile(
    r"PASS|PWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|_KEY$|DSN|_URL$|_URI$",
    re.IGNORECASE,
)
_HAR = re.compile(r"\A\s*+\{\s*\"log\"\s*:\s*\{\s*\"(?:version|creator|pages|entries)\"")
_STATE = re.compile(r"\A\s*+\{(?:[^{}\[\]]{0,600})\"terraform_version\"\s*:")
_KUBE = re.compile(r"^[ \t\-]{0,40}client-key-data: ?\S", re.MULTILINE)

_LONG_LINE = 5_000
_LONG_SHARE = 0.5
_MEAN_LINE = 500


def by_content(data: bytes, text: str) -> str | None:
    """Say why a content is never sent whatever its name is, or None.

    `data` are the file's bytes and `text` what they say: binary, databases, archives, keys, dumps,
    lock files, lists of settings with secrets, generated and minified code are withheld.
    """
    for magic, why in _MAGIC:
        if data.startswith(magic):
            return why
    if data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "it is an archive"
    if (b"\x00" in data and not data.startswith(_BOMS)) or _strange(data, text):
        return "it is binary"
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    return next((why for is_one, why in _KINDS if is_one(text)), None)


def _strange(data: bytes, text: str) -> bool:
    """Tell bytes that are no text in any encoding: control letters and undecodable ones."""
    strange = text.count("\ufffd") + sum(text.count(chr(code)) for code in range(1, 9))
    return bool(data) and strange > 0.1 * max(len(text), 1)


def _generated(text: str) -> bool:
    top = "\n".join(text[:_TOP_CHARS].split("\n")[:_TOP_LINES])
    return _GENERATED.search(top) is not None


def _lock(text: str) -> bool:
    """Tell a lock file by its first lines behind the comments."""
    top = text[:_TOP_CHARS].lstrip()
    if re.search(r"^# yarn lockfile v\d", top, re.MULTILINE):
        return True
    while top.startswith("#"):
        top = top.partition("\n")[2].lstrip()
    return _LOCKS.match(top) is not None


def _inserts(text: str) -> bool:
    inserts = len(_INSERT.findall(text))
    return inserts >= 20 and inserts >= 0.5 * (text.count("\n") + 1)  # noqa: PLR2004


def _settings(text: str) -> bool:
    """Tell a `.env` under another name: nothing but settings, and a secret among them."""
    lines = [line.strip() for line in text[:100_000].split("\n")]
    lines = [line for line in lines if line and not line.startswith(("#", ";"))]
    found = [setting for setting in map(_SETTING.match, lines) if setting]
    if len(found) < 3 or len(found) < 0.9 * len(lines):  # noqa: PLR2004 - two lines are no list
        return False
    return any(_TELLING.search(name[1]) and secret_value(name[2].strip("\"' ")) for name in found)


def _minified(text: str) -> bool:
    """Tell code without lines: half of it stands in very long ones, or all lines are long."""
    if len(text) < _LONG_LINE:
        return False
    lines = text.split("\n")
    long_ones = sum(len(line) for line in lines if len(line) >= _LONG_LINE)
    return long_ones >= _LONG_SHARE * len(text) or len(text) / len(lines) >= _MEAN_LINE


_KINDS: tuple[tuple[Callable[[str], object], str], ...] = (
    (has_private_key, "it holds a private key"),
    (_KUBE.search, "it looks like a file of credentials"),
    (_STATE.search, "it looks like the state of an infrastructure"),
    (_settings, "it looks like a file of credentials"),
    (_DUMP.search, "it looks like a database dump"),
    (_inserts, "it looks like a database dump"),
    (_lock, "it looks like a lock file"),
    (_GO_SUM.search, "it looks like a lock file"),
    (_HAR.search, "it is a record of network traffic"),
    (_generated, "it is generated"),
    (_minified, "it is minified"),
)
"""What a text can be that is never sent, worst first."""
