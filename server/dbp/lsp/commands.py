"""`workspace/executeCommand`: only what code actions need. Both are `dbp/*` requests as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbp.errors import RequestError

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar

ACCEPT = "dbp.acceptDocumentation"
PROCESS = "dbp.processFile"
"""As in `dbp.actions.offers`, which is loaded at its first use."""


def register(server: Sidecar) -> None:
    """Answer them."""

    @server.command(ACCEPT)
    async def accept(*arguments: Any) -> Any:
        uri, names = _uri(arguments), arguments[1] if len(arguments) > 1 else []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise RequestError("the second argument must be a list of names", code="bad_params")
        return await server.ask("dbp/accept", {"uri": uri, "names": names})

    @server.command(PROCESS)
    async def process(*arguments: Any) -> Any:
        return await server.ask("dbp/processFile", {"uri": _uri(arguments), "force": True})


def _uri(arguments: tuple[Any, ...]) -> str:
    if not arguments or not isinstance(arguments[0], str):
        raise RequestError("the first argument must be the URI of a file", code="bad_params")
    return arguments[0]
