"""Projects through a running server: jobs about repositories, and the user's list."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from editor import Editor
from rawclient import RpcError
from upstream import Silence, Upstream

FINAL = {"completed", "failed", "cancelled"}
PLAN = "# Plan\n" + "- [x] done\n" * 13 + "- [ ] open\n" * 7


class Person:
    """One user with a folder and a repository to ask about."""

    def __init__(self, base: Path) -> None:
        self.root = base / "project"
        self.root.mkdir()
        self.state = base / "state"
        self.clones = base / "cache" / "clones"
        self.upstream = Upstream(base / "up.git")
        self.env = {"DBP_CACHE_DIR": str(base / "cache"), "HOME": str(base)}

    @contextmanager
    def editor(self, **clone: Any) -> Iterator[Editor]:
        """Start a server that may fetch from this machine, with these settings besides."""
        settings: Mapping[str, Any] = {"clone": {"allow_local": True, **clone}}
        with Editor.start(self.root, self.state, settings=settings, env=self.env) as editor:
            yield editor

    def left(self) -> list[str]:
        """Name what lies where clones lie."""
        there = self.clones.iterdir() if self.clones.is_dir() else ()
        return [each.name for each in there if each.name != "door.lock"]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def submit(editor: Editor, kind: str = "project_processing", **arguments: Any) -> str:
    given = {"type": kind, "arguments": arguments}
    return str(editor.client.request("dbp/jobs/submit", given)["jobId"])


def get(editor: Editor, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = editor.client.request("dbp/jobs/get", {"id": job_id})
    return found


def ended(editor: Editor, job_id: str, seconds: float = 40) -> dict[str, Any]:
    """Ask for a job until it is final."""
    deadline = time.monotonic() + seconds
    while (job := get(editor, job_id))["status"] not in FINAL:
        assert time.monotonic() < deadline, job
    return job


def gits(editor: Editor) -> list[str]:
    """Name the git processes below the server that still run."""
    found = []
    for each in psutil.Process(editor.client.process.pid).children(recursive=True):
        try:
            if each.name().startswith("git") and each.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(each.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


# ── jobs about repositories ────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_plan_is_counted_as_it_was_in_the_commit(person: Person) -> None:
    """Rows J19, G24, G28, J22: 13 of 20 in that commit, none in the newest one."""
    old = person.upstream.add({"PLAN.md": PLAN, ".gitignore": "*.md\n", "x.py": "a = 1\n"})
    new = person.upstream.add({"PLAN.md": "# Plan\n- [ ] all anew\n"})
    with person.editor() as editor:
        first = ended(editor, submit(editor, url=person.upstream.url, commit=old))
        second = ended(editor, submit(editor, url=person.upstream.url, commit="main"))
        skills = ended(
            editor, submit(editor, "skills_extraction", url=person.upstream.url, commit=old)
        )
    assert first["error"] is None
    counts = ("tasksCount", "doneCount", "progressPercentage")
    assert [first["result"][name] for name in counts] == [20, 13, 65.0]
    assert first["result"]["commit"] == old
    assert first["result"]["repository"] == {"url": person.upstream.url, "files": 3}
    assert [second["result"][name] for name in counts] == [1, 0, 0.0]
    assert second["result"]["commit"] == new
    assert [each["name"] for each in skills["result"]["languages"]] == ["python"]
    assert person.left() == []


@pytest.mark.slow
def test_two_jobs_about_one_repository_do_not_meet(person: Person) -> None:
    """Row G38."""
    old = person.upstream.add({"PLAN.md": PLAN})
    person.upstream.add({"PLAN.md": "- [x] one\n"})
    with Editor.start(
        person.root,
        person.state,
        settings={"clone": {"allow_local": True}, "jobs": {"workers": 2}},
        env=person.env,
    ) as editor:
        jobs = [submit(editor, url=person.upstream.url, commit=commit) for commit in (old, "main")]
        done = [ended(editor, job)["result"]["tasksCount"] for job in jobs]
    assert done == [20, 1]
    assert person.left() == []


@pytest.mark.slow
def test_a_remote_that_hangs_fails_the_job_and_leaves_nothing(person: Person) -> None:
    """Rows C39 and G5."""
    with Silence() as server, person.editor(timeout_seconds=2) as editor:
        job = ended(editor, submit(editor, url=server.url), 20)
        assert gits(editor) == []
    assert (job["status"], job["error"]["code"]) == ("failed", "clone_timeout")
    assert "clone.timeout_seconds" in job["error"]["hint"]
    assert job["retryCount"] == 0
    assert person.left() == []


def test_cancelling_ends_git_and_removes_the_folder(person: Person) -> None:
    """Rows J16 and G5."""
    with Silence() as server, person.editor() as editor:
        job_id = submit(editor, url=server.url)
        assert server.called.wait(20)
        assert gits(editor)
        assert person.left()
        editor.client.request("dbp/jobs/cancel", {"id": job_id})
        deadline = time.monotonic() + 10
        while gits(editor) or person.left():
            assert time.monotonic() < deadline
        assert get(editor, job_id)["status"] == "cancelled"


@pytest.mark.slow
def test_after_kill_9_the_next_start_sweeps(person: Person) -> None:
    """Row G5: also git itself, which a killed server cannot end."""
    with Silence() as server:
        with person.editor() as editor:
            job_id = submit(editor, url=server.url)
            assert server.called.wait(20)
            children = psutil.Process(editor.client.process.pid).children(recursive=True)
            family = [each for each in children if each.name().startswith("git")]
            os.kill(editor.client.process.pid, signal.SIGKILL)
            editor.client.process.wait(10)
        [left] = person.left()
        server.called.clear()
        with person.editor() as editor:
            # It was nobody's fault: the job is done again, in a folder of its own.
            assert server.called.wait(20)
            assert left not in person.left()
            editor.client.request("dbp/jobs/cancel", {"id": job_id})
        _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_nothing_is_fetched_unless_the_user_says_so(person: Person) -> None:
    """A file of the workspace, and of the repository, turns nothing on."""
    (person.root / ".dbp.toml").write_text("[clone]\nenabled = true\nallow_local = true\n")
    with Editor.start(person.root, person.state, env=person.env) as editor:
        for url, name in (
            ("https://example.org/o/r", "clone.enabled"),
            (person.upstream.url, "clone.allow_local"),
        ):
            with pytest.raises(RpcError, match="is off") as caught:
                submit(editor, url=url)
            assert caught.value.data["code"] == "disabled"
            assert name in caught.value.data["hint"]
        for url in ("--upload-pack=x", "ext::sh -c x", "https://example.org/-x/y", "/etc"):
            with pytest.raises(RpcError) as caught:
                submit(editor, url=url)
            assert caught.value.data["code"] == "bad_params"
        assert editor.client.request("dbp/jobs/list", {})["jobs"] == []
        assert gits(editor) == []


@pytest.mark.slow
def test_settings_of_the_repository_are_not_read(person: Person) -> None:
    commit = person.upstream.add({".dbp.toml": "[plan]\nglobs = []\n", "PLAN.md": PLAN})
    with person.editor() as editor:
        job = ended(editor, submit(editor, url=person.upstream.url))
    assert (job["result"]["commit"], job["result"]["tasksCount"]) == (commit, 20)


@pytest.mark.slow
def test_a_secret_in_an_address_is_kept_nowhere(person: Person) -> None:
    """Row Z8."""
    with Silence() as server, person.editor(timeout_seconds=1) as editor:
        address = server.url.replace("git://", "http://ann:canary0123@")
        job = ended(editor, submit(editor, url=address))
        editor.client.request("dbp/projects/add", {"url": "https://canary0123@github.com/o/r"})
    assert job["arguments"]["url"] == address.replace("ann:canary0123@", "")
    assert "canary0123" not in json.dumps(job)
    kept = [path for path in person.state.rglob("*") if path.is_file()]
    assert [path for path in kept if b"canary0123" in path.read_bytes()] == []


# ── the list ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_list_is_the_users_and_survives(person: Person) -> None:
    """Rows J40 and C43: the eleventh within an hour is refused, also after a restart."""
    folders = [person.root.parent / f"p{number}" for number in range(11)]
    for each in folders:
        each.mkdir()
    with person.editor() as editor:
        added = [
            editor.client.request("dbp/projects/add", {"path": str(each)}) for each in folders[:9]
        ]
        mine = editor.client.request("dbp/projects/add", {"uri": person.root.as_uri()})
    with person.editor() as editor:
        with pytest.raises(RpcError) as caught:
            editor.client.request("dbp/projects/add", {"path": str(folders[10])})
        again = editor.client.request("dbp/projects/add", {"path": str(folders[0])})
        deadline = time.monotonic() + 10
        while True:
            found = editor.client.request("dbp/projects/list", {})["projects"]
            if found[-1]["lastOpenedAt"]:
                break
            assert time.monotonic() < deadline
    assert caught.value.data["code"] == "rate_limited"
    assert 3500 < caught.value.data["retryAfter"] <= 3600
    assert (again["id"], again["added"]) == (added[0]["id"], False)
    assert [each["id"] for each in found] == [*(each["id"] for each in added), mine["id"]]
    assert found[0]["record"] is None
    assert found[-1]["record"]["databaseBytes"] > 0
    assert found[0]["lastOpenedAt"] is None


def test_removing_a_project_cancels_its_jobs_first(person: Person) -> None:
    """Rows D11 and R50: what runs and what waits, of this project only."""
    person.upstream.add({"PLAN.md": PLAN})
    with Silence() as server, person.editor() as editor:
        project = editor.client.request("dbp/projects/add", {"url": server.url})
        running = submit(editor, url=server.url)
        assert server.called.wait(20)
        waiting = submit(editor, "skills_extraction", url=server.url)
        other = submit(editor, url=person.upstream.url)
        removed = editor.client.request("dbp/projects/remove", {"id": project["id"]})
        assert removed == {"removed": True, "jobsCancelled": 2}
        assert ended(editor, running)["status"] == "cancelled"
        assert ended(editor, waiting)["status"] == "cancelled"
        assert ended(editor, other)["status"] == "completed"
        assert editor.client.request("dbp/projects/list", {})["projects"] == []
        with pytest.raises(RpcError) as caught:
            editor.client.request("dbp/projects/remove", {"id": project["id"]})
        assert caught.value.data["code"] == "not_found"
        assert gits(editor) == []


@pytest.mark.slow
def test_the_command_line_cancels_what_another_process_runs(person: Person) -> None:
    """Row D11: the job lies in the record of the folder it was asked for from."""
    with Silence() as server, person.editor() as editor:
        editor.client.request("dbp/projects/add", {"uri": person.root.as_uri()})
        project = editor.client.request("dbp/projects/add", {"url": server.url})
        running = submit(editor, url=server.url)
        assert server.called.wait(20)
        env = {"DBP_STATE_DIR": str(person.state), "DBP_CONFIG_DIR": str(person.state / "config")}
        done = subprocess.run(
            [sys.executable, "-m", "dbp", "projects", "remove", "--json", project["id"]],
            env={**os.environ, **person.env, **env},
            cwd="/",
            capture_output=True,
            check=False,
        )
        assert json.loads(done.stdout) == {"removed": True, "jobsCancelled": 1}
        assert get(editor, running)["status"] == "cancelled"
        editor.client.request("shutdown")
        editor.client.notify("exit")
        editor.client.process.wait(10)
    # Whoever ends takes git along, and what it fetched.
    assert person.left() == []
