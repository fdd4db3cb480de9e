"""Writing where the enrichment of files stands, and the meanings they point at.

A meaning belongs to the content that was asked about, not to a file: copies, renames and branch
switches point at it again. Those no file points at are a cache, and the user's account has all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dbp.model import EnrichmentState, FileState
from dbp.ports import Enrich
from dbp.store.tables import FILES, MEANINGS

_KEYS_A_QUERY = 500

_f = FILES.c
_keep = upsert(MEANINGS)
_KEEP = _keep.on_conflict_do_update(
    index_elements=["key"],
    set_={
        column.name: _keep.excluded[column.name]
        for column in MEANINGS.columns
        if column.name not in {"id", "key"}
    },
)
_IDS = select(MEANINGS.c.key, MEANINGS.c.id).where(
    MEANINGS.c.key.in_(bindparam("keys", expanding=True))
)
_COLUMNS = (
    "enrichment",
    "enrichment_reason",
    "enriched_at",
    "enrichment_attempts",
    "enrichment_retry_at",
)
UNDECIDED: Mapping[str, Any] = {
    "enrichment": EnrichmentState.UNDECIDED.value,
    "enrichment_reason": None,
    "enriched_at": None,
    "enrichment_attempts": 0,
    "enrichment_retry_at": None,
}
"""The enrichment columns of a file no step has looked at."""

# A file that changed, failed or left meanwhile is not touched: this speaks of another content.
_ENRICH = (
    update(FILES)
    .where(
        _f.path == bindparam("of_path"),
        _f.state == FileState.INDEXED.value,
        _f.content_hash == bindparam("of_content"),
    )
    .values(
        **{name: bindparam(name) for name in _COLUMNS},
        meaning_id=func.coalesce(bindparam("meaning"), _f.meaning_id),
    )
)


def enrich(connection: Connection, writes: Sequence[Enrich], now: float) -> None:
    """Keep the meanings that came, then point files at theirs and say where they stand.

    What was paid for is kept even if its file is another one by now. A file whose stored meaning
    was pruned becomes undecided.
    """
    kept = [_meaning(each, now) for each in writes if each.key and each.payload is not None]
    if kept:
        connection.execute(_KEEP, kept)
    ids = _ids(connection, {each.key for each in writes if each.key})
    connection.execute(_ENRICH, [_row(each, ids) for each in writes])


def _ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    wanted = sorted(keys)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _KEYS_A_QUERY):
        part = wanted[start : start + _KEYS_A_QUERY]
        found |= {row.key: row.id for row in connection.execute(_IDS, {"keys": part})}
    return found


def _meaning(write: Enrich, now: float) -> dict[str, Any]:
    return {
        "key": write.key,
        "content_hash": write.content_hash,
        "model": write.model,
        "created_at": now,
        "payload": write.payload,
    }


def _row(write: Enrich, ids: Mapping[str, int]) -> dict[str, Any]:
    where = {"of_path": write.path, "of_content": write.content_hash}
    if write.key and write.key not in ids:
        return {**where, **UNDECIDED, "meaning": None}
    return {
        **where,
        "enrichment": write.state.value,
        "enrichment_reason": write.reason,
        "enriched_at": write.at,
        "enrichment_attempts": write.attempts,
        "enrichment_retry_at": write.retry_at,
        "meaning": ids[write.key] if write.key else None,
    }
