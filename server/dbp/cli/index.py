"""`dbp index`: bring the record up to date with the disk, once, in the foreground."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbp.cli.session import (
    Events,
    ask,
    finish,
    finish_enrichment,
    keys_of,
    opened,
    root_of,
)
from dbp.clock import SystemClock
from dbp.paths import display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbp.workspace import Workspace


def run(options: argparse.Namespace) -> int:
    """Index and print the summary; 1 when files failed."""
    root = root_of(options)
    keys = keys_of(root, options.paths) or [""]
    events = Events()
    clock = SystemClock()
    started = clock.monotonic()
    whole = not options.paths and not options.local
    with opened(options, root=root, events=events, folders=keys, enrich=whole) as workspace:
        if workspace.engine is None:
            summary = _by_leader(workspace, keys, enrich=whole)
        else:
            summary = _in_foreground(workspace, events, only_some=bool(options.paths))
        summary["workspace"] = root.path
        kept = _is_kept(workspace)
    summary["seconds"] = round(clock.monotonic() - started, 3)
    if options.json:
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        sys.stdout.write(_sentence(summary))
    return 1 if summary["failed"] or not kept else 0


def _is_kept(workspace: Workspace) -> bool:
    """Tell whether the record outlives this process; say so when it does not."""
    database = workspace.status()["database"]
    if database is None or database["path"] != ":memory:":
        return True
    from dbp.cli import print_error

    print_error(database["passing"])
    return False


def _in_foreground(workspace: Workspace, events: Events, *, only_some: bool) -> dict[str, Any]:
    engine = workspace.engine
    assert engine is not None  # noqa: S101  # the caller looked
    with progress_bar() as show:
        finish(workspace, tick=lambda: show(engine.statistics.handled(), _total(events)))
    if engine.store_error is not None:
        raise engine.store_error
    if engine.flow is not None:
        _enrich(workspace)
    summary = _summary(workspace.status(), {})
    if only_some:
        # The record holds more than what was looked at: speak of that alone.
        worked = sum(int(summary[name]) for name in ("extracted", "reused", "renamed"))
        summary["files"] = sum(scan.files for scan in events.done)
        summary["unchanged"] = max(0, summary["files"] - worked)
    return summary


def _enrich(workspace: Workspace) -> None:
    """Wait for the model as well; what is indexed so far is shown and kept whatever comes."""
    total = workspace.status()["extraction"]["files"]["pending"]
    if not total:
        return
    with progress_bar("asking the model") as show:

        def tick() -> None:
            show(total - workspace.status()["extraction"]["files"]["pending"], total)

        finish_enrichment(workspace, tick=tick)


def _by_leader(workspace: Workspace, keys: list[str], *, enrich: bool) -> dict[str, Any]:
    """Let the process that leads do it, and count by its figures before and after."""
    before = ask(workspace, "dbp/status", leader=True, seconds=10)
    for key in keys:
        ask(workspace, "dbp/scan", {"uri": workspace.root.uri_of(key)}, leader=True, seconds=10)
    ask(workspace, "dbp/settle", {"flush": True, "enrich": enrich}, leader=True)
    if workspace.engine is not None:
        return _summary(workspace.status(), {})  # the leader went, and we took over meanwhile
    after = ask(workspace, "dbp/status", leader=True, seconds=10)
    same = after["stats"]["uptimeSeconds"] >= before["stats"]["uptimeSeconds"]
    return _summary(after, before["stats"] if same else {})


def _total(events: Events) -> int | None:
    return events.scan.total if events.scan is not None else None


def _summary(status: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Make the summary of doc/protocol.md out of a status."""

    def since(name: str) -> int:
        return int(status["stats"][name]) - int(before.get(name, 0))

    files = status["files"]
    worked = since("extracted") + since("reused") + since("renamed")
    return {
        "files": files["indexed"] + files["failed"],
        "extracted": since("extracted"),
        "reused": since("reused"),
        "renamed": since("renamed"),
        "unchanged": max(0, files["indexed"] - worked),
        "deleted": since("deleted"),
        "failed": files["failed"],
        "excluded": files["excluded"],
        **_enrichment(status),
    }


def _enrichment(status: Mapping[str, Any]) -> dict[str, Any]:
    """Say what came of enrichment, where it is on."""
    extraction = status["extraction"]
    if extraction["provider"] == "local":
        return {}
    names = ("state", "reason", "egress", "calls", "costUsd")
    return {"enrichment": {**extraction["files"], **{name: extraction[name] for name in names}}}


def _sentence(summary: Mapping[str, Any]) -> str:
    parts = [f"{summary[name]} {name}" for name in _SHOWN if summary[name]]
    counted = ", ".join(parts) or "nothing to do"
    place = display(summary["workspace"])
    said = f"{place}: {summary['files']} files in {summary['seconds']:.2f} s: {counted}\n"
    return said + _enriched(summary.get("enrichment"))


def _enriched(enrichment: Mapping[str, Any] | None) -> str:
    if enrichment is None:
        return ""
    parts = [f"{enrichment[name]} {name}" for name in ("done", "skipped", "failed", "pending")]
    why = f" ({enrichment['reason']})" if enrichment["reason"] else ""
    return f"Nova Lite: {', '.join(parts)}{why}\n"


_SHOWN = ("extracted", "reused", "renamed", "unchanged", "deleted", "failed", "excluded")


@contextmanager
def progress_bar(what: str = "indexing") -> Iterator[Callable[[int, int | None], None]]:
    """Show a progress bar on a terminal's stderr, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("[bold]dbp[/bold] {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("comparing", total=None)

        def show(done: int, total: int | None) -> None:
            if total is not None:
                shown = min(done, total)
                progress.update(task, description=what, completed=shown, total=total)

        yield show
