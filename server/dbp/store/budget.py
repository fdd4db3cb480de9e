"""Whether one more request fits into the budgets: arithmetic only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from dbp.ports import Limits

_UNITS_A_USD = 10**12
# No honest call costs more; a sum of many would not fit into SQLite's integers.
_MOST_USD = 1e6


class Sum(NamedTuple):
    """Tokens, and money in the units of the tables."""

    tokens: int = 0
    money: int = 0


class Spending(NamedTuple):
    """What counts already: today and in all, and what of it is only reserved by calls that run."""

    day: Sum
    total: Sum
    reserved_day: Sum
    reserved_total: Sum


class Verdict(NamedTuple):
    """`why` is the budget that is exceeded, empty for none.

    `reserved` says that only what running calls reserve stands in the way: most of it comes back.
    """

    why: str = ""
    reserved: bool = False


class Day(NamedTuple):
    """A day of the user's time zone: 23 to 25 hours, in seconds since the epoch."""

    start: float
    end: float


def to_money(usd: float) -> int:
    """Turn dollars into the units of the tables; never less than nothing."""
    return round(min(max(usd, 0.0), _MOST_USD) * _UNITS_A_USD)


def to_usd(money: int) -> float:
    """Undo `to_money`."""
    return money / _UNITS_A_USD


def _cap(usd: float) -> int:
    """Give a budget in the units of the tables; the smallest one is not the 0 that means none."""
    return max(to_money(usd), 1) if usd > 0 else 0


def local_day(now: float) -> Day:
    """Give the user's day that holds this moment."""
    today = datetime.fromtimestamp(now, tz=UTC).astimezone().date()
    # Without a zone they are the system's midnights; one that clocks jump over is where they jump.
    midnights = (datetime.combine(today + timedelta(days), time.min) for days in (0, 1))
    return Day(*(midnight.timestamp() for midnight in midnights))


def sum_of(sums: Iterable[Sum]) -> Sum:
    """Add sums up."""
    listed = list(sums)
    return Sum(sum(each.tokens for each in listed), sum(each.money for each in listed))


def verdict(limits: Limits, most: Sum, spending: Spending) -> Verdict:
    """Judge a request that takes at most this much. What never ends by itself is named first."""
    caps = (
        ("total_usd", _cap(limits.total_usd), "total", "money"),
        ("total_tokens", limits.total_tokens, "total", "tokens"),
        ("daily_usd", _cap(limits.daily_usd), "day", "money"),
        ("daily_tokens", limits.daily_tokens, "day", "tokens"),
    )
    found = Verdict()
    for why, cap, span, unit in caps:
        spent = getattr(getattr(spending, span), unit) + getattr(most, unit)
        if not cap or spent <= cap:
            continue
        if spent - getattr(getattr(spending, f"reserved_{span}"), unit) > cap:
            return Verdict(why)
        found = found if found.why else Verdict(why, reserved=True)
    return found
