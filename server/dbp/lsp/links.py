"""`textDocument/documentLink` and `textDocument/definition`: references open their target.

Loaded at the first use (see `dbp.lsp.features`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.lsp.convert import Lines, from_client, lsp_range, to_client
from dbp.lsp.leading import jump, lead, reference_at
from dbp.lsp.told import with_references
from dbp.model import Dependency, Extraction, Range, Reference

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Place, Sidecar


async def document_links(server: Sidecar, uri: str) -> list[types.DocumentLink] | None:
    """List every reference of a document that leads to a file, and to a line where it names one."""
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, 1.0)
    if place is None or parsed is None or parsed.extraction is None:
        return None
    if not place.settings.links.enabled:
        return None
    lines = server.lines(uri)
    seen: set[Range] = set()
    found: list[types.DocumentLink] = []
    extraction = _extraction(place, parsed.extraction, lines)
    header = extraction.header
    named: list[Reference | Dependency] = list(extraction.references)
    named += header.dependencies if header else ()
    for reference in named:
        if reference.kind == "import" or reference.range in seen:
            continue
        where = lead(place, reference)
        if where is not None:
            seen.add(reference.range)
            span = lsp_range(to_client(reference.range, lines, server.encoding))
            line = where.first_line
            target = place.uri_of(where.key) + (f"#L{line + 1}" if line is not None else "")
            found.append(types.DocumentLink(span, target=target))
    return found


async def find_definition(server: Sidecar, params: types.DefinitionParams) -> types.Location | None:
    """Find the place that the reference under the cursor leads to."""
    uri = params.text_document.uri
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, 1.0)
    if place is None or parsed is None or parsed.extraction is None:
        return None
    if not place.settings.links.enabled:
        return None
    lines = server.lines(uri)
    position = from_client(params.position, lines, server.encoding)
    reference = reference_at(_extraction(place, parsed.extraction, lines), *position)
    where = lead(place, reference) if reference else None
    if where is None or not where.key:
        return None
    return types.Location(place.uri_of(where.key), lsp_range(jump(where)))


def _extraction(place: Place, buffer: Extraction, lines: Lines) -> Extraction:
    """Add to what the buffer names what a model found in it."""
    view = place.view()
    return (with_references(view, lines) if view is not None else None) or buffer
