"""The rules: what is missing or broken in what a file says about itself.

Codes are stable. Severities come from the settings (`diagnostics.severity`), the defaults stand
here beside the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dbp.analysis.references import first_line, names_a_file, resolve
from dbp.model import Extraction, Finding, Range, Severity

HEADER_MISSING = "header-missing"
REFERENCE_UNRESOLVED = "reference-unresolved"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's code, how loud it is by default, and what it says."""

    code: str
    severity: Severity
    summary: str


RULES = (
    Rule(HEADER_MISSING, Severity.INFORMATION, "The file does not say what it is for."),
    Rule(REFERENCE_UNRESOLVED, Severity.WARNING, "A reference names a file that does not exist."),
)

_SPEAKING = frozenset(
    {
        *("python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go"),
        *("rust", "java", "c", "cpp", "csharp", "ruby", "shellscript", "php", "kotlin"),
        *("swift", "scala", "lua", "perl", "markdown"),
    }
)
"""Languages whose files are expected to introduce themselves; data files are not."""


_LEVELS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
    "hint": Severity.HINT,
    "off": None,
}


def severities(setting: Mapping[str, str]) -> dict[str, Severity | None]:
    """Read the setting `diagnostics.severity`."""
    return {code: _LEVELS[level] for code, level in setting.items() if level in _LEVELS}


def findings(
    path: str,
    extraction: Extraction,
    exists: Callable[[str], bool],
    severities: Mapping[str, Severity | None],
) -> list[Finding]:
    """Apply every rule that is not off. `severities` maps a code to a level, or to None for off."""
    found: list[Finding] = []
    levels = {rule.code: severities.get(rule.code, rule.severity) for rule in RULES}
    for code, message, place, data in _all(path, extraction, exists):
        level = levels[code]
        if level is not None:
            found.append(Finding(path, code, message, level, place, data))
    return found


def _all(
    path: str, extraction: Extraction, exists: Callable[[str], bool]
) -> Iterator[tuple[str, str, Range, dict[str, str]]]:
    if extraction.header is None and extraction.lines > 1 and extraction.language in _SPEAKING:
        message = "This file has no header: nothing says what it is for."
        yield HEADER_MISSING, message, first_line(extraction), {}
    for reference in extraction.references:
        if names_a_file(reference) and resolve(reference.target, path, exists) is None:
            message = f"{reference.target!r} does not exist in this workspace."
            yield REFERENCE_UNRESOLVED, message, reference.range, {"target": reference.target}
