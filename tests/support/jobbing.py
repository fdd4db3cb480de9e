"""Jobs as a client sees them: submitting, waiting for the end, and what was told meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from rawclient import RawClient, RpcError

FINAL = {"completed", "failed", "cancelled"}
LEGAL = {
    (None, "queued"),
    ("queued", "processing"),
    ("queued", "cancelled"),
    ("processing", "queued"),
    ("processing", "completed"),
    ("processing", "failed"),
    ("processing", "cancelled"),
    ("failed", "queued"),
}


def fill(root: Path, files: int) -> Path:
    """Write a project of small files."""
    root.mkdir(exist_ok=True)
    for number in range(files):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    return root


def updates(client: RawClient, job_id: str) -> list[dict[str, Any]]:
    """List what was told of a job so far."""
    return [
        message["params"]
        for message in client.notifications
        if message["method"] == "dbp/jobUpdated" and message["params"]["id"] == job_id
    ]


def moves(client: RawClient, job_id: str) -> list[str]:
    """List the statuses a job was told to have, one after the other."""
    found: list[str] = []
    for update in updates(client, job_id):
        if not found or found[-1] != update["status"]:
            found.append(update["status"])
    return found


def told_end(client: RawClient, job_id: str, timeout: float = 20.0) -> dict[str, Any]:
    """Wait until the client is told how a job ended."""

    def ended() -> bool:
        told = updates(client, job_id)
        return bool(told) and told[-1]["status"] in FINAL

    client.pump_until(ended, timeout, f"the end of job {job_id}")
    return updates(client, job_id)[-1]


def told(client: RawClient, job_id: str, status: str, timeout: float = 20.0) -> dict[str, Any]:
    """Wait until the client is told that a job has a status."""
    client.pump_until(
        lambda: any(one["status"] == status for one in updates(client, job_id)),
        timeout,
        f"job {job_id} to be {status}",
    )
    return next(one for one in updates(client, job_id) if one["status"] == status)


def refused(editor: Editor, method: str, **params: Any) -> dict[str, Any]:
    """Ask for what must be refused; give the error's data."""
    with pytest.raises(RpcError) as found:
        editor.client.request(method, params)
    error = found.value
    return dict(error.data, message=error.message, number=error.code)


def submit(editor: Editor, kind: str, **arguments: Any) -> str:
    """Submit a job; give its id."""
    answer = editor.client.request("dbp/jobs/submit", {"type": kind, "arguments": arguments})
    return str(answer["jobId"])


def get(editor: Editor, job_id: str) -> dict[str, Any]:
    """Fetch a job with its history."""
    found: dict[str, Any] = editor.client.request("dbp/jobs/get", {"id": job_id})
    return found


def done(editor: Editor, kind: str, **arguments: Any) -> dict[str, Any]:
    """Submit a job, wait for its end and fetch it."""
    job_id = submit(editor, kind, **arguments)
    told_end(editor.client, job_id)
    return get(editor, job_id)
