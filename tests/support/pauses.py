"""Which single steps of preparing a file hold the interpreter, so that nothing else can run.

A regular expression over a long text is one such step: however many threads there are, hovers wait
for its end. A thread that wants to run every millisecond notices; which call it was is found by
preparing the same file again under a profiler.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Self

from dbp.enrichment.prepare import FileFacts, prepare
from dbp.extract.extraction import extract_bytes
from dbp.extract.registry import language
from dbp.model import Extraction
from dbp.settings import Settings

LARGEST = 60
SHOWN = 8
MEGABYTE = 1 << 20
_BEAT = 0.001
_TELLING = 0.02


class Heart:
    """A thread that beats every millisecond; `longest` is the longest time it could not."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        last = time.perf_counter()
        while not self._end.wait(_BEAT):
            now = time.perf_counter()
            self.longest = max(self.longest, now - last - _BEAT)
            last = now


class _Calls:
    """A profile function that keeps the longest call into C, and the line it was made on."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.what = ""
        self._started = 0.0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            self._started = time.perf_counter()
        elif event == "c_return":
            took = time.perf_counter() - self._started
            if took > self.longest:
                self.longest = took
                name = Path(frame.f_code.co_filename).stem
                called = getattr(argument, "__qualname__", repr(argument))
                self.what = f"{called} at {name}:{frame.f_lineno}"
            self._started = time.perf_counter()


def longest_pauses(root: Path) -> list[tuple[str, float, str]]:
    """Prepare the largest files of a folder and made ones of 1 MB; give the worst pauses.

    Each with its name, its seconds without a beat (the best of two) and the call that was to blame.
    """
    found = []
    for name, data in (*_largest(root), *_made()):
        extraction = extract_bytes(name, language(name, data[:256]), data)
        if not isinstance(extraction, Extraction):
            continue
        ready = _preparation(name, data, extraction)
        pause = min(_beaten(ready) for _ in range(2))
        calls = _Calls()
        if pause > _TELLING:
            sys.setprofile(calls)
            try:
                ready()
            finally:
                sys.setprofile(None)
        blame = f"{calls.longest * 1000:.0f} ms {calls.what}" if calls.what else ""
        found.append((f"{name} ({len(data) >> 10} KB)", pause, blame))
    return sorted(found, key=lambda each: -each[1])[:SHOWN]


def _preparation(name: str, data: bytes, extraction: Extraction) -> Callable[[], object]:
    facts = FileFacts(name, lambda _path: False, 1)
    llm = Settings().llm
    return lambda: prepare(facts, data, extraction, None, llm)


def _beaten(run: Callable[[], object]) -> float:
    with Heart() as heart:
        run()
    return heart.longest


def _largest(root: Path) -> Iterator[tuple[str, bytes]]:
    files = []
    for folder, names, found in os.walk(root):
        names[:] = [name for name in names if name not in {".git", "site-packages"}]
        paths = (Path(folder, name) for name in found)
        files += [path for path in paths if path.is_file() and not path.is_symlink()]
    small = [path for path in files if path.stat().st_size <= MEGABYTE]
    for path in sorted(small, key=lambda each: -each.stat().st_size)[:LARGEST]:
        yield path.name, path.read_bytes()


def _made() -> Iterator[tuple[str, bytes]]:
    function = (
        "def grow_{0}(first, second):\n    total = first\n    for step in range(second):\n"
        "        total += step * first\n    return 'https://example.org/{0}' + str(total)\n\n\n"
    )
    shapes = {
        "functions.py": function.format,
        "one_line.js": lambda n: f"var a{n}=function(b,c){{return b+c*{n}}};",
        "prose.md": lambda n: f"The {n}th sentence says little, and says it slowly.\n",
        "data.json": lambda n: f'{{"name": "item{n}", "value": {n}, "tags": ["a", "b"]}},\n',
        "hex.c": lambda n: f"0x{n * 2654435761 % 2**32:08x}, " + "\n" * (n % 8 == 0),
        "words.txt": lambda n: f"word{n} ",
        "assignments.sh": lambda n: f"export NAME_{n}=value-{n}\n",
        "dashes.txt": lambda _: "-" * 64,
        "base64.txt": lambda _: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo",
        "brackets.js": lambda _: "[({",
        "colons.yaml": lambda n: f"key{n}: user:{n}@host:{n}/path\n",
    }
    for name, make in shapes.items():
        parts, size, number = [], 0, 0
        while size < MEGABYTE:
            parts.append(make(number))
            size += len(parts[-1])
            number += 1
        yield f"made/{name}", "".join(parts)[:MEGABYTE].encode()
