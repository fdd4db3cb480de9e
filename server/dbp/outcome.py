"""What comes of a batch of changes, and of walking the record beside a listing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dbp.ports import Failure, Known, Remove, Write


@dataclass(slots=True)
class Outcome:
    """What comes of a batch.

    `again` are paths that changed meanwhile, `retry` looks to plan (path, seconds); `writes` go
    into one transaction, `counts` (what, path) and `failures` are counted once it is committed.
    `seconds` is what extracting took.
    """

    again: set[str] = field(default_factory=set)
    retry: list[tuple[str, float]] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    counts: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    seconds: float = 0.0

    def keep(self, path: str) -> None:
        """Take back the removal of a path: its record moves instead."""
        self.writes = [w for w in self.writes if not (isinstance(w, Remove) and w.path == path)]
        self.counts = [c for c in self.counts if c != ("deleted", path)]

    def add(self, write: Write, what: str, path: str) -> None:
        """Plan a write and what it counts as."""
        self.writes.append(write)
        self.counts.append((what, path))


class Merge:
    """Walks the records beside a listing in the same order, so that neither is held whole."""

    def __init__(self, records: Iterator[Known]) -> None:
        self._records = records
        self._next = next(records, None)
        self._gone: list[str] = []

    def match(self, path: str) -> Known | None:
        """Find the record of the next listed path; those before it are of files that are gone."""
        while self._next is not None and self._next.path < path:
            self._gone.append(self._next.path)
            self._next = next(self._records, None)
        if self._next is None or self._next.path != path:
            return None
        found, self._next = self._next, next(self._records, None)
        return found

    def rest(self) -> list[str]:
        """Name all recorded files that were not listed."""
        if self._next is not None:
            self._gone += [self._next.path, *(known.path for known in self._records)]
        return self._gone
