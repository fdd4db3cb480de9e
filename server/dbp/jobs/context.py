"""What a handler is given: the job, its progress, and the word that it is to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from dbp.clock import Clock
from dbp.errors import StoreError
from dbp.job import Job, JobProgress
from dbp.ports import JobCancelledError, JobStore, LeaseLostError

log = logging.getLogger(__name__)

EVERY = 0.25
"""Seconds between two stored progresses: more often nobody reads."""

_STEPS = 20
"""New steps stored at once: each is worth showing, unless they never end. One more is allowed
after each `EVERY`."""


class Stop(StrEnum):
    """Why a job is to stop."""

    CANCELLED = "it was cancelled"
    LOST = "another process has it now"
    ENDING = "dbp ends; the job goes on when it is started again"


class Context:
    """One attempt at a job (`dbp.ports.JobContext`). Any thread."""

    def __init__(
        self, job: Job, store: JobStore, clock: Clock, changed: Callable[[Job], None]
    ) -> None:
        self.job = job
        self.stop: Stop | None = None
        self._store = store
        self._clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []
        self._stored_at = float("-inf")
        self._stored = JobProgress()
        self._said = JobProgress()
        self._steps = float(_STEPS)

    def check(self) -> None:
        """Raise `JobCancelledError` when the job is to stop."""
        if self.stop is not None:
            raise JobCancelledError(self.stop.value)

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call this when the job is to stop; at once when it already is."""
        with self._lock:
            if self.stop is None:
                self._wakers.append(stop)
                return
        stop()

    def end(self, why: Stop) -> None:
        """Tell the handler to stop; the first reason counts."""
        with self._lock:
            if self.stop is not None:
                return
            self.stop = why
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            try:
                wake()
            except Exception:
                log.exception("job %s could not be told to stop", self.job.id)

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Say how far it is. Raises `JobCancelledError`, and `LeaseLostError` when it is so."""
        self.check()
        percent = min(99, max(0, 100 * done // total)) if total > 0 else 0
        found = JobProgress(percent, step, done, total)
        now = self._clock.monotonic()
        with self._lock:
            self._said = found
            if found == self._stored or not self._is_time(now, new_step=step != self._stored.step):
                return
            self._stored_at, self._stored = now, found
        self._store_progress(found)

    def _is_time(self, now: float, *, new_step: bool) -> bool:
        """Tell whether this one is stored: a quiet while earns new steps, each costs one."""
        if now - self._stored_at >= EVERY:
            earned = (now - self._stored_at) / EVERY
            self._steps = min(float(_STEPS), self._steps + earned)
            return True
        if not new_step or self._steps < 1:
            return False
        self._steps -= 1
        return True

    def flush(self) -> None:
        """Store what was said last, however short ago that was."""
        with self._lock:
            found, known = self._said, self._stored
            self._stored = found
        if found != known:
            self._store_progress(found)

    def _store_progress(self, progress: JobProgress) -> None:
        try:
            self._store.progress(self.job.lease, progress)
        except LeaseLostError:
            self.end(Stop.LOST)
            raise
        except StoreError as error:
            # A number that is missing is worth no failed job.
            log.info("the progress of job %s was not stored: %s", self.job.id, error)
            return
        # Somebody may have joined it, raised its priority, or cancelled it meanwhile.
        with suppress(StoreError):
            self._changed(self._store.get(self.job.id) or self.job)
