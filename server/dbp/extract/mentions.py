"""Paths mentioned in backticks: in prose, in comments, in doc comments of any language.

Whether something is there is decided when a mention is resolved; one that leads nowhere is no
fault. Only the look of a path is asked for here, so that ordinary words cost nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate

from dbp.extract.markdown_links import MAX_LINE, code_spans, span
from dbp.extract.registry import known_extension
from dbp.languages import Language
from dbp.model import Range, Reference

MAX_MENTIONS = 500

_PATH = re.compile(
    r"(?:\.{0,2}/)?[\w.@+-]{1,120}+(?:/[\w.@+-]{1,120}+){0,30}+/?"
    r"(?:\#[^\s#`]{1,200}|:\d{1,7}(?:-\d{1,7})?)?"
)
_QUOTED = re.compile(r"(?<!`)(`{1,2})([\w./@+-][^\s`]{2,400})\1(?!`)")
_HOSTS = ".com"
"""A host's name, far more often than a program of DOS."""

_PROSE = frozenset({"restructuredtext", "asciidoc", "text", "python", "tex"})
"""Languages in which a backtick never stands in code: Python's are all in comments and strings."""


def mentions_in(visible: Iterable[tuple[int, str]], taken: Collection[Range]) -> list[Reference]:
    """Read the mentions of a Markdown document from its numbered lines outside code."""
    found: list[Reference] = []
    for number, line in visible:
        for match in code_spans(line):
            text = match[2].strip()
            if ("." in text or "/" in text) and looks_like_mention(text):
                place = span(number, line, line.index(text, match.start(2)), len(text))
                if place not in taken:
                    found.append(Reference("mention", text, place))
        if len(found) >= MAX_MENTIONS:
            break
    return found[:MAX_MENTIONS]


def read_mentions(text: str, language: Language, taken: Collection[Range] = ()) -> list[Reference]:
    """Read the mentions of any other file: those of its comments, or of all its prose.

    `taken` are the ranges of references that are known already.
    """
    if "`" not in text:
        return []
    prose = language.name in _PROSE
    markers = (*language.line, *(opener for opener, _ in language.block))
    found: list[Reference] = []
    for number, line, start, said in _candidates(text):
        if prose or _commented(line[:start], markers):
            place = span(number, line, start, len(said))
            if place not in taken:
                found.append(Reference("mention", said, place))
                if len(found) >= MAX_MENTIONS:
                    break
    return found


def _candidates(text: str) -> Iterator[tuple[int, str, int, str]]:
    """Yield line number, line, column and text of what looks like a path in backticks."""
    lines: list[str] = []
    starts: list[int] = []
    for match in _QUOTED.finditer(text):
        said = match[2]
        if ("." not in said and "/" not in said) or not looks_like_mention(said):
            continue
        if not starts:
            lines = _LINES.findall(text)
            starts = list(accumulate(map(len, lines), initial=0))
        number = bisect_right(starts, match.start(2)) - 1
        if len(lines[number]) <= MAX_LINE:
            yield number, lines[number], match.start(2) - starts[number], said


_LINES = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++$")


def _commented(before: str, markers: Iterable[str]) -> bool:
    """Tell whether a line that begins like this is inside a comment there."""
    return before.lstrip().startswith("*") or any(marker in before for marker in markers)


def looks_like_mention(text: str) -> bool:
    """Tell whether a word in backticks is spelled as a path is: `a/b.py`, `doc/`, `x.md#part`.

    `a/b` alone may be a choice of two words; it takes a known ending, three parts, or a slash at
    the end.
    """
    if not _PATH.fullmatch(text):
        return False
    path = text.partition("#")[0].partition(":")[0]
    if path.endswith("/"):
        return path.strip("./") != ""
    if "/" not in path and ("@" in path or path.endswith(_HOSTS)):
        return False
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    if dot and stem.rstrip(".") and known_extension(extension):
        return True
    return path.count("/") > 1 and not path.startswith("/")
