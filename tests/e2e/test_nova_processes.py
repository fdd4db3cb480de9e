"""Several processes of one user: what one has paid for the others have, and one takes over."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bedrock import StandIn, answer, hang, later
from nova import Nova
from nova_talk import counts, enrichment, extraction, honest, module, settle, wait_for


def second(nova: Nova, tmp_path: Path) -> Nova:
    """Give another folder of the same user, with consent."""
    made = Nova(tmp_path, nova.stand_in)
    made.root = tmp_path / "second"
    made.root.mkdir()
    made.consent()
    return made


def test_two_editors_on_one_folder_ask_once(nova: Nova, stand_in: StandIn) -> None:
    for number in range(10):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.05, answer(honest(request)))
    with nova.editor() as one, nova.editor() as two:
        settle(one)
        settle(two)
        assert {one.status()["role"], two.status()["role"]} == {"leader", "follower"}
        leader, follower = (one, two) if one.status()["role"] == "leader" else (two, one)
        for editor in (one, two):
            assert enrichment(editor, "f3.py")["state"] == "done"
            assert editor.intent("f3.py")
            editor.open("f3.py")
            assert "✦" in (editor.hover("f3.py", 0) or "")
            assert editor.client.request("dbp/health")["status"] == "healthy"
            metrics = editor.client.request("dbp/metrics")["llm"]
            assert metrics["calls"] == 10
            assert metrics["tokens"] == stand_in.usage["totalTokens"]
            assert metrics["enrichment"]["done"] == 10
        follower.save("new.py", module("fresh"))
        settle(follower)
        assert enrichment(follower, "new.py")["state"] == "done"
        assert leader.intent("new.py")
    assert nova.calls == 11


def test_two_folders_with_equal_files_at_the_same_time_ask_once_for_each_content(
    nova: Nova, stand_in: StandIn, tmp_path: Path
) -> None:
    """Fault xA15: two servers, started together."""
    other = second(nova, tmp_path)
    for number in range(12):
        for place in (nova, other):
            place.write(f"f{number:02}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.1, answer(honest(request)))
    with nova.editor() as one, other.editor() as two:
        for editor in (one, two):
            settle(editor, 40)
            assert counts(editor) == {"pending": 0, "done": 12, "failed": 0, "skipped": 0}
    assert nova.calls == 12


@pytest.mark.slow
def test_after_a_kill_the_follower_takes_over_and_the_lost_calls_count_at_their_most(
    nova: Nova, stand_in: StandIn
) -> None:
    for number in range(6):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: hang()
    with nova.editor(llm={"max_concurrency": 2}) as leader, nova.editor() as follower:
        stand_in.until(lambda: stand_in.active == 2)
        assert follower.status()["role"] == "follower"
        leader.client.process.kill()
        leader.client.process.wait(10)
        # The calls of a dead process end at the latest when their own time is over: now.
        with sqlite3.connect(nova.state / "account.db") as account:
            account.execute("UPDATE call SET expires_at = at WHERE outcome = 'open'")
        account.close()
        stand_in.script = None
        wait_for(follower, lambda: follower.status()["role"] == "leader")
        settle(follower)
        assert counts(follower) == {"pending": 0, "done": 6, "failed": 0, "skipped": 0}
        metrics = follower.client.request("dbp/metrics")["llm"]
    ledger = json.loads(nova.cli("egress", "list", "--json").stdout)
    lost = [call for call in ledger["calls"] if call["outcome"] == "lost"]
    assert len(lost) == 2
    used = stand_in.usage["totalTokens"]
    assert metrics["tokens"] > used + 2 * 500
    assert metrics["today"]["tokens"] == metrics["tokens"]
    assert nova.calls == 8


def test_a_command_beside_an_editor_pays_nothing_twice(nova: Nova, stand_in: StandIn) -> None:
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.1, answer(honest(request)))
    with nova.editor() as editor:
        summary = nova.index()
        assert summary["files"] == 4
        settle(editor)
        assert counts(editor)["done"] == 4
        for verb in (("status",), ("metrics",), ("egress",), ("show", "f0.py"), ("check",)):
            assert nova.cli(*verb).returncode in {0, 1}, verb
    assert nova.calls == 4


def test_two_commands_at_once_in_two_folders_pay_once(
    nova: Nova, stand_in: StandIn, tmp_path: Path
) -> None:
    other = second(nova, tmp_path)
    for number in range(6):
        for place in (nova, other):
            place.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.1, answer(honest(request)))
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "dbp", "index", "--json"],
            cwd=place.root,
            env={**os.environ, **place.env},
            stdout=subprocess.PIPE,
            text=True,
        )
        for place in (nova, other)
    ]
    for process in both:
        said, _ = process.communicate(timeout=40)
        assert json.loads(said)["enrichment"]["done"] == 6
    assert nova.calls == 6


def test_the_budget_is_one_for_all_processes(nova: Nova, stand_in: StandIn, tmp_path: Path) -> None:
    """It stops within one call of the cap, however many ask at once."""
    other = second(nova, tmp_path)
    for number in range(10):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
        other.write(f"g{number}.py", module(f"shrink_{number}"))
    llm = {"daily_budget_tokens": 12_000, "max_concurrency": 4}
    stand_in.script = lambda request: later(0.05, answer(honest(request)))
    with nova.editor(llm=llm) as one, other.editor(llm=llm) as two:
        settle(one)
        settle(two)
        assert extraction(one)["state"] == extraction(two)["state"] == "budget_exhausted"
        spent = one.client.request("dbp/metrics")["llm"]["today"]["tokens"]
        assert spent == two.client.request("dbp/metrics")["llm"]["today"]["tokens"]
    assert stand_in.usage["totalTokens"] == spent
    assert 12_000 - 3000 < spent <= 12_000


def test_threads_of_one_process_make_one_client(nova: Nova, stand_in: StandIn) -> None:
    """Fault xA12: many workers at once open no more connections than calls are allowed."""
    for number in range(30):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda request: later(0.02, answer(honest(request)))
    with nova.editor(llm={"max_concurrency": 8}) as editor:
        settle(editor)
        threads = len(list(Path(f"/proc/{editor.client.process.pid}/task").iterdir()))
    assert nova.calls == 30
    assert stand_in.accepted <= 8
    assert threads < 40
