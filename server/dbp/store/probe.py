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
            return _judge(connection, found.st_size, schema)
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


def _judge(connection: Any, size: int, expected: Schema) -> Verdict:
    def ask(sql: str) -> Any:
        return connection.execute(sql).fetchone()[0]

    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    application, version = ask("PRAGMA application_id"), int(ask("PRAGMA user_version"))
    schema = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    if application == 0 and not schema:
        return Verdict("new")
    why = ""
    if application != expected.application_id:
        why = "another program's database"
    elif size <= _CHECKED_BYTES and (said := ask("PRAGMA quick_check(1)")) != "ok":
        why = str(said)
    elif any(kind in {"trigger", "view"} for kind, _ in schema):
        why = "it holds triggers or views, which dbp never makes"
    elif version <= 0:
        why = f"its schema is numbered {version}"
    elif version == expected.latest and not _names(expected) <= {name for _, name in schema}:
        why = "tables are missing"
    return Verdict("bad", why=why) if why else Verdict("ours", version=version)


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
