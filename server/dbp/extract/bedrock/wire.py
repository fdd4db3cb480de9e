"""The HTTP of botocore, with our deadline, our limit and our off switch.

`Wire.send` is registered for botocore's `before-send` event, for Bedrock as for the services that
give credentials. botocore keeps what it knows better: proxies, certificates, pools of connections.
A loopback endpoint never goes through a proxy: plain text is for this machine only.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import (  # type: ignore[import-untyped]
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
    AWSPreparedRequest,
    AWSResponse,
)
from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]
from botocore.utils import get_environ_proxies  # type: ignore[import-untyped]
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from dbp.extract.bedrock.errors import bad_answer, of_exception
from dbp.extract.bedrock.flight import Flight, Flights

_CHUNK = 65_536
_CONVERSE = "before-send.bedrock-runtime.Converse"


class _Metered(io.RawIOBase):
    """What comes from the socket, with the time that is left for each read, and counted."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, flight: Flight) -> None:
        self._sock = sock
        self._raw = raw
        self._flight = flight

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._flight.remaining())
        received = self._raw.readinto(buffer)
        self._flight.count(received or 0)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Connection:
    """What both kinds of connection do otherwise than botocore's; mixed in before them."""

    flights: Flights

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._original_response_cls = self.response_class = self._response

    @property
    def _flight(self) -> Flight:
        flight = self.flights.current
        if flight is None:
            raise RuntimeError("a connection is used without a flight")
        return flight

    def _response(self, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
        response = HTTPResponse(sock, *args, **kwargs)
        raw = response.fp.detach()
        response.fp = io.BufferedReader(_Metered(sock, raw, self._flight), _CHUNK)
        return response

    def _new_conn(self: Any) -> socket.socket:
        flight: Flight = self._flight
        try:
            return flight.connect(self._dns_host, self.port, self.socket_options or ())
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no answer to the connection") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error

    def _tunnel(self: Any) -> None:
        super()._tunnel()  # type: ignore[misc]
        # The handshake that follows has what is left, not what was left at the last read.
        self.sock.settimeout(self._flight.remaining())

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            self._flight.attach(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]

    def send(self: Any, data: bytes) -> None:
        """Send it all within the deadline; a `sendall` over TLS would have it for each piece."""
        if self.sock is None:
            self.connect()
        view = memoryview(data)
        while view:
            self.sock.settimeout(self._flight.remaining())
            view = view[self.sock.send(view) :]


class _Session(URLLib3Session):  # type: ignore[misc]  # botocore is untyped
    """botocore's pools, with our connections in them."""

    def __init__(self, flights: Flights, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        held = {"flights": flights}
        plain = type("Connection", (_Connection, AWSHTTPConnection), held)
        secure = type("SecureConnection", (_Connection, AWSHTTPSConnection), held)
        self._pool_classes_by_scheme["http"] = type(
            "Pool", (AWSHTTPConnectionPool,), {"ConnectionCls": plain}
        )
        self._pool_classes_by_scheme["https"] = type(
            "SecurePool", (AWSHTTPSConnectionPool,), {"ConnectionCls": secure}
        )


class Wire:
    """Sends requests of this thread's flight. Thread-safe.

    `verify` is True or the path of a bundle of certificates; `limit` is what a body may have in
    bytes. `seconds` is the deadline of a request outside of any flight.
    """

    def __init__(
        self, flights: Flights, *, verify: bool | str, limit: int, connections: int, seconds: float
    ) -> None:
        self._flights = flights
        self._verify = verify
        self._limit = limit
        self._connections = connections
        self._seconds = seconds
        self._lock = threading.Lock()
        self._sessions: dict[frozenset[tuple[str, str]], _Session] = {}

    def send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        """Send a prepared request and receive its response, whole.

        Converse is answered to botocore with an empty object, and the flight keeps what really
        came: botocore takes anything for a success.
        """
        with self._flight() as flight:
            converse = event_name == _CONVERSE
            flight.sent |= converse
            try:
                response = self._exchange(request, flight)
            except Exception as error:  # noqa: BLE001  # whatever the libraries raise is explained
                raise of_exception(flight.verdict() or error, sent=True) from None
            if converse:
                headers = {name.lower(): value for name, value in response.headers.items()}
                flight.reply = (response.status_code, headers, response.content)
                response = AWSResponse(request.url, 200, {}, None)
                response._content = b"{}"  # noqa: SLF001  # there is no other way to give it
            return response

    def close(self) -> None:
        """Close the connections that wait for another request."""
        with self._lock:
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    @contextlib.contextmanager
    def _flight(self) -> Iterator[Flight]:
        current = self._flights.current
        if current is not None:
            yield current
            return
        with self._flights.start(time.monotonic() + self._seconds) as flight:
            yield flight

    def _exchange(self, request: AWSPreparedRequest, flight: Flight) -> AWSResponse:
        flight.remaining()
        request.stream_output = True  # else it would be read without a limit
        response = self._session_for(request.url).send(request)
        try:
            response._content = self._body(response, flight)  # noqa: SLF001  # the same
        except BaseException:
            response.raw.close()
            raise
        return response

    def _body(self, response: AWSResponse, flight: Flight) -> bytes:
        announced = _announced(response.headers)
        if announced is not None and announced > self._limit:
            raise flight.too_large()
        body = bytearray()
        # As it is: what is compressed was not asked for, and could become anything.
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > self._limit:
                raise flight.too_large()
        if announced is not None and len(body) < announced:
            raise bad_answer("the response ended too early")
        return bytes(body)

    def _session_for(self, url: str) -> _Session:
        proxies = {} if _is_loopback(url) else dict(get_environ_proxies(url))
        key = frozenset(proxies.items())
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = _Session(
                    self._flights,
                    verify=self._verify,
                    proxies=proxies,
                    timeout=self._seconds,
                    max_pool_connections=self._connections,
                )
            return self._sessions[key]


def _announced(headers: Mapping[str, str]) -> int | None:
    """Read how long the body is to be; None when it comes in chunks or until the end."""
    text = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (text.isascii() and text.isdigit()):
        return None
    return int(text[:19])


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
