"""`SqliteStore`: the record behind `dbp.ports.Store`.

Values go in and values come out; every method may be called from any thread. A revision is the
number of commits that changed the record, kept in the database itself, so that all processes that
share it mean the same by it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from heapq import merge
from operator import attrgetter
from pathlib import Path

from dbp.analysis.staleness import decode_anchors
from dbp.clock import Clock
from dbp.model import ContentKey, Stat
from dbp.ports import FilePage, Known, Stored, StoreStatus, Write
from dbp.store import queries
from dbp.store.columns import key_to_sql
from dbp.store.coverage import CoverageReading
from dbp.store.database import BUSY_SECONDS, Database, open_database
from dbp.store.driver import driver
from dbp.store.enrichments import Enrichments
from dbp.store.facts import FactsReader
from dbp.store.jobs import SqliteJobs
from dbp.store.payloads import extraction_of, meaning_of
from dbp.store.search import SearchReading
from dbp.store.upkeep import StoreUpkeep
from dbp.store.writing import Batch, content_rows, set_note

_PAGE = 2000
"""Rows fetched at a time from a full listing: memory stays small, and other threads get a turn."""


def open_store(
    path: Path,
    clock: Clock,
    *,
    read_only: bool = False,
    busy_seconds: float = BUSY_SECONDS,
    passing: str = "",
) -> SqliteStore:
    """Open the record at `path`; see `dbp.store.database.open_database`. Blocking.

    `passing` says why what lies there does not last.
    """
    database = open_database(path, clock, read_only=read_only, busy_seconds=busy_seconds)
    if passing and not database.passing:
        database.passing = passing
        database.notes.append(passing)
    return SqliteStore(database)


class SqliteStore(Enrichments, FactsReader, SearchReading, CoverageReading, StoreUpkeep):
    """The record of one workspace. Reads raise `StoreError` when the database cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = threading.Lock()
        self._data_version = (0, 0)
        self._revision = 0
        self._jobs = SqliteJobs(database, database.clock)

    @property
    def jobs(self) -> SqliteJobs:
        """The table of jobs."""
        return self._jobs

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    def known(self, path: str) -> Known | None:
        """Fetch what the need check wants of one path."""
        with self._database.read() as connection:
            row = connection.execute(queries.KNOWN_ONE, {"key": path}).first()
            return None if row is None else queries.known(row)

    def known_of(self, paths: Sequence[str]) -> dict[str, Known]:
        """Fetch the same of several paths in one read."""
        with self._database.read() as connection:
            rows = connection.execute(queries.KNOWN_MANY, {"keys": list(paths)}).all()
        return {known.path: known for known in map(queries.known, rows)}

    def known_in_order(self, prefix: str = "") -> Iterator[Known]:
        """Yield the same for every path at or below a folder, in the order of the paths.

        A page at a time, each a read of its own: what is written meanwhile may be in it or not.
        """
        here = self.known(prefix) if prefix else None
        if here is not None:
            yield here
        yield from merge(self._text_below(prefix), self._odd_below(prefix), key=attrgetter("path"))

    def _text_below(self, prefix: str) -> Iterator[Known]:
        if not isinstance(key_to_sql(prefix), str):
            return
        after, high = queries.text_below(prefix)
        while True:
            parameters = {"after": after, "high": high, "limit": _PAGE}
            with self._database.read() as connection:
                rows = connection.execute(queries.KNOWN_PAGE, parameters).all()
            for row in rows:
                yield queries.known(row)
            if len(rows) < _PAGE:
                return
            after = rows[-1].path

    def _odd_below(self, prefix: str) -> list[Known]:
        """Fetch the few whose names are no valid UTF-8, sorted as Python sorts them."""
        statement = queries.KNOWN_ODD_BELOW if prefix else queries.KNOWN_ODD
        parameters = queries.below(prefix) if prefix else {}
        with self._database.read() as connection:
            rows = connection.execute(statement, parameters).all()
        return sorted((queries.known(row) for row in rows), key=attrgetter("path"))

    def known_below(self, prefix: str = "") -> dict[str, Known]:
        """Fetch all of `known_in_order` at once."""
        return {known.path: known for known in self.known_in_order(prefix)}

    def known_inode(self, stat: Stat) -> Sequence[Known]:
        """Find records with the same inode, size and mtime: where a new path may come from."""
        with self._database.read() as connection:
            rows = connection.execute(queries.KNOWN_INODE, stat._asdict()).all()
            return [queries.known(row) for row in rows]

    def has_content(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, str | None]:
        """Tell which extractions are stored already, each with its intent."""
        wanted = set(keys)
        with self._database.read() as connection:
            rows = list(content_rows(connection, (key.content_hash for key in wanted)))
        found = {ContentKey(r.content_hash, r.language, r.extractor): r.intent for r in rows}
        return {key: intent for key, intent in found.items() if key in wanted}

    def outdated(self, extractor: str) -> list[str]:
        """List the files whose extraction other rules than `extractor` made. Blocking."""
        with self._database.read() as connection:
            return list(connection.execute(queries.OUTDATED, {"extractor": extractor}).scalars())

    def stored(self, path: str) -> Stored | None:
        """Fetch a file with its extraction and its meaning. Quick: one read by key.

        Raises `StoreError` `content_damaged` when the extraction cannot be decoded; a meaning that
        cannot be is none.
        """
        with self._database.read() as connection:
            row = connection.execute(queries.STORED, {"key": path}).first()
            if row is None:
                return None
            record = queries.record(row)
            if row.of is not None and record.content_hash not in {row.of, ""}:
                raise queries.senseless(f"{path!r} has the extraction of another file")
        meaning = None
        if row.meant is not None:
            meaning = meaning_of(row.meant, path)
            if meaning is None:
                record = replace(record, meaning_hash="")
        if row.payload is None:
            return Stored(record, None, meaning=meaning)
        read = extraction_of(row.payload, path)
        return Stored(record, read, row.extractor, meaning, decode_anchors(row.anchors))

    def exists(self, path: str) -> bool:
        """Tell whether a recorded file, in whatever state, or a folder of one has this path."""
        with self._database.read() as connection:
            if not path:
                return bool(connection.execute(queries.NOT_EMPTY).scalar_one())
            parameters = {"key": path, **queries.below(path)}
            return bool(connection.execute(queries.EXISTS, parameters).scalar_one())

    def files(self, query: str = "", limit: int = 100, cursor: str | None = None) -> FilePage:
        """List indexed and failed files whose path contains `query`, in path order.

        Paths sort by their bytes, those that are not valid UTF-8 after all others.
        """
        rows_of, count_of = queries.page(query, max(limit, 1) + 1, cursor)
        with self._database.snapshot() as connection:
            rows = connection.execute(rows_of).all()
            total = int(connection.execute(count_of).scalar_one())
            files = tuple(queries.record(row) for row in rows[: max(limit, 1)])
        return FilePage(files, files[-1].path if len(rows) > len(files) else None, total)

    def counts(self) -> Mapping[str, int]:
        """Count the files by state."""
        with self._database.read() as connection:
            return {state: count for state, count in connection.execute(queries.COUNTS)}  # noqa: C416 - rows are no tuples

    def version(self) -> int:
        """Give the revision: it grows whenever any process has committed. Quick.

        The same number `write` returned for that commit.
        """
        with self._seen:
            # Asked first: a commit in between is then seen next time, never missed.
            data_version = self._database.data_version()
            if data_version != self._data_version:
                with self._database.read() as connection:
                    self._revision = int(connection.execute(queries.REVISION).scalar_one())
                self._data_version = data_version
            return self._revision

    def note(self, key: str) -> str | None:
        """Read a small fact kept beside the record."""
        with self._database.read() as connection:
            return connection.execute(queries.NOTE, {"key": f"note:{key}"}).scalar_one_or_none()

    def lost(self) -> bool:
        """Tell whether the file was removed or replaced: close, and open again. Quick."""
        return self._database.lost()

    def status(self) -> StoreStatus:
        """Quick: sizes come from the file system, the rest is remembered."""
        database = self._database
        path = database.path
        return StoreStatus(
            backend=driver().backend,
            path=":memory:" if path is None else str(path),
            size_bytes=0 if path is None else _size(path),
            wal_bytes=0 if path is None else _size(Path(f"{path}-wal")),
            schema_version=database.schema_version,
            notes=tuple(database.notes),
            passing=database.passing,
        )

    # ── writing ────────────────────────────────────────────────────────────────────────────────

    def write(self, writes: Sequence[Write]) -> int:
        """Commit all or nothing in one transaction, in the order given; return the new revision.

        Blocking. A `Put` of an indexed file without content takes the newest stored extraction of
        its hash and language. `Touch`, `Move` and `Remove` of what is not recorded do nothing; a
        `Move` replaces what was at its path. Enrichment belongs to a content: a `Put` of another
        one makes the file undecided, `Touch` and `Move` leave it, and an `Enrich` of another one
        does nothing to it. Raises `StoreError`, and then nothing has changed:
        `store_busy`, `store_full`, `store_io`, `store_corrupt`, `store_lost`, `content_missing`.
        """
        if not writes:
            return self.version()
        with self._database.write() as connection:
            return Batch(connection, self._database.clock.now()).apply(writes)

    def set_note(self, key: str, value: str) -> None:
        """Keep a small fact; the revision stays. Blocking. Raises `StoreError`."""
        with self._database.write() as connection:
            set_note(connection, key, value)

    def close(self) -> None:
        """Checkpoint and close; harmless when repeated."""
        self._database.close()


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
