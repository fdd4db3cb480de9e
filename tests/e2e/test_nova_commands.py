"""The command line with a model behind it: what asks, what never does, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from bedrock import StandIn, answer, error, hang, later
from nova import Nova
from nova_talk import honest, ledger, module


def fill(nova: Nova, count: int = 4) -> None:
    """Write files that say nothing of themselves."""
    for number in range(count):
        nova.write(f"f{number:03}.py", module(f"grow_{number}"))


def test_index_asks_and_says_so_and_a_second_run_asks_nothing(nova: Nova) -> None:
    fill(nova)
    first = nova.index()["enrichment"]
    assert (first["done"], first["pending"], first["failed"], first["skipped"]) == (4, 0, 0, 0)
    assert (first["state"], first["reason"], first["egress"], first["calls"]) == (
        "ok",
        None,
        True,
        4,
    )
    assert first["costUsd"] > 0
    assert nova.calls == 4
    again = nova.cli("index")
    assert again.returncode == 0
    assert "Nova Lite: 4 done, 0 skipped, 0 failed, 0 pending" in again.stdout
    assert again.stderr == ""
    assert nova.calls == 4


def test_index_local_and_index_of_some_files_ask_nobody(nova: Nova, stand_in: StandIn) -> None:
    fill(nova)
    assert nova.cli("index", "--local").returncode == 0
    assert nova.cli("index", "f000.py").returncode == 0
    assert stand_in.accepted == 0


@pytest.mark.parametrize(
    "verb",
    [
        ("show", "f000.py"),
        ("show", "--json", "f000.py:3"),
        ("check",),
        ("status",),
        ("status", "--json"),
        ("metrics",),
        ("estimate",),
        ("preview", "f000.py"),
        ("egress",),
        ("trust",),
        ("config",),
    ],
    ids=" ".join,
)
def test_verbs_that_only_look_ask_nobody(
    nova: Nova, stand_in: StandIn, verb: tuple[str, ...]
) -> None:
    fill(nova, 2)
    assert nova.cli("index", "--local").returncode == 0
    done = nova.cli(*verb)
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert stand_in.accepted == 0


@pytest.mark.slow
def test_a_hundred_renames_and_ten_switches_of_branches_cost_nothing(nova: Nova) -> None:
    """Paid once: also on the branch one comes back to."""
    git(nova, "init", "-q", "-b", "main")
    for number in range(100):
        nova.write(f"old/f{number:03}.py", module(f"grow_{number}"))
    commit(nova, "one")
    llm = ("--set", "llm.max_concurrency=8", "--set", "llm.requests_per_minute=0")
    assert nova.index(*llm)["enrichment"]["done"] == 100
    assert nova.calls == 100
    git(nova, "checkout", "-q", "-b", "other")
    git(nova, "mv", "old", "new")
    commit(nova, "two")
    summary = nova.index(*llm)
    assert (summary["renamed"], summary["enrichment"]["done"]) == (100, 100)
    for turn in range(10):
        git(nova, "checkout", "-q", "other" if turn % 2 else "main")
        if turn >= 8:
            assert nova.index(*llm)["enrichment"]["done"] == 100
    assert nova.calls == 100


def git(nova: Nova, *arguments: str) -> None:
    """Run git in the folder."""
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    subprocess.run(["git", *who, *arguments], cwd=nova.root, check=True, capture_output=True)


def commit(nova: Nova, message: str) -> None:
    """Commit everything."""
    git(nova, "add", "-A")
    git(nova, "commit", "-q", "-m", message)


def test_an_interrupted_index_keeps_what_was_done(nova: Nova, stand_in: StandIn) -> None:
    fill(nova, 6)
    stand_in.script = lambda r: answer(honest(r)) if r.number <= 3 else hang()
    process = subprocess.Popen(
        [sys.executable, "-m", "dbp", "index", "--set", "llm.max_concurrency=1"],
        cwd=nova.root,
        env={**os.environ, **nova.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stand_in.until(lambda: len(stand_in.requests) == 4)
    process.send_signal(signal.SIGINT)
    said, told = process.communicate(timeout=10)
    assert process.returncode == 130
    assert (said, told) == ("", "dbp: interrupted; what was done is kept\n")
    assert [call.outcome for call in ledger(nova)] == ["cancelled", *["done"] * 3]
    stand_in.script = None
    summary = nova.index()
    assert summary["enrichment"]["done"] == 6
    assert nova.calls == 4 + 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("AccessDeniedException", "You may not"),
        ("ExpiredTokenException", "You may not"),
    ],
)
def test_a_service_that_refuses_is_one_line_and_no_failure_of_the_index(
    nova: Nova, stand_in: StandIn, name: str, words: str
) -> None:
    fill(nova)
    stand_in.script = lambda _request: error(403, name, words)
    done = nova.cli("index")
    assert done.returncode == 0
    assert "Nova Lite: 0 done, 0 skipped, 0 failed, 4 pending (" in done.stdout
    assert done.stderr.count("\n") <= 2, done.stderr
    assert all(line.startswith("dbp: ") for line in done.stderr.splitlines())
    assert nova.calls <= 2


def test_without_credentials_the_index_is_local_and_says_so(nova: Nova) -> None:
    fill(nova)
    del nova.env["AWS_ACCESS_KEY_ID"], nova.env["AWS_SECRET_ACCESS_KEY"]
    done = nova.cli("index")
    assert done.returncode == 0
    assert "4 pending" in done.stdout
    assert "credentials" in done.stdout
    assert "Traceback" not in done.stderr
    assert nova.calls == 0


def test_without_consent_the_index_is_local_and_says_what_to_do(nova: Nova) -> None:
    fill(nova)
    assert nova.cli("trust", "--revoke").returncode == 0
    done = nova.cli("index")
    assert done.returncode == 0
    assert "dbp trust --cloud" in done.stdout + done.stderr
    assert nova.calls == 0


def test_a_model_that_answers_rubbish_fails_files_and_not_the_index(
    nova: Nova, stand_in: StandIn
) -> None:
    fill(nova, 2)
    stand_in.script = lambda _request: answer({"functions": "no"})
    done = nova.cli("index", "--json", "--set", "llm.attempts=1", "--set", "llm.max_concurrency=1")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)["enrichment"]
    assert said["failed"] == 2
    assert nova.cli("show", "f000.py").returncode == 0


@pytest.mark.parametrize(
    "setting",
    [
        "llm.provider=azure",
        "llm.endpoint_url=http://evil.example",
        "llm.max_tokens=1",
        "llm.nope=1",
    ],
)
def test_a_setting_that_is_wrong_is_one_line(nova: Nova, setting: str) -> None:
    done = nova.cli("index", "--set", setting)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("dbp: ")
    assert setting.partition("=")[0] in line


def test_watch_asks_about_what_changes(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))
    process = subprocess.Popen(
        [sys.executable, "-m", "dbp", "watch", "--set", "scheduler.delay_seconds=1"],
        cwd=nova.root,
        env={**os.environ, **nova.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        stand_in.until(lambda: nova.calls == 1)
        nova.write("b.py", module("shrink"))
        stand_in.until(lambda: nova.calls == 2)
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in told


def test_the_last_line_says_what_became_of_slow_calls(nova: Nova, stand_in: StandIn) -> None:
    fill(nova)
    stand_in.script = lambda request: later(0.3, answer(honest(request)))
    assert nova.index()["enrichment"]["done"] == 4
