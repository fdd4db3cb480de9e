"""The forms secrets are given in: tokens of known makers, keys in armour, passwords in addresses.

A rule is tried only where one of its literals stands, so that clean text costs one substring search
a literal. Every pattern is bounded: no input makes one slow. The literals are prefixes, never keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A form of secret that begins with one of `literals`.

    `pattern` is matched where a literal stands; its group `secret`, or all of it, is the secret.
    With `judged` that part must look random too: the form alone could be a name.
    """

    name: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    judged: bool = False


def _rule(name: str, literals: str, rest: str, *, judged: bool = False) -> Rule:
    starts = tuple(literals.split())
    choice = "|".join(map(re.escape, starts))
    return Rule(name, starts, re.compile(f"(?:{choice}){rest}"), judged)


_HEX = "[0-9a-fA-F]"
_ANY = r"[A-Za-z0-9_\-]"
_B62 = "[A-Za-z0-9]"

TOKENS = (
    _rule(
        "aws-access-key-id",
        "AKIA ASIA ABIA ACCA",
        r"(?!\w{0,12}EXAMPLE)[A-Z0-9]{16}(?![A-Za-z0-9])",
    ),
    _rule("amazon-bedrock", "ABSK", r"[A-Za-z0-9+/]{40,400}={0,2}"),
    _rule("amazon-bedrock", "bedrock-api-key-", r"[A-Za-z0-9+/=_\-]{20,4000}"),
    _rule("amazon-mws", "amzn.mws.", rf"{_HEX}{{8}}-[0-9a-f\-]{{27}}"),
    _rule("github", "ghp_ gho_ ghu_ ghs_ ghr_", rf"{_B62}[A-Za-z0-9_.\-]{{29,400}}", judged=True),
    _rule("github", "github_pat_", r"[A-Za-z0-9_]{22,255}"),
    _rule(
        "gitlab",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glagent- gloas- glimt- glffct- glwt- "
        "GR1348941",
        r"[A-Za-z0-9_\-.]{18,300}",
    ),
    _rule("slack", "xoxa- xoxb- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xoxc- xoxd- xapp-",
          r"[A-Za-z0-9_.%\-]{10,300}"),
    _rule("slack-webhook", "hooks.slack.com/", r"(?P<secret>\w{5,12}/[\w/\-]{20,200})"),
    _rule("stripe", "sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_ sk_prod_ whsec_",
          r"[A-Za-z0-9+/=]{12,300}"),
    _rule("google-api-key", "AIza", rf"{_ANY}{{30,45}}"),
    _rule("google-oauth", "ya29. GOCSPX- 1//0", r"[A-Za-z0-9_.\-]{20,500}"),
    _rule("firebase", "AAAA", rf"{_ANY}{{7}}:{_ANY}{{100,200}}"),
    _rule("npm", "npm_", rf"{_B62}{{30,50}}"),
    _rule("pypi", "pypi-", rf"{_ANY}{{32,500}}", judged=True),
    _rule("rubygems", "rubygems_", rf"{_HEX}{{32,64}}"),
    _rule("sendgrid", "SG.", rf"{_ANY}{{16,40}}\.{_ANY}{{16,80}}"),
    _rule("mailgun", "key- pubkey-", rf"{_HEX}{{32}}(?![A-Za-z0-9])"),
    _rule("anthropic", "sk-ant-", rf"{_ANY}{{16,300}}"),
    _rule("openai", "sk-", rf"{_ANY}{{20,300}}", judged=True),
    _rule("openai", "sess-", rf"{_B62}{{40}}"),
    _rule("huggingface", "hf_ api_org_", rf"{_B62}{{30,60}}", judged=True),
    _rule("digitalocean", "dop_v1_ doo_v1_ dor_v1_", rf"{_HEX}{{40,80}}"),
    _rule("shopify", "shpat_ shpca_ shppa_ shpss_ shptka_", rf"{_HEX}{{32,64}}"),
    _rule("square", "sq0atp- sq0csp- sq0idp- EAAAE", rf"{_ANY}{{20,100}}", judged=True),
    _rule("databricks", "dapi", rf"{_HEX}{{32}}(?:-\d)?(?![A-Za-z0-9])"),
    _rule("vault", "hvs. hvb. hvr.", rf"{_ANY}{{20,300}}"),
    _rule("terraform", "atlasv1.", r"[\w\-=]{50,100}"),
    _rule("grafana", "glsa_ glc_ eyJrIjoi", r"[A-Za-z0-9_+/=]{24,500}"),
    _rule("linear", "lin_api_ lin_oauth_", rf"{_B62}{{32,80}}"),
    _rule("notion", "ntn_ secret_", rf"{_B62}{{36,60}}", judged=True),
    _rule("docker", "dckr_pat_ dckr_oat_", rf"{_ANY}{{20,80}}"),
    _rule("new-relic", "NRAK- NRJS- NRII- NRRA-", rf"{_ANY}{{18,60}}"),
    _rule("doppler", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"[\w.\-]{32,80}"),
    _rule("planetscale", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.\-=]{24,100}"),
    _rule("postman", "PMAK-", rf"{_HEX}{{20,30}}-{_HEX}{{30,40}}"),
    _rule("sentry", "sntrys_ sntryu_", r"[A-Za-z0-9_+/=\-]{32,500}"),
    _rule("atlassian", "ATATT3 ATCTT3 ATBB", r"[A-Za-z0-9_=\-]{24,300}", judged=True),
    _rule("figma", "figd_ figo_ figu_", rf"{_ANY}{{24,80}}"),
    _rule("groq", "gsk_", rf"{_B62}{{32,80}}"),
    _rule("xai", "xai-", rf"{_B62}{{40,120}}"),
    _rule("replicate", "r8_", rf"{_B62}{{32,60}}"),
    _rule("perplexity", "pplx-", rf"{_B62}{{32,80}}"),
    _rule("nvidia", "nvapi-", rf"{_ANY}{{40,100}}"),
    _rule("supabase", "sbp_ sb_secret_", rf"{_ANY}{{20,80}}", judged=True),
    _rule("fly", "fo1_ fm1r_ fm1a_ fm2_", r"[A-Za-z0-9_+/=\-]{32,1000}"),
    _rule("netlify", "nfp_ nfc_ nfo_", rf"{_B62}{{32,60}}"),
    _rule("buildkite", "bkua_ bkat_", rf"{_HEX}{{32,64}}"),
    _rule("alibaba", "LTAI", rf"{_B62}{{16,26}}", judged=True),
    _rule("facebook", "EAAC EAAG EAAJ EAAB EAAD EAAF EAAM", rf"{_B62}{{40,300}}", judged=True),
    _rule("age", "AGE-SECRET-KEY-1", r"[A-Z0-9]{50,70}"),
    _rule("okta", "SSWS ", rf"(?P<secret>{_ANY}{{30,60}})"),
    _rule("clojars", "CLOJARS_", rf"{_B62}{{50,70}}"),
    _rule("typeform", "tfp_", r"[\w.\-=]{40,80}"),
    _rule("pulumi", "pul-", rf"{_HEX}{{40}}"),
    _rule("discord-webhook", "/api/webhooks/", r"(?P<secret>\d{15,22}/[\w\-]{40,100})"),
    _rule("azure-storage", "AccountKey= SharedAccessKey= SharedAccessSignature=",
          r"(?P<secret>[A-Za-z0-9+/=%&_.\-]{20,400})", judged=True),
    _rule("azure-signature", "sig=", r"(?P<secret>[A-Za-z0-9%+/=]{30,120})", judged=True),
    _rule("jwt", "eyJ eyI",
          r"[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,8000}(?:\.[A-Za-z0-9_\-]{2,8000}){0,3}"),
    _rule("password-hash", "$2a$ $2b$ $2x$ $2y$", r"\d\d\$[./A-Za-z0-9]{53}"),
    _rule("password-hash", "$1$ $5$ $6$ $y$ $apr1$ $argon2i$ $argon2id$ $argon2d$ $scrypt$ $7$",
          r"(?=[^\s\"']{0,60}[./A-Za-z0-9+]{22})[^\s\"'`<>]{22,300}"),
    _rule("password-hash", "{SSHA} {SSHA256} {SSHA512} {SMD5}", r"[A-Za-z0-9+/=]{24,200}"),
    _rule("base64-key", "LS0tLS1CRUdJTi", r"[A-Za-z0-9+/=]{20,20000}"),
)  # fmt: skip

