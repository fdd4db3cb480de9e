"""`workspace/willRenameFiles`: references to what is renamed follow it.

Answered from the record, and from open buffers where there are any. Headers, links, mentions and
relations follow; imports belong to the language's own server. Loaded at the first use.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from lsprotocol import types

from dbp.actions.edits import Text
from dbp.actions.moves import FOLLOWED, Renames, follow, new_target
from dbp.errors import BadPathError, DbpError
from dbp.lsp.changes import Edits, Writes, text_edits, workspace_edit
from dbp.lsp.convert import lines_of
from dbp.paths import is_below

if TYPE_CHECKING:
    from dbp.clock import Clock
    from dbp.lsp.sidecar import Sidecar
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds an answer may take: the editor renames nothing until it has it.

The shortest time an editor is known to wait is five seconds; on a busy machine a reference that
was left behind costs more than a moment's wait.
"""


PARSING = 1.0
"""Seconds to wait for what was typed last: else what a document names now is not known."""


class _Open(NamedTuple):
    """An open document as it stands."""

    uri: str
    version: int
    text: str


async def will_rename(
    server: Sidecar, params: types.RenameFilesParams
) -> types.WorkspaceEdit | None:
    """Collect the edits for all that is renamed at once; null when nothing refers to it."""
    await server.folders.ready.wait()
    renames: dict[Workspace, list[tuple[str, str]]] = {}
    for item in params.files:
        old, new = server.folders.find(item.old_uri), server.folders.find(item.new_uri)
        if old and new and old[0] is new[0] and old[1] and new[1] and old[1] != new[1]:
            renames.setdefault(old[0], []).append((old[1], new[1]))
    changes: list[Edits] = []
    until = server.clock.monotonic() + PARSING
    for document in server.documents if renames else ():
        await server.overlays.wait(document.uri, max(0.0, until - server.clock.monotonic()))
    for workspace, moves in renames.items():
        if not workspace.effective.settings.links.enabled:
            continue
        buffers = _buffers(server, workspace)
        found, whole = await server.folders.run(
            collect, workspace, moves, buffers, server.encoding, server.clock
        )
        changes += found
        if not whole:
            text = "dbp: there was no time to look for all references to what is renamed"
            message = types.LogMessageParams(types.MessageType.Warning, text)
            server.window_log_message(message)
    if not changes:
        return None
    label = "Update references to what is renamed"
    return workspace_edit(changes, Writes.by(server.client_capabilities), confirm=label)


def _buffers(server: Sidecar, workspace: Workspace) -> dict[str, _Open]:
    """Take a copy of what is open: it is read on another thread."""
    found: dict[str, _Open] = {}
    for document in server.documents:
        where = server.folders.find(document.uri)
        if where is not None and where[0] is workspace and document.text is not None:
            found[where[1]] = _Open(document.uri, document.version, document.text)
    return found


def collect(
    workspace: Workspace,
    renames: Renames,
    buffers: Mapping[str, _Open],
    encoding: str,
    clock: Clock,
) -> tuple[list[Edits], bool]:
    """Make the edits, and tell whether there was time for all. Not for the loop thread."""
    deadline = clock.monotonic() + PATIENCE
    found: list[Edits] = []
    try:
        for path, refers in _referring(workspace, renames):
            if clock.monotonic() > deadline:
                return found, False
            if refers:
                found += _edits(workspace, path, renames, buffers, encoding)
    except DbpError as error:
        log.warning("references to what is renamed cannot be read: %s", error)
        return found, False
    return found, True


def _referring(workspace: Workspace, renames: Renames) -> Iterator[tuple[str, bool]]:
    """Yield every file, and whether it has to change: it names what moves, or moves itself."""
    view = workspace.view
    if view is None:
        return
    names = {_stem(old) for old, _new in renames}
    for path, _language, recorded in workspace.all_facts():
        overlaid = view.overlay(path) is not None
        facts = (workspace.facts(path) if overlaid else None) or recorded
        moves = any(is_below(path, old) for old, _new in renames)
        yield (
            path,
            any(
                link.kind in FOLLOWED
                and (moves or any(name in unquote(link.target) for name in names))
                and new_target(link, path, renames, view.exists) is not None
                for link in facts.links
            ),
        )


def _stem(key: str) -> str:
    """Name what every reference to a file or a folder holds; a page's may lack its ending."""
    return posixpath.splitext(posixpath.basename(key))[0]


def _edits(
    workspace: Workspace,
    path: str,
    renames: Renames,
    buffers: Mapping[str, _Open],
    encoding: str,
) -> Sequence[Edits]:
    view = workspace.view
    extraction = view.extraction(path) if view is not None else None
    if view is None or extraction is None:
        return ()
    buffer = buffers.get(path)
    if buffer is not None:
        text = buffer.text
    else:
        try:
            text = workspace.read_text(path, extraction.encoding)
        except (OSError, BadPathError):
            return ()
    edits = follow(Text(text), extraction, path, renames, view.exists)
    if not edits:
        return ()
    uri = buffer.uri if buffer is not None else workspace.root.uri_of(path)
    version = buffer.version if buffer is not None else None
    return (Edits(uri, version, text_edits(edits, lines_of(text), encoding)),)
