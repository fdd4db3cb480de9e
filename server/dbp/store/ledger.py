"""The ledger inside one transaction: what a call reserves, and what is true of it in the end.

A line is written before a request leaves, with the most it can take; nothing but the truth ever
frees that. `total` sums up the lines and is written with each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dbp.meaning import Usage
from dbp.ports import CallStart, Granted, Later, Limits, Refused
from dbp.store import pacing
from dbp.store.account_tables import ALL_SLOTS, SLOT_SECONDS
from dbp.store.budget import Day, Spending, Sum, local_day, sum_of, to_money, verdict
from dbp.store.ledger_sql import (
    ADD,
    AGAIN,
    FOUND,
    KEEP,
    LINE,
    LOSE,
    OPEN,
    PACE,
    SET_PACE,
    SETTLE,
    SPENT,
    SUMMED,
    WRITE,
)
from dbp.store.pacing import Pace

# Beyond a call's own time: its process was stopped for a moment, or the machine slept.
_MARGIN_SECONDS = 10.0
# Who waits for another process looks again this soon: that one may end long before it must.
_PATIENCE_SECONDS = 5.0
# A call that began further ahead than this began before the clock was stepped back.
_STEP_SECONDS = 60.0
_UNSETTLED = ("open", "lost")

Answer = Granted | Later | Refused


class _Running(NamedTuple):
    """A call that nobody ended yet."""

    call_id: int
    key: str
    at: float
    expires_at: float
    reserved: Sum


def begin(connection: Connection, call: CallStart, limits: Limits, now: float) -> Answer:
    """Reserve the key, the budget and the rate and write the line; or write none and say why."""
    running = _running(connection, now)
    claimed = [each.expires_at - now for each in running if each.key == call.key]
    if claimed:
        return Later(min(_PATIENCE_SECONDS, *claimed), "claimed")
    if call.found is not None and _changed(connection, call.key, call.found):
        return Later(0.0, "claimed")
    most = Sum(call.tokens, to_money(call.usd))
    against = _over_budget(connection, limits, most, running, now)
    if against is not None:
        return against
    pace = _pace(connection, call.model)
    pause = pacing.paused(pace, now)
    if pause:
        return Later(pause, "throttled")
    delay = pacing.delay(pace, limits, call.tokens, now)
    if delay:
        return Later(delay, "throttled" if pace.factor < 1 else "rate")
    _set(connection, call.model, pacing.taken(pace, limits, call.tokens, now))
    written = connection.execute(WRITE, _line(call, most, now))
    _count(connection, now, most, calls=1, input_tokens=most.tokens, sent_bytes=call.body_bytes)
    return Granted(int(written.lastrowid))


def again(connection: Connection, number: int, limits: Limits, now: float) -> Answer:
    """Reserve one more request of a running call; the rate is counted and never waited for."""
    line = connection.execute(LINE, {"number": number}).first()
    if line is None or line.outcome != "open":
        # It took so long that its key was given up: another process may have it by now.
        return Later(0.0, "claimed")
    others = [each for each in _running(connection, now, but=number) if each.call_id != number]
    most = Sum(line.request_tokens, line.request_money)
    against = _over_budget(connection, limits, most, others, now)
    if against is not None:
        return against
    pace = _pace(connection, line.model)
    _set(connection, line.model, pacing.taken(pace, limits, most.tokens, now))
    connection.execute(AGAIN, {"number": number})
    _count(connection, line.at, most, input_tokens=most.tokens, sent_bytes=line.body_bytes)
    return Granted(number)


class Truth(NamedTuple):
    """What is true of a call in the end; `meaning` is what was paid for."""

    outcome: str
    usage: Usage
    money: int
    attempts: int
    meaning: bytes | None


def end(connection: Connection, number: int, truth: Truth, now: float) -> None:
    """Put the truth in the place of what was reserved; only the first end of a call counts."""
    outcome, usage, money, attempts, meaning = truth
    line = connection.execute(LINE, {"number": number}).first()
    if line is None or line.outcome not in _UNSETTLED:
        return
    settled = {"outcome": outcome, "ended_at": now, "attempts": attempts, "money": money}
    connection.execute(SETTLE, {"number": number, **settled, **usage._asdict()})
    unused = _tokens(line) - usage.total
    _count(
        connection,
        line.at,
        Sum(-unused, money - line.money),
        input_tokens=usage.input_tokens - line.input_tokens,
        output_tokens=usage.output_tokens - line.output_tokens,
        sent_bytes=line.body_bytes * (attempts - line.attempts),
    )
    pace = pacing.settled(_pace(connection, line.model), unused, success=outcome == "done")
    _set(connection, line.model, pace)
    if meaning is not None:
        kept = {"key": line.key, "model": line.model, "created_at": now, "payload": meaning}
        connection.execute(KEEP, kept)


def slow_down(connection: Connection, model: str, now: float) -> None:
    """Slow every process down that asks this model."""
    _set(connection, model, pacing.slowed(_pace(connection, model), now))


def spent(connection: Connection, day: Day) -> tuple[Sum, Sum]:
    """Sum up a day, and everything."""
    span = {"first": int(day.start // SLOT_SECONDS), "past": int(day.end // SLOT_SECONDS)}
    found = {part: Sum(tokens, money) for part, tokens, money in connection.execute(SPENT, span)}
    return found[1], found.get(2, Sum())


def _running(connection: Connection, now: float, but: int = 0) -> list[_Running]:
    """Read the calls nobody ended, and give those up that must be over: their process died.

    What those reserved stays spent. `but` is one that lives, because it asks.
    """
    found = [
        _Running(number, key, at, expires_at, Sum(tokens, money))
        for number, key, at, expires_at, tokens, money in connection.execute(OPEN)
    ]
    lost = {
        each.call_id
        for each in found
        if each.call_id != but and (each.expires_at <= now or each.at > now + _STEP_SECONDS)
    }
    if lost:
        connection.execute(LOSE, {"ids": sorted(lost), "now": now})
    return [each for each in found if each.call_id not in lost]


def _over_budget(
    connection: Connection,
    limits: Limits,
    most: Sum,
    running: Sequence[_Running],
    now: float,
) -> Refused | Later | None:
    day = local_day(now)
    today, total = spent(connection, day)
    reserved_today = sum_of(each.reserved for each in running if day.start <= each.at < day.end)
    reserved = sum_of(each.reserved for each in running)
    found = verdict(limits, most, Spending(today, total, reserved_today, reserved))
    if not found.why:
        return None
    if found.reserved:
        soonest = min(each.expires_at for each in running) - now
        return Later(min(_PATIENCE_SECONDS, max(soonest, 0.0)), "reserved")
    return Refused(found.why, day.end if found.why.startswith("daily") else None)


def _changed(connection: Connection, key: str, found: bytes) -> bool:
    """Tell whether somebody paid for this key since the caller looked."""
    there = connection.execute(FOUND, {"key": key}).scalar_one_or_none()
    return there is not None and there != found


def _line(call: CallStart, most: Sum, now: float) -> dict[str, Any]:
    return {
        "key": call.key,
        "at": now,
        "expires_at": now + call.seconds + _MARGIN_SECONDS,
        "root": call.root,
        "path": call.path,
        "content_hash": call.content_hash,
        "model": call.model,
        "region": call.region,
        "host": call.host,
        "body_bytes": call.body_bytes,
        "digest": call.digest,
        "units": call.units,
        "redactions": call.redactions,
        "truncated": call.truncated,
        "reason": call.reason,
        "outcome": "open",
        "attempts": 1,
        **Usage(input_tokens=most.tokens)._asdict(),
        "money": most.money,
        "request_tokens": most.tokens,
        "request_money": most.money,
    }


def _tokens(line: Any) -> int:
    return Usage(*(getattr(line, name) for name in Usage._fields)).total


def _count(connection: Connection, at: float, change: Sum, **shown: int) -> None:
    """Add to the sums what a line changed by."""
    row = {**dict.fromkeys(SUMMED, 0), **change._asdict(), **shown}
    slots = (int(at // SLOT_SECONDS), ALL_SLOTS)
    connection.execute(ADD, [{"slot": slot, **row} for slot in slots])


def _pace(connection: Connection, model: str) -> Pace:
    row = connection.execute(PACE, {"name": model}).first()
    return Pace() if row is None else Pace(*(getattr(row, name) for name in Pace._fields))


def _set(connection: Connection, model: str, pace: Pace) -> None:
    connection.execute(SET_PACE, {"model": model, **pace._asdict()})
