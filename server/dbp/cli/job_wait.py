"""Waiting for jobs on the command line: a live table on a terminal, lines elsewhere.

Whoever does a job tells of each move; should that news be lost, a look every few seconds finds it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbp.cli.job_text import line
from dbp.cli.session import ask
from dbp.clock import SystemClock
from dbp.job import FINAL, Job

if TYPE_CHECKING:
    from dbp.workspace import Workspace

LOOK_SECONDS = 5.0
"""Between two looks while there is no news."""

Jobs = list[dict[str, Any]]


class Watched:
    """Hears news of jobs, and looks at those it is asked about."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._fresh = False
        self._clock = SystemClock()

    def changed(self, _job: Job) -> None:
        """A job moved or went on. Any thread."""
        with self._news:
            self._fresh = True
            self._news.notify_all()

    def wait(self, workspace: Workspace, ids: Sequence[str]) -> Jobs:
        """Show these jobs until all ended; give them as they ended, in this order."""
        return self.follow(lambda: [ask(workspace, "dbp/jobs/get", {"id": one}) for one in ids])

    def follow(self, look: Callable[[], Jobs]) -> Jobs:
        """Show what `look` finds until none of it waits or runs; give the last of it."""
        with shown() as show:
            while True:
                with self._news:
                    self._fresh = False
                jobs = look()
                show(jobs)
                if all(job["status"] in FINAL for job in jobs):
                    return jobs
                self._pause()

    def _pause(self) -> None:
        """Wait for news, or for so long that it is time to look."""
        end = self._clock.monotonic() + LOOK_SECONDS
        with self._news:
            while not self._fresh and (left := end - self._clock.monotonic()) > 0:
                self._clock.wait(self._news, left)


@contextmanager
def shown() -> Iterator[Callable[[Jobs], None]]:
    """Give what shows jobs as they go on, on stderr: a live table on a terminal, else lines."""
    if sys.stderr.isatty():
        from dbp.cli.job_table import live

        with live() as show:
            yield show
        return
    said: dict[str, str] = {}

    def say(jobs: Jobs) -> None:
        for job in jobs:
            if said.get(job["id"]) != job["status"]:
                said[job["id"]] = job["status"]
                sys.stderr.write(f"dbp: {line(job)}\n")

    yield say
