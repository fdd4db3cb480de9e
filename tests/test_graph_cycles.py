"""Circles: each is found, told once in its normal form, and what cut a search is said."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

from hypothesis import given, strategies as st

from dbp.analysis.components import components
from dbp.analysis.cycles import Cycles, all_cycles, cycle_through
from dbp.analysis.edge import Edge
from dbp.analysis.graph import Graph


def edge(source: str, target: str, family: str = "dependency") -> Edge:
    return Edge(source, target, "import", 0, "", family, source)


def graph_of(*pairs: str, family: str = "dependency") -> Graph:
    graph = Graph()
    for pair in pairs:
        graph.add(edge(*pair.split(">"), family))
    return graph


def ring(count: int, prefix: str = "r") -> list[str]:
    return [f"{prefix}{n:03}>{prefix}{(n + 1) % count:03}" for n in range(count)]


def paths(found: Cycles) -> list[str]:
    return [" ".join(cycle.paths) for cycle in found.cycles]


def test_disjoint_cycles_and_loops_are_told_each_once() -> None:
    """Row CY6."""
    graph = graph_of("b>a", "a>b", "x>y", "y>z", "z>x", "q>q", "m>n", "n>o")
    found = all_cycles(graph, "dependency", 50)
    assert paths(found) == ["a b", "q", "x y z"]
    assert not any((found.depth_limited, found.timed_out, found.truncated))
    assert [e.target for e in found.cycles[2].edges] == ["y", "z", "x"]


def test_every_cycle_of_a_small_group_is_told() -> None:
    graph = graph_of("a>b", "b>c", "c>a", "b>a", "c>b", "a>a")
    assert paths(all_cycles(graph, "dependency", 50)) == ["a", "a b", "a b c", "b c"]
    assert paths(all_cycles(graph, "dependency", 2)) == ["a", "a b", "b c"]
    assert all_cycles(graph, "dependency", 2).depth_limited


def test_of_a_large_group_every_file_is_in_a_cycle_that_is_told() -> None:
    chords = [f"r{n:03}>r{n - 1:03}" for n in range(1, 40)]
    found = all_cycles(graph_of(*ring(40), *chords), "dependency", 50)
    assert {path for cycle in found.cycles for path in cycle.paths} == {
        f"r{n:03}" for n in range(40)
    }
    assert all(len(cycle.paths) == 2 for cycle in found.cycles)


def test_a_cycle_longer_than_the_depth_is_said_to_be_there() -> None:
    """Row C16."""
    found = all_cycles(graph_of(*ring(60)), "dependency", 50)
    assert (found.cycles, found.depth_limited, found.too_long, found.any) == ((), True, 1, True)
    assert len(all_cycles(graph_of(*ring(60)), "dependency", 60).cycles[0].paths) == 60
    through = cycle_through("r000", outgoing(graph_of(*ring(60))), 50)
    assert (through.cycle, through.depth_limited) == (None, True)
    short = all_cycles(graph_of(*ring(5)), "dependency", 4)
    assert (short.cycles, short.depth_limited, short.too_long) == ((), True, 1)


def test_a_search_ends_when_its_time_is_over() -> None:
    """Row C17."""
    graph = graph_of(*ring(3, "a"), *ring(3, "b"))
    found = all_cycles(graph, "dependency", 50, lambda: True)
    assert found.timed_out
    answers = iter([False, True])
    through = cycle_through("a000", outgoing(graph), 50, lambda: next(answers, True))
    assert (through.cycle, through.timed_out) == (None, True)


def test_families_are_apart_and_may_be_asked_together() -> None:
    graph = graph_of("a>b", "b>a")
    for pair in ("c.md>d.md", "d.md>c.md", "b>c.md", "d.md>a"):
        graph.add(edge(*pair.split(">"), "documentation"))
    graph.add(edge("x", "y", ""))
    graph.add(edge("y", "x", ""))
    assert paths(all_cycles(graph, "dependency", 50)) == ["a b"]
    assert paths(all_cycles(graph, "documentation", 50)) == ["c.md d.md"]
    both = all_cycles(graph, "all", 50)
    assert [cycle.family for cycle in both.cycles] == ["dependency", "documentation"]


def outgoing(graph: Graph) -> Callable[[str], Iterable[Edge]]:
    return graph.outgoing


def test_a_shortest_cycle_through_a_file_is_found() -> None:
    """Rows CY1, CY5."""
    graph = graph_of("a>b", "b>c", "c>d", "d>a", "c>a", "z>a", "l>l")
    found = cycle_through("c", outgoing(graph), 50).cycle
    assert found is not None
    assert found.paths == ("a", "b", "c")
    assert cycle_through("z", outgoing(graph), 50).cycle is None
    loop = cycle_through("l", outgoing(graph), 50).cycle
    assert loop is not None
    assert loop.paths == ("l",)
    assert not cycle_through("z", outgoing(graph), 50).depth_limited
    assert cycle_through("a", outgoing(graph), 2).depth_limited
    exact = cycle_through("a", outgoing(graph), 3).cycle
    assert exact is not None
    assert exact.paths == ("a", "b", "c")


def test_without_the_edge_there_is_no_cycle() -> None:
    """Row CY9."""
    assert all_cycles(graph_of("a>b", "b>a"), "dependency", 50).any
    assert not all_cycles(graph_of("a>b"), "dependency", 50).any


Pairs = list[tuple[int, int]]
PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24)


def reachable(pairs: Pairs, start: int) -> set[int]:
    found: set[int] = set()
    pending = [b for a, b in pairs if a == start]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += [b for a, b in pairs if a == node]
    return found


@given(PAIRS)
def test_components_are_groups_that_reach_each_other(pairs: Pairs) -> None:
    reach = {node: reachable(pairs, node) for node in range(8)}
    expected = {
        frozenset(other for other in reach[node] if node in reach[other])
        for node in range(8)
        if node in reach[node]
    }
    neighbours = [sorted({b for a, b in pairs if a == node}) for node in range(8)]
    assert {frozenset(group) for group in components(neighbours)} == expected


@given(PAIRS)
def test_cycles_are_simple_real_different_and_cover_every_group(pairs: Pairs) -> None:
    graph = Graph()
    for a, b in pairs:
        graph.add(edge(str(a), str(b)))
    found = all_cycles(graph, "dependency", 50)
    assert len({cycle.paths for cycle in found.cycles}) == len(found.cycles)
    for cycle in found.cycles:
        assert cycle.paths[0] == min(cycle.paths)
        assert len(set(cycle.paths)) == len(cycle.paths)
        ends = [e.target for e in cycle.edges]
        assert ends == [*cycle.paths[1:], cycle.paths[0]]
        assert {(int(e.source), int(e.target)) for e in cycle.edges} <= set(pairs)
    in_cycles = {int(path) for cycle in found.cycles for path in cycle.paths}
    looping = {node for node in range(8) if node in reachable(pairs, node)}
    if not found.truncated:
        assert in_cycles == looping
    for node in range(8):
        assert (cycle_through(str(node), graph.outgoing, 50).cycle is not None) == (node in looping)


def test_a_graph_of_a_hundred_thousand_files_is_no_trouble() -> None:
    chance = random.Random(1)  # noqa: S311  # the same graph every time
    graph = Graph()
    names = [f"f{n:06}" for n in range(100_000)]
    for n, name in enumerate(names):
        for _ in range(4):
            graph.add(edge(name, names[min(n + chance.randrange(1, 50), 99_999)]))
    graph.add(edge(names[500], names[400]))
    started = time.perf_counter()
    deep = all_cycles(graph, "dependency", 50)
    assert time.perf_counter() - started < 20
    assert "f099999" in paths(deep)
    assert any(cycle.paths[-1] == "f000500" for cycle in deep.cycles)
