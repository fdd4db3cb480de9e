"""A language client made of two pipes: what a test needs to look at the wire itself.

It promises that every byte the server writes to stdout is part of a well-formed frame (a foreign
byte fails the test that sees it), that waiting always has a deadline, and that the server never
blocks on us by accident: stdout is drained whenever we wait or write, stderr goes to a file. It
never sleeps and starts no thread. POSIX only.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

Handler = Callable[[Any], Any]
_HEADER = re.compile(rb"Content-Length: (\d+)\r\n(?:Content-Type: [^\r\n]*\r\n)?\r\n")
_CHUNK = 1 << 16


class WireError(AssertionError):
    """The server broke the framing or JSON-RPC, or ended while an answer was awaited."""


class RpcError(Exception):
    """A JSON-RPC error answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: Any = error.get("data")


def frame(message: Any) -> bytes:
    """Frame a message (or raw body bytes) as a well-behaved client does."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _default_handlers() -> dict[str, Handler]:
    return {
        "workspace/configuration": lambda params: [None] * len(params["items"]),
        "workspace/workspaceFolders": lambda _params: None,
        "workspace/applyEdit": lambda _params: {"applied": True},
        "window/showMessageRequest": lambda _params: None,
        "window/showDocument": lambda _params: {"success": True},
        "window/workDoneProgress/create": lambda _params: None,
        "client/registerCapability": lambda _params: None,
        "client/unregisterCapability": lambda _params: None,
        "workspace/codeLens/refresh": lambda _params: None,
        "workspace/diagnostic/refresh": lambda _params: None,
    }


class RawClient:
    """One spawned server and everything it said.

    `handlers` answers the server's requests by method (params → result; a raised `RpcError` is
    sent as such); unknown methods get -32601. `notifications` and `server_requests` keep what
    came, in order; `strays` keeps answers whose id is null.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stderr_path: Path,
        handlers: Mapping[str, Handler] | None = None,
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.handlers = {**_default_handlers(), **(handlers or {})}
        self.notifications: list[dict[str, Any]] = []
        self.server_requests: list[dict[str, Any]] = []
        self.responses: dict[int | str, dict[str, Any]] = {}
        self.strays: list[dict[str, Any]] = []
        self.answered: list[int | str | None] = []
        self._stderr_path = stderr_path
        self._in = process.stdin.fileno()
        self._out = process.stdout.fileno()
        self._buffer = bytearray()
        self._outbox = bytearray()
        self._next_id = 0
        self._eof = False
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    @classmethod
    def spawn(
        cls,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        handlers: Mapping[str, Handler] | None = None,
        **popen: Any,
    ) -> Self:
        """Start a server; `env` is added to the environment of the test."""
        handle, name = tempfile.mkstemp(prefix="rawclient-", suffix=".stderr")
        with os.fdopen(handle, "wb") as stderr:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                bufsize=0,
                **popen,
            )
        return cls(process, Path(name), handlers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.kill()
        self._stderr_path.unlink(missing_ok=True)

    # ── sending ────────────────────────────────────────────────────────────────────────────────

    def send_raw(self, data: bytes, timeout: float = 10.0) -> None:
        """Write bytes as they are, reading whatever the server says meanwhile."""
        self._outbox += data
        self._pump_until(lambda: not self._outbox, timeout, "the server to read stdin")

    def send(self, message: Any, timeout: float = 10.0) -> None:
        """Send one message, framed."""
        self.send_raw(frame(message), timeout)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send(self._message(method, params))

    def send_request(self, method: str, params: Any = None, request_id: Any = None) -> int | str:
        """Send a request and return its id without waiting."""
        if request_id is None:
            self._next_id += 1
            request_id = self._next_id
        self.send({**self._message(method, params), "id": request_id})
        return request_id

    def request(self, method: str, params: Any = None, timeout: float = 10.0) -> Any:
        """Send a request and return its result; raises `RpcError` for an error answer."""
        return self.result_of(self.send_request(method, params), timeout)

    @staticmethod
    def _message(method: str, params: Any) -> dict[str, Any]:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        return message

    # ── waiting ────────────────────────────────────────────────────────────────────────────────

    def wait_response(self, request_id: int | str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for the whole answer to a request."""
        self._pump_until(
            lambda: request_id in self.responses, timeout, f"the answer to {request_id!r}"
        )
        return self.responses.pop(request_id)

    def result_of(self, request_id: int | str, timeout: float = 10.0) -> Any:
        """Wait for an answer and return its result or raise its error."""
        answer = self.wait_response(request_id, timeout)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def error_of(self, request_id: int | str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for an answer that must be an error, and return the error."""
        answer = self.wait_response(request_id, timeout)
        assert "error" in answer, answer
        return answer["error"]

    def wait_notification(
        self,
        method: str,
        predicate: Callable[[Any], bool] = lambda _params: True,
        timeout: float = 10.0,
    ) -> Any:
        """Wait for a notification, take it out of `notifications` and return its params."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            for message in self.notifications:
                if message["method"] == method and predicate(message.get("params")):
                    found.append(message)
                    return True
            return False

        self._pump_until(look, timeout, f"a notification {method}")
        self.notifications.remove(found[0])
        return found[0].get("params")

    def wait_server_request(self, method: str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until the server has asked something (it was answered by `handlers`)."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = [m for m in self.server_requests if m["method"] == method]
            return bool(found)

        self._pump_until(look, timeout, f"a server request {method}")
        self.server_requests.remove(found[0])
        return found[0]

    def wait_stray(self, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for an error whose id is null, and return the error."""
        self._pump_until(lambda: bool(self.strays), timeout, "an answer with id null")
        return self.strays.pop(0)["error"]

    def wait_exit(self, timeout: float = 10.0) -> int:
        """Drain stdout to its end and return the exit code."""
        deadline = time.monotonic() + timeout
        self._pump_until(lambda: self._eof, timeout, "the end of stdout")
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def pump(self, seconds: float = 0.0) -> None:
        """Read what the server says for at most `seconds`; for showing that nothing comes."""
        deadline = time.monotonic() + seconds
        while not self._eof:
            left = deadline - time.monotonic()
            if not self._step(max(0.0, left)) and left <= 0:
                return

    def pump_until(self, done: Callable[[], bool], timeout: float = 10.0, what: str = "it") -> None:
        """Read until a condition over what was recorded holds."""
        self._pump_until(done, timeout, what)

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def initialize(
        self,
        root: str | Path | None = None,
        *,
        capabilities: Any = None,
        options: Any = None,
        timeout: float = 20.0,
        **more: Any,
    ) -> dict[str, Any]:
        """Do the handshake; `root` becomes the one workspace folder."""
        uri = Path(root).as_uri() if root is not None else None
        params = {
            "processId": os.getpid(),
            "rootUri": uri,
            "capabilities": capabilities if capabilities is not None else {},
            "workspaceFolders": [{"uri": uri, "name": Path(root).name}] if root else None,
        }
        if options is not None:
            params["initializationOptions"] = options
        result: dict[str, Any] = self.request("initialize", {**params, **more}, timeout)
        self.notify("initialized", {})
        return result

    def shutdown(self, timeout: float = 10.0) -> int:
        """Shut down in order and return the exit code."""
        self.request("shutdown", timeout=timeout)
        self.notify("exit")
        return self.wait_exit(timeout)

    def close_stdin(self) -> None:
        """Let the server see the end of its input."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._in = -1

    close = close_stdin

    def kill(self) -> None:
        """End the server whatever it does, and close the pipes."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()

    def stderr(self) -> str:
        """All the server wrote to stderr so far."""
        return self._stderr_path.read_text(encoding="utf-8", errors="replace")

    def rss(self) -> int:
        """Resident bytes of the server now (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]  # always there

    # ── the wire ───────────────────────────────────────────────────────────────────────────────

    def _pump_until(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(
                    f"waited {timeout} s for {what}; stderr: {self.stderr()[-2000:]}"
                )
            if self._eof:
                raise WireError(f"the server ended before {what}; stderr: {self.stderr()[-2000:]}")
            self._step(left)

    def _step(self, timeout: float) -> bool:
        """Wait for either pipe once; tell whether anything moved."""
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        if self._outbox and self._in >= 0:
            poll.register(self._in, select.POLLOUT)
        events = poll.poll(timeout * 1000)
        for fd, _event in events:
            if fd == self._out:
                self._read()
            else:
                self._write()
        return bool(events)

    def _write(self) -> None:
        try:
            sent = os.write(self._in, self._outbox[:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._outbox.clear()
            return
        del self._outbox[:sent]

    def _read(self) -> None:
        data = os.read(self._out, _CHUNK)
        if not data:
            self._eof = True
            if self._buffer:
                raise WireError(f"stdout ended inside a frame: {bytes(self._buffer[:200])!r}")
            return
        self._buffer += data
        while (message := self._take()) is not None:
            self._sort(message)

    def _take(self) -> dict[str, Any] | None:
        """Cut one frame off the buffer; raises `WireError` for a byte that belongs to none."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            head = bytes(self._buffer[:15])
            if head != b"Content-Length:"[: len(head)]:
                raise WireError(f"foreign bytes on stdout: {bytes(self._buffer[:200])!r}")
            return None
        match = _HEADER.fullmatch(self._buffer, 0, end + 4)
        if match is None:
            raise WireError(f"foreign bytes on stdout: {bytes(self._buffer[:200])!r}")
        start, length = end + 4, int(match[1])
        if len(self._buffer) < start + length:
            return None
        message = json.loads(bytes(self._buffer[start : start + length]))
        del self._buffer[: start + length]
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            raise WireError(f"not JSON-RPC: {message!r}")
        return message

    def _sort(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self.answered.append(message["id"])
            if message["id"] is None:
                self.strays.append(message)
            elif message["id"] in self.responses:
                raise WireError(f"a second answer to {message['id']!r}")
            else:
                self.responses[message["id"]] = message
        elif "id" in message:
            self.server_requests.append(message)
            self._answer(message)
        else:
            self.notifications.append(message)

    def _answer(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
        handler = self.handlers.get(message["method"])
        if handler is None:
            answer["error"] = {"code": -32601, "message": "unknown method"}
        else:
            try:
                answer["result"] = handler(message.get("params"))
            except RpcError as error:
                answer["error"] = {"code": error.code, "message": error.message}
        self._outbox += frame(answer)
        if self._in >= 0:
            self._write()
