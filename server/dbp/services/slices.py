"""Working in slices: between two of them others get their turn, and the job may stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from dbp.clock import Clock
from dbp.ports import JobContext

T = TypeVar("T")

_LEAST, _MOST = 0.001, 0.05
"""Seconds of rest after a slice: as long as it took, within these bounds.

A lock that is taken again at once would never be seen free by whoever waits for it.
"""


_QUICK, _SLOW = 0.003, 0.010
"""Seconds a slice may take: after quicker ones they get larger, after slower ones smaller."""


class Slices:
    """The slices of one step of a job, and how long they took."""

    def __init__(self, clock: Clock, context: JobContext) -> None:
        self.count = 0
        self.longest = 0.0
        self.last = 0.0
        self._clock = clock
        self._context = context
        self._condition = threading.Condition()
        context.on_cancel(self._wake)

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def run(self, slice_of_work: Callable[[], T]) -> T:
        """Do one slice, then rest. Raises `JobCancelledError` when the job is to stop."""
        self._context.check()
        began = self._clock.monotonic()
        done = slice_of_work()
        self.last = self._clock.monotonic() - began
        self.longest = max(self.longest, self.last)
        self.count += 1
        self.rest(min(_MOST, max(_LEAST, self.last)))
        return done

    def fill(self, slice_of_work: Callable[[int], T], least: int, most: int) -> Iterator[T]:
        """Do slices without an end, each given a size between these; it grows while they are quick.

        How much can be done in some milliseconds differs from machine to machine by a hundred.
        """
        size = least
        while True:
            yield self.run(partial(slice_of_work, size))
            if self.last < _QUICK:
                size = min(most, size * 2)
            elif self.last > _SLOW:
                size = max(least, size // 2)

    def rest(self, seconds: float) -> None:
        """Let others go on for a moment."""
        self._context.check()
        with self._condition:
            self._clock.wait(self._condition, seconds)
        self._context.check()
