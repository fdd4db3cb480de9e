"""What works without jobs of its own, shown and switched like a service: extraction, enrichment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dbp.changes import ChangeBuffer
from dbp.errors import RequestError
from dbp.ports import Json, Store
from dbp.settings import Settings
from dbp.status import Statistics

if TYPE_CHECKING:
    from dbp.enrichment.flow import Flow
    from dbp.runtime import Runtime


_NOTHING: Json = {
    "error": None,
    "held": False,
    "operations": [],
    "nextDueAt": None,
    "lastError": None,
    "restarts": 0,
}


class Pipeline(Protocol):
    """What is shown of the engine."""

    settings: Settings
    buffer: ChangeBuffer
    statistics: Statistics
    stopped: bool
    flow: Flow | None
    runtime: Runtime

    def pause(self) -> None:
        """Stop automatic work."""

    def resume(self) -> None:
        """Go on."""

    def allow_enrichment(self, *, allowed: bool) -> None:
        """Let the model be asked where the settings say so, or not at all."""


class Extraction:
    """Reading files: the scheduler's pause and resume under another name."""

    name = "extraction"

    def __init__(self, engine: Pipeline) -> None:
        self._engine = engine

    def configure(self, *, enabled: bool) -> None:
        """Pause or resume."""
        (self._engine.resume if enabled else self._engine.pause)()

    def status(self) -> Json:
        """Say where it stands. Quick."""
        engine = self._engine
        paused, workers = engine.buffer.paused, engine.runtime.workers
        return {
            **_NOTHING,
            "status": "disabled" if paused else "running" if workers else "stopped",
            "enabled": not paused,
            "restarts": engine.statistics.get("restarted"),
        }

    def details(self) -> Json:
        """Say what it did."""
        statistics, sizes = self._engine.statistics, self._engine.buffer.sizes()
        return {
            "workers": self._engine.runtime.workers,
            "queued": sizes.waiting,
            "processing": sizes.in_flight,
            "completed": statistics.processed(),
            "failed": statistics.get("failed"),
            "retried": statistics.get("retried"),
        }


class Enrichment:
    """Asking a model: whether it is asked at all is a setting, which a switch can only forbid."""

    name = "enrichment"

    def __init__(self, engine: Pipeline, store: Store) -> None:
        self._engine = engine
        self._store = store

    def configure(self, *, enabled: bool) -> None:
        """Forbid it until this process ends, or allow it again. Raises `RequestError`."""
        if enabled and self._engine.settings.llm.provider == "none":
            raise RequestError(
                "no model is configured: enrichment stays off",
                hint="llm.provider turns it on, dbp trust --cloud allows it for this folder",
                code="disabled",
            )
        self._engine.allow_enrichment(allowed=enabled)

    def status(self) -> Json:
        """Say where it stands. Quick."""
        flow = self._engine.flow
        told = flow.status() if flow is not None else None
        return {
            **_NOTHING,
            "status": "stopped" if self._engine.stopped else "running" if flow else "disabled",
            "enabled": flow is not None,
            "reason": (told.closed or told.reason or None) if told else None,
        }

    def details(self) -> Json:
        """Say what it did. Reads the record."""
        flow = self._engine.flow
        counts = dict(self._store.enrichment_counts()) if flow is not None else {}
        return {
            "queued": counts.get("", 0) + counts.get("pending", 0),
            "processing": flow.status().active if flow is not None else 0,
            "completed": counts.get("done", 0),
            "failed": counts.get("failed", 0),
            "retried": 0,
        }
