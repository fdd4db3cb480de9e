"""Opening a file beneath a folder while following no link in any part of its name.

Each part is opened relative to the one before (`openat` with `O_NOFOLLOW`), so a folder that is
swapped for a link at any moment is refused by the kernel; checking real paths first could not
promise that. It costs two calls a level; `openat2` would do it in one, but it needs a raw
system call, and this walk as its fallback anyway.

The file is looked at before it is opened: opening and closing an SQLite database would drop every
lock this process holds on it (POSIX locks belong to process and inode), so `forbidden` ones are
never opened, whatever name they have.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection
from typing import NamedTuple

from dbp.errors import BadPathError
from dbp.model import Stat
from dbp.paths import Root, display

_ATTEMPTS = 3
_CHUNK = 1 << 20
_FOLDER = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
# O_NONBLOCK: a FIFO put in the file's place must not hold the reader for ever.
_FILE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BY_HANDLE = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd


def stat_of(found: os.stat_result) -> Stat:
    """Take out of a stat what the record keeps."""
    return Stat(found.st_size, found.st_mtime_ns, found.st_ino)


class Limits(NamedTuple):
    """What is never read: larger files, and (device, inode) pairs asked at every read."""

    size: int
    forbidden: Collection[tuple[int, int]] = frozenset()


def read_beneath(root: Root, key: str, limits: Limits) -> tuple[bytes, Stat]:
    """Read a whole regular file; see `ports.Scanner.read`.

    Raises `BadPathError` for a link, a special file, another file system, a forbidden file
    (`ignored`) and one larger than the limit (`too_large`); `OSError` with EAGAIN when the file
    kept changing.
    """
    path = root.absolute(key)
    if not key:
        raise _refused(key, "it is a folder")
    folder = _open_folder(root, key) if _BY_HANDLE else None
    name = key.rpartition("/")[2] if _BY_HANDLE else path
    try:
        for _ in range(_ATTEMPTS):
            if folder is None and os.path.realpath(path) != path:
                raise _refused(key, "it is a link or lies below one")
            data = _read_once(root, key, name, folder, limits)
            if data is not None:
                return data
    finally:
        if folder is not None:
            os.close(folder)
    raise OSError(errno.EAGAIN, "the file changes while it is read", path)


def _open_folder(root: Root, key: str) -> int:
    """Open the folder of a key part by part; the caller closes it."""
    handle = os.open(root.path, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))
    for part in key.split("/")[:-1]:
        try:
            inner = os.open(part, _FOLDER, dir_fd=handle)
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EMLINK}:
                raise _refused(key, "it lies below a link or a file") from error
            raise
        finally:
            os.close(handle)
        handle = inner
    return handle


def _read_once(
    root: Root,
    key: str,
    name: str,
    folder: int | None,
    limits: Limits,
) -> tuple[bytes, Stat] | None:
    """Read once; None when the file changed under the reading."""
    seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
    _check(root, key, seen, limits)
    try:
        handle = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused(key, "it is a link") from error
        raise
    try:
        before = os.fstat(handle)
        _check(root, key, before, limits)
        chunks, size, limit = [], 0, limits.size
        while size <= limit:
            chunk = os.read(
                handle, min(_CHUNK, limit + 1 - size, max(before.st_size - size, 0) + 1)
            )
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
        after = os.fstat(handle)
    finally:
        os.close(handle)
    same = (stat_of(before), before.st_ctime_ns) == (stat_of(after), after.st_ctime_ns)
    return (b"".join(chunks), stat_of(after)) if same and size == after.st_size else None


def _check(
    root: Root,
    key: str,
    found: os.stat_result,
    limits: Limits,
) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise _refused(key, "it is a link")
    if not stat.S_ISREG(found.st_mode):
        raise _refused(key, "it is no regular file")
    if (found.st_dev, found.st_ino) in limits.forbidden:
        raise _refused(key, "it is dbp's own")
    if found.st_dev != os.stat(root.path).st_dev:
        raise _refused(key, "it is on another file system")
    if found.st_size > limits.size:
        raise BadPathError(
            f"too large: {display(key)}",
            code="too_large",
            hint=f"files up to {limits.size} bytes are read",
        )


def _refused(key: str, why: str) -> BadPathError:
    return BadPathError(f"not read: {display(key)}", code="ignored", hint=why)
