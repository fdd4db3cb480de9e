"""`textDocument/documentLink` and `textDocument/definition`: references open their target.

Loaded at the first use (see `dbp.lsp.features`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.analysis.references import reference_at, resolve
from dbp.lsp.convert import from_client, lsp_range, to_client
from dbp.model import Dependency, Range, Reference

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Place, Sidecar

_TOP = Range(0, 0, 0, 0)


async def document_links(server: Sidecar, uri: str) -> list[types.DocumentLink] | None:
    """List every reference of a document that leads to a file."""
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, 1.0)
    if place is None or parsed is None or parsed.extraction is None:
        return None
    if not place.settings.links.enabled:
        return None
    lines = server.lines(uri)
    seen: set[Range] = set()
    found: list[types.DocumentLink] = []
    header = parsed.extraction.header
    named: list[Reference | Dependency] = list(parsed.extraction.references)
    named += header.dependencies if header else ()
    for reference in named:
        target = _target(place, reference)
        if target is not None and reference.range not in seen:
            seen.add(reference.range)
            span = lsp_range(to_client(reference.range, lines, server.encoding))
            found.append(types.DocumentLink(span, target=place.uri_of(target)))
    return found


async def find_definition(server: Sidecar, params: types.DefinitionParams) -> types.Location | None:
    """Find the file that the reference under the cursor leads to."""
    uri = params.text_document.uri
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, 1.0)
    if place is None or parsed is None or parsed.extraction is None:
        return None
    if not place.settings.links.enabled:
        return None
    position = from_client(params.position, server.lines(uri), server.encoding)
    reference = reference_at(parsed.extraction, *position)
    target = _target(place, reference) if reference else None
    return types.Location(place.uri_of(target), lsp_range(_TOP)) if target else None


def _target(place: Place, reference: Reference | Dependency) -> str | None:
    return resolve(reference.target, place.path, place.exists)
