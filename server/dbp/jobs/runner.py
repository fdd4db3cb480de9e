"""Runs jobs on threads that exist only while there is something to do.

Jobs are done in lanes, so that maintenance never keeps a person's job waiting: each lane has its
types and its number of workers, and one more for what has high priority. Whoever submits, finishes
or finds something due calls `dispatch`; nothing polls. A lease and a heartbeat tell the living from
the dead, and what is written under a lost lease is refused by the table itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

from dbp.clock import Clock
from dbp.errors import RequestError, StoreError
from dbp.job import Job, JobError, JobPriority, JobStatus
from dbp.jobs.attempt import Ending, attempt
from dbp.jobs.context import Context, Stop
from dbp.ports import (
    JobHandler,
    JobStore,
    LeaseLostError,
    NewJob,
    Submitted,
)
from dbp.settings.background import Jobs
from dbp.upkeep import Upkeep

log = logging.getLogger(__name__)

LEASE = 60.0
"""Seconds a job is somebody's without a heartbeat; a third of it is the time between two."""

_STORE_RETRY = 5.0
_SAME = 0.001
"""Seconds that two moments may differ and still be one."""

_OLDEST_EACH = 4
"""Every so manyth job a lane takes is the one that waits longest, so that nothing starves."""


@dataclass(slots=True)
class Lane:
    """Types of jobs that share workers."""

    name: str
    types: Sequence[str]
    workers: int
    active: int = 0
    express: int = 0
    # Jobs taken, calls of `dispatch`, and whether one of high priority may be waiting.
    turn: int = 0
    calls: int = 0
    urgent: bool = False
    held: set[str] = field(default_factory=set)

    def open_types(self) -> list[str]:
        """Name the types that are not held back now."""
        return [kind for kind in self.types if kind not in self.held]


