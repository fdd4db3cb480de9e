"""Strongly connected components: groups of nodes that can all reach each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def components(neighbours: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield each group of a graph that has a cycle in it: two nodes or more, or one with a loop.

    Tarjan's algorithm without recursion: linear in nodes and edges, as deep as the graph may be.
    """
    index = [0] * len(neighbours)  # 0: not seen yet
    low = [0] * len(neighbours)
    on_stack = bytearray(len(neighbours))
    stack: list[int] = []
    count = 0
    for root in range(len(neighbours)):
        if index[root]:
            continue
        work = [(root, 0)]
        while work:
            node, step = work.pop()
            if step == 0:
                count += 1
                index[node] = low[node] = count
                stack.append(node)
                on_stack[node] = 1
            row = neighbours[node]
            while step < len(row):
                other = row[step]
                step += 1
                if not index[other]:
                    work += ((node, step), (other, 0))
                    break
                if on_stack[other]:
                    low[node] = min(low[node], index[other])
            else:
                if low[node] == index[node]:
                    yield from _taken(node, stack, on_stack, neighbours)
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])


def _taken(
    node: int, stack: list[int], on_stack: bytearray, neighbours: Sequence[Sequence[int]]
) -> Iterator[list[int]]:
    group: list[int] = []
    while not group or group[-1] != node:
        group.append(stack.pop())
        on_stack[group[-1]] = 0
    if len(group) > 1 or node in neighbours[node]:
        yield group
