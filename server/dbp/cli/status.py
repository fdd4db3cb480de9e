"""`dbp status`: what is recorded of a workspace, and who keeps it up to date."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbp.card import plain
from dbp.cli.session import ANSWER_SECONDS, ask, opened
from dbp.errors import StoreError
from dbp.paths import display

if TYPE_CHECKING:
    from dbp.workspace import Workspace


def run(options: argparse.Namespace) -> int:
    """Print Status."""
    status = read_status(options)
    if options.json:
        sys.stdout.write(json.dumps(status, indent=2) + "\n")
    else:
        sys.stdout.write(_text(status))
    return 0


def read_status(options: argparse.Namespace) -> dict[str, Any]:
    """Read Status: the leading process's own, or what the record says when nobody leads."""
    try:
        with opened(options, lead=False) as workspace:
            if workspace.led_elsewhere():
                led: dict[str, Any] = ask(
                    workspace, "dbp/status", leader=True, seconds=ANSWER_SECONDS
                )
                return led
            return stopped(workspace)
    except StoreError as error:
        if error.code != "store_missing":
            raise
        raise StoreError(
            "nothing is recorded of this folder yet", hint="dbp index", code=error.code
        ) from error


def stopped(workspace: Workspace) -> dict[str, Any]:
    """Say what the record says where nobody leads."""
    status = {**workspace.status(), "state": "stopped", "running": False, "role": None}
    if status["extraction"]["provider"] != "local":
        status["extraction"] = _from_ledger(workspace, status["extraction"])
    return status


def _from_ledger(workspace: Workspace, extraction: dict[str, Any]) -> dict[str, Any]:
    """Fill in what only a leader has at hand: consent and money, out of the user's account."""
    from dbp.cli.cloud import account as open_account
    from dbp.enrichment.gate import Standing, closed
    from dbp.enrichment.report import NOTHING, FlowStatus, extraction_json

    llm, root = workspace.effective.settings.llm, workspace.root.path
    with open_account() as account:
        found = Path(root).stat()
        consent = account.consent(root, found.st_dev, found.st_ino) if account else None
        spent = account.spent() if account else NOTHING
    region, host = (consent.region, consent.host) if consent else ("", "")
    standing = Standing(llm.provider, llm.allowed, None, consent, region, host)
    flow = FlowStatus(llm.model, region, host, "ok", "", closed(standing), 0, spent)
    return {**extraction_json(llm, flow, {}), "files": extraction["files"]}


_WHO = {
    None: ": nobody keeps it up to date (an editor does, dbp watch, or dbp index once)",
    "leader": ": kept up to date by the process that leads it",
    "follower": "",
}


def _text(status: dict[str, Any]) -> str:
    files, watcher, database = status["files"], status["watcher"], status["database"]
    reasons = f" ({'; '.join(status['reasons'])})" if status["reasons"] else ""
    counts = ", ".join(f"{files[k]} {k}" for k in ("indexed", "pending", "failed", "excluded"))
    rows = [
        ("state", status["state"] + (reasons or _WHO[status["role"]])),
        ("files", counts),
        ("watching", f"{watcher['backend']}, {watcher['directories']} folders"),
        ("database", f"{database['path']} ({database['sizeBytes'] / 1e6:.1f} MB)"),
    ]
    if status["extraction"]["provider"] != "local":
        rows.append(("model", _model(status["extraction"])))
    rows += [("note", note) for note in database["notes"]]
    if watcher["warning"]:
        rows.append(("warning", watcher["warning"]))
    failures = status["stats"].get("recentFailures") or []
    rows += [("failed", f"{f['path']}: {f['error']}") for f in failures[-5:]]
    lines = [status["workspaceFolder"], *(f"  {name:<9} {display(text)}" for name, text in rows)]
    return "\n".join(lines) + "\n"


def _model(extraction: dict[str, Any]) -> str:
    """Say in one line how enrichment stands, what it took and what is left."""
    from dbp.enrichment.prices import usd

    place = f" at {extraction['endpoint']}" if extraction["endpoint"] else ""
    tokens = extraction["inputTokens"] + extraction["outputTokens"]
    parts = [
        f"{extraction['model']}{place}: {plain(extraction['reason'] or extraction['state'])}",
        f"calls {extraction['calls']:,}, tokens {tokens:,}, {usd(extraction['costUsd'])}",
        *_left(extraction["budget"]),
    ]
    files = extraction["files"]
    parts.append(", ".join(f"{count:,} {name}" for name, count in files.items() if count))
    return "; ".join(part for part in parts if part)


def _left(budget: dict[str, Any]) -> list[str]:
    from dbp.enrichment.prices import usd

    left = []
    for when, most, spent in (
        ("today", budget["dailyUsd"], budget["spentTodayUsd"]),
        ("in all", budget["totalUsd"], budget["spentUsd"]),
    ):
        if most:
            left.append(f"{usd(max(0.0, most - spent))} left {when}")
    return left
