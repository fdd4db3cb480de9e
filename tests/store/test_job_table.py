"""The table of jobs from outside: the queue's bound, joining, retrying, cancelling, listing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_values import MANY, again, claim, claimed, moves, rows, run, submit

from dbp.clock import TurnableClock
from dbp.errors import RequestError, StoreError
from dbp.job import JobError, JobPriority, JobProgress, JobStatus, RetryPolicy, job_json
from dbp.ports import LeaseLostError, NewJob
from dbp.store.documents import SqliteStore
from dbp.store.jobs import MAX_JSON

FAILED = JobError("broken", "it broke", "mend it")


# ── the bound ──────────────────────────────────────────────────────────────────────────────────


def test_a_full_queue_refuses_and_what_runs_does_not_count(store: SqliteStore) -> None:
    jobs = store.jobs
    for _ in range(100):
        jobs.submit(NewJob("a", {}), queue_size=100)
    with pytest.raises(RequestError) as caught:
        jobs.submit(NewJob("a", {}), queue_size=100)
    assert caught.value.code == "queue_full"
    claimed(jobs)
    jobs.submit(NewJob("a", {}), queue_size=100)
    assert jobs.counts() == {"a": {"queued": 100, "processing": 1}}


def test_joining_needs_no_room(store: SqliteStore) -> None:
    job = submit(store.jobs, key="k")
    assert store.jobs.submit(NewJob("a", {}, key="k"), queue_size=1).job.id == job.id


def test_a_full_queue_refuses_a_retry_by_hand_but_no_retry_by_itself(store: SqliteStore) -> None:
    jobs = store.jobs
    dead = submit(jobs, policy=RetryPolicy(max_retries=0))
    jobs.fail(claimed(jobs).lease, FAILED)
    other = submit(jobs)
    held = claimed(jobs)
    waiting = submit(jobs)
    with pytest.raises(RequestError) as caught:
        jobs.retry(dead.id, force=True, queue_size=1)
    assert caught.value.code == "queue_full"
    assert jobs.fail(held.lease, FAILED).status is JobStatus.QUEUED
    assert {again(jobs, each).status for each in (other, waiting)} == {JobStatus.QUEUED}


# ── joining ────────────────────────────────────────────────────────────────────────────────────


def test_equal_jobs_that_wait_are_one(store: SqliteStore) -> None:
    first = store.jobs.submit(NewJob("a", {"n": 1}, key="k"), queue_size=9)
    second = store.jobs.submit(NewJob("a", {"n": 2}, key="k"), queue_size=9)
    other = store.jobs.submit(NewJob("b", {}, key="k"), queue_size=9)
    assert (first.deduplicated, second.deduplicated, other.deduplicated) == (False, True, False)
    assert second.job == first.job
    assert other.job.id != first.job.id


def test_without_a_key_nothing_is_joined(store: SqliteStore) -> None:
    assert submit(store.jobs).id != submit(store.jobs).id


def test_whoever_joins_a_running_job_has_it_look_once_more(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, key="k")
    held = claimed(jobs)
    jobs.progress(held.lease, JobProgress(60, "half", 6, 10))
    for _ in range(3):
        assert submit(jobs, key="k").id == job.id
    assert not jobs.complete(held.lease, {"look": 1})
    found = again(jobs, job)
    assert (found.status, found.result) == (JobStatus.PROCESSING, None)
    assert found.progress.percent == 60, "it never falls while it runs"
    assert jobs.complete(held.lease, {"look": 2})
    assert again(jobs, job).result == {"look": 2}
    assert moves(jobs, job) == ["submitted", "claimed", "completed"]
    assert submit(jobs, key="k").id != job.id


def test_a_joined_job_that_fails_or_is_handed_back_looks_again_anyway(store: SqliteStore) -> None:
    jobs = store.jobs
    submit(jobs, key="k")
    held = claimed(jobs)
    submit(jobs, key="k")
    jobs.hand_back(held.lease)
    assert jobs.complete(claimed(jobs).lease, {}), "once is enough: it began after the join"


def test_a_join_raises_the_priority_and_takes_away_the_delay(store: SqliteStore) -> None:
    jobs = store.jobs
    slow = submit(jobs, key="k", priority=JobPriority.LOW, delay=100)
    assert claim(jobs) is None
    joined = submit(jobs, key="k", priority=JobPriority.HIGH)
    assert (joined.priority, joined.scheduled_for) == (JobPriority.HIGH, None)
    assert claimed(jobs, least=JobPriority.HIGH).id == slow.id
    assert submit(jobs, key="k", priority=JobPriority.LOW).priority is JobPriority.HIGH


def test_a_join_leaves_the_pause_after_a_failure(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    submit(jobs, key="k")
    failed = jobs.fail(claimed(jobs).lease, FAILED)
    assert submit(jobs, key="k") == failed
    assert claim(jobs) is None
    clock.turn(2)
    assert claim(jobs) is not None


def test_a_job_that_is_cancelled_after_it_was_joined_is_cancelled(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, key="k")
    held = claimed(jobs)
    submit(jobs, key="k")
    assert jobs.cancel(job.id).status is JobStatus.CANCELLED
    with pytest.raises(LeaseLostError):
        jobs.complete(held.lease, {})
    fresh = submit(jobs, key="k")
    assert fresh.id != job.id
    assert jobs.complete(claimed(jobs).lease, {})


@pytest.mark.parametrize(
    ("one", "other"),
    [("\udc80", "\udc81"), ("x" * 600 + "a", "x" * 600 + "b")],
)
def test_keys_that_differ_are_never_joined(store: SqliteStore, one: str, other: str) -> None:
    jobs = store.jobs
    first, second = submit(jobs, key=one), submit(jobs, key=other)
    assert first.id != second.id
    assert submit(jobs, key=one).id == first.id
    assert submit(jobs, key=other).id == second.id


# ── retry by hand ──────────────────────────────────────────────────────────────────────────────


def test_a_retry_by_hand_clears_what_the_last_attempt_left(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs = store.jobs
    job = submit(jobs, arguments={"path": "a"}, priority=JobPriority.HIGH)
    held = claimed(jobs)
    jobs.progress(held.lease, JobProgress(60, "half", 6, 10))
    clock.turn(5 * 3600)
    jobs.renew([held.lease], 60)
    jobs.fail(held.lease, FAILED, lasting=True)
    found = jobs.retry(job.id, queue_size=9)
    assert found.status is JobStatus.QUEUED
    assert (found.started_at, found.completed_at, found.result, found.error) == (None,) * 4
    assert found.progress == JobProgress()
    assert (found.retry_count, found.priority, found.arguments) == (1, 0, {"path": "a"})
    assert rows(store, "SELECT started_tick, seconds FROM job") == [(None, None)]
    assert claimed(jobs).started_at == clock.now()
    [(_, age)] = jobs.running_since()
    assert age == 0


def test_beyond_its_retries_a_job_is_tried_again_by_force_only(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, policy=RetryPolicy(max_retries=1))
    jobs.fail(claimed(jobs).lease, FAILED, lasting=True)
    jobs.retry(job.id, queue_size=9)
    assert jobs.fail(claimed(jobs).lease, FAILED).status is JobStatus.FAILED
    with pytest.raises(RequestError, match="force") as caught:
        jobs.retry(job.id, queue_size=9)
    assert caught.value.code == "invalid_state"
    assert jobs.retry(job.id, force=True, queue_size=9).retry_count == 2
    assert jobs.fail(claimed(jobs).lease, FAILED).status is JobStatus.FAILED


def test_a_job_is_not_tried_again_while_an_equal_one_waits_or_runs(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, key="k")
    jobs.fail(claimed(jobs).lease, FAILED, lasting=True)
    other = submit(jobs, key="k")
    with pytest.raises(RequestError) as caught:
        jobs.retry(job.id, queue_size=9)
    assert caught.value.data["jobId"] == other.id
    held = claimed(jobs)
    with pytest.raises(RequestError) as caught:
        jobs.retry(job.id, queue_size=9)
    assert caught.value.data["jobId"] == other.id
    jobs.complete(held.lease, {})
    assert jobs.retry(job.id, queue_size=9).status is JobStatus.QUEUED


# ── cancelling, handing back ───────────────────────────────────────────────────────────────────


def test_cancelling_a_waiting_job_ends_it(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    job = submit(jobs)
    found = jobs.cancel(job.id)
    assert (found.status, found.completed_at) == (JobStatus.CANCELLED, clock.now())
    assert claim(jobs) is None


def test_what_a_cancelled_job_still_writes_is_refused(store: SqliteStore) -> None:
    jobs = store.jobs
    submit(jobs)
    held = claimed(jobs)
    cancelled = jobs.cancel(held.id)
    for write in (
        lambda: jobs.progress(held.lease, JobProgress(5)),
        lambda: jobs.complete(held.lease, {"late": True}),
        lambda: jobs.fail(held.lease, FAILED),
        lambda: jobs.hand_back(held.lease),
    ):
        with pytest.raises(LeaseLostError):
            write()
    assert jobs.renew([held.lease], 60) == [held.lease]
    assert again(jobs, held) == cancelled


def test_cancelling_under_a_lease_spares_whoever_has_the_job_now(store: SqliteStore) -> None:
    jobs = store.jobs
    submit(jobs)
    old = claimed(jobs)
    jobs.hand_back(old.lease)
    new = claimed(jobs, owner="another")
    with pytest.raises(LeaseLostError):
        jobs.cancel(old.id, lease=old.lease)
    assert again(jobs, old) == new
    assert jobs.cancel(new.id, lease=new.lease).status is JobStatus.CANCELLED


def test_handing_back_counts_no_attempt(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, policy=RetryPolicy(max_retries=0))
    for _ in range(5):
        jobs.hand_back(claimed(jobs).lease)
    found = again(jobs, job)
    assert (found.status, found.retry_count, found.error) == (JobStatus.QUEUED, 0, None)
    assert (found.started_at, found.scheduled_for) == (None, None)
    assert rows(store, "SELECT fence FROM job") == [(5,)]


def test_a_success_after_a_retry_shows_no_error(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    job = submit(jobs)
    assert jobs.fail(claimed(jobs).lease, FAILED).error == FAILED
    clock.turn(2)
    jobs.complete(claimed(jobs).lease, {})
    found = again(jobs, job)
    assert (found.error, found.result, found.progress.percent) == (None, {}, 100)


# ── what a job carries ─────────────────────────────────────────────────────────────────────────

DEEP: Any = []
for _ in range(101):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value",
    [
        {"n": float("nan")},
        {"n": float("inf")},
        {"n": 10**5000},
        {"n": object()},
        {"n": b"bytes"},
        {(1, 2): 3},
        {"n": "x" * MAX_JSON},
        {"n": DEEP},
        ["no object"],
        None,
    ],
    ids=["nan", "inf", "long", "object", "bytes", "key", "big", "deep", "list", "none"],
)
def test_what_is_no_plain_json_is_refused_and_leaves_no_trace(
    store: SqliteStore, value: Any
) -> None:
    jobs = store.jobs
    with pytest.raises(RequestError):
        jobs.submit(NewJob("a", value), queue_size=MANY)
    assert jobs.counts() == {}
    submit(jobs)
    held = claimed(jobs)
    with pytest.raises(RequestError):
        jobs.complete(held.lease, value)
    assert again(jobs, held) == held


@pytest.mark.parametrize(
    "value",
    [
        {"path": "lone \udc80 surrogate"},
        {"path": "nul \0 and \u2028 and emoji \U0001f600"},
        {"n": [1, 2.5, None, True, {"deep": [[[]]]}]},
        {"big": "x" * (MAX_JSON - 20)},
        {"brackets": "[" * 10_000},
        {},
    ],
    ids=["surrogate", "odd", "nested", "big", "brackets", "empty"],
)
def test_what_a_job_carries_comes_back_as_it_was(store: SqliteStore, value: Any) -> None:
    jobs = store.jobs
    submit(jobs, arguments=value)
    held = claimed(jobs)
    assert held.arguments == value
    jobs.complete(held.lease, value)
    assert again(jobs, held).result == value
    json.dumps(job_json(again(jobs, held)))


def test_odd_texts_are_stored_as_well_as_can_be(store: SqliteStore) -> None:
    jobs = store.jobs
    job = submit(jobs, requested_by="\udc80" + "x" * 5000, action="\udc80")
    held = claimed(jobs, owner="me \udc80")
    assert held.id == job.id
    jobs.progress(held.lease, JobProgress(10**6, "step \udc80" + "x" * 5000, 10**30, -5))
    found = again(jobs, held)
    assert found.progress[2:] == ((1 << 63) - 1, 0)
    assert found.progress.percent == 100
    assert len(found.progress.step) == 2000
    failed = jobs.fail(held.lease, JobError("e" * 5000, "m\udc80" * 5000, "h" * 5000))
    assert failed.error is not None
    assert {len(each) for each in failed.error} == {2000}


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NULL"])
def test_a_row_that_makes_no_sense_is_damage(store: SqliteStore, text: str) -> None:
    submit(store.jobs)
    run(store, f"UPDATE job SET arguments = '{text}'")  # noqa: S608 - ours
    with pytest.raises(StoreError) as caught:
        store.jobs.list()
    assert caught.value.code == "store_corrupt"


# ── reading ────────────────────────────────────────────────────────────────────────────────────


def test_a_list_goes_on_where_it_ended_newest_first(store: SqliteStore) -> None:
    jobs = store.jobs
    wanted = [submit(jobs, "ab"[number % 2]).id for number in range(25)][::-1]
    found: list[str] = []
    cursor = None
    while True:
        page, cursor = jobs.list(limit=10, cursor=cursor)
        found += [job.id for job in page]
        if len(found) == 10:
            submit(jobs)
        if cursor is None:
            break
    assert found == wanted


def test_a_list_is_filtered_by_type_status_and_action(store: SqliteStore) -> None:
    jobs = store.jobs
    one = submit(jobs, action="refresh")
    submit(jobs, "b")
    jobs.complete(claimed(jobs).lease, {})
    two = submit(jobs, action="refresh")

    def listed(**wanted: Any) -> list[str]:
        found, more = jobs.list(**wanted)
        assert more is None
        return [job.id for job in found]

    assert listed(types=["a"]) == [two.id, one.id]
    assert listed(statuses=[JobStatus.COMPLETED]) == [one.id]
    assert listed(action="refresh", statuses=[JobStatus.QUEUED]) == [two.id]
    assert listed(types=["none"]) == []


@pytest.mark.parametrize("cursor", ["", "-1", "x", "1e9", "9" * 19, "٣", "1;DROP", "\udc80"])
def test_what_is_no_cursor_is_refused(store: SqliteStore, cursor: str) -> None:
    with pytest.raises(RequestError):
        store.jobs.list(cursor=cursor)


@pytest.mark.parametrize("limit", [-1, 0, 10**30])
def test_any_limit_is_brought_within_bounds(store: SqliteStore, limit: int) -> None:
    submit(store.jobs)
    assert len(store.jobs.list(limit=limit)[0]) == 1


def test_figures_say_what_was_done(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    for seconds in (1, 2, 3):
        submit(jobs)
        held = claimed(jobs)
        clock.turn(seconds)
        jobs.complete(held.lease, {})
    submit(jobs)
    jobs.fail(claimed(jobs).lease, FAILED)
    clock.turn(2)
    jobs.fail(claimed(jobs).lease, FAILED, lasting=True)
    jobs.cancel(submit(jobs).id)
    found = jobs.figures(["a", "b"], last=2)
    assert found["a"]._asdict() == {
        "completed": 3,
        "failed": 1,
        "cancelled": 1,
        "retried": 1,
        "errors_last_hour": 2,
        "durations": (3.0, 2.0),
        "last_at": clock.now(),
        "errors": {"broken": 1},
    }
    assert found["b"].last_at is None
    clock.turn(3600)
    assert jobs.figures(["a"])["a"].errors_last_hour == 0


# ── forgetting ─────────────────────────────────────────────────────────────────────────────────


def test_cleaning_forgets_what_ended_long_ago_and_nothing_that_lives(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs = store.jobs
    for end in (
        lambda lease: jobs.complete(lease, {}),
        lambda lease: jobs.fail(lease, FAILED, lasting=True),
        lambda lease: jobs.cancel(lease.partition(":")[0]),
    ):
        submit(jobs)
        end(claimed(jobs).lease)
    running = submit(jobs)
    claimed(jobs)
    waiting = submit(jobs)
    clock.turn(1)
    edge = clock.now()
    young = submit(jobs, "b")
    jobs.complete(claimed(jobs, "b").lease, {})
    assert jobs.cleanup(edge) == 3
    assert {job.id for job in jobs.list()[0]} == {running.id, waiting.id, young.id}
    assert rows(store, "SELECT count(*) FROM jobevent") == [(2 + 1 + 3,)]
    assert jobs.cleanup(edge) == 0


def test_cleaning_goes_in_slices_oldest_first(store: SqliteStore, clock: TurnableClock) -> None:
    jobs = store.jobs
    ended = []
    for _ in range(7):
        ended.append(submit(jobs).id)
        jobs.complete(claimed(jobs).lease, {})
        clock.turn(1)
    assert [jobs.cleanup(clock.now(), limit=3) for _ in range(4)] == [3, 3, 1, 0]
