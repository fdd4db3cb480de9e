"""The log as files: a JSON object a line, all files of all processes together below a cap.

Each process writes files of its own, named by their start and its process id, so that nobody cuts
or mixes what another one writes. Who begins a file removes the oldest ones, anybody's; whose file
was removed begins another.

Logging never raises and never waits for a disk: lines go into a bounded queue, one daemon thread
writes them, and what does not fit is counted. Where no file can be written stderr has everything
all the same, and is told once why. The thread is started by the first line and sleeps between
lines. Bodies of messages and contents of files have no place in a log: callers log names.
"""

from __future__ import annotations

import json
import logging
import math
import os
import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from dbp.clock import iso

FOLDER = "logs"
"""Where the files lie, below the directory of all our state."""

QUEUE = 2000
"""Lines that may wait for the disk: a second of debug lines, a few hundred kB."""

PARTS = 8
"""A process begins another file after this part of the cap, so that little goes at once."""

RETRY = 60.0
"""Seconds after a failed write until a further line is tried."""

FLUSH = 0.3
"""Seconds that the last lines get at the end: an editor waits for us."""

_MESSAGE, _ERROR, _FIELD, _FIELDS = 2000, 8000, 200, 12
"""Characters of a message, a traceback and a field; how many fields. Six bytes each at worst."""

_NAME = re.compile(r"dbp-\d{8}T\d{6}Z-(\d{1,10})-\d{1,10}\.jsonl")
_STANDARD = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


class _Line(NamedTuple):
    """What goes to the disk; `at` is when it was logged."""

    at: float
    text: str


class LogFile(NamedTuple):
    """A file of the log, as it was found."""

    path: Path
    size: int
    written_ns: int
    process: int


def files(folder: Path) -> list[LogFile]:
    """List the files of the log, the oldest first; nothing when there is no such folder."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = _NAME.fullmatch(entry.name)
            if name is None or not entry.is_file(follow_symlinks=False):
                continue
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                path = Path(entry.path)
                found.append(LogFile(path, status.st_size, status.st_mtime_ns, int(name[1])))
    return sorted(found, key=lambda file: (file.written_ns, file.path.name))


class FileHandler(logging.Handler):
    """Writes what the process logs into files, once `configure` has said so.

    `place` gives the folder, on the writing thread, and may raise `OSError` or any error of ours;
    `spawn` starts a daemon thread.
    """

    def __init__(
        self, place: Callable[[], Path], spawn: Callable[[str, Callable[[], None]], object]
    ) -> None:
        super().__init__()
        self.dropped = 0
        self._spawn = spawn
        self._lines: queue.Queue[_Line | threading.Event] = queue.Queue(QUEUE)
        self._writer = _Writer(place)
        self._running = False

    def configure(self, *, enabled: bool, max_mb: int, logger: logging.Logger) -> None:
        """Begin, go on or end writing what `logger` gets. The last call wins."""
        self._writer.cap = max_mb * 1024 * 1024
        (logger.addHandler if enabled else logger.removeHandler)(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line; any thread, and never for long."""
        try:
            self._lines.put_nowait(_Line(record.created, render(record)))
            if not self._running:  # the handler's lock is held
                self._spawn("log", self._write_for_good)
                self._running = True
        except queue.Full:
            self.dropped += 1
        except Exception:  # noqa: BLE001  # whoever logs must not fail for it
            self.dropped += 1

    def flush(self) -> None:
        """Wait, for a moment, until what was logged is written."""
        if not self._running:
            return
        reached = threading.Event()
        with suppress(queue.Full):
            self._lines.put(reached, timeout=FLUSH)
            reached.wait(FLUSH)

    def _write_for_good(self) -> None:
        while True:
            item = self._lines.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            if self.dropped:
                lost, self.dropped = self.dropped, 0
                self._writer.lost += lost
            self._writer.write(item)


