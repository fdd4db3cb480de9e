"""Whoever is too early waits with what was prepared; nothing is prepared or asked twice for it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apart import plain_answer
from bedrock import Received, StandIn, answer, error, hang, later
from nova import Inside, Nova, inside

from dbp.clock import SystemClock, TurnableClock
from dbp.enrichment import errand
from dbp.enrichment.gate import Decision
from dbp.enrichment.prepare import key_of
from dbp.enrichment.turnstile import AHEAD, Place, Turnstile
from dbp.ports import Granted, Later

YES = Decision(Granted(1))


def say(request: Received) -> Any:
    return plain_answer(request.json)


@pytest.fixture
def nova(tmp_path: Path) -> Iterator[Nova]:
    with StandIn(responder=say) as stand_in:
        made = Nova(tmp_path, stand_in)
        made.consent()
        yield made


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file is prepared."""
    counts: Counter[str] = Counter()
    original = errand.prepare

    def count(facts: Any, *rest: Any) -> Any:
        counts[facts.path] += 1
        return original(facts, *rest)

    monkeypatch.setattr(errand, "prepare", count)
    return counts


def functions(number: int) -> str:
    lines = [f"    total = first * {step}" for step in range(8)]
    body = "\n".join(lines)
    return f"def grow_{number}(first):\n{body}\n    return total\n"


def fill(nova: Nova, count: int) -> None:
    for number in range(count):
        nova.write(f"m{number}.py", functions(number))


def turnstile(calls: int = 1) -> tuple[Turnstile, TurnableClock, threading.Condition]:
    changed, clock = threading.Condition(), TurnableClock()
    return Turnstile(changed, clock, calls), clock, changed


