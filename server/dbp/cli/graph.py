"""`dbp graph [PATH…]`: which file refers to which, as Mermaid, DOT or JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from dbp.analysis.edge import Edge
from dbp.analysis.graph import Graph, build
from dbp.analysis.graph_text import as_dot, as_json, as_mermaid
from dbp.cli import OK
from dbp.cli.session import keys_of, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.doors import doors_of
from dbp.paths import is_below

_RENDER = {"mermaid": as_mermaid, "dot": as_dot, "json": as_json}


def run(options: argparse.Namespace) -> int:
    """Print the graph of the workspace, or what lies around some paths of it."""
    root = root_of(options)
    keys = keys_of(root, options.paths)
    with up_to_date(options, root) as workspace:
        doors = doors_of(root, workspace.paths(), workspace.effective.settings)
        graph = build(workspace.all_facts(), doors)
    edges = chosen(graph, keys, options.kind, options.depth)
    nodes = sorted({end for edge in edges for end in (edge.source, edge.target)})
    render = _RENDER["json" if options.json else options.format]
    sys.stdout.write(render(nodes, edges))
    return OK


def chosen(
    graph: Graph, keys: Sequence[str], kinds: Iterable[str] | None, depth: int
) -> list[Edge]:
    """Choose the edges of some kinds or families that are at most `depth` away from some keys."""
    wanted = set(kinds or ())
    edges = [e for e in graph.edges() if not wanted or {e.kind, e.family} & wanted]
    if not keys:
        return edges
    near = {
        end
        for edge in edges
        for end in (edge.source, edge.target)
        if any(is_below(end, key) for key in keys)
    }
    for _ in range(depth - 1):
        more = {
            end
            for edge in edges
            if edge.source in near or edge.target in near
            for end in (edge.source, edge.target)
        }
        if more <= near:
            break
        near |= more
    return [edge for edge in edges if edge.source in near or edge.target in near]
