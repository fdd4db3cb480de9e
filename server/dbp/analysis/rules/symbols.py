"""What others may use and nobody wrote about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbp.analysis.rules.catalogue import SYMBOL_UNDOCUMENTED, Found
from dbp.analysis.subject import Subject
from dbp.model import Symbol

_DESCRIBED = frozenset(
    {
        *("function", "method", "constructor", "class", "struct", "interface", "enum", "trait"),
        *("union", "record", "protocol", "object", "actor", "macro"),
    }
)
"""Kinds that are expected to be described; fields, constants and modules need not be."""

_CALLED = frozenset({"function", "method", "constructor"})


def find(subject: Subject) -> Iterator[Found]:
    """Find public symbols without a doc comment."""
    if subject.extraction.language == "markdown":
        return
    for symbol, documented in described(subject.extraction.symbols):
        if not documented:
            yield Found(
                SYMBOL_UNDOCUMENTED,
                f"Nothing is written about the {symbol.kind} {symbol.name!r}.",
                symbol.selection_range,
                about=symbol.qualified_name,
                data={"symbol": symbol.qualified_name},
            )


def described(symbols: Sequence[Symbol]) -> list[tuple[Symbol, bool]]:
    """List the public symbols that are expected to be described, with whether they are.

    Overloads share their words: of each name there is one.
    """
    found: dict[str, tuple[Symbol, bool]] = {}
    for symbol in _public(symbols):
        first, documented = found.get(symbol.qualified_name, (symbol, False))
        found[symbol.qualified_name] = (first, documented or is_documented(symbol))
    return list(found.values())


def is_documented(symbol: Symbol) -> bool:
    """Tell whether anything is written about a symbol."""
    doc = symbol.doc
    return bool(doc.range or doc.summary or doc.intent or doc.parameters or doc.returns)


def _public(symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    """Yield what can be reached from outside: nothing that lies in a function or is private."""
    for symbol in symbols:
        if not symbol.public:
            continue
        if symbol.kind in _DESCRIBED and not _special(symbol.name):
            yield symbol
        if symbol.kind not in _CALLED:
            yield from _public(symbol.children)


def _special(name: str) -> bool:
    """Tell whether a name's meaning is given by the language: `__init__`, `__eq__`."""
    return name.startswith("__") and name.endswith("__")
