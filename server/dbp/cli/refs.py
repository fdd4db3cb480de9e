"""`dbp refs FILE`: what a file refers to, and what refers to it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK
from dbp.cli.session import ask, keys_of, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.paths import display


def run(options: argparse.Namespace) -> int:
    """Print the edges around a file."""
    root = root_of(options)
    [key] = keys_of(root, [options.file])
    params = {
        "uri": root.uri_of(key),
        "direction": options.direction,
        "depth": options.depth,
    }
    with up_to_date(options, root) as workspace:
        answer = ask(workspace, "dbp/references", params)
    sys.stdout.write(json.dumps(answer, indent=2) + "\n" if options.json else _text(answer))
    return OK


def _text(answer: dict[str, Any]) -> str:
    edges = answer["edges"]
    lines = [told(edge) for edge in edges]
    if answer["truncated"]:
        lines.append("… and more: this is as much as one answer holds")
    if not lines:
        lines = [f"nothing refers to {display(answer['path'])}, and it refers to nothing"]
    return "\n".join(lines) + "\n"


def told(edge: dict[str, Any]) -> str:
    """Say an edge in one line, with the place where it is written first."""
    how = (edge["role"] or "").replace("-", " ") or edge["kind"]
    if edge["role"] == "deferred":
        how = "deferred import"
    place = f"{display(edge['declaredIn'])}:{edge['line'] + 1}"
    return f"{place}: {display(edge['source'])} → {display(edge['target'])} ({how})"
