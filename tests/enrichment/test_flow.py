"""A folder's enrichment from the record to the record, through the real botocore.

The workspace runs in this process on a clock that is turned; Bedrock is the stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import Received, StandIn, answer, error, garbage, hang, later, throttle
from nova import Inside, Nova, inside
from obeying import answer_for

from dbp.clock import SystemClock, TurnableClock

FUNCTION = """
def {name}(first, second):
    total = first
    for step in range(second):
        total += step * first
    if total > 1000:
        total = 1000
    return total
"""


def honest(request: Received) -> Any:
    return answer_for(request.json)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(responder=honest) as found:
        yield found


@pytest.fixture
def nova(tmp_path: Path, stand_in: StandIn) -> Nova:
    made = Nova(tmp_path, stand_in)
    made.consent()
    return made


def module(*names: str) -> str:
    return "import os\n" + "\n".join(FUNCTION.format(name=name) for name in names)


def metadata(session: Inside, path: str) -> dict[str, Any]:
    answers: list[Any] = []
    view = session.workspace.look_up(path)
    from dbp.metadata import metadata_json

    facts = session.workspace.enrichment_facts(view)
    answers.append(metadata_json(view, "file:///x", lambda _: True, enrichment=facts))
    return answers[0]


def test_a_file_gets_its_meaning_and_it_is_marked(nova: Nova, monkeypatch: Any) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        said = metadata(session, "a.py")
        assert said["enrichment"]["state"] == "done"
        assert said["enrichment"]["model"] == "amazon.nova-lite-v1:0"
        assert "header.intent" in said["enrichment"]["fields"]
        assert said["header"]["intent"]
        assert said["symbols"][0]["doc"]["intent"]
        assert session.extraction()["egress"] is True
    assert nova.calls == 1


def test_equal_contents_are_asked_once_and_nothing_again(nova: Nova, monkeypatch: Any) -> None:
    for number in range(6):
        nova.write(f"pkg{number}/same.py", module("grow"))
    nova.write("other.py", module("shrink"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert nova.calls == 2
    with inside(nova, monkeypatch) as session:
        session.settle()
        counts = session.extraction()["files"]
    assert nova.calls == 2
    assert counts == {"pending": 0, "done": 7, "failed": 0, "skipped": 0}


def test_renames_copies_and_switching_back_and_forth_cost_nothing(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        nova.write("a.py", module("shrink"))
        session.settle()
        assert nova.calls == 2
        for turn in range(10):
            nova.write("a.py", module("grow" if turn % 2 else "shrink"))
            session.settle()
        (nova.root / "a.py").rename(nova.root / "b.py")
        nova.write("copy/of.py", module("grow"))
        session.settle()
        assert metadata(session, "b.py")["enrichment"]["state"] == "done"
        assert metadata(session, "copy/of.py")["enrichment"]["state"] == "done"
    assert nova.calls == 2


def test_another_folder_of_the_same_user_pays_nothing(
    nova: Nova, monkeypatch: Any, tmp_path: Path
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
    other = Nova(tmp_path, nova.stand_in)
    other.root = tmp_path / "second"
    other.root.mkdir()
    other.write("x/y.py", module("grow"))
    other.consent()
    with inside(other, monkeypatch) as session:
        session.settle()
        assert metadata(session, "x/y.py")["symbols"][0]["doc"]["intent"]
    assert nova.calls == 1


def test_an_edit_of_one_function_sends_that_function(nova: Nova, monkeypatch: Any) -> None:
    names = [f"function_{number}" for number in range(50)]
    nova.write("a.py", module(*names))
    with inside(nova, monkeypatch) as session:
        session.settle()
        first = nova.stand_in.requests[-1]
        before = {s["name"]: s["doc"]["intent"] for s in metadata(session, "a.py")["symbols"]}
        head, tail = module(*names).split("def function_8(")
        at = head.rindex("total = 1000")
        edited = head[:at] + "total = 2000" + head[at + 12 :] + "def function_8(" + tail
        nova.write("a.py", edited)
        session.settle()
        after = {s["name"]: s["doc"]["intent"] for s in metadata(session, "a.py")["symbols"]}
    second = nova.stand_in.requests[-1]
    assert nova.calls == 2
    assert "total = 2000" in second.text
    assert second.text.count("total = ") == 2
    assert len(second.text) < len(first.text) / 8
    assert all(after[name] == before[name] for name in names if name != "function_7")


@pytest.mark.parametrize(
    "closing",
    [{"provider": "none"}, {"allowed": False}],
)
def test_a_closed_gate_sends_nothing(nova: Nova, monkeypatch: Any, closing: dict[str, Any]) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch, **closing) as session:
        session.settle()
        assert session.extraction()["egress"] is False
    assert nova.calls == 0


def test_without_consent_nothing_goes_and_the_user_is_told(nova: Nova, monkeypatch: Any) -> None:
    account = nova.account()
    account.revoke(str(nova.root.resolve()))
    account.close()
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert nova.calls == 0
        assert "dbp trust --cloud" in session.listener.notices[0]
        assert "dbp trust --cloud" in metadata(session, "a.py")["enrichment"]["reason"]
        nova.consent()
        flow = session.workspace.engine.flow if session.workspace.engine else None
        assert flow is not None
        flow.consent_changed()
        session.settle()
        assert nova.calls == 1


def test_an_untrusted_workspace_sends_nothing(nova: Nova, monkeypatch: Any) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.workspace.editor_trusts = False
        session.settle()
    assert nova.calls == 0


def test_another_endpoint_than_the_consent_names_gets_nothing(nova: Nova, monkeypatch: Any) -> None:
    nova.write("a.py", module("grow"))
    with (
        StandIn() as other,
        inside(nova, monkeypatch, endpoint_url=other.url) as session,
    ):
        session.settle()
        assert len(other.requests) == nova.calls == 0


def test_the_day_s_budget_pauses_and_goes_on_the_next_day(nova: Nova, monkeypatch: Any) -> None:
    for number in range(8):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    clock = TurnableClock()
    with inside(nova, monkeypatch, clock, daily_budget_tokens=9000) as session:
        session.settle()
        stopped = nova.calls
        assert 0 < stopped < 8
        extraction = session.extraction()
        assert extraction["state"] == "budget_exhausted"
        assert "llm.daily_budget_tokens" in extraction["reason"]
        assert extraction["budget"]["spentTodayTokens"] <= 9000
    with inside(nova, monkeypatch, clock, daily_budget_tokens=9000) as session:
        session.settle()
        assert nova.calls <= stopped + 1, "a restart must not bring a new budget"
        again = nova.calls
        clock.turn(86_400)
        session.settle()
        assert nova.calls > again


def test_the_tokens_shown_are_those_the_service_counted(nova: Nova, monkeypatch: Any) -> None:
    for number in range(3):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        extraction = session.extraction()
        assert extraction["calls"] == 3
        assert extraction["inputTokens"] == nova.stand_in.usage["inputTokens"]
        assert extraction["outputTokens"] == nova.stand_in.usage["outputTokens"]
        assert extraction["costUsd"] > 0
        assert extraction["bytesSent"] == sum(len(r.body) for r in nova.stand_in.requests)


def test_rubbish_is_asked_once_more_and_then_fails_with_the_old_meaning_kept(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch, attempts=2) as session:
        session.settle()
        kept = metadata(session, "a.py")["symbols"][0]["doc"]["intent"]
        nova.stand_in.script = lambda _request: garbage()
        nova.write("a.py", module("grow", "shrink"))
        session.settle()
        said = metadata(session, "a.py")
        assert said["enrichment"]["state"] == "failed"
        assert said["enrichment"]["reason"].startswith("invalid_response")
        assert said["symbols"][0]["doc"]["intent"] == kept
    assert nova.calls == 3


@pytest.mark.parametrize("name", ["AccessDeniedException", "ExpiredTokenException"])
def test_credentials_that_do_not_hold_pause_everything_with_one_message(
    nova: Nova, monkeypatch: Any, name: str
) -> None:
    for number in range(5):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    nova.stand_in.script = lambda _request: error(403, name)
    with inside(nova, monkeypatch, max_concurrency=1) as session:
        session.settle()
        assert nova.calls == 1
        assert session.extraction()["state"] == "no_credentials"
        assert len(session.listener.notices) == 1
        assert metadata(session, "f0.py")["enrichment"]["state"] == "pending"
        nova.stand_in.script = None
        session.turn(400)
        session.settle()
        assert session.extraction()["files"]["done"] == 5


def test_a_throttled_service_gets_everything_done_in_the_end(nova: Nova, monkeypatch: Any) -> None:
    for number in range(12):
        nova.write(f"f{number}.py", module(f"grow_{number}"))

    def script(request: Received) -> Any:
        return throttle() if request.number % 3 == 0 else answer(honest(request))

    nova.stand_in.script = script
    with inside(nova, monkeypatch, SystemClock(), max_concurrency=4) as session:
        session.settle()
        assert session.extraction()["files"]["done"] == 12


def test_calls_never_exceed_the_concurrency(nova: Nova, monkeypatch: Any) -> None:
    for number in range(12):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    nova.stand_in.script = lambda request: later(0.05, answer(honest(request)))
    with inside(nova, monkeypatch, max_concurrency=3) as session:
        session.settle()
    assert nova.stand_in.peak == 3


def test_closing_with_every_call_hung_takes_no_second(nova: Nova, monkeypatch: Any) -> None:
    import time

    for number in range(8):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    nova.stand_in.script = lambda _request: hang()
    with inside(nova, monkeypatch, max_concurrency=8) as session:
        engine = session.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        nova.stand_in.until(lambda: nova.stand_in.active == 8)
        began = time.monotonic()
        session.workspace.close()
        took = time.monotonic() - began
    assert took < 1.5


def test_a_model_that_changes_is_asked_anew_and_nothing_is_mixed(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
    with inside(nova, monkeypatch, model="us.amazon.nova-pro-v1:0") as session:
        session.settle()
        assert metadata(session, "a.py")["enrichment"]["model"] == "us.amazon.nova-pro-v1:0"
    assert [r.model for r in nova.stand_in.requests] == [
        "amazon.nova-lite-v1:0",
        "us.amazon.nova-pro-v1:0",
    ]


def test_the_project_s_template_is_in_the_question(nova: Nova, monkeypatch: Any) -> None:
    nova.write("coding_assistant/GENAI_HEADER_TEMPLATE.txt", "[Our own section]\nMARKER-TEMPLATE\n")
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
    assert "MARKER-TEMPLATE" in nova.sent()


def test_withheld_files_are_skipped_with_the_reason(nova: Nova, monkeypatch: Any) -> None:
    nova.write("keys/id_rsa.py", module("grow"))
    nova.write("mine.py", module("shrink"))
    nova.write(".dbp.toml", '[llm]\nnever_send = ["mine.py"]\n')
    with inside(nova, monkeypatch) as session:
        session.settle()
        for path in ("keys/id_rsa.py", "mine.py"):
            said = metadata(session, path)["enrichment"]
            assert said["state"] == "skipped", path
            assert said["reason"]
    assert "total" not in nova.sent()


def test_a_hard_link_to_a_secret_stays_here(nova: Nova, monkeypatch: Any, tmp_path: Path) -> None:
    secret = tmp_path / "outside.env"
    secret.write_text(module("grow"))
    (nova.root / "innocent.py").hardlink_to(secret)
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert metadata(session, "innocent.py")["enrichment"]["state"] == "skipped"
    assert nova.calls == 0


def test_ignored_files_are_never_sent_even_when_the_folder_takes_them_in(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write(".gitignore", "private/\n")
    nova.write("private/a.py", module("grow"))
    nova.write(".dbp.toml", '[fs_monitor]\ninclude = ["private/"]\n')
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert metadata(session, "private/a.py")["enrichment"]["state"] == "skipped"
    assert "total" not in nova.sent()
