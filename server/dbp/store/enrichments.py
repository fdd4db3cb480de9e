"""What enrichment asks of the record: the record itself is its queue.

Each page is a range of a partial index that holds only files that wait, so that eighty thousand
files that are done cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Float, Integer, Text, bindparam, exists, func, select, text, update

from dbp.model import EnrichmentState, FileState
from dbp.ports import ToEnrich
from dbp.store.columns import PathKey
from dbp.store.connections import Database
from dbp.store.meanings import UNDECIDED
from dbp.store.tables import FILES, MEANINGS, WAITS
from dbp.store.writing import count_commit

_f = FILES.c
_INDEXED = _f.state == FileState.INDEXED.value

# Written out, and with its index: a parameter would not imply the condition of the index, and the
# planner's guess between two indexes that begin with the path must not decide.
TO_ENRICH = (
    text(f"""
    SELECT path, content_hash, language, enrichment_attempts
    FROM filemetadata INDEXED BY ix_filemetadata_to_enrich
    WHERE {WAITS} AND (enrichment = '' OR enrichment_retry_at <= :now) AND path > :after
    ORDER BY path LIMIT :limit
    """)  # noqa: S608 - no value is in it
    .bindparams(
        bindparam("now", type_=Float()),
        bindparam("after", type_=PathKey()),
        bindparam("limit", type_=Integer()),
    )
    .columns(path=PathKey(), content_hash=Text(), language=Text(), enrichment_attempts=Integer())
)
ONE = select(_f.path, _f.content_hash, _f.language, _f.enrichment_attempts).where(
    _f.path == bindparam("key"), _INDEXED
)
COUNTS = select(_f.enrichment, func.count()).where(_INDEXED).group_by(_f.enrichment)
NEXT = text(
    "SELECT min(enrichment_retry_at) FROM filemetadata INDEXED BY ix_filemetadata_retry"
    " WHERE state = 'indexed' AND enrichment = 'pending'"
)
HAS_MEANING = select(exists().where(MEANINGS.c.key == bindparam("key")))
_AGAIN = (
    update(FILES)
    .where(_INDEXED, _f.enrichment.in_(bindparam("states", expanding=True)))
    .values(**UNDECIDED)
)


class Enrichments:
    """The part of `dbp.ports.Store` that enrichment uses."""

    _database: Database

    def to_enrich(self, limit: int, after: str = "", *, now: float) -> list[ToEnrich]:
        """List indexed files whose enrichment is undecided or due again, in the order of `files`.

        `after` is the path to go on behind. A pending file without a time is never due by itself.
        """
        parameters = {"limit": limit, "after": after, "now": now}
        with self._database.read() as connection:
            return [_todo(row) for row in connection.execute(TO_ENRICH, parameters)]

    def enrichment_of(self, path: str) -> ToEnrich | None:
        """Fetch the same of one indexed file, whatever its state."""
        with self._database.read() as connection:
            row = connection.execute(ONE, {"key": path}).first()
            return None if row is None else _todo(row)

    def enrichment_counts(self) -> Mapping[str, int]:
        """Count the indexed files by the state of their enrichment (`""` is undecided)."""
        with self._database.read() as connection:
            return {state: count for state, count in connection.execute(COUNTS)}  # noqa: C416 - rows are no tuples

    def next_enrichment(self) -> float | None:
        """Say when the next pending file is due (epoch seconds), None when none has a time."""
        with self._database.read() as connection:
            found = connection.execute(NEXT).scalar_one()
            return None if found is None else float(found)

    def has_meaning(self, key: str) -> bool:
        """Tell whether a meaning is stored under a key."""
        with self._database.read() as connection:
            return bool(connection.execute(HAS_MEANING, {"key": key}).scalar_one())

    def enrich_again(self, states: Sequence[EnrichmentState] = ()) -> int:
        """Make files in these states undecided again; return how many. They keep their meaning.

        Empty are all states. Blocking. Raises `StoreError`.
        """
        wanted = {state.value for state in states or EnrichmentState} - {""}
        if not wanted:
            return 0
        with self._database.write() as connection:
            changed = connection.execute(_AGAIN, {"states": sorted(wanted)}).rowcount
            if changed:
                count_commit(connection)
        return changed


def _todo(row: Any) -> ToEnrich:
    return ToEnrich(*row)