# Tokens whose telling part stands in their middle.
INNER = (
    Rule("azure-client", ("8Q~", "7Q~"), re.compile(r"[\w~.\-]{3}[78]Q~[\w~.\-]{31,40}")),
    Rule("mailchimp", ("-us",), re.compile(r"[0-9a-f]{32}-us\d{1,2}(?!\w)")),
    Rule("telegram", (":AA",), re.compile(r"\d{8,10}:AA[\w\-]{30,40}")),
    Rule("terraform", (".atlasv1.",), re.compile(r"\w{10,20}\.atlasv1\.[\w\-=]{50,100}")),
    Rule("discord", (".",), re.compile(r"[MNO][\w\-]{22,27}\.[\w\-]{6,7}\.[\w\-]{27,45}")),
)

PROBES: dict[str, list[tuple[str, Rule]]] = {}
"""The literals by their first three letters: many share them, and most texts have none."""

for _one in TOKENS:
    for _literal in _one.literals:
        PROBES.setdefault(_literal[:3], []).append((_literal, _one))

# ── keys in armour ─────────────────────────────────────────────────────────────────────────────

ARMOUR = re.compile(r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
ARMOUR_END = re.compile(r"-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
PUTTY = re.compile(r"Private-Lines: ?\d{1,4}")
ARMOUR_BODY = re.compile(r"[A-Za-z0-9+/]{32}")
"""What tells a key from a text about keys: a line of base64 behind the first line."""

ARMOUR_REACH = 1000
"""How far behind the first line the body begins at the latest: mail-like headers stand between."""

PUBLIC_BLOCK = re.compile(
    r"-----BEGIN (?:(?:[A-Z0-9]{1,12} ){0,3}PUBLIC KEY(?: BLOCK)?|(?:X509 |TRUSTED )?CERTIFICATE"
    r"(?: REQUEST)?|PGP SIGNATURE|SSH SIGNATURE|X509 CRL|DH PARAMETERS)-----"
    r"[^\-]{0,20000}(?:-(?!----)[^\-]{0,20000}){0,40}-----END"
)

# ── addresses and headers ──────────────────────────────────────────────────────────────────────

# Behind `://`: a password without a slash; else one with any sign, if a host follows it.
URL_PASSWORDS = (
    re.compile(
        r"[^\s:/@'\"<>`\\]{0,100}+:(?P<secret>[^\s/'\"<>`\\]{1,200})@(?=[\w\[\]${%<.\-])",
    ),
    re.compile(
        r"[^\s:/@'\"<>`\\]{0,100}+:"
        r"(?P<secret>(?!\d{1,5}/)[^\s'\"<>`\\]{1,200})@(?=[\w\-]{1,60}[.:/])"
    ),
)
URL_USER = re.compile(r"(?P<secret>[A-Za-z0-9_\-]{20,200}+)@[\w.\-]{1,100}")
"""A token instead of a user, as Sentry and git hosts have it."""

AUTHORIZATION = re.compile(
    r"uthorization[\"'`\]]{0,3}\s{0,4}(?:[:=,]|=>|\s)\s{0,4}[\"'`\\]{0,3}\s?"
    r"(?:[A-Za-z0-9\-]{3,20}[ :]\s{0,2})?(?P<secret>[A-Za-z0-9_.~+/=\-]{8,4000}+)(?![({\[])"
)
LOGIN = re.compile(
    r"(?:[aA]uth(?!or[^i])|login|redentials?)\w{0,20}\s?[=:]?\s?\w{0,30}[(\[]\s{0,40}"
    r"[\"'][^\"'\n]{0,80}[\"'],\s{0,40}[\"'](?P<secret>[^\"'\n]{4,200})[\"']"
)
SCHEMES = re.compile(r"(?:earer|asic|BEARER|BASIC) (?P<secret>[A-Za-z0-9_.~+/=\-]{12,4000}+)")

COMMANDS = (
    re.compile(
        r"\b(?:curl|wget|https?|xh)\b[^\n|;]{0,200}?\s(?:-u|--user|-U|--proxy-user|-a|--auth)[ =]?"
        r"[\"']?[^\s:\"']{1,80}:(?P<secret>[^\s\"']{1,200})"
    ),
    re.compile(
        r"\b(?:mysql(?:dump|admin)?|mariadb|sshpass|docker login|podman login|redis-cli|sqlcmd"
        r"|ldap\w{3,8}|mongo|mongosh|mongodump|smbclient|7z|zip|unzip|osql|bcp|xfreerdp)\b"
        r"[^\n|;]{0,200}?\s[-/](?:p|P|a|w)[ :]?[\"']?(?P<secret>[^\s\"']{4,200})"
    ),
)
"""A password behind one letter, as some commands take it; tried in lines that name one of them."""

_WORDS = "curl wget http https xh mysql mysqldump mysqladmin mariadb sshpass redis-cli sqlcmd mongo"
_MORE_WORDS = "ldapsearch ldapadd ldapmodify mongosh mongodump smbclient 7z zip unzip osql bcp"
COMMAND_WORDS = (*(f"{word} " for word in (_WORDS + " " + _MORE_WORDS).split()), " login ")
