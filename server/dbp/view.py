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
from dataclasses import dataclass

from dbp.errors import StoreError
from dbp.model import Extraction, FileRecord
from dbp.paths import Root
from dbp.ports import Reader, Stored

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overlay:
    """An open buffer that was parsed: never stored, never sent anywhere."""

    version: int
    extraction: Extraction


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as a surface sees it; `extraction` is the buffer's when `unsaved` is set."""

    path: str
    record: FileRecord | None
    extraction: Extraction | None
    unsaved: bool = False
    extractor: str = ""


class View:
    """Reads for surfaces."""

    def __init__(
        self,
        root: Root,
        reader: Reader,
        *,
        max_entries: int,
        on_damaged: Callable[[str], None] = lambda _path: None,
    ) -> None:
        """Make it; `on_damaged` hears of files whose stored extraction cannot be read."""
        self._root = root
        self._reader = reader
        self._max_entries = max_entries
        self._on_damaged = on_damaged
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
        if overlay is not None:
            return FileView(path, record, overlay.extraction, unsaved=True, extractor=extractor)
        assert stored is not None  # noqa: S101  # one of the two is there
        return FileView(path, record, stored.extraction, extractor=extractor)

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
                self._cache.clear()
                self._version = version
            if path in self._cache:
                self._cache.move_to_end(path)
                self.hits += 1
                return self._cache[path]
            self.misses += 1
        stored = self._reader.stored(path)
        with self._lock:
            if version == self._version:
                self._cache[path] = stored
                while len(self._cache) > self._max_entries:
                    self._cache.popitem(last=False)
        return stored

    def exists(self, path: str) -> bool:
        """Tell whether a reference to this key leads anywhere: recorded, or there on the disk."""
        if path in self._overlays or self._reader.exists(path):
            return True
        return os.path.lexists(self._root.absolute(path))

    def forget(self, paths: Iterable[str]) -> None:
        """Drop what a commit made untrue."""
        with self._lock:
            for path in paths:
                self._cache.pop(path, None)

    def replace(self, reader: Reader) -> None:
        """Read from another store from now on."""
        with self._lock:
            self._reader = reader
            self._cache.clear()
            self._version = None

    def resize(self, max_entries: int) -> None:
        """Change the bound of the cache."""
        with self._lock:
            self._max_entries = max_entries
            while len(self._cache) > max_entries:
                self._cache.popitem(last=False)

    def overlay(self, path: str) -> Overlay | None:
        """Give the overlay of an open buffer, whatever its version."""
        return self._overlays.get(path)

    def set_overlay(self, path: str, overlay: Overlay | None) -> None:
        """Show an open buffer, or with None show the record again."""
        if overlay is None:
            self._overlays.pop(path, None)
        else:
            self._overlays[path] = overlay

    def entries(self) -> int:
        """Count what is kept in memory."""
        return len(self._cache)
