"""Fixtures of the sources room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources_help import Watch, Watched

from dbp.clock import SystemClock
from dbp.paths import Root
from dbp.ports import Watcher
from dbp.sources.ignore import Scope
from dbp.sources.watcher import make_watcher


@pytest.fixture(autouse=True)
def _quiet_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the person who runs the tests."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Give a function that watches `tmp_path/ws`."""
    started: list[Watcher] = []

    def begin(backend: str = "native", **settings: object) -> Watched:
        folder, bell = tmp_path / "ws", tmp_path / "bell"
        folder.mkdir(exist_ok=True)
        root = Root(str(folder))
        scope = Scope(root, **settings)  # type: ignore[arg-type]
        watched = Watched(folder, bell, None, scope)  # type: ignore[arg-type]
        watched.watcher = make_watcher(
            root,
            scope,
            watched.sink,
            backend=backend,
            poll_interval=0.05,
            bell_dir=str(bell),
            clock=SystemClock(),
        )
        started.append(watched.watcher)
        watched.watcher.start()
        return watched

    yield begin
    for watcher in started:
        watcher.stop()
