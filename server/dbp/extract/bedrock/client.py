"""`BedrockModel`: asks, and asks again what may pass by itself. The only layer that retries."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dbp.extract.bedrock.errors import BedrockError, bad_answer, cancelled, of_exception
from dbp.extract.bedrock.families import traits_of
from dbp.extract.bedrock.flight import Flight, Flights
from dbp.extract.bedrock.refusals import of_response
from dbp.extract.bedrock.replies import answer_of, read_reply
from dbp.extract.bedrock.request import parameters
from dbp.meaning import Usage
from dbp.ports.model import (
    Answer,
    BadAnswerError,
    BeforeAttempt,
    Check,
    ModelError,
    Question,
)

if TYPE_CHECKING:
    from dbp.extract.bedrock.session import Place, Service


class BedrockModel:
    """The port `dbp.ports.model.Model` on Bedrock's Converse. Costs nothing before its first use.

    `timeout_seconds` is the wall deadline of one request, `attempts` the most requests of one call,
    `backoff` the first and the longest wait between two in seconds, `max_body_bytes` the longest
    response. Empty texts are what the user's AWS configuration says.
    """

    def __init__(
        self,
        *,
        model: str,
        region: str = "",
        profile: str = "",
        endpoint_url: str = "",
        instance_metadata: bool = False,
        service_tier: str = "default",
        timeout_seconds: float = 30,
        temperature: float = 0.0,
        attempts: int = 3,
        max_connections: int = 8,
        backoff: tuple[float, float] = (0.5, 8.0),
        max_body_bytes: int = 1_000_000,
    ) -> None:
        self.name = model
        self.longest = timeout_seconds * min(attempts, 2)
        """Seconds a call takes at most, without what `before_attempt` takes."""
        self._where = (region, profile, endpoint_url, instance_metadata)
        self._tier = service_tier
        self._timeout = timeout_seconds
        self._temperature = temperature
        self._attempts = attempts
        self._connections = max_connections
        self._backoff = backoff
        self._limit = max_body_bytes
        self._flights = Flights(max_body_bytes)
        self._lock = threading.Lock()
        self._made: Service | None = None
        self._region = ""
        self._host: str | None = None
        self._traits = traits_of(model)

    @property
    def region(self) -> str:
        """The region in force; empty when no configuration names one. Blocking at first."""
        if not self._region:
            from dbp.extract.bedrock.session import region_of

            try:
                self._region = region_of(self._place())
            except Exception:  # noqa: BLE001  # a configuration that cannot be read names none
                return ""
        return self._region

    @property
    def host(self) -> str:
        """The host requests go to, as botocore makes them; empty without a region. Blocking."""
        if self._host is None:
            question = Question("", "", "-", {"type": "object"}, 1)
            try:
                url, _ = self._render(question)
            except ModelError:
                return _host_of(self._where[2])
            self._host = _host_of(url)
        return self._host

    def ask(self, question: Question, check: Check, before_attempt: BeforeAttempt) -> Answer:
        """Ask and wait, retrying what may pass by itself. Blocking, at most `longest` seconds.

        Raises `ModelError`, or what `before_attempt` raised.
        """
        from tenacity import (
            Retrying,
            retry_if_exception,
            sleep_using_event,
            stop_after_attempt,
            stop_before_delay,
            stop_when_event_set,
            wait_exponential_jitter,
        )

        closed = self._flights.closed
        first, most = self._backoff
        retrying = Retrying(
            retry=retry_if_exception(_may_work_again),
            stop=stop_after_attempt(self._attempts)
            | stop_before_delay(self.longest)
            | stop_when_event_set(closed),
            wait=wait_exponential_jitter(multiplier=first, max=most, jitter=first),
            sleep=sleep_using_event(closed),
            reraise=True,
        )
        call = _Call(question, check, before_attempt)
        try:
            return retrying(self._attempt, call)
        except ModelError as error:
            error.usage = error.usage.plus(call.usage)
            error.attempts += call.sent
            if closed.is_set() and _may_work_again(error):
                # Broken off while it was to be asked once more: that is how the call ended.
                ended = cancelled()
                ended.usage, ended.attempts = error.usage, error.attempts
                raise ended from None
            raise

    def render(self, question: Question) -> bytes:
        """Give the exact body a request would have. Sends nothing, needs no credentials.

        Raises `ModelError` when no request can be made at all, as without a region.
        """
        return self._render(question)[1]

    def credentials(self) -> str | None:
        """Say where credentials come from (`env`, `shared-credentials-file`, …), None if nowhere.

        Never shows them. Blocking; may run what the user's own AWS configuration says.
        """
        from dbp.extract.bedrock.credentials import has_api_key

        if has_api_key() and not self._where[1]:
            return "bedrock-api-key"
        try:
            deadline = time.monotonic() + self._timeout
            with self._flights.start(deadline) as flight, self._explained(flight):
                found = self._service().credentials.find()
        except ModelError:
            return None
        return None if found is None else str(found.method or "unnamed")

    def close(self) -> None:
        """Break off every call at once; calls in flight raise `cancelled` within 0.2 s."""
        self._flights.close()
        made = self._made
        if made is not None:
            made.wire.close()

    # ── one request ────────────────────────────────────────────────────────────────────────────

    def _attempt(self, call: _Call) -> Answer:
        if self._flights.closed.is_set():
            raise cancelled()
        call.tries += 1
        call.before_attempt(call.tries)
        now = time.monotonic()
        call.end = call.end or now + self.longest
        try:
            headers, body = self._exchange(call, min(now + self._timeout, call.end))
            reply = read_reply(body)
            call.usage = call.usage.plus(reply.usage)
            value = _checked(call.check, answer_of(reply))
        except BedrockError as fault:
            raise self._learned(fault) from None
        return Answer(value, call.usage, call.sent, _request_id(headers))

    def _exchange(self, call: _Call, deadline: float) -> tuple[Mapping[str, str], bytes]:
        """Send one request; give headers and body of a success."""
        service = self._service()
        with self._flights.start(deadline) as flight:
            try:
                with self._explained(flight):
                    service.converse(self._parameters(call.question))
            finally:
                call.sent += flight.sent
        if flight.reply is None:
            raise BedrockError("botocore sent no request", code="unavailable")
        status, headers, body = flight.reply
        if status != HTTPStatus.OK:
            raise of_response(status, headers, body)
        return headers, body

    def _learned(self, fault: BedrockError) -> BedrockError:
        """Learn from a failure: credentials to look for anew, and what the model does not take."""
        if fault.code == "no_credentials" and self._made is not None:
            self._made.credentials.forget()
        fewer = None
        if fault.code in ("bad_request", "denied"):
            fewer = self._traits.without(fault.message)
        if fewer is None:
            return fault
        self._traits = fewer
        # Not in this call: the ledger knows its bytes already, and they would be others.
        return BedrockError(fault.message, code="unavailable", hint="it is left out from now on")

    def _render(self, question: Question) -> tuple[str, bytes]:
        with self._explained():
            return self._service().render(self._parameters(question))

    def _parameters(self, question: Question) -> dict[str, Any]:
        return parameters(self.name, question, self._traits, self._temperature, self._tier)

    def _place(self) -> Place:
        from dbp.extract.bedrock.session import Place

        return Place(*self._where)

    def _service(self) -> Service:
        with self._lock:
            if self._flights.closed.is_set():
                raise cancelled()
            if self._made is None:
                from dbp.extract.bedrock.session import Service

                with self._explained():
                    self._made = Service(
                        self._place(),
                        self._flights,
                        connections=self._connections,
                        limit=self._limit,
                        seconds=self._timeout,
                    )
            return self._made

    @contextmanager
    def _explained(self, flight: Flight | None = None) -> Iterator[None]:
        """Explain what comes out of botocore, without its text: it can hold what was sent."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # credentials fail in every way there is
            verdict = flight.verdict() if flight else None
            raise of_exception(verdict or error, sent=bool(flight and flight.sent)) from None


_NOTHING = Usage()


@dataclass(slots=True)
class _Call:
    """One call and what it took: `tries` were begun, `sent` left. `end` is its wall deadline."""

    question: Question
    check: Check
    before_attempt: BeforeAttempt
    usage: Usage = _NOTHING
    tries: int = 0
    sent: int = 0
    end: float | None = None


def _checked(check: Check, answer: dict[str, Any]) -> Any:
    try:
        return check(answer)
    except BadAnswerError as error:
        raise bad_answer(f"the answer is not what was asked for: {error}") from None


def _may_work_again(error: BaseException) -> bool:
    return isinstance(error, BedrockError) and error.again


def _request_id(headers: Mapping[str, str]) -> str:
    said = headers.get("x-amzn-requestid", "")
    return said if re.fullmatch(r"[A-Za-z0-9-]{1,64}", said) else ""


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no address
        return ""
    own = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return parts.netloc.rpartition("@")[2].removesuffix(own)
