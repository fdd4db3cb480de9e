"""`dbp search QUERY`: what files, symbols and documents of a folder speak of something, and why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dbp.card import plain
from dbp.cli import OK, PROBLEMS
from dbp.cli.index import progress_bar
from dbp.cli.session import ask, keys_of, root_of
from dbp.cli.up_to_date import up_to_date
from dbp.doors import deadline
from dbp.paths import display

if TYPE_CHECKING:
    from dbp.workspace import Workspace

SECONDS = 60.0
"""How long a search waits for the index: what is not in it by then is said, and found next time."""

_WIDTH = 100
"""Columns of a line where there is no terminal to fit into."""


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 when nothing was."""
    root = root_of(options)
    [folder] = keys_of(root, [options.folder]) if options.folder else [""]
    params = {
        "query": " ".join(options.query),
        "limit": options.limit,
        "kind": options.kind,
        "language": options.language,
        "folder": folder,
    }
    with up_to_date(options, root) as workspace:
        _bring_in_step(workspace)
        answer = ask(workspace, "dbp/search", params)
    if options.json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        sys.stdout.write(_text(answer, _width(), _painter()))
    return OK if answer["results"] else PROBLEMS


def _bring_in_step(workspace: Workspace) -> None:
    """Take what waits into the index, where this very process leads; else the leader does."""
    if workspace.engine is None:
        return
    waiting = workspace.search_pending()
    expired = deadline(SECONDS)
    with progress_bar("taking words into the index") as show:
        while workspace.sync_search() and not expired():
            show(waiting - min(waiting, workspace.search_pending()), waiting)


def _text(answer: Mapping[str, Any], width: int, paint: Callable[[str, str], str]) -> str:
    results: Sequence[Mapping[str, Any]] = answer["results"]
    lines = [line for result in results for line in _told(result, width, paint)]
    if not results:
        asked = display(answer["query"]).strip()
        lines.append(f"nothing was found for {asked}" if asked else "nothing was asked for")
    if answer["pending"]:
        many = answer["pending"]
        lines.append(f"{many} {'file waits' if many == 1 else 'files wait'} to be searched as well")
    return "\n".join(lines) + "\n"


def _told(result: Mapping[str, Any], width: int, paint: Callable[[str, str], str]) -> list[str]:
    """Tell a result in two or three lines: where and what, the matching text, why."""
    place = display(result["path"])
    if "name" in result:
        place += f":{result['line'] + 1}"
        what = f"{result['symbolKind']} {plain(result['qualifiedName'], 80)}"
    else:
        what = result["kind"]
    said = plain(result["snippet"] or result["intent"] or "", 300)
    why = "; ".join(
        f"{each['field']}: {', '.join(display(word) for word in each['words'])}"
        for each in result["why"]
    )
    lines = [f"{paint(place, 'bold')}  {paint(what, 'cyan')}"]
    if said:
        lines.append(f"    {_cut(said, width - 4)}")
    lines.append(f"    {paint(_cut(why, width - 4), 'dim')}")
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(1, width - 1)].rstrip() + "…"


def _width() -> int:
    from shutil import get_terminal_size

    return max(40, get_terminal_size((_WIDTH, 24)).columns)


def _painter() -> Callable[[str, str], str]:
    """Paint on a terminal only, and not where the person wants no colours."""
    import os

    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return lambda text, _style: text
    codes = {"bold": "1", "cyan": "36", "dim": "2"}
    return lambda text, style: f"\x1b[{codes[style]}m{text}\x1b[0m"
