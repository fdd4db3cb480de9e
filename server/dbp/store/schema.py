"""The schema of one kind of database as a value, and the way from an older one to it.

The number lies under `PRAGMA user_version`. All steps that are due run in one `BEGIN IMMEDIATE`
transaction, so that a crash leaves the old version or the new one, and a second process that waited
finds nothing to do. A new database gets the tables as they are declared and the newest number at
once; a step is frozen when it is released.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from dbp.errors import NewerSchemaError


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. With `reextract`, contents stay readable but every file is read again."""

    number: int
    name: str
    apply: Callable[[Connection], None]
    reextract: bool = False


def _nothing(_connection: Connection) -> None:
    """Add no rows."""


def _unable(_connection: Connection, _latest: int) -> None:
    raise NotImplementedError("this database holds nothing that could be read again")


@dataclass(frozen=True, slots=True)
class Schema:
    """What one kind of database looks like; `noun` names it for people.

    `application_id` tells our file from any other SQLite database (`file(1)` shows it). What is
    `lasting` is nowhere else: it is never kept in memory, and a commit is on the disk before it
    counts. `extras` are statements run after the tables are there: triggers, virtual tables. `seed`
    writes the first rows, `read_again` is what a step with `reextract` asks for.
    """

    noun: str
    application_id: int
    tables: tuple[Table, ...]
    migrations: tuple[Migration, ...]
    lasting: bool = False
    seed: Callable[[Connection], None] = _nothing
    read_again: Callable[[Connection, int], None] = _unable
    extras: tuple[str, ...] = ()

    @property
    def latest(self) -> int:
        """The number this dbp writes."""
        return self.migrations[-1].number

    def create(self, connection: Connection) -> None:
        """Create every table and index as declared."""
        for table in self.tables:
            table.create(connection, checkfirst=False)
        for statement in self.extras:
            connection.exec_driver_sql(statement)
        self.seed(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {self.application_id:d}")

    def check(self, found: int, path: str) -> None:
        """Raise `NewerSchemaError` for a database that a newer dbp wrote."""
        if found > self.latest:
            raise NewerSchemaError(
                f"the database {path} has schema {found}, this dbp knows {self.latest}",
                hint="update dbp, or point it elsewhere; the file was not touched",
                path=path,
            )

    def migrate(self, connection: Connection, path: str) -> tuple[int, ...]:
        """Bring a database up to date within the caller's transaction; return the steps taken."""
        found = version_of(connection)
        self.check(found, path)
        due = [each for each in self.migrations if each.number > found]
        if not due:
            return ()
        if found == 0:
            self.create(connection)
        else:
            for each in due:
                each.apply(connection)
            if any(each.reextract for each in due):
                self.read_again(connection, self.latest)
        connection.exec_driver_sql(f"PRAGMA user_version = {self.latest:d}")
        return tuple(each.number for each in due)


def version_of(connection: Connection) -> int:
    """Read the schema's number; 0 is a new database."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
