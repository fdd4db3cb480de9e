"""What surfaces read: the overlay of an open buffer over a bounded cache over the store.

It promises to answer in microseconds from memory and in well under a millisecond from the store,
on any thread. It never parses, never writes, and never shows an overlay for the record: a
`FileView` says where it comes from.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.analysis.staleness import carry
from dbp.errors import BadPathError, StoreError
from dbp.facts import Facts, facts_of
from dbp.meaning import Meaning
from dbp.model import Extraction, FileRecord
from dbp.paths import Root
from dbp.ports import Reader, Stored

if TYPE_CHECKING:
    from dbp.settings.declaration import Cache

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overlay:
    """An open buffer that was parsed: never stored, never sent anywhere."""

    version: int
    extraction: Extraction
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as a surface sees it; `extraction` is the buffer's when `unsaved` is set.

    `meaning` is what the model said of the file as it was saved, or of the content before it.
    `content_hash` is that of what is shown. `stale` names the marks (see `dbp.facts`) whose words
    were written for other code, as far as what is shown goes.
    """

    path: str
    record: FileRecord | None
    extraction: Extraction | None
    unsaved: bool = False
    extractor: str = ""
    meaning: Meaning | None = None
    content_hash: str = ""
    stale: tuple[str, ...] = ()


def stale_marks(stored: Stored | None, shown: Extraction | None = None) -> tuple[str, ...]:
    """Name the stale marks of a recorded file; with `shown`, of that text in its place."""
    if stored is None or stored.extraction is None:
        return ()
    if shown is None:
        return tuple(stored.anchors)
    return tuple(carry(facts_of(stored.extraction), stored.anchors, facts_of(shown)))


