"""A preset for the multiplexer `rass`: it joins dbp with the server that is named before it.

`rass` asks its first server for everything it does not know to merge. With this preset both hovers
are shown, one below the other, and the requests that are dbp's own go to dbp. Findings are handed
on as they come: `rass` waits a second for the other servers, and forgets what it holds when the
text changes meanwhile; dbp does not say twice what did not change. This file is loaded by `rass`
from its path, in `rass`' own Python: nothing here imports dbp.
"""

from __future__ import annotations

from typing import Any

from rassumfrassum.frassum import (
    LspLogic,
    PayloadItem,
    Server,
)

HOVER = "textDocument/hover"
FINDINGS = "textDocument/publishDiagnostics"
OURS = ("dbp/", "workspace/willRenameFiles")


class Beside(LspLogic):  # type: ignore[misc]  # the base is not installed where this is checked
    """Routes as `rass` does, with what dbp adds."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.shown: dict[str, dict[int, list[Any]]] = {}

    async def on_client_request(self, method: str, params: Any, servers: list[Server]) -> Any:
        """Say who answers a request."""
        if method == HOVER:
            return [one for one in servers if one.caps.get("hoverProvider")]
        if method.startswith(OURS):
            return [one for one in servers if one.name == "dbp"] or servers[:1]
        return await super().on_client_request(method, params, servers)

    async def on_client_notification(self, method: str, params: Any) -> None:
        """Tell servers what the editor tells; renamed files are news for dbp only."""
        if method == "workspace/didRenameFiles":
            for one in self.servers.values():
                if one.name == "dbp":
                    await self.notify_server(one, method, params)
            return
        if method == "textDocument/didClose":
            self.shown.pop(params["textDocument"]["uri"], None)
        await super().on_client_notification(method, params)

    async def on_server_notification(self, method: str, params: Any, source: Server) -> None:
        """Hand on what a server tells; findings together with what the others found last."""
        if method != FINDINGS or self.opts.stream_diagnostics:
            await super().on_server_notification(method, params, source)
            return
        found = self.shown.setdefault(params["uri"], {})
        found[id(source)] = [{"source": source.name, **one} for one in params["diagnostics"]]
        merged = [one for server in self.servers for one in found.get(server, [])]
        await self.notify_client(method, {"uri": params["uri"], "diagnostics": merged})

    def process_responses(self, method: str, items: list[PayloadItem]) -> tuple[Any, bool]:
        """Make one answer of several."""
        shown = [one for one in items if not one.is_error and one.payload]
        if method != HOVER or not shown:
            return super().process_responses(method, items)  # type: ignore[no-any-return]
        order = list(self.servers)  # answers stand in the order of the command line, not of arrival
        shown.sort(key=lambda one: order.index(id(one.server)))
        texts = [text for one in shown if (text := markdown(one.payload["contents"]))]
        value = "\n\n---\n\n".join(texts)
        merged = {**shown[0].payload, "contents": {"kind": "markdown", "value": value}}
        return (merged if texts else None), False


def markdown(contents: Any) -> str:
    """Give a hover's contents, in any of the forms they may have, as Markdown."""
    if isinstance(contents, list):
        return "\n\n".join(text for one in contents if (text := markdown(one)))
    if isinstance(contents, str):
        return contents
    value = str(contents.get("value", ""))
    if "language" in contents and value:
        return f"```{contents['language']}\n{value}\n```"
    if contents.get("kind") == "plaintext" and value:
        return f"```text\n{value}\n```"
    return value


def servers() -> list[list[str]]:
    """Name no server: the command line does."""
    return []


def logic_class() -> type[Beside]:
    """Name the class that routes."""
    return Beside
