"""The language server: folders, open documents and what is shown of them.

Everything here runs on the loop thread unless it says so. It converts, offers, reads the view and
sends; folders are opened and closed on threads of their own.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

from dbp.clock import SystemClock
from dbp.errors import BadPathError, DbpError, RequestError
from dbp.lsp import diagnostics, features
from dbp.lsp.base import Server
from dbp.lsp.convert import Lines
from dbp.lsp.diagnostics import Publisher
from dbp.lsp.folders import Folders
from dbp.lsp.notices import Notices
from dbp.lsp.overlays import Buffer, Overlays, Parsed
from dbp.lsp.surfaces import Surfaces

if TYPE_CHECKING:
    from dbp.enrichment.consent import Consents
    from dbp.enrichment.shown import EnrichmentFacts
    from dbp.listener import Listener
    from dbp.paths import Root
    from dbp.ports import Extractor, Stored
    from dbp.settings import Effective, Settings
    from dbp.view import FileView
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)


class Host(Protocol):
    """What the composition root lends the server. Blocking; called from threads only."""

    def open_root(self, path: str) -> Root:
        """Make a root of a folder."""

    def load_settings(
        self, root: Root | None, editor: Mapping[str, Any], previous: Effective | None
    ) -> Effective:
        """Merge the settings of a folder; None for files outside every folder."""

    def make_workspace(self, root: Root, effective: Effective, listener: Listener) -> Workspace:
        """Put a workspace together; it still has to be opened."""

    def open_extractor(self) -> Extractor:
        """Make an extractor for open buffers."""

    def consents(self) -> Consents:
        """Lend what reads and changes the user's consents."""

    def path_matcher(self, pattern: str) -> Callable[[str], bool]:
        """Compile a pattern in git's syntax into the test of a key."""


@dataclass(frozen=True, slots=True)
class Place:
    """A document and the folder it belongs to; without a workspace it stands alone."""

    uri: str
    path: str
    workspace: Workspace | None
    settings: Settings
    parsed: Parsed | None

    def view(self, path: str | None = None) -> FileView | None:
        """Read a file of the same folder; by default the document's own."""
        from dbp.view import FileView

        view = self.workspace.view if self.workspace is not None else None
        found = view.get(self.path if path is None else path) if view is not None else None
        buffer = self.parsed.extraction if self.parsed else None
        if path is not None or buffer is None or (found is not None and found.unsaved):
            return found
        # It stands alone, or its record was opened a moment ago and no buffer lies over it yet.
        record, meaning = (found.record, found.meaning) if found else (None, None)
        content = self.parsed.content_hash if self.parsed else ""
        return FileView(self.path, record, buffer, True, "", meaning, content)

    def enrichment(self, view: FileView) -> EnrichmentFacts:
        """Say where the enrichment of a file stands."""
        from dbp.enrichment.shown import OFF

        return OFF if self.workspace is None else self.workspace.enrichment_facts(view)

    def exists(self, path: str) -> bool:
        """Tell whether a reference leads anywhere."""
        from dbp.view import on_disk

        if self.workspace is None:
            return False
        view = self.workspace.view
        return view.exists(path) if view is not None else on_disk(self.workspace.root, path)

    def uri_of(self, path: str) -> str:
        """Give the URI of a file in the same folder."""
        return self.workspace.root.uri_of(path) if self.workspace else self.uri

    def is_stale(self, view: FileView) -> bool:
        """Tell whether the disk has moved on from the record. One `stat`."""
        if self.workspace is None or view.record is None or view.unsaved:
            return False
        return is_stale(self.workspace, view)


def is_stale(workspace: Workspace, view: FileView) -> bool:
    """Compare a record's stat with the file's."""
    record = view.record
    if record is None:
        return False
    try:
        found = os.lstat(workspace.root.absolute(view.path))
    except OSError:
        return True
    return (found.st_size, found.st_mtime_ns, found.st_ino) != tuple(record.stat)


def why_not_shown(workspace: Workspace, path: str) -> str | None:
    """Say why nothing of an open file is shown: it is out of scope, or the record excludes it.

    Blocks for a moment: not for the loop thread.
    """
    reason = workspace.why_excluded(path)
    stored = workspace.view.stored(path) if reason is None and workspace.view else None
    if stored is None or _is_shown(stored):
        return reason
    return stored.record.reason or stored.record.state.value


def _is_shown(stored: Stored | None) -> bool:
    """Tell whether a record lets its file be shown; a file without one may be out of scope."""
    from dbp.model import FileState

    return stored is not None and stored.record.state != FileState.EXCLUDED


