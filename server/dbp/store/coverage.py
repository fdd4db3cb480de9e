"""What coverage asks of the record: every file at a glance, facts by content, intents by path."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select, text
from sqlalchemy.types import Integer, LargeBinary, Text

from dbp.facts import Facts, decode_facts
from dbp.model import FileState
from dbp.ports.coverage import Glance
from dbp.store.columns import PathKey
from dbp.store.connections import Database
from dbp.store.tables import FILES

log = logging.getLogger(__name__)

_PAGE = 5000
"""Files read at a time: some milliseconds, so that other threads get a turn."""

_KEYS_A_QUERY = 500
_STATES = {str(state): state for state in FileState}

# In the order of the path's index: every BLOB comes after any TEXT.
_GLANCES = (
    text(
        "SELECT path, state, coalesce(content_id, 0) AS content, content_hash,"
        " anchors IS NOT NULL AS stale FROM filemetadata"
        " WHERE path > :after ORDER BY path LIMIT :limit"
    )
    .bindparams(bindparam("after", type_=PathKey()))
    .columns(path=PathKey(), state=Text(), content=Integer(), content_hash=Text(), stale=Integer())
)
_FACTS = (
    text("SELECT content_id, facts FROM contentfacts WHERE content_id IN :contents")
    .bindparams(bindparam("contents", expanding=True))
    .columns(content_id=Integer(), facts=LargeBinary())
)
_INTENTS = select(FILES.c.path, FILES.c.intent).where(
    FILES.c.path.in_(bindparam("paths", expanding=True)), FILES.c.intent.is_not(None)
)


class CoverageReading:
    """The part of `dbp.ports.Reader` that coverage uses."""

    _database: Database

    def glances(self) -> Iterator[Glance]:
        """Yield every file of the record, in path order."""
        after = ""
        while True:
            with self._database.read() as connection:
                rows = connection.execute(_GLANCES, {"after": after, "limit": _PAGE}).all()
            for path, state, content, content_hash, stale in rows:
                known = _STATES.get(state, FileState.FAILED)
                yield Glance(path, known, content, hash(content_hash), bool(stale))
            if len(rows) < _PAGE:
                return
            after = rows[-1].path

    def facts_of_contents(self, contents: Sequence[int]) -> Mapping[int, Facts]:
        """Fetch the facts of these contents."""
        with self._database.read() as connection:
            rows = connection.execute(_FACTS, {"contents": list(contents)}).all()
        found = {}
        for content, packed in rows:
            try:
                found[content] = decode_facts(packed or b"")
            except ValueError as error:
                log.warning("the stored facts of content %d cannot be read: %s", content, error)
        return found

    def intents(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Fetch what these files say they are for."""
        found: dict[str, str] = {}
        for start in range(0, len(paths), _KEYS_A_QUERY):
            part = list(paths[start : start + _KEYS_A_QUERY])
            with self._database.read() as connection:
                found.update(
                    (row.path, row.intent) for row in connection.execute(_INTENTS, {"paths": part})
                )
        return found
