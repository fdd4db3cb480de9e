"""How fast a model may be asked: arithmetic only, on a value that the processes share.

A meter fills with what is asked and drains at the limit's rate; there is room while it is not
above its burst. A `factor` makes the limit smaller while the service throttles. Times are wall
clock seconds, the only ones that several processes mean alike: one that was stepped back by more
than a minute empties the meter instead of stopping it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from dbp.ports import Limits

_MINUTE = 60.0

# Limits are checked a minute at a time, and a burst comes on top of what drains meanwhile: what the
# one may take the other has to give up. A 25th keeps any minute below the limit and above 95 %.
_BURST = 1 / 25

# Additive increase, multiplicative decrease, as TCP finds its rate. At the floor one success in
# twenty doubles it, so that it never sticks there.
_DECREASE, _INCREASE, _FLOOR = 0.5, 0.05, 0.05

# The first pause is 1 s, at the floor 10 s.
_PAUSE = 0.5
_LONGEST_PAUSE = _PAUSE / _FLOOR


class Pace(NamedTuple):
    """How fast one model is asked. `requests` and `tokens` are in use at `at`."""

    requests: float = 0.0
    tokens: float = 0.0
    at: float = 0.0
    factor: float = 1.0
    not_before: float = 0.0


class _Meter(NamedTuple):
    """One limit: how much may be in use at once, and how much drains in a second."""

    burst: float
    rate: float


def _requests(limits: Limits, factor: float) -> _Meter | None:
    """Give the meter of requests; None is no limit.

    With a burst of one request the whole limit drains in a minute: the first request of the next
    minute comes exactly when this one is over.
    """
    limit = limits.requests_per_minute * factor
    burst = max(1.0, limit * _BURST)
    return _Meter(burst, (limit - (burst - 1)) / _MINUTE) if limit > 0 else None


def _tokens(limits: Limits, factor: float) -> _Meter | None:
    limit = limits.tokens_per_minute * factor
    return _Meter(limit * _BURST, limit * (1 - _BURST) / _MINUTE) if limit > 0 else None


def _left(used: float, meter: _Meter | None, pace: Pace, now: float) -> float:
    """Say what is still in use now."""
    if meter is None or now < pace.at - _MINUTE:
        return 0.0
    return max(0.0, used - meter.rate * max(0.0, now - pace.at))


def _delay(used: float, meter: _Meter | None, pace: Pace, size: float, now: float) -> float:
    """Say how long to wait for room; what is larger than the burst needs an empty meter."""
    if meter is None:
        return 0.0
    excess = _left(used, meter, pace, now) - max(0.0, meter.burst - size)
    # To the next millisecond, so that whoever waits that long is not a hair too early.
    return math.ceil(max(0.0, excess) / meter.rate * 1000) / 1000


def paused(pace: Pace, now: float) -> float:
    """Say how long the service wants no request at all; 0 is none."""
    pause = pace.not_before - now
    return pause if 0 < pause <= _LONGEST_PAUSE else 0.0


def delay(pace: Pace, limits: Limits, tokens: int, now: float) -> float:
    """Say how many seconds a request of so many tokens has to wait for the rates; 0 is not."""
    return max(
        _delay(pace.requests, _requests(limits, pace.factor), pace, 1, now),
        _delay(pace.tokens, _tokens(limits, pace.factor), pace, tokens, now),
    )


def taken(pace: Pace, limits: Limits, tokens: int, now: float) -> Pace:
    """Count a request that leaves now, whether or not there is room."""
    return pace._replace(
        requests=_left(pace.requests, _requests(limits, pace.factor), pace, now) + 1,
        tokens=_left(pace.tokens, _tokens(limits, pace.factor), pace, now) + tokens,
        at=now,
    )


def slowed(pace: Pace, now: float) -> Pace:
    """Halve the rate and pause: the service throttled.

    What it says during the pause answers what was asked before, and slows nothing again.
    """
    if paused(pace, now):
        return pace
    factor = max(_FLOOR, pace.factor * _DECREASE)
    return pace._replace(factor=factor, not_before=now + _PAUSE / factor)


def settled(pace: Pace, unused: int, *, success: bool) -> Pace:
    """Give back the tokens a call did not use; a success also speeds up."""
    factor = min(1.0, pace.factor + _INCREASE) if success else pace.factor
    return pace._replace(tokens=max(0.0, pace.tokens - unused), factor=factor)
