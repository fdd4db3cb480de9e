"""The stand-in for Bedrock in a process of its own, so that its work is not taken for dbp's.

`Apart` starts this file as a program and tells it what to do by lines of JSON; every line is
answered with what it counted since the last `reset`.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Self

from bedrock import Action, Exchange, Received, StandIn, answer, hang, later, throttle
from obeying import Json, asked_of

_CLASSES = frozenset({"class", "struct", "union", "interface", "trait", "enum", "type", "module"})


def plain_answer(request: Json) -> Json:
    """Say something about each unit that was asked for, whatever words the file holds."""
    said: Json = {"headerSections": {}, "functions": [], "classes": []}
    for unit in asked_of(request):
        name = unit.name.rpartition(".")[2].replace("_", " ").strip() or "file"
        lists = {"designPrinciples", "constraints"}
        text = f"Keeps the {name} in one place, so that its callers need not know how it is done."
        docs = {field: [text] if field in lists else text for field in unit.fields}
        if unit.kind == "headerSections":
            said["headerSections"] = docs
        else:
            place = "classes" if unit.kind in _CLASSES else "functions"
            said[place].append({"name": unit.name, "docSections": docs})
    return said


class Apart:
    """A stand-in that runs beside us; `url` is where it listens."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = str(self._read()["url"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]

    def tell(self, **order: Any) -> dict[str, Any]:
        """Set `latency` (seconds), `throttled` (share of requests) or `hung`; give the counts.

        `reset` sets them to nothing before. With `active` it answers when so many requests are
        under way. `bodies` and `texts` are the sizes, in bytes, of all requests and of what they
        show of their files; a `brief` answer leaves them out.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the stand-in ended"
        found: dict[str, Any] = json.loads(line)
        return found

    @property
    def cpu(self) -> float:
        """Seconds of CPU it used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Server:
    """What the program does with requests and orders."""

    def __init__(self) -> None:
        self.latency = self.throttled = 0.0
        self.hung = False
        self._lock = threading.Lock()
        self.stand_in = StandIn(script=self._script)
        self._reset()

    def _reset(self) -> None:
        with self._lock:
            self._asked: Counter[str] = Counter()
            self._refused = self._resent = 0
            self._bodies: list[int] = []
            self._texts: list[int] = []
            self._began = self._ended = 0.0
        with self.stand_in.lock:
            self.stand_in.requests.clear()
            self.stand_in.usage.clear()
            self.stand_in.peak = 0

    def _script(self, request: Received) -> Action:
        began = time.monotonic()
        self._began = self._began or began
        text = request.text
        content = hashlib.blake2b(text.encode()).hexdigest()
        with self._lock:
            self._asked[content] += 1
            turn = f"{content} {self._asked[content]}"
            self._bodies.append(len(request.body))
            self._texts.append(len(text.encode()))
            # botocore says how often it tried this one request itself.
            self._resent += "attempt=1" not in request.headers.get("amz-sdk-request", "attempt=1")
            # Which one is refused follows from the request, not from the order they come in.
            refused = int(hashlib.blake2b(turn.encode()).hexdigest()[:8], 16) % 100
            refused = refused < self.throttled * 100
            self._refused += refused
        if self.hung:
            return hang()
        if refused:
            return throttle()
        action = answer(plain_answer(request.json))
        timed = later(max(0.0, self.latency - (time.monotonic() - began)), action)

        def act(exchange: Exchange) -> None:
            timed(exchange)
            self._ended = time.monotonic()

        return act

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order."""
        if order.pop("reset", False):
            self._reset()
        brief = order.pop("brief", False)
        active = order.pop("active", 0)
        if active:
            self.stand_in.until(lambda: self.stand_in.active >= active, 60)
        for name, value in order.items():
            setattr(self, name, value)
        with self._lock:
            return {
                "requests": len(self._bodies),
                "contents": len(self._asked),
                "most": max(self._asked.values(), default=0),
                "refused": self._refused,
                "resent": self._resent,
                "bodies": [] if brief else self._bodies,
                "texts": [] if brief else self._texts,
                "usage": dict(self.stand_in.usage),
                "seconds": self._ended - self._began,
                "peak": self.stand_in.peak,
                "complaints": self.stand_in.complaints,
            }

    def run(self) -> None:
        """Serve until the input ends."""
        with self.stand_in:
            print(json.dumps({"url": self.stand_in.url}), flush=True)  # noqa: T201  # its way to talk
            for line in sys.stdin:
                print(json.dumps(self.obey(json.loads(line))), flush=True)  # noqa: T201  # the same


if __name__ == "__main__":
    _Server().run()
