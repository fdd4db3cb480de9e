"""The change history of a header: dated entries, each with its author and details."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dbp.extract.comments import CommentLine
from dbp.extract.docs import strip_bullet
from dbp.extract.prose import one_line
from dbp.model import HistoryEntry

MAX_ENTRIES = 1000

MIN_YEAR = 1000
"""Earlier years are typing errors, and `strftime` does not pad them."""

_STAMP = re.compile(
    r"""[\#=*_`]{0,6}\ ?[\[(]?(\d{4}([-/.])\d\d?\2\d\d?)
    (?:[T\ ]+(\d\d?:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?)?
    \ ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?[\])]?(?![\w])[*_`]{0,3}""",
    re.VERBOSE | re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"[\s,;(\[–—-]+by\s+([A-Z@\[(][^,;:()\[\]]{0,80}?|[\w.-]*[\d_@.-][\w@.-]*)[\])]{0,2}\.?$"
)
_MAILED = re.compile(r"([^<>:]{1,60})\s<[^<>\s]{1,80}@[^<>\s]{1,80}>[\s:,-]*")
_MAX_AUTHOR_WORDS = 5


class _Entry:
    """An entry while its details are read."""

    def __init__(self, timestamp: str | None, summary: str, line: int) -> None:
        self.timestamp = timestamp
        self.summary = [summary]
        self.details: list[str] = []
        self.line = line

    def freeze(self) -> HistoryEntry:
        summary = one_line(" ".join(self.summary), 1000)
        author = None
        match = _AUTHOR.search(summary[-120:])
        if mailed := _MAILED.match(summary):
            author = mailed[1].strip()
            summary = summary[mailed.end() :]
        elif match and len(match[1].split()) <= _MAX_AUTHOR_WORDS:
            author = match[1].strip("@ ") or None
            summary = summary[: len(summary) - len(match[0])].rstrip()
        return HistoryEntry(self.timestamp, summary, author, tuple(self.details), self.line)


def read_history(lines: Iterable[CommentLine]) -> list[HistoryEntry]:
    """Read the lines of a change history, newest first or not, as they stand.

    An entry begins at a date, or at an unbulleted line after details; its details are bulleted.
    """
    entries: list[_Entry] = []
    for number, _, line in lines:
        bare = strip_bullet(line)
        stamp = _STAMP.match(bare[:80])
        if stamp:
            entries.append(_Entry(_iso(stamp), _summary(bare[stamp.end() :]), number))
        elif bare != line and entries:
            entries[-1].details.append(bare)
        elif bare != line:
            entries.append(_Entry(None, bare, number))
        elif _opens(line, entries):
            entries.append(_Entry(None, _summary(line.partition(" : ")[2] or line), number))
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
    return rest.lstrip(" :-–—|*").strip()


def _iso(stamp: re.Match[str]) -> str | None:
    """Render a date and time in UTC; one without a zone is taken as UTC. None when impossible."""
    date, mark, time, zone = stamp.groups()
    year, month, day = map(int, date.split(mark))
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
