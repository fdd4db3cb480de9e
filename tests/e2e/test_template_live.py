"""A project's own header template through its life, at the real server: every header follows it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from acting_editor import Acting, client
from editor import Editor

from dbp.reading import MAX_TEMPLATE

pytestmark = pytest.mark.slow

KEY = "coding_assistant/GENAI_HEADER_TEMPLATE.txt"
OURS = "# [Purpose of the cell]\n# <why it is here>\n#\n# [Owners]\n# <team>\n"
THEIRS = "# [Purpose of the cell]\n# <why it is here>\n#\n# [Risks]\n# <what may go wrong>\n"
BROKEN = "nothing in brackets\n"
CELL = """\
# [Purpose of the cell]
# Weighs the parcels.
#
# [Owners]
# The scales.

X = 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "a.py").write_text(CELL, encoding="utf-8")
    (folder / "b.py").write_text(CELL, encoding="utf-8")
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    with Acting.start(root, tmp_path / "state", capabilities=client()) as found:
        yield found


def sections(editor: Editor, path: str) -> list[str]:
    """Settle, and name the sections of a header."""
    editor.settle()
    header = editor.metadata(path)["header"]
    return [one["title"] for one in header["sections"]] if header else []


def until(editor: Editor, holds: Callable[[], bool]) -> None:
    """Wait for what comes by itself."""
    deadline = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < deadline
        editor.client.pump(0.05)


def version(editor: Editor, path: str) -> str:
    return editor.metadata(path)["extractorVersion"]


def test_every_step_of_its_life_is_followed(editor: Acting) -> None:
    editor.settle()
    editor.show("b.py")
    without = sections(editor, "a.py")
    plain = version(editor, "a.py")
    assert "Owners" not in without
    editor.write(KEY, OURS)
    for path in ("a.py", "b.py"):
        assert sections(editor, path) == ["Purpose of the cell", "Owners"]
        assert version(editor, path) != plain
    ours = version(editor, "a.py")
    assert editor.codes("b.py") == []
    editor.write(KEY, THEIRS)
    assert editor.codes("b.py") == ["header-incomplete"]
    assert version(editor, "a.py") not in {plain, ours}
    for bad in (BROKEN, OURS + "x" * MAX_TEMPLATE, "", "\0" * 100):
        editor.write(KEY, bad)
        assert sections(editor, "a.py") == without, bad[:20]
        assert version(editor, "a.py") == plain
        editor.write(KEY, OURS)
        assert sections(editor, "a.py") == ["Purpose of the cell", "Owners"]
        assert version(editor, "a.py") == ours
    (editor.root / KEY).unlink()
    for path in ("a.py", "b.py"):
        assert sections(editor, path) == without
        assert version(editor, path) == plain


def test_a_follower_reads_by_the_template_that_is_there_now(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    capabilities = client()
    with (
        Acting.start(root, state, capabilities=capabilities) as leader,
        Acting.start(root, state, capabilities=capabilities) as follower,
    ):
        leader.settle()
        follower.settle()
        assert follower.status()["role"] == "follower"
        follower.show("b.py")
        unsaved = CELL.replace("X = 1", "X = 2")
        follower.type("b.py", unsaved)
        without = sections(follower, "b.py")
        leader.write(KEY, OURS)
        assert sections(follower, "a.py") == ["Purpose of the cell", "Owners"]
        until(follower, lambda: sections(follower, "b.py") == ["Purpose of the cell", "Owners"])
        leader.write(KEY, THEIRS)
        until(follower, lambda: follower.codes("b.py") == ["header-incomplete"])
        (leader.root / KEY).unlink()
        assert sections(follower, "a.py") == without
        until(follower, lambda: sections(follower, "b.py") == without)
        leader.client.shutdown()
        until(follower, lambda: follower.status()["role"] == "leader")
        follower.write(KEY, OURS)
        assert sections(follower, "a.py") == ["Purpose of the cell", "Owners"]


def test_what_changed_while_nobody_ran_holds_from_the_start(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Acting.start(root, state, capabilities=client()) as first:
        without = sections(first, "a.py")
    (root / KEY).parent.mkdir()
    (root / KEY).write_text(OURS, encoding="utf-8")
    with Acting.start(root, state, capabilities=client()) as second:
        assert sections(second, "a.py") == ["Purpose of the cell", "Owners"]
    (root / KEY).unlink()
    with Acting.start(root, state, capabilities=client()) as third:
        assert sections(third, "a.py") == without


def test_a_command_reads_by_the_template(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    (root / KEY).parent.mkdir()
    (root / KEY).write_text(THEIRS, encoding="utf-8")
    with Editor.start(root, state) as editor:
        editor.settle()
    environment = {"DBP_STATE_DIR": str(state), "DBP_CONFIG_DIR": str(state / "config")}

    def check() -> str:
        argv = [sys.executable, "-m", "dbp", "check", "-C", str(root), "--fail-on=never"]
        environ = {**os.environ, **environment}
        return subprocess.run(argv, env=environ, capture_output=True, text=True, check=True).stdout

    assert "Risks" in check()
    (root / KEY).write_text(OURS, encoding="utf-8")
    assert "Risks" not in check()


def test_one_that_git_ignores_is_read_again_with_every_scan(root: Path, tmp_path: Path) -> None:
    (root / ".gitignore").write_text("coding_assistant/\n", encoding="utf-8")
    with Acting.start(root, tmp_path / "state", capabilities=client()) as editor:
        editor.settle()
        editor.write(KEY, OURS)
        editor.client.request("dbp/scan", {})
        assert sections(editor, "a.py") == ["Purpose of the cell", "Owners"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_it_may_be_written_by_any_editor(root: Path, tmp_path: Path, encoding: str) -> None:
    (root / KEY).parent.mkdir()
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (root / KEY).write_bytes((mark + OURS.replace("\n", "\r\n")).encode(encoding))
    with Acting.start(root, tmp_path / "state", capabilities=client()) as editor:
        assert sections(editor, "a.py") == ["Purpose of the cell", "Owners"]


def test_another_file_may_be_named_while_it_runs(editor: Acting) -> None:
    editor.settle()
    editor.show("b.py")
    editor.write("T.txt", OURS)
    editor.write(".dbp.toml", '[headers]\ntemplate = "T.txt"\n')
    for path in ("a.py", "b.py"):
        until(editor, lambda path=path: sections(editor, path) == ["Purpose of the cell", "Owners"])
    editor.write("T.txt", THEIRS)
    assert editor.codes("b.py") == ["header-incomplete"]
