"""Plans and skills at the real server: what hover, lenses and requests say of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from rawclient import RpcError

pytestmark = pytest.mark.slow  # each starts a server

PLAN = "# Plan\n\nWhat is to be done.\n\n## First\n\n{}\n## Second\n\n{}\n## Notes\n\nNone.\n"
PACKAGE = '{\n  "name": "web",\n  "dependencies": {"react": "^18"}\n}\n'
PYPROJECT = '[project]\nname = "api"\ndependencies = [\n  "fastapi>=0.1",\n]\n'


def boxes(done: int, total: int) -> str:
    return "".join(f"- [{'x' if n < done else ' '}] task {n}\n" for n in range(total))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "PLAN.md": PLAN.format(boxes(8, 10), boxes(5, 10)),
        "doc/plan.md": boxes(1, 3) + "- [~] in work\n- [-] never\n",
        "doc/deep/ROADMAP.md": "# Roadmap\n\n- ✅ one\n- 🚧 two\n",
        "doc/explanation.md": "# Why\n\nWords.\n",
        "README.md": "# Web\n\n" + boxes(1, 2),
        "web/package.json": PACKAGE,
        "pyproject.toml": PYPROJECT,
        "api/main.py": '"""Serve."""\n',
    }
    root = tmp_path / "project"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def editor(project: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(project, tmp_path / "state", settings={"lens": {"enabled": True}}) as started:
        started.settle()
        yield started


def hover(editor: Editor, path: str) -> str:
    position = {"line": 0, "character": 2}
    params = {"textDocument": {"uri": editor.uri(path)}, "position": position}
    return str(editor.client.request("textDocument/hover", params)["contents"]["value"])


def lenses(editor: Editor, path: str) -> list[tuple[int, str]]:
    params = {"textDocument": {"uri": editor.uri(path)}}
    found = editor.client.request("textDocument/codeLens", params)
    return [
        (one["range"]["start"]["line"], one["command"]["title"])
        for one in found
        if "command" in one
    ]


def test_hover_and_lenses_follow_the_boxes_as_they_are_ticked(editor: Editor) -> None:
    """Row J19, U16: 13 of 20 is 65 %, unsaved text included."""
    editor.open("PLAN.md", language="markdown")
    assert "**Plan** 13 of 20 done (65 %)" in hover(editor, "PLAN.md")
    assert lenses(editor, "PLAN.md") == [
        (0, "Plan: 13 of 20 done (65 %)"),
        (4, "8 of 10 done (80 %)"),
        (17, "5 of 10 done (50 %)"),
    ]
    editor.change("PLAN.md", PLAN.format(boxes(10, 10), boxes(5, 10)))
    assert "**Plan** 15 of 20 done (75 %)" in hover(editor, "PLAN.md")
    assert lenses(editor, "PLAN.md")[1] == (4, "10 of 10 done (100 %)")
    editor.change("PLAN.md", "# Plan\n\nNothing yet.\n")
    assert "Plan**" not in hover(editor, "PLAN.md")
    assert lenses(editor, "PLAN.md") == []


def test_plans_are_added_up_per_file_and_folder(editor: Editor) -> None:
    """Row J19."""

    def counted(tasks: int, done: int, doing: int, percent: float) -> dict[str, Any]:
        return {"tasks": tasks, "done": done, "doing": doing, "percent": percent}

    answer = editor.client.request("dbp/plan", {})
    assert answer == {
        "path": "",
        **counted(26, 15, 2, 57.7),
        "files": [
            {"path": path, "uri": editor.uri(path), **counts}
            for path, counts in (
                ("PLAN.md", counted(20, 13, 0, 65.0)),
                ("doc/deep/ROADMAP.md", counted(2, 1, 1, 50.0)),
                ("doc/plan.md", counted(4, 1, 1, 25.0)),
            )
        ],
        "folders": [
            {"path": "doc", **counted(6, 2, 2, 33.3)},
            {"path": "doc/deep", **counted(2, 1, 1, 50.0)},
        ],
    }
    below = editor.client.request("dbp/plan", {"uri": editor.uri("doc/deep")})
    assert (below["path"], below["tasks"], below["percent"]) == ("doc/deep", 2, 50.0)


def test_one_file_answers_with_its_tasks_plan_or_not(editor: Editor) -> None:
    answer = editor.client.request("dbp/plan", {"uri": editor.uri("doc/plan.md")})
    assert (answer["tasks"], answer["done"], answer["doing"]) == (4, 1, 1)
    assert answer["items"][0] == {"text": "task 0", "line": 0, "level": 0, "state": "done"}
    assert [item["state"] for item in answer["items"]][-2:] == ["doing", "dropped"]
    readme = editor.client.request("dbp/plan", {"uri": editor.uri("README.md")})
    assert (readme["tasks"], readme["percent"]) == (2, 50.0)
    none = editor.client.request("dbp/plan", {"uri": editor.uri("api/main.py")})
    assert (none["tasks"], none["percent"], none["note"]) == (0, 0.0, "the plans hold no task")
    with pytest.raises(RpcError) as caught:
        editor.client.request("dbp/plan", {"uri": editor.uri("gone.md")})
    assert caught.value.data["code"] == "not_found"


def test_a_saved_tick_counts_and_a_workspace_without_plans_says_so(
    editor: Editor, project: Path
) -> None:
    """Row J24: no plan file, no division by zero."""
    editor.save("PLAN.md", PLAN.format(boxes(10, 10), boxes(10, 10)))
    editor.settle()
    assert editor.client.request("dbp/plan", {})["files"][0]["percent"] == 100.0
    for path in ("PLAN.md", "doc/plan.md", "doc/deep/ROADMAP.md"):
        (project / path).unlink()
    editor.settle()
    answer = editor.client.request("dbp/plan", {})
    assert (answer["tasks"], answer["percent"], answer["files"]) == (0, 0.0, [])
    assert "no task" in answer["note"]  # doc/explanation.md is called like a plan
    (project / "doc/explanation.md").unlink()
    editor.settle()
    assert "plan.globs" in editor.client.request("dbp/plan", {})["note"]


def test_skills_are_told_with_their_evidence(editor: Editor) -> None:
    """Row J20: react in package.json and fastapi in pyproject.toml."""
    answer = editor.client.request("dbp/skills", {})
    assert answer["languages"] == [{"name": "python", "files": 1, "percent": 100.0}]
    assert answer["frameworks"] == [
        {
            "name": "FastAPI",
            "kind": "framework",
            "evidence": [{"path": "pyproject.toml", "line": 3, "text": '"fastapi>=0.1",'}],
        },
        {
            "name": "React",
            "kind": "framework",
            "evidence": [
                {"path": "web/package.json", "line": 2, "text": '"dependencies": {"react": "^18"}'}
            ],
        },
    ]
    assert [tool["name"] for tool in answer["tools"]] == ["npm", "PyPI"]
    assert answer["skillsCount"] == 5
