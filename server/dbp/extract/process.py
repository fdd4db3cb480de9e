"""One parser process as the pool sees it: started, spoken to with a deadline, killed.

Both directions are served by one selector loop, so that a large request and a large answer can
never block each other; the next request is on its way while an answer is made.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from dbp.extract import frames

IN_FLIGHT = 2
"""Requests under way at once: one being read, one waiting in the pipe."""

CHUNK = 256 * 1024

CHILD = ("-m", "dbp.extract.child")
"""What the process runs; tests put a poisonous one in its place."""


PATIENCE = 12
"""Deadlines of real time for a process that does not get the processor: a long build goes first."""


class Answer(NamedTuple):
    """What came back for one request."""

    head: dict[str, Any]
    payload: bytes


class Broken(NamedTuple):
    """Why no answer came: `timeout`, `crashed`, or `closed` when the pool ended the process."""

    code: str
    message: str


class ParserProcess:
    """A child process. Used by one thread at a time; `kill` may come from any."""

    def __init__(self, memory_bytes: int, clock: Callable[[], float], *, background: bool) -> None:
        """Start it in nobody's workspace. Raises `OSError` when the system refuses.

        A process in the background runs when nobody else wants the processor.
        """
        command = [sys.executable, "-P", "-X", "utf8", *CHILD, "--memory", str(memory_bytes)]
        command += ["--background"] if background else []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=sys.base_exec_prefix,
            env=_environment(),
            bufsize=0,
            # Ctrl-C on a terminal is for us: a parser that died of it would look like a crash.
            start_new_session=True,
        )
        self.background = background
        self.files = 0
        self.killed = False
        self.idle_since = clock()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def alive(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def exchange(self, messages: Sequence[bytes], deadline: float) -> Iterator[Answer | Broken]:
        """Send messages and yield an answer for each, in order; `Broken` is the last one yielded.

        `deadline` is seconds for each message. A process that had no processor to itself gets
        more real time, but never more than `PATIENCE` times as much.
        """
        waiting = deque(messages)
        outgoing, incoming = bytearray(), bytearray()
        under_way = 0
        timer = _Timer(self._process.pid, deadline, background=self.background)
        while waiting or under_way:
            while waiting and under_way < IN_FLIGHT:
                outgoing += waiting.popleft()
                under_way += 1
            broken = self._move(outgoing, incoming, timer.remaining())
            try:
                while (message := frames.unpack(incoming)) is not None:
                    under_way -= 1
                    self.files += 1
                    yield Answer(*message)
                    timer.restart()
            except frames.FrameError as error:
                broken = Broken("crashed", f"the parser answered nonsense: {error}")
            if broken and (waiting or under_way):
                yield broken
                return

    def _move(self, outgoing: bytearray, incoming: bytearray, remaining: float) -> Broken | None:
        """Move bytes both ways once, or find out why that is over."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None or self.killed:
            return self._gone()
        if remaining <= 0:
            return Broken("timeout", "the parser did not finish in time")
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(stdout, selectors.EVENT_READ)
                if outgoing:
                    selector.register(stdin, selectors.EVENT_WRITE)
                ready = [key.fileobj for key, _ in selector.select(remaining)]
            if stdin in ready:
                del outgoing[: os.write(stdin.fileno(), outgoing[:CHUNK])]
            if stdout in ready:
                data = os.read(stdout.fileno(), CHUNK)
                if not data:
                    return self._gone()
                incoming += data
        except BlockingIOError:
            return None
        except (OSError, ValueError):  # a broken pipe, or one closed by `kill`
            return self._gone()
        return None

    def _gone(self) -> Broken:
        if self.killed:
            return Broken("closed", "the parser was ended")
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(0.5)
        return Broken("crashed", f"the parser died ({_cause(code)})")

    def kill(self) -> None:
        """End the process at once; returns when it is gone. May be called twice."""
        self.killed = True
        with contextlib.suppress(OSError):
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)

    def release(self) -> None:
        """Kill it and close its pipes; only for the thread that speaks with it."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _Timer:
    """How long a message may still take.

    A process in the background may have to wait for the processor: while it is able to run and did
    not get to, it is given another deadline, up to `PATIENCE` of them.
    """

    def __init__(self, pid: int, seconds: float, *, background: bool) -> None:
        self._pid = pid
        self._seconds = seconds
        self._background = background
        self.restart()

    def restart(self) -> None:
        """Begin the next message."""
        self._started = time.monotonic()
        self._expires = self._started + self._seconds
        self._computed: float | None = None

    def remaining(self) -> float:
        """Give the seconds left; zero or less when the time is over."""
        now = time.monotonic()
        if now < self._expires:
            return self._expires - now
        over = now - self._started >= PATIENCE * self._seconds
        if over or not self._background or not self._is_starved():
            return 0.0
        self._expires = now + self._seconds
        return self._seconds

    def _is_starved(self) -> bool:
        """Tell whether it waits for the processor rather than for anything else, or computes."""
        import psutil

        try:
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            can_run = process.status() == psutil.STATUS_RUNNING
        except psutil.Error:
            return False
        before, self._computed = self._computed, float(times.user + times.system)
        if before is None:
            return can_run
        return can_run and self._computed - before < self._seconds / 2


def _environment() -> dict[str, str]:
    """Keep what Python needs to start: a parser has no use for anybody's keys."""
    kept = ("PYTHONPATH", "PYTHONHOME", "PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _cause(code: int | None) -> str:
    if code is None:
        return "still ending"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
