"""What every service has in common: its life, its switch, its operations, its status."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from dbp.changes import ChangeBuffer
from dbp.clock import Clock, iso
from dbp.errors import DbpError, RequestError
from dbp.hashing import content_hash
from dbp.job import Job, JobError, JobPriority, JobStatus, RetryPolicy, retry_delay
from dbp.jobs import JobRunner
from dbp.model import Change
from dbp.paths import Root
from dbp.ports import JobContext, Json, NewJob, Scanner, Store, Submitted
from dbp.services.alarm import Alarm
from dbp.settings import Settings
from dbp.settings.fields import Section
from dbp.status import Statistics
from dbp.upkeep import Upkeep

log = logging.getLogger(__name__)

BUSY_FILES = 50
"""Changed files waiting, from which on services leave the machine to them."""

REFUSED_AGAIN = 60.0
"""Seconds until an operation is submitted again that found the queue of jobs full."""

_RESTARTS = RetryPolicy()


class ServiceState(StrEnum):
    """Where a service stands."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    ERROR = "error"
    DISABLED = "disabled"


class Host(Protocol):
    """What services need of the engine they belong to."""

    settings: Settings
    clock: Clock
    buffer: ChangeBuffer
    jobs: JobRunner
    scanner: Scanner
    statistics: Statistics
    stopped: bool

    def compare(self, folder: str, *, everything: bool = False) -> tuple[int, list[Change]]:
        """Compare disk and record below a folder."""


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around the services of one folder.

    `publish` tells that records changed; `recheck` compares what is in memory with the record, and
    returns how many entries had to go.
    """

    host: Host
    store: Store
    upkeep: Upkeep
    root: Root
    publish: Callable[[Sequence[str]], None] = lambda _paths: None
    recheck: Callable[[], int] = lambda: 0


class Service(ABC):
    """One service. `automatic` work begins with `start`; what is asked for works before, too."""

    name: ClassVar[str]
    job_type: ClassVar[str]
    section: ClassVar[str]
    operations: ClassVar[Mapping[str, tuple[str, ...]]]
    """Each with its other names."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._host = around.host
        self._store = around.store
        self._clock = around.host.clock
        self._changed_settings: Json = {}
        self._switch: bool | None = None
        self._life = ServiceState.STOPPED
        self._failures = 0
        self._error: tuple[float, JobError] | None = None
        self.restarts = 0
        self._restart = self._alarm("restart", self._restarted)

    def _alarm(self, what: str, run: Callable[[], None]) -> Alarm:
        return Alarm(self._around.upkeep, self._clock, f"{self.name}: {what}", run)

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin to work by itself."""
        self._life = ServiceState.STARTING
        if self.automatic:
            self._begin()
        if self._life is ServiceState.STARTING:
            self._life = ServiceState.RUNNING

    def stop(self) -> None:
        """Plan nothing more. What runs is the job runner's to end."""
        self._life = ServiceState.STOPPING
        self._restart.cancel()
        self._end()
        self._life = ServiceState.STOPPED

    @property
    def state(self) -> ServiceState:
        """Where it stands."""
        if self._life is not ServiceState.RUNNING:
            return self._life
        return ServiceState.RUNNING if self.enabled else ServiceState.DISABLED

    @property
    def enabled(self) -> bool:
        """Whether it is on: the switch, or where nobody touched it the setting."""
        return self._switch if self._switch is not None else bool(self.own.enabled)

    @property
    def held(self) -> bool:
        """Whether somebody switched it off, so that all its operations wait.

        A setting says only that it does nothing by itself: whoever asks is served.
        """
        return self._switch is False

    @property
    def automatic(self) -> bool:
        """Whether it does something by itself now."""
        on = self._life in {ServiceState.STARTING, ServiceState.RUNNING}
        return on and self.enabled

    # ── settings ───────────────────────────────────────────────────────────────────────────────

    @property
    def own(self) -> Any:
        """Its settings, with what was changed at run time."""
        section: Section = getattr(self._host.settings, self.section)
        return section.model_copy(update=self._changed_settings)

    def configure(self, enabled: bool | None, values: Json) -> None:  # noqa: FBT001 - three values
        """Switch it, or change settings until this process ends. Raises `RequestError`."""
        if values:
            self._changed_settings |= self._checked(values)
        if enabled is not None:
            self._switch = enabled
            self._host.jobs.hold(self.job_type, held=not enabled)
        self.reconfigured()

    def _checked(self, values: Json) -> Json:
        section: Section = getattr(self._host.settings, self.section)
        known = [name for name in type(section).model_fields if name != "enabled"]
        unknown = [name for name in values if name not in known]
        if unknown:
            hint = f"its settings are {', '.join(known)}"
            raise RequestError(f"{self.name} has no setting {unknown[0]!r}", hint=hint)
        try:
            found = type(section).model_validate({**section.model_dump(), **values})
        except ValueError as error:
            problem = str(error).splitlines()[1:3]
            raise RequestError(f"{self.section}: {' '.join(map(str.strip, problem))}") from error
        return {name: getattr(found, name) for name in values}

    def reconfigured(self) -> None:
        """Its settings may be others now."""
        if self.automatic:
            self._begin()
        else:
            self._end()

    # ── operations ─────────────────────────────────────────────────────────────────────────────

    def submit(
        self,
        operation: str,
        arguments: Json | None = None,
        *,
        priority: JobPriority = JobPriority.NORMAL,
        by: str = "",
        delay: float = 0.0,
    ) -> Submitted:
        """Submit an operation under any of its names. Raises `RequestError`."""
        told = {"operation": self.operation(operation), **(arguments or {})}
        jobs = self._host.settings.jobs
        return self._host.jobs.submit(
            NewJob(
                self.job_type,
                told,
                priority,
                key=content_hash(json.dumps(told, sort_keys=True).encode()),
                delay=delay,
                requested_by=by or f"service:{self.name}",
                policy=RetryPolicy(self.own.max_retries, jobs.retry_base, jobs.retry_max_seconds),
            )
        )

    def operation(self, name: str) -> str:
        """Give the name proper of an operation. Raises `RequestError`, which lists them."""
        for proper, others in self.operations.items():
            if name == proper or name in others:
                return proper
        known = ", ".join(self.operations)
        raise RequestError(f"{self.name} has no operation {name!r}", hint=f"one of {known}")

    def _automatically(self, operation: str, arguments: Json | None, again: Alarm) -> None:
        """Submit an operation that nobody asked for; one that is refused comes again."""
        if not self.automatic or self._error_holds:
            return
        try:
            told = {**(arguments or {}), "automatic": True}
            self.submit(operation, told, priority=JobPriority.LOW)
        except DbpError as error:
            log.info("%s: %s could not be submitted: %s", self.name, operation, error)
            again.plan(REFUSED_AGAIN)

    def busy(self) -> bool:
        """Whether so much is being extracted that services hold back."""
        sizes = self._host.buffer.sizes()
        return sizes.folders > 0 or sizes.waiting + sizes.in_flight > BUSY_FILES

    def target(self, path: str) -> Json:
        """Say what a trigger's target means to the operations."""
        return {"path": path} if path else {}

    def run(self, context: JobContext) -> Json:
        """Do an operation: the job handler."""
        arguments = context.job.arguments
        operation = self.operation(str(arguments.get("operation", next(iter(self.operations)))))
        began = self._clock.monotonic()
        result = self._run(operation, arguments, context)
        seconds = round(self._clock.monotonic() - began, 3)
        return {"operation": operation, **result, "seconds": seconds}

    # ── failures ───────────────────────────────────────────────────────────────────────────────

    @property
    def _error_holds(self) -> bool:
        return self._life is ServiceState.ERROR

    def job_ended(self, job: Job) -> None:
        """One of its jobs became final."""
        if job.status is JobStatus.COMPLETED:
            self._failures = 0
            if self._error_holds:
                self._restarted()
        elif job.status is JobStatus.FAILED and job.error is not None:
            self._error = self._clock.now(), job.error
            automatic = bool(job.arguments.get("automatic"))
            # A person's wrong request says nothing about the service.
            if automatic and self._life is ServiceState.RUNNING:
                self._failures += 1
                self._life = ServiceState.ERROR
                self._restart.move(retry_delay(_RESTARTS, self._failures))
                log.warning("service %s: %s", self.name, job.error.message)

    def _restarted(self) -> None:
        if self._error_holds:
            self._restart.cancel()
            self.restarts += 1
            self.start()

    # ── what each of them fills in ─────────────────────────────────────────────────────────────

    @abstractmethod
    def _begin(self) -> None:
        """Plan what comes by itself; also after other settings."""

    @abstractmethod
    def _end(self) -> None:
        """Plan nothing any more."""

    @abstractmethod
    def _run(self, operation: str, arguments: Json, context: JobContext) -> Json:
        """Do an operation; returns what it did."""

    @abstractmethod
    def published(self, paths: Sequence[str]) -> None:
        """These records changed."""

    def alarms(self) -> Iterable[Alarm]:
        """Name the moments it waits for."""
        return ()

    def details(self) -> Json:
        """Say what only this service knows. May read the record."""
        return {}

    def status(self) -> Json:
        """Say where it stands. Quick."""
        left = [left for alarm in self.alarms() if (left := alarm.left) is not None]
        due = self._clock.now() + min(left) if left else None
        at, error = self._error or (None, None)
        return {
            "status": self.state.value,
            "error": error.message if error and self._error_holds else None,
            "enabled": self.enabled,
            "held": self.held,
            "jobType": self.job_type,
            "operations": list(self.operations),
            "nextDueAt": iso(due),
            "lastError": {**error._asdict(), "at": iso(at)} if error else None,
            "restarts": self.restarts,
            "settings": self.own.model_dump(exclude={"enabled"}),
        }
