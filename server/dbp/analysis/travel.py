"""Ways through the graph: what a file names, who names it, and what a change of it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dbp.analysis.edge import Edge
from dbp.analysis.graph import Graph

MAX_EDGES = 10_000
"""Edges in one answer: more are a message editors choke on."""


class Step(NamedTuple):
    """An edge, and how many edges away from the file asked about it ends (from 1 on)."""

    edge: Edge
    distance: int


class Touched(NamedTuple):
    """A file that a change touches; `way` are the edges from it to what changed."""

    path: str
    distance: int
    way: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Edges around a file; `truncated` when there were more."""

    steps: tuple[Step, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Impact:
    """The files a change touches, the nearest first; `truncated` when there were more.

    `depth_limited` says that some lie farther away than was asked for.
    """

    touched: tuple[Touched, ...]
    truncated: bool = False
    depth_limited: bool = False


def around(graph: Graph, path: str, direction: str, depth: int) -> Steps:
    """List the edges that lead away from a file (`out`), to it (`in`), or `both`, so many deep."""
    steps: list[Step] = []
    for way in ("out", "in") if direction == "both" else (direction,):
        outward = way == "out"
        seen, frontier = {path}, [path]
        for distance in range(1, depth + 1):
            following = []
            for here in frontier:
                for edge in graph.outgoing(here) if outward else graph.incoming(here):
                    if len(steps) >= MAX_EDGES:
                        return Steps(tuple(steps), truncated=True)
                    steps.append(Step(edge, distance))
                    other = edge.target if outward else edge.source
                    if other not in seen:
                        seen.add(other)
                        following.append(other)
            frontier = following
    return Steps(tuple(steps))


def impact(
    graph: Graph, path: str, depth: int, expired: Callable[[], bool] = lambda: False
) -> Impact:
    """Find what a change of a file touches: what depends on it, and what is written about that.

    Dependencies, imports and relations are followed on and on; a document that links to or mentions
    a file is touched, but what leads to that document is not. What a document says it has an impact
    on counts as depending on it.
    """
    way_of: dict[str, tuple[Edge, ...]] = {path: ()}
    found: list[Touched] = []
    frontier = [path]
    for distance in range(1, depth + 1):
        following = []
        for here in frontier:
            for other, edge in _dependents(graph, here):
                if other in way_of:
                    continue
                if len(found) >= MAX_EDGES or expired():
                    return Impact(tuple(found), truncated=True)
                way_of[other] = (edge, *way_of[here])
                found.append(Touched(other, distance, way_of[other]))
                if _goes_on(edge):
                    following.append(other)
        frontier = following
    farther = any(other not in way_of for here in frontier for other, _ in _dependents(graph, here))
    return Impact(tuple(found), depth_limited=farther)


def _dependents(graph: Graph, path: str) -> Iterator[tuple[str, Edge]]:
    """Yield the files next to one that its change touches, those that are followed on first."""
    edges = [(edge.source, edge) for edge in graph.incoming(path) if edge.role != "impacts"]
    edges += [(edge.target, edge) for edge in graph.outgoing(path) if edge.role == "impacts"]
    yield from sorted(edges, key=lambda item: (not _goes_on(item[1]), item[0]))


def _goes_on(edge: Edge) -> bool:
    return edge.kind in ("import", "relation") or edge.family == "dependency"
