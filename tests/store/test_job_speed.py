"""A table with very many jobs is quick.

Measured is processor time, so that a busy machine measures nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from job_values import claimed, fill, rows, submit
from sqlalchemy import event

from dbp.clock import TurnableClock
from dbp.job import JobPriority, JobStatus
from dbp.store.documents import SqliteStore, open_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """Make 200,000 jobs that ended and 100,000 that wait."""
    store = open_store(tmp_path_factory.mktemp("speed") / "index.db", TurnableClock())
    fill(store, 199_000, kind="scan", status=JobStatus.COMPLETED, events=2)
    fill(store, 500, kind="scan", status=JobStatus.FAILED, events=4)
    fill(store, 500, kind="refresh", status=JobStatus.COMPLETED, events=3)
    fill(store, 100_000, kind="low")
    yield store
    store.close()


def times(count: int, act: Callable[[], object]) -> list[float]:
    """Measure the milliseconds of processor time of each time."""
    found = []
    for _ in range(count):
        before = time.thread_time()
        act()
        found.append((time.thread_time() - before) * 1000)
    return sorted(found)


def test_taking_and_ending_a_job_takes_no_longer(full: SqliteStore) -> None:
    jobs = full.jobs

    def work() -> None:
        submit(jobs, "low", priority=JobPriority.HIGH, key="k")
        held = claimed(jobs, *"abcdef", "low")
        assert held.key == "k"
        jobs.complete(held.lease, {})

    # Counting what waits is the dearest part of it, with a bound of a million.
    assert times(50, work)[25] < 15
    claims = times(200, lambda: jobs.hand_back(claimed(jobs, *"abcdef", "low").lease))
    assert claims[100] < 5


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"types": ["scan"]},
        {"types": ["refresh"]},
        {"types": ["scan", "low", "refresh"], "statuses": list(JobStatus)},
        {"statuses": [JobStatus.FAILED]},
        {"statuses": [JobStatus.PROCESSING]},
        {"action": "refresh"},
        {"action": "none"},
        {"types": ["none"]},
        {"cursor": "1000"},
    ],
    ids=str,
)
def test_a_page_of_jobs_is_one_quick_query(full: SqliteStore, wanted: dict[str, object]) -> None:
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(full._database._readers, "before_cursor_execute", listen)
    try:
        full.jobs.list(**wanted)  # type: ignore[arg-type]
    finally:
        event.remove(full._database._readers, "before_cursor_execute", listen)
    assert len(said) == 1
    assert times(50, lambda: full.jobs.list(**wanted))[49] < 50  # type: ignore[arg-type]


def test_figures_of_all_types_are_quick(full: SqliteStore) -> None:
    types = ["scan", "refresh", "low", *"abcdefg"]
    found = full.jobs.figures(types)
    assert len(found["scan"].durations) == 100
    assert times(20, lambda: full.jobs.figures(types))[19] < 250
    assert times(20, full.jobs.counts)[19] < 200


def test_cleaning_never_holds_the_table_for_long(full: SqliteStore) -> None:
    jobs, forgotten = full.jobs, []
    slices = times(1002, lambda: forgotten.append(jobs.cleanup(float("inf"))))
    assert sum(forgotten) >= 200_000
    assert forgotten[-1] == 0
    assert slices[990] < 50
    assert rows(full, "SELECT count(*) FROM job") == [(100_000,)]
    assert rows(full, "SELECT count(*) FROM jobevent WHERE type = 'scan'") == [(0,)]