def started(run: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


# ── by itself ──────────────────────────────────────────────────────────────────────────────────


def test_only_so_many_are_under_way_and_a_freed_place_is_taken() -> None:
    gate, _, _ = turnstile(calls=2)
    first, second, third = (Place(gate, lambda: True) for _ in range(3))
    assert first.take(lambda: YES) is second.take(lambda: YES) is YES
    entered = threading.Event()
    thread = started(lambda: (third.take(lambda: YES), entered.set()))
    assert not entered.wait(0.05)
    first.free()
    assert entered.wait(5)
    thread.join()
    for place in (first, second, third):
        place.close()
        place.close()
    assert gate.under_way == 0


def test_one_waits_for_the_pace_and_the_others_ask_nothing_meanwhile() -> None:
    gate, clock, _ = turnstile(calls=4)
    tries: Counter[str] = Counter()
    waiting = threading.Event()

    def reserve(name: str) -> Decision:
        tries[name] += 1
        if clock.monotonic() < 10:
            waiting.set()
            return Decision(None, "pace", "rate", Later(10.0, "rate"))
        return YES

    threads = [started(lambda: gate.enter(lambda: True, lambda: reserve("first")))]
    assert waiting.wait(5)
    threads.append(started(lambda: gate.enter(lambda: True, lambda: reserve("other"))))
    clock.turn(4)
    assert tries == {"first": 1}
    clock.turn(6)
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert tries == {"first": 2, "other": 1}
    assert gate.under_way == 2


def test_what_a_call_gives_back_wakes_who_waits_for_the_budget() -> None:
    gate, _, _ = turnstile(calls=2)
    running = Place(gate, lambda: True)
    running.take(lambda: YES)
    answers = [Decision(None, "pace", "reserved", Later(3600.0, "reserved")), YES]
    asked, done = threading.Event(), threading.Event()

    def reserve() -> Decision:
        asked.set()
        return answers.pop(0)

    started(lambda: (gate.enter(lambda: True, reserve), done.set()))
    assert asked.wait(5)
    running.free()
    assert not done.wait(0.05), "the place is free, but nothing was given back yet"
    running.close()
    assert done.wait(5)


def test_who_may_not_go_any_more_leaves_and_holds_nothing() -> None:
    gate, _, changed = turnstile(calls=1)
    open_ = [True]
    results: list[Decision | None] = []
    asked = threading.Event()

    def reserve() -> Decision:
        asked.set()
        return Decision(None, "pace", "rate", Later(3600.0, "rate"))

    threads = [
        started(lambda: results.append(gate.enter(lambda: open_[0], reserve))) for _ in range(3)
    ]
    assert asked.wait(5)
    with changed:
        open_[0] = False
        changed.notify_all()
    for thread in threads:
        thread.join(5)
    assert results == [None] * 3
    assert gate.enter(lambda: True, lambda: YES) is YES


def test_a_reservation_that_fails_leaves_the_turnstile_open() -> None:
    gate, _, _ = turnstile()

    def broken() -> Decision:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011  # the very one
        gate.enter(lambda: True, broken)
    assert gate.enter(lambda: True, lambda: YES) is YES


# ── in a folder ────────────────────────────────────────────────────────────────────────────────


def test_a_rate_makes_nobody_prepare_twice(
    nova: Nova, monkeypatch: Any, prepared: Counter[str]
) -> None:
    fill(nova, 14)
    rate = {"requests_per_minute": 1200, "max_concurrency": 8}
    with inside(nova, monkeypatch, SystemClock(), **rate) as session:
        session.settle()
        assert session.extraction()["files"]["done"] == 14
    assert set(prepared.values()) == {1}
    assert nova.calls == 14


def test_a_budget_near_its_end_makes_nobody_prepare_again_and_again(
    nova: Nova, monkeypatch: Any, prepared: Counter[str]
) -> None:
    fill(nova, 12)
    nova.stand_in.script = lambda request: later(0.2, answer(say(request)))
    budget = {"daily_budget_tokens": 12_000, "max_concurrency": 6}
    with inside(nova, monkeypatch, SystemClock(), **budget) as session:
        session.settle()
        assert session.extraction()["state"] == "budget_exhausted"
        assert session.extraction()["budget"]["spentTodayTokens"] <= 12_000
    assert 0 < nova.calls < 12
    assert max(prepared.values()) <= 2


def test_what_was_prepared_ahead_does_not_go_once_calls_rest(nova: Nova, monkeypatch: Any) -> None:
    fill(nova, 8)
    nova.stand_in.script = lambda _request: error(403, "AccessDeniedException")
    with inside(nova, monkeypatch, max_concurrency=2) as session:
        session.settle()
        assert session.extraction()["state"] == "no_credentials"
    assert nova.calls <= 2


def test_a_file_that_changes_while_it_waits_for_its_turn_is_not_sent_as_it_was(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", functions(1))
    nova.write("b.py", functions(2))
    clock, ready = TurnableClock(), threading.Semaphore(0)
    original = Turnstile.enter

    def enter(gate: Turnstile, *rest: Any) -> Decision | None:
        ready.release()
        return original(gate, *rest)

    monkeypatch.setattr(Turnstile, "enter", enter)
    nova.stand_in.script = lambda _request: hang()
    with inside(nova, monkeypatch, clock, max_concurrency=1) as session:
        look(session)
        nova.stand_in.until(lambda: nova.stand_in.active == 1)
        sent = nova.stand_in.requests[0].text
        waits = ("b.py", 2) if "grow_1" in sent else ("a.py", 1)
        assert all(ready.acquire(timeout=20) for _ in range(2))
        nova.write(waits[0], functions(77))
        clock.turn(5)
        nova.stand_in.script = None
        nova.stand_in.release()
        session.settle()
        assert session.extraction()["files"]["done"] == 2
    assert f"grow_{waits[1]}(" not in nova.sent()
    assert "grow_77(" in nova.sent()


def test_other_settings_while_calls_run_mix_nothing_and_forget_nobody(
    nova: Nova, monkeypatch: Any
) -> None:
    fill(nova, 5)
    nova.stand_in.script = lambda _request: hang()
    with inside(nova, monkeypatch, max_concurrency=3) as session:
        look(session)
        nova.stand_in.until(lambda: nova.stand_in.active == 3)
        nova.stand_in.script = None
        flow = flow_of(session)
        llm = session.workspace.effective.settings.llm
        other = llm.model_copy(update={"model": "us.amazon.nova-pro-v1:0"})
        flow.reconfigure(session.workspace.effective.settings.model_copy(update={"llm": other}))
        session.settle()
        assert session.extraction()["files"]["done"] == 5
        store, tools = flow._around.store, flow._tools
        for number in range(5):
            todo = store.enrichment_of(f"m{number}.py")
            key = key_of(todo.content_hash, todo.language, tools.llm, tools.template)
            assert store.has_meaning(key), "what one model said lies under another one's key"
    asked = Counter(request.model for request in nova.stand_in.requests)
    assert asked == {"amazon.nova-lite-v1:0": 3, "us.amazon.nova-pro-v1:0": 5}


def test_stopping_lets_go_whoever_waits_for_the_turn(nova: Nova, monkeypatch: Any) -> None:
    fill(nova, 6)
    nova.stand_in.script = lambda _request: hang()
    with inside(nova, monkeypatch, max_concurrency=2) as session:
        look(session)
        nova.stand_in.until(lambda: nova.stand_in.active == 2)
        until_prepared(session, 2 + AHEAD)
        flow = flow_of(session)
        assert flow.status().active == 2
        flow.stop()
        flow.join(5)
        assert not any(thread.is_alive() for thread in flow._threads)
    assert nova.calls == 2


def look(session: Inside) -> None:
    engine = session.workspace.engine
    assert engine is not None
    engine.look_at_everything()


def flow_of(session: Inside) -> Any:
    engine = session.workspace.engine
    assert engine is not None
    assert engine.flow is not None
    return engine.flow


def until_prepared(session: Inside, count: int) -> None:
    """Wait until so many files were taken by workers."""
    flow = flow_of(session)
    with flow._changed:
        assert flow._changed.wait_for(lambda: flow._active == count, 20)
