"""Values with a telling name: `password = "…"` in the many ways languages and formats write it.

`assignments` finds a name that speaks of a secret, the separator behind it and the literal that
follows, and lets `secret_values` judge that literal. Expressions, references and types are none.
All patterns are bounded; the work is linear in the number of telling names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dbp.enrichment.secret_values import random_token, secret_value

TELLING = re.compile(
    r"pass(?:w(?:or)?[dt]|phrase|code|(?![a-z]))|pwd|secret|token|credential|key|identified by"
    r"|requirepass|kennwort|contrase|pw(?![a-z])"
)
"""Searched in the lower-cased text."""

_KEY_WORDS = (
    "access account admin aes api app application auth aws azure cipher client consumer crypto "
    "deploy des encrypt encryption fernet gcm gcp hmac jwt license licence master private root rsa "
    "secret secure security server service session shared sign signing ssh storage stripe "
    "subscription webhook"
)
_SUFFIX_WORDS = (
    "2 aes b64 base base64 bytes dev development default encoded env hash hex hs256 key local live "
    "main new old plain plaintext prod production raw s salt secret staging str string test text "
    "token v1 v2 val value word fallback fallbacks"
)
_HINT_WORDS = (
    "allow bos change count empty end eos forgot has hide invalid is max min missing n next no num "
    "pad prev public require required reset show special start total type unk use wrong"
)
_KEYS = tuple(_KEY_WORDS.split())
_SUFFIXES = frozenset(_SUFFIX_WORDS.split())
_HINTS_ONLY = frozenset(_HINT_WORDS.split())
_HUMPS = re.compile(r"[a-z0-9]+|[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")

_BEHIND = re.compile(
    r"""(?P<more>[\w.\-]{0,40}+)(?P<quote>\\{0,3}["'`]?)(?:\(\)|[\])]{0,2})
    (?:
      (?P<pair>(?:\s{0,60}+,?\s{0,60}+["']?|[ ]{0,4}/>\s{0,40}<|</key>\s{0,40}<)
        (?:default_?)?(?:value|Value|string|content)["']?\s{0,4}[=:>]\s{0,4})
    | [ \t]{0,20}+(?:FOR\ [^\n=]{1,80}?)?
      (?:(?::{1,2}[ \t]{0,4}[A-Za-z_&*\[]|As[ ])[\w.<>\[\]|?*& ']{0,40}?)?[ \t]{0,20}+
      (?P<sign>:=|=>|={1,3}|!={1,2}|[?+]=|<-|->|\|{1,2}|\?\?|\?:|or\b|is\b|(?<!:):(?!:))
    | \s{0,4}(?P<comma>,)
    | [ \t]{0,3}(?P<call>\()
    | (?P<tag>>)
    | (?P<space>[ \t]{1,8})
    )""",
    re.VERBOSE,
)
_TEXT = re.compile(
    r"""(?:[ \t]{0,20}|[ \t]{0,4}(?:\\\n|[(\[{])?\s{0,60})
    (?P<via>(?:(?:new\ )?[\w.:<>]{1,40}\(\s{0,20}){0,2})[bBrRuUfFLN@$]{0,2}
    (?:\\{1,3}["'](?P<escaped>[^"'\\\n]{1,512}+)
    |  "(?P<double>(?:[^"\\\n]|\\.){1,512}+)
    |  '(?P<single>(?:[^'\\\n]|\\.){1,512}+)
    |  `(?P<tick>(?:[^`\\\n]|\\.){1,512}+))""",
    re.VERBOSE,
)
_CARRIES = re.compile(
    r"secret|str|byte|buffer|from|of|some|just|decode|unhex|password|value", re.IGNORECASE
)
"""Calls that give back what they are given; of others the argument is something else."""

_BARE = re.compile(r"[ \t]{0,20}(?P<bare>[^\s\"'`,;&<>(){}\[\]|\\]{1,512}+)")
_CONFIG_VALUE = re.compile(
    r"[ \t]{0,20}(?:[|>][+\-]?[ \t]{0,8}\n[ \t]{1,40})?(?P<bare>[^\s\"'`][^\n\"`]{0,510}+)(?=\n|\Z)"
)
_COMMENT = re.compile(r"\s[#;]|\s//\s")
_ELEMENT = re.compile(r"\s{0,20}(?:<!\[CDATA\[)?(?P<bare>[^<>\n]{1,512}+)(?=<|\]\]>)")
_KEYED = re.compile(r"(?:name|key|id)=[\"']\Z")
_OTHERWISE = re.compile(
    r"(?:\|\||\?\?|\?:|:-|\bor\b|,|\belse\b)[ \t]{0,4}"
    r"(?:\"(?P<double>[^\"\n]{4,200})\"|'(?P<single>[^'\n]{4,200})')"
)

_BEFORE_CONFIG = re.compile(
    r"[ \t]*(?:(?:export|set|env|arg|setenv|declare -x|local|readonly|setx|-|-e|#|//|;|\*|!|\$env:|"
    r"-d[^\s=]{0,3}|property)[ \t]*)*[\"'\w.\-:/\[\]]*\Z",
    re.IGNORECASE,
)
_SPACED = re.compile(
    r"[ \t]*(?:env|arg|set|setx|setenv|machine|login|requirepass|masterauth|enable|username|user|"
    r"password|passwd|-+ ?)\b|[ \t]*\Z",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(
    r"[A-Za-z_$@&*!][\w.:>\-]*\s*[(\[{].*[)\]};,:]*\Z"
    r"|[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+[,;:]?\Z"
)


_PASSWORDS = frozenset({"pass", "pwd", "iden", "requ", "kenn", "cont", "pw"})


class Named(NamedTuple):
    """A literal behind a telling name; `start` and `end` are positions in the text."""

    rule: str
    start: int
    end: int


def assignments(
    text: str, lower: str, names: Iterable[re.Match[str]] | None = None
) -> Iterator[Named]:
    """Find the secrets with a telling name. `lower` is `text` in lower case, letter for letter.

    `names` are the matches of `TELLING` in `lower`, for who has them already.
    """
    for found in TELLING.finditer(lower) if names is None else names:
        stem = found.group()
        if stem == "key" and not _names_a_key(lower, found.start()):
            continue
        behind = _BEHIND.match(text, found.end())
        if behind:
            yield from _judged(text, lower, found, behind)


def _names_a_key(lower: str, at: int) -> bool:
    return lower[max(0, at - 16) : at].rstrip("_-. ").endswith(_KEYS)


def _judged(text: str, lower: str, found: re.Match[str], behind: re.Match[str]) -> Iterator[Named]:
    stem, end = found.group(), behind.end()
    head = _head(text, found.start())
    start = found.start() - len(head)
    bare_name = stem == "pass" and not (head or behind["quote"])
    weak = bare_name or _only_hints(head, behind["more"])
    rule = "password" if stem[:4] in _PASSWORDS else stem
    literal = _literal(text, behind)
    if literal:
        kind = literal.lastgroup or ""
        value = literal[kind]
        hint = weak or _passed_on(literal) or _listed(text, start, behind)
        if secret_value(value, weak=hint):
            yield Named(rule, literal.start(kind), _closing(text, literal.end(kind), len(value)))
        if behind["sign"]:
            yield from _fallbacks(text, literal.end(), rule, weak=weak)
        return
    bare = None if behind["comma"] or behind["call"] else _bare(text, lower, start, behind)
    if bare is None:
        return
    value, at, config = bare
    if secret_value(value, weak=weak or not config) or (
        not (weak or config) and random_token(value, 12)
    ):
        yield Named(rule, at, at + len(value))
    elif behind["sign"]:
        yield from _fallbacks(text, end, rule, weak=weak)


def _literal(text: str, behind: re.Match[str]) -> re.Match[str] | None:
    """Find the literal behind a name and what separates them."""
    end = behind.end()
    if behind["tag"] or (behind["comma"] and not behind["quote"]):
        return None
    if behind["space"] and _inside_quotes(text, end):
        return None
    return _TEXT.match(text, end)


def _passed_on(literal: re.Match[str]) -> bool:
    """Tell an argument that does not become the value, as in `token = parse("utf-8")`."""
    return bool(literal["via"]) and not _CARRIES.search(literal["via"])


def _listed(text: str, start: int, behind: re.Match[str]) -> bool:
    """Tell names that stand in a list, one beside the other, from `define("NAME", "value")`."""
    return bool(behind["comma"]) and "(" not in text[max(0, start - 3) : start]


def _inside_quotes(text: str, at: int) -> bool:
    """Tell whether the next quote ends a literal that began earlier on this line."""
    line_start = max(text.rfind("\n", max(0, at - 400), at) + 1, at - 400)
    return any(text.count(sign, line_start, at) % 2 for sign in "\"'`")


def _head(text: str, at: int) -> str:
    """The part of the name that stands before the telling word."""
    before = text[max(0, at - 48) : at]
    size = len(before)
    while size and (before[size - 1].isalnum() or before[size - 1] in "_-."):
        size -= 1
    return before[size:].lstrip("-.")


def _only_hints(head: str, more: str) -> bool:
    """Names like `max_tokens`, `password_validators` or `tokenizer` speak of something else."""
    behind = [part.lower() for part in _HUMPS.findall(more)]
    before = [part.lower() for part in _HUMPS.findall(head)]
    if any(part not in _SUFFIXES and not part.isdigit() for part in behind):
        return True
    return bool(before) and before[-1] in _HINTS_ONLY


def _closing(text: str, end: int, size: int) -> int:
    """Where a literal ends that is longer than what was matched of it."""
    if size < 512:  # noqa: PLR2004 - the bound of the patterns
        return end
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    for sign in "\"'`":
        at = text.find(sign, end, line_end)
        line_end = at if at >= 0 else line_end
    return line_end


def _bare(
    text: str, lower: str, name_start: int, behind: re.Match[str]
) -> tuple[str, int, bool] | None:
    """Find a value without quotes; true if nothing but a configuration is written like this."""
    end = behind.end()
    line_start = lower.rfind("\n", max(0, name_start - 400), name_start) + 1
    before = text[line_start:name_start][-200:]
    if behind["tag"]:
        return _element(text, end, before, named=bool(behind["quote"]))
    flag = before.endswith(("--", " -", "/p:", "?", "&", ";"))
    spaced = behind["space"] is not None
    if (spaced and not (flag or _SPACED.match(before))) or "arn:" in before:
        return None
    whole = None
    if not (flag or behind["pair"] or behind["quote"]) and _BEFORE_CONFIG.fullmatch(before):
        whole = _whole_value(text, end)
    if whole:
        return whole
    found = _BARE.match(text, end)
    if found is None:
        return None
    start, after = found.start("bare"), text[found.end() : found.end() + 1]
    glued = after in {" ", "\n", ""} and text[start - 1] == "="
    table = behind["sign"] == "|" and before.lstrip().startswith("|")
    told = flag or spaced or table or behind["pair"] or behind["sign"] == "is"
    return found["bare"], start, bool(told or glued or after in {";", "&", '"', "'"})


def _whole_value(text: str, at: int) -> tuple[str, int, bool] | None:
    """Find the value that is the rest of a line of settings; None if it is an expression."""
    whole = _CONFIG_VALUE.match(text, at)
    value = _COMMENT.split(whole["bare"], maxsplit=1)[0].rstrip(" \t;,") if whole else ""
    if not (whole and value):
        return None
    start = whole.start("bare")
    if _EXPRESSION.match(value):
        return None
    if text[start - 1] == "=" and not value.startswith("("):
        # A shell's words: what stands behind the first is a command and its arguments.
        return value.split(maxsplit=1)[0], start, True
    return value, start, True


def _element(text: str, at: int, before: str, *, named: bool) -> tuple[str, int, bool] | None:
    """Find what stands in `<password>…</password>` or `<string name="password">…</string>`."""
    if not (_KEYED.search(before) if named else before.endswith(("<", ":"))):
        return None
    found = _ELEMENT.match(text, at)
    return (found["bare"].rstrip(), found.start("bare"), True) if found else None


def _fallbacks(text: str, at: int, rule: str, *, weak: bool) -> Iterator[Named]:
    """What is taken when the environment says nothing: `os.getenv("TOKEN", "…")`, `x || "…"`."""
    line_end = text.find("\n", at, at + 300)
    for other in _OTHERWISE.finditer(text, at, line_end if line_end >= 0 else at + 300):
        kind = other.lastgroup or ""
        if secret_value(other[kind], weak=weak):
            yield Named(rule, other.start(kind), other.end(kind))
