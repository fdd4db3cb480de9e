"""Circles: files that depend on each other, documents that send their reader round.

Both searches are bounded, and say which bound cut them: `depth_limited` when ways longer than the
allowed were left alone, `timed_out` when nobody waited any longer, `truncated` when there were more
results than are useful. A cycle is told once, in its normal form: it begins at its smallest path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dbp.analysis.components import components
from dbp.analysis.edge import Edge
from dbp.analysis.edges import FAMILIES
from dbp.analysis.graph import Graph

MAX_CYCLES = 1000
MAX_FILES = 20_000
"""Files that one search through a file looks at."""

_EVERY = 12
"""In a group of up to so many files every cycle is told; in larger ones a shortest of each file."""

_MOST_OF_A_GROUP = 100
_MOST_STEPS = 100_000
"""Of a walk through one small group: a second's work."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle: each edge begins where the one before ends, the last ends where the first begins."""

    family: str
    edges: tuple[Edge, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, each once, the smallest path first."""
        return tuple(edge.source for edge in self.edges)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer for one file: a shortest cycle through it, or None and what was left alone."""

    cycle: Cycle | None = None
    depth_limited: bool = False
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Cycles:
    """The answer for a graph.

    `too_long` counts groups of files that depend on each other in circles longer than the depth.
    """

    cycles: tuple[Cycle, ...] = ()
    depth_limited: bool = False
    timed_out: bool = False
    truncated: bool = False
    too_long: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a cycle, told or too long to be told."""
        return bool(self.cycles) or self.too_long > 0


def normal(family: str, edges: Sequence[Edge]) -> Cycle:
    """Turn a cycle so that it begins at its smallest path."""
    first = min(range(len(edges)), key=lambda index: edges[index].source)
    return Cycle(family, (*edges[first:], *edges[:first]))


def cycle_through(
    path: str,
    edges_of: Callable[[str], Iterable[Edge]],
    max_depth: int,
    expired: Callable[[], bool] = lambda: False,
    family: str = "dependency",
) -> Found:
    """Find a shortest cycle of a family through a file, of at most `max_depth` files.

    `edges_of` gives the edges that begin at a file, of any family.
    """
    came_by: dict[str, Edge] = {}
    frontier = [path]
    for _depth in range(max_depth):
        following: list[str] = []
        for source in frontier:
            if expired():
                return Found(timed_out=True)
            for edge in edges_of(source):
                if edge.family != family or edge.target in came_by:
                    continue
                came_by[edge.target] = edge
                if edge.target == path:
                    return Found(normal(family, _way(path, came_by)))
                following.append(edge.target)
        if len(came_by) > MAX_FILES:
            return Found(depth_limited=True)
        frontier = following
    return Found(depth_limited=bool(frontier))


def _way(path: str, came_by: dict[str, Edge]) -> list[Edge]:
    """Walk back from a file over the edges that led to it, until it is reached again."""
    edge = came_by[path]
    way = [edge]
    while edge.source != path:
        edge = came_by[edge.source]
        way.append(edge)
    return way[::-1]


def all_cycles(
    graph: Graph,
    family: str,
    max_depth: int,
    expired: Callable[[], bool] = lambda: False,
) -> Cycles:
    """Find the cycles of a family in a whole graph; `all` asks for those of each family."""
    if family == "all":
        return _joined([all_cycles(graph, each, max_depth, expired) for each in FAMILIES])
    neighbours = graph.neighbours(family)
    found: list[list[int]] = []
    limited = cut = False
    too_long = 0
    for group in components(neighbours):
        if expired():
            return Cycles(_told(graph, family, found), limited, True, cut, too_long)
        if len(found) >= MAX_CYCLES:
            cut = True
            break
        search = _Search(graph.names, neighbours, group, max_depth, expired)
        cycles = search.every() if len(group) <= _EVERY else search.shortest()
        found += cycles[: MAX_CYCLES - len(found)]
        limited, cut = limited or search.limited, cut or search.cut
        too_long += not cycles and search.limited
    return Cycles(_told(graph, family, found), limited, expired(), cut, too_long)


def _joined(parts: Sequence[Cycles]) -> Cycles:
    return Cycles(
        tuple(cycle for part in parts for cycle in part.cycles),
        any(part.depth_limited for part in parts),
        any(part.timed_out for part in parts),
        any(part.truncated for part in parts),
        sum(part.too_long for part in parts),
    )


def _told(graph: Graph, family: str, found: Iterable[Sequence[int]]) -> tuple[Cycle, ...]:
    cycles = []
    for numbers in found:
        paths = [graph.names[number] for number in numbers]
        pairs = zip(paths, [*paths[1:], paths[0]], strict=True)
        cycles.append(normal(family, [graph.between(a, b, family) for a, b in pairs]))
    return tuple(sorted(cycles, key=lambda cycle: (cycle.paths, len(cycle.paths))))


class _Search:
    """The cycles of one group of files that can all reach each other."""

    def __init__(
        self,
        names: Sequence[str],
        neighbours: Sequence[Sequence[int]],
        group: Sequence[int],
        max_depth: int,
        expired: Callable[[], bool],
    ) -> None:
        self._group = sorted(group, key=lambda number: names[number])
        members = set(group)
        order = {number: place for place, number in enumerate(self._group)}
        self._next = {
            number: sorted((n for n in neighbours[number] if n in members), key=order.__getitem__)
            for number in group
        }
        self._order = order
        self._max_depth = max_depth
        self._expired = expired
        self.limited = False
        self.cut = False

    def every(self) -> list[list[int]]:
        """List every cycle of a small group, from its smallest path on."""
        found: list[list[int]] = []
        steps = 0
        for start in self._group:
            way, turns = [start], [iter(self._next[start])]
            while turns:
                steps += 1
                too_much = len(found) >= _MOST_OF_A_GROUP or steps > _MOST_STEPS
                if too_much or self._expired():
                    self.cut = True
                    return found
                step = next(turns[-1], None)
                if step is None:
                    turns.pop()
                    way.pop()
                elif step == start:
                    found.append(list(way))
                elif self._order[step] > self._order[start] and step not in way:
                    if len(way) >= self._max_depth:
                        self.limited = True
                        continue
                    way.append(step)
                    turns.append(iter(self._next[step]))
        return found

    def shortest(self) -> list[list[int]]:
        """List a shortest cycle for each file that is in none of those listed before."""
        found: list[list[int]] = []
        covered: set[int] = set()
        for start in self._group:
            if start in covered:
                continue
            if len(found) >= _MOST_OF_A_GROUP or self._expired():
                self.cut = True
                break
            cycle = self._through(start)
            if cycle:
                covered.update(cycle)
                found.append(cycle)
            else:
                self.limited = True
        return found

    def _through(self, start: int) -> list[int]:
        came_from: dict[int, int] = {}
        frontier = [start]
        for _depth in range(self._max_depth):
            following: list[int] = []
            for source in frontier:
                for target in self._next[source]:
                    if target in came_from:
                        continue
                    came_from[target] = source
                    if target == start:
                        way = [source]
                        while way[-1] != start:
                            way.append(came_from[way[-1]])
                        return way[::-1]
                    following.append(target)
            if not following or self._expired():
                break
            frontier = following
        return []
