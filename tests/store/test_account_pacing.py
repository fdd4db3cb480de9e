"""The pace: never above the limits, close to them when there is work, slower when throttled."""

from __future__ import annotations

import pytest
from account_values import NO_LIMITS, begin, make_call
from hypothesis import given, settings, strategies as st

from dbp.clock import TurnableClock
from dbp.meaning import Usage
from dbp.ports import Granted, Later, Limits
from dbp.store.account import SqliteAccount
from dbp.store.pacing import Pace, delay, paused, settled, slowed, taken

START = 1_700_000_000.0


def saturate(limits: Limits, tokens: int, seconds: float, pace: Pace | None = None) -> list[float]:
    """Ask as often as one may, always waiting as long as one is told; give the times."""
    pace = pace or Pace()
    now, times = START, []
    while now < START + seconds:
        wait = delay(pace, limits, tokens, now)
        if wait:
            now += wait
        else:
            pace = taken(pace, limits, tokens, now)
            times.append(now)
    return times


def busiest_minute(times: list[float]) -> int:
    best, first = 0, 0
    for last, moment in enumerate(times):
        while times[first] <= moment - 60:
            first += 1
        best = max(best, last - first + 1)
    return best


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 24, 25, 26, 51, 60, 100, 499, 500, 5000])
def test_no_minute_exceeds_the_requests_and_a_busy_one_reaches_them(limit: int) -> None:
    times = saturate(Limits(requests_per_minute=limit), 0, 600)
    assert busiest_minute(times) <= limit
    assert len(times) / 10 >= 0.95 * limit


@pytest.mark.parametrize(("limit", "size"), [(500_000, 7_000), (100_000, 500), (10_000, 400)])
def test_no_minute_exceeds_the_tokens_and_a_busy_one_reaches_them(limit: int, size: int) -> None:
    times = saturate(Limits(tokens_per_minute=limit), size, 600)
    assert busiest_minute(times) * size <= limit
    assert len(times) / 10 * size >= 0.95 * limit


def test_the_stricter_limit_decides() -> None:
    both = Limits(requests_per_minute=60, tokens_per_minute=3000)
    assert busiest_minute(saturate(both, 10, 300)) > 55
    assert busiest_minute(saturate(both, 100, 300)) <= 30


def test_a_call_larger_than_the_burst_passes_when_nothing_is_in_use() -> None:
    limits = Limits(tokens_per_minute=1000)
    assert delay(Pace(), limits, 5000, START) == 0
    after = taken(Pace(), limits, 5000, START)
    # At 16 tokens a second.
    assert delay(after, limits, 5000, START) == pytest.approx(312.5)
    assert delay(after, limits, 5000, START + 313) == 0


def test_a_pause_between_calls_is_no_licence_for_a_flood() -> None:
    limits = Limits(requests_per_minute=100)
    pace = taken(Pace(), limits, 0, START - 100_000)
    assert busiest_minute(saturate(limits, 0, 120, pace)) <= 100


def test_a_pause_halves_the_rate_once() -> None:
    slow = slowed(Pace(), START)
    assert (slow.factor, paused(slow, START)) == (0.5, 1.0)
    # Answers to what was asked before the pause.
    assert slowed(slow, START + 0.9) == slow
    slower = slowed(slow, START + 1)
    assert (slower.factor, paused(slower, START + 1)) == (0.25, 2.0)


def test_the_rate_has_a_floor_and_comes_back() -> None:
    pace, now = Pace(), START
    for _ in range(20):
        pace = slowed(pace, now)
        now = pace.not_before
    assert pace.factor == 0.05
    limits = Limits(requests_per_minute=1000)
    assert len(saturate(limits, 0, 600, pace._replace(at=START))) / 10 == pytest.approx(
        50, rel=0.06
    )
    pace = settled(pace, 0, success=False)
    assert pace.factor == 0.05
    for count in range(1, 20):
        pace = settled(pace, 0, success=True)
        assert pace.factor == pytest.approx(min(1.0, 0.05 + 0.05 * count))
    assert settled(pace, 0, success=True).factor == 1.0


def test_tokens_that_were_not_used_are_given_back() -> None:
    limits = Limits(tokens_per_minute=6000)
    pace = taken(Pace(), limits, 240, START)
    assert delay(pace, limits, 240, START) > 2
    assert delay(settled(pace, 200, success=True), limits, 200, START) == 0
    assert settled(pace, 10_000, success=True).tokens == 0
    # More than reserved is taken, too.
    assert settled(pace, -60, success=True).tokens == 300


