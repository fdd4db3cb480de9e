"""The schema: what is declared is what is made, and older databases are brought there whole."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from store_v1 import make_v1
from store_values import make_content

from dbp.clock import TurnableClock
from dbp.errors import StoreError
from dbp.model import EnrichmentState, FileRecord, FileState, Stat
from dbp.store.account_tables import ACCOUNT
from dbp.store.database import open_database
from dbp.store.documents import SqliteStore, open_store
from dbp.store.driver import driver
from dbp.store.migrations import RECORD
from dbp.store.schema import Migration, Schema, version_of


def ask(path: Path, statement: str) -> Any:
    """Ask SQLite itself, when nobody else in this process has the file open."""
    with closing(driver().module.connect(str(path), isolation_level=None)) as connection:
        return connection.execute(statement).fetchone()[0]


# The search index is SQLite's own to lay out: `filesearch` and its tables, `symbolsearch` and its.
INDEX = ("filesearch", "symbolsearch")


def made(connection: Connection) -> Any:
    """List triggers and virtual tables as they are written, whatever their layout."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        " OR sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name"
    )
    return {name: "".join(sql.split()) for name, sql in rows}


def shape(connection: Connection) -> Any:
    found = inspect(connection)
    tables = {
        name: (
            [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in found.get_columns(name)
            ],
            sorted(
                tuple(row)[2:]
                for row in connection.exec_driver_sql(f"PRAGMA foreign_key_list({name})")
            ),
            sorted(found.get_unique_constraints(name), key=str),
        )
        for name in found.get_table_names()
        if not name.startswith(INDEX)
    }
    indexes = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
    )
    return tables, {name: " ".join(sql.split()) if sql else sql for name, sql in indexes}


@pytest.mark.parametrize("schema", [RECORD, ACCOUNT], ids=lambda schema: schema.noun)
def test_the_tables_on_disk_are_the_ones_declared(
    tmp_path: Path, clock: TurnableClock, schema: Schema
) -> None:
    database = open_database(tmp_path / "x.db", clock, schema=schema)
    with database.read() as connection:
        tables, _ = shape(connection)
        assert version_of(connection) == schema.latest
    database.close()
    declared = {t.name: [column.name for column in t.columns] for t in schema.tables}
    found = {name: [column[0] for column in columns] for name, (columns, *_) in tables.items()}
    assert found == declared


# ── from the first release ─────────────────────────────────────────────────────────────────────


def test_a_first_database_becomes_what_a_new_one_is(
    path: Path, tmp_path: Path, clock: TurnableClock
) -> None:
    make_v1(path, 3)
    old, new = open_store(path, clock), open_store(tmp_path / "new" / "index.db", clock)
    with old._database.read() as one, new._database.read() as other:
        assert shape(one) == shape(other)
        assert made(one) == made(other)
        assert set(made(one)) >= set(INDEX)
    old.close()
    new.close()


def test_a_first_database_keeps_everything_and_asks_for_no_extraction(
    path: Path, clock: TurnableClock
) -> None:
    make_v1(path, 30)
    store = open_store(path, clock)
    assert store.status().notes == (f"the database was brought from schema 1 to {RECORD.latest}",)
    assert store.version() == 7
    assert store.note("extractor") == "v1"
    assert store.outdated("v1") == []
    assert store.counts() == {"indexed": 30, "failed": 1, "excluded": 1}
    assert set(store.known_below()) == {*(f"f{n}" for n in range(30)), "bad", os.fsdecode(b"o\xff")}
    found = store.stored("f4")
    assert found is not None
    content = make_content("t4")
    assert found.record == FileRecord(
        "f4",
        Stat(5, 6, 4),
        "python",
        FileState.INDEXED,
        content.key.content_hash,
        extracted_at=2.5,
        intent=content.intent,
    )
    assert found.extraction is not None
    assert found.meaning is None
    assert store.enrichment_counts() == {"": 30}
    assert len(store.to_enrich(100, now=clock.now())) == 30
    store.close()
    copy = path.with_name("index.db.schema-1")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert ask(copy, "PRAGMA user_version") == 1
    assert ask(copy, "SELECT count(*) FROM filemetadata") == 32
    again = open_store(path, clock)
    assert again.status().notes == ()
    again.close()


@pytest.mark.parametrize("stop", range(1, RECORD.latest))
def test_each_older_schema_becomes_what_a_new_one_is_and_is_searched(
    path: Path, tmp_path: Path, clock: TurnableClock, stop: int
) -> None:
    make_v1(path, 3)
    partly = replace(RECORD, migrations=RECORD.migrations[:stop])
    if stop > 1:
        open_database(path, clock, schema=partly).close()
    assert ask(path, "PRAGMA user_version") == stop
    old, new = open_store(path, clock), open_store(tmp_path / "new" / "index.db", clock)
    with old._database.read() as one, new._database.read() as other:
        assert shape(one) == shape(other)
        assert made(one) == made(other)
    assert old.search_state().pending == 5
    while old.sync_search(10, 1.0):
        pass
    assert {hit.path for hit in old.search("t2")} == {"f2"}
    assert old.check_search().none
    old.close()
    new.close()


def test_a_reader_does_not_migrate(path: Path, clock: TurnableClock) -> None:
    make_v1(path, 1)
    with pytest.raises(StoreError) as caught:
        open_store(path, clock, read_only=True)
    assert caught.value.code == "older_schema"
    assert ask(path, "PRAGMA user_version") == 1


# ── any later step ─────────────────────────────────────────────────────────────────────────────


def add_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE filemetadata ADD COLUMN later TEXT")


def fail(connection: Connection) -> None:
    add_column(connection)
    raise RuntimeError("in the middle")


def later(step: Migration) -> Schema:
    return replace(RECORD, migrations=(*RECORD.migrations, step))


NEXT = RECORD.latest + 1


def test_a_migration_runs_once_and_can_ask_for_extraction(path: Path, clock: TurnableClock) -> None:
    make_v1(path, 1)
    store = open_store(path, clock)
    newer = later(Migration(NEXT, "later", add_column, reextract=True))
    for expected in ((NEXT,), ()):
        with store._database.write() as connection:
            assert newer.migrate(connection, str(path)) == expected
    found = store.stored("f0")
    assert found is not None
    assert found.extraction is not None
    assert (found.record.content_hash, found.record.stat.size) == ("", -1)
    assert found.extractor == f"before {NEXT}: v1"
    assert found.record.enrichment is EnrichmentState.UNDECIDED
    store.close()


def test_a_migration_that_fails_leaves_the_old_schema(store: SqliteStore, path: Path) -> None:
    newer = later(Migration(NEXT, "later", fail))

    def attempt() -> None:
        with store._database.write() as connection:
            newer.migrate(connection, str(path))

    with pytest.raises(RuntimeError):
        attempt()
    with store._database.read() as connection:
        assert version_of(connection) == RECORD.latest
        columns = {each["name"] for each in inspect(connection).get_columns("filemetadata")}
    assert "later" not in columns


def test_all_steps_that_are_due_are_taken_at_once(path: Path, clock: TurnableClock) -> None:
    make_v1(path, 2)
    newer = later(Migration(NEXT, "later", add_column))
    database = open_database(path, clock, schema=newer)
    assert database.notes == [f"the database was brought from schema 1 to {NEXT}"]
    with database.read() as connection:
        assert version_of(connection) == NEXT
    database.close()
