"""Fakes behind the ports: an engine in one process, on a clock that is turned by hand.

`Disk` is what scanner and watcher see, `Extractor` and `Store` do what they are told, `Harness`
puts an engine over them. Nothing here sleeps: `Harness.until` waits on a condition with a deadline
that only a broken engine reaches.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from dbp.analysis.staleness import decode_anchors
from dbp.clock import SystemClock, TurnableClock
from dbp.engine import Engine
from dbp.errors import ScanError, StoreError
from dbp.facts import Facts, decode_facts
from dbp.hooks import Hooks
from dbp.model import (
    Cause,
    Change,
    Content,
    ContentKey,
    EnrichmentState,
    Extraction,
    FileRecord,
    FileState,
    Stat,
    SymbolRow,
)
from dbp.paths import is_below
from dbp.ports import (
    Edges,
    Excluded,
    ExtractionRequest,
    Failure,
    FilePage,
    Known,
    Listed,
    Marked,
    Move,
    Put,
    Remove,
    Stored,
    StoreStatus,
    ToEnrich,
    Touch,
    WatcherStatus,
    WatchSink,
    Write,
)
from dbp.ports.search import SearchState
from dbp.runtime import Scan
from dbp.settings import Settings
from dbp.store.database import open_database
from dbp.store.jobs import SqliteJobs

OLD = 1_000_000_000_000_000_000
"""A file time in nanoseconds that is long ago by any clock of these tests."""


class Disk:
    """Files in memory; every write has a new time. `broken` maps a path to what reading raises."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.stats: dict[str, Stat] = {}
        self.broken: dict[str, OSError] = {}
        self.ignored: set[str] = set()
        self._ticks = 0

    def write(self, path: str, data: bytes = b"text\n") -> None:
        """Write a file as another program would."""
        self._ticks += 1
        inode = self.stats[path].inode if path in self.stats else self._ticks
        self.files[path] = data
        self.stats[path] = Stat(len(data), OLD + self._ticks, inode)

    def remove(self, path: str) -> None:
        """Delete a file."""
        del self.files[path], self.stats[path]

    def rename(self, old: str, new: str) -> None:
        """Rename a file: it stays the same one."""
        self.files[new], self.stats[new] = self.files.pop(old), self.stats.pop(old)


class Scanner:
    """`ports.Scanner` over a `Disk`. `fails` is raised by the next listings, one each."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.fails: list[Exception] = []
        self.listed: list[str] = []

    warnings: Sequence[str] = ()
    refusal: ScanError | None = None

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield what is there, in path order."""
        self.listed.append(prefix)
        if self.fails:
            raise self.fails.pop(0)
        for path in sorted(self.disk.files):
            if is_below(path, prefix) and path not in self.disk.ignored:
                yield Listed(path, self.disk.stats[path])

    def look(self, path: str) -> Listed | None:
        """Look at one path."""
        if path not in self.disk.files or path in self.disk.ignored:
            return None
        return Listed(path, self.disk.stats[path])

    def read(self, path: str) -> tuple[bytes, Stat]:
        """Read one file, or raise what the disk says."""
        if path in self.disk.broken:
            raise self.disk.broken[path]
        if path not in self.disk.files:
            raise FileNotFoundError(path)
        return self.disk.files[path], self.disk.stats[path]

    def why_excluded(self, path: str) -> str | None:
        """Say that a path is ignored."""
        return "ignored by a test" if path in self.disk.ignored else None

    def forget(self) -> None:
        """Nothing is remembered."""


class Watcher:
    """`ports.Watcher` that reports only what a test says."""

    def __init__(self, sink: WatchSink) -> None:
        self.sink = sink
        self.running = False
        self.deaf = False

    def start(self) -> None:
        """Begin."""
        self.running = True

    def stop(self) -> None:
        """End."""
        self.running = False

    def status(self) -> WatcherStatus:
        """Claim to be native."""
        return WatcherStatus("inotify", directories=1)

    def alive(self) -> bool:
        """Whether events can arrive."""
        return self.running and not self.deaf


