"""Keeping the search index in step with the record: all of it SQL, in short transactions.

What waits is marked in the record itself: `sync_state` of a file, `next_symbol` of a content, the
rows of `searchgone`. Whatever interrupts it, the next call goes on where it ended. Symbols belong
to contents, so that a rename costs one row and a branch that comes back costs none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from dbp.errors import StoreError
from dbp.ports import Differences, SearchState
from dbp.store.columns import key_from_sql
from dbp.store.connections import Database
from dbp.store.driver import driver
from dbp.store.search_tables import (
    BOTH,
    FILES_TABLE,
    SYMBOLS_TABLE,
    create_index,
    drop_index,
    merge_deletions,
)
from dbp.words import chunks

log = logging.getLogger(__name__)

# What one transaction works on: about ten milliseconds, so that no writer waits for fifty.
_SYMBOLS_A_SLICE = 1000
_GONE_A_SLICE = 1000
_CHARACTERS_A_SLICE = 80_000
_MARKED_A_SLICE = 1000
# Who takes fewer files at a time wants shorter transactions: all of it shrinks along.
_FILES_A_SLICE = 20
_MERGED_PERCENT = 10

_CORRUPT_VTAB = 267
# A table of SQLite's own that was taken away, or an index another SQLite made.
_SIGNS = ("vtable constructor failed", "no such table: ", "malformed inverted index", "fts5")

_GONE = text("SELECT id, kind, number FROM searchgone ORDER BY id LIMIT :limit")
_FORGET = text("DELETE FROM searchgone WHERE id <= :last")
_LEAVE = {
    "file": text(f"DELETE FROM {FILES_TABLE} WHERE rowid = :number"),  # noqa: S608 - our own name
    "symbol": text(f"DELETE FROM {SYMBOLS_TABLE} WHERE rowid = :number"),  # noqa: S608
}
_PENDING = text("""
    SELECT f.id, f.content_id, c.next_symbol, coalesce(length(c.sections), 0) AS size
    FROM filemetadata f INDEXED BY ix_filemetadata_sync
    LEFT JOIN contentsearch c ON c.content_id = f.content_id
    WHERE f.sync_state = 0 AND (f.synced_at IS NULL) IN (:new, NOT :changed)
    ORDER BY f.id LIMIT :limit
""")
_LAST_SYMBOL = text("""
    SELECT count(*), max(id) FROM (
        SELECT id FROM symbol WHERE content_id = :content AND id >= :first ORDER BY id LIMIT :limit
    )
""")
_ADD_SYMBOLS = text(f"""
    INSERT OR REPLACE INTO {SYMBOLS_TABLE} (rowid, name, words)
    SELECT id, name, words FROM symbol
    WHERE content_id = :content AND id BETWEEN :first AND :last ORDER BY id
""")  # noqa: S608
_PROGRESS = text("UPDATE contentsearch SET next_symbol = :next WHERE content_id = :content")
_FILES = "(SELECT value FROM json_each(:ids))"
_ADD_FILES = text(f"""
    INSERT OR REPLACE INTO {FILES_TABLE} (rowid, path, words, intent, sections)
    SELECT f.id, CAST(f.path AS TEXT), f.words, f.intent, c.sections
    FROM filemetadata f LEFT JOIN contentsearch c ON c.content_id = f.content_id
    WHERE f.id IN {_FILES} AND f.state = 'indexed' ORDER BY f.id
""")  # noqa: S608
_DROP_FILES = text(f"""
    DELETE FROM {FILES_TABLE} WHERE rowid IN (
        SELECT id FROM filemetadata WHERE id IN {_FILES} AND state <> 'indexed'
    )
""")  # noqa: S608
_DONE = text(f"UPDATE filemetadata SET sync_state = 1, synced_at = :now WHERE id IN {_FILES}")  # noqa: S608
_COUNT_PENDING = text(
    "SELECT count(*) FROM filemetadata INDEXED BY ix_filemetadata_sync WHERE sync_state = 0"
)
_COUNT_INDEXED = text("SELECT count(*) FROM filemetadata WHERE sync_state = 1 AND content_id > 0")
_COUNT_GONE = text("SELECT count(*) FROM searchgone")
_CONTENTS_WAIT = text("""
    UPDATE contentsearch SET next_symbol = 0
    WHERE content_id BETWEEN :first AND :last
    AND EXISTS (SELECT 1 FROM symbol WHERE symbol.content_id = contentsearch.content_id)
