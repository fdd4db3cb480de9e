"""The last resort: the process is gone in time even when a handler hangs the loop.

Everything else ends in order. This waits in a daemon thread and ends the process without asking,
because an editor that waits for us, or has died, cannot do it.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

from dbp.clock import Clock, SystemClock

GRACE = 1.5  # seconds: vscode-languageclient kills a server 2 s after it asked it to stop


class LastResort:
    """Ends the process `grace` seconds after it was first armed; None disables it."""

    def __init__(
        self,
        grace: float | None = GRACE,
        *,
        clock: Clock | None = None,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._grace = grace
        self._clock = clock or SystemClock()
        self._end = end
        self._condition = threading.Condition()
        self._armed = False
        self._code = 1

    def arm(self, code: int) -> None:
        """Start the countdown; a later call only changes the exit code. Any thread."""
        with self._condition:
            self._code = code
            if self._armed or self._grace is None:
                return
            self._armed = True
        threading.Thread(target=self._run, name="dbp-lsp-last-resort", daemon=True).start()

    def _run(self) -> None:
        until = self._clock.monotonic() + (self._grace or 0.0)
        with self._condition:
            while (left := until - self._clock.monotonic()) > 0:
                self._clock.wait(self._condition, left)
        _say(b"dbp: something did not stop in time; the process ends without it\n")
        self._end(self._code)


def _say(line: bytes) -> None:
    """Write to stderr if that cannot block; logging might wait for a lock that hangs too."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(2, select.POLLOUT)
        if any(event & select.POLLOUT for _fd, event in poll.poll(0)):
            os.write(2, line)
