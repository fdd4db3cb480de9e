"""A graph as text: Mermaid, Graphviz's DOT, JSON. Names are escaped, whatever is in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from dbp.analysis.edge import Edge
from dbp.paths import display

_DASHED = frozenset({"mention", "link"})


def edge_json(edge: Edge) -> dict[str, Any]:
    """Render an edge; `line` is 0-based, in the file `declaredIn`."""
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "role": edge.role or None,
        "family": edge.family or None,
        "line": edge.line,
        "declaredIn": edge.where,
    }


def as_json(nodes: Sequence[str], edges: Iterable[Edge]) -> str:
    """Render nodes and edges as JSON."""
    data = {"nodes": list(nodes), "edges": [edge_json(edge) for edge in edges]}
    return json.dumps(data, indent=2) + "\n"


def as_mermaid(nodes: Sequence[str], edges: Iterable[Edge]) -> str:
    """Render as a Mermaid flow chart: GitHub and editors draw it out of a Markdown document."""
    number = {name: index for index, name in enumerate(nodes)}
    lines = ["flowchart LR"]
    lines += [f'  n{index}["{_mermaid(name)}"]' for index, name in enumerate(nodes)]
    lines += [
        f"  n{number[source]} {'-.->' if dashed else '-->'}|{label}| n{number[target]}"
        for source, target, label, dashed in _merged(edges)
    ]
    return "\n".join(lines) + "\n"


def as_dot(nodes: Sequence[str], edges: Iterable[Edge]) -> str:
    """Render as a directed graph for Graphviz."""
    lines = ["digraph dbp {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f'  "{_dot(name)}";' for name in nodes]
    lines += [
        f'  "{_dot(source)}" -> "{_dot(target)}" [label="{label}"{style}];'
        for source, target, label, dashed in _merged(edges)
        for style in (", style=dashed" if dashed else "",)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _merged(edges: Iterable[Edge]) -> list[tuple[str, str, str, bool]]:
    """Join the edges between the same two files to one line with all their labels."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    dashed: dict[tuple[str, str], bool] = {}
    for edge in edges:
        ends = (edge.source, edge.target)
        labels.setdefault(ends, {})[edge.role.replace("-", " ") or edge.kind] = None
        dashed[ends] = dashed.get(ends, True) and edge.kind in _DASHED
    return [(*ends, ", ".join(said), dashed[ends]) for ends, said in sorted(labels.items())]


def _mermaid(name: str) -> str:
    """Escape everything that Mermaid or HTML could read as more than a letter."""
    return "".join(
        letter if letter.isalnum() or letter in " /._-" else f"#{ord(letter)};"
        for letter in display(name)
    )


def _dot(name: str) -> str:
    return display(name).replace("\\", "\\\\").replace('"', '\\"')