class View:
    """Reads for surfaces."""

    def __init__(
        self,
        root: Root,
        reader: Reader,
        *,
        bounds: Cache,
        on_damaged: Callable[[str], None] = lambda _path: None,
        on_full: Callable[[int], None] = lambda _bytes: None,
    ) -> None:
        """Make it; `on_damaged` hears of files whose stored extraction cannot be read.

        `on_full` hears how much the memory is that files had to leave for.
        """
        self._root = root
        self._reader = reader
        self._bounds = bounds
        self._bytes = 0
        self._on_damaged = on_damaged
        self._on_full = on_full
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Stored | None] = OrderedDict()
        self._overlays: dict[str, Overlay] = {}
        self._version: int | None = None
        self.hits = 0
        self.misses = 0

    def get(self, path: str) -> FileView | None:
        """Read a file: None when it has neither an overlay nor a record."""
        overlay = self._overlays.get(path)
        stored = self.stored(path)
        if overlay is None and stored is None:
            return None
        record = stored.record if stored else None
        extractor = stored.extractor if stored else ""
        meaning = stored.meaning if stored else None
        if overlay is not None:
            read, shown = overlay.extraction, overlay.content_hash
            stale = stale_marks(stored, read)
            return FileView(path, record, read, True, extractor, meaning, shown, stale)
        assert stored is not None  # noqa: S101  # one of the two is there
        shown = stored.record.content_hash
        stale = stale_marks(stored)
        return FileView(path, record, stored.extraction, False, extractor, meaning, shown, stale)

    def stored(self, path: str) -> Stored | None:
        """Read the record of a file, from memory where it is still true.

        A record that cannot be read is none: the surface stays quiet, the log says why.
        """
        try:
            return self._stored(path)
        except StoreError as error:
            log.warning("the record of %r cannot be read: %s", path, error)
            if error.code == "content_damaged":
                self._on_damaged(path)
            return None

    def _stored(self, path: str) -> Stored | None:
        version = self._reader.version()
        with self._lock:
            if version != self._version:
                # Another process may have written (a leader, when we follow).
                self._clear()
                self._version = version
            if path in self._cache:
                self._cache.move_to_end(path)
                self.hits += 1
                return self._cache[path]
            self.misses += 1
        stored = self._reader.stored(path)
        with self._lock:
            if version == self._version:
                self._drop(path)
                self._cache[path] = stored
                self._bytes += weight(stored)
                overfull = self._shrink()
            else:
                overfull = 0
        if overfull:
            self._on_full(overfull)
        return stored

    def _drop(self, path: str) -> None:
        if path in self._cache:
            self._bytes -= weight(self._cache.pop(path))

    def _shrink(self) -> int:
        """Let go what was not read for longest; return the bytes there were, if too many."""
        overfull = self._bytes if self._bytes > self.max_bytes else 0
        while len(self._cache) > self._bounds.max_entries or (
            self._cache and self._bytes > self.max_bytes
        ):
            self._drop(next(iter(self._cache)))
        return overfull

    @property
    def max_bytes(self) -> int:
        """What the files in memory may take together."""
        return self._bounds.max_memory_mb * 1024 * 1024

    def empty(self) -> None:
        """Keep nothing in memory, for now: the process as a whole is too large."""
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        self._cache.clear()
        self._bytes = 0

    def facts(self, path: str) -> Facts | None:
        """Read the facts of a file: of the open buffer, or of the record."""
        overlay = self._overlays.get(path)
        if overlay is not None:
            return facts_of(overlay.extraction)
        try:
            return self._reader.facts(path)
        except StoreError as error:
            log.warning("the facts of %r cannot be read: %s", path, error)
            return None

    def extraction(self, path: str) -> Extraction | None:
        """Read what a file says of itself: the open buffer, or the record."""
        overlay = self._overlays.get(path)
        if overlay is not None:
            return overlay.extraction
        stored = self.stored(path)
        return stored.extraction if stored else None

    def exists(self, path: str) -> bool:
        """Tell whether a reference to this key leads anywhere."""
        return path in self._overlays or on_disk(self._root, path)

    def recheck(self) -> int:
        """Compare what is in memory with the record and drop what differs; say how many did.

        Somebody may have changed the database behind our backs. Blocking.
        """
        with self._lock:
            kept = list(self._cache.items())
        differing = [path for path, stored in kept if self._differs(path, stored)]
        self.forget(differing)
        return len(differing)

    def _differs(self, path: str, stored: Stored | None) -> bool:
        with suppress(StoreError):
            return self._reader.stored(path) != stored
        return True

    def forget(self, paths: Iterable[str]) -> None:
        """Drop what a commit made untrue."""
        with self._lock:
            for path in paths:
                self._drop(path)

    def replace(self, reader: Reader) -> None:
        """Read from another store from now on."""
        with self._lock:
            self._reader = reader
            self._clear()
            self._version = None

    def resize(self, bounds: Cache) -> None:
        """Change the bounds of the cache."""
        with self._lock:
            self._bounds = bounds
            self._shrink()

    def overlay(self, path: str) -> Overlay | None:
        """Give the overlay of an open buffer, whatever its version."""
        return self._overlays.get(path)

    def set_overlay(self, path: str, overlay: Overlay | None) -> None:
        """Show an open buffer, or with None show the record again."""
        if overlay is None:
            self._overlays.pop(path, None)
        else:
            self._overlays[path] = overlay

    def kept(self) -> tuple[int, int, int, int]:
        """Count the entries in memory, their estimated bytes, and the hits and misses so far."""
        return len(self._cache), self._bytes, self.hits, self.misses


def on_disk(root: Root, path: str) -> bool:
    """Tell whether there is a file or folder; what is no key is nowhere.

    The record is not asked: the disk knows first, and answers in a tenth of the time.
    """
    try:
        return os.path.lexists(root.absolute(path))
    except BadPathError:
        return False


_FILE_BYTES = 2_000
_SYMBOL_BYTES = 1_200
_REFERENCE_BYTES = 400
_SAID_BYTES = 1_500
"""What a value takes in memory, roughly, as measured on CPython 3.11."""


def weight(stored: Stored | None) -> int:
    """Estimate the bytes a cached file takes."""
    if stored is None or stored.extraction is None:
        return _FILE_BYTES
    symbols, level = 0, list(stored.extraction.symbols)
    while level:
        symbols += len(level)
        level = [child for symbol in level for child in symbol.children]
    references = len(stored.extraction.references)
    said = len(stored.meaning.said) if stored.meaning else 0
    kept = symbols * _SYMBOL_BYTES + references * _REFERENCE_BYTES + said * _SAID_BYTES
    return _FILE_BYTES + kept