class Extractor:
    """`ports.Extractor` that counts what it was asked.

    `during` is called on the worker's thread with each request before it is answered, and may
    raise: what a defect in an extractor would do.
    """

    version = "fake-1"

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []
        self.batches: list[list[str]] = []
        self.during: Callable[[ExtractionRequest], Content | Failure | Excluded | None] = (
            lambda _request: None
        )
        self.reaped: list[float] = []
        self.busy_until = 0.0
        self.closed = False

    def language(self, _path: str, _head: bytes) -> str:
        """Everything is text."""
        return "text"

    def extract(
        self, requests: Sequence[ExtractionRequest], *, urgent: bool = False
    ) -> list[Content | Failure | Excluded]:
        """Answer each request, in order; no work here is more urgent than other."""
        del urgent
        self.batches.append([request.path for request in requests])
        return [self._extract(request) for request in requests]

    def _extract(self, request: ExtractionRequest) -> Content | Failure | Excluded:
        told = self.during(request)
        self.seen.append((request.path, request.data))
        return told or Content(request.key, request.data, request.data.decode())

    def use_template(self, text: str) -> None:
        """Headers are not read here."""

    def extract_text(
        self, path: str, language: str, text: str, template: str = ""
    ) -> Extraction | Failure:
        """No buffer is open here."""
        raise NotImplementedError

    def reap(self, now: float) -> bool:
        """Keep a process for as long as `busy_until` says."""
        self.reaped.append(now)
        return now < self.busy_until

    def close(self) -> None:
        """Take no more work."""
        self.closed = True

    def paths(self) -> list[str]:
        """Name what was extracted, in order."""
        return [path for path, _ in self.seen]


def jobs_in_memory() -> SqliteJobs:
    """Make a real table of jobs where nothing can be written: it is kept in memory."""
    clock = SystemClock()
    return SqliteJobs(open_database(Path("/dev/null/jobs.db"), clock), clock)


