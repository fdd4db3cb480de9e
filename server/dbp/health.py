"""`dbp/health`: three levels and their causes, made of a Status and what was seen beside it. Pure.

Whatever is wrong is said with its cause and the next step; the worst check decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbp.job import Job, JobStatus

Json = dict[str, Any]

_LEVELS = ("healthy", "degraded", "unhealthy")

FEW = 20
"""Fewer operations than this say nothing about how often they fail."""

BROKEN = frozenset({"failed", "crashed", "error"})
"""What a service calls itself that does not do its work though it should."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was looked at besides the Status.

    `broken` says why the database could not be asked; empty: it answered. `alive` counts workers,
    None where no process of ours leads. `stuck` are jobs with the seconds they have taken.
    `unattended` counts waiting jobs that nobody does, by the reason. `outcomes` are the last
    operations of each service (true: it went well). `most_bytes` is what the database may take.
    """

    broken: str = ""
    alive: int | None = None
    paused: bool = False
    queue: Json = field(default_factory=dict)
    stuck: Sequence[tuple[Job, float]] = ()
    stuck_after: int = 0
    unattended: Mapping[str, int] = field(default_factory=dict)
    services: Mapping[str, Json] = field(default_factory=dict)
    outcomes: Mapping[str, Sequence[bool]] = field(default_factory=dict)
    error_percent: int = 100
    retries: int = 0
    resources: Json = field(default_factory=dict)
    alerts: Sequence[Json] = ()
    leader: str = ""
    most_bytes: int = 0


def health_json(status: Json, seen: Seen) -> Json:
    """Judge a folder: the worst check decides."""
    checks = [
        _record(status),
        _database(status, seen),
        _workers(status, seen),
        _watcher(status),
        _files(status),
        _jobs(seen),
        _services(seen),
        _errors(seen),
        _enrichment(status),
    ]
    if seen.leader:
        checks.append(_check("leader", "degraded", seen.leader))
    return _health(checks, seen)


def unreadable(why: str) -> Json:
    """Judge a folder whose record cannot even be opened."""
    return _health([_check("database", "unhealthy", why)], Seen(broken=why))


def _health(checks: Sequence[Json], seen: Seen) -> Json:
    worst = max(_LEVELS.index(check["status"]) for check in checks)
    outcomes = [ok for mine in seen.outcomes.values() for ok in mine]
    failed = outcomes.count(False)
    return {
        "status": _LEVELS[worst],
        "checks": list(checks),
        "databaseConnected": not seen.broken,
        "queue": seen.queue,
        "stuckJobs": len(seen.stuck),
        "stuck": [job.id for job, _ in seen.stuck],
        "services": dict(seen.services),
        "errorRate": round(failed / len(outcomes), 4) if outcomes else 0.0,
        "retries": seen.retries,
        "resources": seen.resources,
        "alerts": list(seen.alerts),
    }


def _check(name: str, level: str, detail: str) -> Json:
    return {"name": name, "status": level, "detail": detail}


def _record(status: Json) -> Json:
    reasons = "; ".join(status["reasons"])
    if status["database"] is None:
        return _check("record", "unhealthy", reasons or "the record is not open")
    if status["state"] == "degraded":
        return _check("record", "degraded", reasons)
    return _check("record", "healthy", status["database"]["path"])


def _database(status: Json, seen: Seen) -> Json:
    if seen.broken:
        return _check("database", "unhealthy", seen.broken)
    if passing := status["database"].get("passing"):
        return _check("database", "degraded", passing)
    size = status["database"]["sizeBytes"]
    if seen.most_bytes and size > seen.most_bytes:
        text = f"takes {size / 1e6:,.0f} MB, more than database.max_size_mb allows"
        hint = "dbp optimize drops what no file needs; else raise the setting or ignore more files"
        return _check("database", "degraded", f"{text}: {hint}")
    return _check("database", "healthy", f"answers, {status['database']['library']}")


def _workers(status: Json, seen: Seen) -> Json:
    if seen.alive is None:
        who = "nobody: an editor, dbp watch or dbp index brings the record up to date"
        led = "the process that leads this folder has them"
        return _check("workers", "healthy", led if status["role"] else who)
    wanted = status["workers"]["configured"]
    if seen.alive == 0:
        text = "no worker is alive, nothing is looked at: see the log, start the server again"
        return _check("workers", "unhealthy", text)
    if seen.paused:
        text = "automatic work is paused: dbp/scheduler/start or the setting scheduler.enabled"
        return _check("workers", "degraded", f"{text} resumes it")
    text = f"{seen.alive} of {wanted} are alive"
    return _check("workers", "healthy" if seen.alive >= wanted else "degraded", text)


def _watcher(status: Json) -> Json:
    watcher = status["watcher"]
    detail = watcher["warning"] or f"{watcher['backend']}, {watcher['directories']} folders"
    return _check("watcher", "degraded" if watcher["warning"] else "healthy", detail)


def _files(status: Json) -> Json:
    failed = status["files"]["failed"]
    detail = f"{status['files']['indexed']} recorded, {failed} failed"
    return _check("files", "degraded" if failed else "healthy", detail)


def _jobs(seen: Seen) -> Json:
    if seen.stuck:
        job, seconds = max(seen.stuck, key=lambda one: one[1])
        more = f" and {len(seen.stuck) - 1} more" if len(seen.stuck) > 1 else ""
        text = f"{job.id} ({job.type}) runs for {seconds:.0f} s{more}, longer than"
        limit = f"jobs.stuck_after_seconds = {seen.stuck_after}"
        return _check("jobs", "unhealthy", f"{text} {limit}: dbp jobs cancel {job.id} stops it")
    if seen.unattended:
        texts = [f"{count} wait, {reason}" for reason, count in sorted(seen.unattended.items())]
        return _check("jobs", "degraded", "; ".join(texts))
    words = ("queued", "processing", "failed")
    counts = ", ".join(f"{seen.queue.get(word, 0)} {word}" for word in words)
    return _check("jobs", "healthy", counts)


def _services(seen: Seen) -> Json:
    broken = {name: one for name, one in seen.services.items() if one.get("status") in BROKEN}
    if broken:
        texts = [f"{name} failed: {_why(one)}" for name, one in sorted(broken.items())]
        return _check("services", "degraded", "; ".join(texts))
    failed = [alert for alert in seen.alerts if alert["code"] == "service_failed"]
    if failed:
        texts = [_sentence(alert) for alert in failed]
        return _check("services", "degraded", "; ".join(texts))
    if not seen.services:
        return _check("services", "healthy", "none run in this process")
    states = [f"{name} {one.get('status', '')}" for name, one in sorted(seen.services.items())]
    return _check("services", "healthy", ", ".join(states))


def _why(service: Json) -> str:
    return str(service.get("error") or "see the log")


def _sentence(alert: Json) -> str:
    return f"{alert['message']} ({alert['hint']})" if alert["hint"] else str(alert["message"])


def _errors(seen: Seen) -> Json:
    high = []
    for name, outcomes in sorted(seen.outcomes.items()):
        percent = 100 * outcomes.count(False) / len(outcomes) if outcomes else 0.0
        if len(outcomes) >= FEW and percent >= seen.error_percent:
            high.append(f"{name}: {percent:.0f} % of the last {len(outcomes)} operations failed")
    if high:
        hint = "dbp status lists files that failed, dbp jobs those of jobs"
        return _check("errors", "degraded", f"{'; '.join(high)}; {hint}")
    last = sum(len(outcomes) for outcomes in seen.outcomes.values())
    failed = sum(outcomes.count(False) for outcomes in seen.outcomes.values())
    said = f"{failed} of the last {last} operations failed" if last else "no operations yet"
    return _check("errors", "healthy", said)


def _enrichment(status: Json) -> Json:
    extraction = status["extraction"]
    if extraction["provider"] == "local":
        return _check("enrichment", "healthy", "off: everything is local")
    if status["role"] == "follower":
        return _check("enrichment", "healthy", "done by the process that leads this folder")
    well = extraction["state"] == "ok" and extraction["egress"]
    detail = extraction["reason"] or f"{extraction['model']} at {extraction['endpoint']}"
    return _check("enrichment", "healthy" if well else "degraded", detail)


def queue_json(by_type: Mapping[str, Mapping[str, int]], capacity: int) -> Json:
    """Render the counts of jobs by status; `pending` is another word for queued."""
    found = {
        status.value: sum(mine.get(status.value, 0) for mine in by_type.values())
        for status in JobStatus
    }
    kinds = {kind: dict(mine) for kind, mine in by_type.items()}
    more = {"total": sum(found.values()), "capacity": capacity, "byType": kinds}
    return {"pending": found["queued"], **found, **more}
