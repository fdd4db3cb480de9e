"""News of jobs for a process that does not do them: it looks when the leader rings.

Every look is one query for the latest jobs, and one for each that is older and not at its end. What
ended before the first look is no news.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbp.job import FINAL, Job
from dbp.ports import JobStore

LATEST = 100
"""Jobs a look goes through, newest first."""


class JobNews:
    """What is known of the jobs of a folder. Any thread."""

    def __init__(self, changed: Callable[[Job], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._known: dict[str, Job] | None = None

    def look(self, jobs: JobStore) -> None:
        """Look at the jobs and tell of those that changed, oldest first. Raises `StoreError`."""
        with self._lock:
            found = {job.id: job for job in jobs.list(limit=LATEST)[0]}
            if self._known is None:
                self._known = {job.id: job for job in found.values() if job.status in FINAL}
            for job_id, job in self._known.items():
                if job_id not in found and job.status not in FINAL:
                    again = jobs.get(job_id)
                    if again is not None:
                        found[job_id] = again
            news = [job for job in found.values() if self._known.get(job.id) != job]
            self._known = found
        for job in reversed(news):
            self._changed(job)
