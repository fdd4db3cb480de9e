"""What must not be paid for again and again, or beyond a budget."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import USUAL, Action, Received, StandIn, answer, garbage
from nova import Nova, inside
from nova_talk import honest, module

from dbp.extract.bedrock import BedrockModel
from dbp.ports import Limits
from dbp.store.budget import Spending, Sum, verdict


@pytest.fixture
def nova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nova]:
    for name in USUAL:
        monkeypatch.delenv(name, raising=False)
    with StandIn(responder=honest) as stand_in:
        made = Nova(tmp_path, stand_in)
        made.consent()
        yield made


def cut_off(_request: Received) -> Action:
    return answer({"headerSections": {}}, stop="max_tokens")


def test_touching_an_open_file_that_failed_costs_nothing(nova: Nova, monkeypatch: Any) -> None:
    path = nova.write("a.py", module("grow"))
    nova.stand_in.script = cut_off
    with inside(nova, monkeypatch) as session:
        session.workspace.opened_file("a.py", is_open=True)
        session.settle()
        for turn in range(5):
            os.utime(path, ns=(10**18 + turn, 10**18 + turn))
            session.settle()
    assert nova.calls == 1


def test_opening_a_file_that_failed_costs_nothing_also_after_a_restart(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    nova.stand_in.script = cut_off
    for _ in range(2):
        with inside(nova, monkeypatch) as session:
            session.settle()
            for _ in range(3):
                session.workspace.opened_file("a.py", is_open=True)
                session.settle()
                session.workspace.opened_file("a.py", is_open=False)
    assert nova.calls == 1


def test_copies_of_what_failed_are_not_asked_about(nova: Nova, monkeypatch: Any) -> None:
    for number in range(10):
        nova.write(f"package_{number}/a.py", module("grow"))
    nova.stand_in.script = cut_off
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert session.extraction()["files"]["failed"] == 10
    assert nova.calls == 1


def test_an_edit_that_is_undone_is_not_asked_about_when_it_failed_before(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    nova.stand_in.script = cut_off
    with inside(nova, monkeypatch) as session:
        session.settle()
        for turn in range(6):
            nova.write("a.py", module("grow" if turn % 2 else "shrink"))
            session.settle()
    assert nova.calls == 2


def test_files_that_bring_rubbish_are_tried_once_more_and_not_for_ever(
    nova: Nova, monkeypatch: Any
) -> None:
    """A service that answers heals those before it once; what it says to them then is theirs."""
    for number in range(12):
        nova.write(f"p{number:02}.py", module(f"poison_{number}"))
    nova.write("z.py", module("too_long"))

    def script(request: Received) -> Action:
        return garbage() if "poison_" in request.text else cut_off(request)

    nova.stand_in.script = script
    with inside(nova, monkeypatch, max_concurrency=1, attempts=1) as session:
        for _ in range(40):
            session.settle()
            session.turn(400)
        assert session.extraction()["files"]["failed"] == 13
    assert nova.calls <= 13 + 12


@pytest.mark.parametrize(
    "usage",
    [
        {"nothing": 1},
        {"inputTokens": -5, "outputTokens": -(10**9)},
        {"inputTokens": 1.5, "outputTokens": "many"},
        {"inputTokens": 10**15, "outputTokens": 10**15},
    ],
    ids=["missing", "negative", "no numbers", "impossible"],
)
def test_an_answer_nobody_counted_costs_the_most_it_can(
    nova: Nova, monkeypatch: Any, usage: dict[str, Any]
) -> None:
    nova.write("a.py", module("grow"))
    monkeypatch.setattr(nova.stand_in, "count", lambda _usage: None)
    nova.stand_in.script = lambda request: answer(honest(request), usage=usage)
    with inside(nova, monkeypatch) as session:
        session.settle()
        extraction = session.extraction()
        assert extraction["files"]["done"] == 1
        assert extraction["costUsd"] > 0
        assert extraction["budget"]["spentTodayTokens"] > 1000


def test_the_smallest_budget_is_one() -> None:
    nothing = Sum()
    spending = Spending(nothing, nothing, nothing, nothing)
    for limits in (Limits(daily_usd=1e-13), Limits(total_usd=1e-300)):
        assert verdict(limits, Sum(1, 10**6), spending).why
    assert not verdict(Limits(), Sum(1, 10**6), spending).why


def test_what_is_broken_off_before_it_left_costs_nothing(nova: Nova, monkeypatch: Any) -> None:
    nova.write("a.py", module("grow"))
    real = BedrockModel.ask

    def late(model: BedrockModel, *arguments: Any) -> Any:
        model.close()
        return real(model, *arguments)

    monkeypatch.setattr(BedrockModel, "ask", late)
    with inside(nova, monkeypatch) as session:
        engine = session.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        account = nova.account()
        nothing = threading.Event()
        assert any(
            {call.outcome for call in account.calls()} == {"cancelled"} or nothing.wait(0.01)
            for _ in range(1000)
        )
        monkeypatch.setattr(BedrockModel, "ask", real)
        assert account.spent().total_tokens == 0
        account.close()
    assert nova.calls == 0
