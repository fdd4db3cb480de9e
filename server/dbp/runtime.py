"""The only module that starts threads: workers, the scan thread, the pump.

All are daemons with a bounded grace, so that a server ends when it is told to, whatever hangs. A
worker that fails goes on with the next file; one that dies is replaced.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dbp.changes import ChangeBuffer
from dbp.clock import Clock
from dbp.errors import DbpError, ScanError, StoreError, defect
from dbp.model import Cause, Change, Priority
from dbp.outcome import Outcome
from dbp.status import Statistics
from dbp.steps import Steps
from dbp.upkeep import Upkeep

log = logging.getLogger(__name__)

GRACE = 1.0
"""Seconds that all threads together get to end: editors kill a server after two."""

_STORE_RETRY = 5.0
"""Seconds until a batch is tried again that the database could not take."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A comparison of disk and record; `total` is what it found to look at."""

    folder: str
    at: float
    seconds: float = 0.0
    files: int = 0
    total: int = 0
    done: bool = False
    error: str | None = None


def start_thread(name: str, run: Callable[[], None]) -> threading.Thread:
    """Start a daemon thread that logs what it dies of."""

    def body() -> None:
        try:
            run()
        except Exception:
            log.exception("thread %s died", name)

    thread = threading.Thread(target=body, name=f"dbp-{name}", daemon=True)
    thread.start()
    return thread


def answer_on_thread(name: str, run: Callable[[], Any], reply: Callable[[Any], None]) -> None:
    """Answer a request on a thread of its own; whatever goes wrong is an answer, too."""

    def body() -> None:
        try:
            found = run()
        except DbpError as error:
            found = error
        except Exception as error:
            log.exception("answering a request failed (%s)", name)
            found = defect(error)
        reply(found)

    start_thread(name, body)


