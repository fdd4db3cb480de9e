"""What Bedrock and the network do wrong: each fault has its code, and one layer retries."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import bedrock
import pytest
from bedrock import (
    ERRORS,
    Action,
    StandIn,
    answer,
    error,
    garbage,
    hang,
    in_turn,
    raw,
    reset,
    short,
    throttle,
)
from bedrock_asking import ANSWER, QUESTION, a_model, ask, failure, isolate

from dbp.meaning import Usage
from dbp.ports import ModelError


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


CODES = {
    "AccessDeniedException": "denied",
    "ExpiredTokenException": "no_credentials",
    "InternalServerException": "unavailable",
    "ModelErrorException": "unavailable",
    "ModelNotReadyException": "unavailable",
    "ModelTimeoutException": "unavailable",
    "ResourceNotFoundException": "denied",
    "ServiceUnavailableException": "unavailable",
    "ThrottlingException": "throttled",
    "UnrecognizedClientException": "no_credentials",
    "ValidationException": "bad_request",
}
PASSING = {"unavailable", "throttled"}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_an_error_of_the_service_has_its_code_and_is_retried_if_it_may_pass(name: str) -> None:
    """Rows xA1, xA2, xA11."""
    with StandIn(in_turn(error(ERRORS[name], name))) as stand_in, a_model(stand_in) as model:
        failed = failure(model)
    assert failed.code == CODES[name]
    assert failed.waits == (name != "ValidationException")
    assert failed.attempts == len(stand_in.requests) == (3 if failed.code in PASSING else 1)
    assert failed.message == f"Bedrock: not now ({name})"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, b"<html>oops</html>", "unavailable"),
        (502, b"", "unavailable"),
        (599, b"[1, 2]", "unavailable"),
        (429, b"[" * 100_000, "throttled"),
        (302, b"", "offline"),
        (407, b"<html>", "offline"),
        (204, b"", "offline"),
        (403, b"no", "denied"),
        (418, b"\xff\xfe", "bad_request"),
        (403, b'{"Message": "Authentication failed: your API Key is not valid"}', "no_credentials"),
        (400, b'{"message": "The provided model identifier is invalid."}', "denied"),
        (400, b'{"__type": "x.y#ExpiredTokenException", "message": 7}', "no_credentials"),
    ],
)
def test_whatever_else_answers_has_a_code_too(status: int, body: bytes, code: str) -> None:
    with StandIn(in_turn(raw(body, status))) as stand_in, a_model(stand_in, attempts=1) as model:
        failed = failure(model)
    assert failed.code == code
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("name", ["ThrottlingException", "ServiceUnavailableException"])
def test_what_passes_is_got_over(name: str) -> None:
    script = in_turn(error(ERRORS[name], name), error(ERRORS[name], name), answer(ANSWER))
    with StandIn(script) as stand_in, a_model(stand_in) as model:
        given = ask(model)
    assert (given.value, given.attempts, len(stand_in.requests)) == (ANSWER, 3, 3)


BAD = {
    "a login page": garbage(),
    "an empty object": raw(b"{}"),
    "nothing": raw(b""),
    "a list": raw(b"[]"),
    "truncated JSON": raw(b'{"output": {"message": {"role": "assi'),
    "short": short(),
    "deep": raw(b"[" * 500_000),
    "no message": raw(b'{"output": {}, "stopReason": "end_turn"}'),
    "odd message": raw(b'{"output": {"message": 3}, "stopReason": "end_turn"}'),
    "no stop reason": raw(b'{"output": {"message": {}}}'),
    "odd content": raw(
        b'{"output": {"message": {"content": [1, {"text": 2}]}}, "stopReason": "x"}'
    ),
    "not a number": raw(b'{"output": NaN}'),
    "a long number": raw(b'{"output": ' + b"9" * 5000 + b"}"),
    "no object": answer(ANSWER, usage={}, how="text", stop="end_turn"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_is_no_answer_is_asked_for_again_and_never_taken(name: str) -> None:
    """Row xA5: botocore takes all of these for a success."""
    act = BAD[name]
    if name == "no object":
        body = bedrock.reply({"content": [{"text": "I cannot."}]}, "end_turn", {"inputTokens": 7})
        act = raw(body)
    with StandIn(in_turn(act)) as stand_in, a_model(stand_in) as model:
        failed = failure(model)
    assert (failed.code, failed.attempts, failed.waits) == ("invalid_response", 3, False)
    assert len(stand_in.requests) == 3
    assert failed.usage == (Usage(21) if name == "no object" else Usage())
    assert len(str(failed)) < 500


@pytest.mark.parametrize("act", [reset(), garbage(), short()])
def test_after_a_broken_response_the_next_one_is_read_right(act: Action) -> None:
    with StandIn(in_turn(act, answer(ANSWER))) as stand_in, a_model(stand_in) as model:
        given = ask(model)
    assert (given.value, given.attempts) == (ANSWER, 2)


def test_a_reset_is_offline_and_retried() -> None:
    """Row xA6."""
    with StandIn(in_turn(reset())) as stand_in, a_model(stand_in) as model:
        failed = failure(model)
    assert (failed.code, failed.attempts, len(stand_in.requests)) == ("offline", 3, 3)


@pytest.mark.parametrize(
    "url", ["https://no-such-host.invalid", "http://127.0.0.1:9", "https://[::1]:9"]
)
def test_a_host_that_cannot_be_reached_is_offline_at_once(url: str) -> None:
    """Row xA6: no waiting for a network that is not there."""
    with a_model(url) as model:
        failed = failure(model)
    assert (failed.code, failed.waits, failed.attempts) == ("offline", True, 1)


@pytest.mark.parametrize("url", ["https://x..y", "https://[x]", "nowhere"])
def test_an_endpoint_that_is_no_url_is_denied(url: str) -> None:
    with a_model(url) as model:
        assert failure(model).code == "denied"
        assert isinstance(model.host, str)


def test_the_most_requests_of_a_call_is_a_setting_and_its_usage_adds_up() -> None:
    script = in_turn(answer([1], how="text"))
    with StandIn(script) as stand_in, a_model(stand_in, attempts=5) as model:
        failed = failure(model)
    assert failed.attempts == len(stand_in.requests) == 5
    assert failed.usage.input_tokens == stand_in.usage["inputTokens"]
    assert failed.usage.output_tokens == stand_in.usage["outputTokens"]


def test_waits_between_requests_grow() -> None:
    """Row xA1."""
    options = {"attempts": 5, "backoff": (0.05, 10.0)}
    with StandIn(in_turn(throttle())) as stand_in, a_model(stand_in, **options) as model:
        failure(model)
    times = [request.at for request in stand_in.requests]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    # Each wait is its power of two plus at most one first wait; a busy machine only adds to it.
    assert [gap >= 0.05 * 2**n for n, gap in enumerate(gaps)] == [True] * 4


def test_no_request_begins_after_the_wall_deadline_of_a_call() -> None:
    options = {"attempts": 10, "timeout_seconds": 0.3, "backoff": (0.001, 0.001)}
    with StandIn(in_turn(hang())) as stand_in, a_model(stand_in, **options) as model:
        began = time.monotonic()
        failed = failure(model)
        took = time.monotonic() - began
        assert model.longest == pytest.approx(0.6)
    assert failed.code == "timeout"
    assert 0.3 <= took < 2
    assert failed.attempts == len(stand_in.requests) <= 3


def test_a_budget_is_asked_before_each_request_and_can_end_the_call() -> None:
    """Row xA14."""
    asked: list[int] = []

    def before(number: int) -> None:
        asked.append(number)
        if number == 2:
            raise ModelError("the budget is spent", code="refused", usage=Usage(1), attempts=0)

    script = in_turn(answer(ANSWER, stop="malformed_tool_use", usage={"inputTokens": 10}))
    with StandIn(script) as stand_in, a_model(stand_in) as model, pytest.raises(ModelError) as it:
        model.ask(QUESTION, lambda value: value, before)
    assert asked == [1, 2]
    assert len(stand_in.requests) == 1
    assert (it.value.code, it.value.attempts, it.value.usage) == ("refused", 1, Usage(11))


def test_what_a_budget_raises_is_not_wrapped() -> None:
    def before(_: int) -> None:
        raise LookupError("mine")

    with (
        StandIn() as stand_in,
        a_model(stand_in) as model,
        pytest.raises(LookupError, match="mine"),
    ):
        model.ask(QUESTION, lambda value: value, before)
    assert stand_in.requests == []


def test_a_third_of_the_requests_throttled_costs_no_call_and_no_double_retry() -> None:
    """Row xA2: requests at the service are exactly the attempts that were counted."""

    def script(request: bedrock.Received) -> Action:
        return throttle() if request.number % 3 == 0 else answer(ANSWER)

    attempts: list[int] = []
    with StandIn(script) as stand_in, a_model(stand_in, attempts=8, max_connections=8) as model:
        run_all(8, lambda: attempts.extend(ask(model).attempts for _ in range(20)))
    assert len(attempts) == 160
    assert (
        sum(attempts)
        == len(stand_in.requests)
        == 160 + sum(request.number % 3 == 0 for request in stand_in.requests)
    )


def test_as_many_requests_are_under_way_as_are_asked_for_and_connections_are_kept() -> None:
    gate = threading.Barrier(6)

    def script(request: bedrock.Received) -> Action:
        if request.number <= 6:
            gate.wait(20)
        return answer(ANSWER)

    with StandIn(script) as stand_in, a_model(stand_in, max_connections=6) as model:
        run_all(6, lambda: [ask(model) for _ in range(10)])
    assert stand_in.peak == 6
    assert len(stand_in.requests) == 60
    assert stand_in.accepted == 6


def test_a_message_is_one_short_line_without_anything_that_acts() -> None:
    """Row xA8: what the service says can be as hostile as an answer."""
    hostile = "a\x1b[31m\u202e\u200b\U000e0041\nb\r" + "x" * 5000
    act = error(400, "ValidationException", hostile)
    with StandIn(in_turn(act)) as stand_in, a_model(stand_in) as model:
        failed = failure(model)
    assert failed.message.startswith("Bedrock: a [31m b xxx")
    assert len(failed.message) <= 300
    assert failed.message.isprintable()


def test_a_question_botocore_does_not_take_is_a_bad_request_that_shows_nothing() -> None:
    with a_model("http://127.0.0.1:9") as model:
        failed = failure(model, replace(QUESTION, content=7))  # type: ignore[arg-type]  # on purpose
    assert (failed.code, failed.attempts) == ("bad_request", 0)
    assert "7" not in str(failed)


def test_a_lone_surrogate_in_a_question_reaches_the_service_as_it_is() -> None:
    with StandIn() as stand_in, a_model(stand_in) as model:
        ask(model, replace(QUESTION, content="x\ud800y"))
    assert json.loads(stand_in.requests[0].body)["messages"][0]["content"][2]["text"] == "x\ud800y"


def run_all(count: int, run: Callable[[], object]) -> None:
    """Run the same on several threads and wait for all; what one raises is raised."""
    failed: list[BaseException] = []

    def body() -> None:
        try:
            run()
        except BaseException as problem:  # noqa: BLE001  # raised again below
            failed.append(problem)

    threads = [threading.Thread(target=body) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    if failed:
        raise failed[0]
