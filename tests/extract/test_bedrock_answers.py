"""Asking Bedrock through botocore: what goes over the wire, and what of an answer is taken."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import bedrock
import pytest
from bedrock import StandIn, answer, in_turn, raw, reply
from bedrock_asking import ANSWER, NOVA, QUESTION, SCHEMA, a_model, ask, failure, isolate
from hypothesis import given, strategies as st

from dbp.extract.bedrock.families import Traits, traits_of
from dbp.extract.bedrock.replies import find_object
from dbp.meaning import Usage
from dbp.ports import BadAnswerError, Question


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


# ── the request ────────────────────────────────────────────────────────────────────────────────


def test_a_question_goes_out_as_one_forced_tool_use_with_its_fixed_parts_cacheable() -> None:
    with StandIn(in_turn(answer(ANSWER))) as stand_in, a_model(stand_in) as model:
        given = ask(model)
    point = {"cachePoint": {"type": "default"}}
    [request] = stand_in.requests
    assert request.json == {
        "system": [{"text": QUESTION.system}, point],
        "messages": [
            {
                "role": "user",
                "content": [{"text": QUESTION.guide}, point, {"text": QUESTION.content}],
            }
        ],
        "inferenceConfig": {"maxTokens": 64, "temperature": 0.0},
        "toolConfig": {
            "tools": [
                {
                    "toolSpec": {
                        "name": "record_documentation",
                        "description": "Record what the file says about itself.",
                        "inputSchema": {"json": SCHEMA},
                    }
                }
            ],
            "toolChoice": {"tool": {"name": "record_documentation"}},
        },
    }
    assert given.value == ANSWER
    assert given.attempts == 1
    assert given.request_id == "stand-in-1"
    tokens = Usage(len(request.body) // 4, len(json.dumps(ANSWER)) // 4)
    assert given.usage == tokens
    assert stand_in.usage["inputTokens"] == tokens.input_tokens


def test_what_is_rendered_is_byte_for_byte_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn() as stand_in, a_model(stand_in, service_tier="flex") as model:
        ask(model)
        assert model.render(QUESTION) == stand_in.requests[0].body
        assert len(stand_in.requests) == 1
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with a_model(stand_in, service_tier="flex") as unknown:
        assert unknown.render(QUESTION) == stand_in.requests[0].body
    assert stand_in.requests[0].json["serviceTier"] == {"type": "flex"}


@pytest.mark.parametrize(
    "name",
    [
        NOVA,
        "eu.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
    ],
)
def test_a_models_name_is_encoded_in_the_path(name: str) -> None:
    with StandIn() as stand_in, a_model(stand_in, model=name) as model:
        ask(model)
        assert model.name == name
    [request] = stand_in.requests
    assert request.model == name
    assert not re.search(r"[:/]", request.raw_path.removeprefix("/model/").split("/")[0])


def test_empty_parts_are_left_out_and_a_models_own_output_format_is_used() -> None:
    schema = {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "maxLength": 10},
            "parts": {"type": "array", "items": {"type": "object", "minProperties": 1}},
        },
    }
    claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    with StandIn() as stand_in, a_model(stand_in, model=claude) as model:
        assert ask(model, Question("", "", "x = 1", schema, 9)).value["intent"] == "Nothing"
    [request] = stand_in.requests
    assert set(request.json) == {"messages", "inferenceConfig", "outputConfig"}
    assert request.json["messages"] == [{"role": "user", "content": [{"text": "x = 1"}]}]
    assert request.schema == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "intent": {"type": "string"},
            "parts": {"type": "array", "items": {"type": "object", "additionalProperties": False}},
        },
    }


@pytest.mark.parametrize(
    ("name", "traits"),
    [
        (NOVA, Traits(cache=True, choice="tool")),
        ("apac.amazon.nova-pro-v1:0", Traits(cache=True, choice="tool")),
        ("anthropic.claude-v2:1", Traits()),
        ("anthropic.claude-3-haiku-20240307-v1:0", Traits(choice="tool")),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", Traits(choice="tool")),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", Traits(cache=True, choice="tool")),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", Traits(cache=True, choice="tool")),
        ("anthropic.claude-sonnet-4-20250514-v1:0", Traits(cache=True, choice="tool")),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", Traits(True, "tool", True)),
        ("anthropic.claude-opus-4-6-v1", Traits(True, "tool", True)),
        ("us.anthropic.claude-opus-4-7", Traits(True, "tool", True, temperature=False)),
        ("mistral.mistral-large-2407-v1:0", Traits(choice="any")),
        ("meta.llama3-1-8b-instruct-v1:0", Traits()),
        (
            "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0",
            Traits(cache=True, choice="tool"),
        ),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/amazon.nova-x", Traits()),
    ],
)
def test_what_a_model_takes_is_told_by_its_name(name: str, traits: Traits) -> None:
    assert traits_of(name) == traits


@pytest.mark.parametrize(
    ("status", "message", "gone"),
    [
        (403, "You invoked an unsupported model or ... prompt caching.", "cachePoint"),
        (400, "extraneous key [cachePoint] is not permitted", "cachePoint"),
        (400, "`temperature` is deprecated for this model.", "temperature"),
        (400, "This model doesn't support the toolConfig.toolChoice.tool field.", "toolChoice"),
    ],
)
def test_what_a_model_refuses_is_left_out_from_then_on(
    status: int, message: str, gone: str
) -> None:
    refuse = bedrock.error(status, "ValidationException", message)
    with StandIn(in_turn(refuse, answer(ANSWER))) as stand_in, a_model(stand_in) as model:
        error = failure(model)
        assert (error.code, error.attempts, error.waits) == ("unavailable", 1, True)
        assert ask(model).value == ANSWER
        assert model.render(QUESTION) == stand_in.requests[1].body
    before, after = (request.body.decode() for request in stand_in.requests)
    assert gone in before
    assert gone not in after


# ── the answer ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["tool", "text", "fenced", "prose"])
def test_an_answer_is_found_however_the_model_wraps_it(how: str) -> None:
    with StandIn(in_turn(answer(ANSWER, how))) as stand_in, a_model(stand_in) as model:
        assert ask(model).value == ANSWER
    assert len(stand_in.requests) == 1


def test_a_tool_use_whose_input_is_text_is_read_too() -> None:
    use = {"toolUse": {"toolUseId": "1", "name": "x", "input": json.dumps(ANSWER)}}
    body = reply({"role": "assistant", "content": [{"text": "hm {"}, use]}, "tool_use", {})
    with StandIn(in_turn(raw(body))) as stand_in, a_model(stand_in) as model:
        assert ask(model).value == ANSWER


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        ("max_tokens", "max_tokens"),
        ("content_filtered", "content_filtered"),
        ("guardrail_intervened", "guardrail"),
        ("model_context_window_exceeded", "bad_request"),
    ],
)
def test_an_answer_that_was_cut_off_is_discarded_and_paid(stop: str, code: str) -> None:
    """Row xA7."""
    act = answer(ANSWER, stop=stop)
    with StandIn(in_turn(act)) as stand_in, a_model(stand_in) as model:
        error = failure(model)
    assert (error.code, error.attempts, error.waits) == (code, 1, False)
    assert error.usage.input_tokens == stand_in.usage["inputTokens"] > 0
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("stop", ["malformed_model_output", "malformed_tool_use"])
def test_a_malformed_answer_is_asked_for_again_and_both_are_paid(stop: str) -> None:
    script = in_turn(answer(ANSWER, stop=stop), answer(ANSWER))
    with StandIn(script) as stand_in, a_model(stand_in) as model:
        given = ask(model)
    assert (given.value, given.attempts) == (ANSWER, 2)
    assert given.usage.input_tokens == stand_in.usage["inputTokens"]


def test_an_answer_that_does_not_pass_its_check_is_asked_for_again() -> None:
    def check(value: Any) -> str:
        if "intent" not in value:
            raise BadAnswerError("no intent in it")
        return str(value["intent"])

    script = in_turn(answer({"other": 1}), answer(ANSWER))
    with StandIn(script) as stand_in, a_model(stand_in) as model:
        given = model.ask(QUESTION, check, lambda _: None)
    assert (given.value, given.attempts) == ("Greets.", 2)
    assert len(stand_in.requests) == 2


@pytest.mark.parametrize(
    "usage",
    [None, [], {}, {"inputTokens": "7"}, {"inputTokens": -1}, {"inputTokens": True}, {"x": 1e999}],
)
def test_odd_usage_counts_as_none(usage: Any) -> None:
    message = {"role": "assistant", "content": [{"text": json.dumps(ANSWER)}]}
    body = reply(message, "end_turn", usage).replace(b"Infinity", b"1e999")
    with StandIn(in_turn(raw(body))) as stand_in, a_model(stand_in) as model:
        assert ask(model).usage == Usage()


def test_tokens_read_from_and_written_to_a_cache_are_told_apart() -> None:
    usage = {
        "inputTokens": 5,
        "outputTokens": 6,
        "cacheReadInputTokens": 700,
        "cacheWriteInputTokens": 80,
    }
    with StandIn(in_turn(answer(ANSWER, usage=usage))) as stand_in, a_model(stand_in) as model:
        assert ask(model).usage == Usage(5, 6, 700, 80)


@pytest.mark.parametrize(
    "text", ["{" * 1_000_000, '{"a":' * 200_000, '{"a":"' + "x" * 1_000_000, "```{" * 250_000]
)
def test_a_hostile_text_costs_little(text: str) -> None:
    began = time.monotonic()
    assert find_object(text) is None
    assert time.monotonic() - began < 5


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), min_size=1), st.text(max_size=30))
def test_an_object_is_found_in_any_prose_without_braces(value: dict[str, str], prose: str) -> None:
    prose = prose.replace("{", "").replace("`", "")
    assert find_object(f"{prose}{json.dumps(value)}{prose}") == value


# ── the stand-in by itself ─────────────────────────────────────────────────────────────────────


def test_the_stand_in_runs_as_a_program() -> None:
    script = str(Path(bedrock.__file__))
    with subprocess.Popen(
        [sys.executable, script, "--latency", "0.01"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        with a_model(process.stdout.readline().strip()) as model:
            assert "greet" in ask(model).value["intent"]
        process.terminate()
        assert process.wait(10) == 0


def test_the_stand_in_complains_about_what_is_not_the_wire() -> None:
    with StandIn(strict=False) as stand_in:
        connection = http.client.HTTPConnection(stand_in.url.removeprefix("http://"), timeout=5)
        connection.request("POST", "/model/x/invoke", b"{}")
        assert connection.getresponse().status == 400
        connection.close()
    assert len(stand_in.complaints) == 3


def test_equal_questions_are_equal_bytes_and_others_are_not() -> None:
    with a_model("http://127.0.0.1:9") as model:
        same = model.render(replace(QUESTION))
        assert same == model.render(QUESTION)
        assert same != model.render(replace(QUESTION, content="other"))
