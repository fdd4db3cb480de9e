"""A runner over a real table of jobs, with real threads and a clock that is turned by hand."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from dbp.clock import Clock, TurnableClock
from dbp.job import Job, JobStatus
from dbp.jobs import JobRunner, Lane
from dbp.ports import JobContext, JobHandler, Json, NewJob
from dbp.runtime import start_thread
from dbp.settings.background import Jobs
from dbp.store.documents import open_store
from dbp.store.jobs import SqliteJobs
from dbp.upkeep import Upkeep

PATIENCE = 20.0
"""Seconds that only a broken runner lets go by."""


class Faulty:
    """The table of jobs, whose methods can be told to fail; counts the calls."""

    def __init__(self, jobs: SqliteJobs) -> None:
        self.jobs = jobs
        self.calls: Counter[str] = Counter()
        # What a method raises the next times; an exception instead of a list is raised always.
        self.faults: dict[str, list[BaseException] | BaseException] = {}
        self.before: dict[str, Callable[[], object]] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.jobs, name)

        def call(*values: Any, **named: Any) -> Any:
            self.calls[name] += 1
            if name in self.before:
                self.before[name]()
            fault = self.faults.get(name)
            if isinstance(fault, BaseException):
                raise fault
            if fault:
                raise fault.pop(0)
            return found(*values, **named)

        return call


class Handler:
    """Does jobs; may be held up at each, and remembers them."""

    def __init__(self) -> None:
        self.did: list[Job] = []
        self.contexts: list[JobContext] = []
        self.open = threading.Event()
        self.open.set()
        self.error: BaseException | None = None
        self.result: Any = {"done": True}
        self.listens = True
        self.lock = threading.Lock()
        self.now = self.most = 0

    def __call__(self, context: JobContext) -> Json:
        """Do a job."""
        with self.lock:
            self.did.append(context.job)
            self.contexts.append(context)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if self.listens:
                context.on_cancel(self.open.set)
            assert self.open.wait(PATIENCE)
            if self.listens:
                context.check()
            if self.error is not None:
                raise self.error
        finally:
            with self.lock:
                self.now -= 1
        return dict(self.result) if isinstance(self.result, dict) else self.result


class Bench:
    """One runner with everything around it."""

    def __init__(
        self,
        folder: Path,
        handlers: Mapping[str, JobHandler] | None = None,
        *,
        clock: Clock | None = None,
        lanes: Sequence[Lane] = (),
        workers: int = 1,
        settings: Jobs | None = None,
    ) -> None:
        self.clock = clock or TurnableClock()
        self.store = open_store(folder / "index.db", self.clock)
        self.table = self.store.jobs
        self.faulty = Faulty(self.table)
        self.upkeep = Upkeep(self.clock)
        self.handler = Handler()
        self.threads: list[threading.Thread] = []
        self.refused_threads = 0
        self.told: list[Job] = []
        self.on_told: Callable[[Job], None] = lambda _: None
        handlers = handlers or {"a": self.handler}
        self.runner = JobRunner(
            self.faulty,
            self.clock,
            self.upkeep,
            owner="bench",
            lanes=lanes or [Lane("main", list(handlers), workers)],
            settings=settings or Jobs(),
            spawn=self._spawn,
            changed=self._changed,
        )
        self.runner.register(handlers)

    def __enter__(self) -> Self:
        self.runner.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.faulty.faults.clear()
        self.faulty.before.clear()
        self.handler.open.set()
        self.runner.stop()
        self.runner.join(PATIENCE)
        self.upkeep.stop()
        self.store.close()

    def _spawn(self, name: str, run: Callable[[], None]) -> threading.Thread:
        if self.refused_threads:
            self.refused_threads -= 1
            raise RuntimeError("can't start new thread")
        self.threads.append(start_thread(name, run))
        return self.threads[-1]

    def _changed(self, job: Job) -> None:
        self.told.append(job)
        self.on_told(job)

    # ── what tests do ──────────────────────────────────────────────────────────────────────────

    def pump(self) -> None:
        """Run duties on a thread of their own, as the engine does."""
        start_thread("pump", self.upkeep.pump)

    def submit(self, kind: str = "a", **values: Any) -> Job:
        """Submit a job through the runner."""
        return self.runner.submit(NewJob(kind, values.pop("arguments", {}), **values)).job

    def turn(self, seconds: float) -> None:
        """Let time go by, and do what falls due."""
        assert isinstance(self.clock, TurnableClock)
        self.clock.turn(seconds)
        self.upkeep.run_due()

    def duties(self) -> list[str]:
        """Name what would wake the pump."""
        return sorted(duty.name for duty in self.upkeep._duties)

    def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE
        look = threading.Event()
        while not holds():
            assert time.monotonic() < deadline, what or "it never held"
            look.wait(0.002)

    def at_rest(self) -> None:
        """Wait until no thread lives."""
        self.until(lambda: not any(thread.is_alive() for thread in self.threads), "threads live")

    def status(self, job: Job) -> JobStatus:
        """Look up where a job stands."""
        return self.get(job).status

    def get(self, job: Job) -> Job:
        """Fetch a job."""
        found = self.table.get(job.id)
        assert found is not None
        return found

    def ends(self, job: Job, status: JobStatus) -> Job:
        """Wait until a job has come to this status and its thread has left."""
        self.until(lambda: self.status(job) is status, f"{self.get(job)} is not {status}")
        self.at_rest()
        return self.get(job)
