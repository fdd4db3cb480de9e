"""The port to projects: the list a user keeps of them, and repositories that are no folder yet."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dbp.ports.account import Account
from dbp.ports.jobs import JobContext
from dbp.ports.store import Store

if TYPE_CHECKING:
    # Read only where an address is: its patterns take time to be made.
    from dbp.repository import Repository
    from dbp.settings import Effective


@dataclass(frozen=True, slots=True)
class Indexed:
    """A commit of a repository with a record of its own, for as long as it is lent.

    `desk` is what answers and jobs work with (`dbp.desk.Desk`), `files` how many files the commit
    has here, `note` what of it is missing.
    """

    desk: Any
    commit: str
    files: int
    note: str


class ProjectEdges(Protocol):
    """How projects get what lies outside their folder. Everything blocks; any thread."""

    def open_account(self) -> Account:
        """Open the user's account, where the list is kept. Raises `StoreError`."""

    def read_account(self) -> Account:
        """Open it for reading. Raises `StoreError` (`store_missing`) where there is none."""

    def records(self, path: str) -> AbstractContextManager[Store | None]:
        """Lend the record of a folder for reading; None where there is none that can be read."""

    def writable(self, path: str) -> AbstractContextManager[Store | None]:
        """Lend the record of a folder for changing its jobs; None where there is none."""

    def opened(self, path: str) -> None:
        """A folder was opened: note it in the list, and sweep what killed processes left."""

    def indexed(
        self, repository: Repository, commit: str, effective: Effective, context: JobContext
    ) -> AbstractContextManager[Indexed]:
        """Fetch a commit into a temporary folder, index it, and lend it; then all is removed.

        Raises `DbpError` with `clone_timeout` or `clone_failed`, and what `context` raises.
        """
