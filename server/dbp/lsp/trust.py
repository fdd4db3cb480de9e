"""`dbp/trust`: the user's consent that files of a folder may be sent, asked for in the editor.

Only the person's own answer to the question stores it: the client cannot say yes for them. No
answer, an error or anything but the one action is no consent.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dbp.enrichment.consent import NAMES, Consents, Folder, consent_json, missing
from dbp.enrichment.gate import CLOSED
from dbp.errors import RequestError
from dbp.paths import display

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar
    from dbp.ports import Consent
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)

YES = "Send files of this folder"
NO = "Not now"

PATIENCE = 600.0
"""Seconds a person gets to read and decide; then the question counts as not answered."""

_TOLD_SECONDS = 5.0
"""Seconds another process that leads the folder gets to hear of the change."""


async def answer(server: Sidecar, params: Mapping[str, Any]) -> dict[str, Any]:
    """Tell how the consent for a folder stands, after asking the user or taking it back."""
    cloud, revoke = _flag(params, "cloud"), _flag(params, "revoke")
    workspace = await server.workspace_of(params)
    if revoke:
        await _change(server, workspace, lambda consents: consents.revoke(workspace.root))
    elif cloud:
        await _obtain(server, workspace)
    folder, consent = await server.folders.run(_look, server, workspace)
    lacks = missing(folder, consent, editor_trusts=workspace.editor_trusts)
    return {
        "consent": consent_json(consent),
        "open": not lacks,
        "missing": lacks,
        "provider": folder.provider,
        "model": folder.llm.model,
        "region": folder.region or None,
        "host": folder.host or None,
    }


def _flag(params: Mapping[str, Any], name: str) -> bool:
    value = params.get(name, False)
    if not isinstance(value, bool):
        raise RequestError(f"{name} must be true or false", code="bad_params")
    return value


def _look(server: Sidecar, workspace: Workspace) -> tuple[Folder, Consent | None]:
    consents = server.host.consents()
    folder = consents.folder(workspace.root, workspace.effective)
    return folder, consents.of(folder)


async def _obtain(server: Sidecar, workspace: Workspace) -> None:
    """Ask the user unless they said yes to the same before, and keep a yes."""
    path = workspace.root.path
    if workspace.editor_trusts is False:
        raise RequestError(
            CLOSED["untrusted"], hint="trust it in the editor first", code="invalid_state"
        )
    if path in server.asking:
        raise RequestError("you are being asked already", code="invalid_state")
    server.asking.add(path)
    try:
        folder, consent = await server.folders.run(_look, server, workspace)
        if folder.nowhere:
            raise RequestError(folder.nowhere, hint="set llm.region", code="invalid_state")
        if not folder.covered(consent) and await said_yes(server, folder):
            await _change(server, workspace, partial(_grant, folder))
    finally:
        server.asking.discard(path)


def _grant(folder: Folder, consents: Consents) -> bool:
    consents.grant(folder)
    return True


async def said_yes(server: Sidecar, folder: Folder, patience: float = PATIENCE) -> bool:
    """Ask the user about one folder and one place. Raises `RequestError` without their answer."""
    number = f"dbp-trust-{uuid.uuid4()}"
    params = types.ShowMessageRequestParams(
        types.MessageType.Warning,
        question(folder),
        [types.MessageActionItem(YES), types.MessageActionItem(NO)],
    )
    asked = server.protocol.send_request_async(
        types.WINDOW_SHOW_MESSAGE_REQUEST, params, msg_id=number
    )
    try:
        chosen = await asyncio.wait_for(asked, patience)
    except TimeoutError:
        raise RequestError(
            "nobody answered the question, so nothing is sent", code="invalid_state"
        ) from None
    except JsonRpcException as error:
        log.info("the client could not ask: %s", error)
        raise RequestError(
            "the editor cannot ask you: run dbp trust --cloud in a terminal", code="invalid_state"
        ) from error
    finally:
        if asked.cancelled():
            # Nobody waits any more: a client that can takes the question off the screen.
            server.protocol.notify(types.CANCEL_REQUEST, types.CancelParams(number))
    return chosen is not None and chosen.title == YES


def question(folder: Folder) -> str:
    """Say in one text what a yes would mean."""
    return (
        f"May dbp send files of {display(folder.root.path)} to {NAMES[folder.provider]} "
        f"(model {folder.llm.model}, region {folder.region}, host {folder.host})? "
        "Of files that lack documentation it sends what describes them: headers, signatures, "
        "comments, bodies as far as they fit. Keys, .env files, what git ignores and secrets it "
        f"finds stay here. It costs {folder.costs()}."
    )


async def _change(
    server: Sidecar, workspace: Workspace, change: Callable[[Consents], bool]
) -> None:
    """Change the consent and have whoever leads the folder look at it, even if nobody waits."""
    told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def reply(_result: Any) -> None:
        server.call_on_loop(_resolve, told)

    def body() -> None:
        if not change(server.host.consents()):
            reply(None)
            return
        try:
            workspace.handle("dbp/trustChanged", {}, reply)
        except (OSError, ValueError) as error:
            # The leader sees it before its next call all the same.
            log.warning("the leading process cannot be told of the consent: %s", error)
            reply(None)

    await server.folders.run(body)
    await asyncio.wait({told}, timeout=_TOLD_SECONDS)


def _resolve(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)
