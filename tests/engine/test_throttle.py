"""Giving way to a busy machine: when, how, and until when; the load is a number here."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from fakes import Harness

from dbp.changes import ChangeBuffer
from dbp.clock import SystemClock, TurnableClock
from dbp.enrichment.gate import Decision
from dbp.enrichment.turnstile import Turnstile
from dbp.entries import Window
from dbp.model import Cause, Change, Priority
from dbp.ports import ExtractionRequest, Granted
from dbp.throttle import FRESH, Throttle, load_per_core

LIMIT = 4.0
TIMING = {"delay_seconds": 10, "max_delay_seconds": 30, "worker_threads": 4}


class Load:
    """A load that is set, and how often it was read."""

    def __init__(self) -> None:
        self.now = 0.0
        self.read = 0

    def __call__(self) -> float:
        """Count, and give what was set."""
        self.read += 1
        return self.now


def disk(path: str) -> Change:
    return Change(path, Cause.DISK)


def buffer_of(clock: TurnableClock, throttled: Callable[[], bool]) -> ChangeBuffer:
    window = Window(delay=10, max_delay=30, capacity=100, batch_size=20)
    return ChangeBuffer(clock, window, throttled)


def test_it_gives_way_above_the_limit_and_goes_on_until_the_load_is_clearly_lower() -> None:
    clock, load = TurnableClock(), Load()
    throttled = Throttle(clock, LIMIT, load)
    came = []
    for load.now in (0.0, 4.0, 4.1, 3.9, 3.3, 3.2, 3.9, 4.0, 4.01):
        clock.turn(FRESH)
        came.append(throttled.active())
    assert came == [False, False, True, True, True, False, False, False, True]


def test_the_load_is_read_at_most_once_in_five_seconds_and_never_without_being_asked() -> None:
    clock, load = TurnableClock(), Load()
    throttled = Throttle(clock, LIMIT, load)
    assert load.read == 0
    load.now = 100.0
    assert [throttled.active() for _ in range(1000)] == [True] * 1000
    load.now = 0.0
    clock.turn(FRESH - 0.01)
    assert (throttled.active(), load.read) == (True, 1)
    clock.turn(0.01)
    assert (throttled.active(), load.read) == (False, 2)


def test_zero_never_gives_way_and_reads_nothing() -> None:
    load = Load()
    load.now = 1000.0
    throttled = Throttle(TurnableClock(), 0.0, load)
    assert not throttled.active()
    assert load.read == 0


def test_the_load_is_counted_a_core_of_the_whole_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (12.0, 1.0, 1.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert load_per_core() == 1.5


def test_a_system_that_does_not_tell_its_load_is_never_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> tuple[float, float, float]:
        raise OSError("not here")

    monkeypatch.setattr(os, "getloadavg", fail)
    assert load_per_core() == 0.0


def test_one_file_at_a_time_is_handed_out_while_the_machine_is_busy() -> None:
    clock = TurnableClock()
    buffer = buffer_of(clock, lambda: True)
    for name in "abc":
        buffer.offer(Change(name, Cause.REQUEST, Priority.FORCED))
    taken = []
    while batch := buffer.take(4, block=False):
        assert buffer.take(4, block=False) == []
        taken += [change.path for change in batch]
        buffer.done(batch[0].path)
    assert taken == ["a", "b", "c"]
    assert buffer.sizes().total == 0


def test_the_quiet_time_is_twice_as_long_and_never_longer_than_the_longest_wait() -> None:
    clock, busy = TurnableClock(), Load()
    buffer = buffer_of(clock, lambda: busy.now > 0)
    busy.now = 1
    buffer.offer(disk("a"))
    clock.turn(19.9)
    assert buffer.take(block=False) == []
    clock.turn(0.1)
    assert [change.path for change in buffer.take(block=False)] == ["a"]
    buffer.done("a")

    for _ in range(30):
        buffer.offer(disk("never quiet"))
        assert buffer.take(block=False) == []
        clock.turn(1)
    assert [change.path for change in buffer.take(block=False)] == ["never quiet"]
    buffer.done("never quiet")

    busy.now = 0
    buffer.offer(disk("b"))
    clock.turn(10)
    assert [change.path for change in buffer.take(block=False)] == ["b"]


def test_one_call_at_a_time_passes_the_turnstile_while_the_machine_is_busy() -> None:
    busy = Load()
    changed = threading.Condition()
    turnstile = Turnstile(changed, SystemClock(), 8, lambda: busy.now > 0)
    granted = Decision(Granted(1))

    def enter() -> None:
        assert turnstile.enter(lambda: True, lambda: granted) is granted

    for _ in range(3):
        enter()
    busy.now = 1
    fourth = threading.Thread(target=enter, daemon=True)
    fourth.start()
    for left in (2, 1):
        turnstile.leave()
        fourth.join(0.05)
        assert fourth.is_alive()
        assert turnstile.under_way == left
    turnstile.leave()
    fourth.join(10)
    assert not fourth.is_alive()
    assert turnstile.under_way == 1


def test_a_busy_machine_is_worked_on_with_one_worker_and_all_come_back_when_it_is_not() -> None:
    """Row P7: a load above the limit means `throttled`, and one file at a time."""
    with Harness(TIMING) as h:
        most = 0

        def during(_request: ExtractionRequest) -> None:
            nonlocal most
            most = max(most, h.engine.buffer.sizes().in_flight)

        h.extractor.during = during
        assert not h.engine.throttle.active()
        h.load = LIMIT + 1
        h.turn(FRESH)
        assert h.engine.throttle.active()
        for number in range(40):
            h.save(f"f{number}.py", b"%d\n" % number)
        h.turn(10)
        h.rest()
        assert h.extractor.paths() == []
        h.turn(10)
        h.rest()
        assert len(h.extractor.paths()) == 40
        assert most == 1

        h.load = LIMIT * 0.7
        h.turn(FRESH)
        for number in range(40):
            h.save(f"f{number}.py", b"other %d\n" % number)
        h.turn(10)
        h.rest()
        assert len(h.extractor.paths()) == 80
        assert most > 1


def test_another_limit_holds_at_once() -> None:
    with Harness(TIMING) as h:
        h.load = 2.0
        h.turn(FRESH)
        assert not h.engine.throttle.active()
        low = h.settings.throttle.model_copy(update={"max_load": 1.0})
        h.engine.reconfigure(h.settings.model_copy(update={"throttle": low}))
        assert h.engine.throttle.active()


def test_a_command_that_somebody_waits_for_does_not_give_way() -> None:
    h = Harness(TIMING)
    h.load = LIMIT + 1
    h.engine.start(watch=False)
    try:
        assert not h.engine.throttle.active()
    finally:
        h.engine.stop()
