"""`dbp jobs`, `dbp refresh` and `dbp scan`, with a server and without one (row J38)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from jobbing import fill, told, told_end

from dbp import cli

Run = Callable[..., "Ran"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return fill(tmp_path / "project", 5)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    state = tmp_path / "state"
    return {
        **os.environ,
        "DBP_STATE_DIR": str(state),
        "DBP_CONFIG_DIR": str(state / "config"),
        "DBP_CACHE_DIR": str(state / "cache"),
        "PYTHONDONTWRITEBYTECODE": "",
    }


@dataclass(frozen=True)
class Ran:
    """How a verb ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(
    project: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run verbs in this process: starting one takes longer than most of them."""
    monkeypatch.chdir(project)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = signal.getsignal(signal.SIGTERM)

    def call(*arguments: str) -> Ran:
        code = cli.run(arguments)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    yield call
    signal.signal(signal.SIGTERM, before)


def parsed(found: Ran) -> Any:
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_without_a_server_a_refresh_is_done_by_the_verb(run: Run, project: Path) -> None:
    done = run("refresh")
    assert (done.returncode, done.stderr.splitlines()[-1].split(": ")[-1]) == (0, "completed")
    assert "5 files, 5 extracted" in done.stdout
    (project / "f1.py").write_text(source("Changed."))
    jobs = parsed(run("refresh", "f1.py", "f2.py", "--json"))["jobs"]
    assert [job["result"]["extracted"] for job in jobs] == [1, 0]
    assert {job["type"] for job in jobs} == {"refresh"}
    forced = parsed(run("scan", "--force", "--json"))["jobs"]
    assert [(job["type"], job["result"]["extracted"]) for job in forced] == [("scan", 5)]


def test_a_job_nobody_does_now_stays_and_is_said_to(run: Run) -> None:
    submitted = run("scan", "--no-wait")
    assert submitted.returncode == 0
    assert "nobody leads this folder now" in submitted.stderr
    assert run("check").returncode in {0, 1}, "a verb does its own work only"
    (job,) = parsed(run("jobs", "list", "--status", "queued", "--json"))["jobs"]
    assert job["type"] == "scan"
    assert job["id"] in submitted.stdout
    assert run("scan").returncode == 0
    # The verb joined it, or it was done before the verb could.
    assert parsed(run("jobs", "show", job["id"], "--json"))["status"] == "completed"


def test_jobs_are_listed_shown_and_exported(run: Run) -> None:
    empty = run("jobs")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "no jobs yet" in empty.stderr
    assert parsed(run("jobs", "--json")) == {"jobs": [], "cursor": None}
    assert parsed(run("jobs", "export")) == []
    parsed(run("refresh", "--json"))
    parsed(run("scan", "f1.py", "--json"))
    listed = run("jobs").stdout.splitlines()
    assert [line.split("  ")[1].strip() for line in listed] == ["completed", "completed"]
    job_id = listed[0].split("  ")[0]
    shown = run("jobs", "show", job_id[:8])
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[0] == f"{job_id}  scan f1.py"
    whole = parsed(run("jobs", "show", job_id[:8], "--json"))
    assert [event["move"] for event in whole["events"]] == ["submitted", "claimed", "completed"]
    only = parsed(run("jobs", "list", "--type", "refresh", "--limit", "1", "--json"))["jobs"]
    assert [job["type"] for job in only] == ["refresh"]
    exported = parsed(run("jobs", "export"))
    assert {"job_id", "status", "created_at", "started_at", "completed_at"} <= set(exported[0])
    assert {"error_message", "progress"} <= set(exported[0])
    assert exported[0]["job_id"] == job_id


def test_wrong_usage_is_said(run: Run) -> None:
    assert run("jobs", "show").returncode == 2
    assert run("jobs", "list", "abc").returncode == 2
    assert run("jobs", "burn").returncode == 2
    assert run("jobs", "list", "--status", "pending").returncode == 2
    parsed(run("refresh", "--json"))
    unknown = run("jobs", "cancel", "00000000")
    assert (unknown.returncode, "there is no job" in unknown.stderr) == (2, True)
    assert run("refresh", "missing.py").returncode == 2


def test_without_a_server_jobs_are_cancelled_retried_and_forgotten(run: Run) -> None:
    job_id = run("scan", "--no-wait").stdout.split()[-1]
    assert parsed(run("jobs", "cancel", job_id[:9], "--json"))["status"] == "cancelled"
    again = run("jobs", "cancel", job_id)
    assert again.returncode == 1
    assert "nothing to cancel" in again.stderr
    assert run("jobs", "retry", job_id).returncode == 1, "it did not fail"
    assert parsed(run("jobs", "clean", "--json")) == {"removed": 0}
    assert run("jobs", "cleanup", "--days", "0").stdout == "1 job forgotten\n"


def test_the_sixth_refresh_is_refused(run: Run) -> None:
    assert parsed(run("refresh", ".", "f0.py", "f1.py", "f2.py", "f3.py", "--json"))
    sixth = run("refresh")
    assert sixth.returncode == 1
    assert "5 times in 300 s" in sixth.stderr
    assert "try again in" in sixth.stderr


def test_with_a_server_the_work_is_the_leaders(run: Run, project: Path, tmp_path: Path) -> None:
    with Editor.start(project, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        jobs = parsed(run("refresh", "--force", "--json"))["jobs"]
        assert [job["status"] for job in jobs] == ["completed"]
        assert jobs[0]["requestedBy"].endswith("/dbp")
        assert told_end(editor.client, jobs[0]["id"])["result"]["extracted"] == 5
        params = {"type": "extract", "arguments": {"path": "gone.py"}}
        failed = editor.client.request("dbp/jobs/submit", params)["jobId"]
        assert told_end(editor.client, failed)["status"] == "failed"
        assert run("jobs", "show", failed[:10]).stdout.count("there is no file gone.py") == 1
        (project / "gone.py").write_text(source("Here now."))
        assert parsed(run("jobs", "retry", failed[:10], "--json"))["status"] == "queued"
        told(editor.client, failed, "completed")
        assert parsed(run("jobs", "clean", "--days", "0", "--json"))["removed"] >= 2


def interrupted(project: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Begin a long refresh, press Ctrl+C when it runs; give the exit code and what was said."""
    command = [sys.executable, "-m", "dbp", "refresh", "--force"]
    with subprocess.Popen(
        command, cwd=project, env=environment, stderr=subprocess.PIPE, text=True
    ) as verb:
        assert verb.stderr is not None
        while "processing" not in verb.stderr.readline():
            assert verb.poll() is None
        verb.send_signal(signal.SIGINT)
        return verb.wait(20), verb.stderr.read()


@pytest.mark.slow
def test_who_stops_waiting_stops_only_that(
    project: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    fill(project, 600)
    with Editor.start(project, tmp_path / "state", notifications=True) as editor:
        editor.settle(timeout=60)
        code, said = interrupted(project, environment)
        assert code == 130
        assert "goes on in the process that leads" in said
        found = editor.client.wait_notification(
            "dbp/jobUpdated", lambda p: p["type"] == "refresh" and p["status"] == "completed"
        )
        assert found["result"]["extracted"] == 600


@pytest.mark.slow
def test_an_interrupted_verb_hands_its_own_job_back(
    run: Run, project: Path, environment: dict[str, str]
) -> None:
    fill(project, 600)
    code, said = interrupted(project, environment)
    assert code == 130
    assert "waits for the next process that leads" in said
    (job,) = parsed(run("jobs", "--json"))["jobs"]
    assert (job["status"], job["retryCount"]) == ("queued", 0)
