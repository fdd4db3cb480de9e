"""A server that asks a model ends when it is told to, and sleeps while there is nothing to do."""

from __future__ import annotations

import time

import pytest
from bedrock import Action, StandIn, drip_body, error, hang
from editor import Editor
from nova import Nova
from nova_talk import counts, extraction, ledger, module, settle, wait_for
from rawclient import RpcError
from resting import WAKE_UPS, rest, wake_ups


def ended_in_time(editor: Editor) -> float:
    """Shut down in order; give the seconds that took."""
    began = time.monotonic()
    assert editor.client.shutdown() == 0
    return time.monotonic() - began


@pytest.mark.parametrize("fault", [hang(), drip_body()], ids=["hang", "drip"])
def test_shutdown_with_every_call_hung(nova: Nova, stand_in: StandIn, fault: Action) -> None:
    for number in range(12):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: fault
    with nova.editor(llm={"max_concurrency": 8}) as editor:
        stand_in.until(lambda: stand_in.active == 8)
        took = ended_in_time(editor)
        assert "Traceback" not in editor.client.stderr()
    assert took < 1.5
    stand_in.script = None
    with nova.editor(llm={"max_concurrency": 8}) as editor:
        settle(editor)
        assert counts(editor) == {"pending": 0, "done": 12, "failed": 0, "skipped": 0}
    assert nova.calls == 8 + 12


def test_shutdown_while_a_call_waits_to_be_tried_again(nova: Nova, stand_in: StandIn) -> None:
    """Fault xA18: the wait between two requests is broken off as well."""
    nova.write("a.py", module("grow"))
    stand_in.script = lambda _request: error(503, "ServiceUnavailableException")
    with nova.editor(llm={"attempts": 10, "timeout_seconds": 60}) as editor:
        stand_in.until(lambda: len(stand_in.requests) == 3)
        assert ended_in_time(editor) < 1.5


def test_shutdown_while_calls_rest(nova: Nova, stand_in: StandIn) -> None:
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    with nova.editor(llm={"daily_budget_tokens": 1}) as editor:
        settle(editor)
        assert extraction(editor)["state"] == "budget_exhausted"
        assert ended_in_time(editor) < 1.5
    assert stand_in.accepted == 0


@pytest.mark.parametrize("how", ["exit", "terminate", "end of input"])
def test_every_other_end_with_calls_hung(nova: Nova, stand_in: StandIn, how: str) -> None:
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: hang()
    with nova.editor(llm={"max_concurrency": 4}) as editor:
        stand_in.until(lambda: stand_in.active == 4)
        began = time.monotonic()
        if how == "exit":
            editor.client.notify("exit")
        elif how == "terminate":
            editor.client.process.terminate()
        else:
            editor.client.close_stdin()
        editor.client.wait_exit()
        assert time.monotonic() - began < 1.5


@pytest.mark.slow
@pytest.mark.parametrize("why", ["done", "no consent", "budget"])
def test_a_session_with_nothing_to_do_sleeps(nova: Nova, why: str) -> None:
    for number in range(5):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    if why == "no consent":
        assert nova.cli("trust", "--revoke").returncode == 0
    llm = {"daily_budget_tokens": 1} if why == "budget" else {}
    with nova.editor(llm=llm) as editor:
        settle(editor)
        asked = nova.calls
        assert asked == (5 if why == "done" else 0)
        # What began with the files ends first: the connection of the stand-in, the parsers' work,
        # and what services make of them.
        rest(editor)
        woken = wake_ups(editor)
        assert woken < WAKE_UPS, f"{woken} wake-ups in five seconds"
    assert nova.calls == asked


def test_a_folder_that_is_removed_from_the_session_breaks_its_calls_off(
    nova: Nova, stand_in: StandIn
) -> None:
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: hang()
    with nova.editor(llm={"max_concurrency": 2}) as editor:
        stand_in.until(lambda: stand_in.active == 2)
        folder = {"uri": nova.root.as_uri(), "name": "project"}
        event = {"event": {"added": [], "removed": [folder]}}
        editor.client.notify("workspace/didChangeWorkspaceFolders", event)
        stand_in.script = None
        wait_for(editor, lambda: [call.outcome for call in ledger(nova)] == ["cancelled"] * 2, 3)
        event = {"event": {"added": [folder], "removed": []}}
        editor.client.notify("workspace/didChangeWorkspaceFolders", event)
        wait_for(editor, lambda: is_open(editor))
        settle(editor)
        assert counts(editor)["done"] == 4
    assert nova.calls == 2 + 4


def is_open(editor: Editor) -> bool:
    """Tell whether a folder is open."""
    try:
        return bool(editor.status())
    except RpcError:
        return False
