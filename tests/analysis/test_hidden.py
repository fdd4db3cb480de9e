"""What is not shown, and who decides: levels, paths, comments, the baseline."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from analysis_help import EVERYTHING, Files
from hypothesis import given, strategies as st

from dbp.analysis.baseline import Baseline, BaselineError, count, fingerprint, read
from dbp.analysis.coverage import Coverage, percent
from dbp.analysis.findings import RULES, failed
from dbp.analysis.levels import Levels, make_levels
from dbp.analysis.rules.catalogue import BY_CODE
from dbp.model import Finding, Range, Severity
from dbp.sources.patterns import path_matcher

BROKEN = "# A page\n\nSee [one](gone.md)\nand [two](lost.md).\n"
PLACE = Range(1, 0, 1, 0)

# ── levels ─────────────────────────────────────────────────────────────────────────────────────


def test_a_code_has_the_level_the_settings_say() -> None:
    assert {f.severity for f in Files({"a.md": BROKEN}).found("a.md", Levels())} == {
        Severity.WARNING
    }
    levels = make_levels({"reference-unresolved": "error", "no-such-code": "error"})
    assert {f.severity for f in Files({"a.md": BROKEN}).found("a.md", levels)} == {Severity.ERROR}
    levels = make_levels({"reference-unresolved": "off"})
    assert Files({"a.md": BROKEN}).found("a.md", levels) == ()


def test_a_level_above_its_own_limit_is_lowered() -> None:
    levels = make_levels({"dependency-cycle": "error"})
    around = {"a.py": '"""A."""\nimport b\n', "b.py": '"""B."""\nimport a\n'}
    assert [f.severity for f in Files(around).found("a.py", levels)] == [Severity.INFORMATION]
    quiet = make_levels({"dependency-cycle": "hint"})
    assert [f.severity for f in Files(around).found("a.py", quiet)] == [Severity.HINT]


@pytest.mark.parametrize(
    ("per_path", "path", "level"),
    [
        (["doc/** * off"], "doc/a.md", None),
        (["doc * off"], "doc/deep/a.md", None),
        (["doc/** * off"], "a.md", Severity.WARNING),
        (["*.md reference-unresolved hint"], "doc/a.md", Severity.HINT),
        (["doc * off", "doc/a.md reference-unresolved error"], "doc/a.md", Severity.ERROR),
        (["doc reference-unresolved error", "*.md * off"], "doc/a.md", None),
        (["my docs/** reference-unresolved error"], "my docs/a.md", Severity.ERROR),
        (["[z-a] * off", "!doc * off", "doc nonsense"], "doc/a.md", Severity.WARNING),
    ],
)
def test_a_path_has_its_own_levels(per_path: list[str], path: str, level: Severity | None) -> None:
    levels = make_levels({}, per_path, path_matcher)
    assert levels.at(path)["reference-unresolved"] == level
    assert {f.severity for f in Files({path: BROKEN}).found(path, levels)} == {level} - {None}


def test_a_file_that_failed_is_found_at_its_level() -> None:
    [finding] = failed("a.py", "EACCES: Permission denied", Levels())
    assert finding.code == "extraction-failed"
    assert "Permission denied" in finding.message
    assert failed("a.py", "no", make_levels({"extraction-failed": "off"})) == []


# ── comments ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("<!-- dbp: ignore[reference-unresolved] -->", ["lost.md"]),
        ("<!-- dbp: ignore -->", ["lost.md"]),
        ("<!-- dbp: ignore[header-missing, reference-unresolved] -->", ["lost.md"]),
        ("<!-- dbp: ignore-file[reference-unresolved] -->", []),
        ("<!-- dbp: ignore-file -->", []),
        ("<!-- dbp: ignore[header-missing] -->", ["gone.md", "lost.md"]),
    ],
)
def test_a_comment_speaks_of_its_line_and_the_next(comment: str, left: list[str]) -> None:
    files = Files({"a.md": BROKEN.replace("See", f"{comment}\nSee")})
    judged = files.judged("a.md", make_levels({"ignore-unused": "off"}))
    assert [one.data["target"] for one in judged.findings] == left
    assert len(judged.suppressed) == 2 - len(left)


@pytest.mark.parametrize(
    ("comment", "unused"),
    [
        ("dbp: ignore[reference-unresolved]", []),
        ("dbp: ignore[reference-unresolved, header-missing]", ["header-missing"]),
        ("dbp: ignore[no-such-code]", ["no-such-code"]),
        ("dbp: ignore-file[history-order]", ["history-order"]),
        ("dbp: ignore[doc-stale]", []),
        ("dbp: ignore[dependency-cycle]", []),
        ("dbp: ignore[symbol-undocumented]", []),
        ("dbp: ignore[no-such-code, ignore-unused]", []),
    ],
)
def test_a_comment_that_ignores_nothing_is_found(comment: str, unused: list[str]) -> None:
    """Nobody knows it of a rule that is off, or of one that depends on more than the files."""
    text = BROKEN.replace("See", f"<!-- {comment} -->\nSee")
    found = Files({"a.md": text}).found("a.md", Levels())
    assert [one.data["ignored"] for one in found if one.code == "ignore-unused"] == unused


def test_ignoring_everything_where_nothing_is_found_is_said_where_it_is_sure() -> None:
    files = Files({"a.md": "# A\n\n<!-- dbp: ignore -->\nSays.\n"})
    assert files.codes("a.md", Levels()) == []
    sure = make_levels(dict.fromkeys((r.code for r in RULES if r.passing), "off"))
    assert files.codes("a.md", sure) == ["ignore-unused"]


# ── the baseline ───────────────────────────────────────────────────────────────────────────────


def finding(about: str, line: int = 1, path: str = "a.py", code: str = "doc-stale") -> Finding:
    return Finding(path, code, "Said.", Severity.WARNING, Range(line, 0, line, 0), about=about)


def test_a_fingerprint_is_of_what_it_is_about_and_not_of_where_it_stands() -> None:
    before = Files({"a.md": BROKEN}).found("a.md")
    moved = Files({"a.md": BROKEN.replace("See", "More words.\n\nSee")}).found("a.md")
    assert [one.range for one in before] != [one.range for one in moved]
    assert list(map(fingerprint, before)) == list(map(fingerprint, moved))
    assert len(set(map(fingerprint, before))) == len(before) == 2


def test_of_three_alike_only_the_known_number_is_hidden() -> None:
    alike = [finding("x", line) for line in (1, 2, 3)]
    baseline = Baseline({"a.py": count(alike[:2])})
    new, known, gone = baseline.split("a.py", alike)
    assert ([one.range.start_line for one in new], len(known), gone) == ([3], 2, 0)
    assert baseline.split("b.py", [replace(alike[0], path="b.py")])[1] == []
    assert baseline.split("a.py", alike[:1])[2] == 1


keys = st.tuples(
    st.sampled_from(sorted(BY_CODE)), st.text("0123456789abcdef", min_size=16, max_size=16)
)
baselines = st.dictionaries(
    st.text(min_size=1, max_size=20),
    st.dictionaries(keys, st.integers(1, 9), max_size=4),
    max_size=4,
).map(Baseline)


@given(baselines)
def test_a_baseline_is_read_as_it_was_written(baseline: Baseline) -> None:
    again = read(baseline.text())
    assert again.text() == baseline.text()
    assert len(again) == len(baseline)


@given(baselines, baselines)
def test_a_baseline_never_grows_by_what_is_seen(known: Baseline, seen: Baseline) -> None:
    now = {
        path: {
            (item["code"], item["fingerprint"]): item.get("count", 1)
            for item in json.loads(seen.text())["findings"]
            if item["path"] == path
        }
        for path in seen.paths
    }
    smaller = known.without_mended(now)
    assert len(smaller) <= len(known)
    assert set(smaller.paths) <= set(known.paths)
    assert smaller.without_mended(now).text() == smaller.text()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "[]",
            "{}",
            "null",
            '{"version": 2, "findings": []}',
            '{"version": 1}',
            "[" * 100_000,
        ),
        '{"version": 1, "findings": [{"path": "a"}]}',
        '{"version": 1, "findings": [{"path": "", "code": "", "fingerprint": "", "count": "x"}]}',
    ],
)
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(BaselineError):
        read(text)


# ── coverage ───────────────────────────────────────────────────────────────────────────────────


def test_coverage_counts_what_should_speak_and_lists_the_rest() -> None:
    files = {
        "a.py": '"""Runs."""\ndef run():\n    """Run."""\ndef walk():\n    0\ndef _x():\n    0\n',
        "b.py": "def run():\n    pass\n\ndef walk():\n    pass\n",
        "c/__init__.py": "from a import b\nfrom a import c\n",
        "d.json": "{}\n\n",
        "e.py": "",
        "f.toml": "# Settings of it all\n\na = 1\n",
    }
    coverage = Coverage()
    for path in files:
        coverage.add(path, Files(files).subject(path).extraction)
    coverage.leave_out("binary")
    assert (coverage.with_intent, coverage.files) == (2, 3)
    assert (coverage.documented, coverage.symbols) == (1, 4)
    assert dict(coverage.reasons()) == {
        "empty": 1,
        "too brief to introduce itself": 1,
        "no language that introduces itself: json": 1,
        "binary": 1,
    }
    assert "66.6 % (2 of 3) files" in coverage.lines()[0]


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 0, None), (1, 3, 33.3), (999, 1000, 99.9)]
)
def test_a_share_is_never_rounded_up(part: int, whole: int, share: float | None) -> None:
    assert percent(part, whole) == share


def test_the_levels_of_the_tests_know_every_code() -> None:
    assert set(EVERYTHING.at("a.py")) == set(BY_CODE)
    assert None not in EVERYTHING.at("a.py").values()
