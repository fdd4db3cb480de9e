"""The outgoing queue and the last resort, alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dbp.clock import TurnableClock
from dbp.lsp.ending import LastResort
from dbp.lsp.outgoing import FrameWriter


class Pipe:
    """Takes nothing until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.blocked = threading.Event()
        self.data = b""

    def send(self, piece: memoryview) -> int:
        """Block until open, then take at most ten bytes."""
        self.blocked.set()
        self.open.wait(10)
        self.data += bytes(piece[:10])
        return min(10, len(piece))


def _writer(pipe: Pipe, budget: int = 1000, **more: Callable[[], None]) -> FrameWriter:
    nothing: dict[str, Callable[[], None]] = {"on_stuck": list, "on_broken": list}
    writer = FrameWriter(pipe.send, budget=budget, **{**nothing, **more})  # type: ignore[arg-type]  # kwargs
    writer.start()
    writer.write(b"first")
    assert pipe.blocked.wait(5)
    return writer


def _bodies(pipe: Pipe) -> list[bytes]:
    return [part.partition(b"\r\n\r\n")[2] for part in pipe.data.split(b"Content-Length: ")[1:]]


def test_the_newest_of_a_key_is_sent_in_its_own_place() -> None:
    pipe = Pipe()
    writer = _writer(pipe)
    for body in (b"d1", b"d2"):
        assert writer.write(body, "uri")
    writer.write(b"answer")
    writer.write(b"d3", "uri")
    pipe.open.set()
    assert writer.flush(5)
    assert _bodies(pipe) == [b"first", b"answer", b"d3"]
    assert writer.waiting_bytes == 0


def test_a_full_queue_refuses_new_keys_but_no_answer() -> None:
    pipe = Pipe()
    writer = _writer(pipe, budget=100)
    assert writer.write(b"d1", "a")
    assert writer.write(b"x" * 100)
    assert not writer.write(b"d2", "b")
    assert writer.write(b"d3", "a")
    assert writer.write(b"answer")
    pipe.open.set()
    assert writer.flush(5)
    assert _bodies(pipe) == [b"first", b"x" * 100, b"d3", b"answer"]


def test_twice_the_budget_is_stuck_at_once() -> None:
    pipe, stuck = Pipe(), threading.Event()
    writer = _writer(pipe, budget=100, on_stuck=stuck.set)
    writer.write(b"x" * 200)
    assert stuck.wait(5)
    assert not writer.write(b"more")
    pipe.open.set()


def test_flush_gives_up_in_time() -> None:
    pipe = Pipe()
    writer = _writer(pipe)
    assert not writer.flush(0.01)
    pipe.open.set()
    assert writer.flush(5)


def test_the_last_resort_ends_once_with_the_latest_code() -> None:
    clock, codes, ended = TurnableClock(), [], threading.Event()

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    last = LastResort(1.5, clock=clock, end=end)
    last.arm(1)
    last.arm(0)
    assert codes == []
    clock.turn(1.5)
    assert ended.wait(5)
    assert codes == [0]
    LastResort(None, clock=clock, end=end).arm(1)
    assert codes == [0]
