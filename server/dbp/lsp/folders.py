"""The workspace folders of a session: opened, found, configured and closed.

Opening reads settings, imports the database and takes the lead: it happens on a thread of its own,
after `initialize` is answered. `ready` is set when every folder is known (not yet open).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dbp.errors import BadPathError, DbpError, RequestError
from dbp.lsp import features

if TYPE_CHECKING:
    from dbp.alerts import Alert
    from dbp.job import Job
    from dbp.lsp.sidecar import Sidecar
    from dbp.runtime import Scan
    from dbp.settings import Effective
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)

CONFIGURATION_PATIENCE = 2.0
"""Seconds a client gets to answer `workspace/configuration` before the folders open without it."""


_CLIENT_NAME = 100
"""Characters of a client's name that are kept."""


@dataclass(frozen=True, slots=True)
class _Listener:
    """Tells the server what happens in one folder; called from any thread."""

    server: Sidecar
    workspace: list[Workspace]

    def published(self, paths: Sequence[str]) -> None:
        """Records changed."""
        self.server.published(self.workspace[0], paths)

    def scanned(self, scan: Scan) -> None:
        """A comparison went on."""
        self.server.call_on_loop(self.server.notices.scanned, self.workspace[0], scan)

    def job_changed(self, job: Job) -> None:
        """A job moved or went on."""
        self.server.call_on_loop(self.server.notices.job_changed, self.workspace[0], job)

    def alerted(self, alert: Alert) -> None:
        """An alert was raised, or is over."""
        self.server.call_on_loop(self.server.notices.alerted, self.workspace[0], alert)

    def noticed(self, text: str) -> None:
        """Calls of the model rest, and why."""
        self.server.call_on_loop(self.server.notices.noticed, text)
        self.server.call_on_loop(self.server.notices.status_changed, self.workspace[0])

    def role_changed(self) -> None:
        """The folder is open, or this process leads it now."""
        self.server.call_on_loop(self.server.folders.opened, self.workspace[0])


