"""`dbp plan` and `dbp skills`: what they print, as text, on a terminal, and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dbp.cli import plan, skills

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    done = "".join(f"- [{'x' if n < 13 else ' '}] task {n}\n" for n in range(20))
    files = {
        "PLAN.md": "# Plan\n\n" + done,
        "doc/roadmap/plan.md": "- [x] a\n  - [~] b\x1b[31m\n- [-] c\n",
        "doc/notes.md": "- [ ] not a plan\n",
        "a.py": "x = 1\n",
        "package.json": '{"dependencies": {"react": "1"}}',
        "web/package.json": '{"dependencies": {"react": "1"}}',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DBP_STATE_DIR": str(tmp_path / "state"),
            "DBP_CONFIG_DIR": str(tmp_path / "state" / "config"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        command = [sys.executable, "-m", "dbp", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    return call


@pytest.mark.slow
def test_plan_adds_up_files_and_folders(run: Run, project: Path) -> None:
    """Row J19."""
    everything = run("plan")
    assert everything.returncode == 0
    assert everything.stdout == (
        "PLAN.md              65.0 %  13 of 20\n"
        "doc/                 50.0 %    1 of 2  1 in work\n"
        "doc/roadmap/         50.0 %    1 of 2  1 in work\n"
        "doc/roadmap/plan.md  50.0 %    1 of 2  1 in work\n"
        "all plans            63.6 %  14 of 22  1 in work\n"
    )
    one = run("plan", "doc/roadmap/plan.md")
    assert one.stdout == (
        "doc/roadmap/plan.md  50.0 %  1 of 2  1 in work\n"
        "    1  ☑ a\n    2    ◐ b\\x1b[31m\n    3  ✗ c\n"
    )
    for path in ("PLAN.md", "doc/roadmap/plan.md"):
        (project / path).unlink()
    none = run("plan", ".")
    assert none.returncode == 0
    assert none.stdout == "no file is a plan (the setting plan.globs says which are)\n"
    chosen = json.loads(run("plan", "--json", "--set", 'plan.globs=["notes.md"]').stdout)
    assert [file["path"] for file in chosen["files"]] == ["doc/notes.md"]
    assert (chosen["tasks"], chosen["done"], chosen["percent"]) == (1, 0, 0.0)


@pytest.mark.slow
def test_skills_are_listed_with_the_place_where_they_are_named(run: Run) -> None:
    """Row J20."""
    done = run("skills")
    assert done.returncode == 0
    assert done.stdout == (
        "languages\n"
        "  python  100.0 %  1\n"
        "frameworks\n"
        "  React  framework  package.json:1 +1\n"
        "tools\n"
        "  npm  ecosystem  package.json:1 +1\n"
        "3 in all\n"
    )


ONE = {"path": "PLAN.md", "tasks": 4, "done": 2, "doing": 1, "percent": 50.0}
PLANS = {
    "path": "",
    "tasks": 4,
    "done": 2,
    "doing": 1,
    "percent": 50.0,
    "files": [ONE, {**ONE, "path": "[red]x/plan.md", "tasks": 0, "done": 0, "doing": 0}],
    "folders": [{**ONE, "path": "[red]x"}],
    "items": [{"text": "[bold]b", "line": 0, "level": 1, "state": "dropped"}],
    "note": "a note",
}
SKILLS = {
    "languages": [{"name": "python", "files": 3, "percent": 99.9}],
    "frameworks": [
        {"name": "React", "kind": "framework", "evidence": [{"path": "[b]", "line": 0, "text": ""}]}
    ],
    "tools": [],
    "skillsCount": 2,
    "note": "more",
}


def test_a_terminal_gets_bars_and_takes_no_markup_from_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    plan._show(PLANS)
    shown = capsys.readouterr().out
    assert "PLAN.md" in shown
    assert "━" * 20 in shown
    assert "50.0 %" in shown
    assert "[red]x/plan.md" in shown
    assert "✗ [bold]b" in shown
    assert shown.endswith("a note\n")
    skills._show(SKILLS)
    told = "\n".join(line.rstrip() for line in capsys.readouterr().out.split("\n"))
    assert told.startswith("languages\n  python  ━━━━━━━━━━━━━━━━━━━━  99.9 %  3\n")
    assert "React  framework  [b]:1" in told
    assert "tools" not in told
    assert told.endswith("2 in all\nmore\n")


@pytest.mark.parametrize(
    ("done", "doing", "tasks"), [(0, 0, 0), (3, 3, 3), (19, 2, 21), (1, 1, 999)]
)
def test_a_bar_has_always_the_same_length(done: int, doing: int, tasks: int) -> None:
    assert len(plan._bar({"done": done, "doing": doing, "tasks": tasks})) == 20
