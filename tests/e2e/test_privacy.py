"""Nothing leaves the machine, and nothing of a workspace is run or obeyed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source

SERVE = (sys.executable, "-m", "dbp", "serve")
# What was imported is written down at the very end, from inside the process.
TELL_MODULES = """
import os, sys
leave = os._exit
def tell(code):
    with open(os.environ["TOLD"], "w") as file:
        file.write("\\n".join(sys.modules))
    leave(code)
os._exit = tell
from dbp.__main__ import main
sys.argv = ["dbp", "serve"]
sys.exit(main())
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "doc").mkdir(parents=True)
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nSee <https://example.org/>.\n")
    (folder / "a.py").write_text(source())
    return folder


def whole_session(root: Path, state: Path, **options: Any) -> None:
    """Do everything once: index, edit, hover, ask, shut down."""
    with Editor.start(root, state, **options) as editor:
        editor.settle()
        editor.open("a.py")
        editor.change("a.py", source("Typed."))
        assert "Typed." in (editor.hover("a.py", 0) or "")
        editor.change("a.py", source("Saved."))
        editor.save("a.py", source("Saved."))
        editor.write("b.py", source("New."))
        editor.settle()
        assert editor.intent("a.py") == "Saved."
        assert editor.intent("b.py") == "New."
        status = editor.status()
        assert status["extraction"]["egress"] is False
        assert status["files"]["indexed"] == 3
        assert editor.client.shutdown() == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_process_of_a_session_opens_a_network_socket(root: Path, tmp_path: Path) -> None:
    """Row Z1: the system calls of the server, its parsers and git, whole life long."""
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    trace = tmp_path / "trace"
    argv = ("strace", "-f", "-e", "trace=network", "-o", str(trace), *SERVE)
    whole_session(root, tmp_path / "state", argv=argv)
    lines = trace.read_text().splitlines()
    assert len({line.split()[0] for line in lines}) > 3, "strace followed nobody"
    assert any("exited with 0" in line for line in lines)
    # Of this machine only: the loop wakes itself, and libc asks its name cache.
    assert set(re.findall(r"AF_[A-Z0-9]+", "".join(lines))) <= {"AF_UNIX"}


@pytest.mark.slow
def test_a_session_without_any_network_is_the_same(root: Path, tmp_path: Path) -> None:
    alone = ("unshare", "--net", "--map-root-user")
    tried = subprocess.run([*alone, "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("no network namespace can be made here")
    whole_session(root, tmp_path / "state", argv=(*alone, *SERVE))


def test_the_cloud_libraries_are_never_imported(root: Path, tmp_path: Path) -> None:
    told = tmp_path / "modules"
    argv = (sys.executable, "-c", TELL_MODULES)
    whole_session(root, tmp_path / "state", argv=argv, env={"TOLD": str(told)})
    modules = {name.partition(".")[0] for name in told.read_text().splitlines()}
    assert "dbp" in modules
    assert modules.isdisjoint({"boto3", "botocore", "tenacity", "requests", "urllib3"})


@pytest.mark.parametrize("trusted", [True, False])
def test_programs_that_the_repository_names_never_run(
    root: Path, tmp_path: Path, *, trusted: bool
) -> None:
    """Rows Z3, Z10: hooks, file system monitors and filters of a hostile clone, trusted or not."""
    marker = tmp_path / "ran"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    program = root / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        shutil.copy(program, root / ".git" / "hooks" / hook)
    with (root / ".git" / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = {program}\n\thooksPath = "{root}/.git/hooks"\n')
        config.write(f'[filter "evil"]\n\tclean = {program}\n\tsmudge = {program}\n')
        config.write(f"[diff]\n\texternal = {program}\n")
    (root / ".gitattributes").write_text("* filter=evil\n")
    (root / "setup.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (root / "conftest.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (root / "sitecustomize.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (root / "json.py").write_text(f"open({str(marker)!r}, 'w')\n")
    options = {"settings": {"scheduler": {"delay_seconds": 1}}, "workspaceTrust": trusted}
    # As an editor starts it: in the folder itself.
    started = {"argv": ("env", "-C", str(root), *SERVE), "initializationOptions": options}
    with Editor.start(root, tmp_path / "state", **started) as editor:
        editor.settle()
        editor.write(".gitignore", "gen/\n")
        editor.write("gen/x.py", source())
        editor.settle()
        assert "setup.py" in editor.paths()
        assert "gen/x.py" not in editor.paths()
        editor.client.request("dbp/coverage", {})
        editor.client.request("dbp/search", {"query": "run"})
        assert editor.status()["extraction"]["egress"] is False
        editor.client.shutdown()
    assert not marker.exists()
    subprocess.run(["git", "-C", str(root), "ls-files", "-o"], check=True, capture_output=True)
    assert marker.exists(), "the trap itself does not work"


def test_a_repository_cannot_turn_egress_on_or_move_the_database(
    root: Path, tmp_path: Path
) -> None:
    """Row Z1: what a cloned file says about such keys changes nothing and is reported."""
    planted = tmp_path / "planted.sqlite"
    (root / ".dbp.toml").write_text(
        '[llm]\nprovider = "bedrock"\nendpoint_url = "https://evil.example"\n'
        f'[database]\npath = "{planted}"\n[extraction]\nprocesses = 32\n'
    )
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        status = editor.status()
        assert status["extraction"]["provider"] == "local"
        assert status["extraction"]["egress"] is False
        assert status["database"]["path"].startswith(str(tmp_path / "state"))
        answer = editor.client.request("dbp/config")
        assert answer["settings"]["llm"]["provider"] == {"value": "none", "origin": "default"}
        assert answer["settings"]["database"]["path"] == {"value": "", "origin": "default"}
        refused = {problem["key"] for problem in answer["problems"]}
        assert refused == {
            "llm.provider",
            "llm.endpoint_url",
            "database.path",
            "extraction.processes",
        }
        assert all("a repository cannot set this" in p["message"] for p in answer["problems"])
    assert not planted.exists()


def test_the_record_is_for_its_owner_only(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        database = Path(editor.status()["database"]["path"])
        assert database.stat().st_mode & 0o077 == 0
        assert not [name for name in os.listdir(root) if "sqlite" in name or name == ".dbp"]
