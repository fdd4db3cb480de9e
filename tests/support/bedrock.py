"""A stand-in for Amazon Bedrock: a loopback server that speaks the wire of Converse.

A test scripts it with a function from a request to an action; without one it answers every request
from the request's own text. It checks what reaches it (`complaints`) and remembers all of it.

    with StandIn(script=in_turn(throttle(), answer({"intent": "…"}))) as bedrock:
        model = BedrockModel(model="amazon.nova-lite-v1:0", endpoint_url=bedrock.url, …)

By itself it is a program: `python tests/support/bedrock.py --port 0 --latency 0.2` prints its URL.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import re
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self

from bedrock_actions import (
    ERRORS,
    Action,
    Exchange,
    Received,
    Script,
    answer,
    bomb,
    drip,
    drip_body,
    error,
    garbage,
    hang,
    huge,
    in_turn,
    later,
    plausible,
    raw,
    reply,
    reset,
    short,
    throttle,
)

__all__ = [
    "ERRORS",
    "USUAL",
    "Action",
    "Exchange",
    "Received",
    "Script",
    "StandIn",
    "answer",
    "bomb",
    "drip",
    "drip_body",
    "environment",
    "error",
    "garbage",
    "hang",
    "huge",
    "in_turn",
    "later",
    "plausible",
    "raw",
    "reply",
    "reset",
    "short",
    "throttle",
]

ACCESS_KEY = "AKIDSTANDINEXAMPLE"
SECRET_KEY = "stand-in-secret-that-opens-nothing"  # noqa: S105  # it opens nothing

USUAL = (
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
)
"""Variables of a developer's machine that a test must not see."""


def environment(url: str) -> dict[str, str]:
    """Give the variables with which dbp asks a stand-in and nobody else; unset `USUAL` besides."""
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "DBP_LLM_PROVIDER": "bedrock",
        "DBP_LLM_ENDPOINT_URL": url,
        "DBP_LLM_REGION": "us-east-1",
    }


@dataclass
class StandIn:
    """The server; `requests` are all it received, `peak` how many at once at the most.

    `responder` makes the answer where no `script` decides. With `tls` it speaks HTTPS.
    """

    script: Script | None = None
    responder: Callable[[Received], Any] = plausible
    latency: float = 0.0
    port: int = 0
    tls: ssl.SSLContext | None = None
    strict: bool = True
    requests: list[Received] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    peak: int = 0

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.active = 0
        self.connections: set[socket.socket] = set()
        self.accepted = 0
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        if kind is None and self.strict:
            assert self.complaints == []

    def close(self) -> None:
        """End, and every connection with it."""
        self.released.set()
        self._server.shutdown()
        with self.lock:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()

    def release(self) -> None:
        """Let everything that waits go on, and what comes from now on not wait at all."""
        self.released.set()

    def let_go(self) -> None:
        """Let everything that waits now go on; what comes later waits again."""
        self.released.set()
        self.released.clear()

    def count(self, counts: Mapping[str, Any]) -> None:
        """Add up what answers said they took."""
        with self.lock:
            for name, value in counts.items():
                if isinstance(value, int):
                    self.usage[name] = self.usage.get(name, 0) + value

    def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something holds of the requests."""
        with self.changed:
            assert self.changed.wait_for(true, seconds)

    def serve(
        self, request: Received, connection: socket.socket, answered: Callable[[], None]
    ) -> bool:
        """Do what the script says; tell whether the connection goes on."""
        exchange = Exchange(request, connection, self.released, self.count, answered)
        wrong = _complaints(request)
        if wrong:
            self.complaints += wrong
            error(400, "ValidationException", wrong[0])(exchange)
        elif self.script:
            self.script(request)(exchange)
        else:
            later(self.latency, answer(self.responder(request)))(exchange)
        return exchange.keep

    @contextlib.contextmanager
    def under_way(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """Count a request until it is answered: give the number of others, and what ends it."""
        over = threading.Event()

        def answered() -> None:
            with self.changed:
                if not over.is_set():
                    over.set()
                    self.active -= 1
                    self.changed.notify_all()

        with self.changed:
            self.active += 1
            self.peak = max(self.peak, self.active)
            concurrent = self.active - 1
        try:
            yield concurrent, answered
        finally:
            answered()

    def received(self, handler: _Handler, body: bytes, concurrent: int) -> Received:
        """Remember a request."""
        with self.changed:
            request = Received(
                number=len(self.requests) + 1,
                at=time.monotonic(),
                method=handler.command,
                raw_path=handler.path,
                headers={name.lower(): value for name, value in handler.headers.items()},
                body=body,
                concurrent=concurrent,
            )
            self.requests.append(request)
            self.changed.notify_all()
        return request


def _complaints(request: Received) -> list[str]:
    found = []
    if request.method != "POST" or not re.fullmatch(
        r"/model/[A-Za-z0-9.%_~-]+/converse", request.raw_path
    ):
        found.append(f"not a path of Converse: {request.method} {request.raw_path}")
    signed = r"AWS4-HMAC-SHA256 Credential=\S+/bedrock/aws4_request, .*Signature=[0-9a-f]{64}"
    if not re.fullmatch(f"(?:{signed})|(?:Bearer .+)", request.headers.get("authorization", "")):
        found.append("the request is not signed")
    if not request.headers.get("content-type", "").startswith("application/json"):
        found.append("the request has no JSON")
    return found


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        super().__init__(("127.0.0.1", stand_in.port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent about clients that go away; say everything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        stand_in = self.server.stand_in
        if stand_in.tls:
            self.request = stand_in.tls.wrap_socket(self.request, server_side=True)
        with stand_in.lock:
            stand_in.accepted += 1
            stand_in.connections.add(self.request)
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()
        with self.server.stand_in.changed:
            self.server.stand_in.connections.discard(self.request)
            self.server.stand_in.changed.notify_all()

    def do_POST(self) -> None:
        stand_in = self.server.stand_in
        with stand_in.under_way() as (concurrent, answered):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            request = stand_in.received(self, body, concurrent)
            self.close_connection = not stand_in.serve(request, self.connection, answered)

    do_GET = do_PUT = do_CONNECT = do_POST  # noqa: N815  # the names are the library's

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name
        """Say nothing."""


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--responder", default="", help="module:function(request) -> object")
    options = parser.parse_args()
    responder = plausible
    if options.responder:
        module, _, name = options.responder.partition(":")
        responder = getattr(importlib.import_module(module), name)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with StandIn(latency=options.latency, port=options.port, responder=responder) as stand_in:
        print(stand_in.url, flush=True)  # noqa: T201  # the one thing it says
        done.wait()


if __name__ == "__main__":
    main()
