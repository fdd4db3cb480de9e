"""Ports to the disk: what is listed, read and watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dbp.errors import ScanError
from dbp.model import Change, Stat


class Listed(NamedTuple):
    """One file in scope, as a listing found it.

    `skip` says why it is in scope but never read (`symlink`, `special`, `too_large`, `binary` by
    its name), or is empty.
    """

    path: str
    stat: Stat
    skip: str = ""


class Scanner(Protocol):
    """Knows which files belong to the workspace, and reads them safely."""

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every file in scope at or below `prefix`, in path order. Blocking.

        Raises `ScanError` when the root itself cannot be listed, or is not to be.
        """

    @property
    def refusal(self) -> ScanError | None:
        """Why the root as a whole is not read; what is asked for by name still is. Quick."""

    def look(self, path: str) -> Listed | None:
        """Look at one path now: None when it is not there or not in scope. Blocking, brief."""

    def read(self, path: str) -> tuple[bytes, Stat]:
        """Read a regular file beneath the root, following no link, at most the size limit.

        Returns its bytes and the stat that held before and after. Raises `OSError` as the system
        reports it (`EAGAIN`: it kept changing, look again), and `BadPathError` for anything that is
        not a regular file inside the root.
        """

    def why_excluded(self, path: str) -> str | None:
        """Say why a path is out of scope (`ignored by .gitignore`, …), or None. Blocking, brief."""

    def forget(self) -> None:
        """Drop cached verdicts: ignore rules or settings changed."""

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should know: broken ignore lines, folders without permission."""


class Watcher(Protocol):
    """Turns native file events into hints."""

    def start(self) -> None:
        """Begin watching. Blocking (adds one watch a folder). Raises `OSError` when it cannot."""

    def stop(self) -> None:
        """End every thread; no callback comes after it returns."""

    def status(self) -> WatcherStatus:
        """Quick."""

    def alive(self) -> bool:
        """Tell whether events can still arrive. Quick."""


@dataclass(frozen=True, slots=True)
class WatcherStatus:
    """`backend` is `inotify`, `fsevents`, `windows`, `kqueue`, `polling` or `off`."""

    backend: str
    directories: int = 0
    overflows: int = 0
    last_event_at: float | None = None
    warning: str | None = None


class WatchSink(Protocol):
    """What a watcher calls, from its own threads. Quick, never raises."""

    def changed(self, change: Change) -> None:
        """Take a hint."""

    def overflowed(self) -> None:
        """Events were lost, markers perhaps among them: everything must be looked at."""

    def bell(self, name: str) -> None:
        """Report a file that appeared in the bell folder (see `dbp.sources.bell`), by its name."""


class DeafSink:
    """Hears nothing: for sources that are only asked and never started."""

    def changed(self, change: Change) -> None:
        """Ignore."""

    def overflowed(self) -> None:
        """Ignore."""

    def bell(self, name: str) -> None:
        """Ignore."""
