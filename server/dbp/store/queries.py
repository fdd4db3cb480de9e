"""The SELECTs of the record, built once, and how their rows become values.

A folder is never matched with LIKE: its files are a range of the path index, the same range once
among the TEXT paths and once among the BLOB ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from sys import intern
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import LargeBinary, NullType

from dbp.errors import StoreError
from dbp.model import EnrichmentState, FileRecord, FileState, Stat
from dbp.ports import Known
from dbp.store.columns import key_bytes, key_from_sql, key_to_sql
from dbp.store.tables import CONTENTS, FILES, MEANINGS, META

_f = FILES.c
_STATES = {str(state): state for state in FileState}
_ENRICHMENTS = {str(state): state for state in EnrichmentState}

# Read as they are stored and converted in `known`: a scan fetches all of them.
_KNOWN = (
    _f.path,
    _f.size,
    _f.mtime_ns,
    _f.inode,
    _f.state,
    _f.content_hash,
    _f.language,
    _f.attempts,
)
_RAW = tuple(type_coerce(column, NullType()).label(column.name) for column in _KNOWN)
_RECORD = (
    *_RAW,
    _f.extracted_at,
    _f.intent,
    _f.reason,
    _f.enrichment,
    _f.enrichment_reason,
    _f.enriched_at,
    MEANINGS.c.content_hash.label("meaning_of"),
)
_WITH_MEANING = FILES.outerjoin(MEANINGS, _f.meaning_id == MEANINGS.c.id)

KNOWN_ALL = select(*_RAW)
KNOWN_ONE = KNOWN_ALL.where(_f.path == bindparam("key"))

KNOWN_MANY = (
    select(*_RAW, CONTENTS.c.extractor)
    .select_from(FILES.outerjoin(CONTENTS, _f.content_id == CONTENTS.c.id))
    .where(_f.path.in_(bindparam("keys", expanding=True)))
)


def _range(low: str, high: str) -> ColumnElement[bool]:
    """Compare with values that are stored exactly as they are given."""
    exact = NullType()
    return (_f.path >= bindparam(low, type_=exact)) & (_f.path < bindparam(high, type_=exact))


_IN_TEXT, _IN_BLOB = _range("low", "high"), _range("low_raw", "high_raw")
KNOWN_ODD_BELOW = KNOWN_ALL.where(_IN_BLOB)
KNOWN_ODD = KNOWN_ALL.where(_f.path >= literal(b"", NullType()))
EXISTS = select(
    or_(
        exists().where(_f.path == bindparam("key")),
        exists().where(_IN_TEXT),
        exists().where(_IN_BLOB),
    )
)
NOT_EMPTY = select(exists().select_from(FILES))
KNOWN_PAGE = (
    KNOWN_ALL.where(
        _f.path > bindparam("after", type_=NullType()),
        _f.path < bindparam("high", type_=NullType()),
    )
    .order_by(_f.path)
    .limit(bindparam("limit"))
)
KNOWN_INODE = KNOWN_ALL.where(
    _f.inode == bindparam("inode"),
    _f.size == bindparam("size"),
    _f.mtime_ns == bindparam("mtime_ns"),
).order_by(_f.path)
STORED = (
    select(
        *_RECORD,
        CONTENTS.c.payload,
        CONTENTS.c.extractor,
        _f.anchors,
        CONTENTS.c.content_hash.label("of"),
        MEANINGS.c.payload.label("meant"),
    )
    .select_from(_WITH_MEANING.outerjoin(CONTENTS, _f.content_id == CONTENTS.c.id))
    .where(_f.path == bindparam("key"))
)
COUNTS = select(_f.state, func.count()).group_by(_f.state)
REVISION = select(META.c.value).where(META.c.key == "revision")
NOTE = select(META.c.value).where(META.c.key == bindparam("key"))
CONTENT_KEYS = select(
    CONTENTS.c.id,
    CONTENTS.c.content_hash,
    CONTENTS.c.language,
    CONTENTS.c.extractor,
    CONTENTS.c.intent,
).where(CONTENTS.c.content_hash.in_(bindparam("hashes", expanding=True)))
OUTDATED = (
    select(_f.path)
    .select_from(FILES.join(CONTENTS, _f.content_id == CONTENTS.c.id))
    .where(CONTENTS.c.extractor != bindparam("extractor"))
    .order_by(_f.path)
)


def below(folder: str) -> dict[str, str | bytes]:
    """Give the parameters of the two ranges below a folder; `0` is the character after `/`."""
    raw = key_bytes(folder)
    # A name that is no valid UTF-8 has nothing below it that is.
    low, high = (f"{folder}/", f"{folder}0") if isinstance(key_to_sql(folder), str) else ("", "")
    return {"low": low, "high": high, "low_raw": raw + b"/", "high_raw": raw + b"0"}


def text_below(folder: str) -> tuple[str, str | bytes]:
    """Give the open range of the TEXT paths below a folder; every BLOB is greater than any TEXT."""
    return (f"{folder}/", f"{folder}0") if folder else ("", b"")


def page(query: str, limit: int, cursor: str | None) -> tuple[Select[Any], Select[Any]]:
    """Select one page of the files that are not excluded, and the number of all of them."""
    wanted = or_(_f.state == FileState.INDEXED.value, _f.state == FileState.FAILED.value)
    if query:
        # As bytes, so that TEXT and BLOB paths compare alike; UTF-8 finds no half characters.
        wanted &= func.instr(cast(_f.path, LargeBinary), literal(key_bytes(query), NullType())) > 0
    rows = select(*_RECORD).select_from(_WITH_MEANING).where(wanted).order_by(_f.path).limit(limit)
    if cursor is not None:
        rows = rows.where(_f.path > cursor)
    return rows, select(func.count()).select_from(FILES).where(wanted)


def known(row: Sequence[Any]) -> Known:
    """Make a value of a row of `KNOWN_*`. Raises `StoreError` `store_corrupt`."""
    path, size, mtime_ns, inode, state, content_hash, language, attempts, *extractor = row
    try:
        if not (type(size) is type(mtime_ns) is type(inode) is int):
            size, mtime_ns, inode = int(size), int(mtime_ns), int(inode)
        return Known(
            path if type(path) is str else key_from_sql(path),
            Stat(size, mtime_ns, inode),
            _STATES[state],
            content_hash,
            intern(language),
            attempts,
            *extractor,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise senseless(repr(error)) from error


def record(row: Sequence[Any]) -> FileRecord:
    """Make a value of a row of `STORED` or `page`; what follows its columns is ignored.

    Raises `StoreError` `store_corrupt`.
    """
    at, intent, why, enrichment, enrichment_why, enriched_at, meaning_of = row[8:15]
    path, stat, state, content_hash, language, attempts, _ = known(row[:8])
    if enrichment not in _ENRICHMENTS:
        raise senseless(f"{path!r} is enriched as {enrichment!r}")
    return FileRecord(
        path=path,
        stat=stat,
        language=language,
        state=FileState(state),
        content_hash=content_hash,
        extracted_at=at,
        intent=intent,
        reason=why,
        attempts=attempts,
        enrichment=_ENRICHMENTS[enrichment],
        enrichment_reason=enrichment_why,
        enriched_at=enriched_at,
        meaning_hash=meaning_of or "",
    )


def senseless(what: str) -> StoreError:
    """Give the error for a row that no write of ours can have made."""
    return StoreError(
        f"a row of the database makes no sense: {what}",
        hint="it is set aside and rebuilt when it is opened again",
        code="store_corrupt",
    )