class Sidecar(Server):
    """The `dbp` language server."""

    def __init__(self, host: Host, **options: Any) -> None:
        super().__init__(**options)
        self.host = host
        self.clock = SystemClock()
        self.folders = Folders(self)
        self.notices = Notices(self)
        self.overlays = Overlays(
            host.open_extractor, self.clock, self.call_on_loop, self._on_parsed
        )
        self.publisher = Publisher(self, pulled=False)
        self.surfaces = Surfaces(self)
        self.options: Mapping[str, Any] = {}
        self.asking: set[str] = set()  # folders whose user has a question of ours on the screen
        features.register(self)

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def on_initialize(self, params: types.InitializeParams) -> None:
        """Remember what the client can do and which folders it has."""
        options = params.initialization_options
        self.options = options if isinstance(options, dict) else {}
        if diagnostics.can_pull(params.capabilities):
            features.register_pull(self)
            self.publisher = Publisher(self, pulled=True)
        self.surfaces.begin(params.capabilities)
        self.folders.remember(params)

    def on_initialized(self) -> None:
        """Open the folders."""
        self.folders.start()

    async def on_shutdown(self) -> None:
        """Close the folders; bounded by the base."""
        self.overlays.stop()
        self.notices.stop()
        self.publisher.stop()
        await self.folders.close()

    # ── documents ──────────────────────────────────────────────────────────────────────────────

    def lines(self, uri: str) -> Lines:
        """Give the lines of an open document (none when it is not open)."""
        document = self.documents.get(uri)
        return document.line if document is not None else lambda _number: ""

    async def place(self, uri: str) -> Place | None:
        """Find where a document belongs, waiting for the folders to be known."""
        await self.folders.ready.wait()
        return self.place_now(uri)

    def place_now(self, uri: str) -> Place | None:
        """Find where a document belongs, by what is known now; None before anything is."""
        found = self.folders.find(uri)
        parsed = self.overlays.get(uri)
        if found is not None:
            workspace, path = found
            return Place(uri, path, workspace, workspace.effective.settings, parsed)
        alone = self.folders.alone
        if alone is None:
            return None
        name = uri.rsplit("/", 1)[-1]
        return Place(uri, name, None, alone.settings, parsed)

    def parse(self, uri: str) -> None:
        """Have the newest version of an open document parsed."""
        document = self.documents.get(uri)
        if document is None or document.text is None or not uri.lower().startswith("file:"):
            return
        found = self.folders.find(uri)
        why = partial(why_not_shown, *found) if found else self._why_alone
        path = found[1] if found else uri.rsplit("/", 1)[-1]
        template = partial(_template_of, found[0]) if found else str
        self.overlays.submit(Buffer(uri, path, document.version, document.text, why, template))

    def _why_alone(self) -> str | None:
        return "it is outside every workspace folder" if len(self.folders) else None

    def _on_parsed(self, parsed: Parsed) -> None:
        self.show(parsed)
        self.publisher.refresh(parsed.uri)

    def show(self, parsed: Parsed) -> None:
        """Lay a parsed buffer over the record."""
        from dbp.view import Overlay

        found = self.folders.find(parsed.uri)
        if found is None or found[0].view is None:
            return
        view, path = found[0].view, found[1]
        if parsed.extraction is not None:
            view.set_overlay(path, Overlay(parsed.version, parsed.extraction, parsed.content_hash))
        elif parsed.excluded is not None:
            view.set_overlay(path, None)

    def reparse_all(self) -> None:
        """Parse every open document anew: folders or rules changed."""
        self.surfaces.announce()
        self.overlays.forget_reasons()
        for document in self.documents:
            self.parse(document.uri)

    # ── what a workspace tells (any thread) ────────────────────────────────────────────────────

    def published(self, workspace: Workspace, paths: Sequence[str]) -> None:
        """Records changed: show it on the loop."""
        self.call_on_loop(self._show_published, workspace, list(paths))

    def _show_published(self, workspace: Workspace, paths: Sequence[str]) -> None:
        self.notices.published(workspace, paths)
        changed = set(paths)
        for document in self.documents:
            found = self.folders.find(document.uri)
            if found is None or found[0] is not workspace or found[1] not in changed:
                continue
            self.judge_again(document.uri)
            if workspace.view is None or workspace.view.stored(found[1]) is None:
                self.publisher.clear(document.uri)
            else:
                self.publisher.refresh(document.uri)
        self.publisher.published(workspace, paths)
        if workspace.is_template(paths):
            self.reparse_all()
        if self.folders.settings_file_changed(paths):
            self.folders.reload()

    def judge_again(self, uri: str) -> None:
        """Parse an open buffer whose file came into scope, or hide one whose file left it."""
        found, parsed = self.folders.find(uri), self.overlays.get(uri)
        if found is None or found[0].view is None:
            return
        shown = _is_shown(found[0].view.stored(found[1]))
        if parsed is None or shown != (parsed.excluded is None):
            self.overlays.forget_verdict(uri)
            self.parse(uri)

    # ── asking a workspace ─────────────────────────────────────────────────────────────────────

    async def workspace_of(self, params: Mapping[str, Any]) -> Workspace:
        """Find the folder a request is about. Raises `RequestError` when it is not clear."""
        return await self.folders.meant(params)

    async def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Ask a folder's workspace; raises the `DbpError` it answers with."""
        workspace = await self.workspace_of(params)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def reply(result: Any) -> None:
            self.call_on_loop(_resolve, future, result)

        # Only other processes of this user say who asked them; a client is who it said it is.
        given = {name: value for name, value in params.items() if name != "requestedBy"}
        workspace.handle(method, given, reply)
        timeout = params.get("timeout")
        limit = float(timeout) if isinstance(timeout, int | float) else None
        done, _ = await asyncio.wait({future}, timeout=limit)
        if not done:
            raise RequestError(f"not done within {timeout} s", code="invalid_state")
        result = future.result()
        if isinstance(result, DbpError):
            raise result
        return result


def _resolve(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


__all__ = ["BadPathError", "Host", "Place", "Sidecar", "is_stale"]


def _template_of(workspace: Workspace) -> str:
    return workspace.template_text
