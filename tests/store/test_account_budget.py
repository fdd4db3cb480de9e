"""Budgets: they stop within one call, survive everything, and a day is the user's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from account_values import MARGIN, NO_LIMITS, SECONDS, begin, make_call, spend

from dbp.clock import TurnableClock
from dbp.meaning import Usage
from dbp.ports import Granted, Later, Limits, Refused
from dbp.store.account import SqliteAccount, open_account
from dbp.store.budget import Spending, Sum, Verdict, local_day, to_money, to_usd, verdict

CAPS = {
    "daily_tokens": Limits(daily_tokens=1000),
    "daily_usd": Limits(daily_usd=0.1),
    "total_tokens": Limits(total_tokens=1000),
    "total_usd": Limits(total_usd=0.1),
}


def at(text: str) -> float:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


# ── the arithmetic ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone_name", "moment", "hours"),
    [
        ("UTC", "2026-05-05T23:59:59.9", 24),
        ("Europe/Berlin", "2026-03-29T10:00", 23),
        ("Europe/Berlin", "2026-10-25T00:30", 25),
        ("Europe/Berlin", "2026-10-25T22:59", 25),
        ("America/New_York", "2026-11-02T04:59", 25),
        ("Asia/Kathmandu", "2026-01-01T00:00", 24),
        ("Australia/Lord_Howe", "2026-10-03T20:00", 23.5),
        ("Asia/Beirut", "2026-03-28T23:00", 23),  # midnight itself does not exist
        ("America/Havana", "2026-11-01T12:00", 25),  # midnight comes twice
    ],
)
def test_a_day_is_the_users_own(
    zone: Callable[[str], None], zone_name: str, moment: str, hours: float
) -> None:
    zone(zone_name)
    now = at(moment)
    day = local_day(now)
    assert day.start <= now < day.end
    assert (day.end - day.start) / 3600 == hours
    assert local_day(day.start) == day
    assert local_day(day.end - 0.001) == day
    assert local_day(day.end).start == day.end


def test_money_is_exact_for_the_cheapest_token_and_the_largest_budget() -> None:
    assert to_money(0.000001 / 1e6) == 1
    assert to_money(1_000_000) == 10**18
    assert to_money(float("inf")) == 10**18
    assert to_money(-1.0) == 0
    assert to_usd(to_money(0.1) * 3) == 0.3


@pytest.mark.parametrize(
    ("limits", "spent", "reserved", "expected"),
    [
        (Limits(), 10**9, 0, Verdict()),
        (Limits(total_tokens=100), 90, 0, Verdict()),
        (Limits(total_tokens=100), 91, 0, Verdict("total_tokens")),
        (Limits(total_tokens=100), 95, 5, Verdict("total_tokens", reserved=True)),
        (Limits(total_tokens=100), 95, 4, Verdict("total_tokens")),
        (Limits(total_tokens=5), 0, 0, Verdict("total_tokens")),
        (Limits(daily_tokens=100, total_tokens=100), 95, 0, Verdict("total_tokens")),
        (Limits(daily_tokens=90, total_tokens=100), 95, 5, Verdict("daily_tokens")),
    ],
)
def test_a_budget_holds_what_is_spent_reserved_and_asked_for(
    limits: Limits, spent: int, reserved: int, expected: Verdict
) -> None:
    both, held = Sum(spent, spent), Sum(reserved, reserved)
    assert verdict(limits, Sum(10, 10), Spending(both, both, held, held)) == expected


# ── in the ledger ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("why", CAPS)
def test_a_budget_stops_within_one_call(account: SqliteAccount, why: str) -> None:
    limits = CAPS[why]
    for number in range(11):
        answer = account.begin_call(make_call(f"k{number}"), limits)
        if number == 10:
            break
        assert isinstance(answer, Granted)
        account.end_call(answer.call_id, "done", Usage(100), 0.01, 1)
    assert isinstance(answer, Refused)
    assert answer.why == why
    assert account.spent().total_tokens == 1000
    assert account.spent().total_usd == 0.1
    assert len(account.calls()) == 10


@pytest.mark.parametrize("why", CAPS)
def test_a_refusal_leaves_no_trace(account: SqliteAccount, why: str) -> None:
    spend(account, "before", 1000, 0.1)
    before = account.spent(), account.calls(), account.version()
    assert isinstance(account.begin_call(make_call(), CAPS[why]), Refused)
    assert (account.spent(), account.calls(), account.version()) == before
    begin(account)  # no claim is left either


@pytest.mark.parametrize("why", CAPS)
def test_requests_of_one_call_count_too(account: SqliteAccount, why: str) -> None:
    spend(account, "before", 750, 0.075)
    number = begin(account, limits=CAPS[why])
    assert account.begin_attempt(number, CAPS[why]) == Granted(number)
    answer = account.begin_attempt(number, CAPS[why])
    assert isinstance(answer, Refused)
    assert answer.why == why
    found = account.call(number)
    assert found is not None
    assert found.attempts == 2
    assert account.spent().total_tokens == 950


def test_what_running_calls_reserve_is_waited_for(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    limits = Limits(daily_tokens=250)
    first, second = begin(account, "a", limits), begin(account, "b", limits)
    assert account.begin_call(make_call("c"), limits) == Later(5.0, "reserved")
    assert account.begin_attempt(first, limits) == Later(5.0, "reserved")
    clock.turn(SECONDS + MARGIN - 1)
    assert account.begin_call(make_call("c"), limits) == Later(1.0, "reserved")
    account.end_call(first, "done", Usage(10), 0.0, 1)
    begin(account, "c", limits)
    account.end_call(second, "done", Usage(120), 0.0, 1)
    answer = account.begin_call(make_call("d"), limits)
    assert answer == Later(5.0, "reserved")


def test_a_total_budget_never_comes_back_by_itself(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    spend(account, "a", 1000)
    for _ in range(3):
        answer = account.begin_call(make_call(), CAPS["total_tokens"])
        assert answer == Refused("total_tokens", None)
        clock.turn(400 * 86400)
    begin(account, limits=Limits(total_tokens=1100))


@pytest.mark.parametrize(
    ("zone_name", "moment", "midnight"),
    [
        ("UTC", "2026-05-05T12:00", "2026-05-06T00:00"),
        ("Europe/Berlin", "2026-03-28T23:30", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-24T22:30", "2026-10-25T23:00"),
        ("America/Los_Angeles", "2026-07-01T06:59:59", "2026-07-01T07:00"),
        ("Asia/Kolkata", "2026-07-01T18:31", "2026-07-02T18:30"),
    ],
)
def test_a_day_begins_anew_at_the_users_midnight(
    account_file: Path, zone: Callable[[str], None], zone_name: str, moment: str, midnight: str
) -> None:
    zone(zone_name)
    clock = TurnableClock(at(moment))
    account = open_account(account_file, clock)
    spend(account, "a", 1000, 0.1)
    daily = ("daily_tokens", "daily_usd")
    for why in daily:
        assert account.begin_call(make_call(), CAPS[why]) == Refused(why, at(midnight))
    clock.turn(at(midnight) - at(moment) - 0.5)
    for why in daily:
        assert account.begin_call(make_call(), CAPS[why]) == Refused(why, at(midnight))
    assert account.spent().day_tokens == 1000
    clock.turn(0.5)
    assert (account.spent().day_tokens, account.spent().day_usd) == (0, 0.0)
    for why in daily:
        begin(account, why, CAPS[why])
    account.close()


def test_a_budget_survives_a_restart(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    spend(account, "a", 950)
    account.close()
    for _ in range(3):
        again = open_account(account_file, clock)
        assert isinstance(again.begin_call(make_call(), CAPS["daily_tokens"]), Refused)
        again.close()


def test_a_smaller_budget_holds_at_once_and_a_larger_one_opens(account: SqliteAccount) -> None:
    spend(account, "a", 500)
    assert isinstance(account.begin_call(make_call(), Limits(daily_tokens=100)), Refused)
    begin(account, limits=Limits(daily_tokens=10_000))


def test_calls_that_were_lost_stay_spent(account: SqliteAccount, clock: TurnableClock) -> None:
    limits = Limits(total_tokens=250)
    for key in "ab":
        begin(account, key, limits)
    clock.turn(SECONDS + MARGIN)
    assert account.begin_call(make_call("c"), limits) == Refused("total_tokens", None)


def test_a_call_counts_on_the_day_it_began(account_file: Path, zone: Callable[[str], None]) -> None:
    zone("UTC")
    clock = TurnableClock(at("2026-05-05T23:59:50"))
    account = open_account(account_file, clock)
    number = begin(account)
    clock.turn(20)
    account.end_call(number, "done", Usage(70), 0.0, 1)
    assert account.spent().day_tokens == 0
    assert account.spent().total_tokens == 70
    account.close()


def test_no_limit_is_no_limit(account: SqliteAccount) -> None:
    spend(account, "a", 10**12, 10**6)
    spend(account, "b", 10**12, 10**6)
    begin(account, limits=NO_LIMITS)
    assert account.spent().total_usd == 2 * 10**6 + 0.01
