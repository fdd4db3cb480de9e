"""The language server without a feature: others register theirs on it with `@server.feature`.

Promises: the wire is safe from prints, floods and broken clients; the process ends with the right
code in time, whatever hangs; an idle server uses no CPU. It never runs a handler in a thread, and
it knows nothing about files, the store or settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Never

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from dbp import __version__
from dbp.lsp import ending, framing, outgoing
from dbp.lsp.documents import Documents
from dbp.lsp.parent import ParentWatch
from dbp.lsp.protocol import Protocol
from dbp.lsp.protocol_errors import INVALID_REQUEST
from dbp.lsp.protocol_rpc import State
from dbp.lsp.transport import FrameReader, Inbox, claim_stdio

log = logging.getLogger(__name__)

FINISH = 0.9  # seconds `on_shutdown` may take: with FLUSH less than the last resort's 1.5
FLUSH = 0.5  # seconds the last answers may take to a slow reader
_SETTLE = 0.1  # seconds cancelled handlers get to see it
_EXIT_SIZE = 256  # bytes: no exit notification is longer


class Server(LanguageServer):
    """A pygls server on our own wire. Subclass it, override the hooks, register features."""

    protocol: Protocol

    def __init__(
        self,
        *,
        body_cap: int = framing.BODY_CAP,
        outgoing_budget: int = outgoing.BUDGET,
        outgoing_patience: float = outgoing.PATIENCE,
        exit_grace: float | None = ending.GRACE,
    ) -> None:
        """Build the server; `exit_grace` None never ends the process by force (for tests)."""
        logging.getLogger("pygls").setLevel(logging.WARNING)  # at INFO it logs every body
        self.documents = Documents()
        self._body_cap = body_cap
        self._outgoing_budget = outgoing_budget
        self._outgoing_patience = outgoing_patience
        self._last_resort = ending.LastResort(exit_grace)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[int] | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._finish_late = False
        self._parent: ParentWatch | None = None
        super().__init__("dbp", __version__, protocol_cls=Protocol)

    # ── hooks, all on the loop thread ──────────────────────────────────────────────────────────

    def on_initialize(self, params: types.InitializeParams) -> None:
        """Read what the client can do; features registered here are still announced."""

    def on_initialized(self) -> None:
        """Start the work: the client has its answer."""

    async def on_shutdown(self) -> None:
        """Stop the work; called once, before the answer to shutdown or at the end without one."""

    def on_exit(self) -> None:
        """Hear of the end, last of all."""

    # ── for everyone ───────────────────────────────────────────────────────────────────────────

    @property
    def encoding(self) -> str:
        """The negotiated position encoding: `utf-8`, `utf-16` or `utf-32`."""
        return self.documents.encoding

    def call_on_loop(self, call: Callable[..., object], *args: object) -> bool:
        """Have the loop call something soon, from any thread; False when it does not run."""
        if self._loop is None:
            return False
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:  # closed meanwhile
            return False
        return True

    def end(self, code: int | None, reason: str) -> None:
        """End the session; None means by the state: 0 after shutdown, else 1. Any thread."""
        if code is None:
            code = 0 if self.protocol.state is State.SHUTDOWN else 1
        self._last_resort.arm(code)
        self.call_on_loop(self._set_ended, code, reason)

    def thread(self) -> Never:
        """Refuse: pygls' pool is joined at the end and would hold the process."""
        raise TypeError("handlers run on the loop; threads belong to dbp.runtime")

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log; people are not shown a popup for each."""
        log.error("pygls reports %s: %s", getattr(source, "__name__", source), error)

    # ── running ────────────────────────────────────────────────────────────────────────────────

    def run_stdio(self) -> int:
        """Serve one client on stdin and stdout; returns the exit code, which the caller ends with.

        The process is ended by force when it still lives `exit_grace` seconds after the end began.
        """
        try:
            wire = claim_stdio()
        except OSError as error:
            log.error("stdin or stdout is closed: %s", error.strerror)  # noqa: TRY400 - expected
            return 1
        self._parent = ParentWatch(partial(self.end, None))
        self._parent.start()
        interactive = os.isatty(wire.reader)
        return self._run(partial(os.read, wire.reader), partial(os.write, wire.writer), interactive)

    def run_tcp(
        self, host: str, port: int, on_listening: Callable[[int], object] | None = None
    ) -> int:
        """Serve the first client that connects; `on_listening` is told the port (0 picks one)."""
        with socket.create_server((host, port)) as listener:
            found = listener.getsockname()[1]
            log.info("listening on %s:%d", host, found)
            if on_listening is not None:
                on_listening(found)
            client, _address = listener.accept()
        with client:
            return self._run(client.recv, client.send, sys.stdin is not None and sys.stdin.isatty())

    def _run(
        self,
        read: Callable[[int], bytes],
        send: Callable[[memoryview], int],
        interactive: bool,  # noqa: FBT001 - private, named at both calls
    ) -> int:
        loop = asyncio.new_event_loop()
        try:
            with self._signals(loop, interactive):
                return loop.run_until_complete(self._serve(read, send))
        finally:
            self._loop = None
            loop.close()

    async def _serve(self, read: Callable[[int], bytes], send: Callable[[memoryview], int]) -> int:
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        writer = outgoing.FrameWriter(
            send,
            on_stuck=partial(self.end, None, "the client does not read"),
            on_broken=partial(self.end, None, "the client is gone"),
            budget=self._outgoing_budget,
            patience=self._outgoing_patience,
        )
        self.protocol.outgoing = writer
        inbox = Inbox(self._loop, self._receive, max_bytes=self._body_cap)
        reader = FrameReader(
            read,
            deliver=partial(self._deliver, inbox),
            refuse=self._refuse,
            end=partial(self._input_ended, inbox),
            body_cap=self._body_cap,
        )
        writer.start()
        reader.start()
        code = await self._ended
        inbox.close()
        await self.finish()
        self._quietly(self.on_exit)
        await self._settle()
        writer.flush(FLUSH)
        writer.stop()
        self.protocol.outgoing = None
        if self._parent is not None:
            self._parent.stop()
        return code

    async def finish(self) -> None:
        """Cancel all requests and run `on_shutdown`, once, for at most a second."""
        self.protocol.state = State.SHUTDOWN
        self.protocol.cancel_all()
        if self._finishing is None:
            self._finishing = asyncio.ensure_future(self.on_shutdown())
        elif self._finish_late:
            return  # its time is over already
        done, _pending = await asyncio.wait({self._finishing}, timeout=FINISH)
        if not done:
            self._finish_late = True
            log.warning("the work did not stop within %s s", FINISH)
            self._finishing.cancel()
        elif not self._finishing.cancelled() and (raised := self._finishing.exception()):
            log.error("defect while stopping", exc_info=raised)

    def client_is(self, process_id: int | None) -> None:
        """Watch the process the client named."""
        if self._parent is not None:
            self._parent.watch(process_id)

    async def _settle(self) -> None:
        """Let cancelled handlers see it; one that does not end is left behind."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_SETTLE)

    def _set_ended(self, code: int, reason: str) -> None:
        if self._ended is not None and not self._ended.done():
            log.info("the session ends: %s", reason)
            self._ended.set_result(code)

    def _receive(self, body: bytes) -> None:
        if self._ended is None or self._ended.done():
            return
        if body:
            self.protocol.receive(body)
        else:
            self.end(None, "the input ended")

    def _deliver(self, inbox: Inbox, body: bytes) -> None:
        """Hand a message to the loop (reader's thread); a loop that hangs will not see `exit`."""
        if len(body) < _EXIT_SIZE and b'"exit"' in body and _is_exit(body):
            self._last_resort.arm(0 if self.protocol.state is State.SHUTDOWN else 1)
        inbox.put(body)

    def _refuse(self, reason: str) -> None:
        self.call_on_loop(self.protocol.refuse, INVALID_REQUEST, reason)

    def _input_ended(self, inbox: Inbox, error: str | None) -> None:
        """Hear that nothing comes any more (reader's thread)."""
        if error is not None:
            log.error("the session cannot go on: %s", error)
            self.end(1, error)
            return
        self._last_resort.arm(0 if self.protocol.state is State.SHUTDOWN else 1)
        inbox.put(b"")  # behind what was delivered; no message is empty

    @contextlib.contextmanager
    def _signals(
        self,
        loop: asyncio.AbstractEventLoop,
        interactive: bool,  # noqa: FBT001 - private
    ) -> Generator[None]:
        """End in order on SIGTERM; Ctrl-C is the editor's, unless a person started us by hand."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted: dict[int, Callable[[], None]] = {signal.SIGTERM: partial(self.end, 0, "SIGTERM")}
        if interactive:
            wanted[signal.SIGINT] = partial(self.end, 130, "SIGINT")
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number, call in wanted.items():
            try:
                # Through the loop's own pipe: the system may give the signal to any thread, and
                # only that pipe wakes a loop that waits.
                loop.add_signal_handler(number, call)
            except NotImplementedError:  # Windows
                signal.signal(number, partial(_call, call))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @staticmethod
    def _quietly(hook: Callable[[], object]) -> None:
        try:
            hook()
        except Exception:
            log.exception("defect while ending")


def _call(call: Callable[[], None], _number: int, _frame: object) -> None:
    call()


def _is_exit(body: bytes) -> bool:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("method") == types.EXIT
