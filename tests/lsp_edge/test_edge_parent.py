"""Row xL13: the editor is gone, and nobody closed stdin."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rawclient import RawClient, frame

from conftest import Spawn
from dbp.lsp.parent import ParentWatch

SLEEPER = ["/bin/sh", "-c", "read line"]
SERVER = Path(__file__).with_name("edgeserver.py")


def _sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(SLEEPER, stdin=subprocess.PIPE)


def test_xl13_the_server_ends_when_the_named_process_dies(new: RawClient) -> None:
    with _sleeper() as editor:
        new.initialize(processId=editor.pid)
        assert new.request("dbp/echo")["params"] is None
        editor.kill()
        assert new.wait_exit(5) == 1
    assert f"process {editor.pid}) ended" in new.stderr()
    assert "hook on_exit" in new.stderr()


def test_xl13_a_named_process_that_is_dead_already_ends_the_server(new: RawClient) -> None:
    with _sleeper() as editor:
        editor.kill()
    new.notify("dbp/nothing")
    new.send_request("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": {}})
    assert new.wait_exit(20) == 1


def test_xl13_the_server_ends_when_the_parent_dies_before_initialize() -> None:
    """We hold stdin and stdout of the server open; the launcher in between is its parent."""
    stdin, our_stdin = os.pipe()
    our_stdout, stdout = os.pipe()
    launch = (
        "import subprocess, sys;"
        f"print(subprocess.Popen([sys.executable, {str(SERVER)!r}], stdin={stdin}, stdout={stdout})"
        ".pid, flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", launch],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(stdin, stdout),
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.close(stdin)
        os.close(stdout)
        os.write(our_stdin, frame({"jsonrpc": "2.0", "id": 1, "method": "dbp/echo"}))
        assert select.select([our_stdout], [], [], 20)[0]
        assert os.read(our_stdout, 15) == b"Content-Length:"  # it serves
        fd = os.pidfd_open(pid)
        parent.kill()
    ended = threading.Event()
    watch = ParentWatch(lambda _why: ended.set())
    assert watch.watch(pid)
    assert ended.wait(5)
    for each in (fd, our_stdin, our_stdout):
        os.close(each)


@pytest.mark.parametrize("pid", [None, 0, -1, 2**31, 2**70, "5", 1.5, True, os.getpid])
def test_senseless_process_ids_are_ignored(pid: object) -> None:
    pid = pid() if callable(pid) else pid
    told: list[str] = []
    assert ParentWatch(told.append).watch(pid) is False
    assert told == []


def test_a_client_without_process_id_is_served(spawn: Spawn) -> None:
    client = spawn()
    client.initialize(processId=None)
    assert client.request("dbp/echo")["params"] is None
    assert client.shutdown() == 0


def test_death_is_told_once() -> None:
    told: list[str] = []
    ended = threading.Event()

    def tell(why: str) -> None:
        told.append(why)
        ended.set()

    watch = ParentWatch(tell)
    with _sleeper() as editor:
        watch.watch(editor.pid)
        watch.watch(editor.pid)
        editor.kill()
        assert ended.wait(5)
    watch.watch(editor.pid)
    assert len(told) == 1
