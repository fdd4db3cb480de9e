"""What is written into the record and what comes out of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from dbp.model import Content, ContentKey, Extraction, FileRecord, Stat


class Known(NamedTuple):
    """What the need check compares with the disk."""

    path: str
    stat: Stat
    state: str
    content_hash: str
    language: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Put:
    """Record a file. An indexed one names its extraction: a new `content`, or a stored `key`."""

    record: FileRecord
    content: Content | None = None
    key: ContentKey | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Only the stat of a file changed."""

    path: str
    stat: Stat


@dataclass(frozen=True, slots=True)
class Move:
    """A file came to `path` from `old_path` with the same content; the row moves."""

    old_path: str
    path: str
    stat: Stat


@dataclass(frozen=True, slots=True)
class Remove:
    """A file left."""

    path: str


Write = Put | Touch | Move | Remove


@dataclass(frozen=True, slots=True)
class Stored:
    """A record with the extraction of its content (None when it failed or is excluded)."""

    record: FileRecord
    extraction: Extraction | None
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of `Store.files`, in path order; `cursor` is the last path, None at the end."""

    files: tuple[FileRecord, ...]
    cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What `dbp/status` says of the database."""

    backend: str
    path: str
    size_bytes: int
    wal_bytes: int
    schema_version: int
    notes: tuple[str, ...] = field(default_factory=tuple)
