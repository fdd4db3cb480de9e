"""When calls rest: the circuit breaker, and the longer pauses a person is told about.

Pure but for the clock. After a pause one call goes ahead as a *probe*; the others follow when it
succeeds. Nothing here counts against a file.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbp.clock import Clock

THRESHOLDS = {"throttled": 3, "unavailable": 5, "timeout": 5, "invalid_response": 5}
"""How many calls in a row fail before the others wait; any other code parks at once."""

_PAUSES = {"throttled": (5.0, 60.0), "budget": (60.0, 3600.0)}
_PAUSE = (30.0, 300.0)
"""Seconds of the first pause and of the longest; they double in between."""

_STATES = {
    "throttled": "throttled",
    "no_credentials": "no_credentials",
    "denied": "no_credentials",
    "budget": "budget_exhausted",
}
_PATIENT_SPELLS = 3


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call that may start; a `probe` goes alone."""

    probe: bool


class Parking:
    """Not thread-safe: its owner holds a lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._code = ""
        self._failures = 0
        self._spells = 0
        self._until = 0.0
        self._wall_until: float | None = None
        self._probing = False
        self.reason = ""

    @property
    def code(self) -> str:
        """Why calls rest; empty when they do not."""
        return self._code

    @property
    def state(self) -> str:
        """The state as doc/protocol.md names it: `ok`, `throttled`, `open_circuit` and others."""
        return _STATES.get(self._code, "open_circuit") if self._code else "ok"

    @property
    def passing(self) -> bool:
        """Whether a pause is so short that a command in the foreground waits for it."""
        return self._code == "throttled" and self._spells <= _PATIENT_SPELLS

    def wait(self) -> float | None:
        """Say how many seconds the next call has to wait; None: until a probe ended."""
        if not self._code:
            return 0.0
        if self._probing:
            return None
        if self._wall_until is not None:
            return max(0.0, self._wall_until - self._clock.now())
        return max(0.0, self._until - self._clock.monotonic())

    def enter(self) -> Ticket:
        """Let a call start, after `wait` said 0."""
        self._probing = bool(self._code)
        return Ticket(self._probing)

    def leave(self, ticket: Ticket) -> None:
        """A call ended without any answer about the service: nothing was asked."""
        if ticket.probe:
            self._probing = False

    def succeeded(self, ticket: Ticket) -> None:
        """The service answered: everybody goes on, unless it is the budget that is missing.

        A call that was on its way before says nothing about that.
        """
        self.leave(ticket)
        if ticket.probe or self._code != "budget":
            self.open()

    def open(self) -> None:
        """Forget what was: settings or credentials changed, or a call succeeded."""
        self._code = self.reason = ""
        self._failures = self._spells = 0
        self._wall_until = None

    def failed(self, ticket: Ticket, code: str, reason: str, *, until: float | None = None) -> bool:
        """Take note of a failure of the service; True when it parks everybody anew.

        `until` is when a pause ends by the wall clock (epoch seconds), if that is known.
        """
        self.leave(ticket)
        self._failures += 1
        if not ticket.probe and self._failures < THRESHOLDS.get(code, 1):
            return False
        if self._code and not ticket.probe:
            return False  # calls that were on their way when the first one parked us
        news = code != self._code
        self._spells = 1 if news else self._spells + 1
        first, longest = _PAUSES.get(code, _PAUSE)
        pause = min(longest, first * 2.0 ** (self._spells - 1))
        self._code, self.reason = code, reason
        self._until = self._clock.monotonic() + pause
        self._wall_until = until
        return news
