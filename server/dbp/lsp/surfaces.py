"""Surfaces that are off unless a folder turns them on: lenses, and lists of symbols.

A client that can register later is told of them when a folder wants them, and that they are gone
when none does any more. Any other client hears of them at the start; they answer null while they
are off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar
    from dbp.settings import Settings

log = logging.getLogger(__name__)


class Surface(NamedTuple):
    """One of them: `later` reads whether a client can register it later."""

    method: str
    options: Any
    later: Callable[[types.ClientCapabilities], Any]
    on: Callable[[Settings], bool]


_SELECTOR: list[types.DocumentFilter] = [types.TextDocumentFilterScheme(scheme="file")]

_SURFACES = (
    Surface(
        types.TEXT_DOCUMENT_CODE_LENS,
        types.CodeLensRegistrationOptions(resolve_provider=True, document_selector=_SELECTOR),
        lambda known: known.text_document and known.text_document.code_lens,
        lambda settings: settings.lens.enabled,
    ),
    Surface(
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL,
        types.DocumentSymbolRegistrationOptions(label="dbp", document_selector=_SELECTOR),
        lambda known: known.text_document and known.text_document.document_symbol,
        lambda settings: settings.symbols.enabled,
    ),
    Surface(
        types.WORKSPACE_SYMBOL,
        types.WorkspaceSymbolRegistrationOptions(),
        lambda known: known.workspace and known.workspace.symbol,
        lambda settings: settings.symbols.enabled,
    ),
)


class Surfaces:
    """Loop thread only."""

    def __init__(self, server: Sidecar) -> None:
        self._server = server
        self._later: set[str] = set()
        self._answered: set[str] = set()
        self._registered: set[str] = set()

    def begin(self, capabilities: types.ClientCapabilities) -> None:
        """Announce at once what this client cannot be told of later."""
        for surface in _SURFACES:
            known = surface.later(capabilities)
            if known is not None and known.dynamic_registration:
                self._later.add(surface.method)
            else:
                self._answer(surface.method)

    def announce(self) -> None:
        """Tell the client what the folders want now."""
        settings = [workspace.effective.settings for workspace in self._server.folders]
        for surface in _SURFACES:
            if surface.method not in self._later:
                continue
            on = any(map(surface.on, settings))
            if on and surface.method not in self._registered:
                self._register(surface)
            elif not on and surface.method in self._registered:
                self._unregister(surface)

    def _register(self, surface: Surface) -> None:
        self._registered.add(surface.method)
        self._answer(surface.method)
        name = f"dbp {surface.method}"
        options = self._server.protocol._converter.unstructure(surface.options)  # noqa: SLF001 - pygls has one converter
        wanted = types.Registration(name, surface.method, options)
        self._server.client_register_capability(types.RegistrationParams([wanted]))

    def _unregister(self, surface: Surface) -> None:
        self._registered.discard(surface.method)
        gone = types.Unregistration(f"dbp {surface.method}", surface.method)
        self._server.client_unregister_capability(types.UnregistrationParams([gone]))

    def _answer(self, method: str) -> None:
        """Have requests answered from now on; the builder of capabilities looks at these, too."""
        if method not in self._answered:
            self._answered.add(method)
            _HANDLERS[method](self._server)


def _lenses(server: Sidecar) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        from dbp.lsp import lenses

        return await lenses.answer(server, params.text_document.uri)

    @server.feature(types.CODE_LENS_RESOLVE)
    async def resolve(params: types.CodeLens) -> types.CodeLens:
        from dbp.lsp import lenses

        return await lenses.resolve(server, params)


def _symbols(server: Sidecar) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(
        params: types.DocumentSymbolParams,
    ) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
        from dbp.lsp import symbols

        return await symbols.of_document(server, params.text_document.uri)


def _workspace_symbols(server: Sidecar) -> None:
    @server.feature(types.WORKSPACE_SYMBOL)
    async def symbols(
        params: types.WorkspaceSymbolParams,
    ) -> list[types.WorkspaceSymbol] | list[types.SymbolInformation] | None:
        from dbp.lsp import symbols

        return await symbols.of_workspace(server, params.query)


_HANDLERS: dict[str, Callable[[Sidecar], None]] = {
    types.TEXT_DOCUMENT_CODE_LENS: _lenses,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _symbols,
    types.WORKSPACE_SYMBOL: _workspace_symbols,
}
