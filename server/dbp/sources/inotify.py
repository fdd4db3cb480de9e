"""Watchdog's inotify watching, pruned: folders out of scope are never entered and cost no watch.

A subclass of three classes of watchdog 7.1 that reaches into them on purpose; `contract_holds`
says whether what it reaches for is still there, and without it the caller watches plainly. Against
the base it also: watches one folder outside the tree (the bell) through the same descriptor and
queue, so that its events are in order with all others; tells of overflows and of folders that could
not be watched; keeps watches through an overflow instead of removing and adding each (which fills
the queue again); drops the watches of a folder that was moved out; and never lets an error end the
reading thread.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import Any, Protocol

from watchdog.events import DirCreatedEvent, DirMovedEvent
from watchdog.observers.inotify import InotifyEmitter, InotifyObserver, InotifyWatchGroup
from watchdog.observers.inotify_c import InotifyEvent, InotifyFD


class Hooks(Protocol):
    """What the watch group asks and tells; called on watchdog's reading thread."""

    def pruned(self, folder: bytes, names: list[bytes]) -> set[bytes]:
        """Name the folders in `folder` that are not entered."""

    def missed(self, folder: bytes, error: OSError) -> None:
        """Hear of a folder that could not be watched."""

    def lost(self) -> None:
        """Hear that events were lost."""


def contract_holds() -> bool:
    """Tell whether watchdog still has the inside that this module was written against."""
    group = ("_add_all_callbacks", "_recursive_simulate", "_remove_watch_internally", "on_event")
    fields = ("_active_callbacks_by_path", "_active_callbacks_by_watch", "_is_active", "_lock")
    known = getattr(InotifyWatchGroup, "__dataclass_fields__", {})
    return (
        all(hasattr(InotifyWatchGroup, name) for name in (*group, "on_queue_overflow"))
        and all(name in known for name in (*fields, "_id", "_inotify_fd", "_move_event_grouper"))
        and hasattr(InotifyFD, "_get_or_create_watch")
        and hasattr(InotifyEmitter, "build_and_queue_event")
    )


class PrunedGroup(InotifyWatchGroup):
    """The watches of one workspace and of its bell."""

    def __init__(self, hooks: Hooks, bell: bytes | None, *arguments: Any, **named: Any) -> None:
        self.hooks = hooks
        self.bell = bell
        self.leaving: dict[int, set[Any]] = {}
        super().__init__(*arguments, **named)

    # ── called by the base under its lock ──────────────────────────────────────────────────────

    def _add_all_callbacks(self, path: bytes) -> None:
        """Watch a folder and those below it that are in scope; each before it is listed."""
        if path == self.path:
            if self.bell is not None:
                self._add_callback(self.bell)
        else:
            above, name = os.path.split(path)
            if above == self.bell or self.hooks.pruned(above, [name]):
                return
        pending = [path]
        while pending:
            folder = pending.pop()
            if self._add_callback(folder):
                names = _folders_in(folder)
                kept = set(names) - self.hooks.pruned(folder, names) if names else ()
                pending.extend(os.path.join(folder, name) for name in kept)

    def _add_callback(self, path: bytes) -> bool:  # type: ignore[override] # the base gives None
        """Watch one folder. As the base, but a second time for the same folder is no warning."""
        descriptor = self._inotify_fd
        try:
            if not os.access(path, os.R_OK):  # the base takes EACCES for a watch with number -1
                os.stat(path)
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            with descriptor._lock:  # noqa: SLF001 - see contract_holds
                watch = descriptor._get_or_create_watch(path, self.event_mask)  # noqa: SLF001
                watch.callbacks[self._id] = self
        except (FileNotFoundError, NotADirectoryError):
            if path == self.path:
                raise
            return False
        except OSError as error:
            if path == self.path:
                raise
            self.hooks.missed(path, error)
            return False
        # The kernel gives the number it gave before when the folder came back under a new name.
        for numbers in self.leaving.values():
            numbers.discard(watch.wd)
        earlier = self._active_callbacks_by_watch.get(watch.wd)
        if earlier is not None and self._active_callbacks_by_path.get(earlier) == watch.wd:
            del self._active_callbacks_by_path[earlier]
        self._active_callbacks_by_path[path] = watch.wd
        self._active_callbacks_by_watch[watch.wd] = path
        return True

    def _recursive_simulate(self, src_path: bytes) -> list[InotifyEvent]:
        """Simulate nothing: a new folder is one hint, and everything below it is looked at."""
        del src_path
        return []

    # ── called by the reading thread ───────────────────────────────────────────────────────────

    def on_event(self, event: InotifyEvent) -> None:
        """Take one event; whatever goes wrong becomes "events were lost"."""
        try:
            if event.is_directory and self._handle_folder(event):
                return
            super().on_event(event)
            if event.is_moved_to and event.is_directory:
                self._watch_arrived(event)
        except Exception:  # noqa: BLE001 - the thread must live; the hint makes everything looked at
            self.hooks.lost()

    def _handle_folder(self, event: InotifyEvent) -> bool:
        """Note folders that leave; tell whether the event says nothing."""
        with self._lock:
            path = self._build_event_source_path(event)
            if path is None or not self._is_active:
                return False
            if event.is_moved_from:
                self.leaving[event.cookie] = self._at_or_below(path)
            elif event.is_moved_to:
                self.leaving.pop(event.cookie, None)
            elif event.is_attrib:
                # Listing permission matters, times do not. A folder readable again has no watch.
                if path in self._active_callbacks_by_path:
                    return os.access(path, os.R_OK)
                self._add_all_callbacks(path)
                return path not in self._active_callbacks_by_path
        return False

    def _watch_arrived(self, event: InotifyEvent) -> None:
        """Watch what was made in a moved folder just before, and was looked for under old names."""
        with self._lock:
            path = self._build_event_source_path(event)
            if path is not None and self._is_active:
                self._add_all_callbacks(path)

    def on_queue_overflow(self) -> None:
        """Watch what is there now, then tell: whoever lists after that misses nothing."""
        try:
            self.reconcile()
        except OSError as error:
            self.hooks.missed(self.path, error)
        self.hooks.lost()

    def reconcile(self) -> list[bytes]:
        """Make the watches fit the tree and the rules; give the folders watched anew."""
        with self._lock:
            if not self._is_active:
                return []
            before, numbers = (
                set(self._active_callbacks_by_path),
                set(self._active_callbacks_by_watch),
            )
            self._active_callbacks_by_path.clear()
            self._active_callbacks_by_watch.clear()
            self.leaving.clear()
            self._add_all_callbacks(self.path)
            self._let_go(numbers - self._active_callbacks_by_watch.keys())
            return [path for path in self._active_callbacks_by_path if path not in before]

    def drop(self, cookie: int) -> None:
        """Remove the watches of a folder that was moved out of the tree."""
        with self._lock:
            gone = self.leaving.pop(cookie, set()) & self._active_callbacks_by_watch.keys()
            self._let_go(gone)
            for wd in gone:
                self._remove_watch_internally(wd)

    def deactivate(self) -> None:
        """End; closing the descriptor, which is ours alone, removes every watch at once."""
        with self._lock:
            self._is_active = False
            self._active_callbacks_by_path.clear()
            self._active_callbacks_by_watch.clear()
            with self._inotify_fd._lock:  # noqa: SLF001 - see contract_holds
                self._inotify_fd._watch_for_wd.clear()  # noqa: SLF001
            self._move_event_grouper.close()

    @property
    def watched(self) -> int:
        """Count the folders of the tree that are watched."""
        return len(self._active_callbacks_by_path) - (self.bell is not None)

    def _at_or_below(self, path: bytes) -> set[Any]:
        prefix = path + b"/"
        known = self._active_callbacks_by_path.items()
        return {wd for at, wd in known if at == path or at.startswith(prefix)}

    def _let_go(self, descriptors: Iterable[Any]) -> None:
        self._inotify_fd.remove_callbacks([(wd, self._id) for wd in descriptors])


