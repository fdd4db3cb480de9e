"""Whom a model means: from a name in its answer to a unit of the file, or to none.

A symbol the parser did not see does not exist. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dbp.enrichment.schema import DocSections, LineRange
from dbp.enrichment.units import named
from dbp.model import Symbol

_MAX_NAME = 400
_CALL = re.compile(r"\(.*\)?$", re.DOTALL)
_KEYWORD = re.compile(r"(async )?(function|method|class|def|fn|func|struct|interface|enum) ")


class Claimed(NamedTuple):
    """What an answer says of one symbol; `owner` is the class it is listed under."""

    name: str
    owner: str
    lines: LineRange | None
    docs: DocSections


class Found(NamedTuple):
    """The unit that is meant, or an empty name; whether the lines given speak against it."""

    name: str
    contradicted: bool = False


class _Place(NamedTuple):
    name: str
    first: int
    last: int


class Names:
    """The symbols of a file by every name they can be called."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self._units: dict[str, _Place] = {}
        self._qualified: dict[str, list[_Place]] = {}
        self._bare: dict[str, list[_Place]] = {}
        for name, symbol in named(symbols):
            place = _Place(name, symbol.range.start_line + 1, symbol.range.end_line + 1)
            self._units.setdefault(name, place)
            self._qualified.setdefault(symbol.qualified_name, []).append(place)
            self._bare.setdefault(symbol.name, []).append(place)

    def find(self, claimed: Claimed) -> Found:
        """Find the unit a claim is about."""
        raw = claimed.name.strip()
        name = raw if raw in self._units else _plain(raw)
        if not name:
            return Found("")
        if not claimed.owner:
            places = self._qualified.get(name, [])
            exact = self._units.get(name)
            if not places and exact is None:
                places = self._bare.get(name, [])
            return _chosen(places, exact, claimed.lines)
        owner = self._owner(_plain(claimed.owner))
        if not owner:
            return Found("")
        full = name if name.startswith(f"{owner}.") else f"{owner}.{name}"
        return _chosen(self._qualified.get(full, []), self._units.get(full), claimed.lines)

    def _owner(self, name: str) -> str:
        """Give the qualified name of a class, which may be called by its last part."""
        if name in self._qualified:
            return name
        places = self._bare.get(name, [])
        return places[0].name if len(places) == 1 else ""


def _plain(name: str) -> str:
    """Strip what a model may write around a name: keywords, parameters, other separators."""
    if len(name) > _MAX_NAME:
        return ""
    name = _KEYWORD.sub("", name.strip().strip("`"), count=1).strip()
    if not name.startswith("operator"):
        name = _CALL.sub("", name)
    return name.replace("::", ".").replace("->", ".").strip()


def _chosen(places: list[_Place], exact: _Place | None, lines: LineRange | None) -> Found:
    """Choose among equal names by their lines; without lines the name has to be a unit's own."""
    if len(places) > 1 and lines is not None:
        starts = [place for place in places if place.first == lines.start]
        holds = [place for place in places if place.first <= lines.start <= place.last]
        for narrowed in (starts, holds):
            if len(narrowed) == 1:
                return Found(narrowed[0].name)
    place = exact or (places[0] if len(places) == 1 else None)
    if place is None:
        return Found("")
    # Decorators and comments above belong to a symbol for a reader, and not for the parser.
    apart = lines is not None and (lines.end < place.first or lines.start > place.last)
    return Found(place.name, apart)
