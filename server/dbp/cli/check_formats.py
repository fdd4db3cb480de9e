"""What a run of `dbp check` prints: one report for each format, file by file.

Text for a terminal is in `check_terminal`, SARIF in `check_sarif`.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Protocol

from dbp.analysis.baseline import fingerprint
from dbp.analysis.levels import Levels
from dbp.cli.check_results import FileResult, Summary
from dbp.metadata import range_json
from dbp.model import Finding, Severity
from dbp.paths import display

Json = dict[str, Any]


class Report(Protocol):
    """Prints a run as it goes."""

    def begin(self) -> None:
        """Print what comes before the first file."""

    def file(self, result: FileResult) -> None:
        """Print one file."""

    def end(self, summary: Summary) -> None:
        """Print what comes after the last file."""


def make_report(name: str, levels: Levels) -> Report:
    """Make the report of a format; text is laid out for a terminal where there is one."""
    if name == "sarif":
        from dbp.cli.check_sarif import Sarif

        return Sarif(levels)
    if name == "text" and sys.stdout.isatty():
        from dbp.cli.check_terminal import Terminal

        return Terminal()
    if name == "github":
        return Github()
    return JsonReport() if name == "json" else Text()


class Text:
    """One line a finding, for grep and for editors: `path:line:column: level [code] message`."""

    def begin(self) -> None:
        """Print nothing."""

    def file(self, result: FileResult) -> None:
        """Print the lines of one file."""
        path = display(result.path)
        for f in result.new:
            level = f.severity.name.lower()
            line, column = f.range.start_line + 1, f.range.start_character + 1
            _print(f"{path}:{line}:{column}: {level} [{f.code}] {display(f.message)}\n")
            for place in f.related:
                line, column = place.range.start_line + 1, place.range.start_character + 1
                _print(f"  {display(place.path)}:{line}:{column}: {display(place.message)}\n")

    def end(self, summary: Summary) -> None:
        """Print the counts."""
        _print("".join(line + "\n" for line in summary.lines()))


class JsonReport:
    """One object; its list of findings is written as they are found."""

    def __init__(self) -> None:
        self._before = ""

    def begin(self) -> None:
        """Open the object."""
        _print('{\n  "findings": [')

    def file(self, result: FileResult) -> None:
        """Print the findings of one file."""
        for finding in result.new:
            _print(f"{self._before}\n    {json.dumps(finding_json(finding))}")
            self._before = ","

    def end(self, summary: Summary) -> None:
        """Close the object with the counts."""
        _print("\n  ],\n" if self._before else "],\n")
        _print(f'  "summary": {json.dumps(summary.json())}')
        if summary.coverage is not None:
            _print(f',\n  "coverage": {json.dumps(summary.coverage.json())}')
        _print("\n}\n")


class Github:
    """Workflow commands; their values are percent-encoded as GitHub wants it."""

    _LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}  # noqa: RUF012 - never changed

    def begin(self) -> None:
        """Print nothing."""

    def file(self, result: FileResult) -> None:
        """Print the annotations of one file."""
        for f in result.new:
            _print(
                f"::{self._LEVELS.get(f.severity, 'notice')} file={_value(display(f.path))},"
                f"line={f.range.start_line + 1},col={f.range.start_character + 1},"
                f"title={_value('dbp ' + f.code)}::{_data(f.message)}\n"
            )

    def end(self, summary: Summary) -> None:
        """Say the counts where no annotation is."""
        for line in summary.lines() if summary.coverage is not None or summary.said else ():
            sys.stderr.write(line + "\n")


def finding_json(finding: Finding) -> Json:
    """Render a finding for programs."""
    out: Json = {
        "path": finding.path,
        "code": finding.code,
        "severity": finding.severity.name.lower(),
        "message": finding.message,
        "range": range_json(finding.range),
        "data": finding.data,
        "fingerprint": fingerprint(finding),
    }
    if finding.related:
        out["related"] = [
            {"path": place.path, "range": range_json(place.range), "message": place.message}
            for place in finding.related
        ]
    return out


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _print(text: str) -> None:
    sys.stdout.write(text)
