"""What a rule sees: one file, and doors to what it needs to know of the others.

Every door is a function of a key; none of them parses anything. Rules are pure functions of a
subject: they run on worker threads, in the command line and in tests alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.facts import Facts
from dbp.model import Extraction
from dbp.template import DEFAULT, Template

if TYPE_CHECKING:
    from dbp.analysis.edge import Edge


def _no_extraction(_path: str) -> Extraction | None:
    return None


def _no_facts(_path: str) -> Facts | None:
    return None


def _no_files(_beginning: str) -> Sequence[str]:
    return ()


def _no_edges(_path: str) -> Iterable[Edge]:
    return ()


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Subject:
    """One file as the rules see it.

    `exists` tells whether a key leads anywhere; `extraction_of` and `facts_of` give what is
    recorded of another file, None when it is not indexed (`facts_of` costs a hundredth).
    `files_named` lists some keys whose last part begins like this, in any case of letters.
    `edges_of` gives the edges that begin at a file; those that may be part of a circle are enough.
    `stale` are the names of marks (see `dbp.facts`) whose code changed since their words did.
    `source_roots` are where imports are looked up. `expired` tells that nobody waits any longer.
    """

    path: str
    extraction: Extraction
    exists: Callable[[str], bool]
    extraction_of: Callable[[str], Extraction | None] = _no_extraction
    facts_of: Callable[[str], Facts | None] = _no_facts
    stale: tuple[str, ...] = ()
    template: Template = DEFAULT
    source_roots: tuple[str, ...] = ()
    cycles: bool = True
    max_depth: int = 50
    expired: Callable[[], bool] = _never
    files_named: Callable[[str], Sequence[str]] = _no_files
    edges_of: Callable[[str], Iterable[Edge]] = _no_edges