class JobRunner:
    """The jobs of one workspace, run by its leader."""

    def __init__(
        self,
        store: JobStore,
        clock: Clock,
        upkeep: Upkeep,
        *,
        owner: str,
        lanes: Sequence[Lane],
        settings: Jobs,
        spawn: Callable[[str, Callable[[], None]], threading.Thread],
        changed: Callable[[Job], None],
        lease: float = LEASE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._upkeep = upkeep
        # Unlike any other's, also when the system gives a process the number of a dead one.
        self._owner = f"{owner} {uuid4().hex[:8]}"
        self._lanes = {lane.name: lane for lane in lanes}
        self.settings = settings
        self._spawn = spawn
        self._changed = changed
        self._handlers: dict[str, JobHandler] = {}
        self._lease = lease
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._running: dict[str, Context] = {}
        self._threads: set[threading.Thread] = set()
        self._planned: list[float] = []
        self._again = False
        self._beating = False
        self.started = False
        self._stopping = False

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def register(self, handlers: Mapping[str, JobHandler]) -> None:
        """Say who does which type."""
        self._handlers.update(handlers)

    def start(self) -> None:
        """Take over what dead owners left, and begin. Harmless when repeated."""
        with self._lock:
            if self.started or self._stopping:
                return
            self.started = True
        self._take_over()

    def _take_over(self) -> None:
        try:
            left = self._store.rescue(everybody_but=self._owner)
        except StoreError as error:
            log.warning("what dead processes left could not be taken over: %s", error)
            self._upkeep.once(_STORE_RETRY, "jobs of dead processes", self._take_over)
            left = ()
        for job in left:
            log.warning("job %s (%s) was left by a process that ended", job.id, job.type)
            self._tell(job)
        self.dispatch()

    def stop(self) -> None:
        """Tell every job to end; each goes on when the next leader starts."""
        with self._lock:
            self._stopping = True
            self._ended.notify_all()
            running = list(self._running.values())
        for context in running:
            context.end(Stop.ENDING)

    def join(self, grace: float) -> None:
        """Wait at most `grace` seconds for the end of every job, then take away what is left."""
        with self._lock:
            threads = list(self._threads)
        deadline = self._clock.monotonic() + grace
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - self._clock.monotonic()))
        with self._lock:
            left = list(self._running)
        for lease in left:
            # Its handler does not listen: whatever it still writes is refused from now on.
            with suppress(LeaseLostError, StoreError):
                self._store.hand_back(lease)

    def resize(self, lane: str, workers: int) -> None:
        """Run so many jobs of a lane at a time; surplus workers end after their job."""
        self._lanes[lane].workers = workers
        self.dispatch()

    def hold(self, kind: str, *, held: bool) -> None:
        """Let jobs of a type wait, or run again."""
        for lane in self._lanes.values():
            if kind in lane.types:
                (lane.held.add if held else lane.held.discard)(kind)
        self.dispatch()

    @property
    def held(self) -> set[str]:
        """The types that wait because somebody said so."""
        return {kind for lane in self._lanes.values() for kind in lane.held}

    @property
    def types(self) -> list[str]:
        """Name every type somebody does."""
        return sorted(self._handlers)

    @property
    def running(self) -> list[Job]:
        """The jobs in work."""
        with self._lock:
            return [context.job for context in self._running.values()]

    # ── in ─────────────────────────────────────────────────────────────────────────────────────

    def submit(self, new: NewJob) -> Submitted:
        """Submit a job, or join an equal one. Raises `RequestError`."""
        if new.type not in self._handlers:
            raise RequestError(
                f"there is no job type {new.type!r}", hint=f"one of {', '.join(self.types)}"
            )
        submitted = self._store.submit(new, queue_size=self.settings.queue_size)
        self._tell(submitted.job)
        self.dispatch(submitted.job)
        return submitted

    def retry(self, job_id: str, *, force: bool = False) -> Job:
        """Queue a failed job again. Raises `RequestError`."""
        job = self._store.retry(job_id, force=force, queue_size=self.settings.queue_size)
        self._tell(job)
        self.dispatch(job)
        return job

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that waits or runs. Raises `RequestError`."""
        job = self._store.cancel(job_id)
        self._end(job_id, Stop.CANCELLED)
        self._tell(job)
        return job

    def _end(self, job_id: str, why: Stop) -> None:
        with self._lock:
            contexts = [each for each in self._running.values() if each.job.id == job_id]
        for context in contexts:
            context.end(why)

    # ── work ───────────────────────────────────────────────────────────────────────────────────

    def dispatch(self, job: Job | None = None) -> None:
        """See to it that what may run does. Cheap; any thread."""
        for lane in self._lanes.values():
            if job is None or job.type in lane.types:
                self._fill(lane, urgent=job is None or job.priority is JobPriority.HIGH)

    def _fill(self, lane: Lane, *, urgent: bool = False) -> None:
        with self._lock:
            lane.calls += 1
            lane.urgent = lane.urgent or urgent
            if not self.started or self._stopping:
                return
            express = lane.active >= lane.workers
            if not express:
                lane.active += 1
            elif lane.urgent and lane.express == 0:
                lane.express = 1
            else:
                return
        try:
            thread = self._spawn(f"job-{lane.name}", partial(self._work, lane, express=express))
        except RuntimeError as error:
            # The system gives no more threads: those that are there go on.
            log.warning("no thread for jobs: %s", error)
            with self._lock:
                self._leave(lane, express=express)
            self._later()
            return
        with self._lock:
            self._threads = {each for each in self._threads if each.is_alive()} | {thread}

    def _work(self, lane: Lane, *, express: bool) -> None:
        """Do what waits in a lane, then leave.

        On the express slot that is only what has high priority, while all workers are busy.
        """
        while True:
            seen = lane.calls
            job = self._claim(lane, express=express)
            if job is not None:
                if not express:
                    self._fill(lane)
                self._run(job)
            with self._lock:
                surplus = not express and lane.active > lane.workers
                # Something submitted while we looked may have found us still here.
                idle = job is None and seen == lane.calls
                if idle:
                    lane.urgent = False
                if self._stopping or surplus or idle:
                    self._leave(lane, express=express)
                    break
        self._plan()

    @staticmethod
    def _leave(lane: Lane, *, express: bool) -> None:
        if express:
            lane.express = 0
        else:
            lane.active -= 1

    def _claim(self, lane: Lane, *, express: bool) -> Job | None:
        if self._stopping:
            return None
        oldest = not express and lane.turn % _OLDEST_EACH == _OLDEST_EACH - 1
        try:
            job = self._store.claim(
                lane.open_types(),
                self._owner,
                lease_seconds=self._lease,
                ageing_seconds=self.settings.ageing_seconds,
                oldest=oldest,
                least=JobPriority.HIGH if express else JobPriority.LOW,
            )
        except StoreError as error:
            log.warning("no job could be taken: %s", error)
        except Exception:
            log.exception("taking a job failed")
        else:
            if job is not None and not express:
                lane.turn += 1
            return job
        self._later()
        return None

    def _run(self, job: Job) -> None:
        """Do a job from its claim to its end; nothing that goes wrong comes out."""
        context = Context(job, self._store, self._clock, self._tell)
        with self._lock:
            before = [each for each in self._running.values() if each.job.id == job.id]
            self._running[job.lease] = context
            stopping = self._stopping
        try:
            for each in before:
                # Its lease ran out before its heartbeat came.
                each.end(Stop.LOST)
            if stopping:
                context.end(Stop.ENDING)
            self._beat_soon()
            self._look(context)
            log.info("job %s (%s) begins", job.id, job.type, extra={"job": job.id})
            self._tell(job)
            self._attempt(context)
        except Exception:
            # When the lease runs out it is done again.
            log.exception("job %s (%s) was dropped", job.id, job.type)
            self._upkeep.once(self._lease, "a dropped job", self.dispatch)
        finally:
            with self._lock:
                self._running.pop(job.lease, None)
        with suppress(StoreError):
            found = self._store.get(job.id)
            if found is not None:
                log.info("job %s (%s) is %s", job.id, job.type, found.status)
                self._tell(found)

    def _look(self, context: Context) -> None:
        """See whether the job was taken away before `cancel` could find it among the running."""
        with suppress(StoreError):
            found = self._store.get(context.job.id)
            if found is None or found.lease != context.job.lease:
                cancelled = found is None or found.status is JobStatus.CANCELLED
                context.end(Stop.CANCELLED if cancelled else Stop.LOST)

    def _attempt(self, context: Context) -> None:
        """Run the handler and write how it ended; once more when it was joined meanwhile."""
        while self._write(context, attempt(context, self._store, self._handlers)) is False:
            log.info("job %s looks once more: it was joined", context.job.id)

    def _write(self, context: Context, write: Ending | None) -> object:
        """Write how a job ended, however long the database cannot be written."""
        while write is not None:
            try:
                return write()
            except LeaseLostError as error:
                log.info("%s", error)
                return None
            except RequestError as error:
                # What it returned is nothing that can be kept, and would be none the next time.
                found = JobError(error.code, error.message, error.hint)
                write = partial(self._store.fail, context.job.lease, found, lasting=True)
            except StoreError as error:
                log.warning("the end of job %s could not be written: %s", context.job.id, error)
                if not self._wait():
                    return None
        return None

    def _wait(self) -> bool:
        """Wait until the database may be there again; False when everything ends instead."""
        until = self._clock.monotonic() + _STORE_RETRY
        with self._ended:
            while not self._stopping:
                left = until - self._clock.monotonic()
                if left <= 0:
                    return True
                self._clock.wait(self._ended, left)
        return False

    def _tell(self, job: Job) -> None:
        try:
            self._changed(job)
        except Exception:
            log.exception("telling of job %s failed", job.id)

    # ── time ───────────────────────────────────────────────────────────────────────────────────

    def _later(self) -> None:
        """Look again in a while: the database, or the system, cannot now."""
        with self._lock:
            if self._again or self._stopping:
                return
            self._again = True
        self._upkeep.once(_STORE_RETRY, "jobs again", self._look_again)

    def _look_again(self) -> None:
        with self._lock:
            self._again = False
        self.dispatch()

    def _plan(self) -> None:
        """Come back when the next waiting job may run."""
        if self._stopping:
            return
        try:
            wait = self._store.next_due()
        except StoreError as error:
            log.warning("when the next job is due is not known: %s", error)
            self._later()
            return
        if wait is None:
            return
        due = self._clock.monotonic() + wait
        with self._lock:
            if any(planned <= due + _SAME for planned in self._planned):
                return
            self._planned.append(due)
        self._upkeep.once(wait, "jobs due", self._due)

    def _due(self) -> None:
        now = self._clock.monotonic()
        with self._lock:
            self._planned = [planned for planned in self._planned if planned > now]
        self.dispatch()

    def _beat_soon(self) -> None:
        with self._lock:
            if self._beating:
                return
            self._beating = True
        self._upkeep.once(self._lease / 3, "job heartbeat", self._beat)

    def _beat(self) -> None:
        """Renew the leases of what runs; whoever lost one stops."""
        with self._lock:
            leases, self._beating = list(self._running), False
        if not leases:
            return
        try:
            lost = self._store.renew(leases, self._lease)
        except StoreError as error:
            log.warning("leases could not be renewed: %s", error)
            lost = ()
        finally:
            self._beat_soon()
        for lease in lost:
            with self._lock:
                context = self._running.get(lease)
            if context is not None:
                context.end(Stop.LOST)
