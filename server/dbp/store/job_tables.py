"""The tables of jobs, as SQLModel classes, and the triggers that hold their rules.

Rows are written and read with Core statements on `JOBS`, `JOB_EVENTS` and `RATE_USES`; no instance
of these classes leaves the room.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Table, text
from sqlmodel import Field, SQLModel

from dbp.job import FINAL, LEGAL, JobStatus
from dbp.store.columns import CleanText

WAITS = "status = 'queued'"
RUNS = "status = 'processing'"
_STATUSES = ", ".join(f"'{status}'" for status in JobStatus)
_FINAL = ", ".join(f"'{status}'" for status in sorted(FINAL))


class JobRow(SQLModel, table=True):
    """One job (see `dbp.job.Job`)."""

    __tablename__ = "job"
    __table_args__: ClassVar = (
        CheckConstraint(f"status IN ({_STATUSES})", name="ck_job_status"),
        CheckConstraint("priority BETWEEN 0 AND 2", name="ck_job_priority"),
        # Who works on a job has a lease, and nobody else has one.
        CheckConstraint(
            f"({RUNS}) = (lease <> '' AND lease_ends IS NOT NULL)", name="ck_job_lease"
        ),
        CheckConstraint(f"(status IN ({_FINAL})) = (completed_at IS NOT NULL)", name="ck_job_end"),
        # One waiting and one running job for each key, whoever submits and whoever claims.
        Index("ix_job_waiting", "type", "key", unique=True, sqlite_where=text(WAITS)),
        Index("ix_job_running", "type", "key", unique=True, sqlite_where=text(RUNS)),
        Index("ix_job_lease", "lease", unique=True, sqlite_where=text(RUNS)),
        # The oldest ready job of a type and class is the first entry of a range.
        Index(
            "ix_job_ready",
            "type",
            "priority",
            "number",
            sqlite_where=text(f"{WAITS} AND due IS NULL"),
        ),
        Index("ix_job_due", "boot", "due", sqlite_where=text(f"{WAITS} AND due IS NOT NULL")),
        Index("ix_job_type_status", "type", "status", "number"),
        Index("ix_job_action", "action"),
        Index("ix_job_completed_at", "completed_at"),
    )

    # The order of submission; ours only.
    number: int | None = Field(default=None, primary_key=True)
    # A UUID, what everybody else names it by.
    id: str = Field(sa_type=CleanText, unique=True)
    # Which handler does it.
    type: str = Field(sa_type=CleanText)
    # `queued`, `processing`, `completed`, `failed` or `cancelled`; only along `dbp.job.MOVES`.
    status: str = Field(sa_type=CleanText)
    # 0 high, 1 normal, 2 low.
    priority: int
    # What to do, a JSON object.
    arguments: str = Field(sa_type=CleanText)
    # How far it is: 0 to 100, the step in words, and the count behind the percentage.
    percent: int = 0
    step: str = Field(default="", sa_type=CleanText)
    done: int = 0
    total: int = 0
    # When it was submitted, in seconds since the epoch, UTC.
    created_at: float
    # When it began to wait this time: its age.
    waiting_since: float
    # The same by the machine's monotonic clock.
    waiting_tick: float
    # When it may run, for people and for the time after a restart of the machine; None is at once.
    scheduled_for: float | None = None
    # The same by the monotonic clock; None when nothing is to be waited for.
    due: float | None = None
    # When the present or last attempt began.
    started_at: float | None = None
    # The same by the monotonic clock.
    started_tick: float | None = None
    # When it became final.
    completed_at: float | None = None
    # What the last attempt took, in seconds.
    seconds: float | None = None
    # Attempts that failed and were or are repeated, and how many of them there may be.
    retry_count: int = 0
    max_retries: int
    # The first pause before a retry and the longest one, in seconds.
    retry_base: float
    retry_longest: float
    # A JSON object.
    result: str | None = Field(default=None, sa_type=CleanText)
    # Why it failed: a code, a message, a hint.
    error_code: str | None = Field(default=None, sa_type=CleanText)
    error_message: str | None = Field(default=None, sa_type=CleanText)
    error_hint: str | None = Field(default=None, sa_type=CleanText)
    # Who asked.
    requested_by: str = Field(sa_type=CleanText)
    # For what: the action that rate limits count.
    action: str = Field(sa_type=CleanText)
    # Equal keys are one job; none is never equal.
    key: str | None = Field(default=None, sa_type=CleanText)
    # Whether somebody joined it while it ran: it looks once more.
    rerun: bool = False
    # Counts the claims: an older claim's lease is no lease any more.
    fence: int = 0
    # Who works on it: `id:fence:owner`, empty for nobody.
    lease: str = Field(default="", sa_type=CleanText)
    owner: str = Field(default="", sa_type=CleanText)
    # When the lease ends, by the monotonic clock.
    lease_ends: float | None = None
    # The start of the machine that the monotonic times above belong to.
    boot: str = Field(sa_type=CleanText)


class JobEvent(SQLModel, table=True):
    """One move of a job (see `dbp.job.JobMove`)."""

    __tablename__ = "jobevent"
    __table_args__: ClassVar = (Index("ix_jobevent_type", "type", "move", "at"),)

    # Ours only.
    number: int | None = Field(default=None, primary_key=True)
    # Whose.
    job: int = Field(foreign_key="job.number", ondelete="CASCADE", index=True)
    # The job's type, so that figures need no join.
    type: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    at: float
    # What happened.
    move: str = Field(sa_type=CleanText)
    # Where the job stands since.
    status: str = Field(sa_type=CleanText)
    # Its retries by then.
    retry_count: int
    # Who or why.
    detail: str = Field(default="", sa_type=CleanText)


class RateUse(SQLModel, table=True):
    """One accepted request of what a rate limit counts."""

    __tablename__ = "rateuse"
    __table_args__: ClassVar = (Index("ix_rateuse", "requested_by", "action", "number"),)

    # Ours only.
    number: int | None = Field(default=None, primary_key=True)
    requested_by: str = Field(sa_type=CleanText)
    action: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    at: float
    # The same by the monotonic clock of this start of the machine.
    tick: float
    boot: str = Field(sa_type=CleanText)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


JOBS = _table("job")
JOB_EVENTS = _table("jobevent")
RATE_USES = _table("rateuse")
ALL = (JOBS, JOB_EVENTS, RATE_USES)

_LEGAL = " OR ".join(
    f"(OLD.status = '{source}' AND NEW.status = '{target}')" for source, target in sorted(LEGAL)
)
_STARTS = """
    CREATE TRIGGER job_starts_queued BEFORE INSERT ON job WHEN NEW.status <> 'queued'
    BEGIN SELECT RAISE(ABORT, 'a new job is queued'); END
"""
_MOVES = f"""
    CREATE TRIGGER job_moves_legally BEFORE UPDATE OF status ON job WHEN NOT ({_LEGAL})
    BEGIN SELECT RAISE(ABORT, 'a job cannot move like that'); END
"""
TRIGGERS = (_STARTS, _MOVES)
"""Whoever writes, by whatever means: a job moves along the table or not at all."""
