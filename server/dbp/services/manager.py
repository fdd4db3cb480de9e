"""The services of one folder together: who leads it has one manager."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from dbp.clock import iso
from dbp.errors import RequestError
from dbp.job import FINAL, Job, JobPriority, JobStatus
from dbp.ports import JobHandler, Json, Submitted
from dbp.services.base import Around, Service
from dbp.services.cycles import CycleService
from dbp.services.optimize import OptimizeService
from dbp.services.sync import SyncService

log = logging.getLogger(__name__)


class Shown(Protocol):
    """What works on its own and is shown and switched like a service."""

    name: str

    def configure(self, *, enabled: bool) -> None:
        """Let it go on, or rest. Raises `RequestError`."""

    def status(self) -> Json:
        """Say where it stands. Quick."""

    def details(self) -> Json:
        """Say what it did. May read the record."""


class ServiceManager:
    """Starts, stops, switches and shows services. Thread-safe."""

    def __init__(self, around: Around, shown: Sequence[Shown] = ()) -> None:
        self._around = around
        made: tuple[Service, ...] = (
            SyncService(around),
            CycleService(around),
            OptimizeService(around),
        )
        self._services = {service.name: service for service in made}
        self._shown = {each.name: each for each in shown}
        self._wanted = False
        self.running = False
        around.host.jobs.register(self.handlers())

    def handlers(self) -> dict[str, JobHandler]:
        """Name who does which type of job."""
        return {service.job_type: service.run for service in self._services.values()}

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Let the services work by themselves, where the settings want them at all."""
        self._wanted = True
        if not self._around.host.settings.services.enabled or self.running:
            return
        self.running = True
        for service in self._services.values():
            service.start()

    def stop(self) -> None:
        """Let nothing more come by itself. Quick: what runs is the job runner's to end."""
        self._wanted = False
        self._rest()

    def _rest(self) -> None:
        self.running = False
        for service in self._services.values():
            service.stop()

    def reconfigure(self) -> None:
        """The settings may be others now."""
        if not self._wanted:
            return
        if self._around.host.settings.services.enabled != self.running:
            (self._rest if self.running else self.start)()
            return
        for service in self._services.values():
            service.reconfigured()

    def published(self, paths: Sequence[str]) -> None:
        """These records changed."""
        if self.running:
            for service in self._services.values():
                service.published(paths)

    def job_changed(self, job: Job) -> None:
        """A job moved: a failure for good is its service's."""
        if self.running and job.status in FINAL:
            for service in self._services.values():
                if service.job_type == job.type:
                    service.job_ended(job)

    # ── requests ───────────────────────────────────────────────────────────────────────────────

    @property
    def names(self) -> list[str]:
        """Name every service."""
        return [*self._services, *self._shown]

    def configure(self, name: str, /, *, enabled: bool | None = None, **settings: Any) -> Json:
        """Switch a service or change its settings until this process ends; returns its status.

        Raises `RequestError`.
        """
        service = self._services.get(name)
        if service is not None:
            service.configure(enabled, settings)
            log.info("service %s: configured, enabled %s, %s", name, enabled, settings)
            return service.status()
        shown = self._shown.get(name)
        if shown is None:
            raise self._unknown(name)
        if settings or enabled is None:
            raise RequestError(
                f"{name} can only be switched on and off", hint="its settings are in the file"
            )
        shown.configure(enabled=enabled)
        return shown.status()

    def trigger(
        self,
        name: str,
        operation: str = "",
        target: str = "",
        *,
        priority: JobPriority = JobPriority.NORMAL,
        by: str = "",
        delay: float = 0.0,
    ) -> Submitted:
        """Submit an operation; of a service that is switched off it waits. Raises `RequestError`.

        Without a name the first operation of the service; `target` is the key of a file or folder.
        """
        service = self._services.get(name)
        if service is None and name in self._shown:
            raise RequestError(
                f"{name} has no operations of its own", hint="submit jobs: extract, scan, enrich"
            )
        if service is None:
            raise self._unknown(name)
        wanted = operation or next(iter(service.operations))
        arguments = service.target(target)
        return service.submit(wanted, arguments, priority=priority, by=by, delay=delay)

    def _unknown(self, name: str) -> RequestError:
        known = ", ".join(self.names)
        return RequestError(f"there is no service {name!r}", hint=f"one of {known}")

    def held(self, name: str) -> bool:
        """Tell whether what is asked of a service waits until it is switched on again."""
        service = self._services.get(name)
        return service is not None and service.held

    def status(self) -> dict[str, Json]:
        """Say where every service stands. Quick."""
        shown = {name: each.status() for name, each in self._shown.items()}
        return shown | {name: each.status() for name, each in self._services.items()}

    def described(self) -> dict[str, Json]:
        """Say the same, what each of them did, and what only it knows. Reads the record."""
        jobs = self._around.store.jobs
        types = [service.job_type for service in self._services.values()]
        figures, counts = jobs.figures(types), jobs.counts()
        found = {name: {**each.status(), **each.details()} for name, each in self._shown.items()}
        for name, service in self._services.items():
            mine, now = figures.get(service.job_type), counts.get(service.job_type, {})
            found[name] = {
                **service.status(),
                **service.details(),
                "queued": now.get(JobStatus.QUEUED, 0),
                "processing": now.get(JobStatus.PROCESSING, 0),
                "completed": mine.completed if mine else 0,
                "failed": mine.failed if mine else 0,
                "retried": mine.retried if mine else 0,
                "errorsLastHour": mine.errors_last_hour if mine else 0,
                "lastAt": iso(mine.last_at) if mine else None,
            }
        return found
