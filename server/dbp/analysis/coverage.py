"""How much of a workspace is documented, and what the number leaves out.

A share says nothing without what it does not count: every file that is left out is listed by its
reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dbp.analysis.rules.headers import SPEAKING, expected_of, should_speak
from dbp.analysis.rules.symbols import described
from dbp.facts import Tally
from dbp.model import Extraction

NOTHING = "empty"
DATA = "no language that introduces itself"
BRIEF = "too brief to introduce itself"
_DOCUMENT = "markdown"


def tally_of(extraction: Extraction) -> Tally:
    """Count what coverage is made of, whatever the file is called."""
    header = extraction.header
    told = () if extraction.language == _DOCUMENT else described(extraction.symbols)
    return Tally(
        stated=int(bool(header and header.intent)),
        expected=expected_of(extraction),
        symbols=len(told),
        documented=sum(documented for _, documented in told),
        wishes=len(extraction.suppressions),
    )


def counted(path: str, tally: Tally) -> bool:
    """Tell whether a file is one that says, or should say, what it is for."""
    return bool(tally.stated) or should_speak(path, tally.expected)


@dataclass(slots=True)
class Coverage:
    """Counts, as files are added: those with an intent of all that should have one, and symbols."""

    files: int = 0
    with_intent: int = 0
    symbols: int = 0
    documented: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, path: str, extraction: Extraction) -> None:
        """Count a file that was read."""
        tally = tally_of(extraction)
        if counted(path, tally):
            self.files += 1
            self.with_intent += tally.stated
        elif extraction.lines <= 1:
            self.left_out[NOTHING] += 1
        else:
            reason = BRIEF if extraction.language in SPEAKING else f"{DATA}: {extraction.language}"
            self.left_out[reason] += 1
        self.symbols += tally.symbols
        self.documented += tally.documented

    def leave_out(self, reason: str) -> None:
        """Count a file that nothing could be read of, by the reason."""
        self.left_out[reason] += 1

    def json(self) -> dict[str, Any]:
        """Render it for programs."""
        return {
            "files": {"counted": self.files, "withIntent": self.with_intent,
                      "percent": percent(self.with_intent, self.files)},
            "symbols": {"counted": self.symbols, "documented": self.documented,
                        "percent": percent(self.documented, self.symbols)},
            "leftOut": [{"reason": why, "files": n} for why, n in self.reasons()],
        }  # fmt: skip

    def reasons(self) -> list[tuple[str, int]]:
        """List why files are left out, the commonest reason first."""
        return sorted(self.left_out.items(), key=lambda item: (-item[1], item[0]))

    def lines(self) -> list[str]:
        """Render it for people."""
        files, symbols = _share(self.with_intent, self.files), _share(self.documented, self.symbols)
        out = [
            f"coverage: {files} files say what they are for",
            f"coverage: {symbols} public symbols are documented",
        ]
        total = sum(self.left_out.values())
        if total:
            out.append(f"left out: {total} files")
            out += [f"  {n:>6}  {why}" for why, n in self.reasons()]
        return out


def percent(part: int, whole: int) -> float | None:
    """Give a share in percent with one decimal, rounded down; None of nothing."""
    return (part * 1000 // whole) / 10 if whole else None


def _share(part: int, whole: int) -> str:
    share = percent(part, whole)
    return "none of 0" if share is None else f"{share:.1f} % ({part} of {whole})"
