"""What every watcher over a watchdog observer does: start, stop, say how it goes."""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from dbp.clock import Clock
from dbp.paths import Root
from dbp.ports import WatcherStatus, WatchSink
from dbp.sources.hints import Hints
from dbp.sources.ignore import Scope

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

_JOIN = 0.9  # stopping promises a second
LIMITS = {
    errno.ENOSPC: "sudo sysctl fs.inotify.max_user_watches=524288",
    errno.EMFILE: "sudo sysctl fs.inotify.max_user_instances=1024",
}
"""What a system of inotify runs out of, and the line that raises the limit: a watch takes a
kilobyte of the kernel's memory while it is used."""


class Observing(ABC):
    """What the watchers over a watchdog observer have in common."""

    backend = ""

    def __init__(
        self, root: Root, scope: Scope, sink: WatchSink, bell_dir: str | None, clock: Clock
    ) -> None:
        self._root = root
        self._scope = scope
        self._sink = sink
        self._bell = os.path.realpath(bell_dir) if bell_dir else None
        self._overflows = 0
        self._missed: dict[str, OSError] = {}
        self._observer: BaseObserver | None = None
        self._identity: tuple[int, int] | None = None
        self.warning: str | None = None
        self.hints = Hints(scope, sink, self._bell, clock, self._fit)

    def start(self) -> None:
        """Begin watching. Raises `OSError` when the root cannot be watched at all."""
        if self._bell:
            os.makedirs(self._bell, mode=0o700, exist_ok=True)
        self._identity = _identity(self._root.path)
        if self._identity is None:
            raise FileNotFoundError(errno.ENOENT, "no such folder", self._root.path)
        self._observer = self._open()

    def stop(self) -> None:
        """End every thread within a second; no callback comes after it."""
        self.hints.stopped = True
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(_JOIN)

    def alive(self) -> bool:
        """Tell whether threads live and the root is the folder that was watched first."""
        observer = self._observer
        return (
            observer is not None
            and observer.is_alive()
            and all(emitter.is_alive() for emitter in observer.emitters)
            and self._identity == _identity(self._root.path)
        )

    def status(self) -> WatcherStatus:
        """Say how watching goes."""
        return WatcherStatus(
            self.backend,
            self._directories(),
            self._overflows + self.hints.failures,
            self.hints.last_event_at,
            self._warn(),
        )

    @abstractmethod
    def _open(self) -> BaseObserver:
        """Make the observer, not started yet."""

    def _directories(self) -> int:
        return 0

    def _warn(self) -> str | None:
        return self.warning

    def _fit(self) -> None:
        """Fit the watches to changed ignore rules; on the observer's thread."""
        self.hints.rules_changed = False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
