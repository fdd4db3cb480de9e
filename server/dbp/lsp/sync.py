"""What the editor says about files: hints for the buffer, texts for the overlays.

Unsaved text only ever becomes an overlay. Everything else is a hint to look at the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar


def register(server: Sidecar) -> None:
    """Listen to the editor."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.parse(uri)
        _open_files(server, uri, is_open=True)
        hint(server, uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.parse(uri)
        found = server.folders.find(uri)
        if found is not None:
            found[0].typing(found[1])

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        hint(server, params.text_document.uri)
        _settings_may_have_changed(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        close(server, params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        for event in params.changes:
            hint(server, event.uri, editor=False)
            _settings_may_have_changed(server, event.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.folders.change(params.event)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        server.folders.reconfigure(params.settings)

    register_file_operations(server)


def every_file() -> types.FileOperationRegistrationOptions:
    """Ask for operations on every file and folder."""
    pattern = types.FileOperationPattern(glob="**/*")
    return types.FileOperationRegistrationOptions(
        filters=[types.FileOperationFilter(pattern, scheme="file")]
    )


def register_file_operations(server: Sidecar) -> None:
    """Listen to files that the editor creates, renames and deletes."""
    options = every_file()

    @server.feature(types.WORKSPACE_DID_CREATE_FILES, options)
    def did_create(params: types.CreateFilesParams) -> None:
        for item in params.files:
            hint(server, item.uri, tree=True)

    @server.feature(types.WORKSPACE_DID_DELETE_FILES, options)
    def did_delete(params: types.DeleteFilesParams) -> None:
        for item in params.files:
            hint(server, item.uri, tree=True)

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, options)
    def did_rename(params: types.RenameFilesParams) -> None:
        for item in params.files:
            hint(server, item.new_uri, old_uri=item.old_uri)
            hint(server, item.old_uri)
            hint(server, item.new_uri, tree=True)
            hint(server, item.old_uri, tree=True)


def hint(
    server: Sidecar,
    uri: str,
    *,
    editor: bool = True,
    tree: bool = False,
    old_uri: str | None = None,
) -> None:
    """Offer a look at what a URI names, if it lies in a folder."""
    from dbp.model import Cause, Change, Priority

    found = server.folders.find(uri)
    if found is None or not found[1]:
        return
    workspace, path = found
    old = server.folders.find(old_uri) if old_uri else None
    workspace.hint(
        Change(
            path,
            Cause.EDITOR if editor else Cause.DISK,
            Priority.EDITOR if editor else Priority.DISK,
            tree=tree,
            old_path=old[1] if old and old[0] is workspace else None,
        )
    )


def _settings_may_have_changed(server: Sidecar, uri: str) -> None:
    """Read a saved settings file at once; an ignored one makes no record that would tell of it."""
    found = server.folders.find(uri)
    if found is not None and server.folders.settings_file_changed([found[1]]):
        server.folders.reload()


def close(server: Sidecar, uri: str) -> None:
    """Forget an open document: from now on the record speaks for it."""
    server.overlays.forget(uri)
    server.publisher.clear(uri)
    found = server.folders.find(uri)
    if found is not None and found[0].view is not None:
        found[0].view.set_overlay(found[1], None)
    _open_files(server, uri, is_open=False)


def _open_files(server: Sidecar, uri: str, *, is_open: bool) -> None:
    found = server.folders.find(uri)
    if found is not None:
        workspace, path = found
        workspace.opened_file(path, is_open=is_open)
