"""Giving way: whether the machine has more to do than it should have while we work in it.

It decides when it is asked, and reads the load at most once in a few seconds: nothing wakes up to
look. Once it gives way it goes on to until the load is clearly lower, so that it does not flutter.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable

from dbp.clock import Clock

FRESH = 5.0
"""Seconds a reading serves: the kernel itself counts the load anew this often."""

RELIEF = 0.8
"""What part of the limit the load must fall below before we take our full share again."""


def load_per_core() -> float:
    """Read the load average of the last minute, a core; 0 where the system does not say."""
    try:
        if sys.platform == "win32":
            import psutil

            load = psutil.getloadavg()[0]
        else:
            load = os.getloadavg()[0]
    except OSError:
        return 0.0
    # All cores, also those that this process may not use: the load is the whole machine's.
    return load / (os.cpu_count() or 1)


class Throttle:
    """One folder's; `limit` is the setting `throttle.max_load`, 0: never. Thread-safe."""

    def __init__(
        self, clock: Clock, limit: float = 0.0, load: Callable[[], float] | None = None
    ) -> None:
        self.limit = limit
        self.load = load or load_per_core
        self._clock = clock
        self._read_at = -math.inf
        self._last = 0.0
        self._giving_way = False

    def active(self) -> bool:
        """Say whether to give way now. Quick."""
        limit = self.limit
        if limit <= 0:
            return False
        now = self._clock.monotonic()
        if now - self._read_at >= FRESH:
            self._read_at = now
            self._last = self.load()
        self._giving_way = self._last > (limit * RELIEF if self._giving_way else limit)
        return self._giving_way
