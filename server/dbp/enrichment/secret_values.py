"""Is this value a secret? Judged by its letters alone: random ones, words, placeholders.

Nothing here knows a vendor or a language. Words are told from random letters by how common their
letter pairs are in prose and identifiers, so `swordfish` and `get_user_token` are words and
`xkqvbzjw` is none. Every function is linear in the length of its input.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from itertools import pairwise

# How much more common than by chance a letter (column, a to z) follows another (row): 5 is chance,
# each step a factor of two. Counted over words and identifiers of large public code bases.
_PAIRS = (
    "15650350503756050767442341 73437110650731620553710040 70417106506621730537510020 "
    "62258220740432620552533220 52674531300557243776143530 61326610800522720645600040 "
    "51218356700546640664600020 70138000700322710536401030 44655450002658640566040304 "
    "81228111502121721062700000 55239331701435331374524022 62258300701711620255522060 "
    "75228000600352670052511020 60666471503414620167430030 34553330413568450756645100 "
    "70247113501721760756510040 32232100100511120341900000 62448340603355620566432050 "
    "51518225603333551267603040 60428207700421630655503050 55546440500667260777000300 "
    "72219120700230510121110200 70126007701325710652004000 61737302700241270238130430 "
    "43425240600556680576214012 71109102700212610122200055"
)
_PAIR = {
    first + second: int(_PAIRS[27 * row + column])
    for row, first in enumerate("abcdefghijklmnopqrstuvwxyz")
    for column, second in enumerate("abcdefghijklmnopqrstuvwxyz")
}
_WORDLIKE = 4.7
"""Mean of `_PAIR` above which letters are a word: 99 % of words of six, 5 % of random letters."""

WORDY = 0.45
"""`wordiness` from which a token is a name: identifiers have twice of it, random tokens a third."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_WORD = 3
"""Letters a word has at least: two say nothing."""

_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[A-Za-z]")
_SEPARATED = re.compile(r"[^A-Za-z0-9]+")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

# Words that stand for a value, or name what a value is: digits behind them only count.
_STAND_IN_WORDS = (
    "a abc access account admin aes algorithm alice api app arg asdf attr auth aws bar base basic "
    "baz bearer bob cert change changed changeme client code config confirm confirmation cookie "
    "credential credentials csrf css data db default demo des dev digest django dsa dummy ec ecdsa "
    "ed email enc encoding enter env error es example fake false field file foo form gcm google "
    "hash header hello hex here hidden hmac hs html http https id input insert iso js json jwt key "
    "kms label latin len length level line login main mail me md my name new none not null oauth "
    "obj old one param pass passphrase passwd password path pbkdf pem php pin pk placeholder plain "
    "pkcs png ps public pw pwd py redacted ref replace required rfc root rot rs rsa salt sample "
    "scram secret secrets service session sha some spam sql ssl string submit svg test tester "
    "testing text the this tls to todo tok token tokens true txt type tmp undefined unset uri url "
    "user username utf val valid value var version weak web with wrong www x xml xxx yaml your"
)
_STAND_INS = frozenset(_STAND_IN_WORDS.split())
_COUNTED = re.compile(r"\d{1,3}|1234|0000|1111|2048|3072|4096|25519|8859")

_SHORTEST = 4
"""What is shorter is no secret, or none that redacting it would keep."""

_FILLED_IN = re.compile(
    r"\$\{\{?[^{}]{0,200}\}{1,2}|\$\([^()]{0,200}\)|\{\{[^{}]{0,200}\}\}|#\{[^{}]{0,200}\}"
    r"|\{[\w.!:\[\]()'\" ]{0,100}\}|%\(\w{1,60}\)[sdr]|^\$[A-Za-z_]{1,60}\d{0,2}\Z"
    r"|^%[A-Za-z_]{0,60}%?\Z"
    r"|%[A-Z_]{2,40}%|%[sdrv](?![\w])|^<[^<>]{0,200}>\Z|\[[\w:. \-]{1,80}\]|^@[A-Za-z_]{1,60}@?\Z"
    r"|^__\w{1,60}__\Z"
    r"|^\w{0,10}?([*xX.#?•])\1{2,}\w{0,4}\Z"
)
_POINTS_AWAY = re.compile(
    r"(?:https?|s?ftp|file|ssh|git|redis|postgres\w*|mysql|amqps?|mongodb\w*|jdbc:\w+|sqlite\w*)://"
    r"|arn:aws|projects/|vault:|\.{0,2}/[\w.\-/]*\Z|~/|env[:.]|secretsmanager|ssm:|keyring:|op://"
    r"|[A-Za-z]:\\|[\w./\-]+\.(?:py|js|ts|html?|txt|pem|key|json|ya?ml|md|crt|cer|toml|ini|conf)\Z"
)


