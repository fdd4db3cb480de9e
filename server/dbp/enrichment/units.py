"""The units of a file: what is asked about and kept as one, and what each of them is missing.

A *fingerprint* is a hash of what is shown of a unit, whatever its
indentation, blanks and place; an edit inside one function changes that function's and no other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dbp.enrichment.outline import head_of
from dbp.enrichment.slices import (
    body_size,
    lead_start,
    own_lines,
    squeezed,
)
from dbp.enrichment.template import PROMPT_VERSION
from dbp.enrichment.wants import (
    FUNCTIONS,
    file_size,
    header_lacks,
    header_wants,
    symbol_lacks,
    symbol_wants,
)
from dbp.lines import split_lines
from dbp.meaning import HEADER
from dbp.model import Extraction, Symbol

ASKED_KINDS = frozenset(
    {
        *("function", "method", "class", "struct", "union", "interface", "trait", "enum"),
        *("type", "module"),
    }
)
_LONG_FUNCTION = 80
"""Functions inside a longer one are units of their own; inside a shorter one they belong to it."""

_NAME = re.compile(r"[\w.$#~?!+*/%=<>&|^\[\]()@:,-]{1,160}")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. Lines are 0-based, both ends inside; `shown_from` is where its comments begin.

    `wants` are the fields of `dbp.meaning.Said` worth asking for, `lacks` all that are empty.
    `holes` are the lines of units inside it, `around` the first lines of the symbols it stands in.
    `size` counts its lines of code.
    """

    name: str
    kind: str
    fingerprint: str
    first_line: int
    last_line: int
    wants: frozenset[str]
    parameters: tuple[str, ...] = ()
    shown_from: int = 0
    holes: tuple[tuple[int, int], ...] = ()
    around: tuple[int, ...] = ()
    size: int = 0
    lacks: frozenset[str] = frozenset()


class _Found(NamedTuple):
    """A symbol that is a unit, and the holes that are found after it."""

    name: str
    symbol: Symbol
    parameters: tuple[str, ...]
    around: tuple[int, ...]
    holes: list[tuple[int, int]]


def named(symbols: Iterable[Symbol]) -> Iterator[tuple[str, Symbol]]:
    """Yield each symbol with the name of its unit, in the order of the file."""
    seen: dict[str, int] = {}
    stack = [iter(symbols)]
    while stack:
        for symbol in stack[-1]:
            name = symbol.qualified_name
            count = seen.get(name, 0) + 1
            seen[name] = count
            yield (name if count == 1 else f"{name}~{count}"), symbol
            if symbol.children:
                stack.append(iter(symbol.children))
                break
        else:
            stack.pop()


def units_of(extraction: Extraction, text: str, *, salt: str = "") -> tuple[Unit, ...]:
    """List the units of a file, its header first; those that want nothing have empty `wants`.

    `text` has the lines of the extraction's content, and may be redacted: a symbol whose name does
    not stand in it is no unit. `salt` is part of every fingerprint.
    """
    lines = split_lines(text)
    language = extraction.language
    size = file_size(lines, text, language)
    if size == 0:
        return ()
    found = _found(extraction, text, lines)
    units = [_unit(item, lines, language, salt) for item in found]
    header = extraction.header
    spans = [(unit.shown_from, unit.last_line) for unit in units if not unit.around]
    head = head_of(extraction, lines, spans)
    whole = Unit(
        HEADER,
        "header",
        _fingerprint(salt, HEADER, squeezed((*head.lines(), *map(_skeleton, found)))),
        header.range.start_line if header else 0,
        header.range.end_line if header else 0,
        header_wants(extraction, size),
        size=size,
        lacks=header_lacks(extraction),
    )
    return (whole, *units)


def _skeleton(found: _Found) -> str:
    symbol = found.symbol
    said = symbol.doc.intent or symbol.doc.summary or ""
    return f"{symbol.kind} {found.name}({','.join(symbol.parameters)}) {said}"


def _found(extraction: Extraction, text: str, lines: Sequence[str]) -> list[_Found]:
    names = {id(symbol): name for name, symbol in named(extraction.symbols)}
    out: list[_Found] = []
    standing: dict[str, bool] = {}

    def speakable(name: str, near: str) -> bool:
        """Tell whether a name may be said: it is one word that was not blacked out of the text."""
        if not _NAME.fullmatch(name):
            return False
        for part in name.split("."):
            if part not in standing:
                standing[part] = part in near or part in text
            if not standing[part]:
                return False
        return True

    def collect(symbols: Sequence[Symbol], within: _Found | None) -> None:
        for symbol in symbols:
            inside = within
            near = "".join(lines[symbol.range.start_line : symbol.selection_range.end_line + 1])
            if _is_unit(symbol, within) and speakable(symbol.qualified_name, near):
                around = (*within.around, within.symbol.range.start_line) if within else ()
                parameters = tuple(name for name in symbol.parameters if speakable(name, near))
                inside = _Found(names[id(symbol)], symbol, parameters, around, [])
                out.append(inside)
                if within is not None:
                    within.holes.append((symbol.range.start_line, symbol.range.end_line))
            collect(symbol.children, inside)

    collect(extraction.symbols, None)
    return out


def _is_unit(symbol: Symbol, within: _Found | None) -> bool:
    if symbol.kind not in ASKED_KINDS or not symbol.qualified_name:
        return False
    if within is None or within.symbol.kind not in FUNCTIONS:
        return True
    around = within.symbol.range
    return around.end_line - around.start_line >= _LONG_FUNCTION


def _unit(found: _Found, lines: Sequence[str], language: str, salt: str) -> Unit:
    symbol = found.symbol
    first, last = symbol.range.start_line, symbol.range.end_line
    floor = found.around[-1] + 1 if found.around else 0
    shown_from = lead_start(lines, first, floor, language)
    size = body_size(lines, first, last, language)
    shown = squeezed(own_lines(lines, shown_from, last, found.holes))
    return Unit(
        found.name,
        symbol.kind,
        _fingerprint(salt, found.name, shown),
        first,
        last,
        symbol_wants(symbol, size),
        found.parameters,
        shown_from,
        tuple(found.holes),
        found.around,
        size,
        symbol_lacks(symbol),
    )


def _fingerprint(salt: str, name: str, shown: str) -> str:
    basis = "\0".join((str(PROMPT_VERSION), salt, name, shown))
    return hashlib.blake2b(basis.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
