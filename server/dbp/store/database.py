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
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from dbp.clock import Clock
from dbp.errors import StoreError
from dbp.store.connections import Database
from dbp.store.driver import driver
from dbp.store.faults import store_error
from dbp.store.leader import LeaderLock
from dbp.store.migrations import RECORD
from dbp.store.probe import Verdict, probe, set_aside
from dbp.store.schema import Schema, version_of

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
    path: Path,
    clock: Clock,
    *,
    read_only: bool = False,
    busy_seconds: float = BUSY_SECONDS,
    schema: Schema = RECORD,
) -> Database:
    """Open the database at `path`, making, migrating or rebuilding it as needed. Blocking.

    What had to be done is in `notes`. Where nothing can be written, the database is in memory; one
    that has to last is not opened then: `StoreError` says why.
    With `read_only` nothing is made or changed: `StoreError` `store_missing`, `store_corrupt` or
    `older_schema` say what a writer would have to do. Raises `NewerSchemaError` without touching
    the file, and `StoreError` `store_busy` when another program keeps it locked.
    """
    path = path.absolute()
    opening = _Opening(path, clock, busy_seconds, schema)
    if read_only:
        return _finish(_open_existing(opening))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(path):
            database = _open_file(opening)
    except OSError as error:
        why = error.strerror or str(error)
        database = _in_memory(opening, StoreError(why, code="store_unusable"))
    except StoreError as error:
        if error.code not in _NO_PLACE:
            raise
        database = _in_memory(opening, error)
    return _finish(database)


class _Opening(NamedTuple):
    """What the steps of opening one database hand on."""

    path: Path
    clock: Clock
    busy_seconds: float
    schema: Schema

    def connect(self, uri: str, path: Path | None, *, writable: bool) -> Database:
        return Database(
            uri,
            path,
            self.clock,
            writable=writable,
            busy_seconds=self.busy_seconds,
            noun=self.schema.noun,
            lasting=self.schema.lasting,
        )


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


def _open_file(opening: _Opening) -> Database:
    """Open a file for writing; one that turns out to be broken is set aside, once."""
    path, schema = opening.path, opening.schema
    notes: list[str] = []
    verdict = probe(path, schema)
    if verdict.kind == "bad":
        notes.append(_aside(path, verdict.why, opening.clock))
        verdict = Verdict("new")
    schema.check(verdict.version, str(path))
    try:
        database = _connect(opening, verdict)
    except StoreError as error:
        if error.code != "store_corrupt":
            raise
        notes.append(_aside(path, error.message, opening.clock))
        database = _connect(opening, Verdict("new"))
    database.notes[:0] = notes
    return database


def _aside(path: Path, why: str, clock: Clock) -> str:
    target = set_aside(path, clock)
    return f"the database could not be used ({why}): it is kept as {target.name}, and built anew"


def _connect(opening: _Opening, verdict: Verdict) -> Database:
    path = opening.path
    try:
        database = opening.connect(f"{path.as_uri()}?mode=rwc", path, writable=True)
    except DBAPIError as error:
        raise store_error(error.orig or error, f"opening {path}") from error
    try:
        if os.name == "posix":
            path.chmod(0o600)  # before the WAL is made, which gets the same mode
        _prepare(database, opening, verdict)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: Database, opening: _Opening, verdict: Verdict) -> None:
    """Put a connected database into shape: WAL, schema, what to remember."""
    path, schema = opening.path, opening.schema
    if 0 < verdict.version < schema.latest:
        _back_up(database, path, verdict.version)
    database.configure(new=verdict.kind == "new")
    with database.write() as connection:
        done = schema.migrate(connection, str(path))
    if done and verdict.kind != "new":
        change = f"from schema {verdict.version} to {schema.latest}"
        database.notes.append(f"the database was brought {change}")
    database.schema_version = schema.latest
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


def _open_existing(opening: _Opening) -> Database:
    """Open for reading only; never rename, migrate or create."""
    path, schema = opening.path, opening.schema
    verdict = probe(path, schema)
    if verdict.kind == "bad":
        raise StoreError(
            f"the database {path}: {verdict.why}",
            hint="dbp index sets it aside and makes it anew",
            code="store_corrupt",
        )
    schema.check(verdict.version, str(path))
    if verdict.kind == "new" or verdict.version == 0:
        raise StoreError(f"there is no database at {path} yet", code="store_missing")
    if verdict.version < schema.latest:
        raise StoreError(
            f"the database {path} has schema {verdict.version}, this dbp needs {schema.latest}",
            hint="it is brought up to date when this dbp opens it for writing",
            code="older_schema",
        )
    database = opening.connect(f"{path.as_uri()}?mode=rw", path, writable=False)
    try:
        with database.read() as connection:
            database.schema_version = version_of(connection)
        database.remember_files()
    except BaseException:
        database.close()
        raise
    return database


def _in_memory(opening: _Opening, error: StoreError) -> Database:
    path, schema = opening.path, opening.schema
    why = f"{path} cannot be written ({error.message})"
    if schema.lasting:
        raise StoreError(
            why,
            hint="set DBP_STATE_DIR to a directory of your own",
            code=error.code,
            path=str(path),
        ) from error
    uri = f"file:/dbp-{secrets.token_hex(8)}?vfs=memdb"
    database = opening.connect(uri, None, writable=True)
    with database.write() as connection:
        schema.migrate(connection, ":memory:")
    database.schema_version = schema.latest
    database.passing = (
        f"{why}: {schema.noun} is kept in memory and made anew at each start; make room there, "
        "or set DBP_STATE_DIR to a directory of your own"
    )
    database.notes.append(database.passing)
    return database
