"""The names that a `#fragment` can have in a file: headings, own anchors, symbols, lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from dbp.facts import walk
from dbp.model import Extraction, Symbol

_DROPPED = re.compile(r"[^\w\- ]")
_HYPHENS = re.compile(r"-{2,}")
_LINES = re.compile(r"L?\d{1,7}(?:C\d{1,7})?(?:-L?\d{1,7}(?:C\d{1,7})?)?")
_BETWEEN = re.compile(r"::|[#/]|->")


def slug(title: str) -> str:
    """Name the anchor of a heading as GitHub does.

    In lower case, a hyphen for each blank, and of the rest letters, digits, `_` and `-`.
    """
    return _DROPPED.sub("", title.strip().lower()).replace(" ", "-")


def slugs(extraction: Extraction) -> set[str]:
    """Name every anchor of a document: of headings, in their order, and those it names itself.

    A heading whose name is taken gets `-1`, the next one `-2`.
    """
    found: dict[str, int] = {}
    for symbol in walk(extraction.symbols):
        if symbol.kind != "section":
            continue
        name = base = slug(symbol.name)
        while name in found:
            found[base] += 1
            name = f"{base}-{found[base]}"
        found[name] = 0
    return {*found, *extraction.anchors}


def has_anchor(fragment: str, names: Iterable[str]) -> bool:
    """Tell whether a document answers to a fragment.

    Sites make their anchors differently: case, doubled hyphens, and `_` for `-` make no difference.
    """
    wanted = _loose(unquote(fragment))
    return any(_loose(name) == wanted for name in names)


def _loose(name: str) -> str:
    return _HYPHENS.sub("-", name.lower().replace("_", "-")).strip("-")


def names_lines(fragment: str) -> bool:
    """Tell whether a fragment names lines: `L12`, `L3-L9`, `12`."""
    return _LINES.fullmatch(fragment) is not None


def find_symbol(fragment: str, extraction: Extraction) -> Symbol | None:
    """Find the symbol that a fragment names: by its qualified name, or by its bare one.

    The case of letters counts. `A::b`, `A#b` and `A.b()` name `A.b`.
    """
    name = _BETWEEN.sub(".", unquote(fragment).removesuffix("()")).strip(".")
    bare: Symbol | None = None
    for symbol in walk(extraction.symbols):
        if name in (symbol.qualified_name, _BETWEEN.sub(".", symbol.qualified_name)):
            return symbol
        if bare is None and (name == symbol.name or _ends(symbol.qualified_name, name)):
            bare = symbol
    return bare


def _ends(qualified: str, name: str) -> bool:
    return "." in name and _BETWEEN.sub(".", qualified).endswith("." + name)


def symbol_names(extraction: Extraction) -> list[str]:
    """Name all symbols of a file, each by its qualified name."""
    return [symbol.qualified_name for symbol in walk(extraction.symbols)]
