"""Which LSP features are announced, and where each is answered.

The modules that answer are imported at the first request: what they need (the cards, the rules, the
view) would delay the answer to `initialize`, which comes before all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.lsp import requests, sync
from dbp.lsp.diagnostics import compute

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar

PULL_PATIENCE = 2.0
"""Seconds a pull waits for the newest text: it may not be answered from the text before."""


def register(server: Sidecar) -> None:
    """Register everything that does not depend on the client."""
    requests.register(server)
    sync.register(server)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        from dbp.lsp import hover

        return await hover.answer(server, params)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def document_link(params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
        from dbp.lsp import links

        return await links.document_links(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> types.Location | None:
        from dbp.lsp import links

        return await links.find_definition(server, params)


def register_pull(server: Sidecar) -> None:
    """Register pulled diagnostics, for clients that can pull."""
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="dbp"
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pull(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        uri = params.text_document.uri
        await server.place(uri)
        await server.overlays.wait(uri, PULL_PATIENCE)
        return types.RelatedFullDocumentDiagnosticReport(items=compute(server, uri))


def preload() -> None:
    """Import what the first hover needs. Called off the loop once the folders open."""
    from dbp.lsp import hover, links

    _ = hover, links
