"""The change history of a header: dated entries, each with its author and details."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dbp.extract.docs import strip_bullet
from dbp.extract.prose import one_line
from dbp.model import HistoryEntry

MAX_ENTRIES = 1000

MIN_YEAR = 1000
"""Earlier years are typing errors, and `strftime` does not pad them."""

_STAMP = re.compile(
    r"""[\[(]?(\d{4}-\d\d?-\d\d?)(?:[T\ ]+(\d\d?:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?)?
    \ ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?[\])]?(?![\w])""",
    re.VERBOSE | re.IGNORECASE,
)
_AUTHOR = re.compile(r"\s+by\s+([A-Z@\[(][^,;:()\[\]]{0,80}?|[\w.-]*[\d_@.-][\w@.-]*)[\])]?\.?$")
_MAX_AUTHOR_WORDS = 5


class _Entry:
    """An entry while its details are read."""

    def __init__(self, timestamp: str | None, summary: str) -> None:
        self.timestamp = timestamp
        self.summary = [summary]
        self.details: list[str] = []

    def freeze(self) -> HistoryEntry:
        summary = one_line(" ".join(self.summary), 1000)
        author = None
        match = _AUTHOR.search(summary[-120:])
        if match and len(match[1].split()) <= _MAX_AUTHOR_WORDS:
            author = match[1].strip("@ ") or None
            summary = summary[: len(summary) - len(match[0])].rstrip()
        return HistoryEntry(self.timestamp, summary, author, tuple(self.details))


def read_history(lines: Iterable[str]) -> list[HistoryEntry]:
    """Read the lines of a change history, newest first or not, as they stand.

    An entry begins at a date, or at an unbulleted line after details; its details are bulleted.
    """
    entries: list[_Entry] = []
    for line in lines:
        bare = strip_bullet(line)
        stamp = _STAMP.match(bare[:80])
        if stamp:
            entries.append(_Entry(_iso(stamp), _summary(bare[stamp.end() :])))
        elif bare != line and entries:
            entries[-1].details.append(bare)
        elif bare != line:
            entries.append(_Entry(None, bare))
        elif _opens(line, entries):
            entries.append(_Entry(None, _summary(line.partition(" : ")[2] or line)))
        elif entries[-1].details:
            entries[-1].details[-1] += " " + bare
        else:
            entries[-1].summary.append(bare)
        if len(entries) > MAX_ENTRIES:
            entries.pop()
            break
    return [entry.freeze() for entry in entries]


def _opens(line: str, entries: list[_Entry]) -> bool:
    return not entries or " : " in line[:60]


def _summary(rest: str) -> str:
    return rest.lstrip(" :-–—|").strip()


def _iso(stamp: re.Match[str]) -> str | None:
    """Render a date and time in UTC; one without a zone is taken as UTC. None when impossible."""
    date, time, zone = stamp.groups()
    year, month, day = map(int, date.split("-"))
    hour, minute, second, *_ = [int(part) for part in (time or "0:0").split(":")] + [0]
    utc = zone is None or zone[0].isalpha()
    digits = "0000" if zone is None or utc else zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        moment += offset if zone is not None and zone[0] == "-" else -offset
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if year >= MIN_YEAR else None
