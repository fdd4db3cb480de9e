"""Open buffers: what is waited for, and under which rules they are judged."""

from __future__ import annotations

import asyncio
import threading

from dbp.clock import SystemClock
from dbp.lsp.overlays import Buffer, Overlays
from dbp.model import Extraction
from dbp.ports import Extractor


class Parser:
    """Reads everything as one line of text."""

    def language(self, _path: str, _head: bytes) -> str:
        """Everything is text."""
        return "text"

    def extract_text(
        self, _path: str, _language: str, _text: str, _template: str = ""
    ) -> Extraction:
        """Find nothing."""
        return Extraction("text", 1, "utf-8", ascii=True)

    def close(self) -> None:
        """There is no process."""


def overlays() -> Overlays:
    loop = asyncio.get_running_loop()

    def parser() -> Extractor:
        return Parser()  # type: ignore[return-value]  # all that is asked of it

    return Overlays(parser, SystemClock(), loop.call_soon_threadsafe, lambda _parsed: None)


def test_rules_that_change_while_a_buffer_is_judged_are_asked_again() -> None:
    """And who waits gets the verdict of the new rules, although the text is the same."""

    async def scenario() -> None:
        shown = overlays()
        asked, go_on = threading.Event(), threading.Event()

        def old_rules() -> str:
            asked.set()
            assert go_on.wait(10)
            return "ignored"

        shown.submit(Buffer("uri", "a.py", 1, "x", old_rules))
        await asyncio.to_thread(asked.wait, 10)
        shown.forget_reasons()
        shown.submit(Buffer("uri", "a.py", 1, "x", lambda: None))
        go_on.set()
        parsed = await shown.wait("uri", 10)
        assert parsed is not None
        assert parsed.excluded is None
        shown.stop()

    asyncio.run(scenario())


def test_nobody_waits_for_a_document_that_is_closed() -> None:
    async def scenario() -> None:
        shown = overlays()
        shown._started = True  # its thread does not come to it
        shown.submit(Buffer("uri", "a.py", 1, "x", lambda: None))
        waiting = asyncio.ensure_future(shown.wait("uri", 60))
        asyncio.get_running_loop().call_soon(shown.forget, "uri")
        assert await asyncio.wait_for(waiting, 10) is None
        assert shown._waiters == []

    asyncio.run(scenario())
