"""What the server tells of jobs: `dbp/jobUpdated`, and through `JobBars` the progress of each.

News of a job comes from several threads and may overtake each other. Each client sees every job
walk along legal moves only: what is older than what was sent is dropped, a stage nobody had time to
look at is told all the same. Progress is told a few times a second, and the last of it always.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.job import is_older, job_json, way
from dbp.lsp.job_bars import JobBars

if TYPE_CHECKING:
    from dbp.job import Job
    from dbp.lsp.sidecar import Sidecar
    from dbp.workspace import Workspace

PROGRESS_SECONDS = 0.25
"""Between two notices of one job that say nothing but how far it is."""

_KEPT = 1000
"""Jobs of a folder whose last notice is remembered."""


@dataclass(slots=True)
class _Told:
    """What is known of a job, what was sent of it, and when."""

    job: Job
    sent: Job | None = None
    at: float = float("-inf")
    timer: asyncio.TimerHandle | None = None


class JobNotices:
    """Loop thread only."""

    def __init__(self, server: Sidecar) -> None:
        self._server = server
        self._told: dict[Workspace, OrderedDict[str, _Told]] = {}
        self.bars = JobBars(server)

    def changed(self, workspace: Workspace, job: Job, *, wanted: bool) -> None:
        """A job moved or went on; `wanted` says whether the client asked for notifications."""
        mine = self._told.setdefault(workspace, OrderedDict())
        told = mine.get(job.id)
        if told is None:
            told = mine[job.id] = _Told(job)
            if len(mine) > _KEPT:
                _drop_timer(mine.popitem(last=False)[1])
        elif job == told.job or is_older(job, told.job):
            return
        stages = way(told.sent, job)
        if not stages:
            return
        told.job = job
        self.bars.changed(workspace, job)
        if not wanted:
            told.sent = job
            return
        now = asyncio.get_running_loop().time()
        same = told.sent is not None and told.sent.status is job.status and len(stages) == 1
        if same and now < told.at + PROGRESS_SECONDS:
            if told.timer is None:
                due = told.at + PROGRESS_SECONDS
                loop = asyncio.get_running_loop()
                told.timer = loop.call_at(due, self._send_last, workspace, told)
            return
        self._send(workspace, told, stages)

    def _send_last(self, workspace: Workspace, told: _Told) -> None:
        told.timer = None
        self._send(workspace, told, [told.job])

    def _send(self, workspace: Workspace, told: _Told, stages: list[Job]) -> None:
        _drop_timer(told)
        told.sent, told.at = stages[-1], asyncio.get_running_loop().time()
        for job in stages:
            found = {"workspaceFolder": workspace.root.uri, **job_json(job)}
            self._server.protocol.notify("dbp/jobUpdated", found)

    def show(self, workspace: Workspace, job_id: str, token: str | int) -> None:
        """Report a job's progress under the token that its client chose."""
        mine = self._told.get(workspace)
        told = mine.get(job_id) if mine is not None else None
        self.bars.show(workspace, job_id, token, told.job if told is not None else None)

    def forget(self, workspace: Workspace) -> None:
        """Send nothing more about a folder that was closed, but the end of its progress."""
        for told in self._told.pop(workspace, OrderedDict()).values():
            _drop_timer(told)
        self.bars.forget(workspace)

    def stop(self) -> None:
        """Send nothing more."""
        for mine in self._told.values():
            for told in mine.values():
                _drop_timer(told)
        self.bars.stop()


def _drop_timer(told: _Told) -> None:
    if told.timer is not None:
        told.timer.cancel()
        told.timer = None
