"""Contents a model could not answer about, so that nobody pays for the same failure again.

A copy, an edit that is undone, a file that is opened once more: each would ask the same question
and get the same answer. It lives as long as one setting of everything; the record keeps the rest.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from dbp.enrichment.backlog import Item

BY_HAND = "asked for by hand"
"""Why a file is asked about that failed before: its user wants it."""

HEALED = "the service answers again"
"""The same: what failed was a network that answered for the service, and it is gone."""

_MOST = 10_000
"""Contents remembered; of more the oldest is forgotten, which costs a call at most."""


class Failures:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reasons: OrderedDict[str, str] = OrderedDict()
        self._row: dict[str, str] = {}
        self._healed: set[str] = set()

    def keep(self, item: Item, reason: str, *, rubbish: bool) -> None:
        """Remember a content; `rubbish` came perhaps from somebody else than the service."""
        with self._lock:
            self._reasons[item.key] = reason
            self._reasons.move_to_end(item.key)
            if len(self._reasons) > _MOST:
                self._reasons.popitem(last=False)
            if rubbish:
                self._row[item.todo.path] = item.key

    def of(self, item: Item) -> str | None:
        """Say why this content failed already; None when it did not, or is to be asked again."""
        with self._lock:
            return None if item.why in {BY_HAND, HEALED} else self._reasons.get(item.key)

    def answered(self) -> list[str]:
        """Take note that the service answers; name the files that got rubbish right before.

        Each content is named once: one that brings rubbish again does so by itself.
        """
        with self._lock:
            row, self._row = self._row, {}
            again = [path for path, key in row.items() if key not in self._healed]
            self._healed.update(row.values())
            return again
