"""Background services over stdio and on the command line."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from jobbing import get, told_end
from rawclient import RpcError
from resting import WAKE_UPS, wake_ups

NAMES = {"extraction", "enrichment", "sync", "cycle_detection", "index_optimization"}

QUICK = {
    "incremental_sync": {"sync_delay_seconds": 0.2},
    "cycle_detection": {"check_delay_seconds": 0.2},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for number in range(5):
        (folder / f"f{number}.py").write_text(source(f"Weighs number{number} carefully."))
    return folder


@pytest.fixture
def editor(project: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(project, tmp_path / "state", settings=QUICK, notifications=True) as found:
        found.settle()
        yield found


def ask(editor: Editor, method: str, **params: Any) -> Any:
    return editor.client.request(method, params)


def until(editor: Editor, condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait, hearing what the server says meanwhile."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        editor.client.pump(0.05)


def dbp(project: Path, state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DBP_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(
        [sys.executable, "-m", "dbp", "-C", str(project), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=50,
    )


def test_vm6_a28_all_services_and_the_state_of_their_manager(editor: Editor) -> None:
    """Rows VM6, A28."""
    answer = ask(editor, "dbp/services/status")
    assert answer["state"] == "running"
    assert set(answer["services"]) == NAMES
    states = {name: one["status"] for name, one in answer["services"].items()}
    assert states == {**dict.fromkeys(NAMES, "running"), "enrichment": "disabled"}


def test_vm1_what_is_saved_is_searchable_and_circles_are_known(editor: Editor) -> None:
    """Rows VM1, VM11, CY2: without any request."""
    editor.write("a.py", source("Turns cogwheels.", "b.py"))
    editor.write("b.py", source("Turns spindles.", "a.py"))
    editor.settle()

    def known() -> bool:
        services = ask(editor, "dbp/services/status")["services"]
        synced = services["sync"]["search"]["pending"] == 0
        return synced and services["cycle_detection"]["cycles"] == 1

    until(editor, known)
    found = ask(editor, "dbp/search", query="cogwheels")
    assert "a.py" in json.dumps(found)


def test_vm4_vm7_a_service_is_switched_by_name(editor: Editor) -> None:
    """Rows VM4, VM7: what waits is no failure, and is done when it is on again."""
    assert ask(editor, "dbp/services/configure", service="sync", enabled=False)["held"] is True
    held = ask(editor, "dbp/sync")
    assert held["held"] is True
    assert ask(editor, "dbp/services/status")["services"]["sync"]["failed"] == 0
    assert get(editor, held["jobId"])["status"] == "queued"
    ask(editor, "dbp/services/configure", service="sync", enabled=True)
    assert told_end(editor.client, held["jobId"])["status"] == "completed"
    with pytest.raises(RpcError) as caught:
        ask(editor, "dbp/services/configure", service="chroma", enabled=True)
    assert all(name in str(caught.value.args) + json.dumps(caught.value.data) for name in NAMES)


def test_vm8_vi4_optimisation_by_hand(editor: Editor) -> None:
    """Rows VM8, VI4."""
    answer = ask(editor, "dbp/optimize")
    ended = told_end(editor.client, answer["jobId"])
    assert ended["status"] == "completed"
    assert [step["step"] for step in ended["result"]["steps"]][-1] == "checkpoint"


def test_vs5_one_file_by_its_uri(editor: Editor) -> None:
    """Row VS5."""
    for method, more in (
        ("dbp/sync", {}),
        ("dbp/services/trigger", {"service": "sync", "operation": "sync_task"}),
    ):
        answer = ask(editor, method, uri=editor.uri("f1.py"), **more)
        result = told_end(editor.client, answer["jobId"])["result"]
        assert (result["path"], result["state"]) == ("f1.py", "indexed")


def test_vs8_vs1_a_full_resync_by_request(editor: Editor) -> None:
    """Rows VS8, VS1: the tables of the index were wrecked by another program."""
    until(editor, lambda: pending(editor) == 0)
    with closing(sqlite3.connect(editor.status()["database"]["path"], timeout=10)) as database:
        database.execute("DELETE FROM filesearch_content WHERE 1") if has(
            database, "filesearch_content"
        ) else database.execute("DELETE FROM filesearch_docsize")
        database.commit()
    answer = ask(editor, "dbp/sync", full=True)
    ended = told_end(editor.client, answer["jobId"])
    assert ended["status"] == "completed", ended["error"]
    assert ended["result"]["differences"]["search"] > 0
    assert not any(ended["result"]["left"].values())
    assert "f3.py" in json.dumps(ask(editor, "dbp/search", query="number3"))


def has(database: sqlite3.Connection, table: str) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,))
    return found.fetchone() is not None


def pending(editor: Editor) -> int:
    services = ask(editor, "dbp/services/status")["services"]
    return int(services["sync"]["search"]["pending"])


def test_vm13_without_services_files_are_recorded_all_the_same(
    project: Path, tmp_path: Path
) -> None:
    """Row VM13."""
    argv = (sys.executable, "-m", "dbp", "serve", "--no-services")
    with Editor.start(project, tmp_path / "state", settings=QUICK, argv=argv) as editor:
        editor.settle()
        answer = ask(editor, "dbp/services/status")
        assert answer["state"] == "stopped"
        assert {answer["services"][name]["status"] for name in ("sync", "cycle_detection")} == {
            "stopped"
        }
        assert editor.stats()["extracted"] == 5
        editor.client.pump(1)
        assert ask(editor, "dbp/jobs/list")["jobs"] == []


@pytest.mark.slow
def test_services_wake_nobody_up_but_when_something_is_due(editor: Editor) -> None:
    """Row VM15."""
    until(editor, lambda: pending(editor) == 0)
    until(editor, lambda: editor.status()["state"] == "idle")
    editor.client.pump(2)  # what was planned for the end of the start
    woken = wake_ups(editor)
    assert woken < WAKE_UPS, f"{woken} wake-ups in five seconds"


def test_vm14_the_end_comes_at_once_while_an_operation_runs(editor: Editor) -> None:
    """Row VM14."""
    for number in range(100, 400):
        editor.write(f"g{number}.py", source(f"Weighs {number}."))
    ask(editor, "dbp/sync", full=True)
    began = time.monotonic()
    assert editor.client.shutdown() == 0
    assert time.monotonic() - began < 1.5


# ── the command line ───────────────────────────────────────────────────────────────────────────


def test_commands_do_it_themselves_where_nobody_leads(project: Path, tmp_path: Path) -> None:
    """Rows VM8, VS8: exit code 0, and what was done."""
    state = tmp_path / "state"
    synced = dbp(project, state, "sync")
    assert (synced.returncode, synced.stdout.splitlines()[0][:7]) == (0, "5 files"), synced.stderr
    full = json.loads(dbp(project, state, "sync", "--full", "--json").stdout)
    assert not any(full["result"]["left"].values())
    tidied = dbp(project, state, "optimize")
    assert tidied.returncode == 0
    assert "checkpoint" in tidied.stdout
    listed = dbp(project, state, "services")
    assert "nobody runs them now" in listed.stdout
    assert dbp(project, state, "services", "disable", "sync").returncode == 1
    wrong = dbp(project, state, "services", "trigger", "chroma")
    assert wrong.returncode == 2
    assert all(name in wrong.stderr for name in NAMES)


def test_commands_ask_the_process_that_leads(editor: Editor, project: Path, tmp_path: Path) -> None:
    """Rows VM4, VM6, VM8."""
    state = tmp_path / "state"
    off = dbp(project, state, "services", "disable", "index_optimization")
    assert (off.returncode, off.stdout.split()[:2]) == (0, ["index_optimization", "disabled"])
    waits = dbp(project, state, "optimize")
    assert waits.returncode == 0
    assert "switched off" in waits.stderr
    dbp(project, state, "services", "enable", "index_optimization")
    done = dbp(project, state, "optimize", "--json")
    assert json.loads(done.stdout)["status"] == "completed"
    triggered = dbp(
        project, state, "services", "trigger", "sync", "sync_file", "--target", f"{project}/f1.py"
    )
    assert triggered.returncode == 0, triggered.stderr
    assert json.loads(triggered.stdout)["path"] == "f1.py"
    assert editor.status()["role"] == "leader"
