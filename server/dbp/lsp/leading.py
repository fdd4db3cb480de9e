"""Where a reference leads: to which file, and to which line and symbol in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dbp.analysis.anchors import find_symbol, has_anchor, names_lines, slug
from dbp.analysis.references import bare_target, fragment_of, resolve, resolve_page
from dbp.facts import walk
from dbp.model import Dependency, Extraction, Range, Reference, Symbol

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Place
    from dbp.view import FileView

_NUMBER = re.compile(r"\d+")
_LINE = re.compile(r":(\d{1,7})(?:-\d{1,7})?$")


class Lead(NamedTuple):
    """A file of the folder by its key; `symbol` or `line` say where in it, when that is known."""

    key: str
    symbol: Symbol | None = None
    line: int | None = None

    @property
    def first_line(self) -> int | None:
        """The line to jump to."""
        return self.symbol.selection_range.start_line if self.symbol else self.line


def reference_at(
    extraction: Extraction, line: int, character: int
) -> Reference | Dependency | None:
    """Find the reference under a position; imports belong to the language's own server."""
    for reference in extraction.references:
        if reference.kind != "import" and reference.range.contains(line, character):
            return reference
    for dependency in extraction.header.dependencies if extraction.header else ():
        if dependency.range.contains(line, character):
            return dependency
    return None


def lead(place: Place, reference: Reference | Dependency) -> Lead | None:
    """Follow a reference of a document; None when it leads nowhere."""
    target = reference.target
    if bare_target(target):
        find = resolve_page if reference.kind == "link" else resolve
        key = find(target, place.path, place.exists)
    else:
        key = place.path if target.strip().startswith("#") else None
    if key is None:
        return None
    fragment = fragment_of(target)
    if match := _LINE.search(target.partition("#")[0].strip("`<> ")):
        return Lead(key, line=max(0, int(match[1]) - 1))
    if not fragment:
        return Lead(key)
    if names_lines(fragment):
        number = _NUMBER.search(fragment)
        return Lead(key, line=max(0, int(number[0]) - 1) if number else None)
    shown = view_of(place, key)
    extraction = shown.extraction if shown is not None else None
    return Lead(key, symbol=_symbol(fragment, extraction) if extraction is not None else None)


def view_of(place: Place, key: str) -> FileView | None:
    """Read the file that is led to: the document itself, or another one."""
    return place.view() if key == place.path else place.view(key)


def _symbol(fragment: str, extraction: Extraction) -> Symbol | None:
    if extraction.language != "markdown":
        return find_symbol(fragment, extraction)
    taken: dict[str, int] = {}
    for symbol in walk(extraction.symbols):
        if symbol.kind != "section":
            continue
        name = base = slug(symbol.name)
        while name in taken:  # a second heading of a name gets a number
            taken[base] += 1
            name = f"{base}-{taken[base]}"
        taken[name] = 0
        if has_anchor(fragment, (name,)):
            return symbol
    return None


def jump(where: Lead) -> Range:
    """Give the range to show: the symbol's name, or the beginning of a line.

    Columns are left out: those of another file are not worth reading it.
    """
    line = where.first_line or 0
    return Range(line, 0, line, 0)
