"""Documented parameters against those of the signature.

A rule for what surely is wrong: wherever a signature may take more than its names say, or names are
not what is passed, nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dbp.analysis.rules.catalogue import PARAMETER_UNDOCUMENTED, PARAMETER_UNKNOWN, Found
from dbp.analysis.subject import Subject
from dbp.facts import named_marks
from dbp.model import Range, Symbol

_CALLED = frozenset({"function", "method", "constructor"})
_OWNERS = frozenset({"self", "cls", "this"})
_WORD = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[.\[]")
_SPLIT = re.compile(r"\s*[,/|]\s*|\s+(?:and|or)\s+")
_MAX_NAME = 200


def find(subject: Subject) -> Iterator[Found]:
    """Find parameters that are documented and not there, or there and not documented."""
    symbols = list(named_marks(subject.extraction.symbols))
    if not any(symbol.doc.parameters for _, symbol in symbols):
        return
    overloads: dict[str, set[str]] = {}
    more: set[str] = set()
    for _, symbol in symbols:
        overloads.setdefault(symbol.qualified_name, set()).update(symbol.parameters)
        if symbol.takes_more or any(_takes_more(name) for name in symbol.parameters):
            more.add(symbol.qualified_name)
    for mark, symbol in symbols:
        name = symbol.qualified_name
        if symbol.doc.parameters and symbol.kind in _CALLED and name not in more:
            yield from _of(mark, symbol, overloads[name])


def _of(mark: str, symbol: Symbol, signatures: set[str]) -> Iterator[Found]:
    names = {_bare(name) for name in signatures}
    if not names or not _plain(names):
        return
    documented = {name for item in symbol.doc.parameters for name in _names(item.name)}
    if not documented:
        return
    place = symbol.doc.range or symbol.selection_range
    line = Range(place.start_line, place.start_character, place.start_line, place.start_character)
    for item in symbol.doc.parameters:
        for name in _names(item.name):
            if name not in names:
                yield Found(
                    PARAMETER_UNKNOWN,
                    f"{symbol.name!r} has no parameter {name!r}; its documentation says it has.",
                    line,
                    about=f"{mark} {name}",
                    data={"symbol": mark, "parameter": name, "parameters": list(symbol.parameters)},
                )
    for parameter in symbol.parameters:
        name = _bare(parameter)
        if name not in documented | _OWNERS and not name.startswith("_"):
            yield Found(
                PARAMETER_UNDOCUMENTED,
                f"The parameter {name!r} of {symbol.name!r} is not documented, others are.",
                symbol.selection_range,
                about=f"{mark} {name}",
                data={"symbol": mark, "parameter": name},
            )


def _bare(parameter: str) -> str:
    """Take away what a language puts before or behind a name: `*args`, `&x`, `$x`, `x?`."""
    return parameter.strip("*&$@?. ")


def _takes_more(parameter: str) -> bool:
    """Tell whether a parameter takes any number of values, whatever they are called."""
    return parameter.startswith("*") or "..." in parameter


def _plain(names: Iterable[str]) -> bool:
    """Tell whether every name is one: a destructured or unnamed parameter has none."""
    return all(_WORD.fullmatch(name) for name in names)


def _names(written: str) -> Iterator[str]:
    """Give the names one entry of a doc comment speaks of: `x, y`, `options.depth`, `*args`."""
    for part in _SPLIT.split(written[:_MAX_NAME]):
        name = _PART.split(_bare(part), maxsplit=1)[0]
        if _WORD.fullmatch(name):
            yield name
