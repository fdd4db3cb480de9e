"""The statements of the ledger, built once."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, literal, select, text, union_all, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dbp.meaning import Usage
from dbp.store.account_tables import ALL_SLOTS, BUCKETS, CALLS, PAID, TOTALS
from dbp.store.pacing import Pace

SUMMED = ("tokens", "money", "calls", "input_tokens", "output_tokens", "sent_bytes")

_c = CALLS.c
OPEN = select(_c.id, _c.key, _c.at, _c.expires_at, _c.input_tokens, _c.money).where(
    text("outcome = 'open'")  # as the index says it
)
LOSE = (
    update(CALLS)
    .where(_c.id.in_(bindparam("ids", expanding=True)))
    .values(outcome="lost", ended_at=bindparam("now"))
)
LINE = select(CALLS).where(_c.id == bindparam("number"))
FOUND = select(PAID.c.payload).where(PAID.c.key == bindparam("key"))
WRITE = insert(CALLS)
AGAIN = (
    update(CALLS)
    .where(_c.id == bindparam("number"))
    .values(
        attempts=_c.attempts + 1,
        input_tokens=_c.input_tokens + _c.request_tokens,
        money=_c.money + _c.request_money,
    )
)
SETTLE = (
    update(CALLS)
    .where(_c.id == bindparam("number"))
    .values(
        {
            name: bindparam(name)
            for name in ("outcome", "ended_at", "attempts", "money", *Usage._fields)
        }
    )
)
_keep = upsert(PAID)
KEEP = _keep.on_conflict_do_update(
    index_elements=["key"],
    set_={name: _keep.excluded[name] for name in ("model", "created_at", "payload")},
)
_add = upsert(TOTALS)
ADD = _add.on_conflict_do_update(
    index_elements=["slot"],
    set_={name: TOTALS.c[name] + _add.excluded[name] for name in SUMMED},
)
_BETWEEN = (TOTALS.c.slot >= bindparam("first"), TOTALS.c.slot < bindparam("past"))
SPENT = union_all(
    select(
        literal(1).label("part"),
        func.coalesce(func.sum(TOTALS.c.tokens), 0).label("tokens"),
        func.coalesce(func.sum(TOTALS.c.money), 0).label("money"),
    ).where(*_BETWEEN),
    select(literal(2), TOTALS.c.tokens, TOTALS.c.money).where(TOTALS.c.slot == ALL_SLOTS),
)
PACE = select(BUCKETS).where(BUCKETS.c.model == bindparam("name"))
_set_pace = upsert(BUCKETS)
SET_PACE = _set_pace.on_conflict_do_update(
    index_elements=["model"], set_={name: _set_pace.excluded[name] for name in Pace._fields}
)