""")
_FILES_WAIT = text("UPDATE filemetadata SET sync_state = 0 WHERE id BETWEEN :first AND :last")
_COMPARE = {
    "missing_files": f"""
        SELECT count(*) FROM filemetadata WHERE sync_state = 1 AND state = 'indexed'
        AND id NOT IN (SELECT id FROM {FILES_TABLE}_docsize)""",  # noqa: S608
    "superfluous_files": f"""
        SELECT count(*) FROM {FILES_TABLE}_docsize WHERE id NOT IN (
            SELECT id FROM filemetadata WHERE state = 'indexed' OR sync_state = 0
            UNION ALL SELECT number FROM searchgone WHERE kind = 'file')""",  # noqa: S608
    "missing_symbols": f"""
        SELECT count(*) FROM symbol s JOIN contentsearch c ON c.content_id = s.content_id
        WHERE (c.next_symbol IS NULL OR s.id < c.next_symbol)
        AND s.id NOT IN (SELECT id FROM {SYMBOLS_TABLE}_docsize)""",  # noqa: S608
    "superfluous_symbols": f"""
        SELECT count(*) FROM {SYMBOLS_TABLE}_docsize WHERE id NOT IN (
            SELECT s.id FROM symbol s JOIN contentsearch c ON c.content_id = s.content_id
            WHERE c.next_symbol IS NULL OR s.id < c.next_symbol
            UNION ALL SELECT number FROM searchgone WHERE kind = 'symbol')""",  # noqa: S608
}
_SOME = "SELECT id, path FROM filemetadata WHERE sync_state = 1 AND content_id > 0 LIMIT 10"
_LOOK_UP = f"""
    SELECT EXISTS (SELECT 1 FROM {FILES_TABLE} WHERE {FILES_TABLE} MATCH ? AND rowid = ?)
