"""Jupyter notebooks: the first Markdown cell says what it is for, Python cells hold symbols.

Read from the file as it lies on disk, which is JSON: every range is one of the raw file, found by
walking the JSON text beside its values. A file that is no notebook, or a broken one, has no header.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from dbp.extract.text import utf16_length
from dbp.lines import LINE_END
from dbp.model import Header, Problem, Range, Symbol

FORMAT = "notebook"
MAX_CELLS = 5000
MAX_SYMBOLS = 5000
MAX_LINE = 20_000
"""Columns are counted from the beginning of a line; on a longer one nothing is placed."""

_SPACE = re.compile(r"[ \t\r\n]*+")
_MAGIC = re.compile(r"^[ \t]*([%!?]|\w[\w.]*\?)")
_DECODER = json.JSONDecoder()

Reader = Callable[[str], Sequence[Symbol]]


class _Piece(NamedTuple):
    """One string of a cell's source: its text, and where its characters begin in the file."""

    text: str
    start: int


class _Cell(NamedTuple):
    """One cell: its kind, the strings of its source, and its place in the file."""

    kind: str
    source: tuple[_Piece, ...]
    start: int
    end: int


class Notebook(NamedTuple):
    """What was read of a notebook; `code` is the language of its cells, empty when unknown."""

    header: Header | None
    symbols: tuple[Symbol, ...]
    problems: tuple[Problem, ...] = ()
    code: str = ""


def read_notebook(text: str, markdown: Callable[[str], Header | None], python: Reader) -> Notebook:
    """Read a notebook; `markdown` and `python` read what stands in its cells."""
    try:
        cells, code = _cells(text)
    except (ValueError, RecursionError) as error:
        return Notebook(None, (), (Problem("syntax_error", f"no notebook: {error}"[:300]),))
    places = _Places(text)
    symbols: list[Symbol] = []
    if code in ("python", ""):
        for cell in cells:
            if cell.kind == "code" and len(symbols) < MAX_SYMBOLS:
                symbols += _symbols(cell, places, python)
    return Notebook(_header(cells, places, markdown), tuple(symbols), (), code)


def _header(
    cells: Sequence[_Cell], places: _Places, markdown: Callable[[str], Header | None]
) -> Header | None:
    for cell in cells:
        if cell.kind == "markdown":
            said = markdown("".join(piece.text for piece in cell.source))
            where = places.range(cell.start, cell.end)
            if said is None or where is None:
                return None
            return Header(where, FORMAT, said.intent, title=said.title)
    return None


# ── the JSON ───────────────────────────────────────────────────────────────────────────────────


def _cells(text: str) -> tuple[list[_Cell], str]:
    """List the cells and name the language of the code. Raises `ValueError`, `RecursionError`."""
    cells: list[_Cell] = []
    metadata: object = None
    for key, start in _members(text, _skip(text, 1 if text[:1] == "\ufeff" else 0)):
        if key == "cells":
            cells = list(_read_cells(text, start))
        elif key == "metadata":
            metadata, _ = _DECODER.raw_decode(text, start)
    return cells, _language(metadata)


def _language(metadata: object) -> str:
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        inner = metadata.get(section) if isinstance(metadata, dict) else None
        name = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(name, str) and name:
            return name[:50].lower()
    return ""


def _read_cells(text: str, start: int) -> Iterator[_Cell]:
    for number, (begin, end) in enumerate(_items(text, start)):
        if number >= MAX_CELLS:
            return
        kind = ""
        source: tuple[_Piece, ...] = ()
        for key, at in _members(text, begin):
            if key == "cell_type":
                value, _ = _DECODER.raw_decode(text, at)
                kind = value if isinstance(value, str) else ""
            elif key == "source":
                source = tuple(_pieces(text, at))
        yield _Cell(kind, source, begin, end)


def _pieces(text: str, start: int) -> Iterator[_Piece]:
    if text[start : start + 1] == '"':
        yield _Piece(str(_DECODER.raw_decode(text, start)[0]), start + 1)
    elif text[start : start + 1] == "[":
        for begin, _ in _items(text, start):
            if text[begin : begin + 1] == '"':
                yield _Piece(str(_DECODER.raw_decode(text, begin)[0]), begin + 1)


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield the keys of the object that begins at `start`, and where their values begin."""
    if text[start : start + 1] != "{":
        raise ValueError("an object was expected")
    index = _skip(text, start + 1)
    while text[index : index + 1] == '"':
        key, index = _DECODER.raw_decode(text, index)
        index = _skip(text, index)
        if text[index : index + 1] != ":":
            raise ValueError("a colon was expected")
        index = _skip(text, index + 1)
        yield key, index
        _, index = _DECODER.raw_decode(text, index)
        index = _skip(text, index)
        if text[index : index + 1] == ",":
            index = _skip(text, index + 1)
    if text[index : index + 1] != "}":
        raise ValueError("an object does not end")


def _items(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield where the values of the array at `start` begin and end."""
    if text[start : start + 1] != "[":
        raise ValueError("a list was expected")
    index = _skip(text, start + 1)
    while text[index : index + 1] != "]":
        _, end = _DECODER.raw_decode(text, index)
        yield index, end
        index = _skip(text, end)
        if text[index : index + 1] == ",":
            index = _skip(text, index + 1)


