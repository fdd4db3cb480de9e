"""The nouns of dbp: frozen values that every room speaks, and nothing else.

This module does no I/O, starts no thread and imports only the standard library, because the parser
processes load it and must stay small.

Ranges are LSP ranges: 0-based lines, columns counted in UTF-16 code units. Edges convert them to
the encoding a client negotiated; when `Extraction.ascii` is true there is nothing to convert.
A path is a *key*: relative to the workspace root, `/` between parts, undecodable bytes kept with
`surrogateescape`; the root itself is the empty key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple


class Range(NamedTuple):
    """A half-open span of text, as in LSP."""

    start_line: int
    start_character: int
    end_line: int
    end_character: int

    def contains(self, line: int, character: int) -> bool:
        """Tell whether a position lies inside; both ends count: a cursor sits between letters."""
        start, end = (self.start_line, self.start_character), (self.end_line, self.end_character)
        return start <= (line, character) <= end


# ── what a file says about itself ──────────────────────────────────────────────────────────────


class DocItem(NamedTuple):
    """What a doc comment says of one parameter, or of one kind of error: `name` and the words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Doc:
    """What is written about one symbol. `summary` is the first sentence of any doc comment.

    `parameters` and `raises` are what the doc comment lists by name, whatever the code has;
    `returns` says what comes back. `range` is where the comment stands, None when there is none.
    """

    intent: str | None = None
    design_principles: tuple[str, ...] = ()
    implementation_details: str | None = None
    design_decisions: str | None = None
    summary: str | None = None
    parameters: tuple[DocItem, ...] = ()
    returns: str | None = None
    raises: tuple[DocItem, ...] = ()
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named thing the parser saw. `range` spans all of it, `selection_range` its name.

    `public` says whether others may use it, as its language says that. A documented symbol has two
    fingerprints, 16 hex digits each: `doc_hash` of the words of its doc comment and `code_hash` of
    its code; laying either out anew changes neither. Both are empty without a doc comment.
    `takes_more` says that a documented one takes more than it names (`**kwargs`, `...`).
    """

    name: str
    qualified_name: str
    kind: str
    range: Range
    selection_range: Range
    parameters: tuple[str, ...] = ()
    doc: Doc = field(default_factory=Doc)
    children: tuple[Symbol, ...] = ()
    public: bool = True
    doc_hash: str = ""
    code_hash: str = ""
    takes_more: bool = False


@dataclass(frozen=True, slots=True)
class Dependency:
    """One line of a header's dependency section; `kind` is `codebase`, `system` or `other`."""

    kind: str
    target: str
    range: Range


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of a header's change history; `timestamp` is ISO 8601 in UTC, or None.

    `line` is where it begins, -1 when it stands in no file.
    """

    timestamp: str | None
    summary: str
    author: str | None = None
    details: tuple[str, ...] = ()
    line: int = -1


class SectionState(StrEnum):
    """What a section of a header holds."""

    WRITTEN = "written"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"


class HeaderSection(NamedTuple):
    """One section as it stands in a header.

    `name` is `intent`, `principles`, `constraints`, `dependencies`, `documentation`, `history`,
    `directive` or, for a section only the project's template knows, its title in lower case.
    `title` is as it is written, without brackets. `range` spans title and text.
    """

    name: str
    title: str
    range: Range
    state: SectionState = SectionState.WRITTEN


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself at its top.

    `format` is `genai`, `docstring`, `comment`, `markdown`, `document` (other ones) or `notebook`;
    `model` where the file has none. `title` is a document's own. `sections` are those of a `genai`
    header, in their order.
    """

    range: Range
    format: str
    intent: str | None = None
    design_principles: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    reference_documentation: tuple[str, ...] = ()
    change_history: tuple[HistoryEntry, ...] = ()
    title: str | None = None
    sections: tuple[HeaderSection, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where the file names another one.

    `kind` is `header`, `link`, `import`, `mention` or `relation`. `target` is as it is written,
    fragment included (`doc/A.md#usage`); of an import it is the module, and `names` are what is
    imported from it. `role` is `depends-on` or `impacts` for a relation, `documentation` for a
    document a header refers to, `deferred` for an import that does not run when the file is loaded
    (inside a function, for types only), else empty.
    """

    kind: str
    target: str
    range: Range
    names: tuple[str, ...] = ()
    role: str = ""


class Suppression(NamedTuple):
    """A comment `dbp: ignore[code, …]`: these findings are wanted away.

    It speaks of its own line and the next one, or of the whole file (`dbp: ignore-file[…]`).
    Without codes it speaks of all.
    """

    line: int
    codes: tuple[str, ...]
    whole_file: bool = False


class Task(NamedTuple):
    """Something a document says is to be done: a box to tick, or a mark of how far it is.

    `line` counts from 0, `level` is how deep it is nested. `state` is `open`, `doing`, `done` or
    `dropped`; what was dropped does not count.
    """

    text: str
    line: int
    level: int
    state: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the extractor has to say about its own work (`truncated`, `syntax_error`, …)."""

    code: str
    message: str
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one content: a pure function of (bytes, language, extractor).

    `code_hash` is the fingerprint of the file without its header and comments, for files that have
    a header in sections; empty for others. `anchors` are the ids a document names itself, `tasks`
    what it says is to be done, in the order of its lines.
    """

    language: str
    lines: int
    encoding: str
    ascii: bool
    header: Header | None = None
    symbols: tuple[Symbol, ...] = ()
    references: tuple[Reference, ...] = ()
    problems: tuple[Problem, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    code_hash: str = ""
    anchors: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()


# ── what is recorded of a file ─────────────────────────────────────────────────────────────────


class FileState(StrEnum):
    """Where a file stands in the record."""

    INDEXED = "indexed"
    FAILED = "failed"
    EXCLUDED = "excluded"


class EnrichmentState(StrEnum):
    """Where the enrichment of a file stands; `UNDECIDED` is what no step has looked at yet."""

    UNDECIDED = ""
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class Stat(NamedTuple):
    """What tells a changed file from an unchanged one without reading it."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One row of the record: what is known of one file, without its content's extraction.

    `content_hash` is `blake2b:` and 32 hex digits, empty when the file was never read. `reason`
    says why a file failed or is excluded; `attempts` counts failures in a row. Times are seconds
    since the epoch (UTC). The last four fields are what enrichment left: read with the record,
    never written by a `Put`. `meaning_hash` names the content the file's meaning speaks of.
    """

    path: str
    stat: Stat
    language: str
    state: FileState
    content_hash: str = ""
    extracted_at: float | None = None
    intent: str | None = None
    reason: str | None = None
    attempts: int = 0
    enrichment: EnrichmentState = EnrichmentState.UNDECIDED
    enrichment_reason: str | None = None
    enriched_at: float | None = None
    meaning_hash: str = ""


class ContentKey(NamedTuple):
    """What an extraction depends on: equal keys never need the work twice."""

    content_hash: str
    language: str
    extractor: str


class SymbolRow(NamedTuple):
    """A symbol as the store indexes it; the whole symbol lives in the content's payload.

    `words` are what a search finds it by besides its name: those that splitting finds in the name,
    a line end, and what is written about it. Bounded, and mostly empty.
    """

    name: str
    qualified_name: str
    kind: str
    line: int
    words: str = ""


class ReferenceRow(NamedTuple):
    """A reference as the store indexes it."""

    kind: str
    target: str
    line: int


@dataclass(frozen=True, slots=True)
class Content:
    """The extraction of one content as it is stored.

    `payload` is the extraction's JSON, compressed (see `dbp.codec`), made in the parser process so
    that the server never builds objects for files nobody looks at. `facts` is the part of it that
    whole-workspace questions need (see `dbp.facts`). `sections` is what a search finds its files by
    besides their paths and the intent (see `dbp.extract.search_text`).
    """

    key: ContentKey
    payload: bytes
    intent: str | None
    symbols: tuple[SymbolRow, ...] = ()
    references: tuple[ReferenceRow, ...] = ()
    facts: bytes = b""
    sections: str = ""


# ── changes ────────────────────────────────────────────────────────────────────────────────────


class Cause(StrEnum):
    """Why work happens; travels with the change into logs and status."""

    EDITOR = "editor"
    REQUEST = "request"
    DISK = "disk"
    SCAN = "scan"
    RETRY = "retry"


class Priority(IntEnum):
    """Order in which due changes are taken; a waiting one rises a class per max delay."""

    FORCED = 0
    EDITOR = 1
    DISK = 2
    SCAN = 3


@dataclass(frozen=True, slots=True)
class Change:
    """A hint: "look at this path". What happened to it is found by looking.

    With `tree` the path is a folder and everything below it is compared with the record. `force`
    skips the need check. `old_path` is where an event said the file came from.
    """

    path: str
    cause: Cause
    priority: Priority = Priority.DISK
    tree: bool = False
    force: bool = False
    old_path: str | None = None


# ── findings ───────────────────────────────────────────────────────────────────────────────────


class Severity(IntEnum):
    """LSP's diagnostic severities."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4


class Related(NamedTuple):
    """Another place that a finding is about."""

    path: str
    range: Range
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule of `analysis/` has to say about a file; `code` is stable.

    `data` is plain JSON and holds what an action needs to mend it. `about` names what it speaks of
    and no line: the same fault has the same one wherever it moves to.
    """

    path: str
    code: str
    message: str
    severity: Severity
    range: Range
    data: dict[str, Any] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    about: str = ""