"""  # noqa: S608 - our own name
# PRAGMA integrity_check looks into an index of words from here on, without a lock.
_CHECKS_FTS = (3, 44, 0)


class SearchSync:
    """The part of `dbp.ports.Store` that keeps the index in step."""

    _database: Database

    def sync_search(self, limit: int, now: float, *, new: bool = True, changed: bool = True) -> int:
        """Take at most `limit` files that wait into the index; return how much was done."""
        wanted = {"limit": max(limit, 1), "new": new, "changed": changed}
        try:
            with self._database.write() as connection, reading_index():
                if (gone := _gone(connection, limit)) or not (new or changed):
                    return gone
                return _pending(connection, wanted, now)
        except StoreError as error:
            if error.code != "search_damaged":
                raise
            log.warning("the search index is made anew: %s", error)
        self.rebuild_search()
        return 1

    def search_state(self) -> SearchState:
        """Count what waits and what is done."""
        with self._database.snapshot() as connection:
            counts = (_COUNT_PENDING, _COUNT_INDEXED, _COUNT_GONE)
            return SearchState(*(int(connection.execute(one).scalar_one()) for one in counts))

    def rebuild_search(self) -> None:
        """Empty the index and let every file wait. Blocking, in short transactions.

        Contents come before files: what is synchronised meanwhile is done again, never left out.
        """
        with self._database.write() as connection:
            drop_index(connection)
            create_index(connection)
            connection.exec_driver_sql("DELETE FROM searchgone")
        for table, statement in (("content", _CONTENTS_WAIT), ("filemetadata", _FILES_WAIT)):
            first = 0
            while (last := self._page_end(table, first)) is not None:
                with self._database.write() as connection:
                    connection.execute(statement, {"first": first, "last": last})
                first = last + 1

    def _page_end(self, table: str, first: int) -> int | None:
        with self._database.read() as connection:
            found = connection.exec_driver_sql(
                f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id >= ?"  # noqa: S608 - ours
                f" ORDER BY id LIMIT {_MARKED_A_SLICE})",
                (first,),
            ).scalar_one()
        return None if found is None else int(found)

    def check_search(self) -> Differences:
        """Compare index and record. Blocking, seconds on a large record; writes nothing."""
        try:
            with self._database.snapshot() as connection, reading_index():
                counts = {
                    name: int(connection.exec_driver_sql(sql).scalar_one())
                    for name, sql in _COMPARE.items()
                }
                return Differences(**counts, damaged=_damage(connection))
        except StoreError as error:
            if error.code != "search_damaged":
                raise
            return Differences(damaged=error.message)

    def optimize_search(self, pages: int = 64) -> bool:
        """Merge the index a little; tells whether there was anything to do. Blocking, briefly."""
        worked = False
        for table in BOTH:
            with self._database.write() as connection, reading_index():
                merge_deletions(connection, table, _MERGED_PERCENT)
                raw: Any = connection.connection.driver_connection
                before = raw.total_changes
                connection.exec_driver_sql(
                    f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)",  # noqa: S608 - ours
                    (pages,),
                )
                # Less than two changed rows: nothing was merged (https://sqlite.org/fts5.html).
                worked = worked or raw.total_changes - before > 1
                merge_deletions(connection, table, 0)
        return worked


@contextmanager
def reading_index() -> Iterator[None]:
    """Raise `StoreError` `search_damaged` where only the index is to blame, not the record."""
    try:
        yield
    except DBAPIError as error:
        extended = getattr(error.orig, "sqlite_errorcode", None) or 0
        said = str(error.orig)
        ours = any(sign in said for sign in _SIGNS) and ("search" in said or "fts5" in said)
        if extended != _CORRUPT_VTAB and not ours:
            raise
        raise StoreError(
            f"the search index cannot be used: {said}",
            hint="it is made anew when it is next brought up to date",
            code="search_damaged",
        ) from error


def _part(most: int, limit: int) -> int:
    return max(1, most * min(max(limit, 1), _FILES_A_SLICE) // _FILES_A_SLICE)


def _gone(connection: Connection, limit: int) -> int:
    """Take what left the record out of the index, before its numbers are given to others."""
    rows: Sequence[Any] = connection.execute(_GONE, {"limit": _part(_GONE_A_SLICE, limit)}).all()
    if not rows:
        return 0
    for kind, statement in _LEAVE.items():
        numbers = [{"number": row.number} for row in rows if row.kind == kind]
        if numbers:
            connection.execute(statement, numbers)
    connection.execute(_FORGET, {"last": rows[-1].id})
    return len(rows)


def _pending(connection: Connection, wanted: Mapping[str, int], now: float) -> int:
    """Take waiting files into the index, each with the symbols of its content first."""
    symbols, characters = 0, 0
    most = _part(_SYMBOLS_A_SLICE, wanted["limit"])
    most_characters = _part(_CHARACTERS_A_SLICE, wanted["limit"])
    done: list[int] = []
    contents: set[int] = set()
    rows: Sequence[Any] = connection.execute(_PENDING, wanted).all()
    for row in rows:
        characters += row.size
        if symbols >= most or (done and characters > most_characters):
            break
        if row.next_symbol is not None and row.content_id not in contents:
            budget = most - symbols
            added = _symbols(connection, row.content_id, row.next_symbol, budget)
            symbols += added
            if added >= budget:
                break  # there may be more of them: the next call goes on
            contents.add(row.content_id)
        done.append(row.id)
    if done:
        ids = {"ids": f"[{','.join(map(str, done))}]"}
        connection.execute(_DROP_FILES, ids)
        connection.execute(_ADD_FILES, ids)
        connection.execute(_DONE, {**ids, "now": now})
    return len(done) or len(rows[:1])


def _symbols(connection: Connection, content: int, first: int, budget: int) -> int:
    """Take at most `budget` symbols of a content into the index; return how many it had left."""
    where = {"content": content, "first": first, "limit": budget}
    count, last = connection.execute(_LAST_SYMBOL, where).one()
    if count:
        connection.execute(_ADD_SYMBOLS, {**where, "last": last})
    left = None if count < budget else last + 1
    connection.execute(_PROGRESS, {"next": left, "content": content})
    return int(count)


def _damage(connection: Connection) -> str:
    """Look some files up by their names, and let SQLite compare the index with itself.

    An index without texts cannot be compared with what it was made of in any other way.
    """
    for number, path in connection.exec_driver_sql(_SOME).all():
        words = " ".join(chunks(key_from_sql(path)))
        if words.isascii() and words:
            found = connection.exec_driver_sql(_LOOK_UP, (f'"{words}"', number)).scalar_one()
            if not found:
                return f"it does not have the words of {key_from_sql(path)!r}"
    if driver().version < _CHECKS_FTS:
        return ""
    for table in BOTH:
        # The pragma trusts what this connection remembers of the index's segments, even when
        # another one merged them since; opening a cursor makes it look.
        connection.exec_driver_sql(f"SELECT rowid FROM {table} LIMIT 1").all()  # noqa: S608 - ours
        said = connection.exec_driver_sql(f"PRAGMA integrity_check({table})").scalar_one()
        if said != "ok":
            return str(said)
    return ""
