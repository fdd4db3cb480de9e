"""What a dependency line names, which kind it is, and where exactly the name stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dbp.extract.comments import CommentLine
from dbp.extract.docs import strip_bullet
from dbp.extract.placeholders import is_placeholder
from dbp.extract.prose import is_separator
from dbp.extract.registry import known_extension

MAX_TARGET = 1024
"""A longer name is no path that can exist."""

_KIND = re.compile(
    r"""[\s`'\"<*_\[({]*(codebase|system|other)
    (?:[\s`'\">*_\])}]*[:=](?:\*\*)?[ \t]*(?:-(?=\s))?
    |[\])}>][*`]*(?:\s*-(?=\s))?|\s+[-–—=]+>?(?=\s))""",
    re.IGNORECASE | re.VERBOSE,
)
"""`codebase:`, `<codebase>:`, `**codebase**:`, `[codebase]`, `codebase:-`, `codebase -`."""

_YAML_KIND = re.compile(r"kind\s*:\s*[\"'`]?(codebase|system|other)[\"'`]?\s*$", re.IGNORECASE)
_YAML_NAME = re.compile(r"(dependency|path|name|target)\s*:\s*", re.IGNORECASE)
_LINK = re.compile(r"!?\[[^\[\]]{0,200}\]\(\s*<?([^()<>\s]+)")
_DESCRIPTION = re.compile(r"\s[-–—]+>?\s|\s\(|:\s|\s#\s|\s//\s")
_WORD = r"(?:[^\s,;:]|:(?!\s|$))++"
_LIST = re.compile(rf"{_WORD}(?:\s*[,;]\s*(?:and\s+)?{_WORD}|\s+and\s+{_WORD})*+")
_USE = re.compile(r"\s+(for|to|used|using|which|that|as|via|from)\b", re.IGNORECASE)
_PART = re.compile(r"[^\s,;]+")
_NOTHING = frozenset({"none", "n/a", "na", "nil", "nothing", "no", "tbd", "-", ""})
_NO_ONE = re.compile(r"none\b(?![-\w./])|no (\w+ ){0,2}dependenc|not applicable\b", re.IGNORECASE)
_QUOTES = "`'\"<>*"


class Target(NamedTuple):
    """One named thing: `line`, `start` and `end` are where it stands in the raw text."""

    kind: str
    text: str
    line: int
    start: int
    end: int


def looks_like_path(text: str) -> bool:
    """Tell whether a text names a file or folder rather than a package or a thought."""
    if not text or len(text) > MAX_TARGET or "://" in text or "\\" in text or text[0] in "@$-":
        return False
    if any(map(str.isspace, text)):
        return False
    name = text.partition("#")[0].rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    if dot and stem.rstrip(".") and known_extension(extension):
        return True
    return "/" in text.strip("/") or text.endswith("/")


def read_targets(lines: Iterable[CommentLine]) -> Iterator[Target]:
    """Read the lines of a dependency section; a kind on a line of its own holds for those below."""
    standing, once, column = "", False, 0
    for line in lines:
        if is_separator(line.text) or is_placeholder(line.text):
            continue
        text = line.text[: 4 * MAX_TARGET]
        position = len(text) - len(strip_bullet(text))
        kind = ""
        if match := _YAML_KIND.match(text, position):
            standing, once, column = match[1].lower(), True, line.column
            continue
        if once and (match := _YAML_NAME.match(text, position)):
            position = match.end()
        elif match := _KIND.match(text, position):
            kind, position = match[1].lower(), match.end()
            if not text[position:].strip(_QUOTES + " "):
                standing, once, column = kind, False, line.column
                continue
        elif position == 0 and line.column <= column:
            standing = ""
        yield from _targets(line, text, position, kind or standing)
        standing, once = ("" if once else standing), False


def _targets(line: CommentLine, text: str, position: int, kind: str) -> Iterator[Target]:
    if _NO_ONE.match(text, position + len(text[position:]) - len(text[position:].lstrip())):
        return
    for start, end in _spans(text, position, kind):
        name = text[start:end]
        guess = kind or ("codebase" if looks_like_path(name) else "other")
        yield Target(guess, name, line.line, line.column + start, line.column + end)


def _spans(text: str, position: int, kind: str) -> Iterator[tuple[int, int]]:
    """Find the names on one line: a link, something quoted, a list of words, or all of it."""
    if match := _LINK.search(text, position):
        yield match.span(1)
        return
    start = position + len(text[position:]) - len(text[position:].lstrip(" \t*<"))
    if start < len(text) and text[start] in "`'\"":
        yield from _quoted(text, start)
        return
    if (listed := _LIST.match(text, start)) and _are_names(listed, kind):
        for part in _PART.finditer(text, *listed.span()):
            if part[0] != "and":
                yield from _bare(text, *part.span())
        return
    rest = text[start:]
    end = len(text)
    first = start + len(rest.split(None, 1)[0]) if rest.strip() else start
    if kind != "other" and looks_like_path(text[start:first].rstrip(_QUOTES + ":,;")):
        end = first
    elif cut := _DESCRIPTION.search(text, start):
        end = cut.start()
    yield from _bare(text, start, end)


def _quoted(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Find the quoted names at the beginning of a line, parted by commas."""
    while start < len(text) and text[start] in "`'\"":
        end = text.find(text[start], start + 1)
        if end <= start + 1:
            yield from _bare(text, start, len(text))
            return
        yield start + 1, end
        following = text[end + 1 :].lstrip(" ")
        if following[:1] not in (",", ";"):
            return
        after = following[1:].lstrip(" ")
        start = len(text) - len(after)


def _are_names(listed: re.Match[str], kind: str) -> bool:
    """Tell one name or a list of names from a sentence, by what follows it."""
    rest = listed.string[listed.end() :]
    alone = not rest.strip()
    if kind == "other":
        return alone and " and " not in listed[0]
    described = alone or _DESCRIPTION.match(rest)
    if kind:
        return bool(described or _USE.match(rest))
    return bool(described) and ("," in listed[0] or ";" in listed[0])


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trim quotes and punctuation off a span; nothing is yielded for `None` and `N/A`."""
    while start < end and (text[start].isspace() or text[start] in _QUOTES):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _QUOTES + ":,;"):
        end -= 1
    if text[start:end].lower().rstrip(".") not in _NOTHING and end - start <= MAX_TARGET:
        yield start, end
