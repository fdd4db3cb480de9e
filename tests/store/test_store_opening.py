"""Opening: whatever lies where the database should be, there is one afterwards, or a clear word."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from store_values import make_put

from dbp.clock import TurnableClock
from dbp.errors import NewerSchemaError, StoreError
from dbp.store import driver as drivers, probe
from dbp.store.documents import SqliteStore, open_store
from dbp.store.driver import Driver, driver, is_vulnerable
from dbp.store.migrations import RECORD


def sql(path: Path, statement: str) -> Any:
    """Ask SQLite itself, when nobody else in this process has the file open."""
    with closing(driver().module.connect(str(path), isolation_level=None)) as connection:
        row = connection.execute(statement).fetchone()
        return None if row is None else row[0]


def filled(path: Path, clock: TurnableClock, files: int = 50) -> None:
    store = open_store(path, clock)
    store.write([make_put(f"f{number}", f"t{number}") for number in range(files)])
    store.close()


def aside(path: Path) -> list[str]:
    names = sorted(each.name for each in path.parent.iterdir() if ".corrupt-" in each.name)
    return [name for name in names if not name.endswith(("-wal", "-shm"))]


def assert_works(store: SqliteStore) -> None:
    store.write([make_put("new")])
    assert store.stored("new") is not None


def test_a_new_database_is_private_and_says_what_it_is(store: SqliteStore, path: Path) -> None:
    assert_works(store)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        assert stat.S_IMODE(name.stat().st_mode) == 0o600
    status = store.status()
    assert status.path == str(path)
    assert status.schema_version == RECORD.latest
    assert status.notes == ()
    assert status.size_bytes > 0 < status.wal_bytes
    with store._database.read() as connection:
        for pragma, value in {
            "journal_mode": "wal",
            "query_only": 1,
            "foreign_keys": 1,
            "trusted_schema": 0,
            "cell_size_check": 1,
            "application_id": RECORD.application_id,
        }.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_what_was_written_is_there_after_reopening(path: Path, clock: TurnableClock) -> None:
    filled(path, clock)
    assert not Path(f"{path}-wal").exists()
    store = open_store(path, clock)
    assert len(store.known_below()) == 50
    assert store.version() == 1
    assert store.status().notes == ()
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.known("f1")
    with pytest.raises(StoreError):
        store.version()


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribble(offset: int, data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)

    return write


@pytest.mark.parametrize(
    "damage",
    [
        scribble(0, b"not a database at all"),
        scribble(100, b"\xff" * 200),
        scribble(4096, os.urandom(8192)),
        cut,
        lambda path: path.write_text("a text file"),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.rename(f"{path}.x"), path.symlink_to(f"{path}.x")),
        lambda path: (path.unlink(), Path(f"{path}-wal").write_bytes(b"orphan")),
    ],
    ids=["header", "schema", "pages", "cut", "text", "folder", "link", "wal-only"],
)
def test_a_broken_file_is_set_aside_and_made_anew(
    path: Path, clock: TurnableClock, damage: Callable[[Path], Any]
) -> None:
    filled(path, clock)
    damage(path)
    store = open_store(path, clock)
    assert store.known_below() == {}
    assert_works(store)
    (note,) = store.status().notes
    assert "built anew" in note
    names = [each.name for each in path.parent.iterdir()]
    assert any(name.startswith("index.db.corrupt-20231114T221320") for name in names)
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE symbol",
        "PRAGMA user_version = 0",
    ],
)
def test_a_planted_schema_is_set_aside(path: Path, clock: TurnableClock, statement: str) -> None:
    filled(path, clock)
    sql(path, statement)
    store = open_store(path, clock)
    assert_works(store)
    assert len(aside(path)) == 1
    store.close()


def test_damage_met_in_use_is_remembered_for_the_next_opening(
    path: Path, clock: TurnableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path, clock, 200)
    monkeypatch.setattr(probe, "_CHECKED_BYTES", 0)
    scribble(3 * 4096, b"\xff" * 4096 * 20)(path)
    store = open_store(path, clock)
    with pytest.raises(StoreError) as caught:
        [store.stored(f"f{number}") for number in range(200)]
    assert caught.value.code == "store_corrupt"
    store.close()
    again = open_store(path, clock)
    assert_works(again)
    assert "while it was in use" in again.status().notes[0]
    again.close()
    last = open_store(path, clock)
    assert last.status().notes == ()
    last.close()


def test_two_broken_files_in_one_second_are_both_kept(path: Path, clock: TurnableClock) -> None:
    for _ in range(2):
        filled(path, clock)
        scribble(0, b"junk")(path)
    open_store(path, clock).close()
    assert len(aside(path)) == 2


def test_a_file_without_bytes_is_a_new_database(path: Path, clock: TurnableClock) -> None:
    path.parent.mkdir()
    path.touch()
    store = open_store(path, clock)
    assert_works(store)
    assert store.status().notes == ()
    store.close()


def test_another_programs_database_is_set_aside_whole(path: Path, clock: TurnableClock) -> None:
    path.parent.mkdir()
    sql(path, "CREATE TABLE theirs (x)")
    store = open_store(path, clock)
    assert_works(store)
    store.close()
    (name,) = aside(path)
    assert sql(path.with_name(name), "SELECT name FROM sqlite_master") == "theirs"


def test_a_newer_database_is_refused_and_not_touched(path: Path, clock: TurnableClock) -> None:
    filled(path, clock)
    sql(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerSchemaError, match="update dbp"):
            open_store(path, clock, read_only=read_only)
    assert path.read_bytes() == before
    assert aside(path) == []


def test_a_reader_makes_nothing(path: Path, clock: TurnableClock) -> None:
    path.parent.mkdir()
    with pytest.raises(StoreError) as caught:
        open_store(path, clock, read_only=True)
    assert caught.value.code == "store_missing"
    assert list(path.parent.iterdir()) == []
    filled(path, clock)
    scribble(0, b"junk")(path)
    with pytest.raises(StoreError) as caught:
        open_store(path, clock, read_only=True)
    assert caught.value.code == "store_corrupt"
    assert aside(path) == []


def test_a_reader_sees_commits_and_cannot_write(
    store: SqliteStore, path: Path, clock: TurnableClock
) -> None:
    reader = open_store(path, clock, read_only=True)
    assert reader.version() == 0
    store.write([make_put("a")])
    assert reader.version() == 1
    assert reader.stored("a") == store.stored("a")
    with pytest.raises(StoreError) as caught:
        reader.write([make_put("b")])
    assert caught.value.code == "store_readonly"
    reader.close()


def test_without_a_place_to_write_the_record_is_in_memory(
    tmp_path: Path, clock: TurnableClock
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    store = open_store(blocked / "index.db", clock)
    assert store.write([make_put("a")]) == store.version() == 1
    assert store.stored("a") is not None
    assert store.status().path == ":memory:"
    assert "in memory" in store.status().notes[0]
    assert not store.lost()
    store.close()


def test_a_path_may_hold_any_characters(tmp_path: Path, clock: TurnableClock) -> None:
    odd = tmp_path / os.fsdecode(b"a?b#c%41 \xff&mode=ro") / "index.db"
    filled(odd, clock)
    assert odd.exists()
    store = open_store(odd, clock)
    assert len(store.known_below()) == 50
    store.close()


def test_two_databases_in_memory_are_two(tmp_path: Path, clock: TurnableClock) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    first, second = (open_store(blocked / "index.db", clock) for _ in range(2))
    first.write([make_put("a")])
    assert second.known("a") is None
    first.close()
    second.close()


@pytest.mark.parametrize("act", ["delete", "replace", "wal"])
def test_a_lost_file_is_noticed_before_writing(path: Path, clock: TurnableClock, act: str) -> None:
    store = open_store(path, clock)
    store.write([make_put("a")])
    assert not store.lost()
    if act == "wal":
        Path(f"{path}-wal").unlink()
    else:
        path.unlink()
        if act == "replace":
            path.touch()
    assert store.lost()
    with pytest.raises(StoreError) as caught:
        store.write([make_put("b")])
    assert caught.value.code == "store_lost"
    store.close()
    again = open_store(path, clock)
    assert_works(again)
    again.close()


# ── which SQLite ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((4, 0, 0), False),
    ],
)
def test_the_gate_knows_the_versions(version: tuple[int, int, int], *, expected: bool) -> None:
    assert is_vulnerable(version) is expected


def test_a_vulnerable_sqlite_never_checkpoints_and_says_so(
    path: Path, clock: TurnableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Driver(driver().module, "sqlite3", (3, 40, 1))
    monkeypatch.setattr(drivers, "driver", lambda: old)
    for module in ("connections", "database", "engines"):
        monkeypatch.setattr(f"dbp.store.{module}.driver", lambda: old)
    store = open_store(path, clock)
    with store._database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
    assert "3.51.3" in store.status().notes[0]
    store.close()
