"""What the stand-in for Bedrock can do with a request: answer it, refuse it, or break it.

Actions are functions of an `Exchange`; a script is a function from a request to an action.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class Received:
    """One request as it came. `at` is monotonic; `concurrent` counts the others under way."""

    number: int
    at: float
    method: str
    raw_path: str
    headers: Mapping[str, str]
    body: bytes
    concurrent: int

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path)

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self.path.removeprefix("/model/").removesuffix("/converse")

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """What is asked about: the last text of the user."""
        texts = [block["text"] for block in self.json["messages"][-1]["content"] if "text" in block]
        return texts[-1] if texts else ""

    @property
    def schema(self) -> Any:
        """The schema the answer must have, from the tool or the output format."""
        parsed = self.json
        if "toolConfig" in parsed:
            return parsed["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]
        return json.loads(parsed["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"])


class Exchange:
    """What an action has in hand: the request, the socket, and a wait that ends with the server."""

    def __init__(
        self,
        request: Received,
        connection: socket.socket,
        released: threading.Event,
        count: Callable[[Mapping[str, Any]], None],
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        self.request = request
        self.connection = connection
        self.released = released
        self.count = count
        self.answered = answered
        self.keep = True

    def wait(self, seconds: float | None = None) -> None:
        """Let time go by, until the stand-in closes or `release` is called."""
        self.released.wait(seconds)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def respond(self, status: int, body: bytes, **headers: str) -> None:
        """Send a whole response."""
        lines = {
            "Content-Type": "application/json",
            "x-amzn-RequestId": f"stand-in-{self.request.number}",
            "Content-Length": str(len(body)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.answered()  # the client may ask anew before we have come back from sending
        self.send(f"HTTP/1.1 {status} Stand-In\r\n{head}\r\n".encode() + body)


Action = Callable[[Exchange], None]
Script = Callable[[Received], Action]


def reply(message: Any, stop: str, usage: Any) -> bytes:
    """Write what Converse returns."""
    return json.dumps(
        {
            "metrics": {"latencyMs": 1},
            "output": {"message": message},
            "stopReason": stop,
            "usage": usage,
        }
    ).encode()


def answer(
    value: Any, how: str = "tool", *, stop: str = "", usage: Mapping[str, Any] | None = None
) -> Action:
    """Answer with an object: by `tool`, as `text`, `fenced` in it or in `prose`.

    By default four bytes are one token.
    """

    def act(exchange: Exchange) -> None:
        text = json.dumps(value)
        parsed = exchange.request.json
        way = "text" if how == "tool" and "toolConfig" not in parsed else how
        if way == "tool":
            name = parsed["toolConfig"]["tools"][0]["toolSpec"]["name"]
            block: Any = {"toolUse": {"toolUseId": "use-1", "name": name, "input": value}}
        else:
            block = {"text": _WAYS[way].replace("@", text)}
        counts = usage or _tokens(len(exchange.request.body) // 4, len(text) // 4)
        exchange.count(counts)
        message = {"role": "assistant", "content": [block]}
        reason = stop or ("tool_use" if way == "tool" else "end_turn")
        exchange.respond(200, reply(message, reason, counts))

    return act


_WAYS = {
    "text": "@",
    "fenced": "Here it is:\n```json\n@\n```\nAnything else?",
    "prose": "<thinking>a {brace}</thinking> Sure: @ Let me know.",
}


def _tokens(taken: int, given: int) -> dict[str, int]:
    return {"inputTokens": taken, "outputTokens": given, "totalTokens": taken + given}


def later(seconds: float, action: Action) -> Action:
    """Do something after a while."""

    def act(exchange: Exchange) -> None:
        exchange.wait(seconds)
        action(exchange)

    return act


def error(status: int, name: str, message: str = "not now") -> Action:
    """Refuse as AWS does."""
    body = json.dumps({"message": message}).encode()
    return lambda exchange: exchange.respond(status, body, x_amzn_errortype=f"{name}:http://x/")


def throttle() -> Action:
    """Say that there were too many requests."""
    return error(429, "ThrottlingException", "Too many requests, please wait before trying again.")


ERRORS = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "InternalServerException": 500,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelTimeoutException": 408,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}
"""Errors of Converse with their status."""


def raw(body: bytes, status: int = 200, **headers: str) -> Action:
    """Respond with any bytes."""
    return lambda exchange: exchange.respond(status, body, **headers)


def garbage() -> Action:
    """Respond as the login page of a hotel does."""
    return raw(b"<html><body>Welcome! Room number?</body></html>", Content_Type="text/html")


def short() -> Action:
    """Announce more than comes."""

    def act(exchange: Exchange) -> None:
        exchange.keep = False
        exchange.respond(200, b'{"output": {}}', Content_Length="5000")

    return act


def hang(then: Action | None = None) -> Action:
    """Say nothing until released; then do something, or hang up."""

    def act(exchange: Exchange) -> None:
        exchange.wait()
        exchange.keep = then is not None
        if then is not None:
            then(exchange)

    return act


def drip(data: bytes = b"HTTP/1.1 200 OK\r\nx: " + b"y" * 4000, every: float = 0.08) -> Action:
    """Send byte after byte; by default of a header that does not end."""

    def act(exchange: Exchange) -> None:
        exchange.keep = False
        for byte in data:
            exchange.send(bytes([byte]))
            exchange.wait(every)
            if exchange.released.is_set():
                return

    return act


def drip_body(every: float = 0.08) -> Action:
    """Send the head at once and the body byte after byte."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"

    def act(exchange: Exchange) -> None:
        exchange.send(head)
        drip(b" " * 4000, every)(exchange)

    return act


def reset() -> Action:
    """Tear the connection down with an RST."""

    def act(exchange: Exchange) -> None:
        exchange.keep = False
        linger = struct.pack("ii", 1, 0)
        exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        exchange.connection.close()

    return act


def huge(megabytes: int = 300, *, announced: bool = False) -> Action:
    """Send an endless body, in chunks or with its length."""

    def act(exchange: Exchange) -> None:
        exchange.keep = False
        block = b"x" * 1_000_000
        framing = (
            f"Content-Length: {megabytes * len(block)}"
            if announced
            else "Transfer-Encoding: chunked"
        )
        exchange.send(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
        for _ in range(megabytes):
            exchange.send(block if announced else b"%x\r\n%b\r\n" % (len(block), block))

    return act


def bomb(megabytes: int = 300) -> Action:
    """Send a small body that says it is compressed and would become a large one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * 1_000_000
    packed = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return raw(packed, Content_Encoding="gzip")


def in_turn(*actions: Action) -> Script:
    """Do one action after the other; the last one from then on."""
    return lambda request: actions[min(request.number, len(actions)) - 1]


def plausible(request: Received) -> Any:
    """Make an answer from the request's own schema and text."""
    words = re.findall(r"[A-Za-z]{3,}", request.text)
    return _example(request.schema, " ".join(words[:12]) or "Nothing", depth=0)


def _example(schema: Mapping[str, Any], text: str, depth: int) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        parts = schema.get("properties", {})
        return {name: _example(part, text, depth + 1) for name, part in parts.items()}
    if kind == "array":
        return [_example(schema.get("items", {}), text, depth + 1)] if depth < 4 else []
    plain: dict[str, Any] = {"string": text, "integer": 1, "number": 1.0, "boolean": True}
    return plain.get(kind)
