"""Jobs on a terminal: an aligned table, live while something goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dbp.cli.job_text import ago, brief, detail, length, name, now, seconds
from dbp.paths import display

_STYLES = {
    "queued": "cyan",
    "processing": "bold yellow",
    "completed": "green",
    "failed": "bold red",
    "cancelled": "dim",
}
_BAR = 12
_NARROW = 100
"""Columns of a terminal below which it is left out who asked."""


def table(jobs: Sequence[Mapping[str, Any]], width: int) -> Table:
    """Lay out jobs, one a row."""
    at, wide = now(), width >= _NARROW
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", width=width)
    found.add_column("id", no_wrap=True, style="bold")
    found.add_column("job", no_wrap=True, overflow="ellipsis", max_width=max(16, width // 4))
    found.add_column("status", no_wrap=True)
    found.add_column("submitted", no_wrap=True, justify="right")
    found.add_column("took", no_wrap=True, justify="right")
    if wide:
        found.add_column("by", no_wrap=True, overflow="ellipsis", max_width=16, style="dim")
    found.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    for job in jobs:
        found.add_row(
            brief(job["id"]),
            name(job),
            _status(job),
            ago(job["createdAt"], at),
            length(seconds(job, at)),
            *([display(job["requestedBy"])] if wide else []),
            _last(job),
        )
    return found


def _status(job: Mapping[str, Any]) -> Text:
    status = str(job["status"])
    tries = f", try {job['retryCount'] + 1}" if job["retryCount"] else ""
    return Text(status + tries, style=_STYLES[status])


def _last(job: Mapping[str, Any]) -> Table | Text:
    """Show how far a running job is, and of the others what came of them."""
    progress = job["progress"]
    if job["status"] != "processing" or not progress["total"]:
        return Text(detail(job), style="red" if job["status"] == "failed" else "dim")
    both = Table.grid(padding=(0, 1))
    both.add_column(width=_BAR)
    both.add_column(no_wrap=True, overflow="ellipsis", style="dim")
    bar = ProgressBar(total=progress["total"], completed=progress["done"], width=_BAR)
    both.add_row(bar, f"{progress['percent']} % {detail(job)}")
    return both


def print_table(jobs: Sequence[Mapping[str, Any]]) -> None:
    """Print a table on stdout."""
    console = Console(file=sys.stdout, highlight=False)
    console.print(table(jobs, console.width))


@contextmanager
def live() -> Iterator[Callable[[Sequence[Mapping[str, Any]]], None]]:
    """Show a table on stderr that is painted anew as jobs go on, and leaves nothing behind."""
    console = Console(stderr=True, highlight=False)
    current: list[Sequence[Mapping[str, Any]]] = [()]

    def picture() -> Table:
        # No more than fits: a live picture cannot be scrolled.
        # Room for the ^C that a terminal echoes: a line it wraps would stay behind.
        return table(current[0][: max(1, console.height - 2)], console.width - 3)

    def show(jobs: Sequence[Mapping[str, Any]]) -> None:
        current[0] = jobs

    with Live(get_renderable=picture, console=console, refresh_per_second=4, transient=True):
        yield show
