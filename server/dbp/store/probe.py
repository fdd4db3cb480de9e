"""What lies where a database should be: looked at before anything is written to it.

The look is read-only, so that a file of a newer dbp, or of another program, stays as it is.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbp.clock import Clock, iso
from dbp.store.connections import damage_mark
from dbp.store.driver import driver
from dbp.store.faults import store_error
from dbp.store.schema import Schema

# quick_check reads every page, 0.1 s for this much; damage in larger files is found in use.
_CHECKED_BYTES = 32 << 20
_BUSY_SECONDS = 5.0

_ONLY_AN_INDEX, _CORRUPT_VTAB = "fts5", 267
_NEEDS_NEWER, _CONTENTLESS_DELETE = "contentless_delete=1", (3, 43, 0)

SIDECARS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is `new`, `ours` or `bad`; `why` says what is wrong with a bad one."""

    kind: str
    version: int = 0
    why: str = ""


def probe(path: Path, schema: Schema) -> Verdict:
    """Judge the file at `path`. Raises `OSError`, and `StoreError` when it cannot be read now."""
    found = _find(path)
    if found is None:
        # Sidecars without their database would be replayed into the next one.
        if not any(Path(f"{path}{suffix}").exists() for suffix in SIDECARS):
            return Verdict("new")
        # Unless somebody has just made them all: the database itself comes first.
        found = _find(path)
    if found is None:
        return Verdict("bad", why="only its WAL is there")
    if why := _wrong_file(path, found):
        return Verdict("bad", why=why)
    if found.st_size == 0:
        return Verdict("new")
    module = driver().module
    try:
        with closing(_open_read_only(path)) as connection:
            return _read(connection, found.st_size, schema)
    except module.DatabaseError as error:
        explained = store_error(error, f"opening {path}")
        if explained.code != "store_corrupt":
            raise explained from error
        return Verdict("bad", why=str(error))


def _find(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _wrong_file(path: Path, found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        return f"belongs to user {found.st_uid}"
    return "damage was met while it was in use" if damage_mark(path).exists() else ""


def _open_read_only(path: Path) -> Any:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return driver().module.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _read(connection: Any, size: int, schema: Schema) -> Verdict:
    try:
        return _judge(connection, size, schema)
    except UnicodeDecodeError:
        # The driver has no words for it: SQLite quotes what is damaged in its message.
        return Verdict("bad", why="its schema is damaged")


def _judge(connection: Any, size: int, expected: Schema) -> Verdict:
    def ask(sql: str) -> Any:
        return connection.execute(sql).fetchone()[0]

    # What is damaged is read as well.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    application, version = ask("PRAGMA application_id"), int(ask("PRAGMA user_version"))
    schema = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if application == 0 and not schema:
        return Verdict("new")
    why, ours = "", {_plain(statement) for statement in expected.extras}
    if application != expected.application_id:
        why = "another program's database"
    elif size <= _CHECKED_BYTES and (said := _quick_check(connection)):
        why = said
    elif any(kind in {"trigger", "view"} and _plain(sql) not in ours for kind, _, sql in schema):
        why = "it holds triggers or views that dbp never made"
    elif driver().version < _CONTENTLESS_DELETE and any(
        _NEEDS_NEWER in (s or "") for *_, s in schema
    ):
        why = "its search index was made by a newer SQLite"
    elif version <= 0:
        why = f"its schema is numbered {version}"
    elif version == expected.latest and not _names(expected) <= {name for _, name, _ in schema}:
        why = "tables are missing"
    return Verdict("bad", why=why) if why else Verdict("ours", version=version)


def _quick_check(connection: Any) -> str:
    """Let SQLite look for damage; a search index is made anew by itself, and is none of it."""
    try:
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except driver().module.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) != _CORRUPT_VTAB:
            raise
        return ""
    return "" if said == "ok" or _ONLY_AN_INDEX in said.lower() else said


def _plain(sql: str | None) -> str:
    """Give a statement without its layout, to compare it with another."""
    return "".join((sql or "").split())


def _names(schema: Schema) -> set[str]:
    return {table.name for table in schema.tables}


def set_aside(path: Path, clock: Clock) -> Path:
    """Rename a database with its WAL to `*.corrupt-<UTC time>`, never over another one.

    Every connection to it in this process must be closed. Raises `OSError`.
    """
    stamp = (iso(clock.now()) or "").replace(":", "").replace("-", "")
    name = f"{path.name}.corrupt-{stamp}"
    target, count = path.with_name(name), 1
    while any(Path(f"{target}{suffix}").exists() for suffix in ("", *SIDECARS)):
        target, count = path.with_name(f"{name}-{count}"), count + 1
    # The sidecars go first: a crash in between leaves a database without a WAL, not a foreign WAL.
    for suffix in (*SIDECARS, ""):
        source = Path(f"{path}{suffix}")
        if source.exists() or source.is_symlink():
            source.rename(f"{target}{suffix}")
    damage_mark(path).unlink(missing_ok=True)
    return target
