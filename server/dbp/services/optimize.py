"""Upkeep of the database: what nobody needs goes, what is free goes back, indexes are merged.

Done when it is due, which is kept in the database, or after many changes; by itself only while no
file is being worked on. Every write is a slice of a few milliseconds and the writers rest in
between, so that nobody who saves a file waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from dbp.ports import JobContext, Json
from dbp.services.alarm import Alarm
from dbp.services.base import Around, Service
from dbp.services.due import Due
from dbp.services.slices import Slices

KEPT_BYTES = 256 * 1024 * 1024
"""How much of the extractions nobody has any more is kept, so that switching branches back and
forth costs nothing."""

_ROWS = (20, 640)
_JOBS = (10, 320)
_PAGES = (16, 1024)
_MERGED = (16, 64)
"""The least and the most of a slice."""

_APART = 600.0
"""Seconds between two times that many changes bring about: who indexes a tree makes thousands."""

_DAY = 86_400.0


@dataclass(slots=True)
class _Step:
    """What a step works with: its slices and what it did."""

    slices: Slices
    done: Json


class OptimizeService(Service):
    """Service `index_optimization`."""

    name = "index_optimization"
    job_type = "optimize"
    section = "index_optimization"
    operations = {  # noqa: RUF012 - read only
        "optimize_indices": (),
        "vacuum_sqlite": (),
        "optimize_search_index": ("optimize_chroma",),
        "optimize_graph_index": ("optimize_kuzu",),
    }

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._alarm_due = self._alarm("due", self._due_now)
        self._many = self._alarm("many changes", self._due_now)
        self._due = Due(self._store, self._clock, self._alarm_due, "optimized_at")
        self._lock = threading.Lock()
        self._operations = 0
        self._not_before = 0.0

    def alarms(self) -> Iterable[Alarm]:
        """Name the moments it waits for."""
        return self._alarm_due, self._many

    def _begin(self) -> None:
        self._due.plan(self._interval, at_once=False)

    def _end(self) -> None:
        self._alarm_due.cancel()
        self._many.cancel()

    @property
    def _interval(self) -> float:
        return float(self.own.optimize_interval_hours * 3600)

    # ── what comes by itself ───────────────────────────────────────────────────────────────────

    def published(self, paths: Sequence[str]) -> None:
        """Count what was done since the last time."""
        with self._lock:
            self._operations += len(paths)
            many = self._operations > self.own.large_change_threshold
        if many and self.automatic:
            self._many.plan(max(0.0, self._not_before - self._clock.monotonic()))

    def _due_now(self) -> None:
        """Do it as soon as nothing is being worked on."""
        if not self.automatic:
            return
        sizes = self._host.buffer.sizes()
        if sizes.waiting or sizes.in_flight or sizes.folders:
            self._host.buffer.barrier(lambda: self._many.plan(0.0))
            return
        with self._lock:
            self._not_before = self._clock.monotonic() + _APART
        self._automatically("optimize_indices", None, self._many)

    # ── operations ─────────────────────────────────────────────────────────────────────────────

    def _run(self, operation: str, _arguments: Json, context: JobContext) -> Json:
        with self._lock:
            self._operations = 0
        own = self.own
        all_steps: tuple[tuple[str, str, str, Callable[[_Step], None]], ...] = (
            ("unused contents", "optimize_indices", "", self._unused),
            ("finished jobs", "optimize_indices", "", self._old_jobs),
            (
                "search index",
                "optimize_search_index",
                "" if own.optimize_search_index else "optimize_search_index is off",
                self._search,
            ),
            (
                "graph index",
                "optimize_graph_index",
                "" if own.optimize_graph_index else "optimize_graph_index is off",
                self._graph,
            ),
            (
                "vacuum",
                "vacuum_sqlite",
                "" if own.vacuum_sqlite else "vacuum_sqlite is off",
                self._vacuum,
            ),
            ("checkpoint", "vacuum_sqlite", "", self._checkpoint),
        )
        whole = operation == "optimize_indices"
        steps = [step for step in all_steps if whole or step[1] == operation]
        before = self._store.space()
        told = []
        for number, (name, _of, skipped, run) in enumerate(steps):
            context.progress(number, len(steps), name)
            if whole and skipped:
                told.append({"step": name, "skipped": skipped})
            else:
                told.append(self._step(name, run, context))
        after = self._store.space()
        if whole:
            self._due.done(self._interval)
        return {
            "steps": told,
            "bytesBefore": before.file + before.wal,
            "bytesAfter": after.file + after.wal,
            "longestSlice": max((each.get("longestSlice", 0.0) for each in told), default=0.0),
        }

    def _step(self, name: str, run: Callable[[_Step], None], context: JobContext) -> Json:
        step = _Step(Slices(self._clock, context), {})
        began, before = self._clock.monotonic(), self._store.space()
        run(step)
        after = self._store.space()
        return {
            "step": name,
            "seconds": round(self._clock.monotonic() - began, 3),
            "bytesBefore": before.file + before.wal,
            "bytesAfter": after.file + after.wal,
            "slices": step.slices.count,
            "longestSlice": round(step.slices.longest, 4),
            **step.done,
        }

    def _unused(self, step: _Step) -> None:
        """Drop what no file has: extractions and meanings beyond what is kept for coming back."""
        cap = self._host.settings.database.max_size_mb * 1024 * 1024
        kept = KEPT_BYTES if self._store.space().file <= cap else 0
        left = self._store.unused_contents(kept)
        step.done["contents"] = len(left)

        def drop(rows: int) -> bool:
            nonlocal left
            left = self._store.drop_contents(left, rows)
            return bool(left)

        if left:
            self._until_none(step, drop, _ROWS)
        step.done["meanings"] = self._until_none(
            step, lambda rows: self._store.drop_meanings(kept, rows), _ROWS
        )

    def _old_jobs(self, step: _Step) -> None:
        """Forget jobs that ended long ago."""
        before = self._clock.now() - self._host.settings.jobs.cleanup_days * _DAY
        step.done["jobs"] = self._until_none(
            step, lambda rows: self._store.jobs.cleanup(before, rows), _JOBS
        )

    def _search(self, step: _Step) -> None:
        """Compare the search index with the record, make it anew where it differs, and merge it."""
        differ = self._store.check_search()
        step.done["differences"] = differ.json()
        if not differ.none:
            self._store.rebuild_search()
            self._until_none(step, self._follow, (5, 40))
        step.done["merged"] = self._until_none(step, self._merge, _MERGED)

    def _follow(self, files: int) -> int:
        return self._store.sync_search(files, self._clock.now())

    def _merge(self, pages: int) -> int:
        return int(self._store.optimize_search(pages))

    def _graph(self, step: _Step) -> None:
        """Take away rows that belong to nothing: the graph is read from them."""
        step.done["orphans"] = sum(
            self._until_none(step, partial(self._store.drop_orphans, each), _ROWS)
            for each in self._store.orphans()
        )

    def _vacuum(self, step: _Step) -> None:
        """Give free pages back, and refresh what SQLite plans with."""
        self._until_none(step, self._store.vacuum, _PAGES)
        step.slices.run(self._store.refresh_planner)

    def _checkpoint(self, step: _Step) -> None:
        """Move the WAL into the file."""
        # Not a slice: writers go on meanwhile.
        step.done |= self._store.checkpoint()._asdict()

    def _until_none(self, step: _Step, some: Callable[[int], int], sizes: tuple[int, int]) -> int:
        """Do slices until one finds nothing to do; returns how much was done."""
        done = 0
        for count in step.slices.fill(some, *sizes):
            if not count:
                break
            done += count
        return done

    def details(self) -> Json:
        """Say what the database takes, and how much was done since the last time."""
        space = self._store.space()
        return {
            "bytes": space.file,
            "freeBytes": space.free,
            "walBytes": space.wal,
            "operationsSince": self._operations,
        }
