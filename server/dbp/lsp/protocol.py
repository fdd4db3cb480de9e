r"""What the server does for LSP's own methods before anyone's handler sees them.

The life cycle, the capabilities (pygls' builder computes them from what is registered) and the open
documents. Documents go to `dbp.lsp.documents`; pygls' own workspace knows only the folders, because
its line model takes `\f` and U+2028 for line ends.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import Any

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.protocol import lsp_method
from pygls.uris import from_fs_path
from pygls.workspace import Workspace

from dbp.lsp.protocol_rpc import RpcProtocol, State

log = logging.getLogger(__name__)

Steps = Generator[Any, Any, None]
Handshake = Generator[Any, Any, types.InitializeResult]


class Protocol(RpcProtocol):
    """LSP's built-in methods."""

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]  # pygls' is untyped
        for method in (
            types.NOTEBOOK_DOCUMENT_DID_OPEN,
            types.NOTEBOOK_DOCUMENT_DID_CHANGE,
            types.NOTEBOOK_DOCUMENT_DID_CLOSE,
        ):
            del self.fm.builtin_features[method]  # not announced; pygls would keep their texts

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Handshake:
        """Agree on encoding and capabilities; a failing hook leaves the session as it was."""
        yield from ()  # pygls has a generator here
        server = self._server
        server.process_id = params.process_id
        self.client_capabilities = params.capabilities
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        server.documents.encoding = types.PositionEncodingKind(encoding).value
        self._workspace = _workspace(params, encoding)
        server.on_initialize(params)
        builder = ServerCapabilitiesBuilder(
            self.client_capabilities,
            {*self.fm.features, *self.fm.builtin_features},
            self.fm.feature_options,
            list(self.fm.commands),
            server._text_document_sync_kind,  # noqa: SLF001 - pygls' own protocol reads it so
            None,
            encoding,
        )
        self.server_capabilities = builder.build()  # type: ignore[no-untyped-call]  # pygls' is
        self.state = State.READY
        server.client_is(params.process_id)
        return types.InitializeResult(self.server_capabilities, self.server_info)

    @lsp_method(types.INITIALIZED)
    def lsp_initialized(self, *args: Any) -> Steps:
        """Tell the hook, then whoever registered for it."""
        self._server.on_initialized()
        yield from self._then(types.INITIALIZED, *args)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_args: Any) -> Steps:
        """Close the door at once; cancel what runs, let the hook finish in its time, answer."""
        self.state = State.SHUTDOWN
        yield self._server.finish, (), None

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Steps:
        """End the session: in order after shutdown, as an accident without."""
        self._server.end(0 if self.state is State.SHUTDOWN else 1, "the client said exit")
        yield from self._then(types.EXIT, *args)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Steps:
        """Take a document."""
        item = params.text_document
        language = item.language_id
        if isinstance(language, types.LanguageKind):
            language = language.value
        self._server.documents.open(item.uri, language, item.version, item.text)
        yield from self._then(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Steps:
        """Apply edits."""
        item = params.text_document
        self._server.documents.change(item.uri, item.version, params.content_changes)
        yield from self._then(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Steps:
        """Forget a document."""
        self._server.documents.close(params.text_document.uri)
        yield from self._then(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def bad_notification(self, method: str, params: Any) -> None:
        """Stop trusting the text of a document whose change could not be understood."""
        if method != types.TEXT_DOCUMENT_DID_CHANGE or not isinstance(params, dict):
            return
        item = params.get("textDocument")
        uri = item.get("uri") if isinstance(item, dict) else None
        if isinstance(uri, str):
            self._server.documents.desync(uri)

    def _then(self, method: str, *args: Any) -> Steps:
        if (handler := self.fm.features.get(method)) is not None:
            yield handler, args, None


def _workspace(params: types.InitializeParams, encoding: Any) -> Workspace:
    root = params.root_uri
    if root is None and params.root_path is not None:
        root = from_fs_path(params.root_path)
    folders = params.workspace_folders or []
    kind = types.TextDocumentSyncKind.Incremental
    try:
        return Workspace(root, kind, folders, encoding)
    except ValueError:  # urllib refuses some URIs; dbp.paths judges them for the rooms
        log.warning("the root URI of the client cannot be read")
        return Workspace(None, kind, folders, encoding)
