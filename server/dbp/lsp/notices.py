"""What the server tells without being asked: progress of scans, and `dbp/*` notifications.

Progress goes to clients that announce it, the notifications to those that asked for them in
`initializationOptions`. Nothing is sent more than once a second for one folder, and nothing is
planned while nothing changes.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.alerts import alert_json
from dbp.lsp.job_notices import JobNotices

if TYPE_CHECKING:
    from dbp.alerts import Alert
    from dbp.engine import Engine
    from dbp.job import Job
    from dbp.lsp.sidecar import Sidecar
    from dbp.runtime import Scan
    from dbp.settings import Effective
    from dbp.workspace import Workspace

STATUS_SECONDS = 1.0
PROGRESS_SECONDS = 0.25
WORTH_SHOWING = 20
"""Fewer files than this are done before a progress bar can be read."""


@dataclass(slots=True)
class _Progress:
    token: str
    total: int
    before: int


class Notices:
    """Loop thread only."""

    def __init__(self, server: Sidecar) -> None:
        self._server = server
        self._updated: dict[Workspace, set[str]] = {}
        self._timers: dict[Workspace, asyncio.TimerHandle] = {}
        self._sent: dict[Workspace, float] = {}
        self._progress: dict[Workspace, _Progress] = {}
        self._beginning: set[asyncio.Future[None]] = set()
        self._stopped = False
        self.jobs = JobNotices(server)

    @property
    def _wanted(self) -> bool:
        return bool(self._server.options.get("notifications")) and not self._stopped

    # ── notifications ──────────────────────────────────────────────────────────────────────────

    def published(self, workspace: Workspace, paths: Sequence[str]) -> None:
        """Records changed."""
        if self._wanted:
            self._updated.setdefault(workspace, set()).update(paths)
            self.status_changed(workspace)

    def status_changed(self, workspace: Workspace) -> None:
        """Say so within a second, and once for all that happens in it."""
        if not self._wanted or workspace in self._timers:
            return
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._sent.get(workspace, 0.0) + STATUS_SECONDS)
        self._timers[workspace] = loop.call_at(due, self._send, workspace)

    def _send(self, workspace: Workspace) -> None:
        self._timers.pop(workspace, None)
        if not self._wanted:
            return
        self._sent[workspace] = asyncio.get_running_loop().time()
        updated = self._updated.pop(workspace, None)
        if updated:
            uris = [workspace.root.uri_of(path) for path in sorted(updated)]
            self._server.protocol.notify("dbp/metadataUpdated", {"uris": uris})
        status = workspace.status()
        self._server.protocol.notify("dbp/statusChanged", status)
        if status["state"] in {"busy", "scanning"}:
            # It will be idle without another commit: the last word has to be said as well.
            self.status_changed(workspace)

    def settings_changed(self, workspace: Workspace, effective: Effective) -> None:
        """Tell the user what was refused."""
        for problem in effective.problems:
            self._server.window_log_message(
                types.LogMessageParams(types.MessageType.Warning, f"dbp: {problem}")
            )
        self.status_changed(workspace)

    def job_changed(self, workspace: Workspace, job: Job) -> None:
        """A job moved or went on."""
        if not self._stopped:
            self.jobs.changed(workspace, job, wanted=self._wanted)

    def alerted(self, workspace: Workspace, alert: Alert) -> None:
        """Tell of an alert; what is serious is shown to every user, once."""
        if self._wanted:
            found = {"workspaceFolder": workspace.root.uri, **alert_json(alert)}
            self._server.protocol.notify("dbp/alert", found)
        if alert.severity == "error" and not alert.cleared and not self._stopped:
            said = f"dbp: {alert.message} ({alert.hint})" if alert.hint else f"dbp: {alert.message}"
            message = types.ShowMessageParams(types.MessageType.Error, said)
            self._server.window_show_message(message)

    def noticed(self, text: str) -> None:
        """Show the user something that needs a decision or an action of theirs, once."""
        if not self._stopped:
            message = types.ShowMessageParams(types.MessageType.Warning, f"dbp: {text}")
            self._server.window_show_message(message)

    def stop(self) -> None:
        """Send nothing more."""
        self._stopped = True
        self.jobs.stop()
        for timer in self._timers.values():
            timer.cancel()

    # ── progress ───────────────────────────────────────────────────────────────────────────────

    def scanned(self, workspace: Workspace, scan: Scan) -> None:
        """A comparison found how much is to do, or ended."""
        self.status_changed(workspace)
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress or self._stopped:
            return
        if not scan.done and scan.total >= WORTH_SHOWING and workspace not in self._progress:
            engine = workspace.engine
            before = engine.statistics.handled() if engine else 0
            progress = _Progress(f"dbp-{uuid.uuid4()}", scan.total, before)
            self._progress[workspace] = progress
            begin = asyncio.ensure_future(self._begin(workspace, progress))
            self._beginning.add(begin)
            begin.add_done_callback(self._beginning.discard)

    async def _begin(self, workspace: Workspace, progress: _Progress) -> None:
        done = self._server.work_done_progress
        try:
            await asyncio.wait_for(done.create_async(progress.token), 5.0)
        except Exception:  # noqa: BLE001 - a client that refuses sees no progress
            self._progress.pop(workspace, None)
            return
        if workspace not in self._progress:
            return  # the folder was closed meanwhile
        done.tokens[progress.token].add_done_callback(
            lambda future: workspace.cancel_scan() if future.cancelled() else None
        )
        title = f"Indexing documentation: {progress.total} files"
        begin = types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0)
        done.begin(progress.token, begin)
        self._report(workspace)

    def _report(self, workspace: Workspace) -> None:
        progress, engine = self._progress.get(workspace), workspace.engine
        if progress is None or self._stopped:
            return
        handled = engine.statistics.handled() - progress.before if engine else 0
        done = max(0, min(progress.total, handled))
        work = self._server.work_done_progress
        if workspace.ended or (engine and _is_over(engine, handled >= progress.total)):
            del self._progress[workspace]
            message = f"{done} of {progress.total} files"
            work.end(progress.token, types.WorkDoneProgressEnd(message=message))
            work.tokens.pop(progress.token, None)
            return
        report = types.WorkDoneProgressReport(
            message=f"{done}/{progress.total}",
            percentage=int(100 * done / progress.total),
            cancellable=True,
        )
        work.report(progress.token, report)
        asyncio.get_running_loop().call_later(PROGRESS_SECONDS, self._report, workspace)

    def forget(self, workspace: Workspace) -> None:
        """Send nothing more about a folder that was closed, but the end of its progress."""
        self.jobs.forget(workspace)
        progress = self._progress.get(workspace)
        if progress is not None and progress.token in self._server.work_done_progress.tokens:
            self._report(workspace)
        self._progress.pop(workspace, None)
        timer = self._timers.pop(workspace, None)
        if timer is not None:
            timer.cancel()
        self._updated.pop(workspace, None)
        self._sent.pop(workspace, None)


def _is_over(engine: Engine, all_done: bool) -> bool:  # noqa: FBT001 - private, called once
    """Tell whether there is nothing more to show: done, or paused, which may last for days."""
    scan, buffer = engine.runtime.scan, engine.buffer
    if scan is None or buffer.paused:
        return True
    return scan.done and (all_done or not buffer.sizes().total)
