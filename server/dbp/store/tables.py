"""The tables, as SQLModel classes: the one place where the shape of the database is written.

Symbols and references belong to a *content*, not to a file: a rename, a copy and a branch switch
touch file rows only, and contents nobody has now are a cache for when they come back.

Rows are written and read with Core statements on `FILES`, `CONTENTS`, …; no session is ever made,
and no instance of these classes leaves the room.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from dbp.store.columns import CleanText, PathKey, WideInteger

# What `to_enrich` pages through: a file that is done with costs it nothing.
WAITS = "state = 'indexed' AND enrichment IN ('', 'pending')"


class FileMetadata(SQLModel, table=True):
    """One file of the workspace (see `dbp.model.FileRecord`)."""

    __tablename__ = "filemetadata"
    __table_args__: ClassVar = (
        Index("ix_filemetadata_state", "state", "enrichment"),
        Index(
            "ix_filemetadata_meaning_id",
            "meaning_id",
            sqlite_where=text("meaning_id IS NOT NULL"),
        ),
        Index(
            "ix_filemetadata_to_enrich",
            "path",
            "enrichment",
            "enrichment_retry_at",
            sqlite_where=text(WAITS),
        ),
        Index(
            "ix_filemetadata_retry",
            "enrichment_retry_at",
            sqlite_where=text("state = 'indexed' AND enrichment = 'pending'"),
        ),
        Index("ix_filemetadata_sync", "sync_state", sqlite_where=text("sync_state = 0")),
    )

    # Ours only; files are named by their path.
    id: int | None = Field(default=None, primary_key=True)
    # The key below the workspace root: TEXT, or BLOB when the name is not valid UTF-8.
    path: str = Field(sa_type=PathKey, unique=True)
    # Bytes, as the system reported them when the file was last looked at.
    size: int = Field(sa_type=WideInteger)
    # Nanoseconds since the epoch.
    mtime_ns: int = Field(sa_type=WideInteger)
    # With size and mtime it tells where a renamed file came from.
    inode: int = Field(sa_type=WideInteger, index=True)
    # What the extractor called its language.
    language: str = Field(sa_type=CleanText)
    # `indexed`, `failed` or `excluded`.
    state: str = Field(sa_type=CleanText)
    # `blake2b:` and 32 hex digits; empty when the file was never read.
    content_hash: str = Field(sa_type=CleanText)
    # The extraction; set exactly for indexed files.
    content_id: int | None = Field(default=None, foreign_key="content.id", index=True)
    # The first thing the file says it is for, so that lists need no payload.
    intent: str | None = Field(default=None, sa_type=CleanText)
    # Seconds since the epoch, UTC.
    extracted_at: float | None = None
    # Why it failed or is excluded.
    reason: str | None = Field(default=None, sa_type=CleanText)
    # Failures in a row.
    attempts: int = 0
    # Empty is undecided; else `pending`, `done`, `failed` or `skipped`. Only of indexed files.
    enrichment: str = Field(default="", sa_type=CleanText, sa_column_kwargs={"server_default": ""})
    # Why it waits, failed or is skipped.
    enrichment_reason: str | None = Field(default=None, sa_type=CleanText)
    # When it came to stand there, in seconds since the epoch, UTC.
    enriched_at: float | None = None
    # Failures of the service for this file.
    enrichment_attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    # When a pending one is due again, in seconds since the epoch.
    enrichment_retry_at: float | None = None
    # What the model said of this content, or of the one before it while this one waits.
    meaning_id: int | None = Field(default=None, foreign_key="meaning.id", ondelete="SET NULL")
    # What is stale in it, as JSON: see `dbp.analysis.staleness`. None for most files.
    anchors: str | None = Field(default=None, sa_type=CleanText)
    # 0 until the search index says what this row says, then 1.
    sync_state: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    # When the index last came to say it, in seconds since the epoch, UTC.
    synced_at: float | None = None
    # Words hidden in the path (see `dbp.words`); None for most files.
    words: str | None = Field(default=None, sa_type=CleanText)


class Content(SQLModel, table=True):
    """What was read out of one content, by one version of the rules."""

    __tablename__ = "content"
    __table_args__: ClassVar = (UniqueConstraint("content_hash", "language", "extractor"),)

    # What symbols, references and files point at.
    id: int | None = Field(default=None, primary_key=True)
    # `blake2b:` and 32 hex digits of the bytes that were read.
    content_hash: str = Field(sa_type=CleanText)
    # The language they were read as.
    language: str = Field(sa_type=CleanText)
    # The version of the rules; after a migration that asks for it, one that matches nothing.
    extractor: str = Field(sa_type=CleanText)
    # The file's intent, for files that get this content later.
    intent: str | None = Field(default=None, sa_type=CleanText)
    # Seconds since the epoch, UTC.
    created_at: float
    # The extraction, see `dbp.codec`. Last, so that reading the others skips its pages.
    payload: bytes


class ContentFacts(SQLModel, table=True):
    """What questions about the whole workspace need of a content, apart from its payload.

    A table of its own: the graph reads all of it, and would have to skip every payload's pages.
    """

    __tablename__ = "contentfacts"

    # The content they are of; one without facts has no row.
    content_id: int | None = Field(
        default=None, primary_key=True, foreign_key="content.id", ondelete="CASCADE"
    )
    # See `dbp.facts`.
    facts: bytes


class ContentSearch(SQLModel, table=True):
    """What a search finds the files of a content by, and how far the index has its symbols."""

    __tablename__ = "contentsearch"

    # The content it is of; one with neither sections nor symbols has no row.
    content_id: int | None = Field(
        default=None, primary_key=True, foreign_key="content.id", ondelete="CASCADE"
    )
    # The symbols from this number on are not in the index yet; None when all are.
    next_symbol: int | None = None
    # See `dbp.extract.search_text`. Last, because it is long.
    sections: str = Field(sa_type=CleanText)


class SearchGone(SQLModel, table=True):
    """A row that left the record and has to leave the search index, in the order of leaving."""

    __tablename__ = "searchgone"

    # Ours only.
    id: int | None = Field(default=None, primary_key=True)
    # `file` or `symbol`.
    kind: str = Field(sa_type=CleanText)
    # Its number there. It may belong to another row by now.
    number: int


class Meaning(SQLModel, table=True):
    """What a model said of one content: a copy of what the user's account keeps."""

    __tablename__ = "meaning"

    # What files point at.
    id: int | None = Field(default=None, primary_key=True)
    # Names what was asked: content, model, prompt, schema.
    key: str = Field(sa_type=CleanText, unique=True)
    # The content it speaks of.
    content_hash: str = Field(sa_type=CleanText)
    # The model that spoke.
    model: str = Field(sa_type=CleanText)
    # Seconds since the epoch, UTC.
    created_at: float
    # The meaning, see `dbp.enrichment.payload`. Last, so that reading the others skips its pages.
    payload: bytes


