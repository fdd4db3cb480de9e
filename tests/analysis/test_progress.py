"""How far plans are: counting, percentages, folders, and which files are plans."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from dbp.analysis.plan import (
    NO_PLAN,
    NO_TASKS,
    Counted,
    Progress,
    chooser,
    in_words,
    percent,
    progress_of,
    roll_up,
)
from dbp.model import Task
from dbp.settings import Settings
from dbp.sources.patterns import path_matcher


def some(done: int, total: int, doing: int = 0, dropped: int = 0) -> list[Task]:
    opened = total - done - doing
    states = ["done"] * done + ["doing"] * doing + ["open"] * opened + ["dropped"] * dropped
    return [Task("a", line, 0, state) for line, state in enumerate(states)]


@pytest.mark.parametrize(
    ("done", "total", "expected"),
    [
        (13, 20, 65.0),
        (0, 0, 0.0),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (2, 3, 66.7),
        (1, 3, 33.3),
        (1, 8, 12.5),
        (1, 16, 6.3),
        (9999, 10_000, 99.9),
        (1, 10_000, 0.1),
    ],
)
def test_percentages_have_one_decimal_and_no_division_by_zero(
    done: int, total: int, expected: float
) -> None:
    """Rows J19, J24: 13 of 20 is 65.0; nothing of nothing is 0.0."""
    assert percent(done, total) == expected


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_only_all_is_a_hundred_and_only_none_is_zero(done: int, total: int) -> None:
    done = min(done, total)
    share = percent(done, total)
    assert (share == 100.0) == (done == total)
    assert (share == 0.0) == (done == 0)
    assert abs(share - 100 * done / total) <= 0.1


def test_what_was_dropped_does_not_count() -> None:
    assert progress_of(some(13, 20, doing=2, dropped=5)) == Progress(13, 2, 20)
    assert in_words(Progress(13, 2, 20)) == "13 of 20 done (65 %)"
    assert in_words(Progress(2, 0, 3)) == "2 of 3 done (66.7 %)"


def test_folders_count_all_below_them() -> None:
    found = roll_up(
        [
            ("doc/b/PLAN.md", some(1, 4)),
            ("doc/PLAN.md", some(3, 4, doing=1)),
            ("PLAN.md", some(1, 2)),
            ("doc/explanation.md", []),
        ]
    )
    assert found.whole == Progress(5, 1, 10)
    assert [one.path for one in found.files] == ["PLAN.md", "doc/PLAN.md", "doc/b/PLAN.md"]
    assert found.folders == (
        Counted("doc", Progress(4, 1, 8)),
        Counted("doc/b", Progress(1, 0, 4)),
    )
    assert found.note == ""


def test_it_is_said_why_there_is_none() -> None:
    """Row J24."""
    assert roll_up([]) == (Progress(0, 0, 0), (), (), NO_PLAN)
    assert roll_up([("PLAN.md", [])]).note == NO_TASKS
    assert roll_up([("PLAN.md", some(0, 0, dropped=2))]).note == NO_TASKS


def test_the_default_patterns_name_plans() -> None:
    is_plan = chooser(Settings().plan.globs, path_matcher)
    for path in ("PLAN.md", "doc/plan-2.md", "a/b/ImplementationPlan.md", "TODO.md", "ROADMAP.md"):
        assert is_plan(path), path
    for path in ("doc/Progress.md", "PROGRESS_2024.md"):
        assert is_plan(path), path
    for path in ("README.md", "plan.txt", "a/plan/b.md"):
        assert not is_plan(path), path


def test_the_last_pattern_that_names_a_path_decides() -> None:
    is_plan = chooser(["*.md", "!/doc/", "/doc/PLAN.md"], path_matcher)
    assert [is_plan(p) for p in ("a.md", "doc/a.md", "doc/PLAN.md")] == [True, False, True]
    assert not chooser([], path_matcher)("PLAN.md")
