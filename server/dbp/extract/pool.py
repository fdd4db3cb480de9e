"""The pool of parser processes: the door of this room, and a `ports.Extractor`.

Processes are started when work comes, borrowed by one caller at a time, replaced after a crash, a
timeout or many files, and ended after idling (`reap`) or at `close`. A file that kills its parser
is answered with a `Failure`; the files after it go on in a new process. One more process is kept
for open buffers, so that the person typing never waits behind the index. Safe from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dbp import codec
from dbp.clock import Clock
from dbp.extract import answers, frames, registry
from dbp.extract.extraction import VERSION
from dbp.extract.process import Answer, Broken, ParserProcess
from dbp.hashing import short_hash
from dbp.model import Content, Extraction
from dbp.ports import Excluded, ExtractionRequest, Failure

Result = Content | Failure | Excluded

URGENT_FILES = 5
"""More files than this at once are no save but a storm, whoever calls them urgent."""

TEXT_WAITS = 2
"""Deadlines a buffer waits for others before it: one being parsed, one being killed."""


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """What the pool has done; processes that are alive now, the rest since the start."""

    processes: int
    files: int
    timeouts: int
    crashes: int


class ParserPool:
    """Parser processes on demand: at most `max_processes` for files and one for open buffers."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_processes: int = 2,
        deadline_seconds: float = 5.0,
        idle_seconds: float = 60.0,
        memory_bytes: int = 1 << 30,
        max_files: int = 5000,
        background: bool = False,
    ) -> None:
        """Remember the bounds; nothing is started. `max_files` bounds what leaks can add up to.

        In the `background` files are read when nobody else wants the processor, but for urgent
        ones; open buffers never wait.
        """
        self._clock = clock
        self._max_processes = max(1, max_processes)
        self._deadline = deadline_seconds
        self._idle_seconds = idle_seconds
        self._memory = memory_bytes
        self._max_files = max_files
        self._background = background
        self._changed = threading.Condition()
        self._idle: list[ParserProcess] = []
        self._alive: set[ParserProcess] = set()
        self._borrowed = 0
        self._text_process: ParserProcess | None = None
        self._text_busy = False
        self._closed = False
        self._files = self._timeouts = self._crashes = 0
        self._template = ""
        self._rules: dict[str, str] = {}

    @property
    def version(self) -> str:
        """Names the rules in force."""
        return _version_of(self._template)

    def use_template(self, text: str) -> None:
        """Read headers by a project's own template from now on; empty is the default one."""
        # What was asked for by the rules before is still read by them: a content's key names them.
        self._rules = {_version_of(self._template): self._template, _version_of(text): text}
        self._template = text

    def language(self, path: str, head: bytes) -> str:
        """Name the language of a file. Quick."""
        return registry.language(path, head)

    # ── files ──

    def extract(
        self, requests: Sequence[ExtractionRequest], *, urgent: bool = False
    ) -> list[Result]:
        """Extract each request, in order. Blocking; waits for a process when all are borrowed."""
        if not requests:
            return []
        if not self._take_turn():
            return [_closed()] * len(requests)
        background = self._background and not (urgent and len(requests) <= URGENT_FILES)
        process = self._from_idle(background=background)
        results: list[Result] = []
        forgiven: set[int] = set()
        try:
            while len(results) < len(requests):
                if process is None:
                    started = self._start(background=background)
                    if isinstance(started, Failure):
                        return results + [started] * (len(requests) - len(results))
                    process = started
                if not self._run(process, requests[len(results) :], results, forgiven):
                    self._drop(process)
                    process = None
        finally:
            self._give_back(process)
        return results

    def _run(
        self,
        process: ParserProcess,
        requests: Sequence[ExtractionRequest],
        results: list[Result],
        forgiven: set[int],
    ) -> bool:
        """Extract until all is done or the process is spent; tell whether it can go on.

        A file whose parser dies is tried once more and stands in `forgiven` then: somebody may
        have killed the process, the system when memory ran short for one.
        """
        messages = [
            frames.pack(
                {
                    "id": number,
                    "path": request.path,
                    "language": request.key.language,
                    **self._rules_of(request),
                },
                request.data,
            )
            for number, request in enumerate(requests)
        ]
        for number, answer in enumerate(process.exchange(messages, self._deadline)):
            if isinstance(answer, Broken):
                failure = self._count(answer)
                if answer.code != "crashed" or len(results) in forgiven:
                    results.append(failure)
                else:
                    forgiven.add(len(results))
                return False
            try:
                results.append(_result(number, requests[number], answer))
            except ValueError as error:
                results.append(self._count(_nonsense(error)))
                return False
            self._files += 1
            if answer.head.get("retire") or process.files >= self._max_files:
                return False
        return True

    def _rules_of(self, request: ExtractionRequest) -> dict[str, str]:
        text = self._rules.get(request.key.extractor, self._template)
        return {"template": text} if text else {}

    # ── open buffers ──

    def extract_text(
        self, path: str, language: str, text: str, template: str = ""
    ) -> Extraction | Failure:
        """Extract an open buffer in its own process. Blocking, at most a few deadlines."""
        if not self._take_text_turn():
            return Failure("busy", "other buffers are being read", transient=True)
        process, fit = self._text_process, False
        if process is not None and not process.alive():
            self._drop(process)  # somebody killed it while it idled
            process = None
        try:
            if process is None:
                started = self._start(background=False)
                if isinstance(started, Failure):
                    return started
                process = started
            head = {"id": 0, "path": path, "language": language, "kind": "text"}
            head |= {"template": template} if template else {}
            result, fit = self._read_text(process, head, text)
            return result
        finally:
            if process is not None and not fit:
                self._drop(process)
            with self._changed:
                if process is not None and fit:
                    process.idle_since = self._clock.monotonic()
                self._text_process = process if fit else None
                self._text_busy = False
                self._changed.notify_all()

    def _read_text(
        self, process: ParserProcess, head: dict[str, Any], text: str
    ) -> tuple[Extraction | Failure, bool]:
        """Read one buffer; tell with it whether the process can go on."""
        message = frames.pack(head, text.encode("utf-8", "surrogatepass"))
        [answer] = process.exchange([message], self._deadline)
        if isinstance(answer, Broken):
            return self._count(answer), False
        self._files += 1
        try:
            refused = answers.refusal(answer.head)
            if isinstance(refused, Failure):
                return refused, not answer.head.get("retire")
            return codec.decode(answer.payload), process.files < self._max_files
        except ValueError as error:
            return self._count(_nonsense(error)), False

    # ── processes ──

    def status(self) -> PoolStatus:
        """Tell what the pool has done. Quick."""
        with self._changed:
            return PoolStatus(len(self._alive), self._files, self._timeouts, self._crashes)

    def reap(self, now: float) -> bool:
        """End processes that idled too long; `now` is the clock's `monotonic`. Brief.

        Returns whether any process is left.
        """
        with self._changed:
            spent = [item for item in self._idle if now - item.idle_since >= self._idle_seconds]
            self._idle = [item for item in self._idle if item not in spent]
            text = self._text_process
            if text and not self._text_busy and now - text.idle_since >= self._idle_seconds:
                spent.append(text)
                self._text_process = None
        for process in spent:
            self._drop(process)
        with self._changed:
            return bool(self._alive)

    def close(self) -> None:
        """End every process, hung ones too; callers that wait get transient failures."""
        with self._changed:
            self._closed = True
            alive = list(self._alive)
            idle, self._idle = self._idle, []
            if self._text_process and not self._text_busy:
                idle.append(self._text_process)
                self._text_process = None
            self._changed.notify_all()
        for process in alive:
            process.kill()
        for process in idle:
            self._drop(process)

    def _start(self, *, background: bool) -> ParserProcess | Failure:
        try:
            process = ParserProcess(self._memory, self._clock.monotonic, background=background)
        except OSError as error:
            return Failure("unavailable", f"no parser process: {error.strerror}", transient=True)
        with self._changed:
            self._alive.add(process)
            closed = self._closed
        if closed:  # `close` came while it started and did not see it
            self._drop(process)
            return _closed()
        return process

    def _drop(self, process: ParserProcess) -> None:
        process.release()
        with self._changed:
            self._alive.discard(process)

    def _count(self, broken: Broken) -> Failure:
        with self._changed:
            self._timeouts += broken.code == "timeout"
            self._crashes += broken.code == "crashed"
        return Failure(broken.code, broken.message, transient=broken.code == "closed")

    def _take_turn(self) -> bool:
        with self._changed:
            while self._borrowed >= self._max_processes and not self._closed:
                self._clock.wait(self._changed, None)
            if self._closed:
                return False
            self._borrowed += 1
            return True

    def _from_idle(self, *, background: bool) -> ParserProcess | None:
        with self._changed:
            fitting = [process for process in self._idle if process.background == background]
            if fitting:
                self._idle.remove(fitting[-1])
            return fitting[-1] if fitting else None

    def _give_back(self, process: ParserProcess | None) -> None:
        with self._changed:
            self._borrowed -= 1
            keep = process is not None and not process.killed and not self._closed
            if process is not None and keep:
                process.idle_since = self._clock.monotonic()
                self._idle.append(process)
            self._changed.notify()
        if process is not None and not keep:
            self._drop(process)

    def _take_text_turn(self) -> bool:
        patience = self._clock.monotonic() + TEXT_WAITS * self._deadline
        with self._changed:
            while self._text_busy and not self._closed:
                remaining = patience - self._clock.monotonic()
                if remaining <= 0:
                    return False
                self._clock.wait(self._changed, remaining)
            if self._closed:
                return False
            self._text_busy = True
            return True


def _result(number: int, request: ExtractionRequest, answer: Answer) -> Result:
    if answer.head.get("id") != number:
        raise frames.FrameError("the answer is to another request")
    return answers.refusal(answer.head) or answers.content(request.key, answer.head, answer.payload)


def _nonsense(error: ValueError) -> Broken:
    return Broken("crashed", f"the parser answered nonsense: {error}")


def _closed() -> Failure:
    return Failure("closed", "the parsers were ended", transient=True)


def _version_of(template: str) -> str:
    """Name the rules with a project's own template, empty for the default one."""
    return f"{VERSION}+{short_hash(template.encode())}" if template else VERSION
