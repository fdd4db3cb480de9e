"""Every finding there is: its code, how loud it is by default, and what it says.

Codes are stable: settings, comments, baselines and other programs name them. Each has a section of
doc/findings.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dbp.model import Range, Related, Severity

HEADER_MISSING = "header-missing"
HEADER_INCOMPLETE = "header-incomplete"
HEADER_SECTION_ORDER = "header-section-order"
HEADER_INTENT_EMPTY = "header-intent-empty"
HEADER_PLACEHOLDER = "header-placeholder"
REFERENCE_UNRESOLVED = "reference-unresolved"
REFERENCE_HEADING = "reference-heading"
REFERENCE_SYMBOL = "reference-symbol"
DOC_STALE = "doc-stale"
HEADER_STALE = "header-stale"
HISTORY_ORDER = "history-order"
HISTORY_ENTRY_MISSING = "history-entry-missing"
PARAMETER_UNKNOWN = "parameter-unknown"
PARAMETER_UNDOCUMENTED = "parameter-undocumented"
SYMBOL_UNDOCUMENTED = "symbol-undocumented"
DEPENDENCY_CYCLE = "dependency-cycle"
DOCUMENTATION_CYCLE = "documentation-cycle"
RELATION_ONE_SIDED = "relation-one-sided"
EXTRACTION_FAILED = "extraction-failed"
IGNORE_UNUSED = "ignore-unused"


@dataclass(frozen=True, slots=True)
class Rule:
    """A code, how loud it is by default (None: off), and what it says.

    Whether a `passing` one is found depends on more than the files as they are: on what was
    recorded of them earlier, or on how long the search may take.
    """

    code: str
    severity: Severity | None
    summary: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found in a file; fields as in `model.Finding`.

    `quieter` is the loudest level this one may have.
    """

    code: str
    message: str
    range: Range
    about: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    quieter: Severity = Severity.ERROR


_OFF = None
_WARNING, _INFORMATION, _HINT = Severity.WARNING, Severity.INFORMATION, Severity.HINT

RULES = (
    Rule(HEADER_MISSING, _INFORMATION, "The file does not say what it is for."),
    Rule(HEADER_INCOMPLETE, _WARNING, "The header lacks a section the template asks for."),
    Rule(HEADER_SECTION_ORDER, _INFORMATION, "The header's sections are not in their order."),
    Rule(
        HEADER_INTENT_EMPTY, _WARNING, "The header has a section for the intent, and it is empty."
    ),
    Rule(HEADER_PLACEHOLDER, _WARNING, "A section still holds what the template has there."),
    Rule(REFERENCE_UNRESOLVED, _WARNING, "A reference names a file that does not exist."),
    Rule(REFERENCE_HEADING, _WARNING, "A reference names a heading its document does not have."),
    Rule(REFERENCE_SYMBOL, _WARNING, "A reference names a symbol its file does not have."),
    Rule(DOC_STALE, _HINT, "The code changed, what is written about it did not.", passing=True),
    Rule(HEADER_STALE, _OFF, "The file's code changed, its header did not.", passing=True),
    Rule(HISTORY_ORDER, _WARNING, "The change history is in no order of time."),
    Rule(
        HISTORY_ENTRY_MISSING,
        _INFORMATION,
        "The code changed without an entry for it.",
        passing=True,
    ),
    Rule(PARAMETER_UNKNOWN, _WARNING, "A parameter is documented that does not exist."),
    Rule(PARAMETER_UNDOCUMENTED, _OFF, "Some parameters are documented, this one is not."),
    Rule(SYMBOL_UNDOCUMENTED, _OFF, "Others may use this, and nothing is written about it."),
    Rule(DEPENDENCY_CYCLE, _WARNING, "Files depend on each other in a circle.", passing=True),
    Rule(DOCUMENTATION_CYCLE, _OFF, "Documents refer to each other in a circle.", passing=True),
    Rule(RELATION_ONE_SIDED, _OFF, "A document names a relation that the other one does not."),
    Rule(EXTRACTION_FAILED, _WARNING, "The file could not be read, or only in part."),
    Rule(IGNORE_UNUSED, _HINT, "A comment asks to ignore what is not there."),
)

BY_CODE = {rule.code: rule for rule in RULES}
