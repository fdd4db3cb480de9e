"""Who waits for the end of jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from dbp.job import FINAL, Job, JobStatus


class Ends:
    """Callbacks that wait for jobs. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[set[str], Callable[[], None]]] = []

    def wait(self, open_jobs: Callable[[], Iterable[Job]], then: Callable[[], None]) -> None:
        """Call back when every job that is open now is at rest.

        `open_jobs` is asked twice, so that none is waited for that ended while we asked.
        """
        ids = {job.id for job in open_jobs() if not at_rest(job)}
        if ids:
            with self._lock:
                self._waiting.append((ids, then))
            self._drop(ids - {job.id for job in open_jobs()})
        else:
            then()

    def changed(self, job: Job) -> None:
        """A job moved or went on."""
        if at_rest(job):
            self._drop({job.id})

    def give_up(self) -> None:
        """Call everybody back: no job ends here any more."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for _, then in waiting:
            then()

    def _drop(self, ids: set[str]) -> None:
        done = []
        with self._lock:
            for entry in list(self._waiting):
                before = len(entry[0])
                entry[0].difference_update(ids)
                if before and not entry[0]:
                    self._waiting.remove(entry)
                    done.append(entry[1])
        for then in done:
            then()


def at_rest(job: Job) -> bool:
    """Tell whether nothing happens with a job soon: it ended, or waits for another try."""
    return job.status in FINAL or (job.status is JobStatus.QUEUED and job.scheduled_for is not None)
