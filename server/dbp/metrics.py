"""`dbp/metrics`: figures of services, jobs and the process, made of what was counted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbp.alerting import SERVICES
from dbp.clock import iso
from dbp.figures import Figures, figures_json, mean, percentiles_json, ratio, rounded
from dbp.ports import JobFigures

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: `jobs` by type, the rest as its name says; `queue` is the jobs'."""

    llm: Json
    extraction: Figures = field(default_factory=Figures)
    enrichment: Figures = field(default_factory=Figures)
    jobs: Mapping[str, JobFigures] = field(default_factory=dict)
    queue: Json = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    resources: Json = field(default_factory=dict)
    uptime: float | None = None


UNRECORDED: Json = {
    "queue": {"size": 0},
    "files": {"indexed": 0, "pending": 0, "failed": 0, "excluded": 0},
    "cache": None,
    "database": None,
}
"""What stands for the Status of a folder of which nothing is recorded."""


def metrics_json(status: Json, counted: Counted) -> Json:
    """Render all figures. What nobody counts, because nobody leads, is null or 0."""
    return {
        **counted.llm,
        "services": _services(status, counted),
        "jobs": {kind: _job_type(figures) for kind, figures in sorted(counted.jobs.items())},
        "queue": {**counted.queue, "files": status["queue"]},
        "files": status["files"],
        "resources": counted.resources,
        "usage": dict(counted.usage),
        "cache": status["cache"],
        "database": status["database"],
        "uptimeSeconds": None if counted.uptime is None else round(counted.uptime, 3),
    }


def _services(status: Json, counted: Counted) -> Json:
    waiting = status["queue"]["size"]
    asks = status.get("extraction", {}).get("provider", "local") != "local"
    pending = counted.llm["llm"]["enrichment"]["pending"] if asks else 0
    found = {
        "extraction": _service(counted.extraction, waiting),
        "enrichment": _service(counted.enrichment, pending),
    }
    by_type: Mapping[str, Mapping[str, int]] = counted.queue.get("byType", {})
    for kind, name in SERVICES.items():
        queued = by_type.get(kind, {}).get("queued", 0)
        found[name] = _service(_of_jobs(counted.jobs.get(kind)), queued)
    return found


def _service(figures: Figures, queue: int) -> Json:
    return figures_json(figures, queue, iso(figures.last_at))


def _of_jobs(jobs: JobFigures | None) -> Figures:
    if jobs is None:
        return Figures()
    return Figures(
        completed=jobs.completed,
        failed=jobs.failed,
        retried=jobs.retried,
        errors_last_hour=jobs.errors_last_hour,
        durations=jobs.durations,
        last_at=jobs.last_at,
    )


def _job_type(figures: JobFigures) -> Json:
    ended = figures.completed + figures.failed
    return {
        "count": ended + figures.cancelled,
        "completed": figures.completed,
        "failed": figures.failed,
        "cancelled": figures.cancelled,
        "retried": figures.retried,
        "successRate": ratio(figures.completed, ended),
        "mean": rounded(mean(figures.durations)),
        **percentiles_json(figures.durations),
        "lastAt": iso(figures.last_at),
        "errorsLastHour": figures.errors_last_hour,
        "errors": dict(figures.errors),
    }
