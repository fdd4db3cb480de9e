"""Jobs, stepped clocks, restarts of the machine, rate limits: nothing is early, nothing late."""

from __future__ import annotations

from pathlib import Path

import pytest
from job_child import Child
from job_values import LEASE, again, claim, claimed, rows, submit

from dbp.clock import SystemClock, TurnableClock
from dbp.errors import RequestError
from dbp.job import Job, JobError, JobPriority, JobStatus, RetryPolicy
from dbp.ports import NewJob, Rate
from dbp.store.documents import SqliteStore, open_store
from dbp.store.jobs import SqliteJobs

HOUR, DAY, YEAR = 3600.0, 86_400.0, 31_536_000.0
FAILED = JobError("broken", "it broke")
FIVE = Rate(5, 300)
STEPS = pytest.mark.parametrize("step", [-HOUR, YEAR], ids=["back an hour", "on a year"])


def rebooted(store: SqliteStore, seconds: float = 0.0, uptime: float = 5.0) -> SqliteJobs:
    """Give the jobs as they are found after the machine was off so long and runs again."""
    clock = TurnableClock(store._database.clock.now() + seconds - uptime)
    clock.turn(uptime)
    return SqliteJobs(store._database, clock, boot="the next start")


def turn(jobs: SqliteJobs, seconds: float) -> None:
    assert isinstance(jobs._clock, TurnableClock)
    jobs._clock.turn(seconds)


def step(jobs: SqliteJobs, seconds: float) -> None:
    assert isinstance(jobs._clock, TurnableClock)
    jobs._clock.step_wall(seconds)


# ── the wall clock is stepped ──────────────────────────────────────────────────────────────────


@STEPS
def test_a_step_of_the_wall_clock_makes_no_retry_early_or_late(
    store: SqliteStore, clock: TurnableClock, step: float
) -> None:
    jobs = store.jobs
    submit(jobs)
    jobs.fail(claimed(jobs).lease, FAILED)
    clock.step_wall(step)
    assert jobs.next_due() == pytest.approx(2)
    clock.turn(1.99)
    assert claim(jobs) is None
    clock.turn(0.02)
    assert jobs.next_due() == 0
    assert claim(jobs) is not None


@STEPS
def test_a_step_of_the_wall_clock_costs_no_lease_and_keeps_none(
    store: SqliteStore, clock: TurnableClock, step: float
) -> None:
    jobs = store.jobs
    submit(jobs)
    held = claimed(jobs)
    clock.step_wall(step)
    clock.turn(LEASE - 1)
    assert jobs.rescue() == []
    assert jobs.renew([held.lease], LEASE) == []
    clock.turn(LEASE - 1)
    assert jobs.rescue() == []
    clock.turn(2)
    assert [job.id for job in jobs.rescue()] == [held.id]


@STEPS
def test_a_step_of_the_wall_clock_changes_nobodys_turn(
    store: SqliteStore, clock: TurnableClock, step: float
) -> None:
    jobs = store.jobs
    low = submit(jobs, priority=JobPriority.LOW)
    clock.step_wall(step)
    high = submit(jobs, priority=JobPriority.HIGH)
    assert claimed(jobs).id == high.id
    clock.turn(2 * 60)
    submit(jobs, priority=JobPriority.HIGH)
    assert claimed(jobs).id == low.id


@STEPS
def test_a_step_of_the_wall_clock_changes_no_duration(
    store: SqliteStore, clock: TurnableClock, step: float
) -> None:
    jobs = store.jobs
    submit(jobs)
    held = claimed(jobs)
    clock.step_wall(step)
    clock.turn(12)
    [(_, seconds)] = jobs.running_since()
    assert seconds == pytest.approx(12)
    jobs.complete(held.lease, {})
    assert jobs.figures(["a"])["a"].durations == (pytest.approx(12),)


# ── the machine starts anew ────────────────────────────────────────────────────────────────────


def test_leases_of_an_earlier_start_of_the_machine_are_dead(store: SqliteStore) -> None:
    submit(store.jobs)
    held = claimed(store.jobs)
    jobs = rebooted(store)
    assert jobs.renew([held.lease], LEASE) == [held.lease]
    again_ = claimed(jobs, owner="me")
    assert (again_.id, again_.retry_count) == (held.id, 1)


def test_after_a_restart_of_the_machine_the_wall_clock_says_when_a_job_is_due(
    store: SqliteStore,
) -> None:
    submit(store.jobs, delay=100)
    jobs = rebooted(store, seconds=60)
    assert jobs.next_due() == 0, "a claim looks"
    assert claim(jobs) is None
    assert jobs.next_due() == pytest.approx(40)
    step(jobs, YEAR)
    turn(jobs, 39.9)
    assert claim(jobs) is None, "seen once, it goes by the monotonic clock"
    turn(jobs, 0.2)
    assert claim(jobs) is not None


