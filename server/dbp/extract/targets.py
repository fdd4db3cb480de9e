"""What a dependency line names, which kind it is, and where exactly the name stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dbp.extract.comments import CommentLine
from dbp.extract.docs import strip_bullet
from dbp.extract.prose import is_separator
from dbp.extract.registry import known_extension

MAX_TARGET = 1024
"""A longer name is no path that can exist."""

_KIND = re.compile(r"[\s`'\"<*_\[({]*(codebase|system|other)[\s`'\">*_\])}]*:", re.IGNORECASE)
_LINK = re.compile(r"!?\[[^\[\]]{0,200}\]\(\s*<?([^()<>\s]+)")
_DESCRIPTION = re.compile(r"\s+[-–—]+\s|\s+\(|:\s|\s+#\s")
_NOTHING = frozenset({"none", "n/a", "na", "nil", "nothing", "no", "tbd", "-", ""})
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
    standing = ""
    for line in lines:
        if is_separator(line.text):
            continue
        text = line.text[: 4 * MAX_TARGET]
        position = len(text) - len(strip_bullet(text))
        kind = ""
        if match := _KIND.match(text, position):
            kind, position = match[1].lower(), match.end()
            if not text[position:].strip(_QUOTES + " "):
                standing = kind
                continue
        elif position == 0:
            standing = ""
        for start, end in _spans(text, position, kind or standing):
            name = text[start:end]
            guess = "codebase" if looks_like_path(name) else "other"
            column = line.column
            yield Target(kind or standing or guess, name, line.line, column + start, column + end)


def _spans(text: str, position: int, kind: str) -> Iterator[tuple[int, int]]:
    """Find the names on one line: a link, something quoted, a list of words, or all of it."""
    if match := _LINK.search(text, position):
        yield match.span(1)
        return
    start = position + len(text[position:]) - len(text[position:].lstrip(" *<"))
    if start < len(text) and text[start] in "`'\"":
        end = text.find(text[start], start + 1)
        if end > start + 1:
            yield start + 1, end
            return
    rest = text[start:]
    parts = rest.split(",")
    if len(parts) > 1 and all(len(part.split()) == 1 for part in parts):
        for part in parts:
            yield from _bare(text, start, start + len(part))
            start += len(part) + 1
        return
    end = len(text)
    first = start + len(rest.split(None, 1)[0]) if rest.strip() else start
    if kind != "other" and looks_like_path(text[start:first].rstrip(_QUOTES + ":,;")):
        end = first
    elif cut := _DESCRIPTION.search(text, start):
        end = cut.start()
    yield from _bare(text, start, end)


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trim quotes and punctuation off a span; nothing is yielded for `None` and `N/A`."""
    while start < end and (text[start].isspace() or text[start] in _QUOTES):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _QUOTES + ":,;"):
        end -= 1
    if text[start:end].lower().rstrip(".") not in _NOTHING and end - start <= MAX_TARGET:
        yield start, end
