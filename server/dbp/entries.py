"""What the change buffer is made of: its timing, its entries, its sizes."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from dbp.model import Change, Priority

log = logging.getLogger(__name__)

NEVER = 1 << 62
"""The sequence number of an entry that holds back no barrier (a retry planned for later)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The timing and the bounds of the buffer (settings `scheduler.*`); durations in seconds."""

    delay: float = 10.0
    max_delay: float = 120.0
    capacity: int = 1000
    batch_size: int = 20
    alone: bool = False

    def share(self, ready: int, workers: int, in_flight: int) -> int:
        """Say how many of the ready entries a worker takes now; `alone`: one, when none is out."""
        if self.alone:
            return 0 if in_flight else 1
        return max(1, min(self.batch_size, -(-ready // max(1, workers))))

    def slower(self) -> Window:
        """Give the same, for a machine that is busy with other things."""
        return replace(self, delay=min(2 * self.delay, self.max_delay), alone=True)


MAX_TREES = 32
"""More folders to look at than this are one look at their common folder: lists must stay short."""

SOON = 0.4
"""Seconds until a path is looked at again that changed under a look which was overdue. No part of a
second that programs save in: each look would meet a write again."""


class Pace:
    """The window that holds now: the one that was set, or its slower form."""

    def __init__(self, window: Window, throttled: Callable[[], bool]) -> None:
        self._throttled = throttled
        self.use(window)

    def use(self, window: Window) -> None:
        """Take another one."""
        self._windows = (window, window.slower())

    def window(self) -> Window:
        """Give it."""
        return self._windows[self._throttled()]


class Entry:
    """A path that waits or is being worked on. Owned by the buffer; workers read `change`."""

    __slots__ = ("change", "dead", "due", "first_seen", "number", "ready", "sequence")

    def __init__(
        self, change: Change, number: int, sequence: int, first_seen: float, due: float
    ) -> None:
        self.change = change
        self.number = number
        self.sequence = sequence
        self.first_seen = first_seen
        self.due = due
        self.ready = False
        self.dead = False


Heap = list[tuple[float, int, Entry]]
"""Entries by a time, then by the number they came with."""


def best_class(
    ready: Mapping[Priority, Heap], now: float, max_delay: float, *, forced_only: bool
) -> tuple[int, Priority] | None:
    """Find the class whose head goes first, and its rank: it rises one per max delay waited."""
    heads: list[tuple[int, float, int, Priority]] = []
    for priority, heap in ready.items():
        while heap and heap[0][2].dead:
            heapq.heappop(heap)
        if not heap or (forced_only and priority != Priority.FORCED):
            continue
        first_seen, number, _ = heap[0]
        risen = int((now - first_seen) / max_delay)
        heads.append((max(0, priority - risen), first_seen, number, priority))
    if not heads:
        return None
    rank, _, _, priority = min(heads)
    return rank, priority


@dataclass(frozen=True, slots=True)
class Sizes:
    """How full the buffer is; `oldest` is the longest wait in seconds."""

    waiting: int
    in_flight: int
    folders: int
    oldest: float
    overflows: int

    @property
    def total(self) -> int:
        """All that is not done."""
        return self.waiting + self.in_flight + self.folders


def call_all(callbacks: Iterable[Callable[[], None]]) -> None:
    """Tell those who waited at a barrier; one that fails hurts neither others nor the worker."""
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("a barrier's callback failed")
