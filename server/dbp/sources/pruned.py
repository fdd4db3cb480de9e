"""Watching on Linux: one inotify descriptor for the folders in scope and the bell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dbp.model import Cause, Change
from dbp.sources.hints import WANTED, folders_anew
from dbp.sources.observing import LIMITS, Observing

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


class Pruned(Observing):
    """Linux: one inotify descriptor for the folders in scope and the bell."""

    backend = "inotify"

    def _open(self) -> BaseObserver:
        from dbp.sources.inotify import PrunedObserver

        bell = os.fsencode(self._bell) if self._bell else None
        self._scope.survey()
        observer = PrunedObserver(self, bell)
        try:
            observer.schedule(self.hints, self._root.path, recursive=True, event_filter=WANTED)
            observer.start()
        except BaseException:
            observer.abandon()
            raise
        return observer

    def alive(self) -> bool:
        """Tell whether every thread lives and the root is the folder that was watched first."""
        observer: Any = self._observer
        return observer is not None and observer.alive() and super().alive()

    def _directories(self) -> int:
        observer: Any = self._observer
        group = observer.group() if observer is not None else None
        return group.watched if group is not None else 0

    def _warn(self) -> str | None:
        missed = dict(self._missed)
        for number, line in LIMITS.items():
            count = sum(1 for error in missed.values() if error.errno == number)
            if count:
                return f"{count} folders are not watched: raise the limit with {line}"
        if missed:
            path, error = next(iter(missed.items()))
            return f"{len(missed)} folders cannot be watched: {path}: {error.strerror}"
        return self.warning

    # ── hooks, called on watchdog's reading thread ─────────────────────────────────────────────

    def pruned(self, folder: bytes, names: list[bytes]) -> set[bytes]:
        """Name the folders that are not entered."""
        key = self.hints.key(os.fsdecode(folder))
        if key is None:
            return set(names)
        closed = self._scope.prune(key, [os.fsdecode(name) for name in names])
        return {os.fsencode(name) for name in closed}

    def missed(self, folder: bytes, error: OSError) -> None:
        """Count a folder that is not watched."""
        self._missed[os.fsdecode(folder)] = error

    def lost(self) -> None:
        """Pass on that events were lost."""
        self._overflows += 1
        if not self.hints.stopped:
            self._sink.overflowed()

    # ── rules ──────────────────────────────────────────────────────────────────────────────────

    def _fit(self) -> None:
        """Fit the watches to changed rules; hint at every folder that is watched anew.

        Waits until the events in the queue are through: a checkout touches many ignore files, and
        each walk costs tenths of a second on a large tree.
        """
        observer: Any = self._observer
        if observer is None or not observer.event_queue.empty():
            return
        self.hints.rules_changed = False
        group = observer.group()
        if group is None:
            return
        self._scope.survey()
        self._missed.clear()
        anew = [self.hints.key(os.fsdecode(path)) for path in group.reconcile()]
        for key in folders_anew([key for key in anew if key is not None]):
            self._sink.changed(Change(key, Cause.DISK, tree=True))
