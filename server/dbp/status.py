"""Counters and rings that any thread may feed, and the figures made of them.

It promises that what is counted is counted once, and that reading takes one short lock. It never
does I/O.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

from dbp.clock import Clock, iso
from dbp.figures import Operations

_RING = 100
"""How many recent failures and successes are kept: enough to look back, small enough to send."""

_RATE_SECONDS = 60.0
_ERROR_CHARS = 300

PROCESSED = ("extracted", "reused", "skipped", "deleted", "renamed")
"""What counts as a processed file; each also counts apart."""


class Statistics:
    """What happened since the start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._started = clock.monotonic()
        self._counts: Counter[str] = Counter()
        self._failures: deque[dict[str, Any]] = deque(maxlen=_RING)
        self._successes: deque[tuple[str, float]] = deque(maxlen=_RING)
        self._finished: deque[list[int]] = deque(maxlen=int(_RATE_SECONDS) + 1)
        self._current: dict[int, str] = {}
        self.operations = Operations(clock)

    def count(self, what: str, path: str) -> None:
        """Count one of `PROCESSED`, or `excluded`, for a path."""
        with self._lock:
            self._counts[what] += 1
            if what in PROCESSED:
                # How many in which second: a list of all would be long while a tree is indexed.
                second = int(self._clock.monotonic())
                if not self._finished or self._finished[-1][0] != second:
                    self._finished.append([second, 0])
                self._finished[-1][1] += 1
            if what in ("extracted", "reused"):
                self._successes.append((path, self._clock.now()))

    def took(self, seconds: float, files: int) -> None:
        """Say how long extracting this many files took together, once they are committed."""
        if files:
            self.operations.done(seconds / files, files)

    def failed(self, path: str, error: str, *, code: str = "failed", again: bool = False) -> None:
        """Count a failure and keep its reason; `again`: it is to be looked at once more."""
        self.operations.failed(again=again)
        with self._lock:
            self._counts["failed"] += 1
            entry = {
                "path": path,
                "code": code,
                "error": error[:_ERROR_CHARS],
                "at": iso(self._clock.now()),
            }
            self._failures.append(entry)

    def retried(self) -> None:
        """Count a look that repeats a failed one."""
        with self._lock:
            self._counts["retried"] += 1

    def restarted(self) -> None:
        """Count a worker that died and was replaced."""
        with self._lock:
            self._counts["restarted"] += 1

    def working(self, worker: int, path: str | None) -> None:
        """Say what a worker is doing now; None when it waits."""
        with self._lock:
            if path is None:
                self._current.pop(worker, None)
            else:
                self._current[worker] = path

    def current(self) -> list[str]:
        """Name the files being worked on."""
        with self._lock:
            return list(self._current.values())

    def get(self, what: str) -> int:
        """Read one counter."""
        with self._lock:
            return self._counts[what]

    def processed(self) -> int:
        """Count all files that were handled without failing."""
        with self._lock:
            return sum(self._counts[name] for name in PROCESSED)

    def handled(self) -> int:
        """Count all files that were handled, failed and excluded ones included."""
        with self._lock:
            names = (*PROCESSED, "excluded", "failed")
            return sum(self._counts[name] for name in names)

    def to_json(self) -> dict[str, Any]:
        """Render the `stats` object of doc/protocol.md."""
        with self._lock:
            now = self._clock.monotonic()
            recent = sum(files for at, files in self._finished if now - at <= _RATE_SECONDS)
            uptime = now - self._started
            return {
                **{name: self._counts[name] for name in (*PROCESSED, "failed", "retried")},
                "uptimeSeconds": round(uptime, 3),
                "filesPerSecond": round(recent / max(1.0, min(uptime, _RATE_SECONDS)), 3),
                "recentFailures": list(self._failures),
                "recentSuccesses": [{"path": p, "at": iso(at)} for p, at in self._successes],
            }
