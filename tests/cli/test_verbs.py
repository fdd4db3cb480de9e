"""The command line: what each verb prints, and the exit code it ends with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from editor import Editor, source

from dbp.clock import SystemClock
from dbp.errors import StoreError
from dbp.store.documents import open_store
from dbp.store.location import DATABASE, workspace_dir

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "doc").mkdir(parents=True)
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\n**How** it fits. [up](..)\n")
    (folder / "a.py").write_text(source())
    (folder / "b.py").write_text(source("Points nowhere.", "doc/GONE.md"))
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    def call(*arguments: str, cwd: Path = project, **env: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DBP_STATE_DIR": str(tmp_path / "state"),
            "DBP_CONFIG_DIR": str(tmp_path / "config"),
            "PYTHONDONTWRITEBYTECODE": "",
            **env,
        }
        command = [sys.executable, "-m", "dbp", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_index_counts_what_it_did(run: Run) -> None:
    first = json.loads(run("index", "--json").stdout)
    assert first["files"] == 3
    assert (first["extracted"], first["failed"], first["unchanged"]) == (3, 0, 0)
    second = json.loads(run("--json", "index").stdout)
    assert (second["extracted"], second["unchanged"]) == (0, 3)


def test_index_of_a_path_speaks_of_that_path(run: Run, project: Path) -> None:
    run("index")
    (project / "a.py").write_text(source("Changed."))
    (project / "b.py").write_text(source("Changed as well."))
    done = json.loads(run("index", "a.py", "--json").stdout)
    assert (done["files"], done["extracted"], done["unchanged"]) == (1, 1, 0)


def test_show_reads_a_file_anew(run: Run, project: Path) -> None:
    run("index")
    (project / "a.py").write_text(source("Changed."))
    found = json.loads(run("show", "a.py", "--json").stdout)
    assert found["header"]["intent"] == "Changed."
    assert [symbol["name"] for symbol in found["symbols"]] == ["run"]
    card = run("show", "a.py").stdout
    assert "Changed." in card
    assert "function `run`" in card


@pytest.mark.parametrize("place", ["a.py:18", "a.py:18:5"])
def test_show_of_a_line_shows_its_symbol(run: Run, place: str) -> None:
    assert "run(task, retries)" in run("show", place).stdout


def test_check_finds_what_is_broken_and_says_so_by_its_exit_code(run: Run) -> None:
    done = run("check")
    assert done.returncode == 1
    assert "b.py:9:" in done.stdout
    assert "[reference-unresolved]" in done.stdout
    assert "DESIGN.md" not in done.stdout
    assert run("check", "a.py", "doc").returncode == 0
    assert run("check", "--fail-on", "error").returncode == 0


def test_check_speaks_to_programs(run: Run) -> None:
    [finding] = json.loads(run("check", "--json").stdout)["findings"]
    assert finding["code"] == "reference-unresolved"
    assert finding["path"] == "b.py"
    assert finding["range"]["start"]["line"] == 8
    github = run("check", "--format", "github").stdout
    assert github.startswith("::warning file=b.py,line=9,")


def test_status_without_and_with_a_leader(run: Run, project: Path, tmp_path: Path) -> None:
    assert run("status").returncode == 1
    run("index")
    alone = json.loads(run("status", "--json").stdout)
    assert (alone["state"], alone["role"], alone["files"]["indexed"]) == ("stopped", None, 3)
    with Editor.start(project, tmp_path / "state") as editor:
        editor.settle()
        beside = json.loads(run("status", "--json").stdout)
        assert (beside["state"], beside["role"]) == ("idle", "leader")


def test_verbs_beside_a_server(run: Run, project: Path, tmp_path: Path) -> None:
    """Row A31: work is done by the process that leads."""
    # Longer than any verb takes to start: what it hears of the file by itself comes too late.
    patient = {"scheduler": {"delay_seconds": 60, "max_delay_seconds": 120}}
    with Editor.start(project, tmp_path / "state", settings=patient) as editor:
        editor.settle()
        (project / "new.py").write_text(source("New."))
        done = json.loads(run("index", "--json").stdout)
        assert (done["files"], done["extracted"]) == (4, 1)
        assert json.loads(run("show", "new.py", "--json").stdout)["header"]["intent"] == "New."
        assert editor.stats()["extracted"] == 4


def test_config_shows_every_value_with_its_origin(run: Run, project: Path) -> None:
    (project / ".dbp.toml").write_text("[scheduler]\ndelay_seconds = 3\n")
    shown = json.loads(
        run("config", "--json", "--set", "scheduler.batch_size=7", DBP_LOG_LEVEL="info").stdout
    )["settings"]
    assert shown["scheduler"]["delay_seconds"]["value"] == 3
    assert ".dbp.toml" in shown["scheduler"]["delay_seconds"]["origin"]
    assert shown["scheduler"]["batch_size"] == {"value": 7, "origin": "command line"}
    assert shown["log_level"]["value"] == "info"


def test_config_validate_and_init(run: Run, project: Path) -> None:
    assert run("config", "init").returncode == 0
    assert run("config", "validate").returncode == 0
    assert run("config", "init").returncode == 1
    (project / ".dbp.toml").write_text("[scheduler]\ndelay_seconds = 0\n")
    refused = run("config", "validate")
    assert refused.returncode == 1
    assert "scheduler.delay_seconds" in refused.stderr
    assert "from 1 to 60" in refused.stderr


def test_doctor_finds_nothing_to_mend(run: Run) -> None:
    run("index")
    done = run("doctor", "--json")
    checks = {check["name"]: check["status"] for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert checks["grammars"] == "ok"
    assert checks["record"] == "ok"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("show", "nowhere.py"),
        ("show", "/etc/passwd"),
        ("show", "."),
        ("show", "a.py:999"),
        ("index", "/etc"),
        ("check", "nowhere"),
        ("index", "--set", "bogus=1"),
        ("index", "--set", "scheduler.delay_seconds=9999"),
        ("index", "--set", "nothing"),
        ("config", "--profile", "nope"),
        ("serve", "--tcp", "127.0.0.1:99999"),
        ("serve", "--tcp", "0.0.0.0:0"),
        ("index", "-C", "/nowhere"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""


def test_a_relative_state_directory_is_refused(run: Run, project: Path) -> None:
    done = run("index", DBP_STATE_DIR="relative")
    assert done.returncode == 2
    assert "not absolute" in done.stderr
    assert not (project / "relative").exists()


def shell(command: str, project: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; `dbp` in it is ours."""
    line = command.replace("dbp", f"{sys.executable} -m dbp", 1)
    environment = {**os.environ, "DBP_STATE_DIR": str(tmp_path / "state")}
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_on_stdout_is_one_line(project: Path, tmp_path: Path) -> None:
    done = shell("dbp check > /dev/full", project, tmp_path)
    assert done.returncode == 1
    assert done.stderr == "dbp: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error(project: Path, tmp_path: Path) -> None:
    for number in range(300):
        (project / f"f{number}.py").write_text(source("Broken.", f"doc/{number}.md"))
    done = shell("dbp check | head -2", project, tmp_path)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_nothing_is_imported_from_the_folder(run: Run, project: Path) -> None:
    """Row Z3: `python -m` puts the current folder first."""
    for name in ("tomllib", "platformdirs", "sqlmodel", "rich", "psutil"):
        (project / f"{name}.py").write_text("raise SystemExit('executed')\n")
    done = run("index", "--json")
    assert done.returncode == 0
    assert "executed" not in done.stderr


def indexed(project: Path, state: Path) -> int:
    """Count what the record has; asking `dbp status` may take longer than the whole index."""
    path = workspace_dir(project.resolve(), state) / DATABASE
    try:
        with contextlib.closing(open_store(path, SystemClock(), read_only=True)) as store:
            return store.counts().get("indexed", 0)
    except StoreError:
        return 0


@pytest.mark.slow
def test_interrupting_an_index_fails_no_file(run: Run, project: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole process group, as on a terminal."""
    for number in range(3000):
        (project / f"f{number}.py").write_text(source(f"Number {number}."))
    environment = {**os.environ, "DBP_STATE_DIR": str(tmp_path / "state")}
    process = subprocess.Popen(
        [sys.executable, "-m", "dbp", "index"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not indexed(project, tmp_path / "state"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"it ended too early, with exit code {process.wait(0.02)}")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == "dbp: interrupted; what was done is kept\n"
    status = json.loads(run("status", "--json").stdout)
    assert status["files"]["failed"] == 0
    assert json.loads(run("index", "--json").stdout)["files"] == 3003
