"""The graph of a workspace, in little memory.

Built when it is asked for, from the facts of the record, and thrown away again: nothing of it is
kept between two questions. Files are numbers and edges rows of arrays, so that the graph of a
hundred thousand files takes some tens of megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator

from dbp.analysis.edge import Edge
from dbp.analysis.edges import Doors, edges_of
from dbp.facts import Facts
from dbp.paths import parent


class Graph:
    """The edges of a workspace. Made by `build`, then only read; any thread."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._ends = array("i")  # source, target, line and file of each edge, one after another
        self._sorts = bytearray()
        self._table: list[tuple[str, str, str]] = []
        self._sort_numbers: dict[tuple[str, str, str], int] = {}
        self._out: tuple[array[int], array[int]] | None = None
        self._in: tuple[array[int], array[int]] | None = None

    def __len__(self) -> int:
        """Count the edges."""
        return len(self._sorts)

    def add(self, edge: Edge) -> None:
        """Take an edge in."""
        sort = (edge.kind, edge.role, edge.family)
        number = self._sort_numbers.get(sort)
        if number is None:
            number = self._sort_numbers[sort] = len(self._table)
            self._table.append(sort)
        where = self._number(edge.where)
        ends = (self._number(edge.source), self._number(edge.target), edge.line, where)
        self._ends.extend(ends)
        self._sorts.append(number)
        self._out = self._in = None

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def number(self, path: str) -> int | None:
        """Give the number of a file; None for one that no edge touches."""
        return self._numbers.get(path)

    def edge(self, index: int) -> Edge:
        """Read one edge."""
        source, target, line, where = self._ends[4 * index : 4 * index + 4]
        kind, role, family = self._table[self._sorts[index]]
        names = self.names
        return Edge(names[source], names[target], kind, line, role, family, names[where])

    def edges(self) -> Iterator[Edge]:
        """Yield all edges, in the order of the files that declare them."""
        return map(self.edge, range(len(self)))

    def outgoing(self, path: str) -> list[Edge]:
        """List the edges that begin at a file."""
        if self._out is None:
            self._out = self._sorted_by(0)
        return self._at(self._out, path)

    def incoming(self, path: str) -> list[Edge]:
        """List the edges that end at a file, or at its folder when that is imported as a whole."""
        if self._in is None:
            self._in = self._sorted_by(1)
        found = self._at(self._in, path)
        if path.endswith((".go", ".java", ".kt")):
            whole = self._at(self._in, parent(path))
            found += [edge._replace(target=path) for edge in whole if edge.kind == "import"]
        return found

    def _at(self, index: tuple[array[int], array[int]], path: str) -> list[Edge]:
        number = self._numbers.get(path)
        if number is None:
            return []
        starts, order = index
        return [self.edge(order[i]) for i in range(starts[number], starts[number + 1])]

    def _sorted_by(self, column: int) -> tuple[array[int], array[int]]:
        """Index the edges by one of their ends."""
        ends = self._ends[column::4]
        starts = array("i", bytes(4 * (len(self.names) + 2)))
        for end in ends:
            starts[end + 2] += 1
        for number in range(2, len(starts)):
            starts[number] += starts[number - 1]
        order = array("i", bytes(4 * len(ends)))
        for index, end in enumerate(ends):
            order[starts[end + 1]] = index
            starts[end + 1] += 1
        return starts, order

    def neighbours(self, family: str) -> list[list[int]]:
        """List for each file the files that edges of a family lead to, each once, in order."""
        wanted = bytes(family in ("all", sort[2]) for sort in self._table)
        found: list[list[int]] = [[] for _ in self.names]
        ends, sorts = self._ends, self._sorts
        for index in range(len(sorts)):
            if wanted[sorts[index]]:
                found[ends[4 * index]].append(ends[4 * index + 1])
        return [sorted(set(row)) if len(row) > 1 else row for row in found]

    def between(self, source: str, target: str, family: str) -> Edge:
        """Give the first edge of a family from one file to another. Raises `LookupError`."""
        for edge in self.outgoing(source):
            if edge.target == target and edge.family == family:
                return edge
        raise LookupError(f"{source} -> {target}")


def build(
    facts: Iterable[tuple[str, str, Facts]],
    doors: Doors,
    expired: Callable[[], bool] = lambda: False,
) -> Graph:
    """Build the graph of all these files (path, language, facts); stops where it has `expired`."""
    graph = Graph()
    remembered = _Remembered(doors)
    for path, language, each in facts:
        if expired():
            break
        if each.links:
            for edge in edges_of(path, language, each, remembered.doors):
                graph.add(edge)
    return graph


class _Remembered:
    """Answers of `is_there` for places in no record, kept while a graph is built."""

    def __init__(self, doors: Doors) -> None:
        self._known: dict[str, bool] = {}
        self._recorded, self._is_there = doors.recorded, doors.is_there
        self.doors = doors._replace(is_there=self._ask)

    def _ask(self, key: str) -> bool:
        if self._recorded(key):
            return True
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._is_there(key)
        return known
