"""A header's change history: in an order of time, and with an entry for what changed last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dbp.analysis.rules.catalogue import HISTORY_ENTRY_MISSING, HISTORY_ORDER, Found
from dbp.analysis.subject import Subject
from dbp.facts import HISTORY_MARK
from dbp.model import Header, HistoryEntry, Range

_DAY = 10
"""Letters of the date in a timestamp."""

_MIDNIGHT = "T00:00:00Z"


def find(subject: Subject) -> Iterator[Found]:
    """Find a history in no order, and one that does not speak of the last change."""
    header = subject.extraction.header
    if header is None or not header.change_history:
        return
    yield from _order(header.change_history)
    if HISTORY_MARK in subject.stale:
        message = "The code changed, and the change history has no entry for it."
        yield Found(HISTORY_ENTRY_MISSING, message, _place(header))


def _order(history: Sequence[HistoryEntry]) -> Iterator[Found]:
    """Name the first entry that stands against the order most of the others keep."""
    dated = [entry for entry in history if entry.timestamp is not None]
    steps = [_step(one.timestamp or "", two.timestamp or "") for one, two in pairwise(dated)]
    if not (1 in steps and -1 in steps):
        return
    newest_first = steps.count(-1) >= steps.count(1)
    wrong = steps.index(1 if newest_first else -1) + 1
    entry, before = dated[wrong], dated[wrong - 1]
    order = "newest first" if newest_first else "oldest first"
    yield Found(
        HISTORY_ORDER,
        f"This entry of {(entry.timestamp or '')[:_DAY]} stands below one of "
        f"{(before.timestamp or '')[:_DAY]}, though the history is kept {order}.",
        Range(max(entry.line, 0), 0, max(entry.line, 0), 0),
        about=f"{entry.timestamp} {entry.summary}"[:200],
        data={"newestFirst": newest_first},
    )


def _step(one: str, two: str) -> int:
    """Compare two times; a date without a time is equal to any time of that day."""
    if _MIDNIGHT in {one[_DAY:], two[_DAY:]}:
        one, two = one[:_DAY], two[:_DAY]
    return (two > one) - (two < one)


def _place(header: Header) -> Range:
    for section in header.sections:
        if section.name == "history":
            line, start = section.range.start_line, section.range.start_character
            return Range(line, start, line, start)
    return Range(header.range.start_line, 0, header.range.start_line, 0)
