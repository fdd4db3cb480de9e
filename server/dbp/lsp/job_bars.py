"""Progress of jobs as editors show it: `$/progress`, which can be cancelled, and so is the job.

A job that a person asked for has a bar when it takes long enough to be seen, in every editor that
announces it can show one; or from the start, under the token its client gave.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dbp.job import FINAL, JobStatus

if TYPE_CHECKING:
    from dbp.job import Job
    from dbp.lsp.sidecar import Sidecar
    from dbp.workspace import Workspace

WORTH_SHOWING = 0.5
"""Seconds a job runs before it gets a bar: a shorter one would only flicker."""

PATIENCE = 5.0
"""Seconds a client gets to make a bar."""

_TITLES = {
    "scan": "Comparing disk and record",
    "refresh": "Refreshing documentation",
    "extract": "Reading",
    "enrich": "Asking the model",
    "check": "Checking documentation",
}
_LAST_WORDS = {
    JobStatus.COMPLETED: "done",
    JobStatus.CANCELLED: "cancelled",
}

_Key = tuple["Workspace", str]
Token = str | int


@dataclass(slots=True)
class _Bar:
    """One bar; `shown` says that the client was told of its beginning."""

    job: Job | None
    token: Token
    shown: bool = False
    percent: int = 0
    timer: asyncio.TimerHandle | None = None


class JobBars:
    """Loop thread only."""

    def __init__(self, server: Sidecar) -> None:
        self._server = server
        self._bars: dict[_Key, _Bar] = {}
        self._creating: set[asyncio.Future[None]] = set()
        self._stopped = False

    # ── jobs ───────────────────────────────────────────────────────────────────────────────────

    def changed(self, workspace: Workspace, job: Job) -> None:
        """A job moved or went on."""
        key = (workspace, job.id)
        bar = self._bars.get(key)
        if bar is None:
            if job.status is JobStatus.PROCESSING and job.of_person and self._can_show:
                self._bars[key] = bar = _Bar(job, f"dbp-{uuid.uuid4()}")
                loop = asyncio.get_running_loop()
                bar.timer = loop.call_later(WORTH_SHOWING, self._create_soon, key, bar)
            return
        bar.job = job
        if job.status in FINAL:
            self._end(key, bar, _last_word(job))
        elif bar.shown:
            self._report(bar, job)

    def show(self, workspace: Workspace, job_id: str, token: Token, job: Job | None) -> None:
        """Show a job under a token of the client, from now on; `job` is what is known of it."""
        key = (workspace, job_id)
        old = self._bars.get(key)
        if self._stopped or token in self._server.work_done_progress.tokens:
            return
        if old is not None:
            self._end(key, old, "")
        bar = _Bar(job, token)
        self._begin(key, bar)
        if job is not None and job.status in FINAL:
            self._end(key, bar, _last_word(job))
        else:
            self._bars[key] = bar

    @property
    def _can_show(self) -> bool:
        window = self._server.client_capabilities.window
        return window is not None and bool(window.work_done_progress) and not self._stopped

    # ── bars ───────────────────────────────────────────────────────────────────────────────────

    def _create_soon(self, key: _Key, bar: _Bar) -> None:
        bar.timer = None
        creating = asyncio.ensure_future(self._create(key, bar))
        self._creating.add(creating)
        creating.add_done_callback(self._creating.discard)

    async def _create(self, key: _Key, bar: _Bar) -> None:
        work = self._server.work_done_progress
        try:
            await asyncio.wait_for(work.create_async(bar.token), PATIENCE)
        except Exception:  # noqa: BLE001 - a client that refuses sees no progress
            if self._bars.get(key) is bar:
                del self._bars[key]
            return
        if self._bars.get(key) is bar and not self._stopped:
            self._begin(key, bar)
        else:
            work.tokens.pop(bar.token, None)  # it ended meanwhile

    def _begin(self, key: _Key, bar: _Bar) -> None:
        bar.shown = True
        work = self._server.work_done_progress
        begin = types.WorkDoneProgressBegin(
            title=_title(bar.job), cancellable=True, percentage=0, message=_message(bar.job)
        )
        work.begin(bar.token, begin)
        work.tokens[bar.token].add_done_callback(
            lambda future: self._cancel(key) if future.cancelled() else None
        )
        if bar.job is not None:
            self._report(bar, bar.job)

    def _report(self, bar: _Bar, job: Job) -> None:
        # A new attempt begins at the beginning; a bar does not go back.
        bar.percent = max(bar.percent, job.progress.percent)
        report = types.WorkDoneProgressReport(
            message=_message(job), percentage=bar.percent, cancellable=True
        )
        self._server.work_done_progress.report(bar.token, report)

    def _end(self, key: _Key, bar: _Bar, message: str) -> None:
        self._bars.pop(key, None)
        if bar.timer is not None:
            bar.timer.cancel()
        if bar.shown:
            work = self._server.work_done_progress
            work.end(bar.token, types.WorkDoneProgressEnd(message=message or None))
            work.tokens.pop(bar.token, None)

    def _cancel(self, key: _Key) -> None:
        """The person closed the bar: the job is not wanted any more."""
        workspace, job_id = key
        if key in self._bars and not self._stopped:
            workspace.handle("dbp/jobs/cancel", {"id": job_id}, _ignore)

    def forget(self, workspace: Workspace) -> None:
        """End the bars of a folder that was closed."""
        for key, bar in [item for item in self._bars.items() if item[0][0] is workspace]:
            self._end(key, bar, "the folder was closed")

    def stop(self) -> None:
        """Send nothing more."""
        self._stopped = True
        for bar in self._bars.values():
            if bar.timer is not None:
                bar.timer.cancel()


def _ignore(_answer: Any) -> None:
    """It may have ended a moment ago: then there is nothing to cancel."""


def _title(job: Job | None) -> str:
    if job is None:
        return "dbp"
    title = _TITLES.get(job.type, job.type.replace("_", " ").capitalize())
    path = job.arguments.get("path")
    return f"{title}: {path}" if isinstance(path, str) and path else title


def _message(job: Job | None) -> str:
    if job is None or (job.status is JobStatus.QUEUED and job.retry_count == 0):
        return "waiting"
    if job.status is JobStatus.QUEUED:
        return "failed, will be tried again"
    progress = job.progress
    counted = f"{progress.done}/{progress.total}" if progress.total else ""
    return f"{progress.step} {counted}".strip()


def _last_word(job: Job) -> str:
    if job.error is not None and job.status is JobStatus.FAILED:
        return job.error.message
    return _LAST_WORDS.get(job.status, job.status.value)
