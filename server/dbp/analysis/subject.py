"""What a rule sees: one file, and doors to what it needs to know of the others.

Every door is a function of a key; none of them parses anything. Rules are pure functions of a
subject: they run on worker threads, in the command line and in tests alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbp.facts import Facts
from dbp.model import Extraction
from dbp.template import DEFAULT, Template


def _no_extraction(_path: str) -> Extraction | None:
    return None


def _no_facts(_path: str) -> Facts | None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Subject:
    """One file as the rules see it.

    `exists` tells whether a key leads anywhere; `extraction_of` and `facts_of` give what is
    recorded of another file, None when it is not indexed (`facts_of` costs a hundredth). `stale`
    are the names of marks (see `dbp.facts`) whose code changed since their words did.
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
