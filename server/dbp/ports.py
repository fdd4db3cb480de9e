"""What the core asks of the edges. Edges implement these; the core never imports an edge.

Every method that blocks says so. None of them may be called on the loop thread unless it says
"quick", which means: microseconds, no walk, no write, no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dbp.model import Change, Content, ContentKey, Extraction, FileRecord, Stat

if TYPE_CHECKING:
    # The settings bring pydantic along, which the answer to `initialize` must not wait for.
    from dbp.settings import Settings

# ── files on disk ──────────────────────────────────────────────────────────────────────────────


class Listed(NamedTuple):
    """One file in scope, as a listing found it.

    `skip` says why it is in scope but never read (`symlink`, `special`, `too_large`, `binary` by
    its name), or is empty.
    """

    path: str
    stat: Stat
    skip: str = ""


class Scanner(Protocol):
    """Knows which files belong to the workspace, and reads them safely."""

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every file in scope at or below `prefix`, in path order. Blocking.

        Raises `ScanError` when the root itself cannot be listed.
        """

    def look(self, path: str) -> Listed | None:
        """Look at one path now: None when it is not there or not in scope. Blocking, brief."""

    def read(self, path: str) -> tuple[bytes, Stat]:
        """Read a regular file beneath the root, following no link, at most the size limit.

        Returns its bytes and the stat that held before and after. Raises `OSError` as the system
        reports it (`EAGAIN`: it kept changing, look again), and `BadPathError` for anything that is
        not a regular file inside the root.
        """

    def why_excluded(self, path: str) -> str | None:
        """Say why a path is out of scope (`ignored by .gitignore`, …), or None. Blocking, brief."""

    def forget(self) -> None:
        """Drop cached verdicts: ignore rules or settings changed."""

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should know: broken ignore lines, folders without permission."""


class Watcher(Protocol):
    """Turns native file events into hints."""

    def start(self) -> None:
        """Begin watching. Blocking (adds one watch a folder). Raises `OSError` when it cannot."""

    def stop(self) -> None:
        """End every thread; no callback comes after it returns."""

    def status(self) -> WatcherStatus:
        """Quick."""

    def alive(self) -> bool:
        """Tell whether events can still arrive. Quick."""


@dataclass(frozen=True, slots=True)
class WatcherStatus:
    """`backend` is `inotify`, `fsevents`, `windows`, `kqueue`, `polling` or `off`."""

    backend: str
    directories: int = 0
    overflows: int = 0
    last_event_at: float | None = None
    warning: str | None = None


class WatchSink(Protocol):
    """What a watcher calls, from its own threads. Quick, never raises."""

    def changed(self, change: Change) -> None:
        """Take a hint."""

    def overflowed(self) -> None:
        """Events were lost, markers perhaps among them: everything must be looked at."""

    def bell(self, name: str) -> None:
        """Report a file that appeared in the bell folder (see `dbp.sources.bell`), by its name."""


class DeafSink:
    """Hears nothing: for sources that are only asked and never started."""

    def changed(self, change: Change) -> None:
        """Ignore."""

    def overflowed(self) -> None:
        """Ignore."""

    def bell(self, name: str) -> None:
        """Ignore."""


# ── extraction ─────────────────────────────────────────────────────────────────────────────────


class ExtractionRequest(NamedTuple):
    """One content to extract. `key.language` is what `Extractor.language` said."""

    path: str
    key: ContentKey
    data: bytes


class Failure(NamedTuple):
    """Why an extraction failed. `transient` failures are tried again by themselves."""

    code: str
    message: str
    transient: bool = False


class Excluded(NamedTuple):
    """The content is no text that can speak about itself: `binary`."""

    reason: str


class Extractor(Protocol):
    """Reads structure out of contents, in processes that may die without hurting anyone."""

    @property
    def version(self) -> str:
        """Names the rules in force; part of every `ContentKey`."""

    def language(self, path: str, head: bytes) -> str:
        """Name the language of a file from its name and first bytes; `text` when unknown."""

    def extract(
        self, requests: Sequence[ExtractionRequest], *, urgent: bool = False
    ) -> list[Content | Failure | Excluded]:
        """Extract each request, in order. Blocking; never raises for what a file holds.

        `urgent`: somebody waits for it, as for a file just saved.
        """

    def extract_text(self, path: str, language: str, text: str) -> Extraction | Failure:
        """Extract an open buffer, ahead of any other work. Blocking; bounded by the deadline."""

    def reap(self, now: float) -> None:
        """End parser processes that idle; `now` is the clock's `monotonic`."""

    def close(self) -> None:
        """End every parser process."""


# ── the record ─────────────────────────────────────────────────────────────────────────────────


