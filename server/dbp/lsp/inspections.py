"""Findings of open documents, judged on a thread of its own: the loop only shows them.

Latest wins: a document that is to be judged again while it waits is judged once. What is known of
other files is asked of the view, which never parses.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dbp.clock import Clock
from dbp.lsp.circles import Circles
from dbp.lsp.setting_findings import setting_findings

if TYPE_CHECKING:
    from dbp.analysis.baseline import Baseline
    from dbp.analysis.edge import Edge
    from dbp.analysis.levels import Levels
    from dbp.analysis.subject import Subject
    from dbp.lsp.sidecar import Place
    from dbp.model import Extraction, Finding, Range
    from dbp.settings import Settings
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)

SECONDS = 2.0
"""A look at an open document takes no longer than this; `dbp cycles` takes its time."""

Matcher = Callable[[str], Callable[[str], bool]]
"""Compiles a pattern in git's syntax into the test of a key."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A related place, in the client's columns unless it lies in the document itself."""

    uri: str
    range: Range
    message: str
    here: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found in one version of a document; its own ranges count UTF-16 units.

    `shape` stands for what others see of it: where it leads, what it names. `recorded` is that of
    the record, which others saw before the document was open; only a first look asks for it.
    """

    uri: str
    version: int
    extraction: Extraction | None
    found: tuple[tuple[Finding, tuple[Elsewhere, ...]], ...] = ()
    shape: int = 0
    recorded: int = 0


class Inspections:
    """`ask`, `get`, `latest` and `forget` belong to the loop thread."""

    def __init__(
        self,
        clock: Clock,
        call_on_loop: Callable[..., object],
        on_inspected: Callable[[Inspected, bool], None],
        matcher: Matcher,
    ) -> None:
        """Make it; `on_inspected` also hears whether others may see this document differently."""
        self._clock = clock
        self._call_on_loop = call_on_loop
        self._on_inspected = on_inspected
        self._judge = Judge(matcher, clock)
        self._changed = threading.Condition()
        self._pending: dict[str, tuple[int, Place, str]] = {}
        self._started = self._stopped = False
        self._asked = 0
        self._wanted: dict[str, int] = {}
        self._reached: dict[str, int] = {}
        self._known: dict[str, Inspected] = {}
        self._waiters: list[tuple[str, int, asyncio.Future[None]]] = []

    # ── loop thread ────────────────────────────────────────────────────────────────────────────

    def ask(self, place: Place, encoding: str) -> None:
        """Judge a document soon, as it is known now."""
        self._asked += 1
        self._wanted[place.uri] = self._asked
        with self._changed:
            self._pending[place.uri] = (self._asked, place, encoding)
            self._changed.notify_all()
        if not self._started and not self._stopped:
            from dbp.runtime import start_thread

            self._started = True
            start_thread("inspections", self._run)

    def get(self, uri: str) -> Inspected | None:
        """Give what was found last in a document."""
        return self._known.get(uri)

    async def latest(self, uri: str, seconds: float) -> Inspected | None:
        """Wait a moment for what was asked last; give what there is then."""
        wanted = self._wanted.get(uri)
        if wanted is not None and self._reached.get(uri, 0) < wanted:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((uri, wanted, future))
            await asyncio.wait({future}, timeout=seconds)
        return self._known.get(uri)

    async def all(self, seconds: float) -> None:
        """Wait until nothing is to be judged any more, nor what that brought about for others."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            wanted, reached = self._wanted.items(), self._reached
            uri = next((one for one, number in wanted if reached.get(one, 0) < number), None)
            if uri is None:
                return
            await self.latest(uri, end - loop.time())

    def changed(self, workspace: Workspace, paths: Iterable[str] = ()) -> None:
        """Records changed, or where an open document leads: circles are looked for again."""
        self._judge.circles(workspace).changed(paths)

    def forget(self, uri: str) -> None:
        """Drop a closed document."""
        for known in (self._wanted, self._reached, self._known):
            known.pop(uri, None)
        with self._changed:
            self._pending.pop(uri, None)
        self._wake()

    def _take(self, number: int, inspected: Inspected) -> None:
        uri = inspected.uri
        if uri in self._wanted:
            before = self._known.get(uri)
            self._reached[uri], self._known[uri] = number, inspected
            seen = before.shape if before is not None else inspected.recorded
            reshaped = seen != inspected.shape
            self._on_inspected(inspected, reshaped)
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiters = self._waiters, []
        for waiter in waiting:
            uri, number, future = waiter
            if uri in self._wanted and self._reached.get(uri, 0) < number:
                self._waiters.append(waiter)
            elif not future.done():
                future.set_result(None)

    # ── its own thread ─────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pending and not self._stopped:
                    self._clock.wait(self._changed, None)
                if self._stopped:
                    return
                uri = next(iter(self._pending))
                number, place, encoding = self._pending.pop(uri)
            try:
                inspected = self._judge.inspect(place, encoding)
                # Looked at from here: to ask once too often costs a look, and changes nothing.
                if uri not in self._known:
                    inspected = replace(inspected, recorded=self._judge.recorded(place))
            except Exception:
                log.exception("an open document could not be judged")
                inspected = Inspected(uri, -1, None)
            self._call_on_loop(self._take, number, inspected)

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class Judge:
    """Applies the rules to a document as they are set for its folder. Not for the loop thread."""

    def __init__(self, matcher: Matcher, clock: Clock) -> None:
        self._matcher = matcher
        self._clock = clock
        self._levels: tuple[Any, Levels] | None = None
        self._baselines: dict[str, tuple[Any, Baseline]] = {}
        self._circles: weakref.WeakKeyDictionary[Workspace, Circles] = weakref.WeakKeyDictionary()

    def circles(self, workspace: Workspace) -> Circles:
        """Give what is kept of a folder's edges. Any thread."""
        return self._circles.setdefault(workspace, Circles(workspace))

    def inspect(self, place: Place, encoding: str) -> Inspected:
        """Find what is to be shown of a document."""
        parsed = place.parsed
        if parsed is None:
            return Inspected(place.uri, -1, None)
        extraction = parsed.extraction
        if not place.settings.diagnostics.enabled:
            return Inspected(place.uri, parsed.version, extraction)
        found = [
            (finding, tuple(_elsewhere(place, finding, encoding)))
            for finding in self._new(place, self._found(place))
        ]
        found += [(finding, ()) for finding in setting_findings(place.workspace, place.path)]
        return Inspected(place.uri, parsed.version, extraction, tuple(found), _shape(extraction))

    def recorded(self, place: Place) -> int:
        """Give the shape that others saw before a document was open."""
        view = place.workspace.view if place.workspace is not None else None
        stored = view.stored(place.path) if view is not None else None
        return _shape(stored.extraction if stored is not None else None)

    def _found(self, place: Place) -> Sequence[Finding]:
        from dbp.analysis.findings import failed, findings

        levels = self._levels_of(place.settings)
        parsed = place.parsed
        if parsed is not None and parsed.extraction is not None:
            subject = self._subject(place, parsed.extraction)
            found = findings(subject, levels)
            if place.workspace is not None:
                members = [path for one in found for path in one.data.get("cycle", ())]
                circles = self.circles(place.workspace)
                circles.found(place.path, members, cut=subject.expired())
            return found
        view = place.workspace.view if place.workspace is not None else None
        stored = view.stored(place.path) if view is not None else None
        if stored is None or parsed is None or parsed.excluded is not None:
            return ()
        from dbp.model import FileState

        if stored.record.state != FileState.FAILED:
            return ()
        return failed(place.path, stored.record.reason or "for no known reason", levels)

    def _subject(self, place: Place, extraction: Extraction) -> Subject:
        from dbp.analysis.subject import Subject

        workspace = place.workspace
        view = workspace.view if workspace is not None else None
        if workspace is None or view is None:
            # Alone, or before the record is open, nobody knows what a reference leads to.
            return Subject(place.path, extraction, _anything, cycles=False)
        from dbp.inspecting import subject_of

        shown = place.view()
        cycles = place.settings.cycle_detection
        deadline = self._clock.monotonic() + min(cycles.detection_timeout_seconds, SECONDS)
        return subject_of(
            workspace,
            place.path,
            extraction,
            stale=shown.stale if shown is not None else (),
            files_named=workspace.files_named,
            edges=self.circles(workspace).search(place.path) if cycles.enabled else _no_edges,
            expired=lambda: self._clock.monotonic() > deadline,
        )

    def _levels_of(self, settings: Settings) -> Levels:
        from dbp.analysis.levels import make_levels

        chosen = settings.diagnostics
        key = (tuple(sorted(chosen.severity.items())), chosen.per_path)
        if self._levels is None or self._levels[0] != key:
            self._levels = key, make_levels(chosen.severity, chosen.per_path, self._matcher)
        return self._levels[1]

    def _new(self, place: Place, found: Sequence[Finding]) -> Sequence[Finding]:
        """Leave out what the folder's baseline knows."""
        if place.workspace is None or not found:
            return found
        baseline = self._baseline(place.workspace, place.settings.diagnostics.baseline)
        return baseline.split(place.path, found)[0]

    def _baseline(self, workspace: Workspace, key: str) -> Baseline:
        from dbp.analysis.baseline import Baseline
        from dbp.inspecting import baseline_at

        path = workspace.root.absolute(key)
        try:
            about = os.stat(path, follow_symlinks=False)  # noqa: PTH116 - once a judgement
        except OSError:
            return Baseline()
        mark = (about.st_mtime_ns, about.st_size, about.st_ino)
        known = self._baselines.get(path)
        if known is not None and known[0] == mark:
            return known[1]
        baseline = baseline_at(path)
        self._baselines[path] = mark, baseline
        return baseline


