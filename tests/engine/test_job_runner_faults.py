"""Whatever fails around a job, no thread dies, no job is lost, and nothing is done in vain."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from job_bench import Bench

from dbp.errors import DbpError, StoreError
from dbp.job import JobStatus, RetryPolicy
from dbp.jobs import Lane
from dbp.ports import JobCancelledError, JobContext, Json

BUSY = StoreError("another program holds the database", code="store_busy")
FAULTS = [
    BUSY,
    StoreError("the database is closed", code="store_closed"),
    StoreError("the database was removed", code="store_lost"),
]
DONE, QUEUED, FAILED = JobStatus.COMPLETED, JobStatus.QUEUED, JobStatus.FAILED
CODES = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.code))


@CODES
def test_when_no_job_can_be_claimed_it_is_tried_again(tmp_path: Path, fault: StoreError) -> None:
    with Bench(tmp_path) as bench:
        bench.at_rest()
        bench.faulty.faults["claim"] = [fault] * 3
        job = bench.submit()
        for _ in range(3):
            bench.at_rest()
            assert bench.status(job) is QUEUED
            assert bench.duties() == ["jobs again"]
            bench.turn(5)
        bench.ends(job, DONE)


def test_a_database_that_is_gone_for_long_makes_no_more_and_more_duties(tmp_path: Path) -> None:
    lanes = [Lane(name, [name], 2) for name in "abc"]
    with Bench(tmp_path, {name: lambda _: {} for name in "abc"}, lanes=lanes) as bench:
        bench.at_rest()
        bench.faulty.faults |= {"claim": BUSY, "next_due": BUSY}
        jobs = [bench.submit(name) for name in "abc"]
        for _ in range(10):
            bench.at_rest()
            assert bench.duties() == ["jobs again"]
            before = bench.faulty.calls["claim"]
            bench.turn(5)
            bench.at_rest()
            assert bench.faulty.calls["claim"] - before <= 6
        bench.faulty.faults.clear()
        bench.turn(5)
        for job in jobs:
            bench.ends(job, DONE)


@CODES
@pytest.mark.parametrize("method", ["complete", "fail", "hand_back", "cancel"])
def test_the_end_of_a_job_is_written_when_the_database_is_there_again(
    tmp_path: Path, method: str, fault: StoreError
) -> None:
    with Bench(tmp_path) as bench:
        wanted = DONE
        if method == "fail":
            bench.handler.error, wanted = DbpError("no", lasting=True), FAILED
        elif method == "cancel":
            bench.handler.error, wanted = JobCancelledError("no"), JobStatus.CANCELLED
        elif method == "hand_back":
            bench.handler.open.clear()
        bench.faulty.faults[method] = [fault, fault]
        job = bench.submit()
        if method == "hand_back":
            bench.until(lambda: bench.handler.now)
            bench.runner.stop()
            # It ends now, and has no time to wait: whoever leads next takes the job over.
            bench.at_rest()
            bench.runner.join(0)
            assert bench.table.rescue(everybody_but="next")[0].status is QUEUED
            return
        bench.until(lambda: bench.faulty.calls[method] == 1)
        assert bench.status(job) is JobStatus.PROCESSING
        assert [each.id for each in bench.runner.running] == [job.id]
        bench.until(lambda: bench.turn(1) or bench.status(job) is wanted)
        assert bench.faulty.calls[method] == 3
        found = bench.ends(job, wanted)
        assert len(bench.handler.did) == 1, "the work was not done again"
        assert found.retry_count == 0


def test_a_result_waits_for_the_database_longer_than_a_lease(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.faulty.faults["complete"] = BUSY
        job = bench.submit()
        for _ in range(60):
            bench.turn(5)
            assert bench.table.rescue() == []
        bench.faulty.faults.clear()
        bench.until(lambda: bench.turn(5) or bench.status(job) is DONE)
        assert len(bench.handler.did) == 1


def test_a_runner_that_ends_does_not_wait_for_the_database(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.faulty.faults |= {"complete": BUSY, "hand_back": BUSY}
        bench.submit()
        bench.until(lambda: bench.faulty.calls["complete"])
        bench.runner.stop()
        bench.at_rest()
        bench.runner.join(0)


@CODES
def test_progress_that_cannot_be_stored_fails_no_job(tmp_path: Path, fault: StoreError) -> None:
    def handler(context: JobContext) -> Json:
        for number in range(5):
            context.progress(number, 5, f"step {number}")
        return {}

    with Bench(tmp_path, {"a": handler}) as bench:
        bench.faulty.faults |= {"progress": fault, "get": fault}
        job = bench.submit()
        assert bench.ends(job, DONE).retry_count == 0


@CODES
def test_leases_that_cannot_be_renewed_are_tried_again(tmp_path: Path, fault: Exception) -> None:
    with Bench(tmp_path) as bench:
        bench.handler.open.clear()
        bench.faulty.faults["renew"] = [fault, ValueError("a defect")]
        job = bench.submit()
        bench.until(lambda: bench.handler.now)
        for _ in range(3):
            bench.turn(19)
            bench.turn(1)
        assert bench.faulty.calls["renew"] == 3
        bench.handler.open.set()
        bench.ends(job, DONE)


@CODES
def test_when_it_is_not_known_what_is_due_it_is_asked_again(
    tmp_path: Path, fault: StoreError
) -> None:
    with Bench(tmp_path) as bench:
        bench.at_rest()
        bench.faulty.faults["next_due"] = [fault]
        job = bench.submit(delay=30)
        bench.at_rest()
        assert bench.duties() == ["jobs again"]
        bench.turn(5)
        bench.at_rest()
        bench.turn(25)
        bench.ends(job, DONE)


@CODES
def test_a_start_without_the_database_takes_over_later(tmp_path: Path, fault: StoreError) -> None:
    bench = Bench(tmp_path)
    left = bench.submit()
    bench.table.claim(["a"], "dead", lease_seconds=6000, ageing_seconds=60)
    bench.faulty.faults["rescue"] = [fault]
    with bench:
        own = bench.submit()
        bench.ends(own, DONE)
        assert bench.status(left) is JobStatus.PROCESSING
        bench.turn(5)
        bench.ends(left, DONE)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        SystemExit(3),
        KeyboardInterrupt(),
        MemoryError(),
        RecursionError(),
        GeneratorExit(),
        StopIteration(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_handler_raises_fails_its_job_only(
    tmp_path: Path, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with Bench(tmp_path) as bench, caplog.at_level(logging.CRITICAL + 1):
        bench.handler.error = error
        job = bench.submit(policy=RetryPolicy(max_retries=0))
        found = bench.ends(job, FAILED)
        assert found.error == ("defect", f"internal error: {type(error).__name__}", "see the log")
        bench.handler.error = None
        bench.ends(bench.submit(), DONE)


@pytest.mark.parametrize(
    "result",
    [{"n": float("nan")}, None, {"n": object()}, ["x"]],
    ids=["not a number", "nothing", "no JSON", "a list"],
)
def test_a_result_that_is_no_json_fails_the_job_at_once(tmp_path: Path, result: object) -> None:
    with Bench(tmp_path) as bench:
        bench.handler.result = result
        found = bench.ends(bench.submit(), FAILED)
        assert found.error is not None
        assert found.error.code == "bad_params"
        assert len(bench.handler.did) == 1


def test_an_error_in_who_is_told_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def burst(_: object) -> None:
        raise ZeroDivisionError

    with Bench(tmp_path) as bench, caplog.at_level(logging.CRITICAL + 1):
        bench.on_told = burst
        bench.handler.error = DbpError("no", lasting=True)
        job = bench.submit()
        bench.ends(job, FAILED)
        bench.handler.error = None
        bench.runner.retry(job.id)
        bench.ends(job, DONE)
        bench.handler.open.clear()
        running = bench.submit()
        bench.until(lambda: bench.handler.now)
        assert bench.runner.cancel(running.id).status is JobStatus.CANCELLED
        bench.at_rest()


def test_an_error_in_a_waker_keeps_no_other_from_being_called(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    woken: list[str] = []

    def burst() -> None:
        raise ZeroDivisionError

    with Bench(tmp_path) as bench, caplog.at_level(logging.CRITICAL + 1):
        bench.handler.open.clear()
        bench.handler.listens = False
        job = bench.submit()
        bench.until(lambda: bench.handler.now)
        [context] = bench.handler.contexts
        context.on_cancel(burst)
        context.on_cancel(lambda: woken.append("second"))
        assert bench.runner.cancel(job.id).status is JobStatus.CANCELLED
        context.on_cancel(lambda: woken.append("late"))
        assert woken == ["second", "late"]
        bench.handler.open.set()


def test_a_defect_in_the_table_costs_no_worker(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Bench(tmp_path) as bench, caplog.at_level(logging.CRITICAL + 1):
        bench.at_rest()
        bench.faulty.faults["claim"] = [OverflowError("a defect")]
        job = bench.submit()
        bench.at_rest()
        bench.turn(5)
        bench.ends(job, DONE)
        bench.faulty.faults["complete"] = [OverflowError("a defect")]
        dropped = bench.submit()
        bench.at_rest()
        assert bench.status(dropped) is JobStatus.PROCESSING
        bench.turn(60)
        assert bench.ends(dropped, DONE).retry_count == 1


def test_a_system_without_threads_delays_jobs_only(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.at_rest()
        bench.refused_threads = 2
        job = bench.submit()
        for _ in range(2):
            assert bench.status(job) is QUEUED
            bench.turn(5)
        bench.ends(job, DONE)
