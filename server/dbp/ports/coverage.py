"""The port to what coverage reads of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from dbp.facts import Facts
from dbp.model import FileState


class Glance(NamedTuple):
    """A file of the record, in short.

    `content` names its extraction (0: none) and `mark` differs with what that is made of: two
    glances with equal ones are of the same content. `stale`: some of its documentation is.
    """

    path: str
    state: FileState
    content: int
    mark: int
    stale: bool


class CoverageReader(Protocol):
    """Reads whole folders without any extraction. Blocking."""

    def glances(self) -> Iterator[Glance]:
        """Yield every file of the record, in path order, a page at a time."""

    def facts_of_contents(self, contents: Sequence[int]) -> Mapping[int, Facts]:
        """Fetch the facts of these contents; those that are gone, or cannot be read, are left out.

        As many as fit into one query: a few hundred.
        """

    def intents(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Fetch what these files say they are for; those that say nothing are left out."""
