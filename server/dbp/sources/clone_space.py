"""Folders for clones: one for each job, private, gone when the job is, whatever ended it.

All lie in one folder below the user's cache. A lock in each, which the system drops with its
process, tells the living from the dead; whoever comes next sweeps what the dead left, their git
processes first. Nothing outside that folder is ever removed: names are our own, and no link is
followed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import stat
import uuid
from collections.abc import Callable
from contextlib import suppress

# Here, though it is used late: between the start of a git and the note of it there is no time.
import psutil

from dbp.ports import Leader

log = logging.getLogger(__name__)

_LIVING = re.compile(r"[0-9a-f]{32}")
_DEAD = re.compile(r"dead-[0-9a-f]{32}")
_SAME = 0.02
"""Seconds by which two readings of a process's start may differ."""

_PID = "git.pid"


class Space:
    """The folder of one job: `git` for the repository, `tree` for its files, `state` for ours."""

    def __init__(self, path: str, lock: Leader) -> None:
        self.path = path
        self.git = os.path.join(path, "git")
        self.tree = os.path.join(path, "tree")
        self.state = os.path.join(path, "state")
        self.lock = lock

    def file(self, name: str) -> str:
        """Name a file of ours in it."""
        return os.path.join(self.path, name)

    def remember(self, pid: int) -> None:
        """Note a process, so that it can be ended should we be killed."""
        started = _started(pid)
        if started is not None:
            with open(self.file(_PID), "w", encoding="ascii") as note:
                note.write(f"{pid} {started!r}")

    def forget(self) -> None:
        """The noted process has ended."""
        with suppress(OSError):
            os.unlink(self.file(_PID))


class Spaces:
    """Makes, removes and sweeps them. Blocking; any thread, any process."""

    def __init__(self, folder: str, make_lock: Callable[[str], Leader]) -> None:
        """Use `folder`, which exists, is private, and holds nothing else."""
        self._folder = folder
        self._make_lock = make_lock

    def make(self) -> Space:
        """Make one that nobody else has."""
        path = os.path.join(self._folder, uuid.uuid4().hex)
        door = self._door()
        try:
            os.mkdir(path, 0o700)
            space = Space(path, self._make_lock(os.path.join(path, "lock")))
            space.lock.acquire_blocking()
        finally:
            door.release()
        os.mkdir(space.tree, 0o700)
        os.mkdir(space.state, 0o700)
        return space

    def remove(self, space: Space) -> None:
        """Remove one with all that is in it."""
        space.lock.release()
        self._bury(os.path.basename(space.path))

    def sweep(self) -> int:
        """Remove what dead processes left; return how many folders that were."""
        swept = 0
        for name in self._names():
            if _DEAD.fullmatch(name):
                _remove(os.path.join(self._folder, name))
                swept += 1
            elif _LIVING.fullmatch(name) and self._is_dead(name):
                self._bury(name)
                swept += 1
        return swept

    def _names(self) -> list[str]:
        try:
            with os.scandir(self._folder) as entries:
                return [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError:
            return []

    def _is_dead(self, name: str) -> bool:
        """Tell whether nobody holds the lock of a folder; ends what is left of its git."""
        path = os.path.join(self._folder, name)
        door = self._door()
        try:
            lock = self._make_lock(os.path.join(path, "lock"))
            if not os.path.isdir(path) or not lock.try_acquire():
                return False
            lock.release()
        finally:
            door.release()
        _end_orphan(os.path.join(path, _PID))
        return True

    def _bury(self, name: str) -> None:
        """Give a folder a name that says nobody lives there any more, and remove it."""
        path, dead = (os.path.join(self._folder, each) for each in (name, f"dead-{name}"))
        door = self._door()
        try:
            os.rename(path, dead)
        except OSError as error:
            if os.path.lexists(path):
                log.warning("%s cannot be removed: %s", path, error)
        finally:
            door.release()
        _remove(dead)

    def _door(self) -> Leader:
        """Wait until nobody else makes or judges a folder."""
        door = self._make_lock(os.path.join(self._folder, "door.lock"))
        door.acquire_blocking()
        return door


def _remove(path: str) -> None:
    """Remove a folder; links in it are removed, not followed. What stays is swept another time."""
    with suppress(FileNotFoundError):
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            raise
        except OSError:
            _open_up(path)
            shutil.rmtree(path, ignore_errors=True)
    if os.path.lexists(path):
        log.warning("%s cannot be removed now", path)


def _open_up(path: str) -> None:
    """Make everything in a folder ours to remove: git keeps its objects read-only."""
    for folder, _, files in os.walk(path, followlinks=False):
        with suppress(OSError):
            os.chmod(folder, stat.S_IRWXU)
        for name in files:
            entry = os.path.join(folder, name)
            with suppress(OSError):
                if not os.path.islink(entry):
                    os.chmod(entry, stat.S_IRUSR | stat.S_IWUSR)


def _end_orphan(note: str) -> None:
    """End the git of a killed process with all it started, if that is what runs there still."""
    try:
        with open(note, encoding="ascii") as file:
            number, _, started = file.read(100).partition(" ")
        pid, then = int(number), float(started)
    except (OSError, ValueError):
        return
    now = _started(pid)
    if now is None or abs(now - then) > _SAME:
        return
    log.warning("ending git (process %d), which a killed dbp left behind", pid)
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def _started(pid: int) -> float | None:
    """Say when a process began, None when there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
