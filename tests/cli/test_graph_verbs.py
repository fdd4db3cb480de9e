"""`dbp cycles`, `dbp refs`, `dbp graph`, and the requests behind them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from rawclient import RpcError

Run = Callable[..., "subprocess.CompletedProcess[str]"]

FILES = {
    "app/__init__.py": "",
    "app/a.py": '"""A."""\n\nfrom app import b\n',
    "app/b.py": '"""B."""\n\nfrom . import c\n',
    "app/c.py": '"""C."""\n\n\ndef late():\n    from app import a\n',
    "doc/DESIGN.md": "# Design\n\nSee [the API](API.md#calls) and `app/c.py`.\n",
    "doc/API.md": "# API\n\nDepends on: [Design](DESIGN.md)\n\n## Calls\n\n![](logo.png)\n",
    "doc/logo.png": "",
}
CLOSING = '"""C."""\n\nimport app.a\n'


pytestmark = pytest.mark.slow  # each starts processes


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DBP_STATE_DIR": str(tmp_path / "state"),
            "DBP_CONFIG_DIR": str(tmp_path / "state" / "config"),
            "DBP_CACHE_DIR": str(tmp_path / "state" / "cache"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        command = [sys.executable, "-m", "dbp", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_cycles_are_listed_once_and_fail_the_command(run: Run, project: Path) -> None:
    """Rows CY3, C16."""
    none = run("cycles")
    assert (none.returncode, none.stdout) == (0, "no cycle was found\n")
    (project / "app" / "c.py").write_text(CLOSING)
    some = run("cycles")
    assert some.returncode == 1
    assert some.stdout == (
        "dependency: app/a.py → app/b.py → app/c.py → app/a.py\n"
        "    app/a.py:3: app/a.py → app/b.py (import)\n"
        "    app/b.py:3: app/b.py → app/c.py (import)\n"
        "    app/c.py:3: app/c.py → app/a.py (import)\n"
        "1 cycle\n"
    )
    cut = run("cycles", "--json", "--set", "cycle_detection.max_detection_depth=2")
    assert cut.returncode == 1
    assert json.loads(cut.stdout) == {
        "cycles": [],
        "depthLimited": True,
        "timedOut": False,
        "truncated": False,
        "tooLong": 1,
    }


def test_cycles_of_documents_are_asked_for(run: Run, project: Path) -> None:
    (project / "doc" / "API.md").write_text("# API\n\n[back](DESIGN.md)\n")
    found = json.loads(run("cycles", "--kind", "documentation", "--json").stdout)["cycles"]
    assert [cycle["paths"] for cycle in found] == [["doc/API.md", "doc/DESIGN.md"]]


def test_refs_of_a_file_go_both_ways(run: Run) -> None:
    assert run("refs", "doc/DESIGN.md").stdout == (
        "doc/DESIGN.md:3: doc/DESIGN.md → doc/API.md (link)\n"
        "doc/DESIGN.md:3: doc/DESIGN.md → app/c.py (mention)\n"
        "doc/API.md:3: doc/API.md → doc/DESIGN.md (depends on)\n"
    )
    inward = json.loads(
        run("refs", "app/c.py", "--direction", "in", "--depth", "2", "--json").stdout
    )
    assert [(edge["source"], edge["distance"]) for edge in inward["edges"]] == [
        ("app/b.py", 1),
        ("doc/DESIGN.md", 1),
        ("app/a.py", 2),
        ("doc/API.md", 2),
    ]
    assert run("refs", "gone.py").returncode == 2


def test_the_graph_is_printed_whole_or_around_some_paths(run: Run) -> None:
    whole = json.loads(run("graph", "--json").stdout)
    assert whole["nodes"] == [
        *("app/a.py", "app/b.py", "app/c.py", "doc/API.md", "doc/DESIGN.md", "doc/logo.png")
    ]
    assert len(whole["edges"]) == 7
    assert run("graph", "app/c.py", "--kind", "mention").stdout == (
        'flowchart LR\n  n0["app/c.py"]\n  n1["doc/DESIGN.md"]\n  n1 -.->|mention| n0\n'
    )


def test_an_editor_asks_for_references_cycles_and_impact(project: Path, tmp_path: Path) -> None:
    with Editor.start(project, tmp_path / "state") as editor:
        editor.settle()

        def ask(method: str, **params: Any) -> Any:
            return editor.client.request(method, params)

        out = ask("dbp/references", uri=editor.uri("app/a.py"), direction="out", depth=3)
        assert [(edge["target"], edge["kind"], edge["role"]) for edge in out["edges"]] == [
            ("app/b.py", "import", None),
            ("app/c.py", "import", None),
            ("app/a.py", "import", "deferred"),
        ]
        touched = ask("dbp/impact", uri=editor.uri("app/c.py"))["touched"]
        assert [(one["path"], one["distance"]) for one in touched] == [
            ("app/b.py", 1),
            ("doc/DESIGN.md", 1),
            ("app/a.py", 2),
        ]
        assert touched[2]["uri"] == editor.uri("app/a.py")
        assert [edge["line"] for edge in touched[2]["way"]] == [2, 2]
        assert ask("dbp/cycles")["cycles"] == []
        editor.save("app/c.py", CLOSING)
        editor.settle()
        [cycle] = ask("dbp/cycles", kind="dependency")["cycles"]
        assert cycle["paths"] == ["app/a.py", "app/b.py", "app/c.py"]
        for method, params in (
            ("dbp/cycles", {"kind": "x"}),
            ("dbp/references", {"uri": editor.uri("app/a.py"), "direction": "up"}),
            ("dbp/references", {"uri": editor.uri("app/a.py"), "depth": 0}),
            ("dbp/impact", {}),
        ):
            with pytest.raises(RpcError) as refused:
                ask(method, **params)
            assert refused.value.data["code"] == "bad_params"


def test_a_command_beside_an_editor_sees_the_same_graph(
    project: Path, tmp_path: Path, run: Run
) -> None:
    with Editor.start(project, tmp_path / "state") as editor:
        editor.settle()
        editor.save("app/c.py", CLOSING)
        answer = run("cycles", "--json")
        assert answer.returncode == 1
        assert json.loads(answer.stdout)["cycles"][0]["paths"] == [
            "app/a.py",
            "app/b.py",
            "app/c.py",
        ]


def test_a_module_line_of_go_is_read_from_its_file(run: Run, project: Path) -> None:
    (project / "go.mod").write_text("// m\nmodule example.com/me/app\n\ngo 1.22\n")
    for name, text in {
        "cmd/main.go": 'package main\n\nimport "example.com/me/app/store"\n',
        "store/store.go": "package store\n",
    }.items():
        (project / name).parent.mkdir()
        (project / name).write_text(text)
    inward = json.loads(run("refs", "store/store.go", "--direction", "in", "--json").stdout)
    assert [edge["source"] for edge in inward["edges"]] == ["cmd/main.go"]
