"""Circles through the file that is being edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from dbp.analysis.cycles import Found, cycle_through
from dbp.analysis.edge import Edge
from dbp.analysis.edges import Doors, edges_of
from dbp.facts import Facts, Link, facts_of
from dbp.languages import LANGUAGES
from dbp.model import Extraction, Range, Reference

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


HERE = Range(2, 0, 2, 9)
Door = Callable[[str], Sequence[Edge]]


def door(
    path: str, language: str, others: Mapping[str, tuple[Link, ...]], *references: Reference
) -> tuple[Door, list[str]]:
    """Make the door of a file before others, of which each asked for its facts is noted."""
    asked: list[str] = []

    def facts(key: str) -> Facts | None:
        asked.append(key)
        return Facts(others[key]) if key in others else None

    extraction = Extraction(language, 9, "utf-8", ascii=True, references=references)
    return edges_around(path, extraction, {path, *others}.__contains__, facts), asked


def test_an_import_that_closes_a_circle_is_found_before_it_is_saved() -> None:
    """Rows CY1, CY2, C15."""
    others = {"b.py": (Link("import", "c", 4),), "c.py": (Link("import", "a", 5),)}
    edges, asked = door("a.py", "python", others, Reference("import", "b", HERE))
    found = cycle_through("a.py", edges, 50)
    assert found.cycle is not None
    assert found.cycle.paths == ("a.py", "b.py", "c.py")
    assert [edge.line for edge in found.cycle.edges] == [2, 4, 5]
    assert asked == ["b.py", "c.py"]
    edges("b.py")
    assert asked == ["b.py", "c.py"]


def test_nothing_is_asked_of_a_file_that_depends_on_none() -> None:
    """Row CY9."""
    others = {"b.py": (Link("import", "a", 4),)}
    edges, asked = door("a.py", "python", others, Reference("mention", "b.py", HERE))
    assert cycle_through("a.py", edges, 50) == Found()
    assert asked == []


def test_what_cut_the_search_is_said() -> None:
    """Rows C16, C17."""
    ring = {f"f{n}.py": (Link("import", f"f{(n + 1) % 60}", 0),) for n in range(1, 60)}
    edges, _ = door("f0.py", "python", ring, Reference("import", "f1", HERE))
    assert cycle_through("f0.py", edges, 50) == Found(depth_limited=True)
    assert cycle_through("f0.py", edges, 60, lambda: True) == Found(timed_out=True)
    found = cycle_through("f0.py", edges, 60).cycle
    assert found is not None
    assert len(found.paths) == 60


def test_a_document_that_states_relations_of_others_answers_for_them() -> None:
    others = {"doc/A.md": (), "doc/B.md": (), "doc/C.md": ()}
    edges, _ = door(
        "doc/R.md",
        "markdown",
        others,
        Reference("relation", "B.md", HERE, ("A.md",), "depends-on"),
        Reference("relation", "A.md", HERE, ("B.md",), "depends-on"),
        Reference("relation", "A.md", HERE, ("C.md",), "impacts"),
    )
    found = cycle_through("doc/A.md", edges, 50).cycle
    assert found is not None
    assert found.paths == ("doc/A.md", "doc/B.md")
    assert [edge.where for edge in found.edges] == ["doc/R.md", "doc/R.md"]
    assert cycle_through("doc/R.md", edges, 50) == Found()


def test_documents_have_circles_of_their_own() -> None:
    others = {"b.md": (Link("link", "a.md#x", 1),)}
    edges, _ = door("a.md", "markdown", others, Reference("link", "b.md", HERE))
    assert cycle_through("a.md", edges, 50).cycle is None
    assert cycle_through("a.md", edges, 50, family="documentation").cycle is not None
