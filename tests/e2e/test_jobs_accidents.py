"""Jobs over stdio: many of them, processes that end or die, and several that share a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, source
from jobbing import done, fill, get, moves, submit, told, told_end


@pytest.mark.slow
def test_j37_g12_and_g13_a_killed_server_leaves_jobs_that_the_next_one_does(tmp_path: Path) -> None:
    """Row G37, too: what was stored right before the kill is stored."""
    root = fill(tmp_path / "project", 400)
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        running = submit(editor, "scan", force=True)
        told(editor.client, running, "processing")
        waiting = submit(editor, "scan", path="f1.py", force=True)
        assert get(editor, waiting)["status"] == "queued"
        editor.client.process.kill()
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        for job_id in (running, waiting):
            told_end(editor.client, job_id)
            assert get(editor, job_id)["status"] == "completed"
        rescued = get(editor, running)
        assert "rescued" in [event["move"] for event in rescued["events"]]
        assert rescued["retryCount"] == 1
        assert get(editor, waiting)["retryCount"] == 0


@pytest.mark.slow
def test_a_job_goes_on_after_a_restart_in_order(tmp_path: Path) -> None:
    """Row G3."""
    root = fill(tmp_path / "project", 400)
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        running = submit(editor, "scan", force=True)
        told(editor.client, running, "processing")
        assert editor.client.shutdown() == 0
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        told_end(editor.client, running)
        job = get(editor, running)
        assert (job["status"], job["retryCount"]) == ("completed", 0)
        assert "handed_back" in [event["move"] for event in job["events"]]


@pytest.mark.slow
def test_j39_fifty_jobs_on_four_workers_run_once_each(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 50)
    settings = {"jobs": {"workers": 4}}
    with Editor.start(root, tmp_path / "s", settings=settings, notifications=True) as editor:
        editor.settle()
        ids = [submit(editor, "extract", path=f"f{n}.py", force=True) for n in range(50)]
        for job_id in ids:
            assert told_end(editor.client, job_id)["status"] == "completed"
        for job_id in ids:
            told_moves = [event["move"] for event in get(editor, job_id)["events"]]
            assert told_moves == ["submitted", "claimed", "completed"]


def test_a_check_counts_what_the_rules_find(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 3)
    (root / "bad.py").write_text(source("Points nowhere.", "doc/GONE.md"))
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        job = done(editor, "check")
        assert job["status"] == "completed"
        result = job["result"]
        assert result["checked"] == 4
        assert sum(result["byCode"].values()) == sum(result["bySeverity"].values())
        assert result["byCode"]["reference-unresolved"] >= 1


@pytest.mark.slow
def test_a_following_editor_sees_the_jobs_of_the_leader(tmp_path: Path) -> None:
    root, state = fill(tmp_path / "project", 300), tmp_path / "state"
    with Editor.start(root, state, notifications=True, clientInfo={"name": "one"}) as leader:
        leader.settle()
        with Editor.start(root, state, notifications=True, clientInfo={"name": "two"}) as follower:
            follower.settle()
            assert follower.status()["role"] == "follower"
            mine = follower.client.request("dbp/refresh", {"force": True})["jobId"]
            told_end(follower.client, mine)
            job = get(follower, mine)
            assert job["status"] == "completed"
            assert job["requestedBy"].endswith("/two")
            assert moves(follower.client, mine) == ["queued", "processing", "completed"]
            theirs = submit(leader, "scan", path="f1.py", force=True)
            assert told_end(follower.client, theirs)["status"] == "completed"
            assert moves(follower.client, theirs) == ["queued", "processing", "completed"]
            params = {"force": True, "workDoneToken": 7}
            long = follower.client.request("dbp/scan", params)["jobId"]
            follower.client.wait_notification("$/progress", lambda p: p["token"] == 7)
            follower.client.notify("window/workDoneProgress/cancel", {"token": 7})
            assert told_end(follower.client, long)["status"] == "cancelled"
            follower.client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "end")
