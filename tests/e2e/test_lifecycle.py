"""The server ends when it is told to, when its client is gone, and takes its parsers with it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from editor import Editor, source

PATIENCE = 5.0
"""Seconds any ending gets in a test; an editor gives two."""

CLIENT = """
import json, os, signal, subprocess, sys
root = sys.argv[1]
server = subprocess.Popen([sys.executable, "-m", "dbp", "serve"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
# Somebody else holds the server's stdin open: it will see no end of input.
other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"],
                         pass_fds=[server.stdin.fileno()])
def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
    server.stdin.flush()
send({"id": 1, "method": "initialize", "params": {
    "processId": os.getpid(), "rootUri": "file://" + root, "capabilities": {}}})
assert server.stdout.readline().startswith(b"Content-Length")
send({"method": "initialized", "params": {}})
print(json.dumps([server.pid, other.pid]), flush=True)
signal.pause()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text(source())
    return folder


@pytest.fixture
def many(root: Path) -> Path:
    """A folder that takes a while to index."""
    body = "\n\n".join(source(f"Part {part}.") for part in range(40))
    for number in range(500):
        (root / f"f{number}.py").write_text(f"# {number}\n{body}")
    return root


@pytest.fixture
def watch() -> Iterator[Callable[[int], int]]:
    """Give the way to hold on to a process, so that its end can be waited for."""
    with ExitStack() as stack:

        def hold(pid: int) -> int:
            fd = os.pidfd_open(pid)
            stack.callback(os.close, fd)
            return fd

        yield hold


def ended(pidfd: int, seconds: float = PATIENCE) -> bool:
    """Wait for the end of a process that is held."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def parsers(pid: int) -> list[int]:
    """Find the parser processes of a server; threads and processes may end while we look."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in _read(task / "children").split()
        if b"dbp.extract.child" in _read(Path(f"/proc/{int(child)}/cmdline"))
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def wait_for_parsers(editor: Editor, done: int = 0) -> list[int]:
    """Wait until parsers work and some files are done, asking again and again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status = editor.status()
        if status["processedFiles"] >= done and (found := parsers(editor.client.process.pid)):
            return found
    raise AssertionError("no parser was started")


# ── ends in order ──────────────────────────────────────────────────────────────────────────────


def test_shutdown_and_exit(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        began = time.monotonic()
        assert editor.client.shutdown() == 0
        assert time.monotonic() - began < 1.5


def test_exit_alone(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        began = time.monotonic()
        editor.client.notify("exit")
        assert editor.client.wait_exit() == 1
        assert time.monotonic() - began < 1.5


def test_the_end_of_the_input(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        began = time.monotonic()
        editor.client.close_stdin()
        assert editor.client.wait_exit() == 1
        assert time.monotonic() - began < 1.5


def test_sigterm(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        began = time.monotonic()
        editor.client.process.terminate()
        assert editor.client.wait_exit() == 0
        assert time.monotonic() - began < 1.5


def test_shutdown_before_anything_is_open(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        assert editor.client.shutdown() == 0


@pytest.mark.slow
def test_shutdown_in_the_middle_of_an_index(
    many: Path, tmp_path: Path, watch: Callable[[int], int]
) -> None:
    """Row A17; what is left is found by the next start."""
    for number in range(2500):
        (many / f"more{number}.py").write_text(source(f"More {number}."))
    with Editor.start(many, tmp_path / "state") as editor:
        held = [watch(pid) for pid in wait_for_parsers(editor)]
        assert editor.status()["state"] in ("scanning", "busy")
        began = time.monotonic()
        assert editor.client.shutdown() == 0
        assert time.monotonic() - began < 2
        assert all(ended(fd) for fd in held)
    with Editor.start(many, tmp_path / "state") as editor:
        editor.settle()
        files = editor.status()["files"]
        assert (files["indexed"], files["failed"]) == (3001, 0)


# ── ends because the client is gone ────────────────────────────────────────────────────────────


def test_the_client_is_killed_while_another_process_holds_stdin(
    root: Path, tmp_path: Path, watch: Callable[[int], int]
) -> None:
    """Row A32: `processId` is watched."""
    env = {**os.environ, "DBP_STATE_DIR": str(tmp_path / "state"), "DBP_CONFIG_DIR": str(tmp_path)}
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=env,
    )
    sibling = None
    try:
        assert client.stdout is not None
        server, sibling = json.loads(client.stdout.readline())
        held = watch(server)
        client.kill()
        client.wait(PATIENCE)
        assert Path(f"/proc/{sibling}").exists()
        assert ended(held)
    finally:
        client.kill()
        client.wait(PATIENCE)
        if client.stdout is not None:
            client.stdout.close()
        if sibling is not None:
            os.kill(sibling, signal.SIGKILL)


def test_a_client_that_is_already_dead_when_it_says_hello(root: Path, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(PATIENCE)
    with Editor.start(root, tmp_path / "state", processId=gone.pid) as editor:
        assert editor.client.wait_exit(PATIENCE) == 1


@pytest.mark.slow
def test_parsers_do_not_outlive_a_server_that_is_killed(
    many: Path, tmp_path: Path, watch: Callable[[int], int]
) -> None:
    with Editor.start(many, tmp_path / "state") as editor:
        editor.open("a.py")
        assert editor.hover("a.py", 0)
        held = [watch(pid) for pid in wait_for_parsers(editor, 20)]
        editor.client.process.kill()
        assert all(ended(fd) for fd in held)


# ── lives on ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_parsers_that_are_killed_cost_no_file(
    many: Path, tmp_path: Path, watch: Callable[[int], int]
) -> None:
    """`kill -9` of every parser, three times: all files are recorded, none as failed."""
    with Editor.start(many, tmp_path / "state") as editor:
        for done in (20, 100, 200):
            for pid in wait_for_parsers(editor, done):
                held = watch(pid)
                os.kill(pid, signal.SIGKILL)
                assert ended(held)
        editor.settle(timeout=60)
        status = editor.status()
        assert status["stats"]["recentFailures"] == []
        assert status["files"]["indexed"] == 501
        assert editor.intent("f499.py") is not None


def test_a_parser_that_is_killed_while_it_idles_costs_no_file(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        for pid in parsers(editor.client.process.pid):
            os.kill(pid, signal.SIGKILL)
        editor.write("a.py", source("After the kill."))
        editor.settle()
        assert editor.intent("a.py") == "After the kill."
        editor.open("a.py")
        for pid in parsers(editor.client.process.pid):
            os.kill(pid, signal.SIGKILL)
        editor.change("a.py", source("Typed after the kill."))
        assert "Typed after the kill." in (editor.hover("a.py", 0) or "")


def test_every_byte_of_a_session_is_part_of_a_message(root: Path, tmp_path: Path) -> None:
    """Row A33: the client fails on any other byte, and on an end inside a message."""
    settings = {"log_level": "debug", "scheduler": {"delay_seconds": 1, "worker_threads": 99}}
    with Editor.start(root, tmp_path / "state", settings=settings, notifications=True) as editor:
        editor.settle()
        editor.open("a.py")
        editor.change("a.py", "x = (" * 500)
        editor.hover("a.py", 0)
        editor.write("bad.py", "\0\1\2")
        editor.client.notify("$/unknown", {"print": "me"})
        error = editor.client.error_of(editor.client.send_request("dbp/metadata", {"uri": 5}))
        assert error["data"]["code"] == "bad_params"
        editor.settle()
        assert editor.client.shutdown() == 0
        assert b"Traceback" not in editor.client.stderr().encode()
