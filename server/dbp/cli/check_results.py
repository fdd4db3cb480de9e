"""What a run of `dbp check` found: of one file, and counted over all."""

from __future__ import annotations

from dataclasses import dataclass

from dbp.analysis.coverage import Coverage
from dbp.inspecting import Counts
from dbp.model import Finding
from dbp.paths import display


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was found in one file: new, known from the baseline, wished away by its comments."""

    path: str
    new: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Summary(Counts):
    """Counts over a run. `baseline` names the file, empty without one; `said` is about it."""

    baseline: str = ""
    said: str = ""
    coverage: Coverage | None = None

    def add(self, result: FileResult) -> None:
        """Count one file."""
        self.count(result.new, known=len(result.known), suppressed=len(result.suppressed))

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


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
