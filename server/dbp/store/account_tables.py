"""The tables of the account database, as SQLModel classes: what belongs to the user.

Money is kept in whole millionths of a millionth of a dollar, so that a sum of many calls is exact.
Rows are written and read with Core statements, and no instance of these classes leaves the room.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Index, Table, UniqueConstraint, text
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from dbp.store.columns import CleanText, PathKey, WideInteger
from dbp.store.schema import Migration, Schema

# "dbp" and a 2.
_APPLICATION_ID = 0x64627002

SLOT_SECONDS = 900
"""Every time zone of today is a whole number of quarters of an hour away from UTC."""

ALL_SLOTS = -1
"""The row that holds the sums of all slots."""


class PaidMeaning(SQLModel, table=True):
    """What was paid for, under what was asked. Kept for ever."""

    __tablename__ = "paidmeaning"

    # Names what was asked: content, model, prompt, schema.
    key: str = Field(sa_type=CleanText, primary_key=True)
    # The model that was asked.
    model: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    created_at: float
    # See `dbp.enrichment.payload`. Last, so that reading the others skips its pages.
    payload: bytes


class Call(SQLModel, table=True):
    """One line of the ledger (see `dbp.ports.CallRecord`). Kept for ever."""

    __tablename__ = "call"
    __table_args__: ClassVar = (
        # The few that run now are looked through before each call.
        Index("ix_call_open", "expires_at", sqlite_where=text("outcome = 'open'")),
        Index("ix_call_root", "root"),
    )

    # What callers name it by.
    id: int | None = Field(default=None, primary_key=True)
    # Names what is asked.
    key: str = Field(sa_type=CleanText)
    # When it began and ended, in seconds since the epoch, UTC.
    at: float = Field(index=True)
    ended_at: float | None = None
    # When it must be over, whatever became of its process.
    expires_at: float
    # The folder and the file's key in it.
    root: str = Field(sa_type=PathKey)
    path: str = Field(sa_type=PathKey)
    # The content that was sent, in full or in part.
    content_hash: str = Field(sa_type=CleanText)
    # Where it went.
    model: str = Field(sa_type=CleanText)
    region: str = Field(sa_type=CleanText)
    host: str = Field(sa_type=CleanText)
    # The body: its size, its hash, and what was in it.
    body_bytes: int
    digest: str = Field(sa_type=CleanText)
    units: int
    redactions: int
    truncated: bool
    # Why this file now.
    reason: str = Field(sa_type=CleanText)
    # `open`, `done`, `lost` when it did not end in time, or the code of an error.
    outcome: str = Field(sa_type=CleanText)
    # Requests.
    attempts: int
    # The truth; while it is not known, the most it can be is in `input_tokens` and `money`.
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    money: int = Field(sa_type=BigInteger)
    # The most one more request can take.
    request_tokens: int
    request_money: int = Field(sa_type=BigInteger)


class Total(SQLModel, table=True):
    """The sums of all calls that began in one quarter of an hour, or of all of them.

    Written with every line they sum up, so that a day's budget is known without reading its lines.
    """

    __tablename__ = "total"

    # Quarters of an hour since the epoch; `ALL_SLOTS` is everything.
    slot: int = Field(primary_key=True)
    # What counts against the budgets.
    tokens: int
    money: int = Field(sa_type=BigInteger)
    # What is shown.
    calls: int
    input_tokens: int
    output_tokens: int
    sent_bytes: int


class Bucket(SQLModel, table=True):
    """How fast one model is asked (see `dbp.store.pacing.Pace`)."""

    __tablename__ = "bucket"

    # The model's name.
    model: str = Field(sa_type=CleanText, primary_key=True)
    # Requests and tokens in use at `at`.
    requests: float
    tokens: float
    at: float
    # What part of the limits holds while the service throttles.
    factor: float
    # Nothing is asked before.
    not_before: float


class Consent(SQLModel, table=True):
    """A user's consent for one folder (see `dbp.ports.Consent`)."""

    __tablename__ = "consent"

    # The folder's real path; with its device and inode it is this very folder.
    path: str = Field(sa_type=PathKey, primary_key=True)
    device: int = Field(sa_type=WideInteger)
    inode: int = Field(sa_type=WideInteger)
    # Where content may go.
    provider: str = Field(sa_type=CleanText)
    region: str = Field(sa_type=CleanText)
    host: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    at: float


class Project(SQLModel, table=True):
    """A project the user keeps in the list (see `dbp.ports.Project`)."""

    __tablename__ = "project"
    __table_args__: ClassVar = (UniqueConstraint("kind", "key", "commit"),)

    # Ours only: the order they were added in.
    number: int | None = Field(default=None, primary_key=True)
    # What callers name it by.
    id: str = Field(sa_type=CleanText, unique=True)
    # What people call it.
    name: str = Field(sa_type=CleanText)
    # `folder` or `repository`.
    kind: str = Field(sa_type=CleanText)
    # The real path, or the address without credentials; its key is the same in every spelling.
    location: str = Field(sa_type=PathKey)
    key: str = Field(sa_type=PathKey)
    # The commit, branch or tag; empty is the newest of the default branch.
    commit: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    added_at: float
    last_opened_at: float | None = None


class AccountUse(SQLModel, table=True):
    """One accepted request of what a rate limit counts for a user, whatever the folder."""

    __tablename__ = "accountuse"
    __table_args__: ClassVar = (Index("ix_accountuse", "requested_by", "action", "number"),)

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


PAID = _table("paidmeaning")
CALLS = _table("call")
TOTALS = _table("total")
BUCKETS = _table("bucket")
CONSENTS = _table("consent")
PROJECTS = _table("project")
ACCOUNT_USES = _table("accountuse")


def _create_tables(connection: Connection) -> None:
    ACCOUNT.create(connection)


# Frozen, whatever the classes above become later.
_PROJECTS = (
    """
    CREATE TABLE project (
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        location BLOB NOT NULL,
        "key" BLOB NOT NULL,
        "commit" TEXT NOT NULL,
        added_at FLOAT NOT NULL,
        last_opened_at FLOAT,
        PRIMARY KEY (number),
        UNIQUE (kind, "key", "commit"),
        UNIQUE (id)
    )
    """,
    """
    CREATE TABLE accountuse (
        number INTEGER NOT NULL,
        requested_by TEXT NOT NULL,
        action TEXT NOT NULL,
        at FLOAT NOT NULL,
        tick FLOAT NOT NULL,
        boot TEXT NOT NULL,
        PRIMARY KEY (number)
    )
    """,
    "CREATE INDEX ix_accountuse ON accountuse (requested_by, action, number)",
)


def _create_projects(connection: Connection) -> None:
    for statement in _PROJECTS:
        connection.exec_driver_sql(statement)


ACCOUNT = Schema(
    noun="the account",
    application_id=_APPLICATION_ID,
    tables=(PAID, CALLS, TOTALS, BUCKETS, CONSENTS, PROJECTS, ACCOUNT_USES),
    migrations=(
        Migration(1, "create the tables", _create_tables),
        Migration(2, "keep a list of projects", _create_projects),
    ),
    lasting=True,
)
