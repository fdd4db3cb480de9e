"""Between our ranges (UTF-16 columns) and the encoding the client negotiated."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from dbp.lsp.positions import UTF16, from_utf16, split_lines, to_utf16, without_end
from dbp.model import Range

Lines = Callable[[int], str]
"""Gives the text of a line by its number, without its end; empty past the last one."""


def lines_of(text: str) -> Lines:
    """Give the lines of a text."""
    split = split_lines(text)
    return lambda number: without_end(split[number]) if 0 <= number < len(split) else ""


def to_client(value: Range, lines: Lines, encoding: str) -> Range:
    """Turn one of our ranges into the client's columns."""
    if encoding == UTF16:
        return value
    return Range(
        value.start_line,
        from_utf16(lines(value.start_line), value.start_character, encoding),
        value.end_line,
        from_utf16(lines(value.end_line), value.end_character, encoding),
    )


def from_client(position: types.Position, lines: Lines, encoding: str) -> tuple[int, int]:
    """Turn a client's position into (line, UTF-16 column)."""
    if encoding == UTF16:
        return position.line, position.character
    return position.line, to_utf16(lines(position.line), position.character, encoding)


def lsp_range(value: Range) -> types.Range:
    """Make an LSP range of one whose columns are the client's already."""
    return types.Range(
        types.Position(value.start_line, value.start_character),
        types.Position(value.end_line, value.end_character),
    )