def test_a_job_that_fell_due_while_the_machine_was_off_runs_at_once(store: SqliteStore) -> None:
    submit(store.jobs, delay=100)
    assert claim(rebooted(store, seconds=DAY)) is not None


@pytest.mark.parametrize("back", [HOUR, YEAR])
def test_a_clock_set_back_over_a_restart_makes_no_job_wait_longer_than_was_asked(
    store: SqliteStore, back: float
) -> None:
    submit(store.jobs, delay=100)
    jobs = rebooted(store, seconds=-back)
    assert claim(jobs) is None
    assert jobs.next_due() == pytest.approx(100)


def test_a_job_keeps_its_age_over_a_restart_of_the_machine(store: SqliteStore) -> None:
    low = submit(store.jobs, priority=JobPriority.LOW)
    jobs = rebooted(store, seconds=150)
    submit(jobs, priority=JobPriority.HIGH)
    assert claimed(jobs).id == low.id


def test_a_duration_over_a_restart_of_the_machine_is_none(store: SqliteStore) -> None:
    submit(store.jobs)
    held = claimed(store.jobs)
    jobs = rebooted(store, seconds=30)
    [(_, seconds)] = jobs.running_since()
    assert seconds == pytest.approx(30)
    jobs.cancel(held.id)
    assert rows(store, "SELECT seconds FROM job") == [(None,)]


# ── retries ────────────────────────────────────────────────────────────────────────────────────