# A mail address of words, an escaped byte or two, a colour.
_ORDINARY = re.compile(
    r"[a-z._\-]+@[a-z\-]+(?:\.[a-z\-]+){1,3}|(?:\\x[0-9a-f]{2}){1,2}|#[0-9A-Fa-f]{3,8}"
)


def pieces(value: str) -> list[str]:
    """Split at separators, camel humps and between letters and digits."""
    return _PARTS.findall(value)


def wordlike(letters: str) -> bool:
    """Tell a word (or a few letters, which tell nothing) from random letters."""
    if len(letters) <= 3 or not letters.isascii():  # noqa: PLR2004 - two pairs prove nothing
        return True
    return _common_pairs(letters) >= _WORDLIKE


def _common_pairs(letters: str) -> float:
    low = letters.lower()
    total = sum(_PAIR.get(low[at : at + 2], 5) for at in range(len(low) - 1))
    return total / (len(low) - 1)


def wordiness(value: str) -> float:
    """The share of letters and digits that stand in words of three letters and more."""
    parts = pieces(value)
    count = sum(map(len, parts))
    words = sum(
        len(part)
        for part in parts
        if len(part) >= _WORD and not part.isdigit() and _common_pairs(part) >= _WORDLIKE
    )
    return words / count if count else 1.0


def entropy(value: str) -> float:
    """Shannon's entropy in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def stepwise(value: str) -> bool:
    """Tell a run like `abcdef`, `1234` or `0000`: most letters are the next one or the same."""
    codes = value.lower().encode("utf-32-le")[::4]
    steps = sum(0 <= after - before <= 1 for before, after in pairwise(codes))
    share = 0.45 if len(value) >= 16 else 0.7  # noqa: PLR2004 - few letters step by chance
    return steps >= share * max(len(value) - 1, 1)


def random_hex(value: str) -> bool:
    """Tell random hexadecimal digits, half a byte a letter; 12 and more of them."""
    digits = sum(letter.isdigit() for letter in value)
    return (
        len(value) >= 12  # noqa: PLR2004
        and 0 < digits < len(value)
        and entropy(value) >= min(3.0, math.log2(len(value)) - 1.4)
        and not stepwise(value)
    )


def random_number(value: str) -> bool:
    """Tell a hexadecimal key of 128 bits and more; 160 bits are the name of a git object."""
    return len(value) >= 32 and len(value) != 40 and random_hex(value)  # noqa: PLR2004


def random_token(value: str, shortest: int = 20) -> bool:
    """Tell a random token of at least `shortest` characters of the base64 alphabets."""
    core = _UUID.sub("", value).strip("=-_/+.")
    parts = [core]
    if "=" in core or ("/" in core and _is_path(core)):
        # An equals sign ends base64: in the middle it stands between a name and a value.
        parts = re.split("[/=]", core) if _is_path(core) else core.split("=")
    return any(_random_part(part, shortest) for part in parts if len(part) >= shortest)


def _random_part(core: str, shortest: int) -> bool:
    longest = max(_SEPARATED.split(core), key=len)
    if _all_hex(longest) and len(longest) + 8 >= len(core):
        return random_number(longest)
    if longest.isdigit() or len(longest) < min(8, shortest / 2) or not _spread(core, longest):
        return False
    if wordiness(core) >= WORDY or stepwise(core):
        return False
    return entropy(core) >= min(3.2, math.log2(len(core)) - 1)


def _spread(core: str, longest: str) -> bool:
    """Tell whether letters, digits and cases are mixed as in random tokens and not in names."""
    digits = len(_DIGIT.findall(core))
    one_case = core.islower() or core.isupper()
    if not digits:
        return not one_case and len(pieces(longest)) >= 0.25 * len(longest)
    if digits == 1 and one_case and "_" in core:
        return False
    return len(_LETTER.findall(longest)) >= 0.25 * len(longest)


def _is_path(value: str) -> bool:
    """Tell a path by a part that is a word: base64 has slashes, but no words between them."""
    return any(
        len(part) >= _WORD
        and part.isalpha()
        and part.islower()
        and _common_pairs(part) >= _WORDLIKE
        for part in value.split("/")
    )


def decoded(token: str) -> str | None:
    """Give what a base64 token says, if that is printable ASCII; None for anything else."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    if not 12 <= len(body) <= 4096 or len(body) % 4 == 1:  # noqa: PLR2004
        return None
    try:
        said = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return said if all(" " <= letter <= "~" or letter in "\r\n\t" for letter in said) else None


