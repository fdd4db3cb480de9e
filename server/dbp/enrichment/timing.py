"""A model that says how long its calls took and how they ended; it changes nothing about them."""

from __future__ import annotations

from collections.abc import Callable

from dbp.clock import Clock
from dbp.figures import Operations
from dbp.ports.model import Answer, BeforeAttempt, Check, Model, ModelError, Question

_NO_FAILURE = frozenset({"cancelled", "refused"})
"""We ourselves broke the call off."""


class TimedModel:
    """A `dbp.ports.Model` around another one; `ended` is called after each call."""

    def __init__(
        self, model: Model, clock: Clock, operations: Operations, ended: Callable[[], None]
    ) -> None:
        self._model = model
        self._clock = clock
        self._operations = operations
        self._ended = ended
        self.name = model.name
        self.longest = model.longest

    @property
    def region(self) -> str:
        """The region in force."""
        return self._model.region

    @property
    def host(self) -> str:
        """The host requests go to."""
        return self._model.host

    def ask(self, question: Question, check: Check, before_attempt: BeforeAttempt) -> Answer:
        """Ask and wait; counts the call, and the requests that were repeated in it."""
        started = self._clock.monotonic()
        try:
            answer = self._model.ask(question, check, before_attempt)
        except ModelError as error:
            self._repeated(error.attempts)
            if error.code not in _NO_FAILURE:
                self._operations.failed()
            self._ended()
            raise
        self._repeated(answer.attempts)
        self._operations.done(self._clock.monotonic() - started)
        self._ended()
        return answer

    def _repeated(self, attempts: int) -> None:
        for _ in range(attempts - 1):
            self._operations.failed(again=True)

    def render(self, question: Question) -> bytes:
        """Give the exact body a request would have."""
        return self._model.render(question)

    def credentials(self) -> str | None:
        """Say where credentials come from."""
        return self._model.credentials()

    def close(self) -> None:
        """Break off every call at once."""
        self._model.close()
