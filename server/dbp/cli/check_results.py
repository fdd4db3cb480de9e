"""What a run of `dbp check` found: of one file, and counted over all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dbp.analysis.coverage import Coverage
from dbp.model import Finding, Severity
from dbp.paths import display

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was found in one file: new, known from the baseline, wished away by its comments."""

    path: str
    new: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Summary:
    """Counts over a run. `baseline` names the file, empty without one; `said` is about it.

    `cut` says that there was no time to look for all circles.
    """

    baseline: str = ""
    checked: int = 0
    files: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    known: int = 0
    suppressed: int = 0
    said: str = ""
    coverage: Coverage | None = None
    cut: bool = False

    @property
    def total(self) -> int:
        """Count what is shown."""
        return self.by_code.total()

    def add(self, result: FileResult) -> None:
        """Count one file."""
        self.checked += 1
        self.files += bool(result.new)
        self.by_code.update(finding.code for finding in result.new)
        self.by_severity.update(finding.severity for finding in result.new)
        self.known += len(result.known)
        self.suppressed += len(result.suppressed)

    def lines(self) -> list[str]:
        """Say it to people: how much, of what, and what is hidden by whom."""
        out = ["no findings"]
        if self.total:
            out = [f"{_counted(self.total, 'finding')} in {_counted(self.files, 'file')}"]
            out += [f"  {n:>6}  {code}" for code, n in self.by_code.most_common()]
        hidden = []
        if self.known:
            hidden.append(f"{self.known} by the baseline {display(self.baseline)}")
        if self.suppressed:
            hidden.append(f"{self.suppressed} by comments")
        if hidden:
            out.append("hidden: " + ", ".join(hidden))
        if self.said:
            out.append(self.said)
        if self.cut:
            out.append("not all cycles were looked for: cycle_detection.detection_timeout_seconds")
        return out + (self.coverage.lines() if self.coverage is not None else [])

    def json(self) -> Json:
        """Render it for programs."""
        return {
            "checked": self.checked,
            "files": self.files,
            "findings": self.total,
            "byCode": dict(sorted(self.by_code.items())),
            "bySeverity": {
                level.name.lower(): self.by_severity[level] for level in sorted(self.by_severity)
            },
            "hidden": {"baseline": self.known, "comments": self.suppressed},
            "cyclesTimedOut": self.cut,
        }


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
