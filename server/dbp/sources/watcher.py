"""Watching a workspace: native events where the system has them, polling where it has not.

Every watcher promises that a change is followed by a hint, or by `overflowed` when events were
lost; that no callback comes after `stop`; and that a problem shows in `status`. With the `inotify`
backend a file that appears in the bell folder is a barrier: its `bell` call comes after the hints
of all that happened in the workspace before. No other backend promises that.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dbp.clock import Clock
from dbp.paths import Root
from dbp.ports import Watcher, WatcherStatus, WatchSink
from dbp.sources.hints import WANTED
from dbp.sources.ignore import Scope
from dbp.sources.mounts import file_system, raises_no_events
from dbp.sources.observing import LIMITS, Observing
from dbp.sources.polling import Polling

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


def make_watcher(
    root: Root,
    scope: Scope,
    sink: WatchSink,
    *,
    backend: str = "auto",
    poll_interval: float = 5.0,
    bell_dir: str | None = None,
    clock: Clock,
) -> Watcher:
    """Choose a watcher: `backend` is `auto`, `native`, `polling` or `off`.

    `auto` polls on file systems that raise no events, and when no native watcher can be had;
    `native` insists. `poll_interval` is in seconds. `bell_dir` lies outside the workspace.
    """
    if backend == "off":
        return Off()
    kind = file_system(root.path)
    if backend == "polling" or (backend == "auto" and raises_no_events(kind)):
        warning = f"{kind} raises no file events: polling" if raises_no_events(kind) else None
        return Polling(root, scope, sink, bell_dir, clock, interval=poll_interval, warning=warning)
    native: Observing = Native(root, scope, sink, bell_dir, clock)
    if sys.platform == "linux":
        from dbp.sources.inotify import contract_holds
        from dbp.sources.pruned import Pruned

        if contract_holds():
            native = Pruned(root, scope, sink, bell_dir, clock)
    if backend == "native":
        return native
    return _Either(native, Polling(root, scope, sink, bell_dir, clock, interval=poll_interval))


class Off:
    """No watching: no threads, no hints."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def status(self) -> WatcherStatus:
        """Say so."""
        return WatcherStatus("off")

    def alive(self) -> bool:
        """Nothing can arrive, and nothing is meant to."""
        return True


class Native(Observing):
    """The system's own recursive watching: everything below the root, ignored or not."""

    backend = {"darwin": "fsevents", "win32": "windows", "linux": "inotify"}.get(
        sys.platform, "kqueue"
    )

    def _open(self) -> BaseObserver:
        from watchdog.observers import Observer

        observer: BaseObserver = Observer()
        observer.schedule(self.hints, self._root.path, recursive=True, event_filter=WANTED)
        if self._bell:
            observer.schedule(self.hints, self._bell, event_filter=WANTED)
        observer.start()
        return observer


class _Either:
    """A native watcher, or polling when the system refuses."""

    def __init__(self, native: Observing, polling: Polling) -> None:
        self._native = native
        self._polling = polling

    def start(self) -> None:
        """Begin watching natively; poll when there is no inotify instance or watch to be had."""
        try:
            self._native.start()
        except OSError as error:
            if error.errno not in LIMITS:
                raise
            self._native.stop()
            self._native = self._polling
            self._polling.warning = f"polling: raise the limit with {LIMITS[error.errno]}"
            self._polling.start()

    def stop(self) -> None:
        """End every thread."""
        self._native.stop()

    def status(self) -> WatcherStatus:
        """Quick."""
        return self._native.status()

    def alive(self) -> bool:
        """Quick."""
        return self._native.alive()
