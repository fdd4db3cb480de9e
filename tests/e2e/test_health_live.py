"""Health, figures and alerts of a real server, over stdio."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bedrock import StandIn, answer
from editor import Editor, source
from nova import Nova

QUICK = {"scheduler": {"delay_seconds": 1}}
PATIENT = 30.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text(source())
    return folder


def alerted(editor: Editor, code: str, *, cleared: bool = False) -> dict[str, Any]:
    """Wait for an alert."""
    found: dict[str, Any] = editor.client.wait_notification(
        "dbp/alert",
        lambda params: params["code"] == code and params["cleared"] is cleared,
        timeout=PATIENT,
    )
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask until something is so."""
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, what


def test_h18_a_flood_of_changes_is_told_once_and_its_end_too(root: Path, tmp_path: Path) -> None:
    """Row H18."""
    settings = {"alerts": {"queue_threshold": 20}}
    with Editor.start(root, tmp_path / "state", settings=settings, notifications=True) as editor:
        editor.settle()
        for number in range(60):
            editor.write(f"f{number}.py", source(f"Number {number}."))
        told = alerted(editor, "queue_high")
        assert (told["severity"], told["cleared"]) == ("warning", False)
        assert told["workspaceFolder"] == root.as_uri()
        assert alerted(editor, "queue_high", cleared=True)["at"] >= told["at"]
        editor.settle()
        more = [each for each in editor.client.notifications if each["method"] == "dbp/alert"]
        assert more == []
        assert editor.client.request("dbp/health")["alerts"] == []


def test_h3_h4_and_h17_a_database_that_went_away_is_told_shown_and_made_anew(
    root: Path, tmp_path: Path
) -> None:
    """Rows H3, H4 and H17."""
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        database = Path(editor.status()["database"]["path"])
        for path in database.parent.glob(f"{database.name}*"):
            path.rename(tmp_path / path.name)
        found = editor.client.request("dbp/health")
        assert (found["status"], found["databaseConnected"]) == ("unhealthy", False)
        editor.write("b.py", source("Another one."))
        assert alerted(editor, "database_lost")["severity"] == "error"
        shown = editor.client.wait_notification("window/showMessage", timeout=PATIENT)
        assert shown["type"] == 1
        assert "was removed or replaced" in shown["message"]
        alerted(editor, "database_lost", cleared=True)
        editor.settle()
        until(
            lambda: editor.client.request("dbp/health")["status"] == "healthy",
            "it never became healthy again",
        )
        assert sorted(editor.paths()) == ["a.py", "b.py"]


def test_a_client_that_did_not_ask_is_told_nothing(root: Path, tmp_path: Path) -> None:
    settings = {"alerts": {"queue_threshold": 1}}
    with Editor.start(root, tmp_path / "state", settings=settings) as editor:
        editor.write("b.py", source())
        editor.settle()
        told = [m for m in editor.client.notifications if m["method"] == "dbp/alert"]
        assert told == []


def test_who_follows_answers_with_the_leaders_health_and_figures(
    root: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    with Editor.start(root, state) as leader:
        leader.settle()
        with Editor.start(root, state) as follower:
            until(lambda: follower.status()["role"] == "follower", "it never followed")
            found = follower.client.request("dbp/health", timeout=PATIENT)
            assert found["status"] == "healthy"
            [workers] = [check for check in found["checks"] if check["name"] == "workers"]
            assert workers["detail"] == "2 of 2 are alive"
            figures = follower.client.request("dbp/metrics", timeout=PATIENT)
            assert figures["services"]["extraction"]["completed"] == 1


def test_h24_hovers_and_refreshes_are_counted(root: Path, tmp_path: Path) -> None:
    """Row H24."""
    with Editor.start(root, tmp_path / "state") as editor:
        editor.open("a.py")
        editor.settle()
        for _ in range(3):
            editor.hover("a.py", 0)
        editor.client.request("dbp/refresh")
        used = editor.client.request("dbp/metrics")["usage"]
        assert (used["hover"], used["refresh"]) == (3, 1)


def test_s2_and_s9_and_s12_status_and_health_agree(root: Path, tmp_path: Path) -> None:
    """Rows S2, S9 and S12."""
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        status, found = editor.status(), editor.client.request("dbp/metrics")
        assert found["queue"]["files"]["size"] == status["queue"]["size"] == 0
        assert found["files"] == status["files"]
        assert status["workers"]["active"] == 0
        details = [c["detail"] for c in editor.client.request("dbp/health")["checks"]]
        assert status["database"]["path"] in details


def test_s11_a_burst_of_files_is_told_at_most_twice_a_second(root: Path, tmp_path: Path) -> None:
    """Row S11."""
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        editor.client.notifications.clear()
        begun = time.monotonic()
        for number in range(500):
            editor.write(f"f{number}.py", source(f"Number {number}."))
        editor.settle()
        last = editor.client.wait_notification(
            "dbp/statusChanged", lambda told: told["files"]["indexed"] == 501, timeout=PATIENT
        )
        seconds = time.monotonic() - begun
        told = [m for m in editor.client.notifications if m["method"] == "dbp/statusChanged"]
        assert len(told) + 1 <= 2 * seconds + 1
        assert last["files"] == editor.status()["files"]


@pytest.mark.slow
def test_h19_a_model_whose_every_answer_is_rubbish_is_told(nova: Nova, stand_in: StandIn) -> None:
    """Row H19: it stops asking, and says so, before it has paid for many."""
    for number in range(24):
        nova.write(f"f{number}.py", f"def f{number}(task):\n    return task\n")
    stand_in.script = lambda _request: answer({"nothing": "of use"})
    with nova.editor(notifications=True, llm={"attempts": 1}) as editor:
        told = alerted(editor, "error_rate")
        assert told["service"] == "enrichment"
        assert editor.client.request("dbp/health")["status"] == "degraded"
        figures = editor.client.request("dbp/metrics")["services"]["enrichment"]
        assert figures["failed"] >= 3
        assert figures["errorsLastHour"] >= 3


@pytest.mark.slow
def test_h20_and_h10_a_model_that_became_slow_is_told(nova: Nova, stand_in: StandIn) -> None:
    """Rows H20 and H10: ten times slower, and the mean is about what the stand-in waits."""
    stand_in.latency = 0.05
    for number in range(12):
        nova.write(f"f{number}.py", f"def f{number}(task):\n    return task\n")
    with nova.editor(notifications=True) as editor:
        editor.client.request("dbp/settle", {"flush": True, "enrich": True}, PATIENT)
        found = editor.client.request("dbp/metrics")["services"]["enrichment"]
        assert found["completed"] == 12
        assert 0.05 <= found["averageSeconds"] < 5
        stand_in.latency = min(3.0, 10 * max(found["p50"], 0.05))
        for number in range(6):
            editor.write(f"g{number}.py", f"def g{number}(task):\n    return task\n")
        told = alerted(editor, "slow")
        assert told["service"] == "enrichment"
        assert "times slower" in told["message"]
