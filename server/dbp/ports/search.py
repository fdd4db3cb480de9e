"""What a search is asked and what it answers: plain values, and the port to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

KINDS = ("file", "symbol", "document")
"""What a result is: a file, a named thing in one, or a document or a part of one."""

MAX_HITS = 200
"""Results in one answer: nobody reads more."""


class Why(NamedTuple):
    """Where a result has the words it was found by.

    `field` is `name`, `path`, `intent`, `doc`, `title`, `principles`, `constraints`,
    `dependencies`, `history` or `text`; `words` are those of the query.
    """

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. A file as such has no `name`; `line` counts from 0.

    `score` orders the results of one answer and means nothing beside another's. `snippet` is one
    line around the first words that matched in a text, empty when only names did.
    """

    path: str
    kind: str
    language: str
    score: float
    intent: str | None = None
    name: str | None = None
    qualified_name: str | None = None
    symbol_kind: str | None = None
    line: int = 0
    why: tuple[Why, ...] = ()
    snippet: str = ""


class SearchState(NamedTuple):
    """How many files wait to be taken into the index, and how many are in it as they are now.

    `leaving` counts rows of the index whose files and symbols left the record.
    """

    pending: int
    indexed: int
    leaving: int = 0


class Differences(NamedTuple):
    """What tells the index from the record. Files that only wait are none.

    `damaged` says that the index cannot be read, or contradicts itself.
    """

    missing_files: int = 0
    superfluous_files: int = 0
    missing_symbols: int = 0
    superfluous_symbols: int = 0
    damaged: str = ""

    @property
    def none(self) -> bool:
        """Whether index and record agree."""
        return not any(self)

    def json(self) -> dict[str, Any]:
        """Give it as answers show it."""
        return {
            "missingFiles": self.missing_files,
            "superfluousFiles": self.superfluous_files,
            "missingSymbols": self.missing_symbols,
            "superfluousSymbols": self.superfluous_symbols,
            "damaged": self.damaged or None,
        }


class SearchReader(Protocol):
    """What everybody may ask of the index."""

    def search(
        self,
        query: str,
        limit: int = 20,
        kinds: Sequence[str] = (),
        language: str | None = None,
        folder: str = "",
    ) -> Sequence[Hit]:
        """Find files and symbols, best first. Any text is a query; one without words finds nothing.

        `kinds` are some of `KINDS` (all: empty), `folder` is a key. Blocking, mostly milliseconds.
        Raises `StoreError`, `search_damaged` while the index waits to be made anew.
        """

    def search_state(self) -> SearchState:
        """Count what waits and what is done."""

    def check_search(self) -> Differences:
        """Compare index and record. Blocking, seconds on a large record; writes nothing."""


class SearchWriter(Protocol):
    """What keeps the index in step."""

    def sync_search(self, limit: int, now: float, *, new: bool = True, changed: bool = True) -> int:
        """Take at most `limit` files that wait into the index; return how much was done.

        Without `new` files that were never in it go on waiting, without `changed` those that were.
        0 means that nothing waits. One short transaction: a large file takes several calls. An
        index that cannot be used is made anew. Blocking. Raises `StoreError`.
        """

    def rebuild_search(self) -> None:
        """Empty the index and let every file wait. Blocking, in short transactions."""

    def optimize_search(self, pages: int = 64) -> bool:
        """Merge the index a little; tells whether there was anything to do. Blocking, briefly."""
