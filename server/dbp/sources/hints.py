"""From watchdog's events to hints: what to look at, never what happened.

Runs on the observer's thread, for every event of a storm: no disk, no lock, no log. An exception
here would end that thread and leave the server deaf, so none gets out: it is counted and becomes
"everything must be looked at".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from dbp.clock import Clock
from dbp.model import Cause, Change
from dbp.paths import parent
from dbp.ports import WatchSink
from dbp.sources.ignore import RULE_FILES, Scope

# Never the opening or closing of a file that was only read: our own reads would wake us. MODIFY
# catches truncate(2) and writes into files that stay open; ATTRIB a chmod that makes one readable.
WANTED: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirAttribEvent,
    DirDeletedEvent,
    DirMovedEvent,
]
# Linux tells when a writer is done, once a file; elsewhere its appearance has to do.
_ARRIVED = {"moved", "closed"} if sys.platform == "linux" else {"moved", "created", "modified"}


class Hints(FileSystemEventHandler):
    """Turns the events of one workspace and its bell into calls of a sink.

    `after` is called after each event while `rules_changed` is set; it puts that back.
    """

    def __init__(
        self,
        scope: Scope,
        sink: WatchSink,
        bell: str | None,
        clock: Clock,
        after: Callable[[], None],
    ) -> None:
        self._scope = scope
        self._sink = sink
        self._clock = clock
        self._after = after
        self._root = scope.root.path
        self._prefix = self._root.rstrip(os.sep) + os.sep
        self._bell = bell.rstrip(os.sep) + os.sep if bell else None
        self.last_event_at: float | None = None
        self.failures = 0
        self.stopped = False
        self.rules_changed = False

    def dispatch(self, event: FileSystemEvent) -> None:
        """Take one event; never raises."""
        if self.stopped:
            return
        try:
            self._take(event)
            if self.rules_changed:
                self._after()
        except Exception:  # noqa: BLE001 - see the module's docstring
            self.failures += 1
            with suppress(Exception):
                self._sink.overflowed()

    def _take(self, event: FileSystemEvent) -> None:
        self.last_event_at = self._clock.now()
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        if self._bell is not None and (target or source).startswith(self._bell):
            self._ring((target or source)[len(self._bell) :], event)
            return
        old, new = self.key(source), self.key(target)
        for key in (new, old):
            if key is not None:
                self._hint(key, old if key is new else None, is_dir=event.is_directory)

    def _ring(self, name: str, event: FileSystemEvent) -> None:
        if event.event_type in _ARRIVED and not event.is_directory and not name.startswith("."):
            self._sink.bell(name)

    def _hint(self, key: str, old: str | None, *, is_dir: bool) -> None:
        above, _, name = key.rpartition("/")
        if name in RULE_FILES or (name == ".git" and above):
            if above and self._scope.quick(above):
                return
            self._scope.forget()
            self._sink.changed(Change(above, Cause.DISK, tree=True))
            self.rules_changed = True
        elif is_dir:
            if not key or not self._scope.quick(key):
                self._sink.changed(Change(key, Cause.DISK, tree=True))
            return
        if not self._scope.quick(key):
            self._sink.changed(Change(key, Cause.DISK, old_path=old))

    def key(self, path: str) -> str | None:
        """Take the key out of a path as watchdog spells it; None outside the root."""
        if path.startswith(self._prefix):
            key = path[len(self._prefix) :]
            return key.replace(os.sep, "/") if os.sep != "/" else key
        return "" if path == self._root else None


def folders_anew(keys: list[str]) -> list[str]:
    """Keep the topmost of some folders."""
    known = set(keys)
    return [key for key in keys if not key or parent(key) not in known]