class _Writer:
    """The file of this process; one thread only."""

    def __init__(self, place: Callable[[], Path]) -> None:
        self.cap = 0
        self.lost = 0
        self._place = place
        self._folder: Path | None = None
        self._file = -1
        self._size = 0
        self._number = 0
        self._failed_at: float | None = None
        self._told = False

    def write(self, line: _Line) -> None:
        """Write a line, into another file when this one is full or was removed."""
        if self._failed_at is not None and abs(line.at - self._failed_at) < RETRY:
            self.lost += 1
            return
        self._failed_at = None
        try:
            if self.lost:
                self._append(line.at, _lost(line.at, self.lost))
                self.lost = 0
            self._append(line.at, line.text)
        except Exception as error:  # noqa: BLE001  # whatever it is, there is no log to tell
            self.lost += 1
            self._failed_at = line.at
            self._close()
            self._tell(error)

    def _append(self, at: float, text: str) -> None:
        data = text.encode("ascii") + b"\n"
        if self._file >= 0 and (
            self._size + len(data) > self.cap // PARTS or os.fstat(self._file).st_nlink == 0
        ):
            self._close()
        if self._file < 0:
            self._open(at)
        written = os.write(self._file, data)
        if written < len(data):
            os.ftruncate(self._file, self._size)
            raise OSError("the disk is full")
        self._size += written

    def _open(self, at: float) -> None:
        if self._folder is None:
            self._folder = self._place()
        began = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        while self._file < 0:
            self._number += 1
            path = self._folder / f"dbp-{began}-{os.getpid()}-{self._number}.jsonl"
            # Another process had our number, in the second we began in.
            with suppress(FileExistsError):
                self._file = os.open(path, flags, 0o600)
        self._size = 0
        self._prune(path)

    def _prune(self, mine: Path) -> None:
        """Remove the oldest files until all fit, were those in use as large as they may become."""
        assert self._folder is not None  # noqa: S101  # it has just been written to
        part = self.cap // PARTS
        found = files(self._folder)
        weights = [max(f.size, part) if _lives(f.process) else f.size for f in found]
        total = sum(weights)
        for file, weight in zip(found, weights, strict=True):
            if total <= self.cap:
                return
            if file.path != mine:
                with suppress(OSError):  # another process did it, or Windows lets nobody
                    file.path.unlink()
                    total -= weight

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            with suppress(OSError):
                os.close(file)

    def _tell(self, error: Exception) -> None:
        if self._told:
            return
        self._told = True
        with suppress(Exception):
            sys.stderr.write(f"dbp: the log cannot be written to a file: {error}\n")
            sys.stderr.flush()


def render(record: logging.LogRecord) -> str:
    """Make the line of a record: ASCII, one JSON object, bounded."""
    line: dict[str, Any] = {
        "at": iso(record.created),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _cut(_message(record), _MESSAGE),
        "thread": str(record.threadName),
    }
    if record.exc_info and record.exc_info[1] is not None:
        line["error"] = _traceback(record)
    line.update((key, value) for key, value in _extra(record) if key not in line)
    return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  # arguments that do not fit, or whose text cannot be made
        return str(record.msg)


def _traceback(record: logging.LogRecord) -> str:
    """Render what went wrong; of a long text the end, which says most."""
    try:
        return logging.Formatter().formatException(record.exc_info)[-_ERROR:]  # type: ignore[arg-type]  # looked at by the caller
    except Exception:  # noqa: BLE001  # an error whose text cannot be made
        return "an error that cannot be rendered"


def _extra(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Give the fields a caller added: plain values only."""
    fields = [item for item in vars(record).items() if item[0] not in _STANDARD]
    for key, value in fields[:_FIELDS]:
        if not isinstance(value, str | int | float | None):
            continue
        if isinstance(value, str):
            yield key[:_FIELD], _cut(value, _FIELD)
        elif value is None or isinstance(value, int) or math.isfinite(value):
            yield key[:_FIELD], value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _lost(at: float, count: int) -> str:
    message = f"{count} lines were not written: the disk did not take them"
    line = {"at": iso(at), "level": "warning", "logger": __name__, "message": message}
    return json.dumps({**line, "thread": "dbp-log"})


def _lives(process: int) -> bool:
    """Tell whether a process may still write; where it cannot be asked without harm, yes."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
