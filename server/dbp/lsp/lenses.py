"""`textDocument/codeLens`: what a file is for, who refers to it, what is stale, how far plans are.

Nothing is reachable only here. Loaded at the first use.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.analysis.edges import Doors, edges_of
from dbp.analysis.plan import in_words, progress_of
from dbp.card import is_stale, plain
from dbp.facts import HEADER_MARK, Facts, Link, walk

if TYPE_CHECKING:
    from dbp.clock import Clock
    from dbp.lsp.sidecar import Sidecar
    from dbp.model import Extraction
    from dbp.workspace import Workspace

PATIENCE = 1.0
"""Seconds a count may take; without it the lens says the rest."""

MAX_INTENT = 80
_GATHERING = frozenset({"__init__", "index", "mod", "lib", "main", "README"})
"""Names that stand for their folder: they are found under its name, too."""


async def answer(server: Sidecar, uri: str) -> list[types.CodeLens] | None:
    """List the lenses of a document; null while they are off."""
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, PATIENCE)
    if place is None or not place.settings.lens.enabled or parsed is None:
        return None
    place = replace(place, parsed=parsed)
    view, extraction = place.view(), parsed.extraction
    if view is None or extraction is None:
        return None
    header = extraction.header
    top = header.range.start_line if header is not None else 0
    found = [types.CodeLens(_line(top), data={"uri": uri})]
    found += [
        types.CodeLens(
            _line(symbol.selection_range.start_line), _said("documentation may be stale")
        )
        for symbol in walk(extraction.symbols)
        if is_stale(symbol, view)
    ]
    return [*found, *_progress(extraction, top)]


def _progress(extraction: Extraction, top: int) -> list[types.CodeLens]:
    """Say how far the document is, and below each heading how far its section is."""
    tasks = extraction.tasks
    if not (whole := progress_of(tasks)).total:
        return []
    found = [types.CodeLens(_line(top), _said(f"Plan: {in_words(whole)}"))]
    lines = [task.line for task in tasks]
    for section in walk(extraction.symbols):
        first, last = section.selection_range.start_line, section.range.end_line
        own = tasks[bisect_left(lines, first) : bisect_right(lines, last)]
        progress = progress_of(own)
        if progress.total and (first, progress) != (top, whole):
            found.append(types.CodeLens(_line(first), _said(in_words(progress))))
    return found


async def resolve(server: Sidecar, lens: types.CodeLens) -> types.CodeLens:
    """Say what the lens over a header says."""
    uri = lens.data.get("uri") if isinstance(lens.data, dict) else None
    place = await server.place(uri) if isinstance(uri, str) else None
    view = place.view() if place is not None else None
    if place is None or view is None or view.extraction is None:
        lens.command = _said("dbp")
        return lens
    header = view.extraction.header
    words = [plain(header.intent, MAX_INTENT) if header and header.intent else "no intent is given"]
    if place.workspace is not None:
        count = await server.folders.run(referring, place.workspace, place.path, server.clock)
        if count is not None:
            words.append(f"referenced by {count} file{'' if count == 1 else 's'}")
    if HEADER_MARK in view.stale:
        words.append("the header may be stale")
    lens.command = _said(" · ".join(words))
    return lens


def _line(number: int) -> types.Range:
    return types.Range(types.Position(number, 0), types.Position(number, 0))


def _said(title: str) -> types.Command:
    """Say something; there is nothing to press."""
    return types.Command(title, "")


def referring(workspace: Workspace, path: str, clock: Clock) -> int | None:
    """Count the files that refer to one; None when there is no time for it. Not for the loop."""
    deadline = clock.monotonic() + PATIENCE
    view = workspace.view
    if view is None:
        return None
    names = _names(path)
    roots = workspace.effective.settings.references.source_roots
    doors = Doors(view.exists, view.exists, roots)
    count = 0
    for source, language, recorded in workspace.all_facts():
        if clock.monotonic() > deadline:
            return None
        facts = (workspace.facts(source) if view.overlay(source) else None) or recorded
        links = tuple(link for link in facts.links if _may_mean(link, names))
        if source != path and links:
            edges = edges_of(source, language, Facts(links), doors)
            count += any(edge.target == path for edge in edges)
    return count


def _names(path: str) -> frozenset[str]:
    stem = posixpath.basename(path).partition(".")[0]
    folder = posixpath.basename(posixpath.dirname(path))
    return frozenset({stem, folder} if stem in _GATHERING and folder else {stem})


def _may_mean(link: Link, names: frozenset[str]) -> bool:
    return any(name in link.target or name in link.names for name in names)
