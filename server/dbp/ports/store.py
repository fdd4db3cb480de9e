"""The port to the record: reads for everybody, writes for its one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from dbp.facts import Facts
from dbp.model import ContentKey, EnrichmentState, Stat, SymbolRow
from dbp.ports.coverage import CoverageReader
from dbp.ports.jobs import JobStore
from dbp.ports.search import SearchReader, SearchWriter
from dbp.ports.upkeep import Upkeep
from dbp.ports.writes import FilePage, Known, Marked, Stored, StoreStatus, ToEnrich, Write


class Reader(SearchReader, CoverageReader, Protocol):
    """Reads of the record. Each is one short read transaction; none holds a cursor open."""

    def known(self, path: str) -> Known | None:
        """Fetch what the need check wants of one path."""

    def known_of(self, paths: Sequence[str]) -> Mapping[str, Known]:
        """Fetch the same of several paths in one read."""

    def known_in_order(self, prefix: str = "") -> Iterator[Known]:
        """Yield the same for every path at or below a folder, in code point order of the paths.

        Reads as it goes: what is written meanwhile may be in it or not.
        """

    def known_inode(self, stat: Stat) -> Sequence[Known]:
        """Find records with the same inode, size and mtime: where a new path may come from."""

    def has_content(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, str | None]:
        """Tell which extractions are stored already, each with its intent."""

    def stored(self, path: str) -> Stored | None:
        """Fetch a file with its extraction. Quick."""

    def facts(self, path: str) -> Facts | None:
        """Fetch the facts of an indexed file; None for any other. Quick."""

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield path, language and facts of every indexed file, in path order.

        Reads as it goes, like `known_in_order`. Facts that cannot be read are empty.
        """

    def symbols(self, query: str, limit: int) -> Sequence[tuple[str, SymbolRow]]:
        """Find symbols of indexed files whose name contains `query`, in any case of ASCII letters.

        The shortest names come first, each with its path.
        """

    def marked(self, paths: Sequence[str]) -> Mapping[str, Marked]:
        """Fetch the facts and anchors of those of these files that are indexed."""

    def content_facts(self, keys: Iterable[ContentKey]) -> Mapping[ContentKey, Facts]:
        """Fetch the facts of stored extractions."""

    def exists(self, path: str) -> bool:
        """Tell whether an indexed file or a folder of one has this path. Quick."""

    def files(self, query: str = "", limit: int = 100, cursor: str | None = None) -> FilePage:
        """List indexed and failed files whose path contains `query`, in path order."""

    def counts(self) -> Mapping[str, int]:
        """Count the files by state."""

    def to_enrich(self, limit: int, after: str = "", *, now: float) -> Sequence[ToEnrich]:
        """List indexed files whose enrichment is undecided or due again, in path order.

        `after` is the path to go on behind.
        """

    def enrichment_of(self, path: str) -> ToEnrich | None:
        """Fetch the same of one indexed file, whatever its state."""

    def enrichment_counts(self) -> Mapping[str, int]:
        """Count the indexed files by the state of their enrichment (`""` is undecided)."""

    def next_enrichment(self) -> float | None:
        """Say when the next waiting file is due (epoch seconds), None when none waits."""

    def has_meaning(self, key: str) -> bool:
        """Tell whether a meaning is stored under a key."""

    def version(self) -> int:
        """Change whenever any process has committed since. Quick."""

    def status(self) -> StoreStatus:
        """Quick."""

    @property
    def jobs(self) -> JobStore:
        """The table of jobs; of a reader only its reads work."""


class Store(Reader, SearchWriter, Upkeep, Protocol):
    """The record, for its one writer."""

    def write(self, writes: Sequence[Write]) -> int:
        """Commit all or nothing in one transaction; return the new revision. Blocking.

        Raises `StoreError` when the database cannot take it (disk full, locked for too long).
        """

    def enrich_again(self, states: Sequence[EnrichmentState] = ()) -> int:
        """Make files in these states undecided again (empty: all of them); return how many."""

    def outdated(self, extractor: str) -> Sequence[str]:
        """Name the files whose extraction was made by other rules than these. Blocking."""

    def lost(self) -> bool:
        """Tell whether the file under us was removed or replaced. Quick."""

    def note(self, key: str) -> str | None:
        """Read a small fact kept beside the record (`extractor`: which rules it was made by)."""

    def set_note(self, key: str, value: str) -> None:
        """Keep a small fact. Blocking."""

    def close(self) -> None:
        """Checkpoint and close."""


Publish = Callable[[Sequence[str]], None]
"""Called by workers after a commit with the paths that changed; crosses to the loop by itself."""
