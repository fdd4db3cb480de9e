"""A service that fails: what is asked again, what is given up, what an editor shows meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bedrock import (
    Action,
    Received,
    StandIn,
    answer,
    error,
    garbage,
    hang,
    in_turn,
    raw,
    reset,
    short,
)
from editor import source
from nova import Nova
from nova_talk import (
    counts,
    enrichment,
    extraction,
    honest,
    module,
    settle,
    shown_messages,
    wait_for,
)

OTHER_FORM = answer({"functions": "everything", "headerSections": 7})


def test_rubbish_is_asked_once_more_and_what_comes_then_is_kept(
    nova: Nova, stand_in: StandIn
) -> None:
    """Row X10."""
    nova.write("a.py", module("grow"))
    stand_in.script = lambda r: OTHER_FORM if r.number == 1 else answer(honest(r))
    with nova.editor() as editor:
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"
        assert editor.intent("a.py")
    assert nova.calls == 2
    assert stand_in.requests[0].body == stand_in.requests[1].body


@pytest.mark.parametrize(
    "rubbish", [OTHER_FORM, garbage(), raw(b"{}"), short()], ids=["form", "html", "empty", "short"]
)
def test_rubbish_for_good_fails_the_file_and_keeps_what_it_had(
    nova: Nova, stand_in: StandIn, rubbish: Action
) -> None:
    """Row X10 and fault xA5."""
    nova.write("a.py", module("grow"))
    with nova.editor(llm={"attempts": 2}) as editor:
        settle(editor)
        before = editor.metadata("a.py")
        assert before["header"]["intent"]
        stand_in.script = lambda _request: rubbish
        editor.write("a.py", module("grow", "shrink"))
        settle(editor)
        after = editor.metadata("a.py")
        assert after["enrichment"]["state"] == "failed"
        assert after["enrichment"]["reason"].startswith("invalid_response")
        assert after["enrichment"]["model"] == "amazon.nova-lite-v1:0"
        assert after["header"]["intent"] == before["header"]["intent"]
        assert after["symbols"][0]["doc"] == before["symbols"][0]["doc"]
        assert counts(editor) == {"pending": 0, "done": 0, "failed": 1, "skipped": 0}
        asked = nova.calls
        assert asked == 3
        settle(editor)
    with nova.editor() as editor:
        settle(editor)
    assert nova.calls == asked, "a failure is not asked about again by itself"


def test_the_gaps_between_requests_of_one_call_grow(nova: Nova, stand_in: StandIn) -> None:
    """Rows X13 and E1."""
    nova.write("a.py", module("grow"))
    refused = error(503, "ServiceUnavailableException")
    stand_in.script = lambda r: refused if r.number < 4 else answer(honest(r))
    with nova.editor(llm={"attempts": 4}) as editor:
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"
    times = [request.at for request in stand_in.requests]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(gaps) == 3
    assert gaps[0] >= 0.5
    assert gaps[2] >= 2.0
    assert gaps[2] > gaps[0]


def test_a_request_that_is_wrong_is_not_sent_again(nova: Nova, stand_in: StandIn) -> None:
    """Row X13: 400-type answers."""
    nova.write("a.py", module("grow"))
    stand_in.script = lambda _request: error(400, "ValidationException", "the input is malformed")
    with nova.editor() as editor:
        settle(editor)
        said = enrichment(editor, "a.py")
        assert said["state"] == "failed"
        assert said["reason"].startswith("bad_request")
    assert nova.calls == 1


def test_a_call_that_hangs_ends_at_its_limit_and_frees_the_worker(
    nova: Nova, stand_in: StandIn
) -> None:
    """Row X14: one second, one worker; the other files are done meanwhile."""
    nova.write("a.py", module("first"))
    for number in range(3):
        nova.write(f"f{number}.py", module(f"grow_{number}"))

    def script(request: Received) -> Any:
        return hang() if "def first" in request.text else answer(honest(request))

    stand_in.script = script
    llm = {"timeout_seconds": 1, "attempts": 1, "max_concurrency": 1}
    with nova.editor(llm=llm) as editor:
        began = time.monotonic()
        wait_for(editor, lambda: counts(editor)["done"] == 3)
        assert time.monotonic() - began < 6
        said = enrichment(editor, "a.py")
        assert said["state"] == "pending"
        assert said["reason"].startswith("timeout")
        stand_in.script = None
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (reset, "open_circuit"),
        (
            lambda: error(403, "ExpiredTokenException", "The security token expired"),
            "no_credentials",
        ),
        (lambda: error(403, "AccessDeniedException", "You may not"), "no_credentials"),
        (lambda: raw(b"", 407), "open_circuit"),
    ],
    ids=["reset", "expired", "denied", "proxy"],
)
def test_a_service_that_cannot_be_used_rests_with_one_message(
    nova: Nova, stand_in: StandIn, fault: Callable[[], Action], state: str
) -> None:
    """Faults xA6 and xA11: local results stay, one notice, health says why."""
    nova.write("own.py", source("Runs tasks."))
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: fault()
    with nova.editor(llm={"attempts": 1}) as editor:
        settle(editor)
        stands = extraction(editor)
        assert stands["state"] == state
        assert stands["reason"]
        assert editor.intent("own.py") == "Runs tasks."
        assert enrichment(editor, "f0.py")["state"] == "pending"
        assert enrichment(editor, "f0.py")["reason"] == stands["reason"]
        health = editor.client.request("dbp/health")
        assert health["status"] == "degraded"
        check = next(check for check in health["checks"] if check["name"] == "enrichment")
        assert check["status"] == "degraded"
        assert check["detail"] == stands["reason"]
        settle(editor)
        (message,) = shown_messages(editor)
        assert message.startswith("dbp: Nova Lite rests: ")
    assert nova.calls <= 2


def test_without_credentials_everything_local_works(nova: Nova) -> None:
    """Row X15: no network, no crash, one message."""
    nova.write("a.py", source("Runs tasks."))
    nova.write("b.py", module("grow"))
    del nova.env["AWS_ACCESS_KEY_ID"], nova.env["AWS_SECRET_ACCESS_KEY"]
    with nova.editor() as editor:
        settle(editor)
        editor.open("a.py")
        assert "Runs tasks." in (editor.hover("a.py", 0) or "")
        assert extraction(editor)["state"] == "no_credentials"
        health = editor.client.request("dbp/health")
        assert health["status"] == "degraded"
        assert [c["detail"] for c in health["checks"] if c["name"] == "enrichment"] == [
            extraction(editor)["reason"]
        ]
        assert "credentials" in extraction(editor)["reason"]
        assert enrichment(editor, "b.py")["state"] == "pending"
        editor.write("c.py", module("shrink"))
        settle(editor)
        assert len(shown_messages(editor)) == 1
        assert editor.client.shutdown() == 0
    assert nova.calls == 0


def test_credentials_that_come_later_are_found_without_a_restart(
    nova: Nova, tmp_path: Path
) -> None:
    """Row X15: what waited is asked about as soon as a setting or the consent is touched."""
    nova.write("b.py", module("grow"))
    keys = tmp_path / "credentials"
    keys.write_text("")
    nova.env["AWS_SHARED_CREDENTIALS_FILE"] = str(keys)
    found = {
        name: nova.env.pop(f"AWS_{name.upper()}") for name in ("access_key_id", "secret_access_key")
    }
    with nova.editor() as editor:
        settle(editor)
        assert nova.calls == 0
        lines = "".join(f"aws_{name} = {value}\n" for name, value in found.items())
        keys.write_text(f"[default]\n{lines}")
        assert nova.cli("trust", "--cloud", "--yes").returncode == 0
        wait_for(editor, lambda: counts(editor)["done"] == 1)
        assert extraction(editor)["state"] == "ok"
        assert editor.client.request("dbp/health")["status"] == "healthy"
    assert nova.calls == 1


def test_answers_that_are_cut_off_or_filtered_are_not_kept(nova: Nova, stand_in: StandIn) -> None:
    """Fault xA7."""
    stops = ["max_tokens", "content_filtered", "guardrail_intervened"]
    for stop in stops:
        nova.write(f"{stop}.py", module(stop))

    def script(request: Received) -> Any:
        stop = next(stop for stop in stops if f"def {stop}" in request.text)
        return answer(honest(request), stop=stop)

    stand_in.script = script
    with nova.editor() as editor:
        settle(editor)
        for stop in stops:
            said = editor.metadata(f"{stop}.py")
            assert said["enrichment"]["state"] == "failed", stop
            assert said["enrichment"]["fields"] == []
            assert said["header"] is None


def test_after_a_failure_the_user_can_ask_once_more(nova: Nova, stand_in: StandIn) -> None:
    """`dbp/processFile` with `force` is another try for a file that failed."""
    nova.write("a.py", module("grow"))
    stand_in.script = in_turn(garbage(), garbage(), garbage(), hang())
    with nova.editor(llm={"attempts": 2}) as editor:
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "failed"
        stand_in.script = None
        editor.client.request("dbp/processFile", {"uri": editor.uri("a.py"), "force": True})
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"


def test_a_client_that_wants_to_know_is_told_that_calls_rest(nova: Nova, stand_in: StandIn) -> None:
    """`dbp/statusChanged` and `dbp/metadataUpdated` follow what the model does and does not."""
    nova.write("a.py", module("grow"))
    stand_in.script = lambda _request: hang(error(403, "AccessDeniedException", "You may not"))
    with nova.editor(notifications=True) as editor:
        stand_in.until(lambda: stand_in.active == 1)
        editor.settle()
        editor.client.pump(1.5)  # what is said of the index is said
        stand_in.release()
        told = editor.client.wait_notification(
            "dbp/statusChanged", lambda status: status["extraction"]["state"] != "ok"
        )
        assert told["extraction"]["state"] == "no_credentials"
        assert "You may not" in told["extraction"]["reason"]
        stand_in.script = None
        assert nova.cli("trust", "--cloud", "--yes").returncode == 0
        editor.client.wait_notification(
            "dbp/metadataUpdated", lambda params: editor.uri("a.py") in params["uris"]
        )
        editor.client.wait_notification(
            "dbp/statusChanged", lambda status: status["extraction"]["files"]["done"] == 1
        )


def test_a_throttled_service_is_asked_slower_and_nobody_is_bothered(
    nova: Nova, stand_in: StandIn
) -> None:
    """Fault xA1: every third request is throttled; all is done, and no call is made twice."""
    for number in range(12):
        nova.write(f"f{number:02}.py", module(f"grow_{number}"))
    throttled = error(429, "ThrottlingException", "Too many requests")
    stand_in.script = lambda r: throttled if r.number % 3 == 0 else answer(honest(r))
    with nova.editor(llm={"max_concurrency": 4}) as editor:
        settle(editor, 40)
        assert counts(editor) == {"pending": 0, "done": 12, "failed": 0, "skipped": 0}
        assert shown_messages(editor) == []
        assert editor.client.request("dbp/metrics")["llm"]["calls"] >= 12
    bodies = [request.body for request in stand_in.requests if request.number % 3]
    assert len(bodies) == len(set(bodies)) == 12
