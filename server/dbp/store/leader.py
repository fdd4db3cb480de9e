"""The lock that makes one process the leader of a workspace.

The operating system holds it and drops it when the process ends, however it ends; nothing here asks
whether a process is alive, and nothing polls. What the file says (`pid`, `started`) is for people.
The lock lies on its own file, never on the database, whose locks are SQLite's.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from pathlib import Path

from dbp.clock import iso
from dbp.errors import StoreError

# Windows locks byte ranges, and a locked byte cannot be read by others: one far behind the text.
_WINDOWS_OFFSET = 1 << 30
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


class LeaderLock:
    """An exclusive lock on a file. Two of them conflict, in one process as between processes.

    Not to be shared by threads while one of them acquires.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._descriptor is not None

    def try_acquire(self, now: float | None = None) -> bool:
        """Take the lock if nobody has it. Raises `StoreError` (`bad_state_dir`) when it cannot."""
        return self._acquire(now, blocking=False)

    def acquire_blocking(self, now: float | None = None) -> None:
        """Wait in the kernel until the lock is ours: only on a thread that may wait for ever."""
        self._acquire(now, blocking=True)

    def release(self) -> None:
        """Give the lock up. The file stays: removing it would let two leaders lock two files."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            _unlock(descriptor)
        finally:
            os.close(descriptor)

    def _acquire(self, now: float | None, *, blocking: bool) -> bool:
        if self.held:
            return True
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise StoreError(
                f"the lock {self.path} cannot be made: {error.strerror}",
                hint="set DBP_STATE_DIR to a directory of your own",
                code="bad_state_dir",
                path=str(self.path),
            ) from error
        try:
            taken = _lock(descriptor, blocking=blocking)
        except BaseException:
            os.close(descriptor)
            raise
        if not taken:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        if now is not None:
            self._sign(descriptor, now)
        return True

    @staticmethod
    def _sign(descriptor: int, now: float) -> None:
        """Write who leads, for people; a full disk does not matter."""
        line = json.dumps({"pid": os.getpid(), "started": iso(now)}) + "\n"
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, line.encode())


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, blocking: bool) -> bool:
        while True:
            os.lseek(descriptor, _WINDOWS_OFFSET, os.SEEK_SET)
            # LK_LOCK tries for ten seconds within the C library, then says EDEADLK: go on waiting.
            mode = msvcrt.LK_LOCK if blocking else msvcrt.LK_NBLCK
            try:
                msvcrt.locking(descriptor, mode, 1)
            except OSError as error:
                if error.errno not in _BUSY:
                    raise
                if not blocking:
                    return False
            else:
                return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _WINDOWS_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, *, blocking: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except OSError as error:
            if blocking or error.errno not in _BUSY:
                raise
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
