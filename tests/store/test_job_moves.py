"""Jobs move along the table of moves or not at all, whoever writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from job_values import again, claimed, moves, rows, run, submit

from dbp.clock import TurnableClock
from dbp.errors import RequestError, StoreError
from dbp.job import FINAL, LEGAL, MOVES, JobError, JobMove, JobProgress, JobStatus, RetryPolicy
from dbp.ports import LeaseLostError
from dbp.store import job_tables, migration_jobs
from dbp.store.documents import SqliteStore
from dbp.store.jobs import SqliteJobs

FAILED = JobError("broken", "it broke")
NEVER = RetryPolicy(max_retries=0)
HELD = "lease = id || ':1:me', lease_ends = 9e9, completed_at = NULL"
ENDED = "lease = '', lease_ends = NULL, completed_at = 1"
WAITS = "lease = '', lease_ends = NULL, completed_at = NULL"


def consequences(status: JobStatus) -> str:
    if status is JobStatus.PROCESSING:
        return HELD
    return ENDED if status in FINAL else WAITS


def bring(jobs: SqliteJobs, status: JobStatus) -> tuple[str, str]:
    """Bring a new job into a status; return its id and its last lease."""
    job = submit(jobs, policy=NEVER)
    if status is JobStatus.QUEUED:
        return job.id, f"{job.id}:1:me"
    held = claimed(jobs)
    assert held.id == job.id
    if status is JobStatus.COMPLETED:
        jobs.complete(held.lease, {})
    elif status is JobStatus.FAILED:
        jobs.fail(held.lease, FAILED)
    elif status is JobStatus.CANCELLED:
        jobs.cancel(held.id)
    return held.id, held.lease


def status_of(store: SqliteStore, job_id: str) -> str:
    [[status]] = rows(store, "SELECT status FROM job WHERE id = ?", job_id)
    return str(status)


# ── the database itself ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("target", JobStatus)
@pytest.mark.parametrize("source", JobStatus)
def test_sql_moves_a_job_along_the_table_only(
    store: SqliteStore, source: JobStatus, target: JobStatus
) -> None:
    job_id, _ = bring(store.jobs, source)
    statement = f"UPDATE job SET status = '{target}', {consequences(target)} WHERE id = '{job_id}'"  # noqa: S608
    if (source, target) in LEGAL:
        run(store, statement)
        assert status_of(store, job_id) == target
        return
    with pytest.raises(StoreError, match="a job cannot move like that"):
        run(store, statement)
    assert status_of(store, job_id) == source


@pytest.mark.parametrize("status", sorted(set(JobStatus) - {JobStatus.QUEUED}))
def test_sql_makes_no_job_that_is_not_queued(store: SqliteStore, status: JobStatus) -> None:
    submit(store.jobs)
    names = ", ".join(
        column.name for column in job_tables.JOBS.columns if column.name not in {"number", "id"}
    )
    chosen = names.replace("status", f"'{status}'")
    with pytest.raises(StoreError, match="a new job is queued"):
        run(store, f"INSERT INTO job (id, {names}) SELECT 'x', {chosen} FROM job")  # noqa: S608


@pytest.mark.parametrize("status", ["pending", "", "QUEUED", "done"])
def test_sql_stores_no_other_status(store: SqliteStore, status: str) -> None:
    submit(store.jobs)
    with pytest.raises(StoreError):
        run(store, f"UPDATE job SET status = '{status}'")  # noqa: S608


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE job SET status = 'processing'",
        "UPDATE job SET lease = 'mine', lease_ends = 9e9",
        "UPDATE job SET status = 'cancelled'",
        "UPDATE job SET completed_at = 1",
        "UPDATE job SET priority = 3",
    ],
    ids=[
        "a running job without a lease",
        "a lease of a waiting job",
        "an end without a time",
        "a time of the end while it waits",
        "a fourth priority",
    ],
)
def test_sql_refuses(store: SqliteStore, statement: str) -> None:
    submit(store.jobs)
    with pytest.raises(StoreError, match="CHECK"):
        run(store, statement)


def test_sql_makes_no_second_waiting_or_running_job_of_a_key(store: SqliteStore) -> None:
    submit(store.jobs, key="k")
    submit(store.jobs, key="other")
    with pytest.raises(StoreError, match="UNIQUE"):
        run(store, "UPDATE job SET key = 'k'")
    claimed(store.jobs)
    claimed(store.jobs)
    with pytest.raises(StoreError, match="UNIQUE"):
        run(store, "UPDATE job SET key = 'k'")


def test_a_database_that_was_migrated_has_the_same_rules() -> None:
    def words(statements: tuple[str, ...]) -> list[list[str]]:
        return [
            sorted(statement.replace("(", " ").replace(")", " ").split())
            for statement in statements
        ]

    assert words(migration_jobs.TRIGGERS) == words(job_tables.TRIGGERS)


# ── the methods ────────────────────────────────────────────────────────────────────────────────

METHODS: Mapping[str, tuple[Callable[[SqliteJobs, str, str], Any], set[JobStatus]]] = {
    "complete": (lambda jobs, _, lease: jobs.complete(lease, {}), {JobStatus.PROCESSING}),
    "fail": (lambda jobs, _, lease: jobs.fail(lease, FAILED), {JobStatus.PROCESSING}),
    "hand back": (lambda jobs, _, lease: jobs.hand_back(lease), {JobStatus.PROCESSING}),
    "progress": (
        lambda jobs, _, lease: jobs.progress(lease, JobProgress(5)),
        {JobStatus.PROCESSING},
    ),
    "cancel": (lambda jobs, job, _: jobs.cancel(job), {JobStatus.QUEUED, JobStatus.PROCESSING}),
    "retry": (
        lambda jobs, job, _: jobs.retry(job, force=True, queue_size=9),
        {JobStatus.FAILED},
    ),
}


@pytest.mark.parametrize("status", JobStatus)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_refuses_what_the_table_does_not_allow(
    store: SqliteStore, method: str, status: JobStatus
) -> None:
    act, allowed = METHODS[method]
    job_id, lease = bring(store.jobs, status)
    before = rows(store, "SELECT * FROM job"), rows(store, "SELECT * FROM jobevent")
    if status in allowed:
        act(store.jobs, job_id, lease)
        return
    with pytest.raises((LeaseLostError, RequestError)) as caught:
        act(store.jobs, job_id, lease)
    assert caught.value.code in {"lease_lost", "invalid_state"}
    assert before == (rows(store, "SELECT * FROM job"), rows(store, "SELECT * FROM jobevent"))


@pytest.mark.parametrize("status", sorted(set(JobStatus) - {JobStatus.QUEUED}))
def test_only_a_queued_job_is_claimed(store: SqliteStore, status: JobStatus) -> None:
    bring(store.jobs, status)
    assert store.jobs.claim(("a",), "other", lease_seconds=60, ageing_seconds=60) is None


@pytest.mark.parametrize("job", ["", "none", "\udc80", "x" * 5000, "' OR 1=1"])
def test_a_job_that_is_not_there_is_not_found(store: SqliteStore, job: str) -> None:
    submit(store.jobs)
    assert store.jobs.get(job) is None
    assert store.jobs.events(job) == []
    for act in (store.jobs.cancel, lambda each: store.jobs.retry(each, queue_size=9)):
        with pytest.raises(RequestError) as caught:
            act(job)
        assert caught.value.code == "not_found"
    for write in (store.jobs.hand_back, lambda each: store.jobs.complete(each, {})):
        with pytest.raises(LeaseLostError):
            write(job)


# ── history ────────────────────────────────────────────────────────────────────────────────────


def test_every_move_leaves_one_row_of_history(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    job = submit(jobs, requested_by="ada in an editor")
    jobs.fail(claimed(jobs).lease, FAILED)
    clock.turn(2)
    jobs.hand_back(claimed(jobs).lease)
    claimed(jobs)
    clock.turn(61)
    assert [each.id for each in jobs.rescue()] == [job.id]
    jobs.fail(claimed(jobs).lease, FAILED)
    clock.turn(300)
    claimed(jobs)
    clock.turn(61)
    assert jobs.rescue()[0].status is JobStatus.FAILED
    jobs.retry(job.id, force=True, queue_size=9)
    jobs.fail(claimed(jobs).lease, FAILED)
    jobs.retry(job.id, force=True, queue_size=9)
    jobs.cancel(job.id)
    done = submit(jobs)
    jobs.complete(claimed(jobs).lease, {})
    assert moves(jobs, job) == [
        *("submitted", "claimed", "retried", "claimed", "handed_back", "claimed", "rescued"),
        *("claimed", "retried", "claimed", "interrupted", "restarted", "claimed", "failed"),
        *("restarted", "cancelled"),
    ]
    assert moves(jobs, done) == ["submitted", "claimed", "completed"]
    assert {*moves(jobs, job), *moves(jobs, done)} == {move.value for move in JobMove}
    for event in jobs.events(job.id)[1:]:
        assert MOVES[JobMove(event.move)][1] == event.status
    assert jobs.events(job.id)[0].detail == "ada in an editor"
    assert again(jobs, job).retry_count == 5
