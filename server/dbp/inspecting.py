"""Applying the rules to files of a folder: the wiring that every place which judges files shares.

An open document, `dbp check` and the job `check` differ in what they know and how long they may
take; what a rule is told of a file, and through which doors it sees the others, is the same.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from dbp.actions.layout import language_at
from dbp.analysis.baseline import MAX_BYTES, Baseline, BaselineError, read
from dbp.analysis.components import components
from dbp.analysis.edge import Edge
from dbp.analysis.edges import FAMILIES, Doors, edges_of
from dbp.analysis.findings import failed, judge
from dbp.analysis.graph import Graph, build
from dbp.analysis.levels import Levels
from dbp.analysis.names import NameIndex
from dbp.analysis.subject import Subject
from dbp.clock import Clock, SystemClock
from dbp.doors import doors_of
from dbp.facts import Facts
from dbp.model import Extraction, FileState, Finding, Severity
from dbp.paths import Root
from dbp.ports import Json, Reader, Store, Stored
from dbp.settings import Effective
from dbp.settings.declaration import Cache
from dbp.template import Template
from dbp.view import View

_PAGE = 500
_FEW = Cache(max_entries=500, max_memory_mb=16)
"""Enough for a file and its neighbours: a look at everything reads most files once."""


def recorded_paths(store: Reader, page: int) -> Iterator[str]:
    """Name every file of the record that is not excluded, in path order, a page at a time."""
    cursor: str | None = None
    while True:
        found = store.files("", page, cursor)
        yield from (record.path for record in found.files)
        cursor = found.cursor
        if cursor is None:
            return


class Known(Protocol):
    """What is known of a folder; an open workspace is one."""

    root: Root
    effective: Effective
    view: View | None

    @property
    def template(self) -> Template:
        """The sections a header is expected to have."""

    def paths(self, page: int = ...) -> Iterator[str]:
        """Name every file of the record that is not excluded, in path order."""

    def facts(self, path: str) -> Facts | None:
        """Read the facts of a file."""

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield path, language and facts of every indexed file."""


