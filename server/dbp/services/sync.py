"""Keeps disk, record, what is in memory and search index in step.

After commits the search index follows, many files at a time. From time to time, or when somebody
asks, disk and record are compared and what differs is looked at. While files are being extracted it
does one small piece at a time: the index can wait, people cannot.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dbp.errors import RequestError, ScanError
from dbp.model import Cause, Change, Priority
from dbp.ports import JobContext, Json, Remove
from dbp.services.alarm import Alarm
from dbp.services.base import Around, Service
from dbp.services.clearing import clear
from dbp.services.feeding import look_at
from dbp.services.slices import Slices

_REPAIRED = ("extracted", "reused", "deleted", "renamed")


class SyncService(Service):
    """Service `sync`."""

    name = "sync"
    job_type = "sync"
    section = "incremental_sync"
    operations = {  # noqa: RUF012 - read only
        "reconcile": (),
        "batch_sync": (),
        "full_resync": ("force_full_resync",),
        "clear_index": (),
        "sync_file": ("sync_task",),
        "cleanup_file": ("cleanup_task",),
    }

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._follow = self._alarm("follow", self._follow_now)
        self._compare = self._alarm("reconcile", self._compare_now)
        self._lock = threading.Lock()
        self._counts = {"differences": 0, "repaired": 0, "reconciles": 0}

    def alarms(self) -> Iterable[Alarm]:
        """Name the moments it waits for."""
        return self._follow, self._compare

    def _begin(self) -> None:
        self._compare.move(float(self.own.interval_seconds))
        # What another process recorded, or a former life of this one.
        self._follow.plan(self.own.sync_delay_seconds)

    def _end(self) -> None:
        self._follow.cancel()
        self._compare.cancel()

    def published(self, paths: Sequence[str]) -> None:
        """Let the index follow, together with what else changes in a moment."""
        if self.automatic and paths and (self.own.sync_on_create or self.own.sync_on_update):
            self._follow.plan(self.own.sync_delay_seconds)

    def _follow_now(self) -> None:
        state = self._store.search_state()
        if state.pending or state.leaving:
            self._automatically("batch_sync", None, self._follow)

    def _compare_now(self) -> None:
        self._compare.plan(float(self.own.interval_seconds))
        if not self._host.buffer.paused:
            self._automatically("reconcile", None, self._compare)

    # ── operations ─────────────────────────────────────────────────────────────────────────────

    def _run(self, operation: str, arguments: Json, context: JobContext) -> Json:
        automatic = bool(arguments.get("automatic"))
        path = str(arguments.get("path", ""))
        if operation == "batch_sync":
            return self._batch(context, automatic=automatic)
        if operation == "sync_file":
            return self._sync_file(path, context)
        if operation == "cleanup_file":
            return self._clean_up(path, context)
        if operation == "reconcile":
            return self._reconcile(path, context, automatic=automatic)
        return self._clear(context) if operation == "clear_index" else self._resync(context)

    def _batch(self, context: JobContext, *, automatic: bool = False) -> Json:
        """Let the search index take what waits; by itself only as much as there is room for."""
        own, taken = self.own, 0
        only = {"new": own.sync_on_create, "changed": own.sync_on_update} if automatic else {}
        slices = Slices(self._clock, context)
        waiting = self._store.search_state().pending

        def take(files: int) -> int:
            return self._store.sync_search(files, self._clock.now(), **only)

        for done in slices.fill(take, max(1, own.batch_size // 8), own.batch_size):
            if not done:
                break
            taken += done
            if automatic and self.busy():
                self._follow.plan(own.sync_delay_seconds)
                break
            context.progress(taken, max(waiting, taken), "search index")
        pending = self._store.search_state().pending
        return {"search": {"taken": taken, "transactions": slices.count, "pending": pending}}

    def _sync_file(self, path: str, context: JobContext) -> Json:
        if not path:
            raise RequestError("sync_file needs a file", lasting=True)
        reason = self._host.scanner.why_excluded(path)
        if reason is not None:
            raise RequestError(f"{path}: {reason}", code="ignored", lasting=True)
        change = Change(path, Cause.REQUEST, Priority.FORCED)
        look_at(self._host, context, iter((change,)), 1)
        known = self._store.known(path)
        return {"path": path, "state": known.state if known else "gone", **self._batch(context)}

    def _clean_up(self, path: str, context: JobContext) -> Json:
        """Take a file that is gone, or out of scope, out of every table."""
        if not path:
            raise RequestError("cleanup_file needs a file", lasting=True)
        if self._host.scanner.look(path) is not None:
            raise RequestError(
                f"{path} is there: its record would come back at once",
                hint="leave it out with .gitignore, or delete it",
                code="invalid_state",
                lasting=True,
            )
        known = self._store.known(path)
        contents: Sequence[int] = ()
        if known is not None:
            self._store.write([Remove(path)])
            self._around.publish([path])
            if known.content_hash:
                contents = self._store.unused_contents(0, known.content_hash)
        dropped = len(contents)
        slices = Slices(self._clock, context)
        while contents:
            contents = slices.run(lambda left=contents: self._store.drop_contents(left))  # type: ignore[misc]
        removed = {"path": path, "removed": known is not None, "contents": dropped}
        return {**removed, **self._batch(context)}

    def _reconcile(self, folder: str, context: JobContext, *, automatic: bool) -> Json:
        """Compare disk and record, memory and record, and mend what differs."""
        if self._host.buffer.paused and automatic:
            return {"skipped": "automatic work is paused"}
        context.progress(0, 0, "comparing disk and record")
        try:
            files, found = self._host.compare(folder)
        except ScanError as error:
            if automatic and self._host.scanner.refusal is not None:
                return {"skipped": str(error)}
            raise
        priority = Priority.SCAN if automatic else Priority.FORCED
        mended = self._look_at(found, priority, context)
        return {
            "files": files,
            "differences": self._count(len(found), self._around.recheck(), 0),
            "repaired": mended,
            **self._batch(context, automatic=automatic),
        }

    def _resync(self, context: JobContext) -> Json:
        """Read every file again, and make the search index anew."""
        context.progress(0, 0, "comparing index and record")
        differ = self._store.check_search()
        memory = self._around.recheck()
        context.progress(0, 0, "reading every file")
        files, found = self._host.compare("", everything=True)
        before = self._mended()
        self._look_at(found, Priority.FORCED, context)
        mended = self._mended() - before
        self._store.rebuild_search()
        batch = self._batch(context)
        left = self._store.check_search()
        wrong = sum(differ[:4]) + bool(differ.damaged)
        return {
            "files": files,
            "differences": self._count(mended, memory, wrong),
            "repaired": mended + memory + wrong,
            "left": left.json(),
            **batch,
        }

    def _clear(self, context: JobContext) -> Json:
        """Throw away what is recorded of every file, and read all of them again.

        Projects, consent, the ledger and what was paid for lie in the user's account and stay.
        """
        host = self._host
        context.progress(0, 0, "clearing the record")
        host.compare("")  # what cannot be listed is not thrown away
        try:
            removed = clear(self._store, Slices(self._clock, context), self._around.publish)
            return {"removed": removed, **self._resync(context)}
        except BaseException:
            # Half a record is worse than a busy one: whatever ended this, the rest is read again.
            host.buffer.offer(Change("", Cause.SCAN, Priority.SCAN, tree=True))
            raise

    def _look_at(self, found: Sequence[Change], priority: Priority, context: JobContext) -> int:
        """Have files looked at; returns how many of them were recorded anew."""
        before = self._mended()
        changes = (replace(each, priority=priority) for each in found)
        look_at(self._host, context, changes, len(found))
        return self._mended() - before

    def _mended(self) -> int:
        return sum(self._host.statistics.get(name) for name in _REPAIRED)

    def _count(self, record: int, memory: int, search: int) -> Json:
        with self._lock:
            self._counts["reconciles"] += 1
            self._counts["differences"] += record + memory + search
            self._counts["repaired"] += record + memory + search
        return {"record": record, "memory": memory, "search": search}

    def details(self) -> Json:
        """Say how far the index is, and what comparing found so far."""
        state = self._store.search_state()
        with self._lock:
            counts = dict(self._counts)
        return {"search": state._asdict(), **counts}
