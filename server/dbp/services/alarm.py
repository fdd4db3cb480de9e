"""A moment that can be moved: one of a service's reasons to wake up."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbp.clock import Clock
from dbp.upkeep import Upkeep


class Alarm:
    """Runs something once at the planned moment, on the pump thread. Thread-safe."""

    def __init__(self, upkeep: Upkeep, clock: Clock, name: str, run: Callable[[], None]) -> None:
        self._upkeep = upkeep
        self._clock = clock
        self._name = name
        self._run = run
        self._lock = threading.Lock()
        self._due: float | None = None

    def plan(self, delay: float) -> None:
        """Run it in so many seconds; an earlier moment that is planned already holds."""
        due = self._clock.monotonic() + delay
        with self._lock:
            if self._due is not None and self._due <= due:
                return
            self._due = due
        self._upkeep.once(delay, self._name, self._ring)

    def move(self, delay: float) -> None:
        """Run it in so many seconds, whatever was planned."""
        self.cancel()
        self.plan(delay)

    def cancel(self) -> None:
        """Run it not at all."""
        with self._lock:
            self._due = None

    @property
    def left(self) -> float | None:
        """Seconds until it runs; None when nothing is planned."""
        due = self._due
        return None if due is None else max(0.0, due - self._clock.monotonic())

    def _ring(self) -> None:
        with self._lock:
            # One that was moved: its new moment wakes us again.
            if self._due is None or self._clock.monotonic() < self._due:
                return
            self._due = None
        self._run()
