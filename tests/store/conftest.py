"""A store and an account in a temporary directory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbp.clock import TurnableClock
from dbp.store.account import SqliteAccount, open_account
from dbp.store.documents import SqliteStore, open_store


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "index.db"


@pytest.fixture
def store(path: Path, clock: TurnableClock) -> Iterator[SqliteStore]:
    opened = open_store(path, clock)
    yield opened
    opened.close()


@pytest.fixture
def account_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "account.db"


@pytest.fixture
def account(account_file: Path, clock: TurnableClock) -> Iterator[SqliteAccount]:
    opened = open_account(account_file, clock)
    yield opened
    opened.close()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lend a function that puts this process into a time zone."""
    if not Path("/usr/share/zoneinfo/Asia/Beirut").exists():
        pytest.skip("this system has no time zones to move to")

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()
