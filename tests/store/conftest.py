"""A store in a temporary directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dbp.clock import TurnableClock
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
