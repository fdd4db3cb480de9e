"""Edits as values, and the text they are made for.

A line ends where LSP says; columns count UTF-16 units. What is inserted ends its lines as the text
around it does, so that an edit changes nothing it does not name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from dbp.model import Range

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)")


class Edit(NamedTuple):
    """Put `text` in the place of what stands in `range`."""

    range: Range
    text: str


class NewFile(NamedTuple):
    """A file to be created, by its key, with its text."""

    path: str
    text: str


class Call(NamedTuple):
    """A command of the server, for what is no edit."""

    command: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One offer. `kind` is `quickfix` or `source.…`; `codes` are those of the findings it mends."""

    title: str
    kind: str
    edits: tuple[Edit, ...] = ()
    create: NewFile | None = None
    call: Call | None = None
    codes: tuple[str, ...] = ()
    preferred: bool = False


class Text:
    """A text by lines."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends; the last one has none, so there is always one."""
        lines = _LINE.findall(self.text)
        lines.append(self.text[sum(map(len, lines)) :])
        return lines

    @cached_property
    def end(self) -> str:
        """The line end of this text: that of its first line."""
        first = self.lines[0]
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def line(self, number: int) -> str:
        """Give a line without its end; empty where there is none."""
        return self.lines[number].rstrip("\r\n") if 0 <= number < len(self.lines) else ""

    def spot(self, line: int, index: int) -> Range:
        """Give the empty range before a character of a line."""
        column = units(self.line(line)[:index])
        return Range(line, column, line, column)

    def span(self, line: int, start: int, end: int) -> Range:
        """Give the range of some characters of a line."""
        raw = self.line(line)
        return Range(line, units(raw[:start]), line, units(raw[:end]))

    def between(self, start: tuple[int, int], end: tuple[int, int]) -> Range:
        """Give the range between two characters: line and index each."""
        first, last = self.spot(*start), self.spot(*end)
        return Range(first[0], first[1], last[2], last[3])

    def whole_lines(self, first: int, last: int) -> Range:
        """Give the range of lines with their ends, the last one included."""
        if last + 1 < len(self.lines):
            return Range(first, 0, last + 1, 0)
        return Range(first, 0, last, units(self.line(last)))

    def cut(self, place: Range) -> str:
        """Give what stands in a range."""
        start, end = self._offset(*place[:2]), self._offset(*place[2:])
        return self.text[start:end]

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def _offset(self, line: int, column: int) -> int:
        if line >= len(self.lines):
            return len(self.text)
        return self._starts[line] + index_of(self.line(line), column)

    def apply(self, edits: Iterable[Edit]) -> str:
        """Make all edits at once, as an editor does. Raises `ValueError` when two overlap."""
        spans = sorted(
            ((self._offset(*e.range[:2]), self._offset(*e.range[2:]), n, e.text)
             for n, e in enumerate(edits)),
        )  # fmt: skip
        out: list[str] = []
        done = 0
        for start, end, _number, text in spans:
            if start < done or end < start:
                raise ValueError("edits overlap")
            out += (self.text[done:start], text)
            done = end
        return "".join([*out, self.text[done:]])


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_of(line: str, column: int) -> int:
    """Turn a column in UTF-16 units into an index into a line."""
    if line.isascii():
        return min(column, len(line))
    data = line.encode("utf-16-le", "surrogatepass")[: 2 * column]
    return len(data.decode("utf-16-le", "ignore"))


def joined(lines: Sequence[str], end: str) -> str:
    """Make one text of lines, each with the line end."""
    return "".join(line + end for line in lines)