class Runtime:
    """Runs the pipeline of one workspace folder while this process is its leader."""

    def __init__(
        self,
        *,
        buffer: ChangeBuffer,
        steps: Steps,
        statistics: Statistics,
        upkeep: Upkeep,
        clock: Clock,
        workers: int,
        is_open: Callable[[str], bool],
        on_scan: Callable[[Scan], None],
        on_store_error: Callable[[StoreError], None],
    ) -> None:
        self._buffer = buffer
        self._steps = steps
        self._statistics = statistics
        self._upkeep = upkeep
        self._clock = clock
        self._wanted = workers
        self._is_open = is_open
        self._on_scan = on_scan
        self._on_store_error = on_store_error
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._scan_cancelled = False
        self.scan: Scan | None = None
        self.everything_once = False

    def start(self) -> None:
        """Start all threads."""
        self._start("pump", self._upkeep.pump)
        self._start("scan", self._scan_loop)
        self.resize(self._wanted)

    def resize(self, workers: int) -> None:
        """Run this many workers; surplus ones end after their batch."""
        self._wanted = workers
        self._buffer.wake()
        for number in range(workers):
            self._start(f"worker-{number}", partial(self._work_for_good, number))

    @property
    def workers(self) -> int:
        """How many workers are alive."""
        with self._lock:
            return sum(t.is_alive() and n.startswith("worker") for n, t in self._threads.items())

    def stop(self, grace: float = GRACE) -> None:
        """End every thread, waiting at most `grace` seconds in all."""
        self._stopping = True
        self._buffer.stop()
        self._upkeep.stop()
        deadline = self._clock.monotonic() + grace
        for thread in list(self._threads.values()):
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - self._clock.monotonic()))

    def _start(self, name: str, run: Callable[[], None]) -> None:
        with self._lock:
            old = self._threads.get(name)
            if (old is None or not old.is_alive()) and not self._stopping:
                self._threads[name] = start_thread(name, run)

    # ── workers ────────────────────────────────────────────────────────────────────────────────

    def _work_for_good(self, number: int) -> None:
        """Work until told to end; what kills a worker is logged, and another takes its place."""
        log.info("worker %d started", number)
        while number < self._wanted and not self._stopping:
            try:
                self._work(number)
            except Exception:
                log.exception("worker %d died", number)
                self._statistics.restarted()
            else:
                return

    def _work(self, number: int) -> None:
        while True:
            batch = self._buffer.take(self._wanted, keep=lambda: number < self._wanted)
            if not batch:
                return
            log.debug("looking at %d files: %r first", len(batch), batch[0].path)
            # Should we die of a defect, whoever comes next looks at all of it again.
            outcome = Outcome(again={change.path for change in batch})
            try:
                self._statistics.working(number, batch[0].path)
                outcome = self._look(batch)
            finally:
                # Before anybody is told that it is done: who looks then must not see us busy.
                self._statistics.working(number, None)
                self._finish(batch, outcome)

    def _finish(self, batch: list[Change], outcome: Outcome) -> None:
        for path, delay in outcome.retry:
            self._buffer.offer_later(Change(path, Cause.RETRY), delay)
            self._statistics.retried()
        for change in batch:
            self._buffer.done(change.path, again=change.path in outcome.again)

    def _look(self, batch: list[Change]) -> Outcome:
        """Work on a batch; whatever happens, there is an outcome."""
        try:
            return self._steps.look(batch)
        except StoreError as error:
            log.warning("the record could not be written: %s", error)
            self._on_store_error(error)
            return Outcome(retry=[(change.path, _STORE_RETRY) for change in batch])
        except Exception as error:
            if len(batch) > 1:
                # One of them is poison: take them apart so that only it fails.
                apart = [self._look([change]) for change in batch]
                again = {path for outcome in apart for path in outcome.again}
                return Outcome(again, [planned for outcome in apart for planned in outcome.retry])
            log.exception("looking at %r failed", batch[0].path)
            self._statistics.failed(batch[0].path, repr(error), code="defect")
            return Outcome()

    # ── scans ──────────────────────────────────────────────────────────────────────────────────

    def _scan_loop(self) -> None:
        while True:
            taken = self._buffer.take_folder()
            if taken is None:
                return
            folder, sequence = taken
            started = self._clock.monotonic()
            self.scan = Scan(folder, at=self._clock.now())
            try:
                self._compare(folder, sequence)
            except (DbpError, OSError) as error:
                # What was refused is a reason of the status, and the error of a verb.
                refused = isinstance(error, ScanError) and error.data.get("lasting")
                level = logging.INFO if refused else logging.WARNING
                what = folder or "the workspace"
                log.log(level, "%s could not be compared with the record: %s", what, error)
                self.scan = replace(self.scan, error=str(error))
            except Exception:
                log.exception("comparing %r with the record failed", folder)
                self.scan = replace(self.scan, error="internal error, see the log")
            seconds = self._clock.monotonic() - started
            self.scan = replace(self.scan, seconds=seconds, done=True)
            self._on_scan(self.scan)
            self._buffer.folder_done()

    def cancel_scan(self) -> None:
        """Feed nothing more of the scan that runs."""
        self._scan_cancelled = True

    def _compare(self, folder: str, sequence: int) -> None:
        assert self.scan is not None  # noqa: S101  # set by the only caller
        everything = self.everything_once and not folder
        if everything:
            # Before the look: whoever asks while it goes on has other rules, and wants another.
            self.everything_once = False
        try:
            files, found = self._steps.compare(folder, everything=everything)
        except BaseException:
            self.everything_once = self.everything_once or everything
            raise
        self._scan_cancelled = False
        self.scan = replace(self.scan, files=files, total=len(found))
        self._on_scan(self.scan)
        for change in found:
            if self._is_open(change.path):
                change = replace(change, priority=Priority.EDITOR)  # noqa: PLW2901  # same change
            if self._scan_cancelled or not self._buffer.feed(change, sequence):
                return
