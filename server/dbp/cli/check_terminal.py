"""`dbp check` on a terminal: grouped by file, coloured by how serious it is."""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dbp.cli.check_results import FileResult, Summary
from dbp.model import Finding, Severity
from dbp.paths import display


class Terminal:
    """Prints a heading for each file and a row for each finding."""

    _STYLES: ClassVar = {
        Severity.ERROR: "bold red",
        Severity.WARNING: "yellow",
        Severity.INFORMATION: "cyan",
        Severity.HINT: "dim",
    }
    _SHORT: ClassVar = {Severity.INFORMATION: "info"}

    def __init__(self) -> None:
        self._console = Console(file=sys.stdout, highlight=False, soft_wrap=False)

    def begin(self) -> None:
        """Print nothing."""

    def file(self, result: FileResult) -> None:
        """Print the findings of one file below its name."""
        if not result.new:
            return
        self._console.print(Text(display(result.path), style="bold underline"))
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(style="dim", no_wrap=True)
        for finding in result.new:
            self._rows(table, finding)
        self._console.print(Padding(table, (0, 0, 1, 2)))

    def _rows(self, table: Table, finding: Finding) -> None:
        level = self._SHORT.get(finding.severity, finding.severity.name.lower())
        table.add_row(
            f"{finding.range.start_line + 1}:{finding.range.start_character + 1}",
            Text(level, style=self._STYLES[finding.severity]),
            Text(display(finding.message)),
            finding.code,
        )
        for place in finding.related:
            where = f"{display(place.path)}:{place.range.start_line + 1}"
            table.add_row("", "", Text(f"{where}  {display(place.message)}", style="dim"), "")

    def end(self, summary: Summary) -> None:
        """Print the counts."""
        first, *others = summary.lines()
        serious = min(summary.by_severity, default=None)
        style = "bold green" if serious is None else f"bold {self._STYLES[serious].split()[-1]}"
        self._console.print(Text(first, style=style))
        for line in others:
            self._console.print(Text(line))
