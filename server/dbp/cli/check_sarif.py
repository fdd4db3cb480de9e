"""SARIF 2.1.0, as code scanning services read it; results are written as they are found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any, ClassVar
from urllib.parse import quote_from_bytes

from dbp import __version__
from dbp.analysis.baseline import fingerprint
from dbp.analysis.levels import Levels
from dbp.analysis.pages import help_uri
from dbp.analysis.rules.catalogue import RULES
from dbp.cli.check_results import FileResult, Summary
from dbp.model import Finding, Range, Severity

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "dbpFinding/v1"
_BASE = "%SRCROOT%"
_NUMBERS = {rule.code: number for number, rule in enumerate(RULES)}


class Sarif:
    """One run; what is hidden is in it too, marked as suppressed and by what."""

    _LEVELS: ClassVar = {Severity.ERROR: "error", Severity.WARNING: "warning"}

    def __init__(self, levels: Levels) -> None:
        self._default = levels.at("")
        self._before = ""

    def begin(self) -> None:
        """Open the run with the tool and its rules."""
        rules = []
        for rule in RULES:
            level = self._default[rule.code]
            rules.append(
                {
                    "id": rule.code,
                    "shortDescription": {"text": rule.summary},
                    "helpUri": help_uri(rule.code),
                    "defaultConfiguration": {
                        "enabled": level is not None,
                        "level": self._level(level) if level is not None else "none",
                    },
                }
            )
        driver = {"name": "dbp", "version": __version__, "rules": rules}
        _print(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n')
        _print(f'"tool": {json.dumps({"driver": driver})},\n')
        _print('"columnKind": "utf16CodeUnits",\n"results": [')

    def file(self, result: FileResult) -> None:
        """Print the results of one file."""
        seen: Counter[str] = Counter()
        for finding in result.new:
            self._result(finding, seen, None)
        for finding in result.known:
            self._result(finding, seen, {"kind": "external", "justification": "in the baseline"})
        for finding in result.suppressed:
            self._result(finding, seen, {"kind": "inSource"})

    def end(self, summary: Summary) -> None:
        """Close the run with the counts."""
        _print(f'\n],\n"properties": {json.dumps(self._properties(summary))}\n}}]}}\n')

    def _properties(self, summary: Summary) -> dict[str, Any]:
        out: dict[str, Any] = {"summary": summary.json()}
        if summary.coverage is not None:
            out["coverage"] = summary.coverage.json()
        return out

    def _result(
        self, finding: Finding, seen: Counter[str], suppression: dict[str, str] | None
    ) -> None:
        mark = fingerprint(finding)
        seen[mark] += 1
        out: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": _NUMBERS[finding.code],
            "level": self._level(finding.severity),
            "message": {"text": finding.message},
            "locations": [{"physicalLocation": _place(finding.path, finding.range)}],
            # The second one like it in a file is another one.
            "partialFingerprints": {FINGERPRINT: f"{mark}:{seen[mark]}"},
        }
        if finding.related:
            out["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": _place(item.path, item.range),
                    "message": {"text": item.message},
                }
                for number, item in enumerate(finding.related, 1)
            ]
        if suppression is not None:
            out["suppressions"] = [suppression]
        _print(f"{self._before}\n{json.dumps(out)}")
        self._before = ","

    def _level(self, severity: Severity) -> str:
        return str(self._LEVELS.get(severity, "note"))


def _place(path: str, place: Range) -> dict[str, Any]:
    uri = quote_from_bytes(path.encode("utf-8", "surrogateescape"), safe="/-._~!$&'()*+,;=@")
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": _BASE},
        "region": {
            "startLine": place.start_line + 1,
            "startColumn": place.start_character + 1,
            "endLine": max(place.end_line, place.start_line) + 1,
            "endColumn": place.end_character + 1,
        },
    }


def _print(text: str) -> None:
    sys.stdout.write(text)
