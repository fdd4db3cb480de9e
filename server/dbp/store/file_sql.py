"""The statements that change the rows of files, built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, delete, literal_column, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dbp.model import EnrichmentState, FileState
from dbp.store.meanings import UNDECIDED
from dbp.store.tables import FILES

_put = upsert(FILES)
_NEW = _put.excluded
_UNDECIDED_SQL = {
    name: "NULL" if value is None else repr(value) for name, value in UNDECIDED.items()
}
# Constants are written out: as parameters they would be bound once a row.
_STAYS_INDEXED = _NEW.state == literal_column(f"'{FileState.INDEXED}'")
# Enrichment speaks of a content: the same one in the same language keeps where it stands.
_SAME = and_(
    _STAYS_INDEXED, FILES.c.content_hash == _NEW.content_hash, FILES.c.language == _NEW.language
)
_SAME_EXTRACTION = and_(
    FILES.c.content_id.is_not_distinct_from(_NEW.content_id),
    FILES.c.state == _NEW.state,
    FILES.c.language == _NEW.language,
)
PUT = _put.on_conflict_do_update(
    index_elements=["path"],
    set_={
        **{
            column.name: _NEW[column.name]
            for column in FILES.columns
            if column.name not in {"id", "path"}
        },
        **{
            name: case((_SAME, FILES.c[name]), else_=literal_column(sql))
            for name, sql in _UNDECIDED_SQL.items()
        },
        "meaning_id": case((_STAYS_INDEXED, FILES.c.meaning_id), else_=None),
        "anchors": case((_SAME, FILES.c.anchors), else_=_NEW.anchors),
        # The search index speaks of an extraction: the same one leaves it in step.
        "sync_state": case((_SAME_EXTRACTION, FILES.c.sync_state), else_=literal_column("0")),
        "synced_at": FILES.c.synced_at,
    },
)
# Written out, because defaults are worked out anew for every row.
NEW_FILE = {
    **{name: UNDECIDED[name] for name in ("enrichment", "enrichment_attempts")},
    "sync_state": 0,
}
_STAT: dict[str, Any] = {
    "size": bindparam("size"),
    "mtime_ns": bindparam("mtime_ns"),
    "inode": bindparam("inode"),
}
TOUCH = update(FILES).where(FILES.c.path == bindparam("key")).values(**_STAT)
# OR REPLACE: whatever was recorded at the new path leaves, if and only if a row arrives.
_SKIPPED = FILES.c.enrichment == literal_column(f"'{EnrichmentState.SKIPPED}'")
# A file may have been skipped for its name: under another one it is looked at again.
MOVE = (
    update(FILES)
    .prefix_with("OR REPLACE")
    .where(FILES.c.path == bindparam("old_key"))
    .values(
        path=bindparam("key"),
        words=bindparam("hidden"),
        sync_state=literal_column("0"),
        **_STAT,
        **{
            name: case((_SKIPPED, literal_column(sql)), else_=FILES.c[name])
            for name, sql in _UNDECIDED_SQL.items()
        },
    )
)
REMOVE = delete(FILES).where(FILES.c.path == bindparam("key"))
