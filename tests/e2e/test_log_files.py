"""The log of a server and of `dbp watch`, as files: what is in them, what never is."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source

CANARY = "CANARY-5a1e-NOT-FOR-LOGS"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text(source())
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def lines(state: Path) -> list[dict[str, Any]]:
    """Read what is in all log files."""
    found = sorted((state / "logs").glob("*.jsonl"))
    return [json.loads(line) for file in found for line in file.read_text().splitlines()]


def environment(state: Path) -> dict[str, str]:
    """Give the environment of a verb."""
    mine = {"DBP_STATE_DIR": str(state), "DBP_CONFIG_DIR": str(state / "config")}
    return {**os.environ, **mine, "PYTHONDONTWRITEBYTECODE": ""}


def messages(state: Path) -> str:
    """Give all messages, one a line."""
    return "\n".join(line["message"] for line in lines(state))


def wait_for(condition: Callable[[], bool], what: str, pump: Callable[[float], object]) -> None:
    """Look again and again for ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        pump(0.02)


def test_a_server_logs_to_a_file_of_its_own(root: Path, state: Path) -> None:
    """Row G44: what started is a line in the file, and stdout is the protocol's alone."""
    with Editor.start(root, state, settings={"log_level": "info"}) as editor:
        editor.settle()
        editor.client.shutdown()
    (file,) = (state / "logs").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert f"-{editor.client.process.pid}-" in file.name
    found = lines(state)
    assert all({"at", "level", "logger", "message", "thread"} <= line.keys() for line in found)
    said = messages(state)
    assert f"leading {root}" in said
    assert "worker 0 started" in said
    assert "1 files compared" in said
    assert "the session ends" in said


def test_a_quiet_server_makes_no_file(root: Path, state: Path) -> None:
    with Editor.start(root, state) as editor:
        editor.settle()
        editor.client.shutdown()
    assert not (state / "logs").exists()


def test_the_level_changes_while_it_runs_and_the_files_can_be_turned_off(
    root: Path, state: Path
) -> None:
    def configure(given: dict[str, Any]) -> None:
        editor.client.handlers["workspace/configuration"] = lambda _params: [given]
        editor.client.notify("workspace/didChangeConfiguration", {"settings": None})

    def odd() -> bool:
        """Make the server log a line at level info."""
        editor.client.notify("textDocument/didChange", {"wrong": True})
        return "wrong shape was ignored" in messages(state)

    with Editor.start(root, state) as editor:
        editor.settle()
        assert not odd()
        configure({"log_level": "info"})
        wait_for(odd, "line in the file", editor.client.pump)
        configure({"log_level": "info", "log_file": False})
        config = {"value": False, "origin": "editor"}

        def off() -> bool:
            return bool(editor.client.request("dbp/config")["settings"]["log_file"] == config)

        wait_for(off, "other setting", editor.client.pump)
        before = len(lines(state))
        odd()
        editor.settle()
        assert len(lines(state)) == before


def test_no_text_of_a_file_and_no_body_is_logged_at_any_level(root: Path, state: Path) -> None:
    """Row xN8: pygls would log every body."""
    text = source(CANARY) + f"\n\ndef other():\n    return '{CANARY}'\n"
    (root / "a.py").write_text(text)
    (root / "broken.py").write_text(f"def {CANARY}(:\n")
    with Editor.start(root, state, settings={"log_level": "debug"}) as editor:
        client = editor.client
        client.notify("$/setTrace", {"value": "verbose"})
        editor.settle()
        editor.open("a.py")
        editor.change("a.py", text + f"# {CANARY}\n")
        assert CANARY in (editor.hover("a.py", 0) or "")
        client.notify("textDocument/didChange", {"textDocument": {"text": CANARY}})
        client.notify("unknown/notification", {"text": CANARY})
        for wrong in ({"textDocument": CANARY}, CANARY, [CANARY]):
            client.wait_response(client.send_request("textDocument/hover", wrong))
        client.wait_response(client.send_request("unknown/request", {"text": CANARY}))
        client.send_raw(b"Content-Length: 40\r\n\r\n" + CANARY.encode().ljust(40, b"x"))
        client.send({"jsonrpc": "2.0", "id": 999, "result": CANARY})
        editor.save("a.py", text)
        editor.settle()
        client.shutdown()
        said = client.stderr()
    found = lines(state)
    assert {"debug", "info"} <= {line["level"] for line in found}
    assert CANARY not in json.dumps(found)
    assert CANARY not in said
    assert not any(
        message["method"] in {"$/logTrace", "window/logMessage"} for message in client.notifications
    )


def test_a_server_without_a_place_for_its_log_says_so_once_and_works(
    root: Path, state: Path
) -> None:
    state.mkdir()
    (state / "logs").touch()
    with Editor.start(root, state, settings={"log_level": "debug"}) as editor:
        editor.settle()
        assert editor.paths() == ["a.py"]
        editor.client.shutdown()
        said = editor.client.stderr()
    assert said.count("the log cannot be written to a file") == 1
    assert f"leading {root}" in said


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        (("--set", "profile=development"), {"debug", "info"}),
        (("-v",), {"info"}),
        ((), set()),
    ],
)
def test_watch_logs_as_the_settings_say(
    root: Path, state: Path, words: tuple[str, ...], levels: set[str]
) -> None:
    """Row C49: debug lines appear under the development profile only."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dbp", "watch", *words],
        cwd=root,
        env=environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "a.py\n"
    process.terminate()
    out, said = process.communicate(timeout=20)
    assert out == ""
    assert ("worker 0 started" in said) == bool(levels)
    assert {line["level"] for line in lines(state)} == levels


def test_doctor_names_the_newest_file(root: Path, state: Path) -> None:
    def log(*words: str) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "dbp", "doctor", "--json", *words],
            cwd=root,
            env=environment(state),
            capture_output=True,
            text=True,
            check=False,
        )
        (found,) = [check for check in json.loads(done.stdout)["checks"] if check["name"] == "log"]
        return dict(found)

    assert "nothing was logged yet" in log()["detail"]
    with Editor.start(root, state, settings={"log_level": "info"}) as editor:
        editor.settle()
        editor.client.shutdown()
    (file,) = (state / "logs").iterdir()
    assert log()["detail"].startswith(f"{file}, the newest of 1")
    assert "log_file is false" in log("--set", "log_file=false")["detail"]
    file.unlink()
    file.parent.rmdir()
    (state / "logs").touch()
    assert log()["status"] == "warning"
