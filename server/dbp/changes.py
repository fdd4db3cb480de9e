"""The change buffer: every source offers hints here, workers take what is due.

It promises: one entry a path, whatever the number of hints; nothing is handed out before its path
was quiet for `delay`, nor kept back longer than `max_delay`; no path is handed out twice at a time;
offering is short, never blocks and never raises. It never looks at the disk, and it remembers
nothing across restarts: the disk is the truth, so whatever is lost here is found again by looking.
When it is full it does not drop a hint: it forgets the path and remembers to look at its folder.

Sequence numbers are the barrier behind `dbp/settle`: each offer gets one, an entry keeps the
earliest that it stands for, and a barrier falls when nothing at or before its own is outstanding.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from dbp import entries
from dbp.clock import Clock
from dbp.entries import NEVER, Entry, Heap, Pace, Sizes, Window, best_class, call_all
from dbp.model import Cause, Change, Priority
from dbp.paths import common_folder, is_below, parent


class ChangeBuffer:
    """Thread-safe; one condition variable guards everything. `throttled`: bool() is never."""

    def __init__(self, clock: Clock, window: Window, throttled: Callable[[], bool] = bool) -> None:
        self._clock = clock
        self._pace = Pace(window, throttled)
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._sequence = 0
        self._waiting: dict[str, Entry] = {}
        self._in_flight: dict[str, Entry] = {}
        self._folders: dict[str, Entry] = {}
        self._folder_in_flight: Entry | None = None
        self._by_due: Heap = []
        self._ready: dict[Priority, Heap] = {p: [] for p in Priority}
        self._parked: dict[str, Entry] = {}
        self._renamed: dict[str, str] = {}
        self._outstanding: list[tuple[int, int, Entry]] = []
        self._barriers: list[tuple[int, Callable[[], None]]] = []
        self._flushed = 0
        self._overflows = 0
        self._paused = False
        self._missed_while_paused = False
        self._stopped = False

    # ── sources ────────────────────────────────────────────────────────────────────────────────

    def offer(self, change: Change) -> int:
        """Take a hint; return its sequence number."""
        with self._changed:
            self._sequence += 1
            if self._stopped:
                return self._sequence
            if self._paused and change.priority != Priority.FORCED:
                self._missed_while_paused = True
            elif change.tree:
                self._add_folder(change)
            else:
                self._add(change, self._sequence)
            self._changed.notify_all()
            return self._sequence

    def offer_later(self, change: Change, delay: float) -> None:
        """Plan a look in `delay` seconds that no barrier waits for: the retry of a failure."""
        with self._changed:
            if change.path in self._waiting or self._stopped:
                return
            now = self._clock.monotonic()
            self._insert(change, NEVER, now, now + delay)
            self._changed.notify_all()

    def rearm(self, path: str) -> None:
        """Someone is typing in `path`: if it waits, let it wait until the typing pauses."""
        with self._changed:
            entry = self._waiting.get(path)
            if entry is not None and entry.sequence != NEVER and not entry.change.force:
                self._wait_or_hasten(entry)

    def feed(self, change: Change, sequence: int) -> bool:
        """Offer what a scan found, due at once; blocks while full. False when stopped."""
        with self._changed:
            while not self._stopped and (
                len(self._waiting) >= self._window.capacity and change.path not in self._waiting
            ):
                self._clock.wait(self._changed, None)
            if self._stopped:
                return False
            entry = self._waiting.get(change.path)
            if entry is not None and entry.sequence != NEVER:
                self._stand_for(entry, sequence)
                if sequence <= self._flushed:
                    self._hasten(entry, self._clock.monotonic())
                    self._changed.notify_all()
                return True
            if entry is not None:
                self._drop(entry)
            now = self._clock.monotonic()
            self._insert(change, sequence, now, now)
            self._changed.notify_all()
            return True

    # ── workers ────────────────────────────────────────────────────────────────────────────────

    def take(
        self, workers: int = 1, *, block: bool = True, keep: Callable[[], bool] | None = None
    ) -> list[Change]:
        """Hand out due changes of one class, a fair share of at most `batch_size`.

        Blocks until something is due (then never empty), or returns [] when stopped, when `keep`
        says no (the caller is to end; see `wake`) or, with `block=False`, when nothing is due.
        """
        with self._changed:
            while True:
                if self._stopped or (keep is not None and not keep()):
                    return []
                self._ripen()
                batch = self._pick(workers)
                if batch or not block:
                    return batch
                self._clock.wait(self._changed, self._next_due())

    def done(self, path: str, *, again: bool = False) -> None:
        """Report the end of work on a path: committed and published, or failed and recorded.

        With `again` the file changed meanwhile: it is looked at once more, as the same hint.
        """
        with self._changed:
            entry = self._in_flight.pop(path)
            entry.dead = True
            parked = self._parked.pop(path, None)
            if parked is not None:
                self._make_ready(parked)
            if again and not self._stopped:
                self._add_again(entry)
            self._changed.notify_all()
            finished = self._finished_barriers()
        call_all(finished)

    # ── the scan thread ────────────────────────────────────────────────────────────────────────

    def take_folder(self, *, block: bool = True) -> tuple[str, int] | None:
        """Hand out a folder to compare with the record and the sequence its finds stand for."""
        with self._changed:
            while not self._stopped:
                now = self._clock.monotonic()
                due = [e for e in self._folders.values() if e.due <= now]
                if self._paused:
                    due = [e for e in due if e.change.priority == Priority.FORCED]
                if due:
                    entry = min(due, key=lambda e: (e.change.priority, e.first_seen))
                    del self._folders[entry.change.path]
                    self._folder_in_flight = entry
                    return entry.change.path, entry.sequence
                if not block:
                    return None
                dues = [e.due - now for e in self._folders.values()]
                self._clock.wait(self._changed, min(dues) if dues and not self._paused else None)
            return None

    def folder_done(self) -> None:
        """Report that everything the folder holds was fed."""
        with self._changed:
            if self._folder_in_flight is not None:
                self._folder_in_flight.dead = True
                self._folder_in_flight = None
            finished = self._finished_barriers()
        call_all(finished)

    # ── barrier and control ────────────────────────────────────────────────────────────────────

    def barrier(self, callback: Callable[[], None], *, flush: bool = False) -> int:
        """Call back (from any thread, or at once) when all offered so far is done; see `settled`.

        `flush` makes everything offered so far due now.
        """
        with self._changed:
            sequence = self._sequence
            if flush:
                self._flush(sequence)
            self._barriers.append((sequence, callback))
            self._changed.notify_all()
            finished = self._finished_barriers()
        call_all(finished)
        return sequence

    def pause(self) -> None:
        """Hand out nothing but forced work, and keep no new hints (only that there were some)."""
        with self._changed:
            self._paused = True

    def resume(self) -> bool:
        """Go on; True when hints came meanwhile, so that everything must be looked at."""
        with self._changed:
            missed, self._missed_while_paused = self._missed_while_paused, False
            self._paused = False
            self._changed.notify_all()
            return missed

    @property
    def paused(self) -> bool:
        """Whether automatic work is paused."""
        return self._paused

    def clear(self, cause: Cause | None = None) -> int:
        """Forget everything that only waits, or what one cause brought; return how many paths."""
        removed = 0
        with self._changed:
            for entries in (self._waiting, self._folders):
                for path, entry in list(entries.items()):
                    if cause in {None, entry.change.cause}:
                        entry.dead = True
                        del entries[path]
                        removed += 1
            self._parked = {p: e for p, e in self._parked.items() if not e.dead}
            self._renamed = {old: new for old, new in self._renamed.items() if new in self._waiting}
            self._changed.notify_all()
            finished = self._finished_barriers()
        call_all(finished)
        return removed

    def resize(self, window: Window) -> None:
        """Use new timing and bounds from now on; what waits keeps its due time."""
        with self._changed:
            self._pace.use(window)
            self._changed.notify_all()

    def wake(self) -> None:
        """Let every taker ask its `keep` again."""
        with self._changed:
            self._changed.notify_all()

    def stop(self) -> None:
        """Wake everyone up, at barriers too, and hand out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            finished = self._finished_barriers()
        call_all(finished)

    def left_of(self, paths: Iterable[str]) -> set[str]:
        """Name those of these paths that wait or are worked on; none once it has stopped."""
        with self._changed:
            if self._stopped:
                return set()
            return {path for path in paths if path in self._waiting or path in self._in_flight}

    @property
    def waiting(self) -> int:
        """How many paths wait, planned repetitions included. Takes no lock."""
        return len(self._waiting)

    def sizes(self) -> Sizes:
        """Count what is outstanding."""
        with self._changed:
            now = self._clock.monotonic()
            planned = sum(1 for e in self._waiting.values() if e.sequence == NEVER)
            seen = [e.first_seen for e in self._waiting.values() if e.sequence != NEVER]
            return Sizes(
                waiting=len(self._waiting) - planned,
                in_flight=len(self._in_flight),
                folders=len(self._folders) + (self._folder_in_flight is not None),
                oldest=max((now - first for first in seen), default=0.0),
                overflows=self._overflows,
            )

    # ── inside: the lock is held ───────────────────────────────────────────────────────────────

    @property
    def _window(self) -> Window:
        return self._pace.window()

    def _add(self, change: Change, sequence: int) -> None:
        now = self._clock.monotonic()
        entry = self._waiting.get(change.path)
        if entry is not None and entry.sequence == NEVER:
            self._drop(entry)
            entry = None
        if entry is None:
            if len(self._waiting) >= self._window.capacity and change.priority != Priority.FORCED:
                self._overflows += 1
                self._add_folder(Change(parent(change.path), change.cause, tree=True), sequence)
                return
            at_once = change.priority == Priority.FORCED or sequence <= self._flushed
            self._insert(change, sequence, now, now if at_once else now + self._window.delay)
            return
        self._stand_for(entry, sequence)
        old = entry.change
        entry.change = replace(
            change,
            priority=min(old.priority, change.priority),
            force=old.force or change.force,
            old_path=change.old_path or old.old_path,
        )
        if change.old_path is not None:
            self._renamed.pop(old.old_path or "", None)
            self._renamed[change.old_path] = change.path
        if entry.ready and entry.change.priority < old.priority:
            self._promote(entry)
        else:
            self._wait_or_hasten(entry)

    def _add_again(self, done: Entry) -> None:
        """Look once more, and soon at a path that waited long: it may be written each second."""
        self._add(replace(done.change, old_path=None), done.sequence)
        entry, latest = (
            self._waiting.get(done.change.path),
            done.first_seen + self._window.max_delay,
        )
        soon = max(latest, self._clock.monotonic() + entries.SOON)
        if entry is not None and entry.due > soon and soon < latest + 5 * entries.SOON:
            entry.first_seen = min(entry.first_seen, done.first_seen)
            self._hasten(entry, soon)

    def _insert(self, change: Change, sequence: int, first_seen: float, due: float) -> Entry:
        if change.old_path is not None:
            self._renamed[change.old_path] = change.path
        entry = Entry(change, next(self._numbers), sequence, first_seen, due)
        self._waiting[change.path] = entry
        heapq.heappush(self._by_due, (due, entry.number, entry))
        if sequence != NEVER:
            heapq.heappush(self._outstanding, (sequence, entry.number, entry))
        return entry

    def _drop(self, entry: Entry) -> None:
        entry.dead = True
        del self._waiting[entry.change.path]

    def _stand_for(self, entry: Entry, sequence: int) -> None:
        if sequence < entry.sequence:
            entry.sequence = sequence
            heapq.heappush(self._outstanding, (sequence, entry.number, entry))

    def _wait_or_hasten(self, entry: Entry) -> None:
        """Let the path be quiet again, unless somebody waits for it."""
        if entry.change.priority == Priority.FORCED or entry.sequence <= self._flushed:
            self._hasten(entry, self._clock.monotonic())
        else:
            self._postpone(entry)

    def _postpone(self, entry: Entry) -> None:
        """Let the path be quiet again; its node in the heap is corrected when it surfaces."""
        if not entry.ready:
            quiet = self._clock.monotonic() + self._window.delay
            entry.due = max(entry.due, min(quiet, entry.first_seen + self._window.max_delay))

    def _hasten(self, entry: Entry, due: float) -> None:
        if not entry.ready and due < entry.due:
            entry.due = due
            heapq.heappush(self._by_due, (due, entry.number, entry))

    def _add_folder(self, change: Change, sequence: int | None = None) -> None:
        now = self._clock.monotonic()
        number = self._sequence if sequence is None else sequence
        at_once = change.priority in (Priority.FORCED, Priority.SCAN) or number <= self._flushed
        quiet = now if at_once else now + self._window.delay
        covering = [e for p, e in self._folders.items() if is_below(change.path, p)]
        if covering:
            self._join(covering[0], number, change.priority, quiet)
            return
        covered = [e for p, e in self._folders.items() if is_below(p, change.path)]
        entry = Entry(change, next(self._numbers), number, now, quiet)
        heapq.heappush(self._outstanding, (number, entry.number, entry))
        self._absorb(entry, covered)
        if len(self._folders) > entries.MAX_TREES:
            everything = list(self._folders.values())
            folder = replace(entry.change, path=common_folder(self._folders))
            joined = Entry(folder, next(self._numbers), number, now, quiet)
            heapq.heappush(self._outstanding, (number, joined.number, joined))
            self._absorb(joined, everything)

    def _absorb(self, entry: Entry, others: Iterable[Entry]) -> None:
        """Put a folder in the place of those below it, standing for all of them."""
        for other in others:
            other.dead = True
            del self._folders[other.change.path]
            entry.first_seen = min(entry.first_seen, other.first_seen)
            self._join(entry, other.sequence, other.change.priority, other.due)
        self._folders[entry.change.path] = entry

    def _join(self, entry: Entry, sequence: int, priority: Priority, due: float) -> None:
        """Let a folder stand for one more hint: what is due stays due, else it is quiet again."""
        self._stand_for(entry, sequence)
        if priority < entry.change.priority:
            entry.change = replace(entry.change, priority=priority)
        first, last = sorted((entry.due, due))
        limit = entry.first_seen + self._window.max_delay
        entry.due = first if first <= self._clock.monotonic() else min(last, limit)

    def _ripen(self) -> None:
        """Move what has become due into the ready heaps."""
        now = self._clock.monotonic()
        while self._by_due and self._by_due[0][0] <= now:
            _, number, entry = heapq.heappop(self._by_due)
            if entry.dead or entry.ready:
                continue
            if entry.due > now:
                heapq.heappush(self._by_due, (entry.due, number, entry))
                continue
            self._make_ready(entry)

    def _make_ready(self, entry: Entry) -> None:
        if not entry.dead:
            entry.ready = True
            heap = self._ready[entry.change.priority]
            heapq.heappush(heap, (entry.first_seen, entry.number, entry))

    def _promote(self, entry: Entry) -> None:
        """Move a ready entry to its new class: a twin takes its place."""
        path = entry.change.path
        entry.dead = True
        twin = self._twin(entry)
        if path in self._parked:
            self._parked[path] = twin
        else:
            self._make_ready(twin)

    def _pick(self, workers: int) -> list[Change]:
        ready = sum(len(heap) for heap in self._ready.values())
        share = self._window.share(ready, workers, len(self._in_flight))
        batch: list[Change] = []
        rank: int | None = None
        now = self._clock.monotonic()
        while len(batch) < share:
            best = best_class(self._ready, now, self._window.max_delay, forced_only=self._paused)
            if best is None or (rank is not None and best[0] != rank):
                break
            rank = best[0]
            _, _, entry = heapq.heappop(self._ready[best[1]])
            batch += self._with_its_pair(entry)
        if batch:
            self._changed.notify_all()
        return batch

    def _with_its_pair(self, entry: Entry) -> list[Change]:
        """Hand out both sides of a rename to one worker, the new path first, when both are due.

        Apart, another worker could see the old path gone before the record has moved.
        """
        path = entry.change.path
        pair = [entry]
        other = self._waiting.get(self._renamed.get(path, "") or entry.change.old_path or "")
        if other is not None and other is not entry and other.ready and other.sequence != NEVER:
            pair = [other, entry] if other.change.old_path == path else [entry, other]
        taken: list[Change] = []
        for each in pair:
            path = each.change.path
            if path in self._in_flight:
                if each is entry:
                    self._parked[path] = each
                continue
            if each is not entry:
                # Its nodes in the heaps die with the entry they point at.
                each.dead = True
                each = self._twin(each)  # noqa: PLW2901  # the same path, a live entry
            del self._waiting[path]
            self._parked.pop(path, None)
            self._renamed.pop(each.change.old_path or "", None)
            self._in_flight[path] = each
            taken.append(each.change)
        return taken

    def _twin(self, entry: Entry) -> Entry:
        twin = self._insert(entry.change, entry.sequence, entry.first_seen, entry.due)
        twin.ready = True
        return twin

    def _next_due(self) -> float | None:
        if not self._by_due:
            return None
        return max(0.0, self._by_due[0][0] - self._clock.monotonic())

    def _flush(self, sequence: int) -> None:
        now = self._clock.monotonic()
        self._flushed = max(self._flushed, sequence)
        for entry in self._waiting.values():
            if entry.sequence <= sequence:
                self._hasten(entry, now)
        for entry in self._folders.values():
            if entry.sequence <= sequence:
                entry.due = min(entry.due, now)

    def _oldest_outstanding(self) -> int:
        while self._outstanding and self._outstanding[0][2].dead:
            heapq.heappop(self._outstanding)
        return self._outstanding[0][0] if self._outstanding else NEVER

    def _finished_barriers(self) -> list[Callable[[], None]]:
        oldest = NEVER if self._stopped else self._oldest_outstanding()
        finished = [callback for sequence, callback in self._barriers if sequence < oldest]
        if finished:
            self._barriers = [b for b in self._barriers if b[0] >= oldest]
        return finished
