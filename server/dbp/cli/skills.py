"""`dbp skills`: what the project is made with, and where that is written."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK
from dbp.cli.session import ask, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.paths import display

_WIDTH = 20
"""Cells of a bar."""


def run(options: argparse.Namespace) -> int:
    """Print languages, frameworks and tools."""
    with up_to_date(options, root_of(options)) as workspace:
        answer = ask(workspace, "dbp/skills")
    if options.json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    elif sys.stdout.isatty():
        _show(answer)
    else:
        sys.stdout.write(_text(answer))
    return OK


def _places(skill: dict[str, Any]) -> str:
    """Name the first place where it is written, and how many more there are."""
    first, *more = skill["evidence"]
    place = f"{display(first['path'])}:{first['line'] + 1}"
    return f"{place} +{len(more)}" if more else place


def _text(answer: dict[str, Any]) -> str:
    lines = []
    if answer["languages"]:
        width = max(len(one["name"]) for one in answer["languages"])
        lines += ["languages"]
        lines += [
            f"  {one['name']:<{width}}  {one['percent']:>5.1f} %  {one['files']}"
            for one in answer["languages"]
        ]
    for group in ("frameworks", "tools"):
        rows = [(one["name"], one["kind"], _places(one)) for one in answer[group]]
        if rows:
            names, kinds = (max(len(row[i]) for row in rows) for i in range(2))
            lines += [group]
            lines += [f"  {name:<{names}}  {kind:<{kinds}}  {at}" for name, kind, at in rows]
    lines.append(f"{answer['skillsCount']} in all" if lines else "nothing was found")
    if "note" in answer:
        lines.append(answer["note"])
    return "\n".join(lines) + "\n"


def _show(answer: dict[str, Any]) -> None:
    """Print the same on a terminal, with bars."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    table = Table.grid(padding=(0, 2))
    for one in answer["languages"]:
        cells = max(1, round(_WIDTH * one["percent"] / 100))
        rest = ("━" * (_WIDTH - cells), "bright_black")
        bar = Text.assemble(("━" * cells, "cyan"), rest)
        table.add_row(one["name"], bar, f"{one['percent']:.1f} %", Text(str(one["files"]), "dim"))
    _group(console, "languages", Padding(table, (0, 0, 1, 2)), shown=bool(answer["languages"]))
    for group in ("frameworks", "tools"):
        table = Table.grid(padding=(0, 2))
        for one in answer[group]:
            place = Text(_places(one), style="dim", overflow="ellipsis", no_wrap=True)
            table.add_row(Text(one["name"]), Text(one["kind"], "cyan"), place)
        _group(console, group, Padding(table, (0, 0, 1, 2)), shown=bool(answer[group]))
    console.print(Text(f"{answer['skillsCount']} in all", style="bold"))
    if "note" in answer:
        console.print(Text(answer["note"], style="dim"))


def _group(console: Any, title: str, body: Any, *, shown: bool) -> None:
    from rich.text import Text

    if shown:
        console.print(Text(title, style="bold underline"))
        console.print(body)
