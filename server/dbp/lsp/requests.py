"""The `dbp/*` requests (doc/protocol.md, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dbp.errors import BadPathError, RequestError
from dbp.lsp.convert import to_client
from dbp.lsp.positions import UTF16, split_lines, without_end

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar
    from dbp.model import Extraction, Range
    from dbp.workspace import Workspace

PASSED_ON = (
    "dbp/status",
    "dbp/files",
    "dbp/processFile",
    "dbp/clearQueue",
    "dbp/scheduler/start",
    "dbp/scheduler/stop",
    "dbp/scan",
    "dbp/refresh",
    "dbp/refreshHistory",
    "dbp/jobs/submit",
    "dbp/jobs/list",
    "dbp/jobs/get",
    "dbp/jobs/queueStatus",
    "dbp/jobs/retry",
    "dbp/jobs/cancel",
    "dbp/jobs/cleanup",
    "dbp/config",
    "dbp/health",
    "dbp/metrics",
    "dbp/projects/add",
    "dbp/projects/list",
    "dbp/projects/remove",
    "dbp/services/status",
    "dbp/services/configure",
    "dbp/services/trigger",
    "dbp/sync",
    "dbp/optimize",
    "dbp/clearIndex",
    "dbp/references",
    "dbp/cycles",
    "dbp/impact",
    "dbp/search",
    "dbp/coverage",
    "dbp/plan",
    "dbp/skills",
    "dbp/accept",
    "dbp/trustChanged",
)
"""Requests the workspace answers as they are."""

SHOWN = frozenset(
    {"dbp/scan", "dbp/refresh", "dbp/jobs/submit"}
    | {"dbp/sync", "dbp/optimize", "dbp/clearIndex", "dbp/services/trigger"}
)
"""Requests whose `workDoneToken` shows the progress of the job they submit, to its end."""

SETTLE_SECONDS = 60.0


def register(server: Sidecar) -> None:
    """Answer them."""
    for method in PASSED_ON:
        _pass_on(server, method)

    @server.feature("dbp/settle")
    async def settle(params: Any) -> Any:
        options = as_object(params)
        result = await server.ask("dbp/settle", options)
        await server.overlays.wait_for_all(SETTLE_SECONDS)
        await server.publisher.caught_up(SETTLE_SECONDS)
        return result

    @server.feature("dbp/metadata")
    async def metadata(params: Any) -> Any:
        return await read_metadata(server, as_object(params))

    @server.feature("dbp/trust")
    async def consent(params: Any) -> Any:
        from dbp.lsp import trust

        return await trust.answer(server, as_object(params))


def _pass_on(server: Sidecar, method: str) -> None:
    @server.feature(method)
    async def ask(params: Any) -> Any:
        options = as_object(params)
        result = await server.ask(method, options)
        token = options.get("workDoneToken")
        if method in SHOWN and isinstance(token, str | int):
            workspace = await server.workspace_of(options)
            server.notices.jobs.show(workspace, result["jobId"], token)
        return result


def as_object(params: Any) -> dict[str, Any]:
    """Read params as an object; none at all is an empty one, and so is Lua's empty table."""
    if params is None or params == []:
        return {}
    if not isinstance(params, dict):
        raise RequestError("params must be an object", code="bad_params")
    return params


async def read_metadata(server: Sidecar, params: dict[str, Any]) -> dict[str, Any]:
    """Answer `dbp/metadata`, unsaved text included."""
    from dbp.desk import key_of
    from dbp.lsp.sidecar import is_stale
    from dbp.metadata import metadata_json

    workspace = await server.workspace_of(params)
    path = key_of(workspace.root, params)
    uri = params["uri"]
    await server.overlays.wait(uri, 2.0)
    try:
        view = workspace.look_up(path)
    except BadPathError as error:
        if error.code == "not_found":
            reason = await server.folders.run(workspace.why_excluded, path)
            if reason is not None:
                raise BadPathError(f"{path}: {reason}", code="ignored") from error
        raise
    assert workspace.view is not None  # noqa: S101  # look_up found something in it
    ranges = await _ranges(server, workspace, uri, path, view.extraction)
    stale = not view.unsaved and is_stale(workspace, view)
    exists = workspace.view.exists
    uri, facts = workspace.root.uri_of(path), workspace.enrichment_facts(view)
    return metadata_json(
        view,
        uri,
        exists,
        stale=stale,
        ranges=ranges,
        enrichment=facts,
        source_roots=workspace.effective.settings.references.source_roots,
    )


async def _ranges(
    server: Sidecar, workspace: Workspace, uri: str, path: str, extraction: Extraction | None
) -> Callable[[Range], Range]:
    """Make the conversion to the client's columns; mostly there is nothing to convert."""
    encoding = server.encoding
    if encoding == UTF16 or extraction is None or extraction.ascii:
        return lambda value: value
    if server.documents.get(uri) is not None:
        lines = server.lines(uri)
    else:
        try:
            text = await server.folders.run(workspace.read_text, path, extraction.encoding)
        except (OSError, BadPathError):
            return lambda value: value  # it is gone, and so are the columns: the answer is stale
        split = split_lines(text)

        def lines(number: int) -> str:
            return without_end(split[number]) if number < len(split) else ""

    return lambda value: to_client(value, lines, encoding)
