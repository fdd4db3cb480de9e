"""The port to the upkeep of the record: each write is a slice that keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Space(NamedTuple):
    """What the database takes, in bytes; `free` of the file can be given back."""

    file: int = 0
    free: int = 0
    wal: int = 0


class Orphans(NamedTuple):
    """Rows of a table whose content is gone: damage, because they leave with it otherwise."""

    table: str
    content: int


class Checkpoint(NamedTuple):
    """How a checkpoint ended: pages in the WAL, and how many of them the file has now."""

    pages: int = 0
    moved: int = 0
    truncated: bool = False
    skipped: str = ""


class Upkeep(Protocol):
    """What keeps the database small and quick. Every method blocks, those that write briefly.

    Each raises `StoreError`.
    """

    def space(self) -> Space:
        """Measure the database."""

    def unused_contents(self, max_bytes: int, content_hash: str | None = None) -> Sequence[int]:
        """Name the oldest extractions that no file has, beyond this many bytes of all of them.

        With a hash only those of that content.
        """

    def drop_contents(self, contents: Sequence[int], rows: int = 100) -> Sequence[int]:
        """Drop some of these as far as no file has them again; return those that are left.

        About `rows` rows go in one transaction.
        """

    def drop_meanings(self, max_bytes: int, rows: int = 100) -> int:
        """Drop some of the oldest meanings no file has, beyond so many bytes; return how many."""

    def orphans(self) -> Sequence[Orphans]:
        """Find rows that belong to nothing."""

    def drop_orphans(self, orphans: Orphans, rows: int = 100) -> int:
        """Drop some of them; return how many, 0 when none is left."""

    def vacuum(self, pages: int) -> int:
        """Give so many free pages back; return how many are left, 0 where none can be."""

    def refresh_planner(self) -> None:
        """Let SQLite look at what it plans queries with, where that has grown old."""

    def checkpoint(self) -> Checkpoint:
        """Move what the WAL holds into the file, and empty the WAL where nobody uses it now."""
