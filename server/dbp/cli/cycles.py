"""`dbp cycles`: files that depend on each other in a circle."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK, PROBLEMS
from dbp.cli.refs import told
from dbp.cli.session import ask, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.paths import display


def run(options: argparse.Namespace) -> int:
    """Print each cycle once; 1 when there is any, told or too long to be told."""
    with up_to_date(options, root_of(options)) as workspace:
        depth = workspace.effective.settings.cycle_detection.max_detection_depth
        answer = ask(workspace, "dbp/cycles", {"kind": options.kind})
    text = json.dumps(answer, indent=2) + "\n" if options.json else _text(answer, depth)
    sys.stdout.write(text)
    return PROBLEMS if answer["cycles"] or answer["tooLong"] else OK


def _text(answer: dict[str, Any], depth: int) -> str:
    lines = []
    for cycle in answer["cycles"]:
        paths = [display(path) for path in cycle["paths"]]
        lines.append(f"{cycle['kind']}: {' → '.join([*paths, paths[0]])}")
        lines += [f"    {told(edge)}" for edge in cycle["edges"]]
    count = len(answer["cycles"])
    lines.append(f"{count} cycle{'s' * (count != 1)}" if count else "no cycle was found")
    if answer["tooLong"]:
        lines.append(
            f"{answer['tooLong']} more group(s) of files are a circle of more than {depth} files "
            "(cycle_detection.max_detection_depth)"
        )
    elif answer["depthLimited"]:
        lines.append(f"cycles of more than {depth} files were not followed")
    if answer["timedOut"]:
        lines.append("the search was cut short (cycle_detection.detection_timeout_seconds)")
    if answer["truncated"]:
        lines.append("there are more cycles than are told")
    return "\n".join(lines) + "\n"