class Known(NamedTuple):
    """What the need check compares with the disk."""

    path: str
    stat: Stat
    state: str
    content_hash: str
    language: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Put:
    """Record a file. An indexed one names its extraction: a new `content`, or a stored `key`."""

    record: FileRecord
    content: Content | None = None
    key: ContentKey | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Only the stat of a file changed."""

    path: str
    stat: Stat


@dataclass(frozen=True, slots=True)
class Move:
    """A file came to `path` from `old_path` with the same content; the row moves."""

    old_path: str
    path: str
    stat: Stat


@dataclass(frozen=True, slots=True)
class Remove:
    """A file left."""

    path: str


Write = Put | Touch | Move | Remove


@dataclass(frozen=True, slots=True)
class Stored:
    """A record with the extraction of its content (None when it failed or is excluded)."""

    record: FileRecord
    extraction: Extraction | None
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of `Store.files`, in path order; `cursor` is the last path, None at the end."""

    files: tuple[FileRecord, ...]
    cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What `dbp/status` says of the database."""

    backend: str
    path: str
    size_bytes: int
    wal_bytes: int
    schema_version: int
    notes: tuple[str, ...] = field(default_factory=tuple)


class Reader(Protocol):
    """Reads of the record. Each is one short read transaction; none holds a cursor open."""

    def known(self, path: str) -> Known | None:
        """Fetch what the need check wants of one path."""

    def known_of(self, paths: Sequence[str]) -> Mapping[str, Known]:
        """Fetch the same of several paths in one read."""

    def known_in_order(self, prefix: str = "") -> Iterator[Known]:
        """Yield the same for every path at or below a folder, in code point order of the paths.

        Reads as it goes: what is written meanwhile may be in it or not.
        """

    def known_inode(self, stat: Stat) -> Sequence[Known]:
        """Find records with the same inode, size and mtime: where a new path may come from."""

    def has_content(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, str | None]:
        """Tell which extractions are stored already, each with its intent."""

    def stored(self, path: str) -> Stored | None:
        """Fetch a file with its extraction. Quick."""

    def exists(self, path: str) -> bool:
        """Tell whether an indexed file or a folder of one has this path. Quick."""

    def files(self, query: str = "", limit: int = 100, cursor: str | None = None) -> FilePage:
        """List indexed and failed files whose path contains `query`, in path order."""

    def counts(self) -> Mapping[str, int]:
        """Count the files by state."""

    def version(self) -> int:
        """Change whenever any process has committed since. Quick."""

    def status(self) -> StoreStatus:
        """Quick."""


class Store(Reader, Protocol):
    """The record, for its one writer."""

    def write(self, writes: Sequence[Write]) -> int:
        """Commit all or nothing in one transaction; return the new revision. Blocking.

        Raises `StoreError` when the database cannot take it (disk full, locked for too long).
        """

    def outdated(self, extractor: str) -> Sequence[str]:
        """Name the files whose extraction was made by other rules than these. Blocking."""

    def lost(self) -> bool:
        """Tell whether the file under us was removed or replaced. Quick."""

    def prune_contents(self, max_bytes: int) -> int:
        """Drop the oldest extractions that no file has, beyond this many bytes. Blocking."""

    def note(self, key: str) -> str | None:
        """Read a small fact kept beside the record (`extractor`: which rules it was made by)."""

    def set_note(self, key: str, value: str) -> None:
        """Keep a small fact. Blocking."""

    def close(self) -> None:
        """Checkpoint and close."""


# ── the client ─────────────────────────────────────────────────────────────────────────────────

Publish = Callable[[Sequence[str]], None]
"""Called by workers after a commit with the paths that changed; crosses to the loop by itself."""

Json = dict[str, Any]


# ── processes side by side ─────────────────────────────────────────────────────────────────────


class Leader(Protocol):
    """The OS lock that makes one process of a workspace its only writer."""

    def try_acquire(self) -> bool:
        """Take the lead if nobody has it."""

    def acquire_blocking(self) -> None:
        """Wait in the kernel until the lead is free, and take it. Blocking, perhaps for days."""

    def release(self) -> None:
        """Give the lead away."""


class Bell(Protocol):
    """A folder beside the database through which processes of one user call the leader."""

    def mark(self, name: str) -> None:
        """Create a marker file: its event comes after every event that happened before."""

    def unmark(self, name: str) -> None:
        """Remove a marker."""

    def ring(self, request: Json) -> str:
        """Leave a request; return its id."""

    def read(self, name: str) -> Json | None:
        """Read the request or reply in a file that rang; None when it is none."""

    def answer(self, request_id: str, reply: Json) -> None:
        """Leave the reply to a request."""

    def sweep(self, older_than: float, now: float) -> None:
        """Take away what nobody came for: files older than so many seconds."""

    def listen(self, on_name: Callable[[str], None]) -> Callable[[], None]:
        """Report each file that appears, from a thread of its own; returns the way to stop."""


@dataclass(frozen=True, slots=True)
class Edges:
    """How a workspace gets its edges; the composition root (`dbp.app`) fills this in.

    `open_store` takes whether to open for reading only. The others take the settings in force.
    """

    leader: Leader
    bell: Bell
    open_store: Callable[[bool], Store]
    open_extractor: Callable[[Settings], Extractor]
    open_sources: Callable[[Settings, WatchSink], tuple[Scanner, Watcher]]
