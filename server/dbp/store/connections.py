"""The connections to a database, and who may use them when.

One connection writes, under a lock and only inside `BEGIN IMMEDIATE`; a few others read, from any
thread, and can do nothing else. The files of a database are never opened but through SQLite:
closing any other descriptor of them would drop every POSIX lock this process holds on them.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from dbp.clock import Clock
from dbp.errors import StoreError
from dbp.store.driver import driver
from dbp.store.engines import make_engine
from dbp.store.faults import explained, store_error

# Readers at one time: the loop, the workers and a few more; others wait for microseconds.
_READERS = 8
# A reader meets a lock only while another process recovers or closes; the loop must not hang on it.
_READER_BUSY_SECONDS = 0.5


class Database:
    """An open database. `uri` is SQLite's; `path` is where it lies, or None in memory.

    `noun` names it for people. A commit of a `lasting` one is on the disk before `write` returns.
    """

    def __init__(
        self,
        uri: str,
        path: Path | None,
        clock: Clock,
        *,
        writable: bool,
        busy_seconds: float,
        noun: str = "the record",
        lasting: bool = False,
    ) -> None:
        self._noun = noun
        self.clock = clock
        self.path = path
        self.uri = uri
        self.notes: list[str] = []
        self.passing = ""
        self.schema_version = 0
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_READERS)
        self._idle: deque[Connection] = deque()
        self._closed = False
        # In memory there is no WAL, and readers wait for every commit.
        patience = busy_seconds if path is None else _READER_BUSY_SECONDS
        self._readers = make_engine(uri, query_only=True, busy_seconds=patience)
        self._writer: Connection | None = None
        self._watch: Connection | None = None
        self._watches = 0
        self._watch_lock = threading.Lock()
        self._identity: tuple[tuple[int, int], ...] = ()
        if writable:
            engine = make_engine(uri, query_only=False, busy_seconds=busy_seconds, lasting=lasting)
            self._writer = engine.connect()

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that can only read; every statement is a transaction of its own."""
        with self._free:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect_reader()
            try:
                yield connection
            except DBAPIError as error:
                connection.close()  # what it holds open may be what is broken
                raise self._explain(error, f"reading {self._noun}") from error
            except StoreError as error:
                connection.close()
                if error.code == "store_corrupt":
                    self._mark_damage()
                raise
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
            if self._closed:
                self._close_readers()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Lend a reading connection whose statements all see one commit."""
        with self.read() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                with suppress(DBAPIError):
                    connection.exec_driver_sql("ROLLBACK")

    def data_version(self) -> tuple[int, int]:
        """Give a value that changes when any other connection, here or elsewhere, committed.

        SQLite's number means something on one connection only, so that connection is counted too.
        """
        with self._watch_lock:
            if self._watch is None:
                self._watch = self._connect_reader()
                self._watches += 1
            try:
                number = self._watch.exec_driver_sql("PRAGMA data_version").scalar_one()
                return self._watches, int(number)
            except DBAPIError as error:
                self._watch.close()
                self._watch = None
                raise self._explain(error, f"reading {self._noun}") from error

    def _connect_reader(self) -> Connection:
        if self._closed:
            raise StoreError("the database is closed", code="store_closed")
        try:
            return self._readers.connect()
        except DBAPIError as error:
            raise store_error(error.orig or error, "opening the database") from error

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend the writer inside a transaction that commits at the end, or leaves no trace.

        Raises `StoreError`: `store_lost` when the file was removed or replaced since it was opened
        (SQLite would write on into the void), `store_busy` when another program keeps it locked.
        """
        with self._lock:
            writer = self._writer
            if writer is None:
                raise StoreError("this database is open for reading only", code="store_readonly")
            if self.lost():
                raise self._lost()
            try:
                with writer.begin():
                    yield writer
            except DBAPIError as error:
                raise self._explain(error, f"writing {self._noun}") from error

    def configure(self, *, new: bool) -> None:
        """Switch to a WAL; never on a database that is in one, which others may have open.

        Without it (a network file system) readers and the writer wait for each other, and a note
        says so.
        """
        raw = self._raw_writer()
        with self._lock, explained("opening the database", driver().module.Error):
            if new:
                raw.execute("PRAGMA auto_vacuum = INCREMENTAL")  # holds only before the first table
            mode = raw.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            self.notes.append(f"the file system allows no WAL ({mode}): reads wait for writes")

    def back_up(self, target: Any) -> None:
        """Copy everything into another connection of the same driver. Raises its errors."""
        with self._lock:
            self._raw_writer().backup(target)

    def _raw_writer(self) -> Any:
        if self._writer is None:
            raise StoreError("this database is open for reading only", code="store_readonly")
        return self._writer.connection.driver_connection

    def remember_files(self) -> None:
        """Remember which files are open, for `lost`."""
        self._identity = self._identify()

    def lost(self) -> bool:
        """Tell whether other files, or none, lie where ours did when it was opened. Quick."""
        return bool(self._identity) and self._identity != self._identify()

    def _identify(self) -> tuple[tuple[int, int], ...]:
        if self.path is None:
            return ()
        return tuple(_device_inode(name) for name in (str(self.path), f"{self.path}-wal"))

    def _lost(self) -> StoreError:
        return StoreError(
            f"the database {self.path} was removed or replaced",
            hint="it is made anew when it is opened again",
            code="store_lost",
        )

    def _explain(self, error: DBAPIError, doing: str) -> StoreError:
        """Explain an error in use; damage leaves a mark, so that the next opener starts anew."""
        explained = store_error(error.orig or error, doing)
        if explained.code == "store_corrupt" and self.path is not None:
            if self.lost():
                return self._lost()
            self._mark_damage()
        return explained

    def _mark_damage(self) -> None:
        if self.path is not None:
            with suppress(OSError):
                damage_mark(self.path).touch(mode=0o600)

    # ── the end ────────────────────────────────────────────────────────────────────────────────

    def close(self) -> None:
        """Checkpoint and close every connection; harmless when repeated."""
        with self._lock, self._watch_lock:
            self._closed = True
            if self._watch is not None:
                self._watch.close()
                self._watch = None
            self._close_readers()
            writer, self._writer = self._writer, None
            if writer is None:
                return
            if not driver().vulnerable:
                raw: Any = writer.connection.driver_connection
                with suppress(driver().module.Error):
                    # Others may be reading: what cannot be moved now stays in the WAL, as it may.
                    raw.execute("PRAGMA busy_timeout = 0")
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            writer.close()

    def _close_readers(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()


def damage_mark(path: Path) -> Path:
    """Name the file that says: damage was met in use, which opening would not find."""
    return path.with_name(f"{path.name}.damaged")


def _device_inode(name: str) -> tuple[int, int]:
    try:
        found = os.stat(name)  # noqa: PTH116 - called before every write
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
