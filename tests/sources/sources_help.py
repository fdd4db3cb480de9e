"""A sink that tests wait on, and files and git repositories to try things on."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dbp.model import Change
from dbp.ports import Watcher
from dbp.sources.ignore import Scope


def git(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    """Run git for a test."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=data, capture_output=True, check=False
    )
    return done.stdout


def tree(folder: Path, *names: str) -> Path:
    """Make files, and folders for names that end with `/`."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
    return folder


class Sink:
    """Collects what a watcher says; `until` waits for it."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.calls: list[tuple[str, str]] = []
        self.changes: list[Change] = []
        self.bad = ""

    def changed(self, change: Change) -> None:
        """Collect; raise for the path `bad`."""
        with self.condition:
            self.calls.append(("tree" if change.tree else "file", change.path))
            self.changes.append(change)
            self.condition.notify_all()
        if self.bad and change.path == self.bad:
            raise RuntimeError("a defect in the sink")

    def overflowed(self) -> None:
        """Collect."""
        self._add("overflow", "")

    def bell(self, name: str) -> None:
        """Collect."""
        self._add("bell", name)

    def _add(self, kind: str, name: str) -> None:
        with self.condition:
            self.calls.append((kind, name))
            self.condition.notify_all()

    def until(self, *wanted: tuple[str, str], timeout: float = 10.0) -> list[tuple[str, str]]:
        """Wait until every wanted call was made; give all calls so far and forget them."""
        deadline = time.monotonic() + timeout
        with self.condition:
            while not set(wanted) <= set(self.calls):
                left = deadline - time.monotonic()
                assert left > 0, f"missing {set(wanted) - set(self.calls)}, got {self.calls[-50:]}"
                self.condition.wait(left)
            calls, self.calls = self.calls, []
            return calls


class Watched:
    """A watched folder with its sink and bell."""

    def __init__(self, folder: Path, bell: Path, watcher: Watcher, scope: Scope) -> None:
        self.folder, self.bell, self.watcher, self.scope = folder, bell, watcher, scope
        self.sink = Sink()
        self.rounds = 0

    def barrier(self) -> list[tuple[str, str]]:
        """Put a marker; give every call that came before it, without the bell's own."""
        self.rounds += 1
        name = f"marker-{self.rounds}"
        (self.bell / name).touch()
        calls = self.sink.until(("bell", name))
        return calls[: calls.index(("bell", name))]


Watch = Callable[..., Watched]