# ── places ─────────────────────────────────────────────────────────────────────────────────────


class _Places:
    """Turns offsets into the file's text into positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ascii = text.isascii()
        self.starts = [0, *(match.end() for match in LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int] | None:
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        if self.ascii:
            return line, offset - start
        if offset - start > MAX_LINE:
            return None
        return line, utf16_length(self.text[start:offset])

    def range(self, start: int, end: int) -> Range | None:
        first, last = self.position(start), self.position(end)
        return Range(*first, *last) if first and last else None


def _symbols(cell: _Cell, places: _Places, python: Reader) -> list[Symbol]:
    """Read a cell's definitions and put them where they stand in the file."""
    if not any("def " in piece.text or "class " in piece.text for piece in cell.source):
        return []
    source = "".join(piece.text for piece in cell.source)
    if "\r" in source:
        return []
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        return []  # the cell is in another language, or handed to a tool
    quiet = "\n".join("#" + line[1:] if _MAGIC.match(line) else line for line in lines)
    try:
        found = python(quiet)
    except (SyntaxError, ValueError, RecursionError):
        return []
    moves = _Moves(cell, lines, places)
    placed = [_moved(symbol, moves) for symbol in found[:MAX_SYMBOLS]]
    return [symbol for symbol in placed if symbol is not None]


class _Moves:
    """Where the characters of a cell's source stand in the file."""

    def __init__(self, cell: _Cell, lines: Sequence[str], places: _Places) -> None:
        self.places = places
        self.pieces = cell.source
        self.lines = lines
        self.offsets: dict[int, list[int]] = {}
        self.firsts = [0]
        for piece in cell.source:
            self.firsts.append(self.firsts[-1] + len(piece.text))
        self.starts = [0]
        for line in lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def position(self, line: int, character: int) -> tuple[int, int] | None:
        """Find the file's position of a position in the source; its column is in UTF-16."""
        if line >= len(self.lines):
            return None
        offset = self.starts[line] + _characters(self.lines[line], character)
        number = min(bisect_right(self.firsts, offset) - 1, len(self.pieces) - 1)
        if character and number and offset == self.firsts[number]:
            number -= 1  # the end of a line lies before its line feed, in the piece that has it
        if number not in self.offsets:
            self.offsets[number] = _raw_offsets(self.places.text, self.pieces[number])
        return self.places.position(self.offsets[number][offset - self.firsts[number]])

    def range(self, where: Range) -> Range | None:
        first = self.position(*where[:2])
        last = self.position(*where[2:])
        return Range(*first, *last) if first and last else None


def _characters(line: str, character: int) -> int:
    """Count the characters before a UTF-16 column."""
    if line.isascii():
        return min(character, len(line))
    before = line.encode("utf-16-le", "surrogatepass")[: 2 * character]
    return len(before.decode("utf-16-le", "replace"))


def _raw_offsets(text: str, piece: _Piece) -> list[int]:
    """List where each character of a JSON string's value begins in the file, and its end."""
    offsets = [piece.start]
    index = piece.start
    for _ in piece.text:
        if text[index] != "\\":
            index += 1
        elif text[index + 1] != "u":
            index += 2
        else:
            high = text[index + 2] in "dD" and text[index + 3] in "89abAB"
            paired = high and text[index + 6 : index + 9].lower() == "\\ud"
            index += 12 if paired and text[index + 9] in "cdefCDEF" else 6
        offsets.append(index)
    return offsets


def _moved(symbol: Symbol, moves: _Moves) -> Symbol | None:
    whole, name = moves.range(symbol.range), moves.range(symbol.selection_range)
    if whole is None or name is None:
        return None
    doc = symbol.doc
    if doc.range is not None:
        doc = replace(doc, range=moves.range(doc.range))
    children = [_moved(child, moves) for child in symbol.children]
    return replace(
        symbol,
        range=whole,
        selection_range=name,
        doc=doc,
        children=tuple(child for child in children if child is not None),
    )
