"""What is found in a file: every rule that is not off, at its level, after the file's own wishes.

Pure: a subject and levels in, findings out. Codes, defaults and rules stand in `rules/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dbp.analysis.levels import ByCode, Levels, severities
from dbp.analysis.rules import (
    cycles,
    extraction,
    headers,
    history,
    parameters,
    references,
    relations,
    staleness,
    symbols,
)
from dbp.analysis.rules.catalogue import (
    DEPENDENCY_CYCLE,
    DOC_STALE,
    DOCUMENTATION_CYCLE,
    EXTRACTION_FAILED,
    HEADER_INCOMPLETE,
    HEADER_INTENT_EMPTY,
    HEADER_MISSING,
    HEADER_PLACEHOLDER,
    HEADER_SECTION_ORDER,
    HEADER_STALE,
    HISTORY_ENTRY_MISSING,
    HISTORY_ORDER,
    PARAMETER_UNDOCUMENTED,
    PARAMETER_UNKNOWN,
    REFERENCE_HEADING,
    REFERENCE_SYMBOL,
    REFERENCE_UNRESOLVED,
    RELATION_ONE_SIDED,
    RULES,
    SYMBOL_UNDOCUMENTED,
    Found,
    Rule,
)
from dbp.analysis.subject import Subject
from dbp.analysis.suppress import sieve
from dbp.model import Finding

__all__ = ["RULES", "Judged", "Rule", "failed", "findings", "judge", "severities"]

_FAMILIES: Sequence[tuple[frozenset[str], Callable[[Subject], Iterator[Found]]]] = (
    (frozenset({EXTRACTION_FAILED}), extraction.find),
    (
        frozenset(
            {
                *(HEADER_MISSING, HEADER_INCOMPLETE, HEADER_SECTION_ORDER),
                *(HEADER_INTENT_EMPTY, HEADER_PLACEHOLDER),
            }
        ),
        headers.find,
    ),
    (frozenset({HISTORY_ORDER, HISTORY_ENTRY_MISSING}), history.find),
    (frozenset({DOC_STALE, HEADER_STALE}), staleness.find),
    (frozenset({REFERENCE_UNRESOLVED, REFERENCE_HEADING, REFERENCE_SYMBOL}), references.find),
    (frozenset({PARAMETER_UNKNOWN, PARAMETER_UNDOCUMENTED}), parameters.find),
    (frozenset({SYMBOL_UNDOCUMENTED}), symbols.find),
    (frozenset({DEPENDENCY_CYCLE}), cycles.dependencies),
    (frozenset({DOCUMENTATION_CYCLE}), cycles.documents),
    (frozenset({RELATION_ONE_SIDED}), relations.find),
)
"""Which codes a rule may give: it does not run when all of them are off."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a file; `suppressed` is what its own comments wish away."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()


def findings(subject: Subject, levels: Levels) -> list[Finding]:
    """Find what is to be shown of a file, in the order of its lines."""
    return list(judge(subject, levels).findings)


def judge(subject: Subject, levels: Levels) -> Judged:
    """Apply every rule that is not off to a file, and hear its own comments."""
    by_code = levels.at(subject.path)
    applied = frozenset(code for code, level in by_code.items() if level is not None)
    found: list[Found] = []
    for codes, rule in _FAMILIES:
        if codes & applied:
            found += (item for item in rule(subject) if item.code in applied)
    # One place may be read as two references, a header's and a link's.
    once = {(item.code, item.range, item.about): item for item in reversed(found)}
    sieved = sieve(reversed(once.values()), subject.extraction.suppressions, applied)
    path = subject.path
    return Judged(
        tuple(_findings(path, sieved.shown, by_code)),
        tuple(_findings(path, sieved.suppressed, by_code)),
    )


def failed(path: str, reason: str, levels: Levels) -> list[Finding]:
    """Find what is to be shown of a file that could not be read at all."""
    by_code = levels.at(path)
    return _findings(path, [extraction.failed(reason)], by_code)


def _findings(path: str, found: Iterable[Found], levels: ByCode) -> list[Finding]:
    made = []
    for item in found:
        level = levels.get(item.code)
        if level is not None:
            level = max(level, item.quieter)
            made.append(
                Finding(
                    path,
                    item.code,
                    item.message,
                    level,
                    item.range,
                    item.data,
                    item.related,
                    item.about,
                )
            )
    return sorted(made, key=lambda finding: (finding.range, finding.code, finding.about))
