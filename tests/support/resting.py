"""A server at rest: how to wait until it has nothing to do, and how often it wakes up then."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from editor import Editor

WAKE_UPS = 20
"""Voluntary switches of all threads in five idle seconds: a poll of five a second makes more."""

_FAR = 60.0


def rest(editor: Editor, seconds: float = 30.0) -> None:
    """Wait until all is committed and no service has anything to do within a minute."""
    deadline = time.monotonic() + seconds
    while _at_work(editor):
        assert time.monotonic() < deadline, "it never comes to rest"
        editor.client.pump(0.2)
    # The connection that asked, and threads on their way out.
    editor.client.pump(0.5)


def _at_work(editor: Editor) -> bool:
    if editor.status()["state"] != "idle":
        return True
    services = editor.client.request("dbp/services/status")["services"]
    # Files that wait for a model may wait for ever; what services do are jobs.
    return any(_has_work(found) for found in services.values() if "jobType" in found)


def _has_work(service: dict[str, Any]) -> bool:
    due = service["nextDueAt"]
    soon = due is not None and datetime.fromisoformat(due).timestamp() - time.time() < _FAR
    return soon or bool(service["queued"]) or bool(service["processing"])


def switches(pid: int) -> int:
    """Count the voluntary context switches of all threads of a process."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


def wake_ups(editor: Editor, seconds: float = 5.0) -> int:
    """Count how often a server that nobody asks anything wakes up."""
    before = switches(editor.client.process.pid)
    editor.client.pump(seconds)
    return switches(editor.client.process.pid) - before
