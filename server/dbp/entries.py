"""What the change buffer is made of: its timing, its entries, its sizes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dbp.model import Change

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