class Store:
    """`ports.Store` in memory. `fails` is raised by the next writes, one each."""

    def __init__(self) -> None:
        self.records: dict[str, FileRecord] = {}
        self.contents: dict[ContentKey, Content] = {}
        self.anchors: dict[str, str | None] = {}
        self.commits: list[list[Write]] = []
        self.fails: list[StoreError] = []
        self.jobs = jobs_in_memory()
        self._lock = threading.Lock()

    # ── the search index: always in step ──

    def search_state(self) -> SearchState:
        """Have nothing to do."""
        return SearchState(0, len(self.records))

    def sync_search(self, *_: object, **__: bool) -> int:
        """Do nothing."""
        return 0

    # ── reads ──

    def known(self, path: str) -> Known | None:
        """Fetch what the need check wants."""
        record = self.records.get(path)
        return _known(record) if record else None

    def known_of(self, paths: Sequence[str]) -> Mapping[str, Known]:
        """Fetch the same of several paths."""
        found = {path: self.known(path) for path in paths}
        return {path: known for path, known in found.items() if known is not None}

    def known_in_order(self, prefix: str = "") -> Iterator[Known]:
        """Yield the same below a folder."""
        with self._lock:
            below = [r for p, r in sorted(self.records.items()) if is_below(p, prefix)]
        yield from map(_known, below)

    def known_inode(self, stat: Stat) -> Sequence[Known]:
        """Find records of the same file."""
        with self._lock:
            return [_known(r) for r in self.records.values() if r.stat == stat]

    def has_content(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, str | None]:
        """Tell which extractions are there."""
        with self._lock:
            return {key: self.contents[key].intent for key in keys if key in self.contents}

    def stored(self, path: str) -> Stored | None:
        """Fetch the record of a file; its extraction is not kept."""
        record = self.records.get(path)
        return Stored(record, None) if record else None

    def facts(self, path: str) -> Facts | None:
        """Fetch the facts of a file."""
        content = self._content_of(path)
        return decode_facts(content.facts) if content else None

    def symbols(self, query: str, limit: int) -> list[tuple[str, SymbolRow]]:
        """Find symbols by a part of their name."""
        found = [
            (path, row)
            for path in sorted(self.records)
            for row in getattr(self._content_of(path), "symbols", ())
            if query.lower() in row.name.lower()
        ]
        return sorted(found, key=lambda one: len(one[1].name))[:limit]

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield the facts of every file."""
        for path, record in sorted(self.records.items()):
            if (facts := self.facts(path)) is not None:
                yield path, record.language, facts

    def marked(self, paths: Sequence[str]) -> Mapping[str, Marked]:
        """Fetch facts and anchors."""
        found = {path: self.facts(path) for path in paths}
        return {
            path: Marked(facts, decode_anchors(self.anchors.get(path)))
            for path, facts in found.items()
            if facts is not None
        }

    def content_facts(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, Facts]:
        """Fetch the facts of contents."""
        return {key: decode_facts(self.contents[key].facts) for key in keys if key in self.contents}

    def _content_of(self, path: str) -> Content | None:
        record = self.records.get(path)
        if record is None or record.state != FileState.INDEXED:
            return None
        of = (record.content_hash, record.language)
        return next((c for c in self.contents.values() if c.key[:2] == of), None)

    def exists(self, path: str) -> bool:
        """Tell whether a path is recorded."""
        return path in self.records

    def files(self, query: str = "", limit: int = 100, cursor: str | None = None) -> FilePage:
        """List what is recorded, on one page."""
        found = [r for p, r in sorted(self.records.items()) if query in p and p > (cursor or "")]
        return FilePage(tuple(found[:limit]), None, len(found))

    def counts(self) -> Mapping[str, int]:
        """Count by state."""
        return Counter(record.state.value for record in self.records.values())

    def to_enrich(self, limit: int, after: str = "", *, now: float) -> Sequence[ToEnrich]:
        """Nothing is enriched here."""
        del limit, after, now
        return ()

    def enrichment_of(self, path: str) -> ToEnrich | None:
        """Nothing is enriched here."""
        del path

    def enrichment_counts(self) -> Mapping[str, int]:
        """Nothing is enriched here."""
        return {}

    def next_enrichment(self) -> float | None:
        """Nothing is enriched here."""

    def has_meaning(self, key: str) -> bool:
        """Nothing is enriched here."""
        del key
        return False

    def enrich_again(self, states: Sequence[EnrichmentState] = ()) -> int:
        """Nothing is enriched here."""
        del states
        return 0

    def version(self) -> int:
        """Count commits."""
        return len(self.commits)

    def status(self) -> StoreStatus:
        """Say little."""
        return StoreStatus("memory", "", 0, 0, 1)

    # ── the writer ──

    def write(self, writes: Sequence[Write]) -> int:
        """Apply a batch, or raise what was planned and apply nothing."""
        with self._lock:
            if self.fails:
                raise self.fails.pop(0)
            for write in writes:
                self._apply(write)
            self.commits.append(list(writes))
            return len(self.commits)

    def _apply(self, write: Write) -> None:
        if isinstance(write, Put):
            if write.content is not None:
                self.contents[write.content.key] = write.content
            path, old = write.record.path, self.records.get(write.record.path)
            self.records[path] = write.record
            if old is None or old.content_hash != write.record.content_hash:
                self.anchors[path] = write.anchors
        elif isinstance(write, Remove):
            self.records.pop(write.path, None)
        elif isinstance(write, Move):
            record = self.records.pop(write.old_path, None)
            if record is not None:
                moved = dataclasses.replace(record, path=write.path, stat=write.stat)
                if moved.enrichment == EnrichmentState.SKIPPED:
                    moved = dataclasses.replace(moved, enrichment=EnrichmentState.UNDECIDED)
                self.records[write.path] = moved
        elif isinstance(write, Touch):
            old = self.records[write.path]
            self.records[write.path] = dataclasses.replace(old, stat=write.stat)

    def outdated(self, extractor: str) -> Sequence[str]:
        """Nothing is."""
        del extractor
        return ()

    def lost(self) -> bool:
        """Memory does not get lost."""
        return False

    def prune_contents(self, max_bytes: int) -> int:
        """Keep everything."""
        del max_bytes
        return 0

    def note(self, key: str) -> str | None:
        """No notes are kept."""
        del key
        return None

    def set_note(self, key: str, value: str) -> None:
        """No notes are kept."""

    def close(self) -> None:
        """Nothing to close."""

    def intents(self) -> dict[str, str | None]:
        """Name the intent of every indexed file."""
        indexed = FileState.INDEXED
        return {p: r.intent for p, r in sorted(self.records.items()) if r.state == indexed}


def _known(record: FileRecord) -> Known:
    return Known(
        record.path,
        record.stat,
        record.state.value,
        record.content_hash,
        record.language,
        record.attempts,
    )


class Bell:
    """`ports.Bell` whose markers come through at once, as through a watcher that is quick."""

    def __init__(self) -> None:
        self.sink: WatchSink | None = None
        self.delivers = True

    def mark(self, name: str) -> None:
        """Let a marker through."""
        if self.sink is not None and self.delivers:
            self.sink.bell(name)

    def unmark(self, name: str) -> None:
        """No file was made."""

    def ring(self, request: dict[str, Any]) -> str:
        """Nobody is there to hear it."""
        raise NotImplementedError

    def read(self, name: str) -> dict[str, Any] | None:
        """Nobody rang."""
        del name
        return None

    def answer(self, request_id: str, reply: dict[str, Any]) -> None:
        """Nobody asked."""

    def sweep(self, older_than: float, now: float) -> None:
        """There are no files."""

    def listen(self, on_name: Callable[[str], None]) -> Callable[[], None]:
        """Hear nothing."""
        del on_name
        return lambda: None


class Leader:
    """`ports.Leader` without a rival."""

    def try_acquire(self) -> bool:
        """Lead."""
        return True

    def acquire_blocking(self) -> None:
        """Lead."""

    def release(self) -> None:
        """Give it up."""


class Harness:
    """An engine over fakes: `with Harness() as h: h.save("a.py"); h.turn(10)`."""

    def __init__(self, scheduler: Mapping[str, Any] | None = None) -> None:
        self.clock = TurnableClock()
        self.disk = Disk()
        self.extractor = Extractor()
        self.store = Store()
        self.bell = Bell()
        self.published: list[str] = []
        self.scans: list[Scan] = []
        self.broken = threading.Event()
        self.open_files: set[str] = set()
        self.scanner = Scanner(self.disk)
        self.watchers: list[Watcher] = []
        self.settings = Settings.model_validate({"scheduler": dict(scheduler or {})})
        hooks = Hooks(
            published=self.published.extend,
            bell=lambda _name: None,
            scanned=self.scans.append,
            is_open=self.open_files.__contains__,
            store_broken=self.broken.set,
        )
        self.engine = Engine(self.edges(), self.store, self.settings, self.clock, hooks)
        self.load = 0.0  # a core
        self.engine.throttle.load = lambda: self.load

    def edges(self) -> Edges:
        """Lend the fakes to an engine or a workspace."""

        def open_sources(_settings: Settings, sink: WatchSink) -> tuple[Scanner, Watcher]:
            self.bell.sink = sink
            self.watchers.append(Watcher(sink))
            return self.scanner, self.watchers[-1]

        return Edges(
            leader=Leader(),
            bell=self.bell,
            open_store=lambda _read_only: self.store,
            open_extractor=lambda _settings: self.extractor,
            open_sources=open_sources,
        )

    def __enter__(self) -> Self:
        self.engine.start()
        self.settle()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.engine.stop()

    @property
    def watcher(self) -> Watcher:
        """The one in use."""
        return self.watchers[-1]

    def save(self, path: str, data: bytes = b"text\n") -> None:
        """Write a file, and have the watcher see it."""
        self.disk.write(path, data)
        self.touch(path)

    def touch(self, path: str) -> None:
        """Have the watcher report a path."""
        self.watcher.sink.changed(Change(path, Cause.DISK))

    def delete(self, path: str) -> None:
        """Delete a file, and have the watcher see it."""
        self.disk.remove(path)
        self.touch(path)

    def settle(self, *, flush: bool = True) -> None:
        """Wait, in real time, until everything offered so far is committed."""
        done = threading.Event()
        self.engine.settle(done.set, flush=flush)
        assert done.wait(10), "it does not settle"

    def turn(self, seconds: float) -> None:
        """Let time go by."""
        self.clock.turn(seconds)

    def until(self, condition: Callable[[], bool], what: str = "it") -> None:
        """Wait, in real time, until a condition holds."""
        waiting = threading.Condition()
        deadline = time.monotonic() + 10
        with waiting:
            while not condition():
                assert time.monotonic() < deadline, f"waited too long for {what}"
                waiting.wait(0.002)

    def rest(self) -> None:
        """Wait until every due change is taken and done: what is left is not due yet."""
        buffer = self.engine.buffer

        def resting() -> bool:
            with buffer._changed:
                buffer._ripen()
                ready = any(not e.dead for heap in buffer._ready.values() for *_, e in heap)
                return not ready and not buffer._in_flight and buffer._folder_in_flight is None

        self.until(resting, "the engine to rest")
