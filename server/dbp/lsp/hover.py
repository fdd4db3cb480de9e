"""`textDocument/hover`: the card of the file, of a symbol, or of what a reference leads to.

Loaded at the first use (see `dbp.lsp.features`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from dbp import card
from dbp.analysis.references import reference_at, resolve
from dbp.lsp.convert import Lines, from_client, lsp_range, to_client
from dbp.lsp.told import with_references
from dbp.model import Extraction, FileState, Range, Symbol
from dbp.view import FileView

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Place, Sidecar

PATIENCE = 0.5
"""Seconds a hover waits for the newest text to be parsed before it shows the one before."""

FIRST_PATIENCE = 3.0
"""Seconds for the first parse of a document: there is nothing else to show with its lines."""


async def answer(server: Sidecar, params: types.HoverParams) -> types.Hover | None:
    """Answer one hover; null where there is nothing to say."""
    uri = params.text_document.uri
    place = await server.place(uri)
    if place is None or not place.settings.hover.enabled:
        return None
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
    return _at(place, view, line, character, lines, server.encoding)


def _excluded(view: FileView) -> types.Hover | None:
    record = view.record
    if record is None or record.state == FileState.INDEXED:
        return None
    return _show(card.excluded_card(view.path, record.reason or record.state.value), None)


def _at(  # noqa: PLR0917  # a position is where in what
    place: Place, view: FileView, line: int, character: int, lines: Lines, encoding: str
) -> types.Hover | None:
    extraction = view.extraction
    assert extraction is not None  # noqa: S101  # the caller looked
    reference = reference_at(with_references(view, lines) or extraction, line, character)
    if reference is not None and getattr(reference, "kind", "") != "system":
        resolved = resolve(reference.target, view.path, place.exists)
        target = place.view(resolved) if resolved else None
        text = card.reference_card(reference, target, resolved)
        return _show(text, to_client(reference.range, lines, encoding))
    symbol = symbol_at(extraction, line, character)
    if symbol is not None:
        text = card.symbol_card(symbol, view)
        return _show(text, to_client(symbol.selection_range, lines, encoding))
    header = extraction.header
    if line == 0 or (header is not None and header.range.contains(line, character)):
        shown = to_client(header.range, lines, encoding) if header else None
        stale, enrichment = place.is_stale(view), place.enrichment(view)
        text = card.header_card(view, place.exists, stale=stale, enrichment=enrichment)
        return _show(text, shown)
    return None


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