class Symbol(SQLModel, table=True):
    """A symbol, to be found by name; the whole of it lies in the payload."""

    __tablename__ = "symbol"

    # Ours only.
    id: int | None = Field(default=None, primary_key=True)
    # The content it stands in.
    content_id: int = Field(foreign_key="content.id", ondelete="CASCADE", index=True)
    # Its own name.
    name: str = Field(sa_type=CleanText, index=True)
    # With the names around it.
    qualified_name: str = Field(sa_type=CleanText)
    # `class`, `function`, …
    kind: str = Field(sa_type=CleanText)
    # 0-based.
    line: int
    # What a search finds it by besides its name (see `dbp.model.SymbolRow`).
    words: str = Field(default="", sa_type=CleanText, sa_column_kwargs={"server_default": ""})


class DocReference(SQLModel, table=True):
    """A place where a content names another file, to be found by what it names."""

    __tablename__ = "docreference"

    # Ours only.
    id: int | None = Field(default=None, primary_key=True)
    # The content it stands in.
    content_id: int = Field(foreign_key="content.id", ondelete="CASCADE", index=True)
    # `header`, `link`, `import` or `mention`.
    kind: str = Field(sa_type=CleanText)
    # As it is written there.
    target: str = Field(sa_type=CleanText)
    # 0-based.
    line: int

    __table_args__: ClassVar = (Index("ix_docreference_target", "target"),)


class Meta(SQLModel, table=True):
    """Small facts: `revision` counts the commits that changed the record, `note:…` are callers'."""

    __tablename__ = "meta"

    # What the fact is called.
    key: str = Field(sa_type=CleanText, primary_key=True)
    # Its value, numbers in digits.
    value: str = Field(sa_type=CleanText)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


FILES = _table("filemetadata")
CONTENTS = _table("content")
FACTS = _table("contentfacts")
MEANINGS = _table("meaning")
SYMBOLS = _table("symbol")
REFERENCES = _table("docreference")
META = _table("meta")
CONTENT_SEARCH = _table("contentsearch")
SEARCH_GONE = _table("searchgone")
ALL = (
    *(CONTENTS, FACTS, CONTENT_SEARCH, MEANINGS, FILES),
    *(SYMBOLS, REFERENCES, META, SEARCH_GONE),
)
