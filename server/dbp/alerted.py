"""The side of the engine that alerts look at (`dbp.alerting`)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dbp.alerting import Alerting
from dbp.alerts import Alerts
from dbp.changes import ChangeBuffer
from dbp.clock import Clock
from dbp.errors import StoreError
from dbp.hooks import Hooks
from dbp.job import JobStatus
from dbp.ports import Json, Model, Store, Watcher
from dbp.resources import resident_bytes
from dbp.settings import Settings
from dbp.status import Statistics

if TYPE_CHECKING:
    from dbp.enrichment.flow import Flow

QUEUED = 1000
"""Jobs left by an earlier leader that are counted one by one when this one starts."""


class Alerted:
    """What an engine has for it; `alerting` is made before anything runs."""

    settings: Settings
    statistics: Statistics
    buffer: ChangeBuffer
    clock: Clock
    flow: Flow | None
    alerting: Alerting
    _hooks: Hooks
    _store: Store
    _watcher: Watcher

    def _make_alerting(self) -> Alerting:
        return Alerting(
            self._hooks.alerts or Alerts(self.clock, lambda _alert: None),
            self.settings,
            self.clock,
            self.statistics,
            waiting=lambda: self.buffer.waiting,
            warning=lambda: self._watcher.status().warning,
            resting=self._resting,
            services=self.service_states,
            view=self._hooks.view,
            resident=resident_bytes,
        )

    def service_states(self) -> dict[str, Json]:
        """Describe the background services. Quick."""
        services: Any = getattr(self, "services", None)
        return dict(services.status()) if services is not None else {}

    def _resting(self) -> tuple[str, str]:
        """Give the state of enrichment, and why it rests."""
        flow = self.flow
        if flow is None:
            return "ok", ""
        status = flow.status()
        return status.state, status.reason

    def _noticed(self, text: str) -> None:
        """Enrichment rests, or cannot begin."""
        self._hooks.noticed(text)
        self.alerting.look(anew=True)

    def _timed(self, model: Model) -> Model:
        """Count the calls of a model."""
        from dbp.enrichment.timing import TimedModel

        return TimedModel(model, self.clock, self.alerting.enrichment, self.alerting.look)

    def _queued_jobs(self) -> list[str]:
        """Name the jobs that wait already."""
        with suppress(StoreError):
            waiting, _ = self._store.jobs.list(statuses=[JobStatus.QUEUED], limit=QUEUED)
            return [job.id for job in waiting]
        return []

    def _break(self, why: str) -> None:
        """The database is no use any more: say so, and have it made anew."""
        self.alerting.database_lost(why)
        self._hooks.store_broken()
