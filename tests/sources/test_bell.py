"""The bell: requests and replies between processes, garbage survived, each seen once whole."""

# ruff: noqa: PTH116 - names are str with surrogateescape, not Paths

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from dbp.sources.bell import (
    MAX_BYTES,
    BellListener,
    answer,
    mark,
    read_reply,
    read_request,
    request_id,
    ring,
    sweep,
    unmark,
)


def test_a_request_and_its_reply(tmp_path: Path) -> None:
    bell = str(tmp_path / "bell")
    identity = ring(bell, {"method": "dbp/refresh", "paths": ["caf\u00e9"]})
    name = f"{identity}.request.json"
    assert os.listdir(bell) == [name]
    assert (os.stat(bell).st_mode & 0o777, os.stat(f"{bell}/{name}").st_mode & 0o777) == (
        0o700,
        0o600,
    )
    assert request_id(name) == identity
    assert read_request(bell, name) == {"method": "dbp/refresh", "paths": ["caf\u00e9"]}
    assert read_reply(bell, identity) is None
    answer(bell, identity, {"ok": True})
    assert os.listdir(bell) == [f"{identity}.reply.json"]
    assert read_reply(bell, identity) == {"ok": True}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_garbage_is_no_request(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.request.json").write_bytes(data)
    value = read_request(str(tmp_path), "x.request.json")
    assert value is None or isinstance(value, dict)


def test_hostile_files_are_no_requests(tmp_path: Path) -> None:
    bell = str(tmp_path)
    (tmp_path / "big.request.json").write_bytes(b"[" * (MAX_BYTES + 1))
    (tmp_path / "deep.request.json").write_bytes(b"[" * 100_000)
    (tmp_path / "list.request.json").write_bytes(b"[]")
    (tmp_path / "real.json").write_bytes(b"{}")
    (tmp_path / "link.request.json").symlink_to("real.json")
    os.mkfifo(tmp_path / "fifo.request.json")
    (tmp_path / "folder.request.json").mkdir()
    for name in (*os.listdir(bell), "../x.request.json", "gone.request.json", ".request.json"):
        assert read_request(bell, name) is None


def test_names_are_checked(tmp_path: Path) -> None:
    for name in ("../x", "a/b", "", ".hidden", "x" * 200, "a\0b"):
        with pytest.raises(ValueError, match="not a name"):
            mark(str(tmp_path), name)
        assert request_id(name + ".request.json") is None
    with pytest.raises(ValueError, match="larger"):
        ring(str(tmp_path), {"x": "y" * MAX_BYTES})
    assert os.listdir(tmp_path) == []


def test_sweeping_removes_what_is_old(tmp_path: Path) -> None:
    bell = str(tmp_path)
    for name in ("old", "young"):
        mark(bell, name)
    os.utime(tmp_path / "old", (1000, 1000))
    os.utime(tmp_path / "young", (1900, 1900))
    assert sweep(bell, 600, 2000) == 1
    assert os.listdir(bell) == ["young"]
    unmark(bell, "young")
    unmark(bell, "young")
    assert sweep(f"{bell}/gone", 0, 0) == 0


def test_a_listener_hears_each_name(tmp_path: Path) -> None:
    bell = str(tmp_path / "bell")
    heard: list[str] = []
    changed = threading.Condition()

    def take(name: str) -> None:
        with changed:
            heard.append(name)
            changed.notify_all()
        raise RuntimeError("survived")

    def hear(name: str) -> None:
        with changed:
            assert changed.wait_for(lambda: name in heard, 5)

    listener = BellListener(bell, take)
    listener.start()
    try:
        mark(bell, "one")
        hear("one")
        identity = ring(bell, {})
        hear(f"{identity}.request.json")
        answer(bell, identity, {})
        hear(f"{identity}.reply.json")
        assert not any(name.startswith(".") for name in heard)
    finally:
        listener.stop()
    count = len(heard)
    mark(bell, "late")
    assert len(heard) == count
