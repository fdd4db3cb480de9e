r"""What a tag opens in a doc comment: `@param`, `\param`, `:param x:`, `<param name="x">`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

PARAMETER, RETURNS, RAISES, OTHER = "parameter", "returns", "raises", "other"

_KINDS = {
    **dict.fromkeys(("param", "params", "parameter", "parm", "arg", "argument"), PARAMETER),
    **dict.fromkeys(("key", "keyword"), PARAMETER),
    **dict.fromkeys(("return", "returns", "result", "retval"), RETURNS),
    **dict.fromkeys(("throw", "throws", "exception", "except", "raise", "raises"), RAISES),
}
_NO_KEYS = frozenset({"key", "keyword"})
_TAG = re.compile(r"[@\\]([A-Za-z]+)(?![\w.-])")
_FIELD = re.compile(r":([a-z]++)(?:[ \t]++([^:\n]{0,200}+))?:(?=\s|$)")
_MEMBER = re.compile(r"@([A-Za-z_]\w*+|\.\.\.)(?:\.\.\.)?[ \t]*+:(?!:)[ \t]*+")
_KERNEL = frozenset(
    (  # noqa: SIM905 - forty quoted words are no table
        "author brief bug copyright date deprecated details example file group note notes ingroup "
        "link long_description member page property remark remarks retval return returns result "
        "see section short_description signal since stability title todo type version warning "
        "vfunc param throws raise raises rtype"
    ).split()
)
"""What stands before a colon in other styles than the kernel's; never a parameter."""

_NAME = re.compile(r"(?:\$?[A-Za-z_][\w$]*+|\$)$")
_PHP = re.compile(
    r"(?:[^\s<({$]++(?:[<({][^>)}]{0,200}+[>)}][^\s$]*+)?[ \t]++)?(?:&|\.\.\.)*+(\$[A-Za-z_]\w*+)"
)
_DIRECTION = re.compile(r"\[\s*+(?:in|out|inout)\s*+(?:,\s*+(?:in|out)\s*+)?\]")
_XML = re.compile(
    r"""<(param|returns|exception)"""
    r"""(?:[ \t]++(?:name|cref)[ \t]*+=[ \t]*+["']([^"'<>\n]{1,200}+)["'])?"""
    r"""[ \t]*+(?:/>|>([^<]{0,2000}+(?:<(?!/\1)[^<]{0,2000}+){0,50}+)</\1>)""",
)
_SUMMARY = re.compile(r"<summary>([^<]{0,4000}+(?:<(?!/summary)[^<]{0,2000}+){0,50}+)</summary>")
_MARKUP = re.compile(
    r"""<(?:see|paramref|typeparamref)\b[^<>=]{0,50}+=\s*+["']([^"'<>]{0,200}+)["']\s*+/>"""
    r"""|<[^<>]{0,200}+>"""
)


class Tag(NamedTuple):
    """A tag: its kind, the names it speaks of and the words behind them on its line."""

    kind: str
    names: tuple[str, ...] = ()
    text: str = ""


def read_tag(line: str, *, kernel: bool) -> Tag | None:  # noqa: PLR0911 - one for each kind
    """Read a stripped line; None when no tag opens it. `kernel` says that `@x:` is a parameter."""
    if line[0] == ":":
        return _field(line)
    if kernel and (match := _MEMBER.match(line)) and match[1].lower() not in _KERNEL:
        return Tag(PARAMETER, names_of([match[1]]), line[match.end() :])
    match = _TAG.match(line)
    if match is None:
        return None
    word = match[1].lower()
    kind = _KINDS.get(word, OTHER)
    rest = line[match.end() :]
    if kind == PARAMETER and word not in _NO_KEYS:
        return _parameter(rest[:1000])
    if kind == RETURNS:
        return Tag(RETURNS, (), _untyped(rest.lstrip(": \t")))
    if kind == RAISES:
        rest = rest.lstrip()
        name, text = _raised(rest)
        return Tag(RAISES, (name,), text)
    return Tag(OTHER)


