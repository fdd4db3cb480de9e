"""The port to a language model: one question, one checked answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from dbp.errors import DbpError
from dbp.meaning import Usage


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, complete: equal questions are equal bytes on the wire.

    `system` and `guide` are the same for every file of a project (a cache point stands behind
    them); `content` is the file's part. The answer must be an object of the JSON `schema`.
    """

    system: str
    guide: str
    content: str
    schema: Mapping[str, Any]
    max_tokens: int


class Answer(NamedTuple):
    """A checked answer: what `check` returned, and what it took."""

    value: Any
    usage: Usage
    attempts: int
    request_id: str = ""


class ModelError(DbpError):
    """A call that brought nothing; `usage` and `attempts` say what it took nevertheless.

    Codes that speak of the service (the file waits, `waits` is true): `throttled`, `unavailable`
    (5xx, model not ready), `timeout`, `offline` (no connection, TLS, DNS, proxy), `no_credentials`
    (none, expired, not understood), `denied` (access, wrong region, no such model), `cancelled`,
    `refused` (by `before_attempt`). Codes that speak of this content (it failed):
    `invalid_response`, `max_tokens`, `content_filtered`, `guardrail`, `bad_request`.
    """

    code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str = "",
        usage: Usage | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.usage = usage or Usage()
        self.attempts = attempts

    @property
    def waits(self) -> bool:
        """Whether the service is at fault, so that the file only waits."""
        return self.code in _SERVICE


_SERVICE = frozenset(
    {
        "throttled",
        "unavailable",
        "timeout",
        "offline",
        "no_credentials",
        "denied",
        "cancelled",
        "refused",
    }
)


class BadAnswerError(ValueError):
    """What `check` raises for an answer that is not what was asked for: it is asked again."""


Check = Callable[[Any], Any]
"""Takes the JSON object of an answer and returns what becomes of it; raises `BadAnswerError`."""

BeforeAttempt = Callable[[int], None]
"""Called before each request leaves, with its number from 1; what it raises stops the call."""


class Model(Protocol):
    """A language model behind a service. Thread-safe; one for the life of the process."""

    name: str
    """The model id as the user wrote it."""

    longest: float
    """Seconds a call takes at most, without what `before_attempt` takes."""

    @property
    def region(self) -> str:
        """The region in force; empty when no configuration names one. Blocking at first."""

    @property
    def host(self) -> str:
        """The host requests go to, with its port if it is not the scheme's own."""

    def ask(self, question: Question, check: Check, before_attempt: BeforeAttempt) -> Answer:
        """Ask and wait, retrying what may pass by itself. Blocking, at most the wall deadline.

        Raises `ModelError`, or what `before_attempt` raised.
        """

    def render(self, question: Question) -> bytes:
        """Give the exact body a request would have. Sends nothing, needs no credentials."""

    def credentials(self) -> str | None:
        """Say where credentials come from (`env`, `shared-credentials-file`, …), None if nowhere.

        Never shows them. Blocking; may run what the user's own AWS configuration says.
        """

    def close(self) -> None:
        """Break off every call at once; calls in flight raise `cancelled` within 0.2 s."""