class Folders:
    """Loop thread only, but for what says otherwise."""

    def __init__(self, server: Sidecar) -> None:
        self._server = server
        self._uris: list[str] = []
        self._workspaces: dict[str, Workspace] = {}
        self._capabilities: types.ClientCapabilities | None = None
        self._client = "editor"
        self._told: Mapping[str, Any] = {}
        self._answered: Mapping[str, Any] = {}
        self._answered_for: dict[str, Mapping[str, Any]] = {}
        self._named_by: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._applied: dict[str | None, Mapping[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.alone: Effective | None = None
        self.ready = asyncio.Event()
        self._changes = 0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._workspaces)

    def __iter__(self) -> Iterator[Workspace]:
        """Iterate over the folders in the order they were added."""
        return iter(list(self._workspaces.values()))

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def remember(self, params: types.InitializeParams) -> None:
        """Note the folders and settings that initialize brings."""
        self._capabilities = params.capabilities
        if params.workspace_folders is not None:
            self._uris = [folder.uri for folder in params.workspace_folders]
        elif params.root_uri is not None:
            self._uris = [params.root_uri]
        elif params.root_path is not None:
            from dbp.paths import path_to_uri

            self._uris = [path_to_uri(params.root_path)]
        self._client = _client_name(params.client_info)
        settings = self._server.options.get("settings")
        self._told = settings if isinstance(settings, dict) else {}

    def start(self) -> None:
        """Ask the client for its settings, then open every folder."""
        self._run(self._start())

    async def _start(self) -> None:
        await self.run(features.preload)
        await self._pull_settings(self._uris)
        await self._add(self._uris)
        self.ready.set()
        self._server.reparse_all()

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("defect in the work on folders", exc_info=error)

    async def run(self, call: Any, *args: Any) -> Any:
        """Run something that blocks on a thread of the runtime; raises what it raises."""
        from dbp.runtime import start_thread

        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def body() -> None:
            try:
                result, error = call(*args), None
            except Exception as raised:  # noqa: BLE001 - handed to the one who waits
                result, error = None, raised
            self._server.call_on_loop(_hand_over, future, result, error)

        start_thread("folders", body)
        return await future

    async def _pull_settings(self, uris: Iterable[str]) -> None:
        """Ask what the client has for us: for files outside every folder, and for each folder."""
        workspace = self._capabilities.workspace if self._capabilities else None
        if workspace is None or not workspace.configuration:
            return
        places = [None, *uris]
        items = [types.ConfigurationItem(scope_uri=uri, section="dbp") for uri in places]
        try:
            answer = await asyncio.wait_for(
                self._server.workspace_configuration_async(types.ConfigurationParams(items)),
                CONFIGURATION_PATIENCE,
            )
        except TimeoutError:
            log.warning("the client did not answer workspace/configuration in time")
            return
        except Exception as error:  # noqa: BLE001 - a client that cannot answer has no settings
            log.info("the client has no settings for us: %s", error)
            return
        # A client that knows no folders may answer with less than was asked for.
        answers = zip(places, answer if isinstance(answer, Sequence) else (), strict=False)
        found = {uri: one for uri, one in answers if isinstance(one, dict)}
        self._answered = found.pop(None, self._answered)
        self._answered_for = {uri: one for uri, one in found.items() if uri is not None}

    def _editor(self, uri: str | None = None) -> Mapping[str, Any]:
        """The editor's layer of a folder: what it told us, and over it what it answered last."""
        answered = self._answered if uri is None else self._answered_for.get(uri, self._answered)
        return _merged(self._told, answered)

    def _layers(self) -> dict[str | None, Mapping[str, Any]]:
        """The editor's layer of each folder, and under None that of files outside all of them."""
        return {uri: self._editor(uri) for uri in (None, *self._named_by.values())}

    async def _add(self, uris: Sequence[str]) -> None:
        if self.alone is None:
            self._applied[None] = self._editor()
            self.alone = await self.run(self._server.host.load_settings, None, self._editor(), None)
        for uri in uris:
            try:
                workspace = await self.run(self._make, uri)
            except (DbpError, OSError) as error:
                log.error("the folder %s cannot be used: %s", uri, error)  # noqa: TRY400 - expected
                continue
            if workspace.root.path not in self._workspaces:
                self._workspaces[workspace.root.path] = workspace
                self._named_by[workspace.root.path] = uri
                self._applied[uri] = self._editor(uri)
                self._server.notices.settings_changed(workspace, workspace.effective)
                self._run(self._open(workspace))

    def _make(self, uri: str) -> Workspace:
        from dbp.desk import user_name
        from dbp.paths import uri_to_path

        root = self._server.host.open_root(uri_to_path(uri))
        effective = self._server.host.load_settings(root, self._editor(uri), None)
        for problem in effective.problems:
            log.warning("%s", problem)
        listener = _Listener(self._server, [])
        workspace = self._server.host.make_workspace(root, effective, listener)
        listener.workspace.append(workspace)
        trusts = self._server.options.get("workspaceTrust")
        workspace.editor_trusts = trusts if isinstance(trusts, bool) else None
        workspace.requester = f"{user_name()}/{self._client}"
        return workspace

    async def _open(self, workspace: Workspace) -> None:
        try:
            await self.run(workspace.open)
        except DbpError as error:
            log.error("%s cannot be opened: %s", workspace.root.path, error)  # noqa: TRY400 - expected
            self._server.notices.status_changed(workspace)

    def opened(self, workspace: Workspace) -> None:
        """A folder can be read now: show what is open over it."""
        for document in self._server.documents:
            found = self.find(document.uri)
            if found is not None and found[0] is workspace:
                workspace.open_files.add(found[1])
                self._server.judge_again(document.uri)
        for parsed in self._server.overlays.all():
            self._server.show(parsed)
            self._server.publisher.refresh(parsed.uri)
        self._server.notices.status_changed(workspace)

    def change(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Open what was added and close what was removed."""
        self._changes += 1
        self._changed.clear()
        self._run(self._change(event))

    async def _change(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        try:
            await self.ready.wait()
            async with self._turn:
                await self._change_in_turn(event)
        finally:
            self._changes -= 1
            if not self._changes:
                self._changed.set()

    async def _change_in_turn(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        for folder in event.removed:
            gone = next((w for w in self if w.root.uri == folder.uri), None)
            if gone is None:
                gone = self._named(folder.uri)
            if gone is not None:
                del self._workspaces[gone.root.path]
                self._applied.pop(self._named_by.pop(gone.root.path), None)
                await self.run(gone.close)
                self._server.notices.forget(gone)
        added = [folder.uri for folder in event.added]
        if added:
            await self._pull_settings([*self._named_by.values(), *added])
        await self._add(added)
        self._server.reparse_all()

    async def close(self) -> None:
        """Close every folder, side by side."""
        for task in list(self._tasks):
            task.cancel()
        closing = [asyncio.ensure_future(self.run(w.close)) for w in self]
        if closing:
            await asyncio.wait(closing)

    # ── finding ────────────────────────────────────────────────────────────────────────────────

    def find(self, uri: str) -> tuple[Workspace, str] | None:
        """Find the innermost folder a document lies in, and its key there."""
        best: tuple[Workspace, str] | None = None
        for workspace in self:
            try:
                key = workspace.root.key_of_uri(uri)
            except BadPathError:
                continue
            if best is None or len(workspace.root.path) > len(best[0].root.path):
                best = (workspace, key)
        return best

    def _named(self, uri: str) -> Workspace | None:
        found = self.find(uri)
        return found[0] if found is not None and not found[1] else None

    async def meant(self, params: Mapping[str, Any]) -> Workspace:
        """Find the folder a request means, be it one that was added right before it was sent."""
        await self.ready.wait()
        try:
            return self.of(params)
        except DbpError:
            if not self._changes:
                raise
        await self._changed.wait()
        return self.of(params)

    def of(self, params: Mapping[str, Any]) -> Workspace:
        """Find the folder a request means."""
        named, uri = params.get("workspaceFolder"), params.get("uri")
        if named is not None:
            workspace = self._named(named) if isinstance(named, str) else None
            if workspace is None:
                raise RequestError(f"no such workspace folder: {named}", code="not_found")
            if isinstance(uri, str) and self._holding(uri) is not workspace:
                raise BadPathError(f"{uri} belongs to another folder", code="outside_workspace")
            return workspace
        if isinstance(uri, str):
            return self._holding(uri)
        workspaces = list(self)
        if len(workspaces) == 1:
            return workspaces[0]
        if not workspaces:
            raise RequestError(
                "no workspace folder is open", code="not_found", hint="open a folder"
            )
        raise RequestError(
            f"{len(workspaces)} folders are open", code="bad_params", hint="name workspaceFolder"
        )

    def _holding(self, uri: str) -> Workspace:
        found = self.find(uri)
        if found is not None:
            return found[0]
        from dbp.paths import uri_to_path

        uri_to_path(uri)  # raises for what is no file URI at all
        raise BadPathError(f"{uri} is outside every workspace folder", code="outside_workspace")

    # ── settings ───────────────────────────────────────────────────────────────────────────────

    def reconfigure(self, settings: Any) -> None:
        """The client says that its settings changed, perhaps with the new ones."""
        if isinstance(settings, dict) and isinstance(settings.get("dbp"), dict):
            self._told = settings["dbp"]
        self._run(self._reconfigure())

    async def _reconfigure(self) -> None:
        await self.ready.wait()
        async with self._turn:
            await self._pull_settings(self._named_by.values())
            if self._layers() != self._applied:
                # Neovim says "changed" after every start: nothing has, and nothing is done.
                await self._reload()

    def reload(self) -> None:
        """A settings file of a folder changed."""
        self._run(self._reload_in_turn())

    async def _reload_in_turn(self) -> None:
        async with self._turn:
            await self._reload()

    async def _reload(self) -> None:
        self._applied = self._layers()
        load = self._server.host.load_settings
        self.alone = await self.run(load, None, self._editor(), self.alone)
        for workspace in self:
            editor = self._editor(self._named_by[workspace.root.path])
            effective = await self.run(load, workspace.root, editor, workspace.effective)
            for problem in effective.problems:
                log.warning("%s", problem)
            await self.run(workspace.reconfigure, effective)
            self._server.notices.settings_changed(workspace, effective)
        self._server.reparse_all()

    @staticmethod
    def settings_file_changed(paths: Sequence[str]) -> bool:
        """Tell whether one of the files that settings are read from is among these."""
        return not {".dbp.toml", ".dbp.json", "pyproject.toml"}.isdisjoint(paths)


def _client_name(info: types.ClientInfo | None) -> str:
    """Name the editor as it named itself, in one short line."""
    name = "".join(filter(str.isprintable, info.name)) if info is not None else ""
    return name[:_CLIENT_NAME].strip() or "editor"


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree of settings over another, key by key."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            value = _merged(under, value)  # noqa: PLW2901  # the same value, with what it leaves
        merged[key] = value
    return merged


def _hand_over(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
