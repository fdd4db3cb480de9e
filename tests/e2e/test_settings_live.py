"""Settings that change while the server runs: taken over, refused, told where they came from."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "gen").mkdir(parents=True)
    (folder / "a.py").write_text(source())
    (folder / "gen" / "made.py").write_text(source("Made."))
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(root, tmp_path / "state") as session:
        session.settle()
        yield session


def configure(editor: Editor, given: dict[str, Any] | None) -> None:
    """Let the client have other settings, and say so; the server asks for them."""
    editor.client.handlers["workspace/configuration"] = lambda _params: [given]
    editor.client.notify("workspace/didChangeConfiguration", {"settings": None})


def effective(editor: Editor, key: str) -> dict[str, Any]:
    """Ask for one setting in force, with its origin."""
    tree = editor.client.request("dbp/config")["settings"]
    for part in key.split("."):
        tree = tree[part]
    return dict(tree)


def wait_for(editor: Editor, key: str, value: Any) -> dict[str, Any]:
    """Ask until a setting has a value."""
    deadline = time.monotonic() + 10
    while (found := effective(editor, key))["value"] != value:
        assert time.monotonic() < deadline, f"{key} stays {found}"
    return found


def wait_for_problem(editor: Editor, text: str) -> dict[str, Any]:
    """Ask until something is reported."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for problem in editor.client.request("dbp/config")["problems"]:
            if text in problem["message"]:
                return dict(problem)
    raise AssertionError(f"nothing is said of {text}")


def test_an_ignore_pattern_takes_effect_without_a_restart(editor: Editor) -> None:
    """Row F16, there and back."""
    assert editor.paths() == ["a.py", "gen/made.py"]
    configure(editor, {"fs_monitor": {"ignore_patterns": ["gen/"]}})
    wait_for(editor, "fs_monitor.ignore_patterns", ["gen/"])
    editor.settle()
    assert editor.paths() == ["a.py"]
    editor.write("gen/more.py", source("Not seen."))
    editor.settle()
    assert editor.paths() == ["a.py"]
    configure(editor, {"fs_monitor": {"ignore_patterns": []}})
    wait_for(editor, "fs_monitor.ignore_patterns", [])
    editor.settle()
    assert editor.paths() == ["a.py", "gen/made.py", "gen/more.py"]


def test_a_setting_that_the_client_takes_back_is_back_at_its_default(editor: Editor) -> None:
    configure(editor, {"fs_monitor": {"ignore_patterns": ["gen/"]}})
    wait_for(editor, "fs_monitor.ignore_patterns", ["gen/"])
    configure(editor, {})
    wait_for(editor, "fs_monitor.ignore_patterns", ["scratchpad/"])
    editor.settle()
    assert editor.paths() == ["a.py", "gen/made.py"]


def test_what_initialize_brought_holds_beside_what_the_client_answers(editor: Editor) -> None:
    assert effective(editor, "scheduler.delay_seconds") == {"value": 1, "origin": "editor"}
    configure(editor, {"scheduler": {"worker_threads": 4}})
    wait_for(editor, "scheduler.worker_threads", 4)
    assert effective(editor, "scheduler.delay_seconds") == {"value": 1, "origin": "editor"}


