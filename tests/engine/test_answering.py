"""Whoever asks is answered, also when the answer fails in a way that nobody expected."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fakes import Bell

from dbp import __main__ as program, cli
from dbp.errors import DbpError, RequestError
from dbp.forwarding import Forwarding, Reply
from dbp.ports import Json
from dbp.runtime import answer_on_thread


@pytest.mark.parametrize(
    ("raised", "code"), [(KeyError("gone"), "internal"), (RequestError("no"), "bad_params")]
)
def test_an_answer_that_fails_is_an_answer(raised: Exception, code: str) -> None:
    answered, answers = threading.Event(), []

    def run() -> None:
        raise raised

    def reply(answer: Any) -> None:
        answers.append(answer)
        answered.set()

    answer_on_thread("test", run, reply)
    assert answered.wait(10)
    [answer] = answers
    assert isinstance(answer, DbpError)
    assert answer.code == (raised.code if isinstance(raised, DbpError) else code)


def test_another_process_is_answered_when_the_leader_finds_its_own_defect() -> None:
    bell = Bell()
    answers: list[Any] = []
    bell.answer = lambda _id, body: answers.append(body)  # type: ignore[method-assign]  # a spy

    def broken(_method: str, _params: Json, _reply: Reply) -> None:
        raise TypeError("unhashable")

    Forwarding(bell).serve("1", {"method": "dbp/refresh", "params": {}}, broken)
    [answer] = answers
    assert answer["reply"]["error"]["code"] == "internal"


def test_interrupted_before_there_is_a_verb_it_ends_as_shells_call_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run", interrupted)
    monkeypatch.setattr(program, "_trust_no_folder", lambda: None)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 130
