"""The runner of jobs: at once when there is work, and nothing at all when there is none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from job_bench import Bench

from dbp.clock import SystemClock, TurnableClock
from dbp.errors import DbpError, RequestError
from dbp.job import Job, JobPriority, JobProgress, JobStatus, RetryPolicy, job_json
from dbp.jobs import Lane
from dbp.jobs.context import EVERY
from dbp.ports import JobCancelledError, JobContext, Json, LeaseLostError, NewJob

DONE, QUEUED = JobStatus.COMPLETED, JobStatus.QUEUED


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as opened:
        yield opened


# ── rest and work ──────────────────────────────────────────────────────────────────────────────


def test_at_rest_no_thread_lives_and_nothing_is_due(bench: Bench) -> None:
    bench.at_rest()
    assert bench.duties() == []
    job = bench.submit()
    bench.ends(job, DONE)
    assert bench.duties() == ["job heartbeat"]
    claims = bench.faulty.calls["claim"]
    bench.turn(20)
    assert bench.duties() == [], "the heartbeat stops with the last job"
    bench.turn(100_000)
    assert bench.faulty.calls["claim"] == claims
    assert bench.faulty.calls["renew"] == 0
    assert bench.runner.running == []


def test_a_job_goes_through_its_states_and_each_is_told(bench: Bench) -> None:
    job = bench.submit(arguments={"n": 1}, requested_by="ada")
    found = bench.ends(job, DONE)
    states = [each.status for each in bench.told if each.id == job.id]
    assert states == ["queued", "processing", "completed"]
    assert (found.result, found.error) == ({"done": True}, None)
    assert found.progress.percent == 100
    assert bench.handler.did[0].arguments == {"n": 1}


def test_from_submit_to_work_it_takes_less_than_200_ms(tmp_path: Path) -> None:
    """Rows G2 and G42."""
    with Bench(tmp_path, clock=SystemClock()) as bench:
        waits = []
        for _ in range(30):
            began = time.monotonic()
            at_work: list[float] = []
            bench.on_told = lambda job, found=at_work: (
                found.append(time.monotonic()) if job.status == "processing" else None
            )
            job = bench.submit()
            bench.ends(job, DONE)
            waits.append(at_work[0] - began)
        assert sorted(waits)[15] < 0.2


def test_starting_twice_is_harmless(bench: Bench) -> None:
    """Row G7."""
    bench.runner.start()
    assert bench.faulty.calls["rescue"] == 1
    job = bench.submit()
    bench.ends(job, DONE)
    assert len(bench.handler.did) == 1


def test_what_was_queued_before_the_start_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    jobs = [bench.submit() for _ in range(3)]
    assert bench.threads == []
    with bench:
        for job in jobs:
            bench.ends(job, DONE)


def test_what_dead_processes_left_is_taken_over_and_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    left = bench.submit()
    last = bench.submit(policy=RetryPolicy(max_retries=0))
    for _ in range(2):
        bench.table.claim(["a"], "bench", lease_seconds=60, ageing_seconds=60)
    with bench:
        assert bench.ends(left, DONE).retry_count == 1
        dead = bench.ends(last, JobStatus.FAILED)
        assert dead.error is not None
        assert dead.error.code == "interrupted"
        assert dead in bench.told


def test_a_type_nobody_does_is_refused_and_the_types_are_named(bench: Bench) -> None:
    with pytest.raises(RequestError, match="one of a"):
        bench.submit("b")


def test_a_type_of_another_version_in_the_table_fails_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, lanes=[Lane("main", ["a", "b"], 1)])
    odd = bench.table.submit(NewJob("b", {}), queue_size=9).job
    with bench:
        found = bench.ends(odd, JobStatus.FAILED)
        assert found.error is not None
        assert "nobody here does b" in found.error.message
        bench.ends(bench.submit(), DONE)


# ── how many at a time ─────────────────────────────────────────────────────────────────────────


def test_as_many_jobs_run_at_a_time_as_there_are_workers(tmp_path: Path) -> None:
    with Bench(tmp_path, workers=3) as bench:
        bench.handler.open.clear()
        jobs = [bench.submit() for _ in range(9)]
        bench.until(lambda: bench.handler.now == 3)
        assert len(bench.runner.running) == 3
        bench.handler.open.set()
        for job in jobs:
            bench.ends(job, DONE)
        assert bench.handler.most == 3


def test_workers_come_and_go_with_the_setting(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.handler.open.clear()
        jobs = [bench.submit() for _ in range(6)]
        bench.until(lambda: bench.handler.now == 1)
        bench.runner.resize("main", 4)
        bench.until(lambda: bench.handler.now == 4)
        bench.runner.resize("main", 1)
        assert bench.handler.now == 4
        bench.handler.open.set()
        for job in jobs:
            bench.ends(job, DONE)
        bench.handler.open.clear()
        bench.handler.most = 0
        more = [bench.submit() for _ in range(3)]
        bench.until(lambda: bench.handler.now == 1)
        bench.handler.open.set()
        for job in more:
            bench.ends(job, DONE)
        assert bench.handler.most == 1


def test_lanes_do_not_wait_for_each_other(tmp_path: Path) -> None:
    slow, quick = threading.Event(), []
    handlers = {
        "slow": lambda context: {"waited": slow.wait(20), "id": context.job.id},
        "quick": lambda context: quick.append(context.job) or {},
    }
    with Bench(
        tmp_path, handlers, lanes=[Lane("one", ["slow"], 1), Lane("two", ["quick"], 1)]
    ) as bench:
        bench.submit("slow")
        bench.until(lambda: bench.runner.running)
        job = bench.submit("quick")
        bench.until(lambda: bench.status(job) is DONE)
        slow.set()


def test_a_type_that_is_held_waits_and_the_others_run(tmp_path: Path) -> None:
    handlers: dict[str, Callable[[JobContext], Json]] = {"a": lambda _: {}, "b": lambda _: {}}
    with Bench(tmp_path, handlers) as bench:
        bench.runner.hold("a", held=True)
        held = bench.submit("a")
        bench.ends(bench.submit("b"), DONE)
        assert bench.status(held) is QUEUED
        assert bench.duties() == ["job heartbeat"]
        bench.runner.hold("a", held=False)
        bench.ends(held, DONE)


def test_two_thousand_jobs_from_eight_threads_are_all_done(tmp_path: Path) -> None:
    handlers: dict[str, Callable[[JobContext], Json]] = {"a": lambda _: {}, "b": lambda _: {}}
    lanes = [Lane("one", ["a"], 2), Lane("two", ["b"], 1)]
    with Bench(tmp_path, handlers, lanes=lanes) as bench:
        bench.runner.settings = bench.runner.settings.model_copy(update={"queue_size": 5000})

        def submit() -> None:
            for number in range(250):
                urgent = JobPriority.HIGH if number % 7 == 0 else JobPriority.NORMAL
                bench.submit("ab"[number % 3 == 0], priority=urgent)

        threads = [threading.Thread(target=submit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        def all_done() -> bool:
            return sum(each.get("completed", 0) for each in bench.table.counts().values()) == 2000

        bench.until(all_done, "some job was forgotten")
        bench.at_rest()
        assert {lane.active + lane.express for lane in lanes} == {0}


def test_no_job_is_forgotten_between_an_empty_look_and_the_next_submit(bench: Bench) -> None:
    for _ in range(300):
        job = bench.submit()
        bench.until(lambda job=job: bench.status(job) is DONE, "the runner slept on")


# ── time ───────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_job_comes_back_when_its_pause_is_over_and_nobody_looks_before(
    bench: Bench,
) -> None:
    bench.handler.error = DbpError("no luck", hint="wait", code="unlucky")
    job = bench.submit()
    for attempt, pause in enumerate([2, 4, 8], start=1):
        bench.until(lambda attempt=attempt: len(bench.handler.did) == attempt)
        bench.at_rest()
        assert bench.status(job) is QUEUED
        assert bench.get(job).retry_count == attempt
        claims = bench.faulty.calls["claim"]
        bench.turn(pause - 0.25)
        assert bench.faulty.calls["claim"] == claims
        bench.turn(0.25)
    found = bench.ends(job, JobStatus.FAILED)
    assert len(bench.handler.did) == 4
    assert found.error is not None
    assert found.error == ("unlucky", "no luck", "wait")
    bench.turn(100)
    assert bench.duties() == []


def test_a_job_for_later_is_planned_once_however_much_happens_before(bench: Bench) -> None:
    later = bench.submit(delay=1000)
    for _ in range(20):
        bench.ends(bench.submit(delay=5), QUEUED)
        bench.turn(5)
        bench.at_rest()
    assert bench.duties().count("jobs due") == 1
    bench.turn(1000)
    bench.ends(later, DONE)


def test_the_heartbeat_keeps_a_long_job_and_tells_a_lost_one_to_stop(bench: Bench) -> None:
    bench.handler.open.clear()
    job = bench.submit()
    bench.until(lambda: bench.handler.now)
    for _ in range(30):
        bench.turn(20)
        assert bench.table.rescue() == []
    assert bench.faulty.calls["renew"] == 30
    bench.table.rescue(everybody_but="another")
    taken = bench.table.claim(["a"], "another", lease_seconds=600, ageing_seconds=60)
    assert taken is not None
    bench.turn(20)
    bench.until(lambda: not bench.handler.now)
    bench.at_rest()
    assert bench.get(job) == taken
    bench.turn(20)
    assert "job heartbeat" not in bench.duties()


# ── progress ───────────────────────────────────────────────────────────────────────────────────


def progress_of(bench: Bench, say: Callable[[JobContext], None]) -> tuple[int, JobProgress]:
    """Have a handler report; return how often that was stored, and what was in the end."""

    def handler(context: JobContext) -> Json:
        say(context)
        return {}

    bench.runner.register({"a": handler})
    before = bench.faulty.calls["progress"]
    job = bench.submit()
    found = bench.ends(job, DONE)
    return bench.faulty.calls["progress"] - before, found.progress


def test_progress_is_stored_a_few_times_a_second_and_the_last_one_always(bench: Bench) -> None:
    def say(context: JobContext) -> None:
        for number in range(1, 10_001):
            context.progress(number, 10_000, "reading")

    assert progress_of(bench, say) == (2, JobProgress(100, "reading", 10_000, 10_000))


def test_each_of_a_few_steps_is_stored_however_short(bench: Bench) -> None:
    steps = ["looking", "cloning", "reading", "checking", "writing"]

    def say(context: JobContext) -> None:
        for number, step in enumerate(steps):
            context.progress(number, 5, step)

    assert progress_of(bench, say)[0] == 5
    seen = [each.progress.step for each in bench.told if each.progress.step]
    assert list(dict.fromkeys(seen)) == steps


def test_steps_that_never_end_are_stored_a_few_times_a_second(bench: Bench) -> None:
    def say(context: JobContext) -> None:
        for number in range(10_000):
            context.progress(number, 10_000, f"file {number}")

    stored, last = progress_of(bench, say)
    assert stored <= 25
    assert last.step == "file 9999"


def test_time_lets_progress_through(bench: Bench) -> None:
    def say(context: JobContext) -> None:
        for number in range(10):
            bench.turn(EVERY)
            context.progress(number, 10, "reading")

    assert progress_of(bench, say)[0] == 10


@pytest.mark.parametrize(("done", "total"), [(0, 0), (-5, 10), (5, -1), (10**40, 3), (1, 10**40)])
def test_any_numbers_make_a_progress(bench: Bench, done: int, total: int) -> None:
    stored, last = progress_of(bench, lambda context: context.progress(done, total))
    assert stored <= 1
    assert last.percent == 100


def test_percent_never_falls_while_it_runs(bench: Bench) -> None:
    def say(context: JobContext) -> None:
        for number in (50, 20, 70, 10):
            bench.turn(EVERY)
            context.progress(number, 100)

    progress_of(bench, say)
    seen = [each.progress.percent for each in bench.told if each.status == "processing"]
    assert seen == sorted(seen)


# ── cancelling, joining, retrying ──────────────────────────────────────────────────────────────


def test_cancelling_a_running_job_wakes_and_stops_it(bench: Bench) -> None:
    bench.handler.open.clear()
    job = bench.submit()
    bench.until(lambda: bench.handler.now)
    assert bench.runner.cancel(job.id).status is JobStatus.CANCELLED
    bench.ends(job, JobStatus.CANCELLED)
    assert bench.told[-1].status is JobStatus.CANCELLED
    with pytest.raises(RequestError):
        bench.runner.cancel(job.id)


def test_a_job_cancelled_between_its_claim_and_its_start_does_not_run(bench: Bench) -> None:
    claimed: list[Job] = []

    def cancel(job: Job | None) -> Job | None:
        if job is not None:
            claimed.append(bench.runner.cancel(job.id))
        return job

    original = bench.faulty.jobs.claim
    bench.faulty.jobs.claim = lambda *a, **n: cancel(original(*a, **n))  # type: ignore[method-assign]
    job = bench.submit()
    bench.ends(job, JobStatus.CANCELLED)
    assert claimed
    assert bench.handler.did == []


def test_a_handler_may_give_its_job_up(bench: Bench) -> None:
    bench.handler.error = JobCancelledError("the person said no")
    bench.ends(bench.submit(), JobStatus.CANCELLED)


def test_a_handler_that_ignores_the_cancellation_stores_nothing(bench: Bench) -> None:
    bench.handler.listens = False
    bench.handler.open.clear()
    job = bench.submit()
    bench.until(lambda: bench.handler.now)
    bench.runner.cancel(job.id)
    bench.handler.open.set()
    assert bench.ends(job, JobStatus.CANCELLED).result is None


def test_a_joined_job_runs_once_more_and_stores_the_last_result(bench: Bench) -> None:
    bench.handler.open.clear()
    job = bench.submit(key="k")
    bench.until(lambda: bench.handler.now)
    bench.handler.result = {"look": 1}
    joined = bench.runner.submit(NewJob("a", {}, key="k"))
    assert (joined.job.id, joined.deduplicated) == (job.id, True)
    bench.handler.open.set()
    bench.ends(job, DONE)
    assert len(bench.handler.did) == 2
    assert bench.table.counts() == {"a": {"completed": 1}}


def test_a_job_that_was_joined_and_cancelled_does_not_run_again(bench: Bench) -> None:
    bench.handler.open.clear()
    job = bench.submit(key="k")
    bench.until(lambda: bench.handler.now)
    bench.submit(key="k")
    bench.runner.cancel(job.id)
    bench.ends(job, JobStatus.CANCELLED)
    assert len(bench.handler.did) == 1


def test_a_retry_by_hand_really_runs(bench: Bench) -> None:
    bench.handler.error = DbpError("no", lasting=True)
    job = bench.submit()
    bench.ends(job, JobStatus.FAILED)
    assert len(bench.handler.did) == 1
    bench.handler.error = None
    bench.runner.retry(job.id)
    bench.ends(job, DONE)
    assert len(bench.handler.did) == 2


# ── the end ────────────────────────────────────────────────────────────────────────────────────


def test_stopping_hands_running_jobs_back_and_leaves_no_thread(tmp_path: Path) -> None:
    """Rows G8 and J35."""
    with Bench(tmp_path, workers=2) as bench:
        bench.handler.open.clear()
        jobs = [bench.submit() for _ in range(3)]
        bench.until(lambda: bench.handler.now == 2)
        bench.runner.stop()
        bench.runner.join(10)
        bench.at_rest()
        assert {bench.status(job) for job in jobs} == {QUEUED}
        assert {bench.get(job).retry_count for job in jobs} == {0}
        bench.runner.dispatch()
        bench.runner.start()
        assert not any(thread.is_alive() for thread in bench.threads)


def test_a_handler_that_ignores_the_end_loses_its_job_within_the_grace(tmp_path: Path) -> None:
    with Bench(tmp_path, clock=SystemClock()) as bench:
        bench.handler.listens = False
        bench.handler.open.clear()
        job = bench.submit()
        bench.until(lambda: bench.handler.now)
        bench.runner.stop()
        began = time.monotonic()
        bench.runner.join(0.1)
        assert time.monotonic() - began < 2
        assert bench.get(job).retry_count == 0
        assert bench.status(job) is QUEUED
        next_one = bench.table.claim(["a"], "next", lease_seconds=60, ageing_seconds=60)
        with pytest.raises(LeaseLostError):
            bench.table.progress(bench.handler.did[0].lease, JobProgress(50))
        bench.handler.open.set()
        bench.at_rest()
        assert bench.get(job) == next_one


def test_an_error_of_a_job_that_was_told_to_stop_is_no_failure(bench: Bench) -> None:
    bench.handler.open.clear()
    bench.handler.listens = False
    bench.handler.error = OSError("the subprocess was killed")
    job = bench.submit()
    bench.until(lambda: bench.handler.now)
    bench.runner.stop()
    bench.handler.open.set()
    found = bench.ends(job, QUEUED)
    assert (found.retry_count, found.error) == (0, None)


def test_what_is_finished_when_the_end_comes_is_stored(bench: Bench) -> None:
    bench.handler.open.clear()
    bench.handler.listens = False
    job = bench.submit()
    bench.until(lambda: bench.handler.now)
    bench.runner.stop()
    bench.handler.open.set()
    assert bench.ends(job, DONE).result == {"done": True}


def test_a_job_whose_lease_ran_out_under_its_own_runner_is_done_by_one_only(
    tmp_path: Path,
) -> None:
    with Bench(tmp_path, workers=2) as bench:
        bench.handler.open.clear()
        bench.handler.listens = False
        job = bench.submit()
        bench.until(lambda: bench.handler.now == 1)
        assert isinstance(bench.clock, TurnableClock)
        # The pump was stuck: no heartbeat for longer than the lease.
        bench.clock.turn(61)
        bench.runner.dispatch()
        bench.until(lambda: bench.handler.now == 2)
        first, second = bench.handler.contexts
        with pytest.raises(JobCancelledError):
            first.check()
        second.check()
        bench.handler.open.set()
        assert bench.ends(job, DONE).retry_count == 1
        [event] = [each for each in bench.table.events(job.id) if each.move == "completed"]
        assert event.status == "completed"


def test_a_job_says_what_it_is_while_it_waits_runs_and_is_over(bench: Bench) -> None:
    """Rows G14 to G21."""
    bench.handler.open.clear()
    job = bench.submit()
    bench.until(lambda: bench.status(job) is JobStatus.PROCESSING, "the job to run")
    running = job_json(bench.get(job))
    assert running["createdAt"].endswith("Z")
    assert running["startedAt"].endswith("Z")
    assert (running["completedAt"], running["error"], running["result"]) == (None, None, None)
    waiting = job_json(bench.submit())
    assert waiting["status"] == "queued"
    assert (waiting["startedAt"], waiting["completedAt"]) == (None, None)
    bench.handler.open.set()
    done = job_json(bench.ends(job, DONE))
    assert done["completedAt"].endswith("Z")
    assert (done["progress"]["percent"], done["error"]) == (100, None)
