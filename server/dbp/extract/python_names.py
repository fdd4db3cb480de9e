"""Where the name of a Python definition stands: the tree does not say it."""

from __future__ import annotations

import ast
import re

from dbp.extract.text import Source
from dbp.model import Range

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_KEYWORD = re.compile(rb"(?:async\s+)?(?:def|class)[\s\\]+")
_WORD = re.compile(rb"[\w\x80-\xff]+")
_WRITTEN = {ast.FunctionDef: 4, ast.ClassDef: 6, ast.AsyncFunctionDef: 10}
"""How wide `def `, `class ` and `async def ` are, as nearly everybody writes them."""


def name_range(node: _Definition, line: int, source: Source) -> Range:
    """Find the name after `def` or `class` in the 0-based line where the definition begins."""
    text = source.lines[line]
    name = node.name.encode("utf-8", "replace")
    start = node.col_offset + _WRITTEN[node.__class__]
    if text.startswith(name, start) and text[start - 1] == _SPACE and source.ascii:
        return Range(line, start, line, start + len(name))
    match = _KEYWORD.match(text, node.col_offset)
    start = match.end() if match else node.col_offset
    if text[start : start + 1] in (b"", b"\n", b"\r") and line + 1 < len(source.lines):
        line += 1  # a backslash puts the name on the next line
        text = source.lines[line]
        start = len(text) - len(text.lstrip())
    end = start + _width(name, text, start)
    return Range(line, source.column(line, start), line, source.column(line, end))


_SPACE = ord(" ")


def _width(name: bytes, text: bytes, start: int) -> int:
    """Measure the name as it is written: `ast` normalises identifiers (NFKC)."""
    if text.startswith(name, start):
        return len(name)
    match = _WORD.match(text, start)
    return len(match[0]) if match else 0
