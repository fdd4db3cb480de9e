"""The jobs that count plans and find skills, on a real workspace and a recorded context."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dbp.answers.plans import SKILLS_NOTE, project_processing, skills_extraction
from dbp.app import load_settings, make_workspace, open_root
from dbp.cli.session import Events, finish
from dbp.ports.jobs import JobCancelledError
from dbp.workspace import Workspace


class Context:
    """Notes how far a job says it is, and cancels it when it is told to."""

    job: Any = None

    def __init__(self, cancel_after: int = 1_000_000) -> None:
        self.said: list[tuple[int, int, str]] = []
        self._left = cancel_after

    def check(self) -> None:
        """Count down."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelledError("enough")

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Note it."""
        self.check()
        self.said.append((done, total, step))

    def on_cancel(self, stop: Any) -> None:
        """Nothing blocks."""


@contextmanager
def opened(root: Path) -> Iterator[Workspace]:
    folder = open_root(root)
    workspace = make_workspace(folder, load_settings(folder), Events(), watch=False)
    try:
        workspace.open()
        finish(workspace)
        yield workspace
    finally:
        workspace.close()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"DBP_{name}_DIR", str(tmp_path / name))
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_plans_are_counted_as_a_job(root: Path) -> None:
    """Row J19."""
    (root / "PLAN.md").write_text("- [x] a\n" * 13 + "- [ ] b\n" * 7)
    (root / "plan-b.md").write_text("words\n")
    with opened(root) as workspace:
        context = Context()
        assert project_processing(workspace.desk())(context) == {
            "tasksCount": 20,
            "doneCount": 13,
            "progressPercentage": 65.0,
            "files": 1,
        }
        assert context.said == [(0, 2, "PLAN.md"), (1, 2, "plan-b.md"), (2, 2, "")]


def test_a_workspace_without_a_plan_completes_with_a_note(root: Path) -> None:
    """Row J24."""
    (root / "README.md").write_text("- [x] a\n")
    with opened(root) as workspace:
        result = project_processing(workspace.desk())(Context())
    assert result == {
        "tasksCount": 0,
        "doneCount": 0,
        "progressPercentage": 0.0,
        "files": 0,
        "note": "no file is a plan (the setting plan.globs says which are)",
    }


def test_skills_are_found_as_a_job_and_kept(root: Path) -> None:
    """Row J20."""
    (root / "package.json").write_text('{"dependencies": {"react": "1"}}')
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["fastapi"]\n')
    with opened(root) as workspace:
        desk, context = workspace.desk(), Context()
        found = skills_extraction(desk)(context)
        assert [one["name"] for one in found["frameworks"]] == ["FastAPI", "React"]
        assert found["skillsCount"] == 4
        assert context.said == [(0, 2, "manifests"), (1, 2, "manifests")]
        assert desk.store is not None
        assert json.loads(desk.store.note(SKILLS_NOTE) or "") == found


def test_both_stop_when_they_are_cancelled(root: Path) -> None:
    for name in ("PLAN-a.md", "PLAN-b.md", "package.json", "Makefile"):
        (root / name).write_text("- [ ] a\n")
    with opened(root) as workspace:
        desk = workspace.desk()
        for make in (project_processing, skills_extraction):
            with pytest.raises(JobCancelledError):
                make(desk)(Context(cancel_after=2))
        assert desk.store is not None
        assert desk.store.note(SKILLS_NOTE) is None
