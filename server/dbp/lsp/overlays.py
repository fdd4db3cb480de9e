"""Open buffers, parsed as the user types: the newest version of each, on a thread of its own.

What is parsed here is shown and never stored. A buffer that belongs to an ignored file is not
parsed at all; the reason is kept instead.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.clock import Clock
from dbp.hashing import content_hash

if TYPE_CHECKING:
    from dbp.model import Extraction
    from dbp.ports import Extractor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Buffer:
    """One version of an open document, to be parsed. `why_excluded` may block for a moment.

    `template` gives the text of its project's header template, empty for the default.
    """

    uri: str
    path: str
    version: int
    text: str
    why_excluded: Callable[[], str | None]
    template: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a buffer: an extraction, or the reason why there is none."""

    uri: str
    version: int
    extraction: Extraction | None
    excluded: str | None = None
    content_hash: str = ""


class Overlays:
    """Latest wins. `submit`, `get`, `wait` and `forget` belong to the loop thread."""

    def __init__(
        self,
        open_extractor: Callable[[], Extractor],
        clock: Clock,
        call_on_loop: Callable[..., object],
        on_parsed: Callable[[Parsed], None],
    ) -> None:
        self._open_extractor = open_extractor
        self._clock = clock
        self._call_on_loop = call_on_loop
        self._on_parsed = on_parsed
        self._changed = threading.Condition()
        self._pending: dict[str, tuple[int, Buffer]] = {}
        self._reasons: dict[str, str | None] = {}
        self._rules = 0
        self._stopped = False
        self._started = False
        self._extractor: Extractor | None = None
        self._submitted = 0
        self._wanted: dict[str, int] = {}
        self._reached: dict[str, int] = {}
        self._parsed: dict[str, Parsed] = {}
        self._waiters: list[tuple[str, int, asyncio.Future[None]]] = []

    # ── loop thread ────────────────────────────────────────────────────────────────────────────

    def submit(self, buffer: Buffer) -> None:
        """Parse this version soon; one that still waits is dropped for it."""
        # Counted here: the client's versions start anew when a document is opened again, and stay
        # the same when it is only the rules that changed.
        self._submitted += 1
        self._wanted[buffer.uri] = self._submitted
        with self._changed:
            self._pending[buffer.uri] = (self._submitted, buffer)
            self._changed.notify_all()
        if not self._started:
            from dbp.runtime import start_thread

            self._started = True
            start_thread("overlays", self._run)

    def get(self, uri: str) -> Parsed | None:
        """Give what is known of an open document, whatever its version."""
        return self._parsed.get(uri)

    def all(self) -> list[Parsed]:
        """Give what is known of all open documents."""
        return list(self._parsed.values())

    async def wait(self, uri: str, seconds: float) -> Parsed | None:
        """Wait a moment for the newest version of a document; give what there is then."""
        wanted = self._wanted.get(uri)
        if wanted is not None and not self._is_there(uri, wanted):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((uri, wanted, future))
            await asyncio.wait({future}, timeout=seconds)
        return self._parsed.get(uri)

    async def wait_for_all(self, seconds: float) -> None:
        """Wait until every open document's newest version is parsed."""
        for uri in list(self._wanted):
            await self.wait(uri, seconds)

    def forget(self, uri: str) -> None:
        """Drop a closed document."""
        for known in (self._wanted, self._reached, self._parsed):
            known.pop(uri, None)
        with self._changed:
            self._pending.pop(uri, None)
            self._forget_reason(uri)
        self._wake()

    def forget_verdict(self, uri: str) -> None:
        """Show nothing of a document until it is parsed again, and asked about again."""
        self._parsed.pop(uri, None)
        with self._changed:
            self._forget_reason(uri)

    def forget_reasons(self) -> None:
        """Ask again which documents are ignored: the rules changed."""
        with self._changed:
            self._rules += 1
            self._reasons.clear()

    def _forget_reason(self, uri: str) -> None:
        self._rules += 1
        self._reasons.pop(uri, None)

    def _is_there(self, uri: str, number: int) -> bool:
        return self._reached.get(uri, 0) >= number

    def _take(self, number: int, parsed: Parsed) -> None:
        if parsed.uri in self._wanted:
            self._reached[parsed.uri] = number
            self._parsed[parsed.uri] = parsed
            self._on_parsed(parsed)
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiters = self._waiters, []
        for waiter in waiting:
            uri, number, future = waiter
            if uri not in self._wanted or self._is_there(uri, number):
                if not future.done():
                    future.set_result(None)
            else:
                self._waiters.append(waiter)

    # ── its own thread ─────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._pending and not self._stopped:
                    self._clock.wait(self._changed, None)
                if self._stopped:
                    return
                uri = next(iter(self._pending))
                number, buffer = self._pending.pop(uri)
            try:
                parsed = self._parse(buffer)
            except Exception:
                log.exception("an open buffer could not be parsed")
                parsed = Parsed(buffer.uri, buffer.version, None)
            self._call_on_loop(self._take, number, parsed)

    def _parse(self, buffer: Buffer) -> Parsed:
        from dbp.ports import Failure

        reason = self._why_excluded(buffer)
        if reason is not None:
            return Parsed(buffer.uri, buffer.version, None, reason)
        if self._extractor is None:
            self._extractor = self._open_extractor()
        head = buffer.text[:256].encode("utf-8", "replace")
        language = self._extractor.language(buffer.path, head)
        template = buffer.template()
        result = self._extractor.extract_text(buffer.path, language, buffer.text, template)
        if isinstance(result, Failure):
            log.info("an open buffer was not parsed: %s", result.code)
            return Parsed(buffer.uri, buffer.version, None)
        content = content_hash(buffer.text.encode("utf-8", "surrogatepass"))
        return Parsed(buffer.uri, buffer.version, result, content_hash=content)

    def _why_excluded(self, buffer: Buffer) -> str | None:
        """Ask once a document, and again when the rules changed: even while they are asked."""
        with self._changed:
            rules = self._rules
            if buffer.uri in self._reasons:
                return self._reasons[buffer.uri]
        reason = buffer.why_excluded()
        with self._changed:
            if rules == self._rules:
                self._reasons[buffer.uri] = reason
        return reason

    def stop(self) -> None:
        """End the thread and its parser."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._extractor is not None:
            self._extractor.close()
