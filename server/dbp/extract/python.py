"""Python's functions, classes and imports by the standard library's own parser.

Exactly those that `ast.walk` sees, with `ast`'s line numbers. Raises what `ast.parse` raises; the
caller then falls back to tree-sitter, which reads broken files too.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from dbp.extract.docs import from_docstring
from dbp.extract.fingerprint import doc_fingerprint
from dbp.extract.python_code import definition_hash, module_hash
from dbp.extract.python_imports import MAX_IMPORTS, defers, exported, imports
from dbp.extract.python_names import name_range
from dbp.extract.text import Source
from dbp.model import Doc, Range, Reference, Symbol

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_IMPORTS = frozenset({ast.Import, ast.ImportFrom})
_TRIES = frozenset({ast.Try, ast.TryStar})
_COMPOUNDS = frozenset({ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith})
_LOOKED_AT = _DEFINITIONS | _IMPORTS | _TRIES | _COMPOUNDS | {ast.If, ast.Match}
"""All other statements hold neither definitions nor imports."""

_EMPTY = Doc()


class PythonModule(NamedTuple):
    """What is read of a file; `code_hash` is its fingerprint, empty when it was not asked for."""

    symbols: list[Symbol]
    references: list[Reference]
    code_hash: str


class _Around(NamedTuple):
    """What a definition stands in."""

    path: str = ""
    in_class: bool = False
    public: bool = True
    deferred: bool = False


def read_python(source: Source) -> list[Symbol]:
    """Read the symbols, each below the one it is written in."""
    return read_module(source, fingerprint=False).symbols


def read_module(source: Source, *, fingerprint: bool) -> PythonModule:
    """Read symbols and imports, and on demand the fingerprint of all code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(source.text)
    reader = _Reader(source)
    symbols = reader.read(module.body, _Around())
    if "__all__" in source.text and (names := exported(module.body)) is not None:
        symbols = [_published(symbol, symbol.name in names) for symbol in symbols]
    code_hash = module_hash(module) if fingerprint else ""
    return PythonModule(symbols, reader.references, code_hash)


def _published(symbol: Symbol, public: bool) -> Symbol:  # noqa: FBT001 - the one thing it says
    """Make a symbol of the top level public or not, and what is in it with it."""
    if symbol.public == public:
        return symbol
    children = symbol.children
    if symbol.kind == "class":
        children = tuple(
            [_published(child, public and child.name[:1] != "_") for child in children]
        )
    return replace(symbol, public=public, children=children)


class _Reader:
    """One walk over the statements of one file: nothing else can hold what is looked for."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.references: list[Reference] = []

    def read(self, body: list[ast.stmt], around: _Around) -> list[Symbol]:
        """Read statements in source order. Python nests at most 100 deep."""
        symbols: list[Symbol] = []
        pending = body[::-1]
        while pending:
            node = pending.pop()
            kind = node.__class__
            if kind not in _LOOKED_AT:
                continue
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                symbols.append(self._symbol(node, around))
            elif isinstance(node, ast.If):
                pending += node.orelse[::-1]
                if not around.deferred and defers(node.test):
                    symbols += self.read(node.body, around._replace(deferred=True))
                else:
                    pending += node.body[::-1]
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                if len(self.references) < MAX_IMPORTS:
                    self.references += imports(node, self.source, deferred=around.deferred)
            else:
                for statements in _bodies(node):
                    pending += statements[::-1]
        return symbols

    def _symbol(self, node: _Definition, around: _Around) -> Symbol:
        name, is_class = node.name, isinstance(node, ast.ClassDef)
        path = f"{around.path}.{name}" if around.path else name
        public = around.public and name[:1] != "_"
        children: tuple[Symbol, ...] = ()
        if not _LOOKED_AT.isdisjoint(map(type, node.body)):  # most functions hold nothing for us
            deferred = around.deferred or not is_class
            inside = _Around(path, is_class, public and is_class, deferred)
            children = tuple(self.read(node.body, inside))
        source = self.source
        line, end_line = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        start, end = node.col_offset, node.end_col_offset or 0
        if not source.ascii:
            start, end = source.column(line, start), source.column(end_line, end)
        doc, doc_hash = self._doc(node)
        return Symbol(
            name,
            path,
            "class" if is_class else "method" if around.in_class else "function",
            Range(line, start, end_line, end),
            name_range(node, line, source),
            () if isinstance(node, ast.ClassDef) else _parameters(node.args),
            doc,
            children,
            public,
            doc_hash,
            definition_hash(node) if doc_hash else "",
            bool(doc_hash) and _takes_more(node),
        )

    def _doc(self, node: _Definition) -> tuple[Doc, str]:
        """Read the docstring's raw value: `ast.get_docstring` cleans it at a cost, lines do too."""
        first = node.body[0]
        if not isinstance(first, ast.Expr):
            return _EMPTY, ""
        literal = first.value
        if not isinstance(literal, ast.Constant) or not isinstance(literal.value, str):
            return _EMPTY, ""
        line, end_line = literal.lineno - 1, (literal.end_lineno or literal.lineno) - 1
        start, end = literal.col_offset, literal.end_col_offset or 0
        if not self.source.ascii:
            start, end = self.source.column(line, start), self.source.column(end_line, end)
        where = Range(line, start, end_line, end)
        return from_docstring(literal.value, where), doc_fingerprint(literal.value)


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the statement lists inside a compound statement, the last one first."""
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        yield node.orelse
        yield node.body
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield node.body
    elif isinstance(node, (ast.Try, ast.TryStar)):
        yield node.finalbody
        yield node.orelse
        for handler in reversed(node.handlers):
            yield handler.body
        yield node.body
    elif isinstance(node, ast.Match):
        for case in reversed(node.cases):
            yield case.body


def _takes_more(node: _Definition) -> bool:
    """Tell whether a function takes more than its parameters name."""
    return not isinstance(node, ast.ClassDef) and bool(node.args.vararg or node.args.kwarg)


def _parameters(arguments: ast.arguments) -> tuple[str, ...]:
    names = [argument.arg for argument in arguments.posonlyargs]
    names += [argument.arg for argument in arguments.args]
    if arguments.vararg:
        names.append(arguments.vararg.arg)
    names += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        names.append(arguments.kwarg.arg)
    return tuple(names)
