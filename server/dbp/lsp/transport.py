"""The way in: the wire is taken away from stdout, and messages are read off it in a thread.

Promises: a stray `print` or a child process never touches the wire; no message larger than the cap
is ever held; a broken stream ends with a reason instead of silence; a flood waits in the pipe, not
in memory. It never parses JSON and never touches the loop except through `call_soon_threadsafe`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from dbp.clock import Clock, SystemClock
from dbp.lsp.framing import BODY_CAP, HEADER_CAP, FramingError, parse_header

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024  # what a Linux pipe holds
_TURN = 0.005  # seconds the loop works on messages before timers and tasks have their turn


class Wire(NamedTuple):
    """The two file descriptors that now carry the protocol."""

    reader: int
    writer: int


def claim_stdio() -> Wire:
    """Take fd 0 and 1 for the protocol; leave fd 0 at /dev/null and fd 1 at stderr.

    The copies are not inherited by children. Raises `OSError` when stdin or stdout is closed.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()  # what was printed so far was not meant for the wire either way
    wire = Wire(os.dup(0), os.dup(1))
    if sys.platform == "win32":
        import msvcrt

        for fd in wire:
            msvcrt.setmode(fd, os.O_BINARY)
    else:
        for fd in wire:
            os.set_blocking(fd, True)  # a terminal or a socket may come with it off
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0, inheritable=True)
    try:
        os.dup2(2, 1, inheritable=True)
    except OSError:  # there is no stderr
        os.dup2(nowhere, 1, inheritable=True)
    os.close(nowhere)
    return wire


class FrameReader:
    """Cuts a byte stream into bodies in its own daemon thread.

    `read(n)` blocks and returns at most `n` bytes, nothing at the end. All callbacks run in the
    thread: `deliver(body)` may block (that is the back-pressure), `refuse(reason)` is told of a
    message that was skipped, `end(error)` comes once and last; its error is None at a clean end.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        *,
        deliver: Callable[[bytes], None],
        refuse: Callable[[str], None],
        end: Callable[[str | None], None],
        body_cap: int = BODY_CAP,
    ) -> None:
        self._read = read
        self._deliver = deliver
        self._refuse = refuse
        self._end = end
        self._body_cap = body_cap
        self._buffer = bytearray()

    def start(self) -> None:
        """Start reading."""
        threading.Thread(target=self._run, name="dbp-lsp-reader", daemon=True).start()

    def _run(self) -> None:
        error: str | None = None
        try:
            while (block := self._header_block()) is not None:
                header = parse_header(block, self._body_cap)
                if header.refused:
                    self._drain(header.length)
                    self._refuse(header.refused)
                else:
                    self._deliver(self._body(header.length))
        except EOFError:
            log.info("the input ended inside a message")
        except FramingError as broken:
            error = str(broken)
        except OSError as broken:
            error = f"the input cannot be read: {broken.strerror}"
        except Exception:  # a defect must end the session, not leave it deaf
            log.exception("defect while reading messages")
            error = "the reader failed"
        self._end(error)

    def _fill(self) -> bool:
        data = self._read(_CHUNK)
        self._buffer += data
        return bool(data)

    def _header_block(self) -> bytes | None:
        """Take the lines up to and with the empty one; None when the stream ends before any."""
        start = 0
        while True:
            newline = self._buffer.find(b"\n", start)
            if newline < 0:
                if len(self._buffer) > HEADER_CAP:
                    raise FramingError(f"a header block is longer than {HEADER_CAP} bytes")
                if not self._fill():
                    if self._buffer.strip():
                        raise EOFError
                    return None
                continue
            if newline >= HEADER_CAP:
                raise FramingError(f"a header block is longer than {HEADER_CAP} bytes")
            empty = not self._buffer[start:newline].strip()
            if empty:
                block = bytes(self._buffer[:start])
                del self._buffer[: newline + 1]
                if block:
                    return block
                start = 0  # empty lines between messages: forgiven, as RFC 7230 §3.5 advises
            else:
                start = newline + 1

    def _body(self, length: int) -> bytes:
        while len(self._buffer) < length:
            if not self._fill():
                raise EOFError
        with memoryview(self._buffer) as view:
            body = bytes(view[:length])
        del self._buffer[:length]
        return body

    def _drain(self, length: int) -> None:
        while length > 0:
            if not self._buffer and not self._fill():
                raise EOFError
            step = min(length, len(self._buffer))
            del self._buffer[:step]
            length -= step


class Inbox:
    """Hands bodies from the reader's thread to the loop, in order, with back-pressure.

    At most `max_messages` and `max_bytes` wait; then `put` blocks, and with it the reader.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        handle: Callable[[bytes], None],
        *,
        max_messages: int = 1000,
        max_bytes: int = BODY_CAP,
        clock: Clock | None = None,
    ) -> None:
        self._loop = loop
        self._handle = handle
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._condition = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._scheduled = False
        self._closed = False

    def put(self, body: bytes) -> None:
        """Queue a body; blocks while the loop is behind. Reader thread only."""
        with self._condition:
            while self._is_full(len(body)) and not self._closed:
                self._clock.wait(self._condition, None)
            if self._closed:
                return
            self._waiting.append(body)
            self._bytes += len(body)
            if self._scheduled:
                return
            self._scheduled = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody will answer any more
            self._loop.call_soon_threadsafe(self._turn)

    def close(self) -> None:
        """Forget what waits and take nothing more."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._condition.notify_all()

    def _is_full(self, size: int) -> bool:
        if not self._waiting:  # one message always fits: its size was checked before
            return False
        return len(self._waiting) >= self._max_messages or self._bytes + size > self._max_bytes

    def _turn(self) -> None:
        until = self._clock.monotonic() + _TURN
        while True:
            with self._condition:
                if not self._waiting:
                    self._scheduled = False
                    return
                body = self._waiting.popleft()
                self._bytes -= len(body)
                self._condition.notify_all()
            try:
                self._handle(body)
            except Exception:
                log.exception("defect while handling a message")
            if self._clock.monotonic() >= until:
                self._loop.call_soon(self._turn)
                return
