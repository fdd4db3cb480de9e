"""The book of alerts: what a person should hear of without asking, and when it is over. Pure.

An alert is told when it is raised, and once more when it is over. One that comes and goes is told
of at most once a minute; the book shows it all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbp.clock import Clock, iso

QUIET = 60.0
"""Seconds between two tellings of the same alert: more often nobody reads."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `severity` is `error` or `warning`; `at` is when it was raised, or cleared.

    `service` names what it is about, where a code can be about several things.
    """

    code: str
    message: str
    hint: str = ""
    severity: str = "warning"
    service: str = ""
    at: float = 0.0
    cleared: bool = False


def alert_json(alert: Alert) -> dict[str, Any]:
    """Render an alert (doc/protocol.md)."""
    found: dict[str, Any] = {
        "code": alert.code,
        "severity": alert.severity,
        "message": alert.message,
        "hint": alert.hint,
        "at": iso(alert.at),
        "cleared": alert.cleared,
    }
    return {**found, "service": alert.service} if alert.service else found


@dataclass(slots=True)
class _Entry:
    alert: Alert
    told: bool


class Alerts:
    """The book of one folder. Thread-safe; `tell` is called without any lock held."""

    def __init__(self, clock: Clock, tell: Callable[[Alert], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._raised: dict[tuple[str, str], _Entry] = {}
        self._told_at: dict[tuple[str, str], float] = {}

    def raised(self, alert: Alert) -> None:
        """Something is wrong; harmless when it was wrong before."""
        key = (alert.code, alert.service)
        now = self._clock.monotonic()
        with self._lock:
            entry = self._raised.get(key)
            if entry is None:
                entry = _Entry(replace(alert, at=self._clock.now()), told=False)
                self._raised[key] = entry
            if entry.told or now - self._told_at.get(key, -QUIET) < QUIET:
                return
            entry.told = True
            self._told_at[key] = now
            told = entry.alert
        self._tell(told)

    def cleared(self, code: str, service: str = "") -> None:
        """It is over; harmless when nothing was wrong."""
        if not self._raised:  # nearly always, and this is asked after every commit
            return
        with self._lock:
            entry = self._raised.pop((code, service), None)
            if entry is None or not entry.told:
                return
            over = replace(entry.alert, at=self._clock.now(), cleared=True)
        self._tell(over)

    def clear_all(self) -> None:
        """All of it is over, or nobody wants to hear of it any more."""
        for alert in self.active():
            self.cleared(alert.code, alert.service)

    def active(self) -> Sequence[Alert]:
        """List what is wrong now, oldest first."""
        with self._lock:
            return [entry.alert for entry in self._raised.values()]
