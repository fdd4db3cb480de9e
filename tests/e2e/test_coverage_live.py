"""Coverage of folders, and the index cleared, from an editor; whoever leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from jobbing import told_end
from nova import Nova
from nova_talk import counts, module, settle
from rawclient import RpcError

from dbp.answers import coverage

pytestmark = pytest.mark.slow

MUTE = "def feed():\n    pass\n\n\ndef groom():\n    pass\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src" / "deep").mkdir(parents=True)
    (folder / "src" / "a.py").write_text(source("Feeds the unicorn.", "NOTES.md"))
    (folder / "src" / "deep" / "b.py").write_text(MUTE)
    (folder / "NOTES.md").write_text("# Notes\n\nSee [there](gone.md), it says more.\n")
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(root, tmp_path / "state", notifications=True) as found:
        found.settle()
        yield found


def level(editor: Editor, **params: Any) -> dict[str, Any]:
    return dict(editor.client.request("dbp/coverage", params))


def test_one_level_at_a_time(editor: Editor, root: Path) -> None:
    whole = level(editor)
    assert (whole["path"], whole["truncated"]) == ("", False)
    assert (whole["files"], whole["withIntent"], whole["percent"]) == (3, 2, 66.6)
    assert [(child["path"], child["kind"]) for child in whole["children"]] == [
        ("src", "folder"),
        ("NOTES.md", "file"),
    ]
    folder, notes = whole["children"]
    assert folder | {"uri": ""} == {
        "path": "src",
        "uri": "",
        "kind": "folder",
        "intent": None,
        "files": 2,
        "withIntent": 1,
        "percent": 50.0,
        "symbols": 3,
        "documented": 1,
        "stale": 0,
        "broken": 0,
        "failed": 0,
    }
    assert folder["uri"] == editor.uri("src")
    assert (notes["broken"], notes["stale"]) == (1, 0)
    inner = level(editor, uri=editor.uri("src"))
    assert inner["percent"] == 50.0
    assert [(each["path"], each["intent"]) for each in inner["children"]] == [
        ("src/deep", None),
        ("src/a.py", "Feeds the unicorn."),
    ]
    assert level(editor, path="src/deep")["children"][0]["path"] == "src/deep/b.py"
    file = level(editor, uri=editor.uri("src/a.py"))
    assert (file["children"], file["documented"]) == ([], 1)
    (root / "gone.md").write_text("# Here\n\nAgain it is.\n")
    (root / "src" / "deep" / "b.py").write_text(source("Grooms it.", "NOTES.md"))
    editor.settle()
    after = level(editor)
    assert (after["broken"], after["withIntent"]) == (0, after["files"])


def test_what_is_refused(editor: Editor) -> None:
    for params, code in (
        ({"path": "nowhere"}, "not_found"),
        ({"path": 5}, "bad_params"),
        ({"path": "../x"}, "outside_workspace"),
        ({"uri": "file:///"}, "outside_workspace"),
    ):
        with pytest.raises(RpcError) as caught:
            level(editor, **params)
        assert caught.value.data["code"] == code, params


def test_who_follows_answers_too_and_has_the_leader_clear(
    editor: Editor, root: Path, tmp_path: Path
) -> None:
    with Editor.start(root, tmp_path / "state") as follower:
        follower.settle()
        assert follower.status()["role"] == "follower"
        assert level(follower) == level(editor)
        (root / "src" / "deep" / "b.py").write_text(source("Grooms it.", "NOTES.md"))
        follower.settle()
        assert level(follower)["withIntent"] == 3
        answer = follower.client.request("dbp/clearIndex", {})
        assert answer["removed"] == 3
        assert told_end(editor.client, answer["jobId"])["status"] == "completed"
        editor.settle()
        assert level(follower) == level(editor)
        assert level(editor)["files"] == 3
        assert editor.stats()["extracted"] >= 6, "everything was read again"


def test_clearing_the_index_keeps_consent_and_what_was_paid_for(nova: Nova) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor(notifications=True) as editor:
        settle(editor)
        assert (nova.calls, counts(editor)["done"]) == (1, 1)
        answer = editor.client.request("dbp/clearIndex", {})
        assert told_end(editor.client, answer["jobId"])["result"]["removed"] == 1
        settle(editor)
        assert (nova.calls, counts(editor)["done"]) == (1, 1)
        assert editor.status()["extraction"]["egress"] is True


def test_a_large_folder_is_cut_and_says_so(tmp_path: Path) -> None:
    root = tmp_path / "many"
    root.mkdir()
    for number in range(coverage.MAX_CHILDREN + 5):
        (root / f"f{number:05}.txt").write_text("")
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        found = level(editor)
        assert (len(found["children"]), found["truncated"]) == (coverage.MAX_CHILDREN, True)
