"""Which LSP features are announced, and where each is answered.

The modules that answer are imported at the first request: what they need (the cards, the rules, the
view) would delay the answer to `initialize`, which comes before all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.lsp import commands, requests, sync

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar

PULL_PATIENCE = 2.0
"""Seconds a pull waits for the newest text: it may not be answered from the text before."""


def register(server: Sidecar) -> None:
    """Register everything that does not depend on the client."""
    requests.register(server)
    sync.register(server)
    commands.register(server)
    _register_actions(server)

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


def _register_actions(server: Sidecar) -> None:
    kinds: list[types.CodeActionKind | str] = [
        types.CodeActionKind.QuickFix,
        *("source.dbp.header", "source.dbp.history", "source.fixAll.dbp"),
    ]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(
        params: types.CodeActionParams,
    ) -> list[types.CodeAction | types.Command] | None:
        from dbp.lsp import code_actions

        return await code_actions.answer(server, params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(params: types.CodeAction) -> types.CodeAction:
        from dbp.lsp import code_actions

        return await code_actions.resolve(server, params)

    @server.feature(types.WORKSPACE_WILL_RENAME_FILES, sync.every_file())
    async def will_rename(params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
        from dbp.lsp import renames

        return await renames.will_rename(server, params)


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
        items = await server.publisher.pull(uri, PULL_PATIENCE)
        return types.RelatedFullDocumentDiagnosticReport(items=items)


def preload() -> None:
    """Import what the first hover needs. Called off the loop once the folders open."""
    from dbp.lsp import hover, links

    _ = hover, links
