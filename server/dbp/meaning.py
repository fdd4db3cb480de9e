"""What the model said of a file, as values: only what was validated and found in the file is here.

Like `dbp.model` this module does no I/O and imports only the standard library. A *unit* is the part
of a file that is asked about and kept as one: the header (named by the empty text) or a symbol
(its qualified name; the second of the same name has `~2` behind it, and so on).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dbp.model import HistoryEntry, Reference

HEADER = ""
"""The name of the unit that is the file's header."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said of one unit; every text is one clean paragraph without markup.

    `fingerprint` is the hash of what was shown of the unit: while it is the same, nothing has to
    be asked again. `constraints` belong to a header, the two last fields to a symbol.
    """

    unit: str
    fingerprint: str
    intent: str | None = None
    design_principles: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    implementation_details: str | None = None
    design_decisions: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that the model said of one content, from one model, prompt and schema.

    `references` and `history` stand in the file's own words: their quotes were found in it.
    `unasked` names the units nothing was asked of yet, `truncated` that not all of them fitted into
    one request, `dropped` how many statements did not hold against the file. `at` is in seconds
    since the epoch.
    """

    model: str
    at: float
    said: tuple[Said, ...] = ()
    references: tuple[Reference, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    unasked: tuple[str, ...] = ()
    truncated: bool = False
    dropped: int = 0


class Usage(NamedTuple):
    """Tokens of one call as the service counted them, all attempts together."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    def plus(self, other: Usage) -> Usage:
        """Add another count."""
        return Usage(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        """Every token that was counted once: what was read from a cache is input too."""
        return sum(self)
