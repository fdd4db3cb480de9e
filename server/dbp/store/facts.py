"""Facts and anchors: what the graph and staleness ask of the record, without any payload."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, select, text, update
from sqlalchemy.types import LargeBinary

from dbp.analysis.staleness import decode_anchors, encode_anchors
from dbp.facts import Facts, decode_facts
from dbp.model import ContentKey, FileState, SymbolRow
from dbp.ports import Accept, Marked
from dbp.store.columns import PathKey
from dbp.store.connections import Database
from dbp.store.tables import CONTENTS, FACTS, FILES, SYMBOLS

log = logging.getLogger(__name__)

_PAGE = 1000
_KEYS_A_QUERY = 500
_f, _c, _packed = FILES.c, CONTENTS.c, FACTS.c.facts
_WITH_FACTS = FILES.outerjoin(FACTS, _f.content_id == FACTS.c.content_id)
_INDEXED = _f.state == FileState.INDEXED.value

ONE = select(_f.id, _packed).select_from(_WITH_FACTS).where(_f.path == bindparam("key"), _INDEXED)
# In the order of the path's index: every BLOB comes after any TEXT.
PAGE = (
    text(
        "SELECT f.path, f.language, c.facts FROM filemetadata f"
        " LEFT JOIN contentfacts c ON c.content_id = f.content_id"
        " WHERE f.path > :after AND f.state = 'indexed' ORDER BY f.path LIMIT :limit"
    )
    .bindparams(bindparam("after", type_=PathKey()))
    .columns(path=PathKey(), language=Text(), facts=LargeBinary())
)
MARKED = (
    select(_f.path, _f.anchors, _packed)
    .select_from(_WITH_FACTS)
    .where(_f.path.in_(bindparam("keys", expanding=True)), _INDEXED)
)
OF_CONTENTS = (
    select(_c.content_hash, _c.language, _c.extractor, _packed)
    .select_from(CONTENTS.outerjoin(FACTS, _c.id == FACTS.c.content_id))
    .where(_c.content_hash.in_(bindparam("hashes", expanding=True)))
)
_s = SYMBOLS.c
NAMED = (
    select(_f.path, _s.name, _s.qualified_name, _s.kind, _s.line)
    .select_from(SYMBOLS.join(FILES, _s.content_id == _f.content_id))
    .where(func.instr(func.lower(_s.name), bindparam("query")) > 0, _INDEXED)
    .order_by(func.length(_s.name), _s.name, _f.path, _s.line)
    .limit(bindparam("limit"))
)
_ANCHORS = select(_f.anchors).where(_f.path == bindparam("key"))
_SET_ANCHORS = update(FILES).where(_f.path == bindparam("key")).values(anchors=bindparam("packed"))


class FactsReader:
    """The part of `dbp.ports.Reader` that the graph and staleness use."""

    _database: Database

    def facts(self, path: str) -> Facts | None:
        """Fetch the facts of an indexed file; None for any other. Quick."""
        with self._database.read() as connection:
            row = connection.execute(ONE, {"key": path}).first()
        return None if row is None else _decoded(row.facts, path)

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield path, language and facts of every indexed file, in path order."""
        after = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(PAGE, {"after": after, "limit": _PAGE}).all()
            for path, language, packed in rows:
                yield path, language, _decoded(packed, path)
            if len(rows) < _PAGE:
                return
            after = rows[-1].path

    def symbols(self, query: str, limit: int) -> Sequence[tuple[str, SymbolRow]]:
        """Find symbols of indexed files whose name contains `query`, in any case of ASCII letters.

        The shortest names come first, each with its path.
        """
        with self._database.read() as connection:
            rows = connection.execute(NAMED, {"query": query.lower(), "limit": limit}).all()
        return [(row.path, SymbolRow(*row[1:])) for row in rows]

    def marked(self, paths: Sequence[str]) -> Mapping[str, Marked]:
        """Fetch the facts and anchors of those of these files that are indexed."""
        found: dict[str, Marked] = {}
        for start in range(0, len(paths), _KEYS_A_QUERY):
            part = list(paths[start : start + _KEYS_A_QUERY])
            with self._database.read() as connection:
                rows = connection.execute(MARKED, {"keys": part}).all()
            for path, anchors, packed in rows:
                found[path] = Marked(_decoded(packed, path), decode_anchors(anchors))
        return found

    def content_facts(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, Facts]:
        """Fetch the facts of stored extractions."""
        wanted = set(keys)
        hashes = sorted({key.content_hash for key in wanted})
        found: dict[ContentKey, Facts] = {}
        for start in range(0, len(hashes), _KEYS_A_QUERY):
            part = hashes[start : start + _KEYS_A_QUERY]
            with self._database.read() as connection:
                rows: Sequence[Any] = connection.execute(OF_CONTENTS, {"hashes": part}).all()
            for content_hash, language, extractor, packed in rows:
                key = ContentKey(content_hash, language, extractor)
                if key in wanted:
                    found[key] = _decoded(packed, content_hash)
        return found


def _decoded(packed: bytes | None, whose: str) -> Facts:
    try:
        return decode_facts(packed or b"")
    except ValueError as error:
        # The extraction itself may be whole: only graph and staleness go without this file.
        log.warning("the stored facts of %r cannot be read: %s", whose, error)
        return Facts()


def accept(connection: Connection, accepts: Sequence[Accept]) -> None:
    """Take anchors away."""
    for each in accepts:
        anchors = decode_anchors(
            connection.execute(_ANCHORS, {"key": each.path}).scalar_one_or_none()
        )
        left = {k: v for k, v in anchors.items() if each.names and k not in each.names}
        connection.execute(_SET_ANCHORS, {"key": each.path, "packed": encode_anchors(left)})
