"""Figures of operations: how many, how long they took, how often they failed.

Percentiles are by nearest rank: each is a duration that was really measured. What is kept is
bounded, whatever happens; nothing here does I/O.
"""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from dbp.clock import Clock

RING = 100
"""How many of the last operations a mean and a percentile speak of."""

HOUR = 3600.0


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Give the smallest value that `percent` of all values do not exceed; None of none."""
    if not values:
        return None
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[min(len(values), max(1, rank)) - 1]


def mean(values: Sequence[float]) -> float | None:
    """Give the mean; None of none."""
    return math.fsum(values) / len(values) if values else None


def percentiles_json(values: Sequence[float]) -> dict[str, float | None]:
    """Render p50, p95 and p99 in seconds."""
    return {f"p{percent}": rounded(percentile(values, percent)) for percent in (50, 95, 99)}


def rounded(seconds: float | None) -> float | None:
    """Round to the microsecond; None stays None."""
    return None if seconds is None else round(seconds, 6)


def ratio(part: int, whole: int) -> float | None:
    """Give a share, None of nothing."""
    return round(part / whole, 6) if whole else None


class Window:
    """Counts what happened lately: one number a second, so that no flood makes it grow."""

    def __init__(self, seconds: float = HOUR) -> None:
        self._seconds = seconds
        self._counts: deque[list[float]] = deque()

    def add(self, now: float, count: int = 1) -> None:
        """Count something; `now` is the clock's `monotonic`."""
        self._forget(now)
        if not self._counts or self._counts[-1][0] != math.floor(now):
            self._counts.append([math.floor(now), 0])
        self._counts[-1][1] += count

    def count(self, now: float) -> int:
        """Add up what is not too old."""
        self._forget(now)
        return int(sum(count for _, count in self._counts))

    def _forget(self, now: float) -> None:
        while self._counts and self._counts[0][0] <= now - self._seconds:
            self._counts.popleft()


class Figures(NamedTuple):
    """What operations of one kind came to.

    `failed` are those that were given up, `retried` those that failed and are tried again; each of
    both is an error. `durations` are in seconds and `outcomes` (true: it went well) those of the
    last ones, oldest first. `last_at` is in seconds since the epoch.
    """

    completed: int = 0
    failed: int = 0
    retried: int = 0
    errors_last_hour: int = 0
    durations: tuple[float, ...] = ()
    outcomes: tuple[bool, ...] = ()
    last_at: float | None = None
    # One for each measurement, however many operations were measured together.
    paces: tuple[float, ...] = ()


def figures_json(figures: Figures, queue: int, last_at: str | None) -> dict[str, Any]:
    """Render the figures of a service (doc/protocol.md, `dbp/metrics`)."""
    return {
        "completed": figures.completed,
        "failed": figures.failed,
        "retried": figures.retried,
        "averageSeconds": rounded(mean(figures.durations)),
        **percentiles_json(figures.durations),
        "lastAt": last_at,
        "errorsLastHour": figures.errors_last_hour,
        "queue": queue,
    }


class Operations:
    """Operations of one kind, fed from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._completed = self._failed = self._retried = 0
        self._durations: deque[float] = deque(maxlen=RING)
        self._outcomes: deque[bool] = deque(maxlen=RING)
        self._paces: deque[float] = deque(maxlen=RING)
        self._errors = Window()
        self._last_at: float | None = None

    def done(self, seconds: float, count: int = 1) -> None:
        """Count operations that went well, each of which took so long."""
        if count <= 0:
            return
        with self._lock:
            self._completed += count
            kept = min(count, RING)
            self._durations.extend([seconds] * kept)
            self._outcomes.extend([True] * kept)
            self._paces.append(seconds)
            self._last_at = self._clock.now()

    def failed(self, *, again: bool = False) -> None:
        """Count one that failed: given up, or to be tried `again`."""
        with self._lock:
            if again:
                self._retried += 1
            else:
                self._failed += 1
                self._last_at = self._clock.now()
            self._outcomes.append(False)
            self._errors.add(self._clock.monotonic())

    def figures(self) -> Figures:
        """Read them."""
        with self._lock:
            return Figures(
                self._completed,
                self._failed,
                self._retried,
                self._errors.count(self._clock.monotonic()),
                tuple(self._durations),
                tuple(self._outcomes),
                self._last_at,
                tuple(self._paces),
            )


class Usage:
    """What people asked for, counted in memory and sent nowhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """Count one."""
        with self._lock:
            self._counts[what] += 1

    def to_json(self) -> dict[str, int]:
        """Read all of them, by name."""
        with self._lock:
            return dict(sorted(self._counts.items()))
