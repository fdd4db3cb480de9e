"""The upkeep of the database: all of it SQL, every write a transaction of a few milliseconds.

A content that goes is first given a hash nothing has, so that what a crash leaves of it is never
taken for an extraction; its rows follow some at a time, the content itself last.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from dbp.ports.upkeep import Checkpoint, Orphans, Space
from dbp.store.connections import Database
from dbp.store.driver import driver
from dbp.store.faults import explained

_ROWS = 100
"""Rows a slice deletes: each is in two or three indexes, which makes some milliseconds."""

_PAGE = 4096
_VACUUM_PAGES = 256
_ANALYSED_ROWS = 400

_UNUSED = text("""
    SELECT id FROM (
        SELECT id, sum(length(payload)) OVER (ORDER BY id DESC) AS so_far FROM content
        WHERE NOT EXISTS (SELECT 1 FROM filemetadata WHERE content_id = content.id)
    ) WHERE so_far > :max_bytes ORDER BY id
""")
_UNUSED_OF = text("""
    SELECT id FROM content WHERE content_hash = :content_hash
    AND NOT EXISTS (SELECT 1 FROM filemetadata WHERE content_id = content.id) ORDER BY id
""")
_CONDEMN = text("""
    UPDATE content SET content_hash = 'dropped:' || id, extractor = '' WHERE id = :content
    AND NOT EXISTS (SELECT 1 FROM filemetadata WHERE content_id = content.id)
    RETURNING length(payload)
""")
_CHILDREN = ("symbol", "docreference")
_OWNED = (*_CHILDREN, "contentfacts", "contentsearch")
_DROP_ROWS = {
    table: text(
        f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table}"  # noqa: S608 - our names
        " WHERE content_id = :content LIMIT :limit)"
    )
    for table in _OWNED
}
_ORPHANS = {
    table: text(
        f"SELECT DISTINCT content_id FROM {table}"  # noqa: S608 - our names
        " WHERE content_id NOT IN (SELECT id FROM content)"
    )
    for table in _OWNED
}
_DROP_CONTENT = text("DELETE FROM content WHERE id = :content")
_DROP_MEANINGS = text("""
    DELETE FROM meaning WHERE id IN (
        SELECT id FROM (
            SELECT id, sum(length(payload)) OVER (ORDER BY created_at DESC, id DESC) AS so_far
            FROM meaning
            WHERE NOT EXISTS (SELECT 1 FROM filemetadata WHERE meaning_id = meaning.id)
        ) WHERE so_far > :max_bytes LIMIT :limit
    )
""")


class StoreUpkeep:
    """The part of `dbp.ports.Store` that keeps the database small and quick."""

    _database: Database

    def space(self) -> Space:
        """Measure the database."""
        with self._database.read() as connection:
            size = _pragma(connection, "page_size")
            pages, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
        return Space(pages * size, free * size, _wal_bytes(self._database.path))

    # ── what nobody has any more ───────────────────────────────────────────────────────────────

    def unused_contents(self, max_bytes: int, content_hash: str | None = None) -> Sequence[int]:
        """Name the oldest extractions that no file has, beyond this many bytes of all of them."""
        with self._database.read() as connection:
            if content_hash is not None:
                found = connection.execute(_UNUSED_OF, {"content_hash": content_hash})
            else:
                found = connection.execute(_UNUSED, {"max_bytes": max_bytes})
            return list(found.scalars())

    def drop_contents(self, contents: Sequence[int], rows: int = _ROWS) -> Sequence[int]:
        """Drop some of these as far as no file has them again; return those that are left."""
        left = rows
        with self._database.write() as connection:
            for place, content in enumerate(contents):
                left -= _drop(connection, content, left)
                if left <= 0:
                    return contents[place:]
        return ()

    def drop_meanings(self, max_bytes: int, rows: int = _ROWS) -> int:
        """Drop some of the oldest meanings no file has, beyond so many bytes; return how many."""
        with self._database.write() as connection:
            of = {"max_bytes": max_bytes, "limit": rows}
            return int(connection.execute(_DROP_MEANINGS, of).rowcount)

    def prune_contents(self, max_bytes: int) -> int:
        """Drop the oldest extractions no file has, until they hold at most `max_bytes` of payload.

        So do the meanings no file has. Returns how many went. Blocking, in short transactions; the
        freed pages go back to the file system.
        """
        left = self.unused_contents(max_bytes)
        gone = len(left)
        while left:
            left = self.drop_contents(left)
        while meanings := self.drop_meanings(max_bytes):
            gone += meanings
        while gone and self.vacuum(_VACUUM_PAGES):
            pass
        return gone

    def orphans(self) -> Sequence[Orphans]:
        """Find rows that belong to nothing."""
        with self._database.read() as connection:
            return [
                Orphans(table, content)
                for table, statement in _ORPHANS.items()
                for content in connection.execute(statement).scalars()
            ]

    def drop_orphans(self, orphans: Orphans, rows: int = _ROWS) -> int:
        """Drop some of them; return how many, 0 when none is left."""
        of = {"content": orphans.content, "limit": rows}
        with self._database.write() as connection:
            return int(connection.execute(_DROP_ROWS[orphans.table], of).rowcount)

    # ── the file ───────────────────────────────────────────────────────────────────────────────

    def vacuum(self, pages: int) -> int:
        """Give so many free pages back; return how many are left, 0 where none can be."""
        with self._database.write() as connection:
            before = _pragma(connection, "freelist_count")
            if before:
                _step(connection, f"incremental_vacuum({int(pages)})")
            left = _pragma(connection, "freelist_count")
        return left if left < before else 0

    def refresh_planner(self) -> None:
        """Let SQLite look at what it plans queries with, where that has grown old."""
        with self._database.write() as connection:
            _step(connection, f"analysis_limit = {_ANALYSED_ROWS}")
            _step(connection, "optimize")

    def checkpoint(self) -> Checkpoint:
        """Move what the WAL holds into the file, and empty the WAL where nobody uses it now.

        On a connection of its own: writers go on meanwhile. The WAL is emptied, which does lock
        them out, only when all of it has been moved, and at once or not at all.
        """
        path, chosen = self._database.path, driver()
        if path is None:
            return Checkpoint(skipped="the database is in memory")
        if chosen.vulnerable:
            return Checkpoint(skipped="this SQLite must not do it while others may write")
        with (
            explained("tidying the database", chosen.module.Error),
            closing(chosen.module.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0)) as raw,
        ):
            raw.execute("PRAGMA synchronous = NORMAL").fetchall()
            busy, pages, moved = raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            truncated = False
            if not busy and pages == moved:
                busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                truncated = not busy
        return Checkpoint(max(pages, 0), max(moved, 0), truncated)


def _drop(connection: Connection, content: int, limit: int) -> int:
    """Drop a content, or at most `limit` of its rows; return what that counts as."""
    of = {"content": content}
    condemned = connection.execute(_CONDEMN, of).first()
    if condemned is None:
        return 1  # gone already, or in use again
    spent = 0
    for table in _CHILDREN:
        rows = connection.execute(_DROP_ROWS[table], {**of, "limit": limit - spent}).rowcount
        spent += rows
        if spent >= limit:
            return spent
    connection.execute(_DROP_CONTENT, of)
    return spent + 1 + int(condemned[0]) // _PAGE


def _wal_bytes(path: Path | None) -> int:
    if path is not None:
        with suppress(OSError):
            return path.with_name(f"{path.name}-wal").stat().st_size
    return 0


def _step(connection: Connection, pragma: str) -> None:
    """Run a pragma to its end: some do their work a row at a time, without a column."""
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA {pragma}").fetchall()


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
