"""Jobs for tests: short ways to submit, claim and count them, and tables that are full at once."""

from __future__ import annotations

from typing import Any

from dbp.job import FINAL, Job, JobPriority, JobStatus
from dbp.ports import NewJob
from dbp.store.documents import SqliteStore
from dbp.store.jobs import SqliteJobs

LEASE = 60.0
AGEING = 60.0
MANY = 1_000_000


def submit(jobs: SqliteJobs, kind: str = "a", **values: Any) -> Job:
    """Submit a job; `values` are those of `NewJob`."""
    new = NewJob(kind, values.pop("arguments", {}), **values)
    return jobs.submit(new, queue_size=MANY).job


def claim(
    jobs: SqliteJobs, *kinds: str, owner: str = "me", lease: float = LEASE, **values: Any
) -> Job | None:
    """Claim a job of these types, of type `a` when none is named."""
    return jobs.claim(kinds or ("a",), owner, lease_seconds=lease, ageing_seconds=AGEING, **values)


def claimed(jobs: SqliteJobs, *kinds: str, **values: Any) -> Job:
    """Claim a job that must be there."""
    found = claim(jobs, *kinds, **values)
    assert found is not None
    return found


def again(jobs: SqliteJobs, job: Job) -> Job:
    """Fetch a job that must be there."""
    found = jobs.get(job.id)
    assert found is not None
    return found


def moves(jobs: SqliteJobs, job: Job) -> list[str]:
    """Name what happened to a job."""
    return [event.move for event in jobs.events(job.id)]


def rows(store: SqliteStore, query: str, *values: Any) -> list[Any]:
    """Ask the database itself."""
    with store._database.read() as connection:
        return list(connection.exec_driver_sql(query, values).all())


def run(store: SqliteStore, *statements: str) -> None:
    """Change the database behind the back of the jobs."""
    with store._database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def fill(
    store: SqliteStore,
    count: int,
    *,
    kind: str = "a",
    status: JobStatus = JobStatus.QUEUED,
    priority: JobPriority = JobPriority.LOW,
    events: int = 0,
) -> None:
    """Write many jobs at once, along legal moves, each with so many events."""
    now, tick = store._database.clock.now(), store._database.clock.monotonic()
    boot = store.jobs._boot
    run(
        store,
        f"""
        INSERT INTO job (id, type, status, priority, arguments, percent, step, done, total,
            created_at, waiting_since, waiting_tick, retry_count, max_retries, retry_base,
            retry_longest, requested_by, action, rerun, fence, lease, owner, boot)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
        SELECT '{kind}-' || lower(hex(randomblob(12))), '{kind}', 'queued', {int(priority)},
            '{{"paths":["some/file.py"]}}', 0, '', 0, 0, {now} + i, {now}, {tick}, 0, 3, 2, 300,
            'me', '{kind}', 0, 0, '', '', '{boot}' FROM n
        """,  # noqa: S608 - numbers and names of ours
        f"""
        INSERT INTO jobevent (job, type, at, move, status, retry_count, detail)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {events})
        SELECT number, type, {now}, 'submitted', 'queued', 0, '' FROM job, n
        WHERE {events} AND status = 'queued' AND type = '{kind}'
        """,  # noqa: S608 - numbers and names of ours
    )
    if status is JobStatus.QUEUED:
        return
    run(
        store,
        f"""
        UPDATE job SET status = 'processing', lease = id || ':1:me', owner = 'me',
            lease_ends = {tick + LEASE}, started_at = {now}, started_tick = {tick}
        WHERE status = 'queued' AND type = '{kind}'
        """,  # noqa: S608 - numbers and names of ours
    )
    if status in FINAL:
        run(
            store,
            f"""
            UPDATE job SET status = '{status}', lease = '', owner = '', lease_ends = NULL,
                completed_at = {now} + number * 0.001, seconds = 1.5, result = '{{}}'
            WHERE status = 'processing' AND type = '{kind}'
            """,  # noqa: S608 - numbers and names of ours
        )
