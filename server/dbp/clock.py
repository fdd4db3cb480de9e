"""Time: the only module that may wait.

Delays and deadlines use `monotonic`, so that a stepped wall clock moves none of them; `now` is for
showing and storing. Tests put a `TurnableClock` in the place of the real one and turn it by hand.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the rooms ask of time."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """Wait on a held condition until it is notified or `timeout` seconds went by.

        Callers loop: a return says nothing about why.
        """


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """Wait on a held condition until it is notified or `timeout` seconds went by."""
        condition.wait(timeout)


class TurnableClock:
    """A clock for tests: it stands still until it is turned.

    Waiting looks again every few real milliseconds, so that a turn is noticed without any
    bookkeeping of who waits for what.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self._start + self._elapsed

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return self._elapsed

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """Wait until notified, or for a few real milliseconds: callers look at the time again."""
        if timeout is None or timeout > 0:
            condition.wait(0.005)

    def turn(self, seconds: float) -> None:
        """Let `seconds` go by."""
        self._elapsed += seconds

    def step_wall(self, seconds: float) -> None:
        """Step the wall clock, as NTP or a person does; no deadline may move."""
        self._start += seconds


def iso(seconds: float | None) -> str | None:
    """Render epoch seconds as ISO 8601 in UTC with `Z`, to the millisecond; None stays None."""
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def iso_ns(nanoseconds: int) -> str:
    """Render a file's time, in nanoseconds since the epoch, as ISO 8601 in UTC.

    Integers all the way: a float would round the milliseconds.
    """
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds // 1_000_000 % 1000:03d}Z"
