"""The first minutes: what is opened by mistake, or cannot be done here, says the next step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    for name in ("a.py", "vendor/b.py", "vendor/c.py", "vendor/d.py"):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(source(f"Is {name}."))
    return made


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def places(state: Path) -> dict[str, str]:
    names = {"STATE": state, "CONFIG": state / "config", "CACHE": state / "cache"}
    return {f"DBP_{name}_DIR": str(path) for name, path in names.items()}


def dbp(
    folder: Path, state: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **places(state), "PYTHONDONTWRITEBYTECODE": "", **(env or {})}
    argv = [sys.executable, "-m", "dbp", *arguments, "-C", str(folder)]
    return subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=50, check=False
    )


def check_of(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    [found] = [each for each in answer["checks"] if each["name"] == name]
    return dict(found)


@pytest.fixture
def at_home(folder: Path, state: Path) -> Iterator[Editor]:
    """Open a home folder in an editor."""
    with Editor.start(folder, state, env={"HOME": str(folder)}) as editor:
        editor.settle()
        yield editor


def test_a_home_folder_is_not_read_and_says_so(at_home: Editor) -> None:
    status = at_home.status()
    assert status["state"] == "degraded"
    [reason] = status["reasons"]
    assert reason.startswith("this is your home folder, not a project")
    assert "open the folder of a project, or set fs_monitor.index_home = true" in reason
    assert status["watcher"]["backend"] == "off"
    assert at_home.paths() == []
    health = at_home.client.request("dbp/health")
    assert health["status"] == "degraded"
    assert check_of(health, "record")["detail"] == reason


def test_open_files_of_a_home_folder_are_served(at_home: Editor) -> None:
    at_home.open("a.py")
    at_home.settle()
    assert "Is a.py." in (at_home.hover("a.py", 0) or "")
    assert at_home.intent("a.py") == "Is a.py."
    assert at_home.paths() == ["a.py"]


def test_whoever_says_so_has_the_home_folder_read_at_once(at_home: Editor) -> None:
    given = {"fs_monitor": {"index_home": True}, "scheduler": {"delay_seconds": 1}}
    at_home.client.handlers["workspace/configuration"] = lambda asked: [given] * len(asked["items"])
    at_home.client.notify("workspace/didChangeConfiguration", {"settings": None})
    deadline = time.monotonic() + 20
    while at_home.status()["reasons"]:
        assert time.monotonic() < deadline, at_home.status()
    at_home.settle()
    assert len(at_home.paths()) == 4
    at_home.write("e.py", source("Is new."))
    at_home.settle()
    assert at_home.intent("e.py") == "Is new."
    assert at_home.status()["watcher"]["backend"] != "off"


def test_the_verbs_refuse_a_home_folder_and_take_the_setting(folder: Path, state: Path) -> None:
    home = {"HOME": str(folder)}
    for verb in ("index", "check", "cycles"):
        said = dbp(folder, state, verb, env=home)
        assert said.returncode == 1, said
        assert said.stderr.count("\n") == 1, said.stderr
        assert "this is your home folder" in said.stderr
    said = dbp(folder, state, "doctor", "--json", env=home)
    assert said.returncode == 1
    found = check_of(json.loads(said.stdout), "workspace")
    assert (found["status"], "index_home" in found["hint"]) == ("problem", True)
    done = dbp(folder, state, "index", "--json", "--set", "fs_monitor.index_home=true", env=home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 4


def test_a_folder_with_too_many_files_names_them_until_they_are_left_out(
    folder: Path, state: Path
) -> None:
    settings = {"fs_monitor": {"max_files": 2}}
    with Editor.start(folder, state, settings=settings) as editor:
        editor.settle()
        status = editor.status()
        assert status["state"] == "degraded"
        assert status["reasons"][0].startswith("4 files, most of them below vendor/ (3)")
        assert editor.paths() == []
        editor.write(".dbpignore", "vendor/\n")
        editor.client.request("dbp/scan", {})
        editor.settle()
        assert editor.paths() == [".dbpignore", "a.py"]
        assert editor.status()["reasons"] == []
    said = dbp(folder, state, "index", "--set", "fs_monitor.max_files=1")
    assert said.returncode == 1
    assert "raise fs_monitor.max_files" in said.stderr


def test_a_state_that_does_not_last_says_so(folder: Path, tmp_path: Path) -> None:
    """A state directory that is a file: state goes to the temporary folder."""
    (tmp_path / "file").write_text("")
    (tmp_path / "tmp").mkdir()
    env = {"DBP_STATE_DIR": str(tmp_path / "file"), "TMPDIR": str(tmp_path / "tmp")}
    with Editor.start(folder, tmp_path / "state", env=env) as editor:
        editor.settle()
        assert len(editor.paths()) == 4, "it works all the same"
        status = editor.status()
        assert (status["state"], len(status["reasons"])) == ("idle", 1)
        assert status["reasons"][0].endswith("set DBP_STATE_DIR to a directory of your own")
        assert status["database"]["passing"] == status["reasons"][0]
        health = editor.client.request("dbp/health")
        assert check_of(health, "database")["status"] == "degraded"
    doctor = dbp(folder, tmp_path / "state", "doctor", "--json", env=env)
    found = check_of(json.loads(doctor.stdout), "state")
    assert found["status"] == "warning"
    assert found["hint"] == "set DBP_STATE_DIR to a directory of your own"


def test_a_record_that_cannot_be_kept_is_a_failure_that_says_so(
    folder: Path, tmp_path: Path
) -> None:
    """A database that cannot be written is kept in memory: nothing is left of a whole index."""
    path = f"database.path={tmp_path / 'file' / 'index.db'}"
    (tmp_path / "file").write_text("")
    said = dbp(folder, tmp_path / "state", "index", "--json", "--set", path)
    assert said.returncode == 1
    assert json.loads(said.stdout)["extracted"] == 4
    assert "is kept in memory and made anew at each start" in said.stderr
    assert "set DBP_STATE_DIR to a directory of your own" in said.stderr


def test_the_version_is_said_at_once() -> None:
    """An extension asks for it before it starts a server: nothing heavy is imported."""
    code = (
        "import sys; from dbp.cli import run; run(['--version']);"
        "heavy = {'pygls', 'lsprotocol', 'sqlalchemy', 'pydantic', 'tree_sitter', 'watchdog'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20
    )
    assert said.stdout.startswith("dbp ")
