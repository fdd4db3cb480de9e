"""The bell: a folder where dbp processes of one user leave each other requests, without polling.

A file that appears there wakes whoever watches it. Each is written under a hidden name and renamed,
so that a reader sees all of it or nothing: `<id>.request.json` from a follower, `<id>.reply.json`
from the leader, and markers, empty files whose only meaning is that they appeared. What is read is
taken for garbage until it proves to be a small JSON object; reading never raises.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

MAX_BYTES = 1_000_000  # a request names paths, never contents
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_REQUEST, _REPLY = ".request.json", ".reply.json"


def ring(bell_dir: str, request: dict[str, Any]) -> str:
    """Leave a request; give its id. Raises `OSError`, and `ValueError` when it is too large."""
    identity = secrets.token_hex(8)
    _write(bell_dir, identity + _REQUEST, request)
    return identity


def read_request(bell_dir: str, name: str) -> dict[str, Any] | None:
    """Read a request by its file name; None when it is gone, no request, or garbage."""
    return _read(bell_dir, name) if name.endswith(_REQUEST) else None


def request_id(name: str) -> str | None:
    """Take the id out of a request's file name; None for any other file."""
    return (
        name.removesuffix(_REQUEST) if name.endswith(_REQUEST) and _NAME.fullmatch(name) else None
    )


def answer(bell_dir: str, identity: str, reply: dict[str, Any]) -> None:
    """Leave the reply to a request and take the request away."""
    _write(bell_dir, identity + _REPLY, reply)
    unmark(bell_dir, identity + _REQUEST)


def read_reply(bell_dir: str, identity: str) -> dict[str, Any] | None:
    """Read the reply to a request; None when there is none (yet), or garbage."""
    return _read(bell_dir, identity + _REPLY)


def mark(bell_dir: str, name: str) -> None:
    """Make an empty file appear; an older one of that name is taken away first."""
    _check(name)
    os.makedirs(bell_dir, mode=0o700, exist_ok=True)
    unmark(bell_dir, name)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    os.close(os.open(os.path.join(bell_dir, name), flags, 0o600))


def unmark(bell_dir: str, name: str) -> None:
    """Take a file away; it may be gone, and a name that `mark` refuses is left alone."""
    if not _NAME.fullmatch(name):
        return
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(bell_dir, name))


def sweep(bell_dir: str, older_than_seconds: float, now: float) -> int:
    """Remove files that nobody came for; give their number. Never raises."""
    removed = 0
    with suppress(OSError), os.scandir(bell_dir) as entries:
        for entry in entries:
            with suppress(OSError):
                found = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(found.st_mode) and now - found.st_mtime > older_than_seconds:
                    os.unlink(entry.path)
                    removed += 1
    return removed


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name for the bell: {name!r}")


def _write(bell_dir: str, name: str, value: dict[str, Any]) -> None:
    _check(name)
    data = json.dumps(value).encode()
    if len(data) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    os.makedirs(bell_dir, mode=0o700, exist_ok=True)
    hidden = os.path.join(bell_dir, f".{name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(hidden, os.path.join(bell_dir, name))
    except BaseException:
        with suppress(OSError):
            os.unlink(hidden)
        raise


def _read(bell_dir: str, name: str) -> dict[str, Any] | None:
    if not _NAME.fullmatch(name):
        return None
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(os.path.join(bell_dir, name), flags)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
                return None
            value = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


class BellListener(FileSystemEventHandler):
    """Calls `on_name` with the name of each file that appears; for those who watch nothing else.

    Called on a thread of its own; an exception of `on_name` is dropped, because it would end it.
    """

    def __init__(self, bell_dir: str, on_name: Callable[[str], None]) -> None:
        self._bell = os.path.realpath(bell_dir)
        self._on_name = on_name
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin listening; polls every second when the system has no watch to spare."""
        from watchdog.observers import Observer
        from watchdog.observers.polling import PollingObserver

        os.makedirs(self._bell, mode=0o700, exist_ok=True)
        wanted: list[type[FileSystemEvent]] = [FileCreatedEvent, FileMovedEvent, FileClosedEvent]
        for kind in (Observer, PollingObserver):
            try:
                self._observer = kind()
                self._observer.schedule(self, self._bell, event_filter=wanted)
                self._observer.start()
            except OSError:
                self.stop()
            else:
                return

    def stop(self) -> None:
        """End the threads; no callback comes after it returns."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            if observer.is_alive():
                observer.join(1.0)

    def dispatch(self, event: FileSystemEvent) -> None:
        """Pass a name on."""
        name = os.path.basename(os.fsdecode(event.dest_path or event.src_path))
        if not event.is_directory and not name.startswith(".") and self._observer is not None:
            with suppress(Exception):
                self._on_name(name)
