"""What is written into the record and what comes out of it: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dbp.facts import Facts
from dbp.meaning import Meaning
from dbp.model import Content, ContentKey, EnrichmentState, Extraction, FileRecord, Stat


class Known(NamedTuple):
    """What the need check compares with the disk.

    `extractor` names the rules its recorded extraction was made by; only `known_of` asks for it.
    """

    path: str
    stat: Stat
    state: str
    content_hash: str
    language: str
    attempts: int
    extractor: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Record a file. An indexed one names its extraction: a new `content`, or a stored `key`.

    `anchors` are packed (see `dbp.analysis.staleness`); a file whose content stays keeps its own.
    """

    record: FileRecord
    content: Content | None = None
    key: ContentKey | None = None
    anchors: str | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """Somebody says that the documentation of a file is still right: these marks are not stale.

    Without `names` none of the file is.
    """

    path: str
    names: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Enrich:
    """Record where the enrichment of a file stands, if it still has this content.

    With `key` the file gets a meaning: the stored one of that key, or `payload` (see
    `dbp.enrichment.payload`) kept under it. Without, it keeps the one it has. `retry_at` is when a
    `pending` file is due again (epoch seconds; None: not by itself), `attempts` how often the
    service failed for it. `model` names who said what `payload` holds.
    """

    path: str
    content_hash: str
    state: EnrichmentState
    at: float
    reason: str | None = None
    key: str | None = None
    payload: bytes | None = None
    attempts: int = 0
    retry_at: float | None = None
    model: str = ""


Write = Put | Touch | Move | Remove | Enrich | Accept


@dataclass(frozen=True, slots=True)
class Stored:
    """A record with the extraction of its content (None when it failed or is excluded).

    `anchors` say what is stale in it (see `dbp.analysis.staleness`).
    `meaning` is what the model said of this very content, or of the one before it while the new one
    waits: `record.meaning_hash` names the content it speaks of.
    """

    record: FileRecord
    extraction: Extraction | None
    extractor: str = ""
    meaning: Meaning | None = None
    anchors: Mapping[str, str] = field(default_factory=dict)


class Marked(NamedTuple):
    """What tells which documentation of a file an edit makes stale."""

    facts: Facts
    anchors: Mapping[str, str]


class ToEnrich(NamedTuple):
    """A file whose enrichment is undecided or due again."""

    path: str
    content_hash: str
    language: str
    attempts: int


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of `Store.files`, in path order; `cursor` is the last path, None at the end."""

    files: tuple[FileRecord, ...]
    cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What `dbp/status` says of the database; `passing` says why it does not last, if so."""

    backend: str
    path: str
    size_bytes: int
    wal_bytes: int
    schema_version: int
    notes: tuple[str, ...] = field(default_factory=tuple)
    passing: str = ""
