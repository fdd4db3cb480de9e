"""One session, done in every editor we have: the same steps bring the same answers.

`same/steps.json` says what is done; `same/project.py` does it as a client of nothing but the
protocol, and each editor with its own means.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from emacs_session import FOUND as EMACS, lacks
from neovim_session import Neovim, configuration
from vscode_session import harness, lacking

HERE = Path(__file__).parent / "same"
sys.path.insert(0, str(HERE))
import project  # noqa: E402 - beside the drivers, where it is read first

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="the editors of the tests are for Linux"),
]
QUICK = "vim.lsp.config('dbp', { settings = { dbp = { scheduler = { delay_seconds = 1 } } } })\n"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("expected")
    project.make(folder / "project")
    return project.expected(folder / "project", folder / "state")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project.make(tmp_path / "project")
    return tmp_path / "project"


def compare(answers: Path, expected: list[Any]) -> None:
    """Compare step by step, so that a failure names the step."""
    found = json.loads(answers.read_text(encoding="utf-8"))
    for step, answer, wanted in zip(project.STEPS, found, expected, strict=True):
        assert answer == wanted, step


def test_the_answers_are_worth_comparing(expected: list[Any]) -> None:
    """A session in which nothing is ever found would be the same everywhere, too."""
    by_kind: dict[str, list[Any]] = {}
    for step, answer in zip(project.STEPS, expected, strict=True):
        by_kind.setdefault(step["do"], []).append(answer)
    assert all("dbp" in hover for hover in by_kind["hover"])
    assert [len(found) for found in by_kind["findings"]] == [0, 0, 1, 0, 1, 0, 0]
    assert by_kind["search"][0] == by_kind["search"][1] == [["src/pump.py", "open_valve", 23]]
    assert by_kind["status"] == [["idle", 5], ["idle", 5]]
    assert "How%20it%20is%20made.md" in by_kind["read"][-1]


def test_in_neovim(tmp_path: Path, root: Path, expected: list[Any]) -> None:
    answers = tmp_path / "answers.json"
    neovim = Neovim(tmp_path / "user", configuration(QUICK))
    done = neovim.source(
        HERE / "neovim.lua",
        root,
        DBP_SAME_STEPS=str(HERE / "steps.json"),
        DBP_SAME_ROOT=str(root),
        DBP_SAME_ANSWERS=str(answers),
    )
    assert answers.exists(), done.stdout + done.stderr
    compare(answers, expected)


@pytest.mark.skipif(
    lacks("eglot") or lacks("markdown-mode"), reason="no Emacs with Eglot here: make test-editors"
)
def test_in_emacs(tmp_path: Path, root: Path, expected: list[Any]) -> None:
    answers = tmp_path / "answers.json"
    own = {f"DBP_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")}
    done = subprocess.run(
        [str(EMACS), "-Q", "--batch", "-l", str(HERE / "emacs.el")],
        cwd=root,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            **own,
            "DBP_SAME_STEPS": str(HERE / "steps.json"),
            "DBP_SAME_ROOT": str(root),
            "DBP_SAME_ANSWERS": str(answers),
            "DBP_SAME_COMMAND": json.dumps([sys.executable, "-m", "dbp"]),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert answers.exists(), done.stdout + done.stderr
    compare(answers, expected)


@pytest.mark.skipif(bool(lacking()), reason="no VS Code here: make test-editors")
def test_in_vscode(tmp_path: Path, root: Path, expected: list[Any]) -> None:
    answers, order = tmp_path / "answers.json", tmp_path / "order.json"
    order.write_text(json.dumps({"steps": project.STEPS, "answers": str(answers)}))
    given = ("--folder", str(root), "--settings", '{"dbp.scheduler.delay_seconds": 1}')
    window = ("--window", "answers", "--suite", "same")
    _, said = harness("host", *window, *given, HOST_SAME=str(order))
    assert answers.exists(), said
    compare(answers, expected)
