"""The ledger: every call has its line, the most it can take counts until the truth is known."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from account_values import MARGIN, NO_LIMITS, SECONDS, begin, make_call, spend

from dbp.clock import TurnableClock
from dbp.meaning import Usage
from dbp.ports import CallRecord, Granted, Later, Spent
from dbp.store.account import SqliteAccount, open_account

TRUTH = Usage(40, 20, 5, 3)


def line(account: SqliteAccount, number: int) -> CallRecord:
    found = account.call(number)
    assert found is not None
    return found


def totals(account: SqliteAccount, since: float | None = None) -> tuple[int, float]:
    found = account.spent(since)
    return found.total_tokens, found.total_usd


def test_a_call_has_its_line_before_anything_leaves(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    assert line(account, number) == CallRecord(
        call_id=number,
        at=clock.now(),
        ended_at=None,
        root="/home/ann/project",
        path="k.py",
        content_hash="blake2b:k",
        model="a-model",
        region="eu-west-1",
        host="bedrock.example",
        body_bytes=1000,
        digest="blake2b:body",
        units=3,
        redactions=1,
        truncated=True,
        reason="open in an editor",
        outcome="open",
        attempts=1,
        input_tokens=100,
        output_tokens=0,
        cache_read_tokens=0,
        cache_write_tokens=0,
        usd=0.01,
    )
    assert totals(account) == (100, 0.01)


def test_the_truth_takes_the_place_of_what_was_reserved(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    before = line(account, number)
    clock.turn(2)
    account.end_call(number, "done", TRUTH, 0.004, 2, meaning=b"said")
    assert line(account, number) == replace(
        before,
        ended_at=clock.now(),
        outcome="done",
        attempts=2,
        usd=0.004,
        **TRUTH._asdict(),
    )
    assert totals(account) == (TRUTH.total, 0.004)
    assert account.meanings(["k", "other"]) == {"k": b"said"}


@pytest.mark.parametrize("outcome", ["throttled", "timeout", "invalid_response"])
def test_a_call_that_brought_nothing_costs_what_it_took(
    account: SqliteAccount, outcome: str
) -> None:
    number = begin(account)
    account.end_call(number, outcome, Usage(7), 0.001, 3)
    assert line(account, number).outcome == outcome
    assert totals(account) == (7, 0.001)
    assert account.meanings(["k"]) == {}


def test_only_the_first_end_counts(account: SqliteAccount) -> None:
    number = begin(account)
    account.end_call(number, "done", TRUTH, 0.004, 1, meaning=b"first")
    ended = line(account, number)
    account.end_call(number, "timeout", Usage(9000), 9.0, 9, meaning=b"second")
    account.end_call(number + 1, "done", Usage(9000), 9.0, 9, meaning=b"nobody's")
    assert line(account, number) == ended
    assert totals(account) == (TRUTH.total, 0.004)
    assert account.meanings(["k"]) == {"k": b"first"}


def test_another_request_of_a_call_is_reserved_on_top(account: SqliteAccount) -> None:
    number = begin(account)
    assert account.begin_attempt(number, NO_LIMITS) == Granted(number)
    assert account.begin_attempt(number, NO_LIMITS) == Granted(number)
    found = line(account, number)
    assert (found.attempts, found.input_tokens, found.usd) == (3, 300, 0.03)
    assert totals(account) == (300, 0.03)
    assert account.spent().sent_bytes == 3000
    account.end_call(number, "done", TRUTH, 0.004, 3)
    assert totals(account) == (TRUTH.total, 0.004)


# ── one live call a key ────────────────────────────────────────────────────────────────────────


def test_a_key_has_one_live_call(account: SqliteAccount) -> None:
    number = begin(account)
    assert account.begin_call(make_call(), NO_LIMITS) == Later(5.0, "claimed")
    begin(account, "another")
    account.end_call(number, "timeout", Usage(), 0.0, 1)
    begin(account)


def test_a_claim_is_waited_for_no_longer_than_it_can_last(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    begin(account)
    clock.turn(SECONDS + MARGIN - 2)
    assert account.begin_call(make_call(), NO_LIMITS) == Later(2.0, "claimed")
    clock.turn(2)
    begin(account)


def test_a_call_that_never_ends_is_lost_and_its_most_is_spent(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    clock.turn(SECONDS + MARGIN)
    begin(account, "another", tokens=1, usd=0.0)
    lost = line(account, number)
    assert (lost.outcome, lost.ended_at) == ("lost", clock.now())
    assert (lost.input_tokens, lost.usd) == (100, 0.01)
    assert totals(account) == (101, 0.01)


def test_a_lost_call_that_ends_after_all_is_corrected(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    clock.turn(SECONDS + MARGIN)
    again = begin(account)
    account.end_call(number, "done", TRUTH, 0.004, 1, meaning=b"late")
    assert line(account, number).outcome == "done"
    assert totals(account) == (TRUTH.total + 100, 0.014)
    assert account.meanings(["k"]) == {"k": b"late"}
    assert line(account, again).outcome == "open"


def test_a_call_that_lost_its_key_makes_no_further_request(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    clock.turn(SECONDS + MARGIN)
    begin(account)
    assert account.begin_attempt(number, NO_LIMITS) == Later(0.0, "claimed")
    assert account.begin_attempt(12345, NO_LIMITS) == Later(0.0, "claimed")
    assert line(account, number).attempts == 1


def test_a_call_that_asks_again_late_still_lives(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    clock.turn(SECONDS + MARGIN)
    assert account.begin_attempt(number, NO_LIMITS) == Granted(number)


def test_a_clock_that_is_stepped_back_blocks_no_key(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    number = begin(account)
    clock.step_wall(-10 * 365 * 86400.0)
    begin(account)
    assert line(account, number).outcome == "lost"
    assert totals(account) == (200, 0.02)


def test_what_somebody_paid_for_since_one_looked_is_not_paid_again(
    account: SqliteAccount,
) -> None:
    spend(account, "k", 1, meaning=b"said")
    assert account.begin_call(make_call(found=b""), NO_LIMITS) == Later(0.0, "claimed")
    assert account.begin_call(make_call(found=b"old"), NO_LIMITS) == Later(0.0, "claimed")
    number = begin(account, found=b"said")
    account.end_call(number, "done", Usage(), 0.0, 1, meaning=b"said more")
    begin(account, "new", found=b"")
    begin(account, found=None)


def test_a_meaning_that_comes_again_replaces_the_old_one(account: SqliteAccount) -> None:
    spend(account, "k", 1, meaning=b"part")
    spend(account, "k", 1, meaning=b"whole")
    assert account.meanings(["k"]) == {"k": b"whole"}


def test_many_meanings_are_fetched_in_parts(account: SqliteAccount) -> None:
    for number in range(3):
        spend(account, f"k{number}", 1, meaning=b"%d" % number)
    keys = [f"k{number}" for number in range(1700)]
    assert account.meanings(iter(keys)) == {"k0": b"0", "k1": b"1", "k2": b"2"}
    assert account.meanings([]) == {}


# ── reading it ─────────────────────────────────────────────────────────────────────────────────


def test_the_ledger_is_listed_newest_first_in_pages(account: SqliteAccount) -> None:
    odd = os.fsdecode(b"/w\xff")
    numbers = [spend(account, f"k{number}", 1) for number in range(5)]
    there = begin(account, "there", root=odd, path=os.fsdecode(b"\xfe.py"))
    assert [each.call_id for each in account.calls()] == [there, *reversed(numbers)]
    assert [each.call_id for each in account.calls(2)] == [there, numbers[4]]
    assert [each.call_id for each in account.calls(2, before=numbers[2])] == [
        numbers[1],
        numbers[0],
    ]
    (found,) = account.calls(root=odd)
    assert (found.root, found.path) == (odd, os.fsdecode(b"\xfe.py"))
    assert len(account.calls(root="/home/ann/project")) == 5
    assert account.calls(root="/elsewhere") == []
    assert account.call(there + 1) is None


def test_what_was_spent_is_added_up(account: SqliteAccount, clock: TurnableClock) -> None:
    assert account.spent() == Spent(0, 0.0, 0, 0.0, 0, 0, 0, 0)
    first = begin(account, "a")
    account.end_call(first, "done", TRUTH, 0.25, 2)
    clock.turn(100_000)
    later = clock.now()
    begin(account, "b")
    assert account.spent() == Spent(
        day_tokens=100,
        day_usd=0.01,
        total_tokens=168,
        total_usd=0.26,
        calls=2,
        input_tokens=140,
        output_tokens=20,
        sent_bytes=3000,
    )
    assert account.spent(since=later) == Spent(100, 0.01, 100, 0.01, 1, 100, 0, 1000)
    assert account.spent(since=0.0) == account.spent()
    assert account.spent(since=later + 1).calls == 0


def test_the_sums_are_those_of_the_lines_whatever_happened(
    account: SqliteAccount, clock: TurnableClock
) -> None:
    for number in range(40):
        call = begin(account, f"k{number}", tokens=number, usd=number / 7e5)
        for _ in range(number % 3):
            account.begin_attempt(call, NO_LIMITS)
        if number % 4:
            usage = Usage(number, 2, 3, number % 5)
            account.end_call(call, "done", usage, number / 9e5, number % 3)
        clock.turn(701)
    assert account.spent() == account.spent(since=0.0)
    with account._database.read() as connection:
        ever, parts = connection.exec_driver_sql(
            "SELECT sum(money) FILTER (WHERE slot = -1), sum(money) FILTER (WHERE slot > 0)"
            " FROM total"
        ).one()
    assert ever == parts > 0


def test_everything_is_there_after_reopening(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    spend(account, "a", 50, 0.5, b"said")
    number = begin(account, "b")
    before = account.spent(), account.calls()
    account.close()
    again = open_account(account_file, clock)
    assert (again.spent(), again.calls()) == before
    assert again.meanings(["a"]) == {"a": b"said"}
    assert again.begin_call(make_call("b"), NO_LIMITS) == Later(5.0, "claimed")
    again.end_call(number, "done", Usage(1), 0.0, 1)
    assert again.spent().total_tokens == 51
    again.close()
