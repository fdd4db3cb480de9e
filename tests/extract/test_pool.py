# ruff: noqa: E501 - tables of source text, odd letters included
"""Parser processes may die, hang and lie; the pool and the other files do not notice."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from dbp import codec
from dbp.clock import SystemClock, TurnableClock
from dbp.extract import frames, process
from dbp.extract.extraction import VERSION
from dbp.extract.pool import ParserPool
from dbp.model import Content, ContentKey, Extraction, ReferenceRow, SymbolRow
from dbp.ports import Excluded, ExtractionRequest, Extractor, Failure

POISONED_CHILD = """
import os, sys, time
from dbp.extract import child, frames
real = child._answer
def answer(head, body):
    if body.startswith(b"crash"): os._exit(3)
    if body.startswith(b"hang"):
        while True: pass
    if body.startswith(b"memory"): body = bytearray(1 << 40)
    if body.startswith(b"defect"): raise SystemExit
    if body.startswith(b"lie"): return {"intent": 5, "symbols": [], "references": []}, b""
    if body.startswith(b"surrogate"): return {"intent": "\\ud800", "symbols": [], "references": []}, b""
    if body.startswith(b"stray"): print("stray")
    return real(head, body)
child._answer = answer
child.main()
"""


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    made = ParserPool(SystemClock(), max_processes=2)
    yield made
    made.close()


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[ParserPool]:
    monkeypatch.setattr(process, "CHILD", ("-c", POISONED_CHILD))
    made = ParserPool(SystemClock(), max_processes=1, deadline_seconds=0.7)
    yield made
    made.close()


def request(path: str, data: bytes, language: str = "python") -> ExtractionRequest:
    return ExtractionRequest(path, ContentKey("blake2b:0", language, "local-1"), data)


def codes(results: list[Content | Failure | Excluded]) -> list[str]:
    return [item.code if isinstance(item, Failure) else type(item).__name__ for item in results]


def test_the_pool_is_an_extractor(pool: ParserPool) -> None:
    extractor: Extractor = pool
    assert extractor.version == VERSION
    assert extractor.language("a.py", b"") == "python"
    assert extractor.extract([]) == []
    assert pool.status().processes == 0


def test_results_come_in_order_with_rows_and_payload(pool: ParserPool) -> None:
    text = b'"""Does %d.\n\n[Dependencies]\n[Source file intent]\nDoes %d.\n[Dependencies]\n- a/b.py\n"""\nclass A:\n    def f(): pass\n'
    requests = [request(f"{n}.py", text % (n, n)) for n in range(50)]
    requests[7] = request("7", b"a\0b", "text")
    results = pool.extract(requests)
    for number, result in enumerate(results):
        if number == 7:
            assert result == Excluded("binary")
            continue
        assert isinstance(result, Content)
        assert result.intent == f"Does {number}."
        assert result.symbols == (
            SymbolRow("A", "A", "class", 8),
            SymbolRow("f", "A.f", "method", 9),
        )
        assert result.references == (ReferenceRow("header", "a/b.py", 6),)
        header = codec.decode(result.payload).header
        assert header is not None
        assert header.intent == result.intent


def test_large_files_cannot_block_the_pipes(pool: ParserPool) -> None:
    data = b"def f(a): pass\n" * 15_000
    results = pool.extract([request(f"{n}.py", data) for n in range(6)])
    assert codes(results) == ["Content"] * 6


@pytest.mark.parametrize(
    ("poison", "code"),
    [("crash", "crashed"), ("hang", "timeout"), ("memory", "memory"), ("defect", "crashed"), ("lie", "crashed"),
     ("surrogate", "crashed"), ("stray", "Content")],
)  # fmt: skip
def test_a_poisonous_file_hurts_only_itself(poisoned: ParserPool, poison: str, code: str) -> None:
    bodies = [b"a = 1\n", poison.encode(), b"b = 1\n", poison.encode(), b"c = 1\n"]
    results = poisoned.extract([request(f"{n}", body) for n, body in enumerate(bodies)])
    if poison == "memory":  # the request fails inside `real`'s place, so the child ends itself
        code = "crashed"
    assert codes(results) == ["Content", code, "Content", code, "Content"]
    assert not any(item.transient for item in results if isinstance(item, Failure))


def test_running_out_of_memory_is_told() -> None:
    pool = ParserPool(SystemClock(), memory_bytes=120 << 20)
    data = b"x = [" + b"1, " * 2_000_000 + b"]\n"
    results = pool.extract([request("a.py", data), request("b.py", b"def f(): pass\n")])
    pool.close()
    assert codes(results) in (["memory", "Content"], ["crashed", "Content"])


def test_an_open_buffer_is_read_while_the_index_is_busy(poisoned: ParserPool) -> None:
    worker = threading.Thread(target=poisoned.extract, args=([request("a", b"hang")],))
    worker.start()
    extraction = poisoned.extract_text("a.py", "python", "def f(): pass\nx = '\ud800'\n")
    assert isinstance(extraction, Extraction)
    assert extraction.symbols[0].name == "f"
    assert worker.is_alive()
    worker.join()


def test_a_hung_buffer_times_out_and_the_next_is_read(poisoned: ParserPool) -> None:
    first = poisoned.extract_text("a.py", "python", "hang")
    assert isinstance(first, Failure)
    assert first.code == "timeout"
    assert isinstance(poisoned.extract_text("a.py", "python", ""), Extraction)


def test_closing_ends_a_hung_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CHILD", ("-c", POISONED_CHILD))
    pool = ParserPool(SystemClock(), max_processes=1, deadline_seconds=30)
    results: list[Content | Failure | Excluded] = []
    started = threading.Event()

    def work() -> None:
        pool.extract([request("a", b"a = 1")])
        started.set()
        results.extend(pool.extract([request("a", b"hang"), request("b", b"b = 1")]))

    worker = threading.Thread(target=work)
    worker.start()
    started.wait()
    before = time.monotonic()
    pool.close()
    worker.join()
    assert time.monotonic() - before < 0.5
    assert [item.code for item in results if isinstance(item, Failure)] == ["closed", "closed"]
    assert pool.status().processes == 0
    assert codes(pool.extract([request("a", b"")])) == ["closed"]
    assert isinstance(pool.extract_text("a", "text", ""), Failure)


def test_a_killed_process_is_replaced(pool: ParserPool) -> None:
    pool.extract([request("a", b"")])
    [alive] = pool._alive
    os.kill(alive.pid, signal.SIGKILL)
    results = pool.extract([request("a", b""), request("b", b"")])
    assert codes(results)[1] == "Content"


def test_idle_processes_are_reaped_and_spent_ones_replaced() -> None:
    clock = TurnableClock()
    pool = ParserPool(clock, idle_seconds=60, max_files=3)
    pool.extract([request(f"{n}", b"") for n in range(4)])
    pool.extract_text("a", "text", "")
    assert pool.status().processes == 2
    clock.turn(59)
    pool.reap(clock.monotonic())
    assert pool.status().processes == 2
    clock.turn(1)
    pool.reap(clock.monotonic())
    assert pool.status().processes == 0
    assert codes(pool.extract([request("a", b"")])) == ["Content"]
    pool.close()


def test_threads_share_the_processes(pool: ParserPool) -> None:
    results: list[list[str]] = []
    work = [request(f"{n}", b"def f(): pass\n") for n in range(20)]
    threads = [
        threading.Thread(target=lambda: results.append(codes(pool.extract(work)))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [["Content"] * 20] * 5
    assert pool.status().processes <= 2


def test_a_system_without_processes_gives_transient_failures(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(process.subprocess, "Popen", refuse)
    [result] = pool.extract([request("a", b"")])
    assert isinstance(result, Failure)
    assert (result.code, result.transient) == ("unavailable", True)


@pytest.mark.parametrize("head", [b"[]", b"nonsense", b"\xff"])
def test_nonsense_frames_are_refused(head: bytes) -> None:
    buffer = bytearray(frames.LENGTH.pack(len(head), 0) + head)
    with pytest.raises(frames.FrameError):
        frames.unpack(buffer)
    with pytest.raises(frames.FrameError):
        frames.unpack(bytearray(frames.LENGTH.pack(2**32 - 1, 0)))


HEADED = b'"""[Purpose of the cell]\nWeighs.\n\n[Owners]\nThe scales.\n"""\n'
TEMPLATE = "[Purpose of the cell]\n\n[Owners]\n"


def test_a_content_is_read_by_the_rules_its_key_names(pool: ParserPool) -> None:
    plain = ContentKey("blake2b:0", "python", pool.version)
    pool.use_template(TEMPLATE)
    theirs = ContentKey("blake2b:0", "python", pool.version)
    pool.use_template("")
    assert pool.version == plain.extractor != theirs.extractor
    requests = [ExtractionRequest("a.py", key, HEADED) for key in (plain, theirs)]
    sections = []
    for result in pool.extract(requests):
        assert isinstance(result, Content)
        header = codec.decode(result.payload).header
        sections.append([one.title for one in header.sections] if header else [])
    assert sections[1] == ["Purpose of the cell", "Owners"] != sections[0]