def _shape(extraction: Extraction | None) -> int:
    from dbp.facts import walk

    if extraction is None:
        return 0
    links = tuple((one.kind, one.target) for one in extraction.references)
    names = tuple(one.qualified_name for one in walk(extraction.symbols))
    return hash((links, names, tuple(extraction.anchors)))


def _anything(_path: str) -> bool:
    return True


def _no_edges(_path: str) -> Iterable[Edge]:
    return ()


def _elsewhere(place: Place, finding: Finding, encoding: str) -> Sequence[Elsewhere]:
    """Give the related places their URIs and columns; most have nothing to convert."""
    workspace = place.workspace
    if workspace is None:
        return ()
    found = []
    for related in finding.related:
        here = related.path == place.path
        shown = related.range if here else in_columns(
            workspace, related.path, related.range, encoding
        )  # fmt: skip
        uri = place.uri if here else place.uri_of(related.path)
        found.append(Elsewhere(uri, shown, related.message, here))
    return found


def in_columns(workspace: Workspace, path: str, place: Range, encoding: str) -> Range:
    """Convert a range of a file that is on the disk. Reads it only where columns differ."""
    from dbp.errors import BadPathError
    from dbp.lsp.convert import lines_of, to_client
    from dbp.lsp.positions import UTF16

    extraction = workspace.view.extraction(path) if workspace.view is not None else None
    if encoding == UTF16 or extraction is None or extraction.ascii:
        return place
    try:
        text = workspace.read_text(path, extraction.encoding)
    except (OSError, BadPathError):
        return place
    return to_client(place, lines_of(text), encoding)
