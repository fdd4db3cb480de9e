"""Requests on their way: each has a deadline and a limit, and all can be broken off at once.

Every wait of a request is one for its socket with the time that is left, so that no drip of bytes
prolongs it. `Flights.close` shuts the sockets down from another thread. What cannot be interrupted,
looking up a name, is done on a thread of its own that may be left behind.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

Address = tuple[Any, ...]
Lookup = list[tuple[int, int, int, str, Address]]

_HEAD = 65_536
"""Bytes a response may have besides its body: status line, headers, chunk sizes."""


class BrokenOffError(OSError):
    """The request was broken off: nobody waits for it any more."""


class TooLargeError(OSError):
    """The response is larger than any answer can be."""


class Flight:
    """One request on its way. `reply` is what came back: status, headers, body."""

    def __init__(self, flights: Flights, deadline: float, limit: int) -> None:
        self._flights = flights
        self.deadline = deadline
        self.limit = limit
        self.reply: tuple[int, dict[str, str], bytes] | None = None
        self.sent = False
        self.signal = threading.Event()
        self.handle: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._received = 0
        self._too_large = False

    def remaining(self) -> float:
        """Give the seconds that are left; raise `BrokenOffError`, or `TimeoutError` for none."""
        if self._flights.closed.is_set():
            raise BrokenOffError(errno.ECONNABORTED, "broken off")
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "the deadline is over")
        return left

    def verdict(self) -> OSError | None:
        """Say why this request had to fail, whatever error came of it; None if it had not."""
        if self._flights.closed.is_set():
            return BrokenOffError(errno.ECONNABORTED, "broken off")
        if self._too_large:
            return TooLargeError(errno.EMSGSIZE, "the response is too large")
        if time.monotonic() >= self.deadline:
            return TimeoutError(errno.ETIMEDOUT, "the deadline is over")
        return None

    def too_large(self) -> TooLargeError:
        """Mark the response as one that is not read to its end."""
        self._too_large = True
        return TooLargeError(errno.EMSGSIZE, "the response is too large")

    def count(self, received: int) -> None:
        """Count bytes from the wire; raise `TooLargeError` when they are too many."""
        self._received += received
        if self._received > self.limit + _HEAD:
            raise self.too_large()

    def attach(self, sock: socket.socket) -> None:
        """Take hold of the socket this request uses now, so that it can be shut down.

        A duplicate: the connection may close its own, or wrap it for TLS, at any time.
        """
        handle = socket.fromfd(sock.fileno(), sock.family, sock.type)
        self._received, self._too_large = 0, False
        with self._flights.lock:
            old, self.handle = self.handle, handle
        if old is not None:
            old.close()
        self.remaining()

    def connect(self, host: str, port: int, options: Iterable[tuple[Any, ...]]) -> socket.socket:
        """Connect to the first address that answers; raise what `socket` would."""
        found = self._resolve(host, port)
        failure: OSError = OSError(errno.EADDRNOTAVAIL, "the name has no address")
        for number, (family, kind, protocol, _, address) in enumerate(found):
            # An address that never answers must leave time for the next one.
            share = self.remaining() / (len(found) - number)
            sock = socket.socket(family, kind, protocol)
            try:
                # Head and body are two writes: without this the second waits for an answer to the
                # first, which costs 40 ms a request.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for option in options:
                    sock.setsockopt(*option)
                self._connect(sock, address, share)
                self.attach(sock)
                sock.settimeout(self.remaining())
            except OSError as error:
                sock.close()
                failure = error
                self.remaining()
            else:
                return sock
        raise failure

    def _connect(self, sock: socket.socket, address: Address, seconds: float) -> None:
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            with selectors.DefaultSelector() as selector:
                selector.register(sock, selectors.EVENT_WRITE)
                selector.register(self._flights.bell, selectors.EVENT_READ)
                ready = selector.select(seconds)
            self.remaining()
            if not ready:
                raise TimeoutError(errno.ETIMEDOUT, "no answer to the connection")
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "cannot connect")

    def _resolve(self, host: str, port: int) -> Lookup:
        bare = host.strip("[]")
        with contextlib.suppress(socket.gaierror):
            return _look_up(bare, port, socket.AI_NUMERICHOST)
        came: list[Lookup | OSError] = []

        def look_up() -> None:
            try:
                came.append(_look_up(bare, port, 0))
            except OSError as error:
                came.append(error)
            except UnicodeError:  # a label that is too long, or empty
                came.append(socket.gaierror(socket.EAI_NONAME, "not a host name"))
            self.signal.set()

        from dbp.runtime import start_thread

        start_thread("resolve", look_up)
        self.signal.wait(self.remaining())
        self.remaining()
        if isinstance(came[0], OSError):
            raise came[0]
        return came[0]


def _look_up(host: str, port: int, flags: int) -> Lookup:
    return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, flags)  # type: ignore[return-value]  # its addresses are tuples of several shapes


class Flights:
    """All requests on their way. Thread-safe; costs nothing before the first one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.closed = threading.Event()
        self.lock = threading.Lock()
        self._live: set[Flight] = set()
        self._pair: tuple[socket.socket, socket.socket] | None = None
        self._here = threading.local()

    @property
    def bell(self) -> socket.socket:
        """A socket that becomes readable when all is broken off."""
        with self.lock:
            if self._pair is None:
                self._pair = socket.socketpair()
                if self.closed.is_set():
                    self._pair[1].send(b"!")
            return self._pair[0]

    @property
    def current(self) -> Flight | None:
        """The request this thread is about."""
        return getattr(self._here, "flight", None)

    @contextlib.contextmanager
    def start(self, deadline: float) -> Iterator[Flight]:
        """Be on the way until the block ends, at the latest at `deadline` (monotonic seconds)."""
        flight = Flight(self, deadline, self._limit)
        outer = self.current
        with self.lock:
            self._live.add(flight)
        self._here.flight = flight
        try:
            yield flight
        finally:
            self._here.flight = outer
            with self.lock:
                self._live.discard(flight)
                handle, flight.handle = flight.handle, None
                last = self.closed.is_set() and not self._live
            if handle is not None:
                handle.close()
            if last:
                self._hang_up()

    def close(self) -> None:
        """Break every request off, and let none start."""
        self.closed.set()
        with self.lock:
            for flight in self._live:
                flight.signal.set()
                if flight.handle is not None:
                    with contextlib.suppress(OSError):  # it is broken already
                        flight.handle.shutdown(socket.SHUT_RDWR)
                if flight.process is not None:
                    flight.process.kill()
            if self._pair is not None:
                with contextlib.suppress(OSError):
                    self._pair[1].send(b"!")
            idle = not self._live
        if idle:
            self._hang_up()

    def _hang_up(self) -> None:
        with self.lock:
            pair, self._pair = self._pair, None
        for end in pair or ():
            end.close()
