"""When something is due that comes back after hours: kept in the database, over all restarts."""

from __future__ import annotations

from dbp.clock import Clock
from dbp.ports import Store
from dbp.services.alarm import Alarm

SOON = 30.0
"""Seconds after the start in which nothing overdue is done: an editor has better things to do."""


class Due:
    """A duty of hours. `key` names the note that says when it was last done, in epoch seconds."""

    def __init__(self, store: Store, clock: Clock, alarm: Alarm, key: str) -> None:
        self.alarm = alarm
        self._store = store
        self._clock = clock
        self._key = key

    def plan(self, interval: float, *, at_once: bool) -> None:
        """Plan the next time; what never was done is due at once, or counts as done now."""
        last = self.last()
        if last is None and not at_once:
            self.done(interval)
            return
        left = 0.0 if last is None else last + interval - self._clock.now()
        # A clock that was stepped back must not put it off for years.
        self.alarm.move(max(SOON, min(left, interval)))

    def done(self, interval: float) -> None:
        """It was done now."""
        self._store.set_note(self._key, repr(self._clock.now()))
        self.alarm.move(interval)

    def last(self) -> float | None:
        """Say when it was last done."""
        note = self._store.note(self._key)
        try:
            return float(note) if note else None
        except ValueError:
            return None
