"""`dbp status`: what is recorded of a workspace, and who keeps it up to date."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli.session import ANSWER_SECONDS, ask, opened
from dbp.errors import StoreError


def run(options: argparse.Namespace) -> int:
    """Print Status: the leading process's own, or what the record says when nobody leads."""
    try:
        with opened(options, lead=False) as workspace:
            if workspace.led_elsewhere():
                status = ask(workspace, "dbp/status", leader=True, seconds=ANSWER_SECONDS)
            else:
                status = {**workspace.status(), "state": "stopped", "running": False, "role": None}
    except StoreError as error:
        if error.code != "store_missing":
            raise
        raise StoreError(
            "nothing is recorded of this folder yet", hint="dbp index", code=error.code
        ) from error
    if options.json:
        sys.stdout.write(json.dumps(status, indent=2) + "\n")
    else:
        sys.stdout.write(_text(status))
    return 0


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
    rows += [("note", note) for note in database["notes"]]
    if watcher["warning"]:
        rows.append(("warning", watcher["warning"]))
    failures = status["stats"].get("recentFailures") or []
    rows += [("failed", f"{f['path']}: {f['error']}") for f in failures[-5:]]
    lines = [status["workspaceFolder"], *(f"  {name:<9} {text}" for name, text in rows)]
    return "\n".join(lines) + "\n"