class PrunedEmitter(InotifyEmitter):
    """Starts a pruned group in place of the base's own."""

    def __init__(self, *arguments: Any, hooks: Hooks, bell: bytes | None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.hooks = hooks
        self.bell = bell
        self.group: PrunedGroup | None = None

    def on_thread_start(self) -> None:
        """Add every watch; raises `OSError` when the root cannot be watched."""
        self.group = PrunedGroup(
            self.hooks,
            self.bell,
            self._inotify_fd,
            os.fsencode(self.watch.path),
            is_recursive=True,
            event_mask=self.get_event_mask_from_filter(),
        )
        self._inotify = self.group

    def build_and_queue_event(self, event: Any, *, full_events: bool = False) -> None:
        """Queue an event; whatever goes wrong becomes "events were lost"."""
        try:
            if not self._queue_folder(event):
                super().build_and_queue_event(event, full_events=full_events)
        except Exception:  # noqa: BLE001 - the thread must live, see PrunedGroup.on_event
            self.hooks.lost()

    def _queue_folder(self, event: Any) -> bool:
        """Queue the moves of folders as one event each; the base walks all that is below.

        One that left for good loses its watches.
        """
        pair = isinstance(event[0], tuple)
        last = event[1].ev if pair else event.ev
        if not last.is_directory:
            return False
        if pair:
            self.queue_event(DirMovedEvent(os.fsdecode(event[0].path), os.fsdecode(event[1].path)))
        elif last.is_moved_to:
            self.queue_event(DirCreatedEvent(os.fsdecode(event.path)))
        elif last.is_moved_from and self.group is not None:
            self.group.drop(last.cookie)
            return False
        else:
            return False
        return True


class PrunedObserver(InotifyObserver):
    """An observer for exactly one tree, with a descriptor of its own."""

    def __init__(self, hooks: Hooks, bell: bytes | None) -> None:
        super().__init__()
        self._emitter_class = PrunedEmitter
        self._emitter_kwargs = {"inotify_fd": self._inotify_fd, "hooks": hooks, "bell": bell}

    def alive(self) -> bool:
        """Tell whether every thread that an event passes through is there."""
        threads = [self, self._inotify_fd, *self.emitters]
        return len(self.emitters) == 1 and all(thread.is_alive() for thread in threads)

    def group(self) -> PrunedGroup | None:
        """Give the watches, once they are there."""
        return next((each.group for each in self.emitters if isinstance(each, PrunedEmitter)), None)

    def abandon(self) -> None:
        """End the reading thread of an observer that could not start."""
        self._inotify_fd.stop()
        self._inotify_fd.join()


def _folders_in(folder: bytes) -> list[bytes]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
