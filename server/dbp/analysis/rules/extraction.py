"""What could not be read, or only in part."""

from __future__ import annotations

from collections.abc import Iterator

from dbp.analysis.rules.catalogue import EXTRACTION_FAILED, Found
from dbp.analysis.subject import Subject
from dbp.model import Range

_PARTIAL = frozenset({"truncated"})
"""Problems that leave something out. Broken syntax is the compiler's to report, and which syntax is
broken depends on its version; an odd encoding was read all the same."""

_TOP = Range(0, 0, 0, 0)


def find(subject: Subject) -> Iterator[Found]:
    """Find what the extraction of a file left out."""
    for problem in subject.extraction.problems:
        if problem.code in _PARTIAL:
            message = f"Only a part of this file was read: {problem.message}."
            yield Found(EXTRACTION_FAILED, message, problem.range or _TOP, about=problem.code)


def failed(reason: str) -> Found:
    """Say that nothing at all could be read of a file."""
    return Found(EXTRACTION_FAILED, f"This file could not be read: {reason}.", _TOP, about="failed")
