"""The leader's lock: one holder, dropped by the system, blind to children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dbp.errors import StoreError
from dbp.store.leader import LeaderLock

HOLD = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from dbp.store.leader import LeaderLock
lock = LeaderLock(Path(sys.argv[1]))
assert lock.try_acquire()
print("held", flush=True)
sys.stdin.readline()
"""
SERVER = str(Path(__file__).parents[2] / "server")


@pytest.fixture
def lock_path(tmp_path: Path) -> Path:
    return tmp_path / "leader.lock"


def test_only_one_of_two_locks_is_held(lock_path: Path) -> None:
    first, second = LeaderLock(lock_path), LeaderLock(lock_path)
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    assert (first.held, second.held) == (True, False)
    first.release()
    first.release()
    assert second.try_acquire()
    second.release()
    assert lock_path.stat().st_mode & 0o777 == 0o600


def test_it_says_who_leads_when_it_is_told_the_time(lock_path: Path) -> None:
    lock_path.write_text("x" * 1000)
    lock = LeaderLock(lock_path)
    assert lock.try_acquire(now=1_700_000_000.0)
    said = json.loads(lock_path.read_text())
    assert said == {"pid": os.getpid(), "started": "2023-11-14T22:13:20.000Z"}
    lock.release()


def test_who_waits_gets_it_when_the_holder_dies(lock_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock_path), SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    lock = LeaderLock(lock_path)
    assert not lock.try_acquire()
    waiter = threading.Thread(target=lock.acquire_blocking, daemon=True)
    waiter.start()
    waiter.join(timeout=0.2)
    assert waiter.is_alive()
    holder.kill()
    holder.communicate()
    waiter.join(timeout=10)
    assert lock.held
    lock.release()


def test_a_child_does_not_keep_the_lock(lock_path: Path) -> None:
    lock = LeaderLock(lock_path)
    assert lock.try_acquire()
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    lock.release()
    other = LeaderLock(lock_path)
    assert other.try_acquire()
    other.release()
    child.communicate(b"\n", timeout=20)


def test_a_planted_link_is_not_followed(lock_path: Path, tmp_path: Path) -> None:
    lock_path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="symbolic"):
        LeaderLock(lock_path).try_acquire()
    assert not (tmp_path / "elsewhere").exists()