def test_a_client_that_pushes_its_settings(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state", capabilities={}) as editor:
        editor.settle()
        settings = {"dbp": {"fs_monitor": {"ignore_patterns": ["gen/"]}}}
        editor.client.notify("workspace/didChangeConfiguration", {"settings": settings})
        wait_for(editor, "fs_monitor.ignore_patterns", ["gen/"])
        editor.settle()
        assert editor.paths() == ["a.py"]


def test_the_number_of_workers_changes_live(editor: Editor) -> None:
    """Row W2."""

    def threads() -> set[str]:
        tasks = Path(f"/proc/{editor.client.process.pid}/task")
        names = {(task / "comm").read_text().strip() for task in tasks.iterdir()}
        return {name for name in names if name.startswith("dbp-worker")}

    assert editor.status()["workers"]["configured"] == 2
    configure(editor, {"scheduler": {"worker_threads": 4}})
    wait_for(editor, "scheduler.worker_threads", 4)
    for number in range(50):
        editor.write(f"f{number}.py", source(f"Number {number}."))
    editor.settle()
    status = editor.status()
    assert status["workers"] == {"configured": 4, "active": 0, "current": []}
    assert status["files"]["indexed"] == 52
    if threads():  # Python 3.14 names the system's threads as well
        assert len(threads()) == 4


def test_a_value_out_of_range_is_refused_and_the_last_good_one_stays(editor: Editor) -> None:
    """Rows C1, C46."""
    configure(editor, {"scheduler": {"worker_threads": 4}})
    wait_for(editor, "scheduler.worker_threads", 4)
    configure(editor, {"scheduler": {"worker_threads": 99, "batch_size": 7}})
    wait_for(editor, "scheduler.batch_size", 7)
    assert effective(editor, "scheduler.worker_threads") == {"value": 4, "origin": "editor"}
    problem = wait_for_problem(editor, "scheduler.worker_threads")
    assert "from 1 to 8" in problem["message"]
    assert problem["origin"] == "editor"
    said = editor.client.wait_notification("window/logMessage")
    assert "scheduler.worker_threads: 99 is not allowed" in said["message"]
    assert editor.status()["workers"]["configured"] == 4


def test_a_workspace_file_edited_on_the_disk_is_picked_up(editor: Editor) -> None:
    editor.write(".dbp.toml", '[fs_monitor]\nignore_patterns = ["gen/"]\n')
    editor.settle()
    found = wait_for(editor, "fs_monitor.ignore_patterns", ["gen/"])
    assert found["origin"] == "workspace file .dbp.toml"
    editor.settle()
    assert "gen/made.py" not in editor.paths()
    editor.write(".dbp.toml", "[fs_monitor\n")
    editor.settle()
    problem = wait_for_problem(editor, ".dbp.toml")
    assert "what it said before stays in force" in problem["hint"]
    assert effective(editor, "fs_monitor.ignore_patterns")["value"] == ["gen/"]
    (editor.root / ".dbp.toml").unlink()
    editor.settle()
    wait_for(editor, "fs_monitor.ignore_patterns", ["scratchpad/"])
    editor.settle()
    assert "gen/made.py" in editor.paths()


def test_a_workspace_file_that_git_ignores_is_picked_up_when_it_is_saved(editor: Editor) -> None:
    """People keep their own `.dbp.toml` out of the repository."""
    editor.write(".gitignore", ".dbp.toml\n")
    editor.settle()
    editor.save(".dbp.toml", "[scheduler]\nbatch_size = 9\n")
    wait_for(editor, "scheduler.batch_size", 9)


def test_a_workspace_file_cannot_overrule_the_editor(editor: Editor) -> None:
    configure(editor, {"scheduler": {"batch_size": 7}})
    wait_for(editor, "scheduler.batch_size", 7)
    editor.write(".dbp.toml", "[scheduler]\nbatch_size = 9\nmax_queue_size = 200\n")
    editor.settle()
    wait_for(editor, "scheduler.max_queue_size", 200)
    assert effective(editor, "scheduler.batch_size") == {"value": 7, "origin": "editor"}


def test_a_larger_size_limit_takes_large_files_in(editor: Editor) -> None:
    editor.write("big.py", source("Large.") + "# more\n" * 300_000)
    editor.settle()
    assert "big.py" not in editor.paths()
    configure(editor, {"extraction": {"max_file_size_kb": 4096}})
    wait_for(editor, "extraction.max_file_size_kb", 4096)
    editor.settle()
    assert "big.py" in editor.paths()
    assert editor.intent("big.py") == "Large."


def test_pausing_by_settings(editor: Editor) -> None:
    """Row A11."""
    configure(editor, {"scheduler": {"enabled": False}})
    wait_for(editor, "scheduler.enabled", value=False)
    assert editor.status()["running"] is False
    editor.write("a.py", source("While off."))
    editor.open("a.py")
    assert "While off." in (editor.hover("a.py", 0) or "")
    configure(editor, {"scheduler": {"enabled": True}})
    wait_for(editor, "scheduler.enabled", value=True)
    editor.settle()
    assert editor.status()["running"] is True
    editor.close("a.py")
    assert editor.intent("a.py") == "While off."


def test_switching_hovers_off(editor: Editor) -> None:
    editor.open("a.py")
    assert editor.hover("a.py", 0) is not None
    configure(editor, {"hover": {"enabled": False}})
    wait_for(editor, "hover.enabled", value=False)
    assert editor.hover("a.py", 0) is None


def test_every_value_says_where_it_comes_from(root: Path, tmp_path: Path) -> None:
    """Row C32."""
    user = tmp_path / "state" / "config" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text("[scheduler]\nbatch_size = 11\nmax_queue_size = 500\n")
    (root / ".dbp.toml").write_text("[scheduler]\nbatch_size = 12\n")
    environment = {"DBP_SCHEDULER_WORKER_THREADS": "3"}
    with Editor.start(root, tmp_path / "state", env=environment) as editor:
        editor.settle()
        origins = {
            key: (one["value"], one["origin"])
            for key, one in editor.client.request("dbp/config")["settings"]["scheduler"].items()
        }
    assert origins["delay_seconds"] == (1, "editor")
    assert origins["worker_threads"] == (3, "environment DBP_SCHEDULER_WORKER_THREADS")
    assert origins["batch_size"] == (12, "workspace file .dbp.toml")
    assert origins["max_queue_size"] == (500, f"user file {user}")
    assert origins["enabled"] == (True, "default")


def test_a_settings_file_that_is_a_pipe_or_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    os.mkfifo(root / ".dbp.toml")
    (root / ".dbp.json").symlink_to("/etc/passwd")
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        wait_for_problem(editor, "not a regular file")
        assert editor.intent("a.py") == "Runs tasks one at a time."


def shown(editor: Editor, path: str) -> list[tuple[int, str, str]]:
    """Give what is shown in a file now: line, code, text."""
    editor.settle()
    said: list[dict[str, Any]] = []
    for message in editor.client.notifications:
        if message["method"] == "textDocument/publishDiagnostics":
            params = message["params"]
            said = params["diagnostics"] if params["uri"] == editor.uri(path) else said
    return [(one["range"]["start"]["line"], one["code"], one["message"]) for one in said]


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        (".dbp.toml", "[scheduler]\nenabled = true\ndelay_seconds = 900\n", 2, "from 1 to 60"),
        (".dbp.toml", "[scheduler]\ndelay = 3\n", 1, "no such setting"),
        (".dbp.toml", "[scheduler\n", 0, "Expected ']'"),
        (".dbp.json", '{"scheduler": {\n  "delay_seconds": 900}}\n', 1, "from 1 to 60"),
        (".dbp.json", '{"scheduler": \n', 1, "Expecting value"),
        ("pyproject.toml", "[tool.dbp.llm]\nregion = 'x'\n", 1, "a repository cannot set this"),
    ],
)
def test_what_is_refused_stands_in_the_settings_file(
    editor: Editor, name: str, text: str, line: int, words: str
) -> None:
    """Row C31: at its line, until it is mended; the last good values hold meanwhile."""
    editor.write(name, text)
    editor.open(name, text, "plaintext")
    editor.client.notify("textDocument/didSave", {"textDocument": {"uri": editor.uri(name)}})
    deadline = time.monotonic() + 10
    while not (found := shown(editor, name)):
        assert time.monotonic() < deadline, "nothing is shown"
    ((where, code, said),) = found
    assert (where, code) == (line, "setting-refused")
    assert words in said, said
    editor.write(name, "{}" if name.endswith("json") else "")
    editor.client.notify("textDocument/didSave", {"textDocument": {"uri": editor.uri(name)}})
    while shown(editor, name):
        assert time.monotonic() < deadline, "it stays"
