"""`textDocument/hover`: the card of the file, of a symbol, or of what a reference leads to.

Loaded at the first use (see `dbp.lsp.features`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from dbp import card
from dbp.errors import BadPathError
from dbp.lsp.convert import from_client, lines_of, lsp_range, to_client
from dbp.lsp.leading import lead, reference_at, view_of
from dbp.lsp.told import with_references
from dbp.model import Dependency, Extraction, FileState, Range, Reference, Symbol
from dbp.view import FileView

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Place, Sidecar

PATIENCE = 0.5
"""Seconds a hover waits for the newest text to be parsed before it shows the one before."""

SECTION_LINES = 20
"""Lines below a heading in which its first paragraph is looked for."""

FIRST_PATIENCE = 3.0
"""Seconds for the first parse of a document: there is nothing else to show with its lines."""


async def answer(server: Sidecar, params: types.HoverParams) -> types.Hover | None:
    """Answer one hover; null where there is nothing to say."""
    uri = params.text_document.uri
    place = await server.place(uri)
    if place is None or not place.settings.hover.enabled:
        return None
    if place.workspace is not None:
        place.workspace.usage.count("hover")
    patience = PATIENCE if server.overlays.get(uri) else FIRST_PATIENCE
    parsed = await server.overlays.wait(uri, patience)
    if parsed is not None and parsed.excluded is not None:
        return _show(card.excluded_card(place.path, parsed.excluded), None)
    place = replace(place, parsed=parsed)  # it was found before the newest text was parsed
    view = place.view()
    if view is None:
        return None
    if view.extraction is None:
        return _excluded(view)
    lines = server.lines(uri)
    line, character = from_client(params.position, lines, server.encoding)
    return await _at(server, place, view, (line, character))


def _excluded(view: FileView) -> types.Hover | None:
    record = view.record
    if record is None or record.state == FileState.INDEXED:
        return None
    return _show(card.excluded_card(view.path, record.reason or record.state.value), None)


async def _at(
    server: Sidecar, place: Place, view: FileView, position: tuple[int, int]
) -> types.Hover | None:
    (line, character), encoding = position, server.encoding
    extraction, lines = view.extraction, server.lines(place.uri)
    assert extraction is not None  # noqa: S101  # the caller looked
    reference = reference_at(with_references(view, lines) or extraction, line, character)
    if reference is not None and getattr(reference, "kind", "") != "system":
        text = await _reference(server, place, reference)
        return _show(text, to_client(reference.range, lines, encoding))
    symbol = symbol_at(extraction, line, character)
    if symbol is not None and symbol.kind != "section":  # what a section says stands below it
        text = card.symbol_card(symbol, view)
        return _show(text, to_client(symbol.selection_range, lines, encoding))
    header = extraction.header
    if line == 0 or (header is not None and header.range.contains(line, character)):
        shown = to_client(header.range, lines, encoding) if header else None
        stale, enrichment = place.is_stale(view), place.enrichment(view)
        text = card.header_card(view, place.exists, stale=stale, enrichment=enrichment)
        return _show(text, shown)
    return None


async def _reference(server: Sidecar, place: Place, reference: Reference | Dependency) -> str:
    """Show what a reference leads to; a section of a document with its first words."""
    where = lead(place, reference)
    if where is None:
        return card.reference_card(reference, None, None)
    target = view_of(place, where.key) if where.key else None
    symbol, said = where.symbol, ""
    if symbol is not None and symbol.kind == "section" and target is not None:
        said = await _first_words(server, place, target, symbol)
    unread = target is None and place.workspace is not None and place.workspace.catching_up()
    return card.reference_card(reference, target, where.key, symbol, said, unread=unread)


async def _first_words(server: Sidecar, place: Place, target: FileView, symbol: Symbol) -> str:
    """Read the first paragraph below a heading, from the buffer or from the disk."""
    first = symbol.selection_range.start_line + 1
    last = min(symbol.range.end_line, first + SECTION_LINES)
    uri, workspace = place.uri_of(target.path), place.workspace
    if target.path == place.path or server.documents.get(uri) is not None:
        lines = server.lines(place.uri if target.path == place.path else uri)
    elif workspace is not None and target.extraction is not None:
        try:
            lines = lines_of(
                await server.folders.run(
                    workspace.read_text, target.path, target.extraction.encoding
                )
            )
        except (OSError, BadPathError):
            return ""
    else:
        return ""
    words: list[str] = []
    for number in range(first, last + 1):
        line = lines(number).strip()
        if line.startswith(("#", "```", "|", "<!--")) or (words and not line):
            break
        if line.strip("=-"):
            words.append(line)
    return " ".join(words)


def symbol_at(extraction: Extraction, line: int, character: int) -> Symbol | None:
    """Find the symbol whose name is under a position."""
    for symbol in walk(extraction.symbols):
        if symbol.selection_range.contains(line, character):
            return symbol
    return None


def walk(symbols: tuple[Symbol, ...]) -> Iterator[Symbol]:
    """Yield symbols with all below them."""
    for symbol in symbols:
        yield symbol
        yield from walk(symbol.children)


def _show(text: str, place: Range | None) -> types.Hover:
    content = types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.Hover(content, lsp_range(place) if place else None)
