"""The numbered steps from an older database to this one, under `PRAGMA user_version`.

All steps that are due run in one `BEGIN IMMEDIATE` transaction, so that a crash leaves the old
version or the new one, and a second process that waited finds nothing to do. A new database gets
the tables as they are declared and the newest number at once; a step is frozen when it is released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, text
from sqlalchemy.engine import Connection

from dbp.errors import NewerSchemaError
from dbp.store import tables

# "dbp" and a 1: tells our file from any other SQLite database (`file(1)` shows it).
APPLICATION_ID = 0x64627001


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. With `reextract`, contents stay readable but every file is read again."""

    number: int
    name: str
    apply: Callable[[Connection], None]
    reextract: bool = False


def create_tables(connection: Connection) -> None:
    """Create every table and index as declared."""
    tables.META.metadata.create_all(connection, tables=list(tables.ALL), checkfirst=False)
    connection.execute(insert(tables.META), [{"key": "revision", "value": "0"}])
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


MIGRATIONS: Sequence[Migration] = (Migration(1, "create the tables", create_tables),)
LATEST = MIGRATIONS[-1].number


def version_of(connection: Connection) -> int:
    """Read the schema's number; 0 is a new database."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def check_version(found: int, path: str, latest: int = LATEST) -> None:
    """Raise `NewerSchemaError` for a database that a newer dbp wrote."""
    if found > latest:
        raise NewerSchemaError(
            f"the database {path} has schema {found}, this dbp knows {latest}",
            hint="update dbp, or point database.path elsewhere; the file was not touched",
            path=path,
        )


def migrate(
    connection: Connection, path: str, migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[int, ...]:
    """Bring a database up to date within the caller's transaction; return the steps taken."""
    found, latest = version_of(connection), migrations[-1].number
    check_version(found, path, latest)
    due = [each for each in migrations if each.number > found]
    if not due:
        return ()
    if found == 0:
        create_tables(connection)
    else:
        for each in due:
            each.apply(connection)
        if any(each.reextract for each in due):
            _read_again(connection, latest)
    connection.exec_driver_sql(f"PRAGMA user_version = {latest:d}")
    return tuple(each.number for each in due)


def _read_again(connection: Connection, latest: int) -> None:
    """Let the next scan read every file, while the old extractions can still be shown.

    No extraction is found by its key any more, and no file has the hash the need check compares.
    """
    connection.execute(
        text("UPDATE content SET extractor = 'before ' || :latest || ': ' || extractor"),
        {"latest": latest},
    )
    connection.execute(text("UPDATE filemetadata SET content_hash = '', size = -1"))
