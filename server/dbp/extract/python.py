"""Python's functions and classes by the standard library's own parser.

Exactly those that `ast.walk` sees, with `ast`'s line numbers. Raises what `ast.parse` raises; the
caller then falls back to tree-sitter, which reads broken files too.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbp.extract.docs import from_docstring
from dbp.extract.text import Source
from dbp.model import Doc, Range, Symbol

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAME = re.compile(rb"(?:async\s+)?(?:def|class)[\s\\]+")
_EMPTY = Doc()


@dataclass
class _Open:
    """A symbol whose children are still being collected."""

    node: _Definition | None
    path: str
    children: list[Symbol] = field(default_factory=list)


def read_python(source: Source) -> list[Symbol]:
    """Read the symbols, each below the one it is written in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(source.text)
    root = _Open(None, "")
    _collect(module.body, root, source)
    return root.children


def _collect(body: list[ast.stmt], parent: _Open, source: Source) -> None:
    """Walk statements only: nothing else can hold a definition. Python nests at most 100 deep."""
    pending = [iter(body)]
    while pending:
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
        elif isinstance(node, _DEFINITIONS):
            path = f"{parent.path}.{node.name}" if parent.path else node.name
            here = _Open(node, path)
            _collect(node.body, here, source)
            parent.children.append(_symbol(node, here, parent, source))
        else:
            pending.extend(reversed(list(_bodies(node))))


def _bodies(node: ast.stmt) -> Iterator[Iterator[ast.stmt]]:
    """Yield the statement lists inside a compound statement, in source order."""
    if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
        yield iter(node.body)
        yield iter(node.orelse)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield iter(node.body)
    elif isinstance(node, (ast.Try, ast.TryStar)):
        yield iter(node.body)
        for handler in node.handlers:
            yield iter(handler.body)
        yield iter(node.orelse)
        yield iter(node.finalbody)
    elif isinstance(node, ast.Match):
        for case in node.cases:
            yield iter(case.body)


def _symbol(node: _Definition, here: _Open, parent: _Open, source: Source) -> Symbol:
    parameters: tuple[str, ...] = ()
    if isinstance(node, ast.ClassDef):
        kind = "class"
    else:
        kind = "method" if isinstance(parent.node, ast.ClassDef) else "function"
        parameters = _parameters(node.args)
    line, end_line = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    return Symbol(
        name=node.name,
        qualified_name=here.path,
        kind=kind,
        range=Range(
            line,
            source.column(line, node.col_offset),
            end_line,
            source.column(end_line, node.end_col_offset or 0),
        ),
        selection_range=_name_range(node, line, source),
        parameters=parameters,
        doc=_doc(node),
        children=tuple(here.children),
    )


def _parameters(arguments: ast.arguments) -> tuple[str, ...]:
    names = [argument.arg for argument in arguments.posonlyargs]
    names += [argument.arg for argument in arguments.args]
    if arguments.vararg:
        names.append(arguments.vararg.arg)
    names += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        names.append(arguments.kwarg.arg)
    return tuple(names)


def _name_range(node: _Definition, line: int, source: Source) -> Range:
    """Find the name after `def` or `class`; the tree does not say where it stands."""
    text = source.lines[line]
    match = _NAME.match(text, node.col_offset)
    start = match.end() if match else node.col_offset
    if text[start : start + 1] in (b"", b"\n", b"\r") and line + 1 < len(source.lines):
        line += 1  # a backslash puts the name on the next line
        text = source.lines[line]
        start = len(text) - len(text.lstrip())
    end = start + _width(node, text, start)
    return Range(line, source.column(line, start), line, source.column(line, end))


def _width(node: _Definition, text: bytes, start: int) -> int:
    """Measure the name as it is written: `ast` normalises identifiers (NFKC)."""
    name = node.name.encode("utf-8", "replace")
    if text.startswith(name, start):
        return len(name)
    match = re.compile(rb"[\w\x80-\xff]+").match(text, start)
    return len(match[0]) if match else 0


def _doc(node: _Definition) -> Doc:
    """Read the docstring's raw value: `ast.get_docstring` cleans it at a cost, and lines do."""
    first = node.body[0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
        return _EMPTY
    value = first.value.value
    if not isinstance(value, str):
        return _EMPTY
    return from_docstring(value)