def _field(line: str) -> Tag | None:
    match = _FIELD.match(line)
    if match is None:
        return None
    kind, words, text = _KINDS.get(match[1], OTHER), (match[2] or "").split(), line[match.end() :]
    if kind == PARAMETER:
        if len(words) > 1 and words[-2].endswith(","):  # :param x, y:
            return Tag(PARAMETER, names_of(" ".join(words).split(",")), text)
        return Tag(PARAMETER, names_of(words[-1:]), text)
    if kind == RAISES:
        return Tag(RAISES, (" ".join(words),), text)
    return Tag(kind, (), text)


def _parameter(rest: str) -> Tag:  # noqa: PLR0911 - one for each dialect
    """Read what follows `@param`, in any of the dialects that share the tag."""
    if match := _DIRECTION.match(rest):  # Doxygen: @param[in]
        return _named(rest[match.end() :].lstrip())
    if rest[:1] == "[":  # KDoc: @param[name]
        name, text = _bracketed(rest)
        return Tag(PARAMETER, names_of([name]), text)
    rest, typed = rest.lstrip(), False
    if rest[:1] == "{":  # JSDoc
        rest, typed = _untyped(rest), True
    elif php := _PHP.match(rest[:400]):
        return Tag(PARAMETER, (php[1],), rest[php.end() :])
    if rest[:1] == "[":
        inside, after = _bracketed(rest)
        first = inside.partition("=")[0].strip()
        if typed or "=" in inside or after.startswith("-"):  # an optional one in JSDoc
            return Tag(PARAMETER, names_of([first]), after)
        if first[:1].isupper() or first[:1] in ("#", ":"):  # YARD: @param [String] name
            return _named(after)
        if not after and _NAME.match(first):
            return Tag(PARAMETER, (first,), "")
        return Tag(PARAMETER)
    if rest[:1] == "<":  # a type parameter
        return Tag(OTHER)
    tag = _named(rest)
    return tag._replace(text=_bracketed(tag.text)[1]) if tag.text[:1] == "[" else tag


def _named(rest: str) -> Tag:
    """Read `name text`, `a,b text`, `name: text` and `name - text`."""
    name, _, text = rest.partition(" ")
    while name.endswith(",") and text:  # a, b text
        more, _, text = text.lstrip().partition(" ")
        name += more
    return Tag(PARAMETER, names_of(name.rstrip(":").split(",")), text)


def names_of(words: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be the name of a parameter, without stars; nothing when one of them cannot."""
    names: list[str] = []
    for word in words:
        bare = word.strip().strip("`").replace("\\*", "*").lstrip("*&").strip()
        bare = bare.removeprefix("...").removesuffix("...")
        if not _NAME.match(bare) and not (bare.isidentifier() and not bare.isascii()):
            return ()
        names.append(bare)
    return tuple(names)


def _raised(rest: str) -> tuple[str, str]:
    """Read `{Type} text`, `[Type] text` or `Type text`."""
    if rest[:1] in ("{", "["):
        inside, after = _bracketed(rest)
        return inside.strip(), after
    name, _, text = rest.partition(" ")
    return name.rstrip(":,"), text


def _untyped(rest: str) -> str:
    """Cut a type in braces or brackets off."""
    rest = rest.lstrip()
    return _bracketed(rest)[1] if rest[:1] in ("{", "[") else rest


def _bracketed(text: str) -> tuple[str, str]:
    """Split `{a {b}} c` into what is inside the first brackets and what follows them."""
    opener, closer = text[0], "}" if text[0] == "{" else "]"
    depth = 0
    for index, letter in enumerate(text[:1000]):
        if letter == opener:
            depth += 1
        elif letter == closer:
            depth -= 1
            if not depth:
                return text[1:index], text[index + 1 :].lstrip()
    return "", ""


def read_xml(text: str) -> tuple[list[Tag], str | None]:
    """Read C#'s tags and its summary."""
    tags: list[Tag] = []
    for match in _XML.finditer(text):
        said = _without_markup(match[3] or "")
        if match[1] == "param":
            tags.append(Tag(PARAMETER, names_of([match[2] or ""]), said))
        elif match[1] == "returns":
            tags.append(Tag(RETURNS, (), said))
        else:
            tags.append(Tag(RAISES, ((match[2] or "").rpartition(":")[2],), said))
    found = _SUMMARY.search(text)
    return tags, _without_markup(found[1]) if found else None


def _without_markup(text: str) -> str:
    return _MARKUP.sub(lambda match: (match[1] or "").rpartition(":")[2], text)
