"""The answers about jobs: `dbp/jobs/*`, `dbp/scan`, `dbp/refresh`, `dbp/refreshHistory`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dbp import repository
from dbp.clock import iso
from dbp.desk import Desk
from dbp.errors import RequestError
from dbp.forwarding import Reply
from dbp.health import queue_json
from dbp.job import JobPriority, JobStatus, RetryPolicy, job_json
from dbp.jobs import JobRunner
from dbp.ports import JobStore, Json, NewJob, Rate
from dbp.runtime import answer_on_thread
from dbp.settings import Settings

MAX_LIST = 1000
"""Jobs in one answer."""

_DAY = 86_400.0
_SLICE = 500
_PRIORITIES = {priority.label: priority for priority in JobPriority}
_STATUSES = {"pending": JobStatus.QUEUED, **{status.value: status for status in JobStatus}}


def submit(desk: Desk, params: Json, reply: Reply) -> None:
    """Submit a job of any type."""
    kind, arguments = params.get("type"), params.get("arguments", params.get("args")) or {}
    if not isinstance(kind, str) or not isinstance(arguments, dict):
        raise RequestError("type must be a string and arguments an object")
    priority = _one_of(params, "priority", _PRIORITIES, JobPriority.NORMAL)

    def run(jobs: JobRunner) -> Json:
        _known(jobs, kind)
        new = _new(desk, kind, arguments, priority, params)
        submitted = jobs.submit(new)
        return {**_submitted(submitted.job.id, submitted.deduplicated), **job_json(submitted.job)}

    _leading(desk, run, reply)


def scan(desk: Desk, params: Json, reply: Reply) -> None:
    """Compare disk and record."""

    def run(jobs: JobRunner) -> Json:
        new = _new(desk, "scan", params, JobPriority.NORMAL, params)
        found = jobs.submit(new)
        return _submitted(found.job.id, found.deduplicated)

    _leading(desk, run, reply)


def refresh(desk: Desk, params: Json, reply: Reply) -> None:
    """Compare disk and record before all else; limited."""

    def run(jobs: JobRunner) -> Json:
        new = _new(desk, "refresh", params, JobPriority.HIGH, params)
        found = jobs.submit(new)
        what = "joined a refresh that waits or runs" if found.deduplicated else "refresh submitted"
        status = {"status": found.job.status.value, "message": what}
        return {**_submitted(found.job.id, found.deduplicated), **status}

    _leading(desk, run, reply)


def _submitted(job_id: str, deduplicated: bool) -> Json:  # noqa: FBT001 - private
    return {"jobId": job_id, "deduplicated": deduplicated}


def _known(jobs: JobRunner, kind: str) -> None:
    if kind not in jobs.types:
        raise RequestError(f"there is no job type {kind!r}", hint=f"one of {', '.join(jobs.types)}")


def _new(desk: Desk, kind: str, given: Json, priority: JobPriority, params: Json) -> NewJob:
    """Make the job a request means; equal ones get equal keys."""
    settings = desk.effective.settings
    arguments = dict(given)
    key = ""
    if kind in {"scan", "refresh", "extract"}:
        path, force = _path(desk, given), bool(given.get("force"))
        arguments = {"path": path, "force": force}
        key = f"{'force ' if force else ''}{path or '.'}"
    elif kind in _SECTIONS and given.get("path"):
        arguments["path"] = _path(desk, given)
    if kind in repository.JOBS:
        # What is kept and shown of an address holds no credentials.
        arguments = repository.job_arguments(given, settings.clone)
    if not key and not params.get("again"):
        key = str(sorted(arguments.items()))
    requester = params.get("requestedBy")
    return NewJob(
        kind,
        arguments,
        priority,
        key=key,
        requested_by=requester if isinstance(requester, str) else desk.requester,
        policy=policy(settings, kind),
        rate=rate(settings.rate_limits.refresh) if kind == "refresh" else None,
    )


def _path(desk: Desk, given: Json) -> str:
    uri, path = given.get("uri"), given.get("path")
    if isinstance(uri, str):
        return desk.root.key_of_uri(uri)
    if isinstance(path, str):
        return desk.root.key(desk.root.absolute(path)) if path else ""
    if uri is not None or path is not None:
        raise RequestError("uri and path must be strings")
    return ""


def rate(text: str) -> Rate:
    """Read a rate limit of the settings."""
    times, _, seconds = text.partition("/")
    return Rate(int(times), float(seconds))


_SECTIONS = {
    "sync": "incremental_sync",
    "cycle_check": "cycle_detection",
    "optimize": "index_optimization",
}


def policy(settings: Settings, kind: str) -> RetryPolicy:
    """Say how a type of job is tried again; services have their own number of retries."""
    jobs = settings.jobs
    section = getattr(settings, _SECTIONS.get(kind, ""), jobs)
    return RetryPolicy(section.max_retries, jobs.retry_base, jobs.retry_max_seconds)


# ── reading ────────────────────────────────────────────────────────────────────────────────────


def listed(desk: Desk, params: Json, reply: Reply) -> None:
    """List jobs, newest first."""
    kinds, states = _texts(params, "type"), _texts(params, "status")
    unknown = [state for state in states if state not in _STATUSES]
    if unknown:
        raise RequestError(f"there is no status {unknown[0]!r}", hint=_list(_STATUSES))
    limit, cursor = _limit(params), params.get("cursor")
    if not isinstance(cursor, str | None):
        raise RequestError("cursor must be a string")
    statuses = [_STATUSES[state] for state in states]

    def run(jobs: JobStore) -> Json:
        found, more = jobs.list(types=kinds, statuses=statuses, limit=limit, cursor=cursor)
        return {"jobs": [job_json(job) for job in found], "cursor": more}

    _reading(desk, run, reply)


def get(desk: Desk, params: Json, reply: Reply) -> None:
    """Show one job and what happened to it."""
    job_id = _id(params)

    def run(jobs: JobStore) -> Json:
        job = jobs.get(job_id)
        if job is None:
            raise RequestError(
                f"there is no job {job_id!r}", hint="dbp/jobs/list names all", code="not_found"
            )
        events = [
            {
                "at": iso(event.at),
                "move": event.move,
                "status": event.status,
                "retryCount": event.retry_count,
                "detail": event.detail,
            }
            for event in jobs.events(job_id)
        ]
        return {**job_json(job), "events": events}

    _reading(desk, run, reply)


def queue_status(desk: Desk, _params: Json, reply: Reply) -> None:
    """Count jobs by status; `pending` is another word for queued."""

    def run(jobs: JobStore) -> Json:
        return queue_json(jobs.counts(), desk.effective.settings.jobs.queue_size)

    _reading(desk, run, reply)


def refresh_history(desk: Desk, params: Json, reply: Reply) -> None:
    """List the last refreshes and say how many more are allowed now."""
    limit = _limit(params, 20)

    def run(jobs: JobStore) -> Json:
        found, _ = jobs.list(types=["refresh"], limit=limit)
        allowed = rate(desk.effective.settings.rate_limits.refresh)
        shape = {"times": allowed.times, "seconds": allowed.seconds}
        return {"refreshes": [job_json(job) for job in found], "limit": shape}

    _reading(desk, run, reply)


# ── changing ───────────────────────────────────────────────────────────────────────────────────


def retry(desk: Desk, params: Json, reply: Reply) -> None:
    """Queue a failed job again."""
    job_id, force = _id(params), bool(params.get("force"))
    _leading(desk, lambda jobs: job_json(jobs.retry(job_id, force=force)), reply)


def cancel(desk: Desk, params: Json, reply: Reply) -> None:
    """Cancel a job that waits or runs."""
    job_id = _id(params)
    _leading(desk, lambda jobs: job_json(jobs.cancel(job_id)), reply)


def cleanup(desk: Desk, params: Json, reply: Reply) -> None:
    """Forget old final jobs."""
    days = params.get("days", desk.effective.settings.jobs.cleanup_days)
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days <= 36_500:  # noqa: PLR2004 - a century
        raise RequestError("days must be a number from 0 to 36500")
    engine = desk.leading()
    before = engine.clock.now() - days * _DAY

    def run(_jobs: JobRunner) -> Json:
        assert desk.store is not None  # noqa: S101  # who leads has one
        return {"removed": clean_up(desk.store.jobs, before)}

    _leading(desk, run, reply)


def clean_up(jobs: JobStore, before: float) -> int:
    """Forget final jobs that ended before a moment, in slices that keep nobody waiting."""
    removed = 0
    while gone := jobs.cleanup(before, _SLICE):
        removed += gone
    return removed


# ── how ────────────────────────────────────────────────────────────────────────────────────────


def _leading(desk: Desk, run: Callable[[JobRunner], Json], reply: Reply) -> None:
    """Do what writes, on a thread of its own."""
    jobs = desk.leading().jobs
    answer_on_thread("jobs request", lambda: run(jobs), reply)


def _reading(desk: Desk, run: Callable[[JobStore], Json], reply: Reply) -> None:
    assert desk.store is not None  # noqa: S101  # nothing is answered before the folder is open
    jobs = desk.store.jobs
    answer_on_thread("jobs request", lambda: run(jobs), reply)


def _id(params: Json) -> str:
    job_id = params.get("id", params.get("jobId"))
    if not isinstance(job_id, str) or not job_id:
        raise RequestError("id is missing: the id of a job")
    return job_id


def _limit(params: Json, default: int = 100) -> int:
    limit = params.get("limit", default)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIST:
        raise RequestError(f"limit must be a number from 1 to {MAX_LIST}")
    return limit


def _texts(params: Json, name: str) -> Sequence[str]:
    """Read a text or a list of texts."""
    found = params.get(name)
    if found is None:
        return ()
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RequestError(f"{name} must be a string or a list of strings")
    return texts


def _one_of(params: Json, name: str, known: dict[str, Any], default: Any) -> Any:
    found = params.get(name)
    if found is None:
        return default
    if not isinstance(found, str) or found not in known:
        raise RequestError(f"there is no {name} {found!r}", hint=_list(known))
    return known[found]


def _list(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"
