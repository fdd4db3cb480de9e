"""Who may call now: so many at once, one after the other, at the pace the account allows.

What is asked is prepared before and kept while it waits here, so that neither a rate nor a budget
makes anybody prepare the same file again and again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbp.clock import Clock
from dbp.enrichment.gate import Decision
from dbp.ports import Later

AHEAD = 2
"""Workers beyond the calls under way: they prepare what goes next while the others wait."""


class Turnstile:
    """Shares its condition with its owner, whose news wake everybody who waits here.

    `calls` is how many may be under way at once, `under_way` how many are. While `throttled` says
    so it is one.
    """

    def __init__(
        self,
        changed: threading.Condition,
        clock: Clock,
        calls: int,
        throttled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.calls = calls
        self._throttled = throttled
        self.under_way = 0
        self._changed = changed
        self._clock = clock
        self._occupied = False
        self._settled = 0

    def enter(self, may_go: Callable[[], bool], reserve: Callable[[], Decision]) -> Decision | None:
        """Wait for a place, then reserve, as often and as long as it takes. Blocking.

        `may_go` is asked with the lock held whenever something changed; None: it said no. The
        others wait behind whoever waits for the pace: they would be too early as well.
        """
        with self._changed:
            while self._occupied or self.under_way >= (1 if self._throttled() else self.calls):
                if not may_go():
                    return None
                self._clock.wait(self._changed, None)
            if not may_go():
                return None
            self._occupied = True
        decision = None
        try:
            while True:
                settled = self._settled
                decision = reserve()
                later = decision.answer
                if not isinstance(later, Later) or later.why == "claimed":
                    return decision
                if not self._wait(later, settled, may_go):
                    return None
        finally:
            with self._changed:
                self._occupied = False
                self.under_way += decision is not None and decision.granted is not None
                self._changed.notify_all()

    def _wait(self, later: Later, settled: int, may_go: Callable[[], bool]) -> bool:
        """Wait until it may be tried again; False when it may not go any more."""
        until = self._clock.monotonic() + later.seconds
        with self._changed:
            while may_go():
                left = until - self._clock.monotonic()
                # What a call did not use of its budget may be enough for this one.
                if left <= 0 or (later.why == "reserved" and settled != self._settled):
                    return True
                self._clock.wait(self._changed, left)
        return False

    def leave(self) -> None:
        """A call is over: its place is free."""
        with self._changed:
            self.under_way -= 1
            self._changed.notify_all()

    def settle(self) -> None:
        """What a call reserved was given back."""
        with self._changed:
            self._settled += 1
            self._changed.notify_all()


class Place:
    """One worker's way through the turnstile and out again."""

    def __init__(self, turnstile: Turnstile, may_go: Callable[[], bool]) -> None:
        self._turnstile = turnstile
        self._may_go = may_go
        self._called = self._taken = False

    def take(self, reserve: Callable[[], Decision]) -> Decision | None:
        """See `Turnstile.enter`."""
        decision = self._turnstile.enter(self._may_go, reserve)
        self._called = self._taken = decision is not None and decision.granted is not None
        return decision

    def free(self) -> None:
        """Let the next one in; harmless when repeated."""
        if self._taken:
            self._taken = False
            self._turnstile.leave()

    def close(self) -> None:
        """All is kept and settled that came of the call."""
        self.free()
        if self._called:
            self._turnstile.settle()