def test_pauses_before_retries_double_up_to_the_longest(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs, pauses = store.jobs, []
    submit(jobs, policy=RetryPolicy(max_retries=11))
    while (held := claim(jobs)) is not None:
        failed = jobs.fail(held.lease, FAILED)
        wait = jobs.next_due()
        if wait is None:
            break
        pauses.append(wait)
        clock.turn(wait - 0.25)
        assert claim(jobs) is None
        clock.turn(0.25)
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    assert (failed.status, failed.retry_count) == (JobStatus.FAILED, 11)


def test_a_failing_job_is_tried_four_times_by_default(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs = store.jobs
    job = submit(jobs)
    attempts = 0
    while (held := claim(jobs)) is not None:
        attempts += 1
        jobs.fail(held.lease, FAILED)
        clock.turn(jobs.next_due() or 0)
    assert attempts == 4
    found = again(jobs, job)
    assert (found.status, found.retry_count, found.error) == (JobStatus.FAILED, 3, FAILED)


def test_an_error_that_lasts_is_not_tried_again(store: SqliteStore) -> None:
    submit(store.jobs)
    failed = store.jobs.fail(claimed(store.jobs).lease, FAILED, lasting=True)
    assert (failed.status, failed.retry_count) == (JobStatus.FAILED, 0)


# ── ageing ─────────────────────────────────────────────────────────────────────────────────────


def test_a_waiting_job_rises_a_class_after_each_ageing_time(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs = store.jobs
    low = submit(jobs, priority=JobPriority.LOW)
    clock.turn(59)
    normal = submit(jobs)
    assert claimed(jobs).id == normal.id
    clock.turn(1)
    submit(jobs)
    high = submit(jobs, priority=JobPriority.HIGH)
    assert claimed(jobs).id == high.id
    assert claimed(jobs).id == low.id


def test_a_flood_of_high_jobs_does_not_stop_a_low_one(
    store: SqliteStore, clock: TurnableClock
) -> None:
    jobs = store.jobs
    low = submit(jobs, priority=JobPriority.LOW)
    for _ in range(121):
        submit(jobs, priority=JobPriority.HIGH)
        held = claimed(jobs)
        jobs.complete(held.lease, {})
        if held.id == low.id:
            break
        clock.turn(1)
    assert again(jobs, low).status is JobStatus.COMPLETED


def test_the_high_one_comes_before_those_that_waited_longer(store: SqliteStore) -> None:
    for _ in range(5):
        submit(store.jobs)
    high = submit(store.jobs, priority=JobPriority.HIGH)
    assert claimed(store.jobs).id == high.id


def test_within_a_class_the_oldest_is_first_over_all_types(store: SqliteStore) -> None:
    wanted = [submit(store.jobs, kind).id for kind in "abab"]
    assert [claimed(store.jobs, "b", "a").id for _ in wanted] == wanted


# ── rate limits ────────────────────────────────────────────────────────────────────────────────


def ask(
    jobs: SqliteJobs, who: str = "ada", action: str = "refresh", rate: Rate = FIVE, key: str = ""
) -> Job | int:
    """Ask for a refresh; return the job, or in how many seconds to ask again."""
    new = NewJob("a", {}, requested_by=who, action=action, rate=rate, key=key)
    try:
        return jobs.submit(new, queue_size=1000).job
    except RequestError as error:
        if error.code != "rate_limited":
            raise
        return int(error.data["retryAfter"])


@pytest.fixture
def limited(store: SqliteStore, clock: TurnableClock) -> SqliteJobs:
    """Jobs of which five were accepted, ten seconds from each other."""
    for _ in range(5):
        assert isinstance(ask(store.jobs), Job)
        clock.turn(10)
    return store.jobs


def test_the_sixth_refresh_is_refused_until_the_first_is_out_of_the_window(
    limited: SqliteJobs, clock: TurnableClock
) -> None:
    assert ask(limited) == 250
    clock.turn(249.5)
    assert ask(limited) == 1
    clock.turn(0.5)
    assert isinstance(ask(limited), Job)
    assert ask(limited) == 10


def test_refused_requests_are_not_counted(limited: SqliteJobs, clock: TurnableClock) -> None:
    for _ in range(50):
        assert isinstance(ask(limited), int)
    clock.turn(250)
    assert isinstance(ask(limited), Job)


def test_what_a_full_queue_refuses_is_not_counted(store: SqliteStore) -> None:
    for _ in range(9):
        with pytest.raises(RequestError, match="queue_size"):
            store.jobs.submit(NewJob("a", {}, requested_by="ada", rate=FIVE), queue_size=0)
    assert rows(store, "SELECT count(*) FROM rateuse") == [(0,)]


def test_joined_requests_are_counted(store: SqliteStore) -> None:
    found = [ask(store.jobs, key="all") for _ in range(6)]
    assert len({each.id for each in found[:5] if isinstance(each, Job)}) == 1
    assert found[5] == 300


def test_limits_are_for_one_requester_and_one_action(limited: SqliteJobs) -> None:
    assert isinstance(ask(limited), int)
    assert isinstance(ask(limited, who="bob"), Job)
    assert isinstance(ask(limited, action="create_project", rate=Rate(10, 3600)), Job)


def test_a_limit_with_a_long_window_is_not_forgotten_for_one_with_a_short(
    store: SqliteStore, clock: TurnableClock
) -> None:
    long = Rate(1, 1_000_000)
    assert isinstance(ask(store.jobs, action="create_project", rate=long), Job)
    clock.turn(2 * DAY)
    assert isinstance(ask(store.jobs), Job)
    store.jobs.cleanup(0)
    assert ask(store.jobs, action="create_project", rate=long) == 1_000_000 - 2 * DAY


@STEPS
def test_a_step_of_the_wall_clock_moves_no_limit(
    limited: SqliteJobs, clock: TurnableClock, step: float
) -> None:
    clock.step_wall(step)
    assert ask(limited) == 250
    clock.turn(250)
    assert isinstance(ask(limited), Job)


def test_a_limit_survives_the_end_of_the_process(
    limited: SqliteJobs, store: SqliteStore, path: Path, clock: TurnableClock
) -> None:
    assert ask(limited) == 250
    store.close()
    opened = open_store(path, clock)
    assert ask(opened.jobs) == 250
    opened.close()


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("off", "wait"), [(0, 250), (100, 150), (-HOUR, 300), (-YEAR, 300), (DAY, None)]
)
def test_a_limit_goes_by_the_wall_clock_over_a_restart_of_the_machine(
    store: SqliteStore, off: float, wait: int | None
) -> None:
    jobs = rebooted(store, seconds=off)
    found = ask(jobs)
    if wait is None:
        assert isinstance(found, Job)
        return
    assert found == wait
    step(jobs, YEAR)
    turn(jobs, wait)
    assert isinstance(ask(jobs), Job)


def test_old_uses_are_forgotten(limited: SqliteJobs, store: SqliteStore) -> None:
    assert isinstance(limited._clock, TurnableClock)
    limited._clock.turn(DAY)
    assert isinstance(ask(limited), Job)
    assert rows(store, "SELECT count(*) FROM rateuse") == [(1,)]
    limited._clock.turn(YEAR)
    limited.cleanup(0)
    assert rows(store, "SELECT count(*) FROM rateuse") == [(0,)]


def test_four_processes_share_a_limit(path: Path) -> None:
    store = open_store(path, SystemClock())
    effects = path.parent / "effects"
    children = [Child("ask", path, effects, "ada") for _ in range(4)]
    for child in children:
        child.until("ready")
    for child in children:
        child.go()
    assert sum(int(child.finish()) for child in children) == 5
    assert store.jobs.counts() == {"refresh": {"queued": 5}}
    store.close()
