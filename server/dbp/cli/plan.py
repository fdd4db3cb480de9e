"""`dbp plan [PATH]`: how far plans are, by the tasks that are ticked off."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK
from dbp.cli.session import ask, keys_of, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.paths import display

_MARKS = {"open": "☐", "doing": "◐", "done": "☑", "dropped": "✗"}
_STYLES = {"doing": "yellow", "done": "green", "dropped": "dim strike"}
_WIDTH = 20
"""Cells of a bar."""


def run(options: argparse.Namespace) -> int:
    """Print the progress of all plans, of a folder's, or of one file with its tasks."""
    root = root_of(options)
    params = {}
    if options.path is not None:
        [key] = keys_of(root, [options.path])
        params = {"uri": root.uri_of(key)} if key else {}
    with up_to_date(options, root) as workspace:
        answer = ask(workspace, "dbp/plan", params)
    if options.json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    elif sys.stdout.isatty():
        _show(answer)
    else:
        sys.stdout.write(_text(answer))
    return OK


def _rows(answer: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List what is told: each file below its folder, and all of them where there are several."""
    paths = {one["path"] for one in answer["files"]}
    rows = [(display(one["path"]), one) for one in answer["files"]]
    rows += [
        (display(one["path"]) + "/", one) for one in answer["folders"] if one["path"] not in paths
    ]
    rows.sort(key=lambda row: row[0])
    return [*rows, ("all plans", answer)] if len(answer["files"]) > 1 else rows


def _counts(one: dict[str, Any]) -> tuple[str, str, str]:
    doing = f"{one['doing']} in work" if one["doing"] else ""
    return f"{one['percent']:.1f} %", f"{one['done']} of {one['tasks']}", doing


def _text(answer: dict[str, Any]) -> str:
    rows = [(name, *_counts(one)) for name, one in _rows(answer)]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = [
        f"{name:<{widths[0]}}  {share:>{widths[1]}}  {done:>{widths[2]}}  {doing}".rstrip()
        for name, share, done, doing in rows
    ]
    for item in answer.get("items", ()):
        where = f"{item['line'] + 1:>5}"
        lines.append(
            f"{where}  {'  ' * item['level']}{_MARKS[item['state']]} {display(item['text'])}"
        )
    if "note" in answer:
        lines.append(answer["note"])
    return "\n".join(lines) + "\n"


def _show(answer: dict[str, Any]) -> None:
    """Print the same on a terminal, with bars."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for name, one in _rows(answer):
        share, done, doing = _counts(one)
        style = "bold" if one is answer else "dim" if name.endswith("/") else ""
        table.add_row(
            Text(name, style=style, overflow="ellipsis"), _bar(one), share, done, Text(doing, "dim")
        )
    console.print(table)
    for item in answer.get("items", ()):
        said = f"{'  ' * item['level']}{_MARKS[item['state']]} {display(item['text'])}"
        line = Text(f"{item['line'] + 1:>5}  ", style="dim")
        console.print(line.append(Text(said, style=_STYLES.get(item["state"], ""))))
    if "note" in answer:
        console.print(Text(answer["note"], style="dim"))


def _bar(one: dict[str, Any]) -> Any:
    from rich.text import Text

    tasks = max(one["tasks"], 1)
    done = _WIDTH * one["done"] // tasks
    doing = min(_WIDTH - done, -(-_WIDTH * one["doing"] // tasks))
    rest = _WIDTH - done - doing
    return Text.assemble(
        ("━" * done, "green"), ("━" * doing, "yellow"), ("━" * rest, "bright_black")
    )
