"""A tiny server on the base class, with one handler of every temper; the tests run it."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

from lsprotocol import types

from dbp.errors import RequestError
from dbp.lsp.base import Server
from dbp.lsp.framing import frame

logging.basicConfig(level=logging.INFO, stream=sys.stderr)
log = logging.getLogger("edge")
options: dict[str, Any] = json.loads(os.environ.get("EDGE_OPTIONS", "{}"))


class Edge(Server):
    """Logs its hooks."""

    async def on_shutdown(self) -> None:
        """Hang when told to."""
        if options.get("hang_on_shutdown"):
            await asyncio.get_running_loop().create_future()
        log.info("hook on_shutdown")

    def on_initialize(self, params: types.InitializeParams) -> None:
        """Refuse when told to."""
        if params.initialization_options == "raise":
            raise RequestError("not today", code="bad_params")

    def on_initialized(self) -> None:
        """Log."""
        log.info("hook on_initialized")

    def on_exit(self) -> None:
        """Log."""
        log.info("hook on_exit")


server = Edge(**options.get("server", {}))
started: list[Any] = []


@server.feature("dbp/echo")
def echo(params: Any) -> Any:
    return {"type": type(params).__name__, "params": params}


@server.feature("dbp/slow")
async def slow(params: Any) -> Any:
    """Never ends by itself."""
    started.append(params)
    return await asyncio.get_running_loop().create_future()


@server.feature("dbp/stubborn")
async def stubborn(_params: Any) -> str:
    """Ignores one cancellation, then answers all the same."""
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        return "late"
    return "never"


@server.feature("dbp/deaf")
async def deaf(_params: Any) -> None:
    """Ignores every cancellation."""
    while True:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            continue


@server.feature("dbp/started")
def count(_params: Any) -> int:
    return len(started)


@server.feature("dbp/raise")
def fail(params: Any) -> Any:
    match params["what"]:
        case "expected":
            raise RequestError("too many", code="rate_limited", hint="wait", retryAfter=7)
        case "params":
            raise RequestError("what is this", code="outside_workspace")
        case "recursion":
            return fail(params)
        case "exit":
            return sys.exit(3)
        case "result":
            return {1, 2}
        case _:
            raise ValueError("/secret/path/of/another/file.py")


@server.feature("dbp/raiseLater")
async def fail_later(params: Any) -> Any:
    return fail(params)


@server.feature("dbp/print")
def pollute(_params: Any) -> str:
    print("printed by a plugin", flush=True)  # noqa: T201 - that is what is tested
    libc = ctypes.CDLL(None)
    libc.puts(b"printed by a C library")
    libc.fflush(None)
    os.write(1, b"written to fd 1\n")
    subprocess.run(["/bin/sh", "-c", "echo from a child; cat"], check=True)
    return "done"


@server.feature("dbp/hang")
def hang(_params: Any) -> None:
    """Blocks the loop for ever."""
    threading.Event().wait()


@server.feature("dbp/big")
def big(params: Any) -> str:
    return "x" * params["bytes"]


@server.feature("dbp/diagnose")
def diagnose(params: Any) -> int:
    for version in range(params["times"]):
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=params["uri"], diagnostics=[], version=params["from"] + version
            )
        )
    assert server.protocol.outgoing is not None
    return server.protocol.outgoing.waiting_bytes


@server.feature("dbp/ask")
def ask(_params: Any) -> None:
    """Asks the client for its configuration and tells what it said."""
    server.workspace_configuration(
        types.ConfigurationParams(items=[types.ConfigurationItem(section="dbp")]),
        lambda result: server.protocol.notify("test/answer", list(result)),
    )


@server.feature("dbp/document")
def document(params: Any) -> Any:
    found = server.documents.get(params["uri"])
    if found is None:
        return None
    return {
        "text": found.text,
        "version": found.version,
        "language": found.language_id,
        "desynced": found.desynced,
        "tooLarge": found.too_large,
        "events": events,
    }


events: list[str] = []


@server.feature("textDocument/didChange")
async def changed(params: types.DidChangeTextDocumentParams) -> None:
    events.append(f"change {params.text_document.version}")


@server.feature("textDocument/didOpen")
def opened(params: types.DidOpenTextDocumentParams) -> None:
    events.append(f"open {params.text_document.version}")


@server.feature("textDocument/hover")
def hover(params: types.HoverParams) -> types.Hover:
    return types.Hover(contents=f"{params.position.line}:{params.position.character}")


@server.command("edge.wait")
async def wait_command() -> None:
    await asyncio.get_running_loop().create_future()


def _tell_port(port: int) -> None:
    message = {"jsonrpc": "2.0", "method": "test/port", "params": port}
    sys.stdout.buffer.write(frame(json.dumps(message).encode()))
    sys.stdout.flush()


def main() -> int:
    if "tcp" in options:
        return server.run_tcp("127.0.0.1", 0, _tell_port)
    return server.run_stdio()


if __name__ == "__main__":
    sys.exit(main())
