"""The edges around one file as it is being written: from its own text and the facts of the others.

The whole graph is not built for this. Only files that are reached are asked for their facts. What a
third file states of them (see `dbp.extract.relations`) is not known here; the whole graph knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from dbp.analysis.edge import Edge
from dbp.analysis.edges import Doors, edges_of
from dbp.facts import Facts, facts_of
from dbp.languages import LANGUAGES
from dbp.model import Extraction

_BY_ENDING = {end: one.name for one in LANGUAGES for end in one.extensions.split()}


def edges_around(
    path: str,
    extraction: Extraction,
    exists: Callable[[str], bool],
    facts: Callable[[str], Facts | None],
    source_roots: Sequence[str] = (),
) -> Callable[[str], Sequence[Edge]]:
    """Make the door `Subject.edges_of` of a file with this text; answers are kept as it is."""
    doors = Doors(exists, exists, source_roots)

    @cache
    def own() -> tuple[Edge, ...]:
        return tuple(edges_of(path, extraction.language, facts_of(extraction), doors))

    known: dict[str, tuple[Edge, ...]] = {}

    def edges(key: str) -> tuple[Edge, ...]:
        if key not in known:
            theirs = None if key == path else facts(key)
            language = _BY_ENDING.get(key.rpartition(".")[2].lower(), "")
            found = edges_of(key, language, theirs, doors) if theirs is not None else ()
            known[key] = tuple(edge for edge in (*found, *own()) if edge.source == key)
        return known[key]

    return edges
