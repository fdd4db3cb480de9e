"""The statements of `dbp.store.jobs`, built once.

Where an index is partial, its condition is written out: SQLite does not look into parameters when
it chooses one. What runs several times for each job is SQL as it stands, for speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    TextClause,
    Update,
    bindparam,
    case,
    func,
    insert,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from dbp.job import MOVES, JobMove, JobStatus
from dbp.store.job_tables import JOB_EVENTS, JOBS, RUNS, WAITS
from dbp.store.rates import Rates

_j, _e = JOBS.c, JOB_EVENTS.c
_WAITS, _RUNS = text(WAITS), text(RUNS)

ALL = select(JOBS)
BY_ID = ALL.where(_j.id == bindparam("job"))
LEASED = ALL.where(_RUNS, _j.lease == bindparam("leased"))
_EQUAL = ALL.where(_j.type == bindparam("type"), _j.key == bindparam("key"))
# Each half finds its own partial index; one that waits sees more than one that has begun.
SAME = union_all(_EQUAL.where(_WAITS), _EQUAL.where(_RUNS)).limit(1)

NEW_JOB: dict[str, Any] = {
    column.name: column.default.arg
    for column in JOBS.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}
"""Written out, because defaults are worked out anew for every row."""

ADD = insert(JOBS).returning(*JOBS.columns)
NOTE = """
    INSERT INTO jobevent (job, type, at, move, status, retry_count, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_AT_ONCE: Any = bindparam("at_once")
JOIN = (
    update(JOBS)
    .where(_j.id == bindparam("job"))
    .values(
        priority=func.min(_j.priority, bindparam("wanted")),
        rerun=case((_RUNS, 1), else_=_j.rerun),
        due=case((_AT_ONCE, None), else_=_j.due),
        scheduled_for=case((_AT_ONCE, None), else_=_j.scheduled_for),
    )
    .returning(*JOBS.columns)
)
# Counts no further than it has to.
WAITING = text(f"SELECT count(*) FROM (SELECT 1 FROM job WHERE {WAITS} LIMIT :most)")  # noqa: S608

# ── rate limits ────────────────────────────────────────────────────────────────────────────────

RATES = Rates("rateuse")
FORGET_OLD_USES = text("DELETE FROM rateuse WHERE at < :before")

# ── work ───────────────────────────────────────────────────────────────────────────────────────

_LATER = f"{WAITS} AND due IS NOT NULL"
_RIPE = f"{_LATER} AND boot = :this_boot AND due <= :tick"
# Two ranges of the index instead of a look at every row.
_OLD_BOOT = f"({_LATER} AND boot < :this_boot) OR ({_LATER} AND boot > :this_boot)"
_OVER = f"{RUNS} AND (lease_ends <= :tick OR boot <> :this_boot)"
# What is to be done before a job can be chosen; nearly always nothing.
CHORES = text(f"""
    SELECT EXISTS (SELECT 1 FROM job WHERE {_OVER}),
        EXISTS (SELECT 1 FROM job WHERE {_LATER} AND boot < :this_boot)
            OR EXISTS (SELECT 1 FROM job WHERE {_LATER} AND boot > :this_boot),
        EXISTS (SELECT 1 FROM job WHERE {_RIPE})
""")  # noqa: S608
# After the machine was started anew, the wall clock says once how long there is still to wait;
# should it have been set back meanwhile, then not longer than was asked for.
ADOPT = text(f"""
    UPDATE job SET boot = :this_boot,
        due = :tick + max(0.0, min(scheduled_for - :now, scheduled_for - waiting_since)),
        waiting_tick = :tick - max(0.0, :now - waiting_since)
    WHERE {_OLD_BOOT}
""")  # noqa: S608
RIPEN = text(f"UPDATE job SET due = NULL WHERE {_RIPE}")  # noqa: S608
_READY = """
    SELECT number FROM job WHERE status = 'queued' AND due IS NULL
        AND type = lane.value AND priority = class.column1
    ORDER BY number LIMIT 1
"""
# The oldest of each type and class, and the best of those: as many looks as there are types and
# classes, however many jobs wait.
CLAIM = text(f"""
    UPDATE job SET status = 'processing', started_at = :now, started_tick = :tick,
        boot = :this_boot, fence = fence + 1, owner = :owner,
        lease = id || ':' || (fence + 1) || ':' || :owner, lease_ends = :ends,
        percent = 0, step = '', done = 0, total = 0, rerun = 0
    WHERE number = (
        SELECT ready.number
        FROM json_each(:types) AS lane
        CROSS JOIN (VALUES (0), (1), (2)) AS class
        CROSS JOIN job AS ready
        WHERE class.column1 <= :least AND ready.number = ({_READY})
        ORDER BY
            CASE WHEN :oldest THEN 0 ELSE max(0, ready.priority - CAST(max(0.0,
                CASE WHEN ready.boot = :this_boot THEN :tick - ready.waiting_tick
                ELSE :now - ready.waiting_since END
            ) / :ageing AS INTEGER)) END,
            ready.number
        LIMIT 1
    )
    RETURNING *
""")  # noqa: S608
_RUNNING = ALL.where(_RUNS)
EXPIRED = _RUNNING.where(text("(lease_ends <= :tick OR boot <> :this_boot)"))
OF_OTHERS = _RUNNING.where(_j.owner != bindparam("owner"))
_HELD = f"{RUNS} AND lease = :leased"
RENEW = (
    update(JOBS)
    .where(
        _RUNS,
        _j.lease.in_(bindparam("leases", expanding=True)),
        _j.boot == bindparam("this_boot"),
    )
    .values(lease_ends=bindparam("ends"))
    .returning(_j.lease)
)
PROGRESS = text(f"""
    UPDATE job SET percent = max(percent, :percent), step = :step, done = :done, total = :total
    WHERE {_HELD}
""")  # noqa: S608
LOOK_AGAIN = text(f"UPDATE job SET rerun = 0 WHERE {_HELD} AND rerun")  # noqa: S608


def moved(move: JobMove, values: Mapping[str, Any]) -> Update:
    """Build the move of the job held under the lease `leased`; nothing else moves it.

    One that was joined meanwhile is not complete.
    """
    return _moved(move, frozenset(values), by_lease=True)


def moved_any(move: JobMove, values: Mapping[str, Any]) -> Update:
    """Build the move of the job `job`."""
    return _moved(move, frozenset(values), by_lease=False)


@cache
def _moved(move: JobMove, names: frozenset[str], *, by_lease: bool) -> Update:
    sources, target = MOVES[move]
    values: dict[str, Any] = {
        name: bindparam(f"new_{name}") for name in names if name != "ended_tick"
    }
    if "ended_tick" in names:
        # A monotonic time of another start of the machine says nothing.
        seconds: Any = bindparam("new_ended_tick") - _j.started_tick
        values["seconds"] = case((_j.boot == bindparam("new_boot"), seconds), else_=None)
    found = update(JOBS).values(status=target.value, **values).returning(*JOBS.columns)
    if by_lease:
        # Every move of a holder starts here, and there the index is.
        assert sources >= {JobStatus.PROCESSING}  # noqa: S101 - of the table of moves
        found = found.where(_RUNS, _j.lease == bindparam("leased"))
    else:
        listed = ", ".join(f"'{source}'" for source in sorted(sources))
        found = found.where(_j.id == bindparam("job"), text(f"status IN ({listed})"))
    return found.where(text("NOT rerun")) if move is JobMove.COMPLETED else found


# ── reads ──────────────────────────────────────────────────────────────────────────────────────


# One look into the index for each type there is.
_ALL_TYPES = """
    WITH RECURSIVE types (value) AS (
        SELECT min(type) FROM job
        UNION ALL SELECT (SELECT min(type) FROM job WHERE type > types.value) FROM types
        WHERE types.value IS NOT NULL
    ) SELECT value FROM types WHERE value IS NOT NULL
"""


@cache
def listing(*, by_type: bool, by_status: bool, by_action: bool) -> TextClause:
    """Build the list of the newest jobs with these filters.

    Of each type and status only as many are looked at as fit on a page, in the index's order.
    """
    page = "number < :before ORDER BY number DESC LIMIT :limit"
    if by_action:
        # The sign leaves the choice to the index of actions.
        of_type = "+type IN (SELECT value FROM json_each(:types)) AND" if by_type else ""
        of_status = "+status IN (SELECT value FROM json_each(:statuses)) AND" if by_status else ""
        which = f"action = :action AND {of_type} {of_status}"
    elif by_type or by_status:
        types = "json_each(:types)" if by_type else f"({_ALL_TYPES})"
        which = f"""number IN (
            SELECT one.number FROM {types} AS kind
            CROSS JOIN json_each(:statuses) AS state CROSS JOIN job AS one
            WHERE one.number IN (
                SELECT number FROM job WHERE type = kind.value AND status = state.value AND {page}
            ) ORDER BY one.number DESC LIMIT :limit
        ) AND"""  # noqa: S608
    else:
        which = ""
    return text(f"SELECT * FROM job WHERE {which} {page}")  # noqa: S608


EVENTS = (
    select(_e.at, _e.move, _e.status, _e.retry_count, _e.detail)
    .select_from(JOB_EVENTS.join(JOBS, _e.job == _j.number))
    .where(_j.id == bindparam("job"))
    .order_by(_e.number)
)
COUNTS = select(_j.type, _j.status, func.count()).group_by(_j.type, _j.status)
DURATIONS = (
    select(_j.seconds)
    .where(
        _j.type == bindparam("type"),
        _j.status == JobStatus.COMPLETED.value,
        _j.seconds.is_not(None),
    )
    .order_by(_j.number.desc())
    .limit(bindparam("last"))
)
RETRIES = select(func.count()).where(_e.type == bindparam("type"), _e.move == JobMove.RETRIED.value)
_FAILURES = (JobMove.RETRIED.value, JobMove.FAILED.value, JobMove.INTERRUPTED.value)
RECENT_FAILURES = select(func.count()).where(
    _e.type == bindparam("type"), _e.move.in_(_FAILURES), _e.at > bindparam("since")
)
_ENDS = (*_FAILURES[1:], JobMove.COMPLETED.value, JobMove.CANCELLED.value)
# The last of each kind is one look into the index; of all kinds at once it is all of them.
LAST = select(
    *(
        select(func.max(_e.at))
        .where(_e.type == bindparam("type"), _e.move == move)
        .scalar_subquery()
        for move in _ENDS
    )
)
ERRORS = (
    select(_j.error_code, func.count())
    .where(_j.type == bindparam("type"), _j.status == JobStatus.FAILED.value)
    .group_by(_j.error_code)
)
# The sign keeps SQLite from walking the whole table in this order.
RUNNING = _RUNNING.order_by(text("+number"))
NEXT_DUE = text(f"SELECT min(due) FROM job WHERE {_LATER} AND boot = :this_boot")  # noqa: S608
NOT_ADOPTED = text(f"""
    SELECT EXISTS (SELECT 1 FROM job WHERE {_LATER} AND boot < :this_boot)
        OR EXISTS (SELECT 1 FROM job WHERE {_LATER} AND boot > :this_boot)
""")  # noqa: S608
CLEAN_UP = text("""
    DELETE FROM job WHERE number IN (
        SELECT number FROM job WHERE completed_at < :before ORDER BY completed_at LIMIT :limit
    )
""")
