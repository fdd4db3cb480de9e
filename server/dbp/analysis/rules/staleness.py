"""Words that were written for other code than they stand at now."""

from __future__ import annotations

from collections.abc import Iterator

from dbp.analysis.references import first_line
from dbp.analysis.rules.catalogue import DOC_STALE, HEADER_STALE, Found
from dbp.analysis.subject import Subject
from dbp.facts import HEADER_MARK, named_marks


def find(subject: Subject) -> Iterator[Found]:
    """Find the symbols, and the header, whose code changed since their words."""
    if not subject.stale:
        return
    stale = frozenset(subject.stale)
    if HEADER_MARK in stale:
        message = "The code of this file changed since its header was written."
        place = first_line(subject.extraction)
        yield Found(HEADER_STALE, message, place, data={"mark": HEADER_MARK})
    for name, symbol in named_marks(subject.extraction.symbols):
        if name in stale:
            message = f"The code of {symbol.name!r} changed since its documentation was written."
            place = symbol.selection_range
            yield Found(DOC_STALE, message, place, about=name, data={"mark": name})
