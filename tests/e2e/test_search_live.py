"""Searching from an editor: the record is searched, never what is only typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from rawclient import RpcError

pytestmark = pytest.mark.slow


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "tasks.py").write_text(source("Feeds the unicorn."))
    (folder / "NOTES.md").write_text("# Stable\n\nWhere a unicorn lives.\n")
    return folder


@pytest.fixture
def state(root: Path, tmp_path: Path) -> Path:
    """Lend a state directory whose index is in step with the folder."""
    state = tmp_path / "state"
    env = {**os.environ, "DBP_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": ""}
    env |= {"DBP_CONFIG_DIR": str(state / "config"), "DBP_CACHE_DIR": str(state / "cache")}
    argv = [sys.executable, "-m", "dbp", "search", "-C", str(root), "unicorn"]
    subprocess.run(argv, env=env, check=True, capture_output=True)
    return state


def search(editor: Editor, query: str, **more: Any) -> list[tuple[str, str]]:
    """Ask; gives path and kind of each result."""
    answer = editor.client.request("dbp/search", {"query": query, **more})
    assert answer["method"] == "fts"
    return [(result["path"], result["kind"]) for result in answer["results"]]


def test_an_editor_searches_the_record_and_not_what_is_typed(root: Path, state: Path) -> None:
    with Editor.start(root, state) as editor:
        editor.settle()
        both = {("src/tasks.py", "file"), ("NOTES.md", "document")}
        assert set(search(editor, "unicorn")) == both
        editor.open("src/tasks.py")
        editor.change("src/tasks.py", source("Feeds the dragon."))
        assert search(editor, "dragon") == []
        assert set(search(editor, "unicorn")) == both
        (root / "src" / "tasks.py").unlink()
        editor.settle()
        assert search(editor, "unicorn") == [("NOTES.md", "document")], "at once, by the record"


def test_filters_and_refusals(root: Path, state: Path) -> None:
    with Editor.start(root, state) as editor:
        editor.settle()
        assert search(editor, "unicorn", kind="document") == [("NOTES.md", "document")]
        assert search(editor, "unicorn", folder=editor.uri("src")) == [("src/tasks.py", "file")]
        assert search(editor, "unicorn", folder="src/") == [("src/tasks.py", "file")]
        assert search(editor, "unicorn", language="python") == [("src/tasks.py", "file")]
        assert search(editor, "") == []
        assert len(search(editor, "unicorn", limit=1)) == 1
        for wrong in (
            {"query": 5},
            {"query": "a", "limit": 0},
            {"query": "a", "limit": 201},
            {"query": "a", "limit": True},
            {"query": "a", "kind": "thing"},
            {"query": "a", "language": 1},
            {"query": "a", "folder": []},
        ):
            with pytest.raises(RpcError) as caught:
                editor.client.request("dbp/search", wrong)
            assert caught.value.data["code"] == "bad_params", wrong
        for outside in ("../elsewhere", "/", "file:///tmp"):
            with pytest.raises(RpcError) as caught:
                editor.client.request("dbp/search", {"query": "a", "folder": outside})
            assert caught.value.data["code"] == "outside_workspace"


def test_who_follows_searches_as_well(root: Path, state: Path) -> None:
    with Editor.start(root, state) as leader, Editor.start(root, state) as follower:
        leader.settle()
        follower.settle()
        assert follower.status()["role"] == "follower"
        assert search(follower, "unicorn") == search(leader, "unicorn") != []


def test_what_was_just_saved_is_found_without_waiting(root: Path, tmp_path: Path) -> None:
    """The index follows some seconds later by itself; a search does not wait for that."""
    with Editor.start(root, tmp_path / "fresh") as editor:
        editor.settle()
        assert len(search(editor, "unicorn")) == 2
        editor.write("src/tasks.py", source("Feeds the dragon."))
        editor.settle()
        assert search(editor, "dragon") == [("src/tasks.py", "file")]
        assert search(editor, "unicorn") == [("NOTES.md", "document")]


def test_a_search_leaves_alone_what_the_sync_service_may_not_take(
    root: Path, tmp_path: Path
) -> None:
    off = {"incremental_sync": {"enabled": False}}
    with Editor.start(root, tmp_path / "fresh", settings=off) as editor:
        editor.settle()
        answer = editor.client.request("dbp/search", {"query": "unicorn"})
        assert (answer["results"], answer["pending"]) == ([], 2)


def test_a_search_takes_in_nothing_while_the_sync_service_is_switched_off(
    root: Path, tmp_path: Path
) -> None:
    with Editor.start(root, tmp_path / "held") as editor:
        editor.settle()
        assert len(search(editor, "unicorn")) == 2
        off = {"service": "sync", "enabled": False}
        editor.client.request("dbp/services/configure", off)
        editor.write("src/tasks.py", source("Feeds the dragon."))
        editor.settle()
        assert search(editor, "dragon") == []
