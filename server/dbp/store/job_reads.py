"""What is read of the table of jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from dbp.clock import Clock
from dbp.errors import RequestError
from dbp.job import Job, JobError, JobPriority, JobProgress, JobStatus
from dbp.ports import JobEventRow, JobFigures
from dbp.store import job_sql as sql
from dbp.store.columns import clean
from dbp.store.connections import Database
from dbp.store.queries import senseless

_HOUR = 3600.0
_MOST_LISTED = 10_000
_NEWEST = 10**18 - 1


class JobReads:
    """The reading half of `dbp.ports.JobStore`."""

    def __init__(self, database: Database, clock: Clock, boot: str) -> None:
        self._database = database
        self._clock = clock
        self._boot = boot

    def get(self, job_id: str) -> Job | None:
        """Fetch a job. Quick."""
        with self._database.read() as connection:
            row = connection.execute(sql.BY_ID, {"job": job_id}).first()
        return None if row is None else job_of(row)

    def list(
        self,
        *,
        types: Sequence[str] = (),
        statuses: Sequence[JobStatus] = (),
        limit: int = 100,
        cursor: str | None = None,
        action: str = "",
    ) -> tuple[Sequence[Job], str | None]:
        """List jobs, newest first, and where to go on. One query."""
        limit = min(_MOST_LISTED, max(1, limit))
        cursor = str(_NEWEST) if cursor is None else cursor
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):  # noqa: PLR2004 - SQLite's integers
            raise RequestError(f"{cursor!r} is no cursor of a list of jobs")
        wanted = sql.listing(by_type=bool(types), by_status=bool(statuses), by_action=bool(action))
        values = {
            "types": json.dumps(sorted(set(types))),
            "statuses": json.dumps(sorted(set(statuses or JobStatus))),
            "action": clean(action),
            "before": int(cursor),
            "limit": limit + 1,
        }
        with self._database.read() as connection:
            rows = connection.execute(wanted, values).all()
        more = len(rows) > limit
        return [job_of(row) for row in rows[:limit]], str(rows[limit - 1].number) if more else None

    def events(self, job_id: str) -> Sequence[JobEventRow]:
        """List what happened to a job, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sql.EVENTS, {"job": job_id}).all()
        return [JobEventRow(*row) for row in rows]

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Count jobs by type and status."""
        with self._database.read() as connection:
            return _counted(connection)

    def figures(self, types: Sequence[str], last: int = 100) -> Mapping[str, JobFigures]:
        """Sum up what jobs of each type did, their durations over the `last` completed ones."""
        since = self._clock.now() - _HOUR
        found = {}
        with self._database.snapshot() as connection:
            counts = _counted(connection)
            for kind in types:
                of = {"type": kind}
                durations = connection.execute(sql.DURATIONS, {**of, "last": last}).scalars()
                recent = connection.execute(sql.RECENT_FAILURES, {**of, "since": since})
                errors = connection.execute(sql.ERRORS, of).all()
                mine = counts.get(kind, {})
                found[kind] = JobFigures(
                    completed=mine.get(JobStatus.COMPLETED.value, 0),
                    failed=mine.get(JobStatus.FAILED.value, 0),
                    cancelled=mine.get(JobStatus.CANCELLED.value, 0),
                    retried=int(connection.execute(sql.RETRIES, of).scalar_one()),
                    errors_last_hour=int(recent.scalar_one()),
                    durations=tuple(durations),
                    last_at=max(filter(None, connection.execute(sql.LAST, of).one()), default=None),
                    errors={code or "": count for code, count in errors},
                )
        return found

    def running_since(self) -> Sequence[tuple[Job, float]]:
        """List the jobs in work, each with the seconds its attempt has taken."""
        now, tick = self._clock.now(), self._clock.monotonic()
        with self._database.read() as connection:
            rows = connection.execute(sql.RUNNING).all()
        found = []
        for row in rows:
            by_tick = row.boot == self._boot and row.started_tick is not None
            seconds = tick - row.started_tick if by_tick else now - (row.started_at or now)
            found.append((job_of(row), max(0.0, seconds)))
        return found

    def next_due(self) -> float | None:
        """Say in how many seconds the next job with a time ahead may run; None: there is none."""
        boot = {"this_boot": self._boot}
        with self._database.read() as connection:
            if connection.execute(sql.NOT_ADOPTED, boot).scalar_one():
                # They were given their times before the machine was started anew; a claim looks.
                return 0.0
            due = connection.execute(sql.NEXT_DUE, boot).scalar_one()
        return None if due is None else max(0.0, due - self._clock.monotonic())


def _counted(connection: Connection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for kind, status, count in connection.execute(sql.COUNTS).all():
        found.setdefault(kind, {})[status] = count
    return found


def job_of(row: Any) -> Job:
    """Make a value of a row of the table."""
    error = None
    if row.error_code is not None:
        error = JobError(row.error_code, row.error_message or "", row.error_hint or "")
    return Job(
        id=row.id,
        type=row.type,
        status=JobStatus(row.status),
        priority=JobPriority(row.priority),
        arguments=_plain(row.arguments, row.id),
        progress=JobProgress(row.percent, row.step, row.done, row.total),
        created_at=row.created_at,
        scheduled_for=row.scheduled_for,
        started_at=row.started_at,
        completed_at=row.completed_at,
        retry_count=row.retry_count,
        max_retries=row.max_retries,
        result=None if row.result is None else _plain(row.result, row.id),
        error=error,
        requested_by=row.requested_by,
        key=row.key or "",
        lease=row.lease,
        attempt=row.fence,
    )


def _plain(text: str, job: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError, TypeError) as error:
        raise senseless(f"what job {job} carries") from error
