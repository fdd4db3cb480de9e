"""The provider, the model and its limits change while the server runs."""

from __future__ import annotations

import pytest
from bedrock import Received, StandIn, answer, hang, later
from nova import Nova
from nova_talk import (
    configure,
    counts,
    enrichment,
    extraction,
    honest,
    ledger,
    module,
    settle,
    shown_messages,
    wait_for,
)


@pytest.fixture
def nova(nova: Nova) -> Nova:
    """Leave it to the editor to turn the provider on."""
    del nova.env["DBP_LLM_PROVIDER"]
    return nova


def on(**llm: object) -> dict[str, object]:
    """Turn it on."""
    return {"provider": "bedrock", **llm}


def test_another_model_is_asked_without_a_restart(nova: Nova, stand_in: StandIn) -> None:
    """Row X19."""
    nova.write("a.py", module("grow"))
    with nova.editor(llm=on()) as editor:
        settle(editor)
        configure(editor, **on(model="us.amazon.nova-pro-v1:0"))
        settle(editor)
        assert enrichment(editor, "a.py")["model"] == "us.amazon.nova-pro-v1:0"
        configure(editor, **on(model="amazon.nova-lite-v1:0"))
        settle(editor)
        assert enrichment(editor, "a.py")["model"] == "amazon.nova-lite-v1:0"
    paths = [request.path for request in stand_in.requests]
    assert paths == [
        "/model/amazon.nova-lite-v1:0/converse",
        "/model/us.amazon.nova-pro-v1:0/converse",
    ]


@pytest.mark.parametrize("how", ["DBP_LLM_MODEL", "MAIN_MODEL"])
def test_the_environment_names_the_model(nova: Nova, stand_in: StandIn, how: str) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor(llm=on(), env={how: "eu.amazon.nova-micro-v1:0"}) as editor:
        settle(editor)
    assert [request.model for request in stand_in.requests] == ["eu.amazon.nova-micro-v1:0"]


def test_a_model_that_changes_while_calls_are_under_way_is_never_mixed(
    nova: Nova, stand_in: StandIn
) -> None:
    """Fault xA16: what the old one was asked is broken off, and the new one is asked for itself."""
    paths = [f"f{number}.py" for number in range(6)]
    for number, path in enumerate(paths):
        nova.write(path, module(f"grow_{number}"))
    stand_in.script = lambda request: (
        hang() if request.model == "amazon.nova-lite-v1:0" else answer(honest(request))
    )
    with nova.editor(llm=on(max_concurrency=3)) as editor:
        stand_in.until(lambda: stand_in.active == 3)
        configure(editor, **on(max_concurrency=3, model="us.amazon.nova-pro-v1:0"))
        settle(editor)
        assert {enrichment(editor, path)["model"] for path in paths} == {"us.amazon.nova-pro-v1:0"}
        asked = [request.model for request in stand_in.requests]
        assert asked.count("us.amazon.nova-pro-v1:0") == 6
        stand_in.script = None
        configure(editor, **on(max_concurrency=3, model="amazon.nova-lite-v1:0"))
        settle(editor)
        assert {enrichment(editor, path)["model"] for path in paths} == {"amazon.nova-lite-v1:0"}
    assert nova.calls == 3 + 6 + 6


def test_an_answer_that_comes_after_the_model_changed_is_not_shown_as_the_new_one_s(
    nova: Nova, stand_in: StandIn
) -> None:
    paths = [f"f{number}.py" for number in range(8)]
    for number, path in enumerate(paths):
        nova.write(path, module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.05, answer(honest(request)))
    with nova.editor(llm=on(max_concurrency=4)) as editor:
        for turn in range(6):
            model = f"us.amazon.nova-pro-v1:{turn}"
            configure(editor, **on(max_concurrency=4, model=model))
        settle(editor)
        assert {enrichment(editor, path)["model"] for path in paths} == {model}
        configure(editor, **on(max_concurrency=4, model="us.amazon.nova-pro-v1:1"))
        settle(editor)
        assert {enrichment(editor, path)["model"] for path in paths} == {"us.amazon.nova-pro-v1:1"}