class Recorded:
    """A folder as the record has it, whatever is open in an editor. Every method blocks."""

    def __init__(self, root: Root, effective: Effective, store: Store, template: Template) -> None:
        self.root = root
        self.effective = effective
        self.template = template
        self.view: View | None = View(root, store, bounds=_FEW)
        self._store = store

    def paths(self, page: int = _PAGE) -> Iterator[str]:
        """Name every file of the record that is not excluded, in path order."""
        return recorded_paths(self._store, page)

    def stored(self, path: str) -> Stored | None:
        """Read the record of a file."""
        assert self.view is not None  # noqa: S101  # made with it
        return self.view.stored(path)

    def facts(self, path: str) -> Facts | None:
        """Read the facts of a file."""
        assert self.view is not None  # noqa: S101  # made with it
        return self.view.facts(path)

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield path, language and facts of every indexed file, in path order."""
        return iter(self._store.all_facts())


def subject_of(
    known: Known,
    path: str,
    extraction: Extraction,
    *,
    stale: Sequence[str],
    files_named: Callable[[str], Sequence[str]],
    edges: Callable[[str], Iterable[Edge]],
    expired: Callable[[], bool] = lambda: False,
) -> Subject:
    """Make what the rules are told of one file of an open folder.

    `edges` gives those of a file that may be part of a circle; `expired` ends the search for them.
    """
    view, settings = known.view, known.effective.settings
    assert view is not None  # noqa: S101  # the folder is open
    return Subject(
        path=path,
        extraction=extraction,
        exists=view.exists,
        extraction_of=view.extraction,
        facts_of=known.facts,
        stale=tuple(stale),
        template=known.template,
        source_roots=settings.references.source_roots,
        cycles=settings.cycle_detection.enabled,
        max_depth=settings.cycle_detection.max_detection_depth,
        expired=expired,
        files_named=files_named,
        edges_of=edges,
    )


def edges_at(known: Known, path: str, doors: Doors) -> tuple[Edge, ...]:
    """Give the edges that begin at a file and may be part of a circle."""
    facts = known.facts(path)
    if facts is None:
        return ()
    edges = edges_of(path, language_at(path).name, facts, doors)
    return tuple(edge for edge in edges if edge.family)


class Subjects:
    """Makes a subject of each file of a folder; what is asked of all files is built once.

    `stale` says what is stale in each file; without it, the record does. `check` is called now and
    then while everything is looked through, and may raise.
    """

    def __init__(
        self,
        known: Known,
        stale: Mapping[str, tuple[str, ...]] | None = None,
        *,
        clock: Clock | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._known = known
        self._stale = stale
        self._clock = clock or SystemClock()
        self._check = check
        self._seconds = known.effective.settings.cycle_detection.detection_timeout_seconds
        self._names: NameIndex | None = None
        self._edges_of: Callable[[str], Iterable[Edge]] | None = None
        self.cut = False
        """Whether there was no time to look at all circles."""

    def of(self, stored: Stored) -> Subject:
        """Make the subject of a file that was read."""
        assert stored.extraction is not None  # noqa: S101  # the caller looked
        path = stored.record.path
        stale = tuple(stored.anchors) if self._stale is None else self._stale.get(path, ())
        return subject_of(
            self._known,
            path,
            stored.extraction,
            stale=stale,
            files_named=self._files_named,
            edges=self._edges,
        )

    def _files_named(self, beginning: str) -> Sequence[str]:
        if self._names is None:
            self._names = NameIndex(self._known.paths())
        return self._names.files_named(beginning)

    def _edges(self, path: str) -> Iterable[Edge]:
        if self._edges_of is None:
            end = self._clock.monotonic() + self._seconds
            self._edges_of = partial(_in_circles, *self._circles(partial(self._after, end)))
            self.cut = self._after(end)
        return self._edges_of(path)

    def _after(self, end: float) -> bool:
        self._check()
        return self._clock.monotonic() > end

    def _circles(self, expired: Callable[[], bool]) -> tuple[Graph, Mapping[str, frozenset[int]]]:
        """Build the graph, and say which groups that can reach each other a file belongs to."""
        known = self._known
        doors = doors_of(known.root, known.paths(), known.effective.settings)
        graph = build(known.all_facts(), doors, expired)
        groups: dict[str, set[int]] = {}
        number = 0
        for family in FAMILIES:
            for group in components(graph.neighbours(family)):
                number += 1
                for member in group:
                    groups.setdefault(graph.names[member], set()).add(number)
        return graph, {path: frozenset(numbers) for path, numbers in groups.items()}


def _in_circles(graph: Graph, groups: Mapping[str, frozenset[int]], path: str) -> Iterable[Edge]:
    """Give the edges of a file that can be part of a circle."""
    mine = groups.get(path)
    if mine is None:
        return ()
    none: frozenset[int] = frozenset()
    return [edge for edge in graph.outgoing(path) if mine & groups.get(edge.target, none)]


# ── results ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What was found in one file; `whole` says that all of the file could be judged."""

    findings: Sequence[Finding]
    suppressed: Sequence[Finding] = ()
    whole: bool = True


def judge_file(stored: Stored | None, subjects: Subjects, levels: Levels) -> FileFindings | None:
    """Apply every rule to a file of the record; None when there is nothing to judge."""
    if stored is None:
        return None
    if stored.extraction is not None:
        found = judge(subjects.of(stored), levels)
        return FileFindings(found.findings, found.suppressed)
    record = stored.record
    if record.state != FileState.FAILED:
        return None
    return FileFindings(
        failed(record.path, record.reason or "for no known reason", levels), whole=False
    )


@dataclass(slots=True)
class Counts:
    """Findings counted over many files. `cut`: there was no time to look for all circles."""

    checked: int = 0
    files: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    known: int = 0
    suppressed: int = 0
    cut: bool = False

    @property
    def total(self) -> int:
        """Count what is shown."""
        return self.by_code.total()

    def count(self, new: Sequence[Finding], *, known: int, suppressed: int) -> None:
        """Count one file: what is new in it, and how much is hidden by whom."""
        self.checked += 1
        self.files += bool(new)
        self.by_code.update(finding.code for finding in new)
        self.by_severity.update(finding.severity for finding in new)
        self.known += known
        self.suppressed += suppressed

    def json(self) -> Json:
        """Render it for programs."""
        return {
            "checked": self.checked,
            "files": self.files,
            "findings": self.total,
            "byCode": dict(sorted(self.by_code.items())),
            "bySeverity": {
                level.name.lower(): self.by_severity[level] for level in sorted(self.by_severity)
            },
            "hidden": {"baseline": self.known, "comments": self.suppressed},
            "cyclesTimedOut": self.cut,
        }


def baseline_at(path: str) -> Baseline:
    """Read a file of known findings; an empty one where there is none that can be read."""
    with suppress(OSError, BaselineError):
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            about = os.fstat(stream.fileno())
            if stat.S_ISREG(about.st_mode) and about.st_size <= MAX_BYTES:
                return read(stream.read(MAX_BYTES).decode("utf-8", "replace"))
    return Baseline()
