"""Opening a database: whatever lies there, the answer is one that can be used, and why.

Openers of one file wait for each other on a lock file of its own, so that nobody sets aside or
migrates what another one is just making.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dbp.clock import Clock
from dbp.errors import StoreError
from dbp.store.connections import Database
from dbp.store.driver import driver
from dbp.store.faults import store_error
from dbp.store.leader import LeaderLock
from dbp.store.migrations import LATEST, check_version, migrate, version_of
from dbp.store.probe import Verdict, probe, set_aside

__all__ = ["Database", "open_database"]

# A person's tool may hold the database for a moment; a worker can wait that long.
BUSY_SECONDS = 5.0
# With these codes there is no place to write to; anything else is worth telling the caller.
_NO_PLACE = {"store_readonly", "store_io", "store_full", "store_unusable", "bad_state_dir"}
_VULNERABLE_NOTE = (
    "this SQLite can corrupt a database that processes share (fixed in 3.51.3): "
    "the WAL is not checkpointed until the last process ends; install pysqlite3"
)


def open_database(
    path: Path, clock: Clock, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Database:
    """Open the database at `path`, making, migrating or rebuilding it as needed. Blocking.

    What had to be done is in `notes`. Where nothing can be written, the database is in memory.
    With `read_only` nothing is made or changed: `StoreError` `store_missing`, `store_corrupt` or
    `older_schema` say what a writer would have to do. Raises `NewerSchemaError` without touching
    the file, and `StoreError` `store_busy` when another program keeps it locked.
    """
    path = path.absolute()
    if read_only:
        return _finish(_open_existing(path, clock, busy_seconds))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(path):
            database = _open_file(path, clock, busy_seconds)
    except OSError as error:
        database = _in_memory(path, error.strerror or str(error), clock, busy_seconds)
    except StoreError as error:
        if error.code not in _NO_PLACE:
            raise
        database = _in_memory(path, error.message, clock, busy_seconds)
    return _finish(database)


def _finish(database: Database) -> Database:
    if driver().vulnerable:
        database.notes.append(_VULNERABLE_NOTE)
    return database


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time open `path`."""
    lock = LeaderLock(path.with_name(f"{path.name}.opening"))
    lock.acquire_blocking()
    try:
        yield
    finally:
        lock.release()


def _open_file(path: Path, clock: Clock, busy_seconds: float) -> Database:
    """Open a file for writing; one that turns out to be broken is set aside, once."""
    notes: list[str] = []
    verdict = probe(path)
    if verdict.kind == "bad":
        notes.append(_aside(path, verdict.why, clock))
        verdict = Verdict("new")
    check_version(verdict.version, str(path))
    try:
        database = _connect(path, verdict, clock, busy_seconds)
    except StoreError as error:
        if error.code != "store_corrupt":
            raise
        notes.append(_aside(path, error.message, clock))
        database = _connect(path, Verdict("new"), clock, busy_seconds)
    database.notes[:0] = notes
    return database


def _aside(path: Path, why: str, clock: Clock) -> str:
    target = set_aside(path, clock)
    return f"the database could not be used ({why}): it is kept as {target.name}, and built anew"


def _connect(path: Path, verdict: Verdict, clock: Clock, busy_seconds: float) -> Database:
    uri = f"{path.as_uri()}?mode=rwc"
    try:
        database = Database(uri, path, clock, writable=True, busy_seconds=busy_seconds)
    except DBAPIError as error:
        raise store_error(error.orig or error, f"opening {path}") from error
    try:
        if os.name == "posix":
            path.chmod(0o600)  # before the WAL is made, which gets the same mode
        _prepare(database, path, verdict)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: Database, path: Path, verdict: Verdict) -> None:
    """Put a connected database into shape: WAL, schema, what to remember."""
    if 0 < verdict.version < LATEST:
        _back_up(database, path, verdict.version)
    database.configure(new=verdict.kind == "new")
    with database.write() as connection:
        done = migrate(connection, str(path))
    if done and verdict.kind != "new":
        database.notes.append(f"the database was brought from schema {verdict.version} to {LATEST}")
    database.schema_version = LATEST
    database.remember_files()


def _back_up(database: Database, path: Path, version: int) -> None:
    """Copy an older database before it is migrated, through SQLite: `*.schema-<n>`."""
    target = path.with_name(f"{path.name}.schema-{version}")
    target.unlink(missing_ok=True)
    module = driver().module
    try:
        copy = module.connect(str(target))
        try:
            target.chmod(0o600)
            database.back_up(copy)
        finally:
            copy.close()
    except module.Error as error:
        raise store_error(error, f"copying {path} before its schema changes") from error


def _open_existing(path: Path, clock: Clock, busy_seconds: float) -> Database:
    """Open for reading only; never rename, migrate or create."""
    verdict = probe(path)
    if verdict.kind == "bad":
        raise StoreError(f"the database {path}: {verdict.why}", code="store_corrupt")
    check_version(verdict.version, str(path))
    if verdict.kind == "new" or verdict.version == 0:
        raise StoreError(f"there is no database at {path} yet", code="store_missing")
    if verdict.version < LATEST:
        raise StoreError(
            f"the database {path} has schema {verdict.version}, this dbp needs {LATEST}",
            hint="it is brought up to date when this dbp opens it for writing",
            code="older_schema",
        )
    uri = f"{path.as_uri()}?mode=rw"
    database = Database(uri, path, clock, writable=False, busy_seconds=busy_seconds)
    try:
        with database.read() as connection:
            database.schema_version = version_of(connection)
        database.remember_files()
    except BaseException:
        database.close()
        raise
    return database


def _in_memory(path: Path, why: str, clock: Clock, busy_seconds: float) -> Database:
    uri = f"file:/dbp-{secrets.token_hex(8)}?vfs=memdb"
    database = Database(uri, None, clock, writable=True, busy_seconds=busy_seconds)
    with database.write() as connection:
        migrate(connection, ":memory:")
    database.schema_version = LATEST
    database.notes.append(f"{path} cannot be written ({why}): the record is kept in memory")
    return database