# ── values with a telling name ─────────────────────────────────────────────────────────────────


def secret_value(value: str, *, weak: bool = False) -> bool:
    """Judge a literal whose name says that it is a secret.

    Words, stand-ins (`changeme`, `password1`), references and what is filled in later are none.
    With `weak` the name only hints, and the value itself must look random.
    """
    rest = _FILLED_IN.sub(" ", value.strip()).strip(" \t\"'`")
    if len(rest) < _SHORTEST:
        return False
    if _POINTS_AWAY.match(rest) and not weak:
        return random_token(rest, 16)
    words = rest.split()
    if weak:
        return any(random_token(word, 16) or _named_hex(word) for word in words)
    if len(words) > 3:  # noqa: PLR2004 - a sentence
        return any(random_token(word, 16) for word in words)
    return any(_secret_word(word, alone=len(words) == 1) for word in words)


def _named_hex(word: str) -> bool:
    body = word.removeprefix("0x")
    return len(body) >= 16 and _all_hex(body) and random_hex(body)  # noqa: PLR2004


def _all_hex(word: str) -> bool:
    return not word.strip("0123456789abcdefABCDEF")


def _secret_word(word: str, *, alone: bool) -> bool:
    if len(word) < _SHORTEST or stepwise(word) or _ORDINARY.fullmatch(word):
        return False
    if not word.isascii() and word.isalpha():
        return False  # a word of another language, as far as anybody can tell
    parts = pieces(word)
    letters = [part for part in parts if not part.isdigit()]
    digits = [part for part in parts if part.isdigit()]
    if not letters:
        # Six digits and more are a PIN or a password; with points or dashes a date or a version.
        return alone and word.isdigit() and len(word) >= 6  # noqa: PLR2004
    if digits:
        return not (_counted(letters, digits) or _numbered(word))
    chunks = [chunk for chunk in _SEPARATED.split(word) if chunk]
    odd = sum(len(chunk) for chunk in chunks if not _readable(chunk))
    if odd >= 0.5 * sum(map(len, chunks)) and odd > 4:  # noqa: PLR2004 - an acronym has four
        return True
    return alone and _spiced(word, letters)


def _readable(letters: str) -> bool:
    """Tell letters that are a word, an acronym or several in camel case."""
    if letters.lower() in _STAND_INS or letters.islower() or letters.isupper():
        return letters.lower() in _STAND_INS or wordlike(letters)
    parts = pieces(letters)
    known = sum(len(part) for part in parts if part.lower() in _STAND_INS)
    return known >= 0.5 * len(letters) or wordiness(letters) >= 0.5  # noqa: PLR2004


def _counted(letters: list[str], digits: list[str]) -> bool:
    """Stand-ins with a small number, like `password1`, `api_v2` or `HMAC-SHA256`."""
    return (
        len(digits) <= 3  # noqa: PLR2004 - more is no count
        and sum(len(part) == 1 for part in letters) <= 1
        and all(part.lower() in _STAND_INS or len(part) == 1 for part in letters)
        and all(_COUNTED.fullmatch(part) for part in digits)
    )


_NUMBERED = re.compile(r"[A-Za-z]{3,}(?:_[A-Za-z]{2,}){1,8}_?\d{1,2}")


def _numbered(word: str) -> bool:
    """Names of several words with a small number behind, like `last_login_0`."""
    return bool(_NUMBERED.fullmatch(word)) and all(map(_readable, re.findall("[A-Za-z]+", word)))


def _spiced(word: str, letters: list[str]) -> bool:
    """A word made a password by signs no code has there, like `Sunshine!` or `blue@sky`."""
    inner = word.strip("()[]{}<>\"'`:;,.?=&|/\\-_#*$^+~")
    return bool(re.search(r"[!@%$^&*#](?=[\w!@#$%^&*]|\Z)", inner)) and not all(
        part.lower() in _STAND_INS for part in letters
    )