def test_turned_off_calls_stop_and_what_was_paid_stays_shown(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("paid"))
    with nova.editor(llm=on(max_concurrency=4)) as editor:
        settle(editor)
        shown = editor.metadata("a.py")
        stand_in.script = lambda _request: hang()
        for number in range(8):
            editor.write(f"f{number}.py", module(f"grow_{number}"))
        editor.settle()
        stand_in.until(lambda: stand_in.active == 4)
        configure(editor, provider="none")
        broken_off = ["cancelled"] * 4
        wait_for(editor, lambda: [call.outcome for call in ledger(nova)][:4] == broken_off, 3)
        stands = extraction(editor)
        assert (stands["provider"], stands["egress"], stands["active"]) == ("local", False, 0)
        settle(editor)
        said = editor.metadata("a.py")
        assert said["enrichment"]["state"] == "off"
        assert said["header"] == shown["header"]
        assert said["enrichment"]["fields"] == shown["enrichment"]["fields"]
        editor.open("a.py")
        assert "✦" in (editor.hover("a.py", 0) or "")
        assert editor.client.request("dbp/health")["status"] == "healthy"
        before = nova.calls
        assert before == 5
        stand_in.script = None
        configure(editor, **on(max_concurrency=4))
        settle(editor)
        assert counts(editor) == {"pending": 0, "done": 9, "failed": 0, "skipped": 0}
        assert nova.calls == before + 8, "what was paid for is not asked again"
        asked = nova.calls
        for _ in range(2):
            configure(editor, provider="none")
            configure(editor, **on(max_concurrency=4))
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"
        assert nova.calls == asked
        assert shown_messages(editor) == []


def test_the_ledger_is_shown_also_when_nothing_is_asked_any_more(nova: Nova) -> None:
    nova.write("a.py", module("paid"))
    with nova.editor(llm=on()) as editor:
        settle(editor)
        paid = editor.client.request("dbp/metrics")["llm"]
        assert paid["calls"] == 1
        configure(editor, provider="none")
        left = editor.client.request("dbp/metrics")["llm"]
        assert {**left, "enrichment": None} == {**paid, "enrichment": None}


def test_the_concurrency_follows_the_setting(nova: Nova, stand_in: StandIn) -> None:
    for number in range(24):
        nova.write(f"f{number:02}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.4, answer(honest(request)))
    with nova.editor(llm=on(max_concurrency=1)) as editor:
        stand_in.until(lambda: len(stand_in.requests) >= 2)
        assert stand_in.peak == 1
        configure(editor, **on(max_concurrency=5))
        settle(editor)
        # The call that the change broke off is not seen to be gone until it would be answered.
        assert stand_in.peak in (5, 6)
        assert counts(editor)["done"] == 24


def test_a_budget_that_is_raised_goes_on_at_once(nova: Nova) -> None:
    for number in range(6):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    with nova.editor(llm=on(daily_budget_tokens=8000, max_concurrency=1)) as editor:
        settle(editor)
        stands = extraction(editor)
        assert stands["state"] == "budget_exhausted"
        assert "llm.daily_budget_tokens" in stands["reason"]
        assert stands["budget"]["dailyTokens"] == 8000
        assert 0 < stands["budget"]["spentTodayTokens"] <= 8000
        assert 0 < nova.calls < 6
        assert len(shown_messages(editor)) == 1
        configure(editor, **on(daily_budget_tokens=0, max_concurrency=1))
        settle(editor)
        assert extraction(editor)["state"] == "ok"
        assert counts(editor)["done"] == 6
    assert nova.calls == 6


def test_a_template_that_changes_is_asked_with_from_then_on(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor(llm=on()) as editor:
        settle(editor)
        editor.write("coding_assistant/GENAI_HEADER_TEMPLATE.txt", "[Ours]\nA-NEW-MARKER\n")
        settle(editor)
        assert has(stand_in, "A-NEW-MARKER", "def grow")


def has(stand_in: StandIn, *texts: str) -> bool:
    """Tell whether one request holds all of these."""
    return any(all(text in r.body.decode() for text in texts) for r in stand_in.requests)


def test_it_is_never_said_to_be_off_while_it_is_only_opening(nova: Nova, stand_in: StandIn) -> None:
    stand_in.script = lambda _request: hang()
    nova.write("a.py", module("grow"))
    reasons = set()
    with nova.editor(llm=on()) as editor:
        while not stand_in.requests:
            reasons.add(extraction(editor)["reason"])
        configure(editor, **on(max_tokens=700))
        while len(stand_in.requests) < 2:
            reasons.add(extraction(editor)["reason"])
    assert reasons <= {None, "enrichment is only just starting"}


def test_requests_of_the_old_limit_do_not_go_out_with_the_new_one(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("a.py", module("grow"))

    def script(request: Received) -> object:
        return hang() if request.number == 1 else answer(honest(request))

    stand_in.script = script  # type: ignore[assignment]  # it is what it is
    with nova.editor(llm=on(max_tokens=700)) as editor:
        stand_in.until(lambda: stand_in.active == 1)
        configure(editor, **on(max_tokens=100))
        settle(editor)
        assert enrichment(editor, "a.py")["state"] in {"done", "pending", "failed"}
    assert [r.json["inferenceConfig"]["maxTokens"] <= 100 for r in stand_in.requests[1:]] == [
        True
    ] * (nova.calls - 1)
