"""Files that depend on each other in a circle, and documents that refer to each other in one."""

from __future__ import annotations

from collections.abc import Iterator

from dbp.analysis.cycles import Cycle, cycle_through
from dbp.analysis.edge import Edge
from dbp.analysis.edges import DEPENDENCY, DOCUMENTATION
from dbp.analysis.references import first_line
from dbp.analysis.rules.catalogue import DEPENDENCY_CYCLE, DOCUMENTATION_CYCLE, Found
from dbp.analysis.subject import Subject
from dbp.model import Range, Related, Severity

_STUB = ".pyi"
"""Types only: nothing of it runs."""

_MOST_RELATED = 20
_MOST_NAMED = 5

_SAID = {"import": "imports", "header": "depends on", "relation": "depends on"}


def dependencies(subject: Subject) -> Iterator[Found]:
    """Find a circle of dependencies that this file is part of."""
    yield from _find(subject, DEPENDENCY, DEPENDENCY_CYCLE, "depends on itself")


def documents(subject: Subject) -> Iterator[Found]:
    """Find a circle of references between documents that this one is part of."""
    yield from _find(subject, DOCUMENTATION, DOCUMENTATION_CYCLE, "leads back to itself")


def _find(subject: Subject, family: str, code: str, what: str) -> Iterator[Found]:
    if not subject.cycles or subject.path.endswith(_STUB):
        return

    def edges_of(path: str) -> Iterator[Edge]:
        # What imports its own name is a bundle, or a package that names its parts.
        edges = subject.edges_of(path)
        return (edge for edge in edges if edge.kind != "import" or edge.target != path)

    found = cycle_through(subject.path, edges_of, subject.max_depth, subject.expired, family)
    if found.cycle is None:
        return
    edges = _from(subject.path, found.cycle)
    # Modules that import each other are read in an order that works, or nobody could load them.
    imports = all(edge.kind == "import" for edge in edges)
    yield Found(
        code,
        f"This file {what}: {_way(subject.path, edges)}.",
        _place(subject, edges[0]),
        about=" ".join(found.cycle.paths),
        data={"cycle": list(found.cycle.paths)},
        related=tuple(_related(edge) for edge in edges[1 : _MOST_RELATED + 1]),
        quieter=Severity.INFORMATION if imports else Severity.ERROR,
    )


def _from(path: str, cycle: Cycle) -> tuple[Edge, ...]:
    """Turn a cycle so that it begins at a file of it."""
    first = cycle.paths.index(path)
    return (*cycle.edges[first:], *cycle.edges[:first])


def _way(path: str, edges: tuple[Edge, ...]) -> str:
    """Name the files on the way, the middle of a long one left out."""
    names = [edge.target for edge in edges]
    if len(names) > _MOST_NAMED:
        left = len(names) - _MOST_NAMED + 1
        names = [*names[: _MOST_NAMED - 2], f"({left} more)", names[-1]]
    return " → ".join([path, *names])


def _place(subject: Subject, edge: Edge) -> Range:
    """Give the range of the reference that an edge of this file comes from."""
    if edge.where == subject.path:
        for reference in subject.extraction.references:
            if reference.kind == edge.kind and reference.range.start_line == edge.line:
                return reference.range
    return first_line(subject.extraction)


def _related(edge: Edge) -> Related:
    place = Range(edge.line, 0, edge.line, 0)
    said = _SAID.get(edge.kind, "refers to")
    return Related(edge.where, place, f"{edge.source} {said} {edge.target}")
