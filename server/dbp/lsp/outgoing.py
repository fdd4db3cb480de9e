"""The way out: a bounded queue between the loop and a client that may not read.

Promises: `write` never blocks; what was superseded while it waited is never sent; answers are
never dropped; a client that leaves a full queue untouched for `patience` seconds, or lets it grow
to twice its size, ends the session instead of the machine's memory.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from dbp.clock import Clock, SystemClock
from dbp.lsp.framing import frame

log = logging.getLogger(__name__)

BUDGET = 64 * 1024 * 1024  # bytes that may wait: as much as the largest message that may come
PATIENCE = 30.0  # seconds: longer than an editor's worst pause, shorter than a person's
_CHUNK = 64 * 1024  # what a Linux pipe holds: progress is seen at this grain


class FrameWriter:
    """Frames bodies and writes them in a daemon thread, in order.

    `send(data)` blocks and returns how many bytes it took. `on_stuck` and `on_broken` are called at
    most once, from one of the writer's threads: the client does not read, or is gone.
    """

    def __init__(
        self,
        send: Callable[[memoryview], int],
        *,
        on_stuck: Callable[[], None],
        on_broken: Callable[[], None],
        budget: int = BUDGET,
        patience: float = PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self._send = send
        self._on_stuck = on_stuck
        self._on_broken = on_broken
        self._budget = budget
        self._patience = patience
        self._clock = clock or SystemClock()
        self._condition = threading.Condition()
        self._queue: OrderedDict[Hashable, bytes] = OrderedDict()
        self._serial = 0
        self._bytes = 0
        self._chunks_sent = 0
        self._writing = False
        self._watched = False
        self._dead = False

    def start(self) -> None:
        """Start writing."""
        threading.Thread(target=self._run, name="dbp-lsp-writer", daemon=True).start()

    def write(self, body: bytes, key: Hashable = None) -> bool:
        """Queue a body; tell whether it will be sent unless a newer one comes first.

        A body with a key takes the place of a waiting one with an equal key, and is refused while
        the queue is full and holds none. Any thread, never blocks.
        """
        with self._condition:
            if self._dead:
                return False
            slot: Hashable = key
            if key is None:
                self._serial += 1
                slot = self._serial
            elif (older := self._queue.pop(key, None)) is not None:
                self._bytes -= len(older)
            elif self._bytes >= self._budget:
                return False
            self._queue[slot] = body
            self._bytes += len(body)
            if self._bytes >= self._budget and not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="dbp-lsp-patience", daemon=True).start()
            self._condition.notify_all()
            return True

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait to be written."""
        return self._bytes

    def flush(self, timeout: float) -> bool:
        """Wait until all is written, for at most `timeout` seconds; tell whether it is."""
        until = self._clock.monotonic() + timeout
        with self._condition:
            while (self._queue or self._writing) and not self._dead:
                left = until - self._clock.monotonic()
                if left <= 0:
                    return False
                self._clock.wait(self._condition, left)
            return not self._dead

    def stop(self) -> None:
        """Forget what waits and take nothing more; a write under way is left to itself."""
        with self._condition:
            self._dead = True
            self._queue.clear()
            self._bytes = 0
            self._condition.notify_all()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._queue and not self._dead:
                    self._clock.wait(self._condition, None)
                if self._dead:
                    return
                _slot, body = self._queue.popitem(last=False)
                self._writing = True
            try:
                self._write_all(frame(body))
            except (OSError, ValueError) as error:
                log.info("the client does not take what is sent: %s", error)
                self.stop()
                self._on_broken()
                return
            finally:
                with self._condition:
                    self._writing = False
                    self._bytes = max(0, self._bytes - len(body))
                    self._condition.notify_all()

    def _write_all(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            sent = self._send(view[:_CHUNK])
            view = view[sent:]
            self._chunks_sent += 1
            if self._watched:
                with self._condition:
                    self._condition.notify_all()

    def _watch(self) -> None:
        """Run while the queue is full; end the session when nothing moves for `patience`."""
        with self._condition:
            seen, until = self._chunks_sent, self._clock.monotonic() + self._patience
            while self._bytes >= self._budget and not self._dead:
                now = self._clock.monotonic()
                if self._chunks_sent != seen:
                    seen, until = self._chunks_sent, now + self._patience
                if now >= until or self._bytes >= 2 * self._budget:
                    break
                self._clock.wait(self._condition, until - now)
            self._watched = False
            stuck = self._bytes >= self._budget and not self._dead
        if stuck:
            self.stop()
            self._on_stuck()
