"""Twenty checks from outside, over stdio: what separates a server that can be trusted from others.

Each starts a real server with a real watcher, parsers, database and, where a model is asked, the
real client before a stand-in for Bedrock. They look at answers, at what was sent, and at nothing
else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bedrock import Received, StandIn, answer, garbage, hang, in_turn, throttle
from editor import Editor, source
from nova import Nova
from nova_talk import enrichment, honest, module, settle, wait_for
from rawclient import RpcError
from upstream import Upstream

FINAL = {"completed", "failed", "cancelled"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text(source())
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(root, tmp_path / "state", notifications=True) as session:
        session.settle()
        yield session


def ask(editor: Editor, method: str, **params: Any) -> Any:
    return editor.client.request(method, params)


def refused(editor: Editor, method: str, **params: Any) -> dict[str, Any]:
    with pytest.raises(RpcError) as found:
        ask(editor, method, **params)
    return found.value.data


def ended(editor: Editor, job_id: str) -> dict[str, Any]:
    """Wait until a job is final and give it."""
    wait_for(editor, lambda: ask(editor, "dbp/jobs/get", id=job_id)["status"] in FINAL, 30)
    return ask(editor, "dbp/jobs/get", id=job_id)


def began(editor: Editor, job_id: str) -> None:
    """Wait until a job is worked on."""
    at_work = {"processing", *FINAL}
    wait_for(editor, lambda: ask(editor, "dbp/jobs/get", id=job_id)["status"] in at_work)


# ── the pipeline ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_1_a_file_saved_every_second_is_looked_at_all_the_same(root: Path, tmp_path: Path) -> None:
    settings = {"scheduler": {"delay_seconds": 10, "max_delay_seconds": 30}}
    with Editor.start(root, tmp_path / "state", settings=settings) as editor:
        editor.settle()
        before = editor.stats()["extracted"]
        begun, number = time.monotonic(), 0
        while editor.stats()["extracted"] == before:
            assert time.monotonic() - begun < 45, "it is never looked at"
            number += 1
            editor.write("a.py", source(f"Saved for the {number}th time."))
            editor.client.pump(1.0)
        assert 29 <= time.monotonic() - begun <= 33


def test_2_a_deletion_wins_over_the_write_before_it(editor: Editor) -> None:
    for number in range(100):
        path = editor.write(f"gone/f{number}.py", source(f"Number {number}."))
        path.unlink()
    editor.settle()
    assert editor.paths() == ["a.py"]


def test_3_what_is_deleted_leaves_and_what_is_renamed_moves(editor: Editor) -> None:
    editor.open("a.py")
    (editor.root / "a.py").rename(editor.root / "b.py")
    editor.settle()
    before = editor.stats()["extracted"]
    assert editor.paths() == ["b.py"]
    assert editor.intent("b.py") == "Runs tasks one at a time."
    assert editor.stats()["renamed"] == 1
    (editor.root / "b.py").unlink()
    editor.settle()
    assert editor.paths() == []
    assert refused(editor, "dbp/metadata", uri=editor.uri("b.py"))["code"] == "not_found"
    assert editor.stats()["extracted"] == before


def test_4_one_save_seen_twice_is_one_call(nova: Nova) -> None:
    with nova.editor() as editor:
        settle(editor)
        editor.write("a.py", module("grow"))
        editor.open("a.py")
        editor.save("a.py", module("grow", "shrink"))
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"
    assert nova.calls == 1


def test_5_touching_costs_nothing_and_an_edit_of_the_same_size_is_seen(editor: Editor) -> None:
    before = editor.stats()["extracted"]
    path = editor.root / "a.py"
    path.touch()
    editor.settle()
    assert editor.stats()["extracted"] == before
    old = path.read_text()
    path.write_text(old.replace("one at a time", "two at a time"))
    editor.settle()
    assert editor.stats()["extracted"] == before + 1
    assert editor.intent("a.py") == "Runs tasks two at a time."
    path.write_text(old)
    editor.settle()
    assert editor.stats()["extracted"] == before + 1, "the content was known"
    assert editor.intent("a.py") == "Runs tasks one at a time."


def test_6_a_file_edited_while_it_is_asked_about_ends_with_what_it_holds(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("a.py", module("grow"))
    stand_in.script = lambda r: hang(answer(honest(r))) if r.number == 1 else answer(honest(r))
    with nova.editor() as editor:
        wait_for(editor, lambda: len(stand_in.requests) == 1)
        editor.write("a.py", module("grow", "shrink"))
        editor.settle()
        assert len(stand_in.requests) == 1, "one request about one file at a time"
        stand_in.release()
        settle(editor)
        names = [symbol["name"] for symbol in editor.metadata("a.py")["symbols"]]
        assert names == ["grow", "shrink"]
        assert enrichment(editor, "a.py")["state"] == "done"


def test_7_a_full_buffer_loses_nothing(root: Path, tmp_path: Path) -> None:
    settings = {"scheduler": {"delay_seconds": 1, "max_queue_size": 100}}
    with Editor.start(root, tmp_path / "state", settings=settings) as editor:
        editor.settle()
        for number in range(1000):
            editor.write(f"many/f{number}.py", f'"""File {number}."""\n')
            if number % 100 == 0:
                assert editor.status()["queue"]["size"] <= 150
        editor.settle(timeout=60)
        assert editor.status()["files"]["indexed"] == 1001


def test_8_stopping_and_killing_lose_nothing(root: Path, tmp_path: Path) -> None:
    slow = {"scheduler": {"delay_seconds": 60}}
    for end in ("stop", "kill"):
        with Editor.start(root, tmp_path / "state", settings=slow) as editor:
            editor.settle()
            for number in range(20):
                editor.write(f"{end}{number}.py", source(f"Number {number}."))
            if end == "stop":
                assert editor.client.shutdown() == 0
    with Editor.start(root, tmp_path / "state", settings=slow) as editor:
        editor.settle()
        assert len(editor.paths()) == 41


# ── the model ──────────────────────────────────────────────────────────────────────────────────


def test_9_rubbish_from_the_model_keeps_what_is_known(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor(llm={"attempts": 2}) as editor:
        settle(editor)
        known = editor.intent("a.py")
        assert known
        stand_in.script = lambda _request: garbage()
        editor.write("a.py", module("grow", "shrink"))
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "failed"
        assert editor.intent("a.py") == known


def test_10_without_credentials_it_is_useful(nova: Nova) -> None:
    nova.write("a.py", source("Runs tasks."))
    nova.write("b.py", module("grow"))
    del nova.env["AWS_ACCESS_KEY_ID"], nova.env["AWS_SECRET_ACCESS_KEY"]
    with nova.editor() as editor:
        settle(editor)
        editor.open("a.py")
        assert "Runs tasks." in (editor.hover("a.py", 0) or "")
        health = ask(editor, "dbp/health")
        assert health["status"] == "degraded"
        assert any("credentials" in check["detail"] for check in health["checks"])
    assert nova.calls == 0


def test_11_two_refusals_are_three_requests(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))

    def twice(request: Received) -> Any:
        return in_turn(throttle(), throttle(), answer(honest(request)))(request)

    stand_in.script = twice
    with nova.editor() as editor:
        settle(editor, 40)
        assert enrichment(editor, "a.py")["state"] == "done"
    assert nova.calls == 3


# ── the workspace ──────────────────────────────────────────────────────────────────────────────


def test_12_ignore_rules_hold_and_a_new_one_at_once(editor: Editor) -> None:
    editor.write("gen/made.py", source("Made."))
    editor.settle()
    assert "gen/made.py" in editor.paths()
    editor.write(".gitignore", "gen/\n")
    editor.settle()
    assert "gen/made.py" not in editor.paths()
    (editor.root / ".gitignore").unlink()
    editor.settle()
    assert "gen/made.py" in editor.paths()


def test_13_two_editors_share_one_folder_and_a_dead_one_is_replaced(
    root: Path, tmp_path: Path
) -> None:
    with (
        Editor.start(root, tmp_path / "state") as first,
        Editor.start(root, tmp_path / "state", notifications=True) as second,
    ):
        first.settle()
        second.settle()
        assert (first.status()["role"], second.status()["role"]) == ("leader", "follower")
        second.write("b.py", source("Second."))
        second.settle()
        assert first.intent("b.py") == second.intent("b.py") == "Second."
        first.client.process.kill()
        second.client.wait_notification(
            "dbp/statusChanged", lambda status: status["role"] == "leader"
        )
        second.write("c.py", source("Third."))
        second.settle()
        assert second.intent("c.py") == "Third."


_DYING = """
import subprocess, sys, json, os
server = subprocess.Popen([sys.executable, "-m", "dbp", "serve"], stdin=subprocess.PIPE)
body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "processId": os.getpid(), "rootUri": sys.argv[1], "capabilities": {}}}).encode()
server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
server.stdin.flush()
print(server.pid, file=sys.stderr, flush=True)
server.wait()
"""


def test_13_it_ends_when_its_editor_dies(root: Path, tmp_path: Path) -> None:
    env = {**os.environ, "DBP_STATE_DIR": str(tmp_path / "s"), "DBP_CONFIG_DIR": str(tmp_path)}
    client = subprocess.Popen(
        [sys.executable, "-c", _DYING, root.as_uri()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
    )
    try:
        assert client.stdout is not None
        assert client.stderr is not None
        server = int(client.stderr.readline())
        assert client.stdout.readline().startswith(b"Content-Length")
        client.kill()
        client.wait(10)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
            with suppress(BlockingIOError):
                client.stdout.readline()
        assert not Path(f"/proc/{server}").exists()
    finally:
        client.kill()
        client.stdout.close()
        client.stderr.close()


def test_14_stdout_carries_messages_only(editor: Editor) -> None:
    # The client refuses any byte that is not part of a frame; so this only has to make it talk.
    editor.open("a.py")
    editor.hover("a.py", 0)
    editor.write("broken.py", "def (:\n")
    ended(editor, ask(editor, "dbp/refresh")["jobId"])
    assert editor.client.shutdown() == 0


# ── jobs ───────────────────────────────────────────────────────────────────────────────────────


def test_15_the_id_of_a_refresh_is_the_one_that_runs(root: Path, tmp_path: Path) -> None:
    settings = {"fs_monitor": {"backend": "off"}, "rate_limits": {"refresh": "100/300"}}
    with Editor.start(root, tmp_path / "state", settings=settings, notifications=True) as editor:
        editor.settle()
        editor.write("unseen.py", source("Nobody was told."))
        answered = ask(editor, "dbp/refresh")
        assert answered["deduplicated"] is False
        done = ended(editor, answered["jobId"])
        assert done["status"] == "completed"
        assert done["type"] == "refresh"
        assert done["priority"] == "high"
        assert editor.intent("unseen.py") == "Nobody was told."
        moves = [event["move"] for event in done["events"]]
        assert moves == ["submitted", "claimed", "completed"]
        at_once = [editor.client.send_request("dbp/refresh", {}) for _ in range(2)]
        first, second = (editor.client.result_of(number) for number in at_once)
        assert second["jobId"] == first["jobId"] or second["deduplicated"] is False
        assert ended(editor, second["jobId"])["status"] == "completed"


def test_16_the_limit_is_exact_whoever_asks_at_once(editor: Editor) -> None:
    numbers = [editor.client.send_request("dbp/refresh", {}) for _ in range(20)]
    answers = [editor.client.wait_response(number) for number in numbers]
    accepted = [found["result"] for found in answers if "result" in found]
    refusals = [found["error"]["data"] for found in answers if "error" in found]
    assert len(accepted) == 5
    assert {found["code"] for found in refusals} == {"rate_limited"}
    assert all(0 < found["retryAfter"] <= 300 for found in refusals)


def test_17_cancelling_stops_what_runs_and_what_waits(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))
    stand_in.script = lambda _request: hang()
    with nova.editor() as editor:
        running = ask(editor, "dbp/jobs/submit", type="enrich")["jobId"]
        began(editor, running)
        waiting = ask(editor, "dbp/jobs/submit", type="scan")["jobId"]
        assert ask(editor, "dbp/jobs/cancel", id=waiting)["status"] in FINAL
        begun = time.monotonic()
        ask(editor, "dbp/jobs/cancel", id=running)
        assert ended(editor, running)["status"] == "cancelled"
        assert time.monotonic() - begun < 2
        assert refused(editor, "dbp/jobs/cancel", id=running)["code"] == "invalid_state"
        # The worker is free again.
        assert ended(editor, ask(editor, "dbp/jobs/submit", type="scan")["jobId"])["status"] == (
            "completed"
        )
        stand_in.release()


def test_18_a_repository_is_read_at_the_commit_that_was_named_and_read_once(
    root: Path, tmp_path: Path
) -> None:
    upstream = Upstream(tmp_path / "up.git")
    plans = ["- [x] done\n- [ ] open\n", "- [x] done\n- [x] done, too\n"]
    first, second = (
        upstream.commit(upstream.files({"PLAN.md": f"# Plan\n\n{tasks}"})) for tasks in plans
    )
    cache = tmp_path / "cache"
    env = {"DBP_CACHE_DIR": str(cache), "DBP_CLONE_ALLOW_LOCAL": "true"}
    with Editor.start(root, tmp_path / "state", env=env) as editor:
        editor.settle()

        def process(commit: str) -> dict[str, Any]:
            given = {"url": upstream.url, "commit": commit}
            found = ask(editor, "dbp/jobs/submit", type="project_processing", arguments=given)
            return ended(editor, found["jobId"])["result"]

        old = process(first)
        assert (old["progressPercentage"], old["commit"], old["cached"]) == (50.0, first, False)
        new = process(second)
        assert (new["progressPercentage"], new["cached"]) == (100.0, False)
        again = process(first)
        assert (again["progressPercentage"], again["commit"], again["cached"]) == (
            50.0,
            first,
            True,
        )
        assert process("main")["commit"] == second
    left = [found.name for found in (cache / "clones").iterdir() if found.name != "door.lock"]
    assert left == []


def test_19_a_job_that_is_stuck_is_not_healthy(nova: Nova, stand_in: StandIn) -> None:
    nova.write("a.py", module("grow"))
    stand_in.script = lambda _request: hang()
    with nova.editor(env={"DBP_JOBS_STUCK_AFTER_SECONDS": "1"}) as editor:
        job = ask(editor, "dbp/jobs/submit", type="enrich")["jobId"]
        began(editor, job)
        wait_for(editor, lambda: ask(editor, "dbp/health")["stuckJobs"] == 1)
        assert ask(editor, "dbp/health")["status"] != "healthy"
        ask(editor, "dbp/jobs/cancel", id=job)
        wait_for(editor, lambda: ask(editor, "dbp/health")["stuckJobs"] == 0)
        stand_in.release()


# ── what must not leave or enter ───────────────────────────────────────────────────────────────


def test_20_paths_outside_are_refused(editor: Editor) -> None:
    outside = "file:///etc/passwd"
    assert refused(editor, "dbp/processFile", uri=outside)["code"] == "outside_workspace"
    assert refused(editor, "dbp/refresh", uri=outside)["code"] == "outside_workspace"
    sly = f"{editor.root.as_uri()}/../../etc/passwd"
    assert refused(editor, "dbp/metadata", uri=sly)["code"] == "outside_workspace"


def test_20_secrets_are_not_sent(nova: Nova) -> None:
    # Made up, and cut in two so that no scanner takes this file for one that holds a key.
    key = "AKIA" + "QX7ZP2LM4NB8RT5W"
    nova.write("a.py", f'{module("grow")}\nAWS_ACCESS_KEY_ID = "{key}"\n')
    nova.write(".env", f"AWS_ACCESS_KEY_ID={key}\n")
    with nova.editor() as editor:
        settle(editor)
    assert key not in nova.sent()


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch /tmp/x",
        "ext::sh -c id",
        "https://example.org/a.git --config x",
        "fd::3",
        "-oProxyCommand=id",
    ],
)
def test_20_addresses_that_git_would_obey_never_reach_it(editor: Editor, url: str) -> None:
    data = refused(editor, "dbp/jobs/submit", type="project_processing", arguments={"url": url})
    assert data["code"] == "bad_params"
    assert refused(editor, "dbp/projects/add", url=url)["code"] == "bad_params"


def test_20_a_token_in_an_address_is_nowhere_kept(editor: Editor) -> None:
    token = "tok" + "en-7f3a"
    added = ask(editor, "dbp/projects/add", url=f"https://ann:{token}@example.org/o/r.git")
    assert token not in str(added)
    assert token not in str(ask(editor, "dbp/projects/list"))
