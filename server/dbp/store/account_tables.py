"""The tables of the account database, as SQLModel classes: what belongs to the user.

Money is kept in whole millionths of a millionth of a dollar, so that a sum of many calls is exact.
Rows are written and read with Core statements, and no instance of these classes leaves the room.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Index, Table, text
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


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


PAID = _table("paidmeaning")
CALLS = _table("call")
TOTALS = _table("total")
BUCKETS = _table("bucket")
CONSENTS = _table("consent")


def _create_tables(connection: Connection) -> None:
    ACCOUNT.create(connection)


ACCOUNT = Schema(
    noun="the account",
    application_id=_APPLICATION_ID,
    tables=(PAID, CALLS, TOTALS, BUCKETS, CONSENTS),
    migrations=(Migration(1, "create the tables", _create_tables),),
    lasting=True,
)
