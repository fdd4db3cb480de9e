"""Duties that come back: what is to be done from time to time, and when it is due.

No thread of its own: the runtime's pump asks `next_due`, waits that long, and calls `run_due`. A
server without due duties is not woken at all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from dbp.clock import Clock

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Duty:
    name: str
    run: Callable[[], None]
    every: float | None
    due: float


class Upkeep:
    """A list of duties, each periodic or once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._duties: list[_Duty] = []
        self._stopped = False

    def every(self, seconds: float, name: str, run: Callable[[], None]) -> None:
        """Do something each `seconds`, counted from the end of the last time."""
        self._add(_Duty(name, run, seconds, self._clock.monotonic() + seconds))

    def once(self, delay: float, name: str, run: Callable[[], None]) -> None:
        """Do something once, `delay` seconds from now (0: as soon as the pump can)."""
        self._add(_Duty(name, run, None, self._clock.monotonic() + delay))

    def _add(self, duty: _Duty) -> None:
        with self._changed:
            self._duties.append(duty)
            self._changed.notify_all()

    def next_due(self) -> float | None:
        """Say in how many seconds something is due; None when nothing ever is."""
        with self._changed:
            return self._next_due()

    def _next_due(self) -> float | None:
        if not self._duties:
            return None
        return max(0.0, min(duty.due for duty in self._duties) - self._clock.monotonic())

    def run_due(self) -> int:
        """Do what is due; a duty that raises is logged and comes back as planned."""
        with self._changed:
            now = self._clock.monotonic()
            due = sorted((d for d in self._duties if d.due <= now), key=lambda d: d.due)
            self._duties = [d for d in self._duties if d not in due]
        for duty in due:
            try:
                duty.run()
            except Exception:
                log.exception("duty %s failed", duty.name)
            if duty.every is not None:
                duty.due = self._clock.monotonic() + duty.every
                self._add(duty)
        return len(due)

    def pump(self) -> None:
        """Run duties until stopped: the body of the runtime's pump thread."""
        while True:
            with self._changed:
                if self._stopped:
                    return
                wait = self._next_due()
                if wait is None or wait > 0:
                    self._clock.wait(self._changed, wait)
                    continue
            self.run_due()

    def stop(self) -> None:
        """End the pump."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
