"""Figures of operations: percentiles, windows by the clock, what counts as which."""

from __future__ import annotations

import statistics
import threading

import pytest
from hypothesis import given, strategies as st

from dbp.clock import TurnableClock
from dbp.figures import RING, Operations, Usage, Window, mean, percentile, percentiles_json, ratio

DURATIONS = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([15, 20, 35, 40, 50], 5, 15),
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 50, 35),
        ([15, 20, 35, 40, 50], 100, 50),
        ([7], 99, 7),
        ([3, 1, 2], 0, 1),
    ],
)
def test_percentiles_are_by_nearest_rank(
    values: list[float], percent: float, expected: float
) -> None:
    """The first five are the textbook's example."""
    assert percentile(values, percent) == expected


@given(DURATIONS, st.floats(0, 100))
def test_a_percentile_is_a_measured_value_that_as_many_do_not_exceed(
    values: list[float], percent: float
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-9


@given(DURATIONS)
def test_percentiles_rise_and_the_mean_lies_between_the_ends(values: list[float]) -> None:
    found = list(percentiles_json(values).values())
    assert found == sorted(found)
    assert mean(values) == pytest.approx(statistics.fmean(values))


def test_of_nothing_there_is_no_figure() -> None:
    assert percentile([], 50) is None
    assert mean([]) is None
    assert ratio(0, 0) is None
    assert percentiles_json([]) == {"p50": None, "p95": None, "p99": None}


def test_h12_a_window_forgets_by_the_clock() -> None:
    """Row H12."""
    clock = TurnableClock()
    operations = Operations(clock)
    operations.failed()
    clock.turn(60)
    operations.failed(again=True)
    assert operations.figures().errors_last_hour == 2
    clock.turn(3540)
    assert operations.figures().errors_last_hour == 1
    clock.turn(61)
    assert operations.figures().errors_last_hour == 0


def test_a_stepped_wall_clock_moves_no_window() -> None:
    clock = TurnableClock()
    operations = Operations(clock)
    operations.failed()
    clock.step_wall(86_400)
    assert operations.figures().errors_last_hour == 1


def test_a_window_stays_small_whatever_happens() -> None:
    window = Window(10)
    for number in range(100_000):
        window.add(number / 1000)
    assert len(window._counts) <= 11
    assert window.count(100) == pytest.approx(10_000, abs=1000)


def test_h8_and_h9_a_repeated_failure_is_a_retry_and_only_the_last_one_a_failure() -> None:
    """Rows H8 and H9, fault B51: one that fails three times failed once and was repeated twice."""
    operations = Operations(TurnableClock())
    operations.failed(again=True)
    operations.failed(again=True)
    operations.failed()
    found = operations.figures()
    assert (found.failed, found.retried, found.completed) == (1, 2, 0)
    assert found.errors_last_hour == 3


def test_h10_the_mean_moves_with_the_last_hundred() -> None:
    """Row H10."""
    operations = Operations(TurnableClock())
    for _ in range(RING):
        operations.done(1.0)
    assert mean(operations.figures().durations) == 1.0
    for _ in range(RING // 2):
        operations.done(3.0)
    assert mean(operations.figures().durations) == 2.0
    operations.done(5.0, count=1000)
    found = operations.figures()
    assert mean(found.durations) == 5.0
    assert found.completed == RING + RING // 2 + 1000


def test_h11_the_last_time_is_the_newest() -> None:
    """Row H11."""
    clock = TurnableClock()
    operations = Operations(clock)
    assert operations.figures().last_at is None
    operations.done(0.1)
    clock.turn(5)
    operations.done(0.1)
    assert operations.figures().last_at == clock.now()


def test_s10_nothing_is_lost_between_threads() -> None:
    """Row S10."""
    operations, usage = Operations(TurnableClock()), Usage()

    def work() -> None:
        for number in range(2000):
            operations.done(0.001)
            operations.failed(again=number % 2 == 0)
            usage.count("hover")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = operations.figures()
    assert (found.completed, found.failed, found.retried) == (16_000, 8000, 8000)
    assert usage.to_json() == {"hover": 16_000}
