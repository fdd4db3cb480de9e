"""Watching by comparing listings, for file systems that raise no events."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dbp.clock import Clock
from dbp.paths import Root
from dbp.ports import WatchSink
from dbp.sources.bell import BellListener
from dbp.sources.hints import WANTED
from dbp.sources.ignore import Scope
from dbp.sources.observing import Observing

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


class Polling(Observing):
    """Compares listings every `interval` seconds; the bell is watched natively beside it."""

    backend = "polling"

    def __init__(
        self,
        root: Root,
        scope: Scope,
        sink: WatchSink,
        bell_dir: str | None,
        clock: Clock,
        *,
        interval: float,
        warning: str | None = None,
    ) -> None:
        super().__init__(root, scope, sink, None, clock)
        self.warning = warning
        self._interval = interval
        self._listener = BellListener(bell_dir, sink.bell) if bell_dir else None
        self._folders = 0

    def _open(self) -> BaseObserver:
        from watchdog.observers.polling import PollingObserverVFS

        self._scope.survey()
        observer = PollingObserverVFS(os.lstat, self._listed, polling_interval=self._interval)
        observer.schedule(self.hints, self._root.path, recursive=True, event_filter=WANTED)
        observer.start()
        if self._listener is not None:
            self._listener.start()
        return observer

    def stop(self) -> None:
        """End every thread."""
        super().stop()
        if self._listener is not None:
            self._listener.stop()

    def _directories(self) -> int:
        return self._folders

    def _listed(self, folder: str | None) -> Iterator[os.DirEntry[str]]:
        """List a folder without those out of scope below it."""
        key = self.hints.key(folder or "")
        with os.scandir(folder) as found:
            entries = list(found)
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        self._folders = 1 if key == "" else self._folders + 1
        closed = self._scope.prune(key, names) if key is not None and names else set()
        return (entry for entry in entries if entry.name not in closed)
