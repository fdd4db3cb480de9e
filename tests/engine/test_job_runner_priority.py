"""High jobs start at once, low ones go on, and nobody starves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from job_bench import Bench, Handler
from job_values import fill

from dbp.clock import SystemClock
from dbp.job import Job, JobPriority, JobStatus
from dbp.jobs import Lane
from dbp.ports import JobContext, Json

DONE = JobStatus.COMPLETED
HIGH, LOW = JobPriority.HIGH, JobPriority.LOW


@pytest.mark.slow
def test_with_100_000_low_jobs_waiting_a_high_one_starts_within_a_second(tmp_path: Path) -> None:
    slow = threading.Event()
    started: dict[str, float] = {}
    low: Counter[str] = Counter()

    def handler(context: JobContext) -> Json:
        started[context.job.id] = time.monotonic()
        if context.job.priority is LOW:
            low["done"] += 1
            if low["done"] % 50 == 0:
                slow.wait(0.5)
        return {}

    bench = Bench(tmp_path, {"a": handler}, clock=SystemClock())
    fill(bench.store, 100_000)
    bench.runner.settings = bench.runner.settings.model_copy(update={"queue_size": 1_000_000})
    waits = []
    with bench:
        for _ in range(20):
            before = low["done"]
            began = time.monotonic()
            job = bench.submit(priority=HIGH)
            bench.until(lambda job=job: bench.status(job) is DONE)
            waits.append(started[job.id] - began)
            bench.until(lambda before=before: low["done"] > before, "low ones go on")
        slow.set()
    assert max(waits) < 1
    assert sorted(waits)[10] < 0.2


def test_a_high_job_does_not_wait_for_a_long_low_one(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.handler.open.clear()
        bench.submit(priority=LOW)
        bench.until(lambda: bench.handler.now == 1)
        bench.submit(priority=LOW)
        high = bench.submit(priority=HIGH)
        bench.until(lambda: bench.handler.now == 2)
        assert bench.handler.did[1].id == high.id
        bench.submit(priority=HIGH)
        assert bench.handler.now == 2, "there is one express slot"
        bench.handler.open.set()


def test_joining_a_waiting_job_with_high_priority_starts_it_at_once(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.handler.open.clear()
        bench.submit(priority=LOW)
        bench.until(lambda: bench.handler.now == 1)
        waiting = bench.submit(key="k")
        joined = bench.submit(key="k", priority=HIGH)
        assert joined.id == waiting.id
        bench.until(lambda: bench.handler.now == 2)
        assert bench.handler.did[1].id == waiting.id
        bench.handler.open.set()


def test_a_high_job_that_is_tried_again_does_not_wait_for_a_long_low_one(tmp_path: Path) -> None:
    calls: Counter[JobPriority] = Counter()
    release = threading.Event()

    def handler(context: JobContext) -> Json:
        calls[context.job.priority] += 1
        if context.job.priority is HIGH and calls[HIGH] == 1:
            raise ValueError("the first time")
        if context.job.priority is LOW:
            assert release.wait(20)
        return {}

    with Bench(tmp_path, {"a": handler}) as bench:
        low = bench.submit(priority=LOW)
        bench.until(lambda: calls[LOW])
        high = bench.submit(priority=HIGH)
        bench.until(lambda: bench.get(high).retry_count == 1)
        bench.until(lambda: "jobs due" in bench.duties())
        bench.turn(2)
        bench.until(lambda: bench.status(high) is DONE)
        assert bench.status(low) is JobStatus.PROCESSING
        release.set()


def test_a_worker_that_takes_another_job_leaves_the_high_one_to_the_express(
    tmp_path: Path,
) -> None:
    """A free worker is started for a high job, but its turn is that of the oldest."""
    with Bench(tmp_path) as bench:
        lane = bench.runner._lanes["main"]
        bench.at_rest()
        lane.turn = 3
        bench.handler.open.clear()
        bench.runner.hold("a", held=True)
        bench.at_rest()
        low = bench.submit(priority=LOW)
        high = bench.submit(priority=HIGH)
        bench.at_rest()
        bench.runner.hold("a", held=False)
        bench.until(lambda: bench.handler.now == 2)
        assert {job.id for job in bench.handler.did} == {low.id, high.id}
        bench.handler.open.set()


def test_a_refresh_by_hand_runs_before_five_jobs_that_wait(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    normal = [bench.submit() for _ in range(5)]
    high = bench.submit(priority=HIGH)
    with bench:
        for job in [*normal, high]:
            bench.ends(job, DONE)
        assert bench.handler.did[0].id == high.id


def test_a_flood_of_high_jobs_does_not_stop_a_low_one(tmp_path: Path) -> None:
    """Each high job submits the next one: there is always one waiting."""
    done: list[Job] = []
    over = threading.Event()

    def handler(context: JobContext) -> Json:
        done.append(context.job)
        if context.job.priority is LOW:
            over.set()
        if not over.is_set() and len(done) < 500:
            bench.submit(priority=HIGH)
        return {}

    bench = Bench(tmp_path, {"a": handler})
    for _ in range(5):
        bench.submit(priority=HIGH)
    bench.submit(priority=LOW)
    with bench:
        assert over.wait(20)
        bench.at_rest()
    place = [job.priority for job in done].index(LOW)
    assert place < 60


def test_lanes_have_an_express_slot_each(tmp_path: Path) -> None:
    one, two = Handler(), Handler()
    lanes = [Lane("one", ["a"], 1), Lane("two", ["b"], 1)]
    with Bench(tmp_path, {"a": one, "b": two}, lanes=lanes) as bench:
        one.open.clear()
        two.open.clear()
        for kind in "ab":
            bench.submit(kind, priority=LOW)
        bench.until(lambda: one.now + two.now == 2)
        for kind in "ab":
            bench.submit(kind, priority=HIGH)
        bench.until(lambda: one.now + two.now == 4)
        one.open.set()
        two.open.set()
