"""Ports between processes of one workspace: the lock of the leader, the bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Json = dict[str, Any]


class Leader(Protocol):
    """The OS lock that makes one process of a workspace its only writer."""

    def try_acquire(self) -> bool:
        """Take the lead if nobody has it."""

    def acquire_blocking(self) -> None:
        """Wait in the kernel until the lead is free, and take it. Blocking, perhaps for days."""

    def release(self) -> None:
        """Give the lead away."""


class Bell(Protocol):
    """A folder beside the database through which processes of one user call the leader."""

    def mark(self, name: str) -> None:
        """Create a marker file: its event comes after every event that happened before."""

    def unmark(self, name: str) -> None:
        """Remove a marker."""

    def ring(self, request: Json) -> str:
        """Leave a request; return its id."""

    def read(self, name: str) -> Json | None:
        """Read the request or reply in a file that rang; None when it is none."""

    def answer(self, request_id: str, reply: Json) -> None:
        """Leave the reply to a request."""

    def sweep(self, older_than: float, now: float) -> None:
        """Take away what nobody came for: files older than so many seconds."""

    def listen(self, on_name: Callable[[str], None]) -> Callable[[], None]:
        """Report each file that appears, from a thread of its own; returns the way to stop."""