@pytest.mark.parametrize("step", [-3600.0, -86400.0 * 3650])
def test_a_clock_that_is_stepped_back_stops_nothing(step: float) -> None:
    limits = Limits(requests_per_minute=5, tokens_per_minute=1000)
    pace = slowed(taken(taken(Pace(), limits, 999, START), limits, 999, START), START)
    assert delay(pace, limits, 999, START) > 30
    assert delay(pace, limits, 999, START + step) == 0
    assert paused(pace, START + step) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 300),
    st.lists(st.tuples(st.floats(0, 20), st.booleans()), min_size=1, max_size=150),
)
def test_no_way_of_asking_exceeds_the_limit(limit: int, moves: list[tuple[float, bool]]) -> None:
    limits = Limits(requests_per_minute=limit)
    pace, now, times = Pace(), START, []
    for pause, patient in moves:
        wait = delay(pace, limits, 0, now)
        if patient:
            now += wait
        if not delay(pace, limits, 0, now):
            pace = taken(pace, limits, 0, now)
            times.append(now)
        now += pause
    assert busiest_minute(times) <= limit


# ── in the account ─────────────────────────────────────────────────────────────────────────────


def run(
    account: SqliteAccount, clock: TurnableClock, limits: Limits, seconds: float, name: str = "k"
) -> list[float]:
    """Make calls for so long, one after the other, waiting as told."""
    end, times = clock.now() + seconds, []
    while clock.now() < end:
        answer = account.begin_call(make_call(f"{name}{len(times)}"), limits)
        if isinstance(answer, Granted):
            times.append(clock.now())
            account.end_call(answer.call_id, "done", Usage(100), 0.0, 1)
        else:
            assert isinstance(answer, Later)
            clock.turn(answer.seconds)
    return times


def test_calls_keep_to_the_rate(account: SqliteAccount, clock: TurnableClock) -> None:
    limits = Limits(requests_per_minute=100)
    times = run(account, clock, limits, 180)
    assert busiest_minute(times) <= 100
    assert len(times) >= 0.95 * 300
    answers = [account.begin_call(make_call(f"more{number}"), limits) for number in range(6)]
    last = answers[-1]
    assert isinstance(last, Later)
    assert (last.why, 0 < last.seconds < 1) == ("rate", True)


def test_a_model_has_its_own_rate(account: SqliteAccount) -> None:
    limits = Limits(requests_per_minute=1)
    begin(account, "a", limits)
    assert account.begin_call(make_call("b"), limits) == Later(60.0, "rate")
    begin(account, "b", limits, model="another")


def test_waiting_for_the_rate_leaves_no_trace(account: SqliteAccount) -> None:
    limits = Limits(requests_per_minute=1)
    begin(account, "a", limits)
    before = account.spent(), account.calls(), account.version()
    for _ in range(3):
        assert account.begin_call(make_call("b"), limits) == Later(60.0, "rate")
    assert (account.spent(), account.calls(), account.version()) == before


def test_further_requests_of_a_call_are_counted_and_not_held_up(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    limits = Limits(requests_per_minute=60)
    number = begin(account, "a", limits)
    for _ in range(4):
        assert account.begin_attempt(number, limits) == Granted(number)
    account.throttled("a-model")
    assert account.begin_attempt(number, limits) == Granted(number)
    account.end_call(number, "timeout", Usage(), 0.0, 6)
    clock.turn(1.5)
    answer = account.begin_call(make_call("b"), limits)
    assert isinstance(answer, Later)
    assert answer.seconds > 3


def test_throttling_slows_down_and_successes_speed_up_again(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    limits = Limits(requests_per_minute=100)
    account.throttled("a-model")
    assert account.begin_call(make_call(), limits) == Later(pytest.approx(1.0), "throttled")
    clock.turn(1)
    account.throttled("a-model")
    clock.turn(2)
    slow = run(account, clock, limits, 10, "slow")
    # From a quarter of the rate upwards; the whole of it would be 16 in 10 s, and a burst.
    assert slow[1] - slow[0] > 1.5
    assert len(slow) < 13
    run(account, clock, limits, 60, "recovering")
    assert len(run(account, clock, limits, 60, "normal")) >= 95


def test_without_a_limit_only_the_pause_slows(account: SqliteAccount, clock: TurnableClock) -> None:
    account.throttled("a-model")
    assert account.begin_call(make_call("a"), NO_LIMITS) == Later(pytest.approx(1.0), "throttled")
    begin(account, "other", model="another")
    clock.turn(1.001)
    for number in range(50):
        begin(account, f"k{number}")


def test_tokens_of_a_failed_call_come_back(account: SqliteAccount) -> None:
    limits = Limits(tokens_per_minute=2500)
    number = begin(account, "a", limits)
    assert isinstance(account.begin_call(make_call("b"), limits), Later)
    account.end_call(number, "throttled", Usage(), 0.0, 1)
    begin(account, "b", limits)
