"""When a change is looked at, in turned time: quiet, never quiet, paused, forced."""

from __future__ import annotations

from fakes import Harness

from dbp.changes import ChangeBuffer
from dbp.clock import TurnableClock
from dbp.entries import Window
from dbp.model import Cause, Change, Priority

TIMING = {"delay_seconds": 10, "max_delay_seconds": 30}


def test_a_single_save_is_extracted_when_it_was_quiet() -> None:
    """Row Q4."""
    with Harness(TIMING) as h:
        h.save("a.py")
        h.turn(9.9)
        h.rest()
        assert h.extractor.paths() == []
        h.turn(0.1)
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_a_file_saved_each_second_is_extracted_after_the_longest_delay() -> None:
    """Row Q5: delay 10, max delay 30, never quiet."""
    with Harness(TIMING) as h:
        for second in range(40):
            h.save("a.py", b"second %d\n" % second)
            h.rest()
            if h.extractor.seen:
                break
            h.turn(1)
        assert 30 <= second <= 32
        assert h.store.intents() == {"a.py": f"second {second}\n"}


def test_it_goes_on_being_extracted_once_each_longest_delay() -> None:
    with Harness(TIMING) as h:
        for second in range(100):
            h.save("a.py", b"second %d\n" % second)
            h.rest()
            h.turn(1)
        assert len(h.extractor.seen) == 3


def test_typing_postpones_what_waits_and_never_beyond_the_longest_delay() -> None:
    """Row K11."""
    with Harness(TIMING) as h:
        h.save("a.py")
        for _ in range(29):
            h.turn(1)
            h.engine.buffer.rearm("a.py")
            h.rest()
            assert h.extractor.paths() == []
        h.turn(1)
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_typing_without_a_save_extracts_nothing() -> None:
    with Harness(TIMING) as h:
        h.engine.buffer.rearm("a.py")
        h.turn(100)
        h.rest()
        assert h.extractor.paths() == []


def test_a_stepped_wall_clock_moves_no_deadline() -> None:
    """Row Q18."""
    with Harness(TIMING) as h:
        h.save("a.py")
        h.clock.step_wall(-86_400)
        h.turn(9)
        h.rest()
        assert h.extractor.paths() == []
        h.clock.step_wall(10 * 86_400)
        h.turn(1)
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_what_somebody_waits_for_is_not_postponed_any_more() -> None:
    """A file that changed while it was extracted, or is typed in, holds back no flushed barrier."""
    clock = TurnableClock()
    buffer = ChangeBuffer(clock, Window(delay=10, max_delay=120))
    settled: list[bool] = []
    buffer.offer(Change("a.py", Cause.DISK))
    clock.turn(10)
    assert len(buffer.take(block=False)) == 1
    buffer.offer(Change("a.py", Cause.DISK))
    buffer.barrier(lambda: settled.append(True), flush=True)
    buffer.done("a.py", again=True)
    buffer.rearm("a.py")
    assert [change.path for change in buffer.take(block=False)] == ["a.py"]
    buffer.done("a.py")
    assert settled == [True]


def test_a_request_does_not_wait() -> None:
    """Row A15."""
    with Harness(TIMING) as h:
        h.save("a.py")
        h.engine.buffer.offer(Change("a.py", Cause.REQUEST, Priority.FORCED))
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_a_new_delay_holds_for_what_comes_next() -> None:
    with Harness(TIMING) as h:
        h.engine.reconfigure(Harness({"delay_seconds": 3, "max_delay_seconds": 30}).settings)
        h.save("a.py")
        h.turn(3)
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_open_files_go_first() -> None:
    """Row W20."""
    with Harness({**TIMING, "worker_threads": 1, "batch_size": 1}) as h:
        h.open_files.add("z.py")
        for path in ("a.py", "b.py", "z.py"):
            h.save(path, path.encode())
        h.turn(10)
        h.rest()
        assert h.extractor.paths() == ["z.py", "a.py", "b.py"]


def test_pausing_stops_automatic_work_and_resuming_finds_it() -> None:
    """Rows A10, A12: the watcher goes on telling, nothing is kept but that there was something."""
    with Harness(TIMING) as h:
        h.engine.pause()
        h.engine.pause()
        h.save("a.py")
        h.turn(1000)
        h.rest()
        assert h.extractor.paths() == []
        assert h.engine.buffer.sizes().total == 0
        h.engine.resume()
        h.engine.resume()
        h.settle()
        assert h.extractor.paths() == ["a.py"]


def test_a_request_is_done_while_paused() -> None:
    with Harness(TIMING) as h:
        h.engine.pause()
        h.save("a.py")
        h.engine.buffer.offer(Change("a.py", Cause.REQUEST, Priority.FORCED))
        h.rest()
        assert h.extractor.paths() == ["a.py"]


def test_clearing_forgets_what_waits_for_good() -> None:
    """Row Q11."""
    with Harness(TIMING) as h:
        for number in range(20):
            h.save(f"f{number}.py")
        assert h.engine.buffer.clear() == 20
        h.turn(100)
        h.rest()
        assert h.extractor.paths() == []
