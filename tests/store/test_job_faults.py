"""Processes that die or freeze in the middle of a job: it is done, and its result is there once."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from job_child import Child
from job_values import again, claimed, moves, submit

from dbp.clock import SystemClock
from dbp.job import Job, JobStatus, RetryPolicy
from dbp.store.documents import SqliteStore, open_store

POINTS = ["before claim", "claimed", "worked", "writing", "written", "done"]
BEGUN = POINTS[1:5]


def die_at(path: Path, point: str, retries: int) -> tuple[SqliteStore, Job, list[str]]:
    """Have a process killed there; return the table as the next leader finds it."""
    effects = path.parent / "effects"
    store = open_store(path, SystemClock())
    job = submit(store.jobs, arguments={"n": 7}, policy=RetryPolicy(retries))
    child = Child("steps", path, effects, "the first")
    for each in POINTS:
        child.until(each)
        if each == point:
            child.kill()
            break
        child.go()
    return store, job, effects.read_text().splitlines() if effects.exists() else []


@pytest.mark.parametrize("point", POINTS)
def test_a_job_whose_worker_is_killed_is_done_at_least_once_and_stored_once(
    path: Path, point: str
) -> None:
    store, job, effects = die_at(path, point, retries=3)
    jobs = store.jobs
    left = jobs.rescue(everybody_but="the second")
    assert [each.id for each in left] == ([job.id] if point in BEGUN else [])
    found = again(jobs, job)
    if point == "done":
        assert found.status is JobStatus.COMPLETED
        assert found.result == {"by": "the first"}
        assert moves(jobs, job) == ["submitted", "claimed", "completed"]
        assert len(effects) == 1
    else:
        # Nothing half done is shown as done.
        assert (found.status, found.result) == (JobStatus.QUEUED, None)
        assert found.retry_count == (1 if point in BEGUN else 0)
        assert len(effects) == (point in {"worked", "writing", "written"})
        held = claimed(jobs, owner="the second")
        assert jobs.complete(held.lease, {"by": "the second"})
        rescued = ["claimed", "rescued"] if point in BEGUN else []
        assert moves(jobs, job) == ["submitted", *rescued, "claimed", "completed"]
        assert again(jobs, job).result == {"by": "the second"}
    assert jobs.counts() == {"a": {"completed": 1}}
    assert store.status().notes == ()
    store.close()


@pytest.mark.parametrize("point", ["claimed", "written"])
def test_a_job_whose_worker_is_killed_with_no_retry_left_is_interrupted(
    path: Path, point: str
) -> None:
    store, job, _ = die_at(path, point, retries=0)
    [found] = store.jobs.rescue(everybody_but="the second")
    assert found == again(store.jobs, job)
    assert found.status is JobStatus.FAILED
    assert found.error is not None
    assert found.error.code == "interrupted"
    assert found.completed_at is not None
    assert moves(store.jobs, job) == ["submitted", "claimed", "interrupted"]
    assert store.jobs.claim(("a",), "x", lease_seconds=9, ageing_seconds=9) is None
    retried = store.jobs.retry(job.id, force=True, queue_size=9)
    assert (retried.status, retried.error) == (JobStatus.QUEUED, None)
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_what_a_worker_writes_that_was_frozen_past_its_lease_changes_nothing(path: Path) -> None:
    effects = path.parent / "effects"
    store = open_store(path, SystemClock())
    jobs = store.jobs
    job = submit(jobs, arguments={"n": 1})
    child = Child("frozen", path, effects, "the frozen one")
    word, _, lease = child.says().partition(" ")
    assert word == "working"
    assert again(jobs, job).lease == lease
    child.send(signal.SIGSTOP)
    taken = None
    while taken is None:
        # Its lease lasts less than a second, and nobody renews it.
        taken = jobs.claim(("a",), "the other", lease_seconds=600, ageing_seconds=60)
    assert (taken.id, taken.retry_count) == (job.id, 1)
    child.send(signal.SIGCONT)
    assert child.finish() == "ended"
    # Its runner told the handler to stop, and each of its late writes was refused.
    assert effects.read_text().split() == ["cancelled", "lease_lost", "lease_lost"]
    assert again(jobs, job) == taken
    assert jobs.complete(taken.lease, {"by": "the other"})
    assert again(jobs, job).result == {"by": "the other"}
    assert moves(jobs, job) == ["submitted", "claimed", "rescued", "claimed", "completed"]
    store.close()
