"""From a change to a hover, over stdio, with the real watcher and the real parsers."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor, source
from rawclient import RpcError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "doc").mkdir(parents=True)
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nHow it all fits together.\n")
    (folder / "a.py").write_text(source())
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Editor]:
    with Editor.start(root, tmp_path / "state") as session:
        session.settle()
        yield session


def test_a_header_is_hovered(editor: Editor) -> None:
    editor.open("a.py")
    shown = editor.hover("a.py", 0)
    assert shown is not None
    assert "Runs tasks one at a time." in shown
    assert "One thing only" in shown
    assert "doc/DESIGN.md" in shown
    assert "2025-04-24" in shown


def test_a_symbol_and_a_reference_are_hovered(editor: Editor) -> None:
    editor.open("a.py")
    symbol = editor.hover("a.py", 17, 5)
    assert symbol is not None
    assert "run(task, retries)" in symbol
    assert "Run one task to its end." in symbol
    reference = editor.hover("a.py", 8, 14)
    assert reference is not None
    assert "How it all fits together." in reference


def test_metadata_has_the_shape_of_the_contract(editor: Editor) -> None:
    found = editor.metadata("a.py")
    assert found["path"] == "a.py"
    assert found["language"] == "python"
    assert found["contentHash"].startswith("blake2b:")
    assert found["header"]["format"] == "genai"
    assert found["header"]["dependencies"][0]["resolved"] == "doc/DESIGN.md"
    assert found["header"]["changeHistory"][0]["timestamp"] == "2025-04-24T23:38:00Z"
    assert [s["qualifiedName"] for s in found["symbols"]] == ["run"]
    assert found["symbols"][0]["parameters"] == ["task", "retries"]
    assert found["enrichment"]["state"] == "off"
    assert not found["stale"]


def test_unsaved_text_is_shown_and_never_stored(editor: Editor) -> None:
    editor.open("a.py")
    editor.change("a.py", "\n" * 10 + source("Typed, not saved."))
    shown = editor.hover("a.py", 10)
    assert shown is not None
    assert "Typed, not saved." in shown
    assert editor.hover("a.py", 27, 5) is not None
    editor.settle()
    assert editor.stats()["extracted"] == 2
    editor.close("a.py")
    assert editor.intent("a.py") == "Runs tasks one at a time."


def test_what_happens_outside_the_editor_is_found(editor: Editor) -> None:
    """Create, edit, same-size edit, touch, delete: each is right after `dbp/settle`."""
    editor.write("new.py", source("First."))
    editor.settle()
    assert editor.intent("new.py") == "First."
    editor.write("new.py", source("Second."))
    editor.settle()
    assert editor.intent("new.py") == "Second."
    editor.write("new.py", source("Another"))
    editor.settle()
    assert editor.intent("new.py") == "Another"
    (editor.root / "new.py").unlink()
    editor.settle()
    with pytest.raises(RpcError) as gone:
        editor.metadata("new.py")
    assert gone.value.data["code"] == "not_found"
    assert "new.py" not in editor.paths()


def test_a_touch_and_an_edit_that_is_undone_extract_nothing(editor: Editor) -> None:
    """Rows W6 and W7."""
    before = editor.stats()["extracted"]
    os.utime(editor.root / "a.py", (1_600_000_000, 1_600_000_000))
    editor.settle()
    assert editor.metadata("a.py")["modifiedAt"] == "2020-09-13T12:26:40.000Z"
    text = (editor.root / "a.py").read_text()
    editor.write("a.py", text + "# more\n")
    editor.write("a.py", text)
    editor.settle()
    assert editor.stats()["extracted"] == before
    assert editor.intent("a.py") == "Runs tasks one at a time."


def test_a_renamed_file_keeps_its_record(editor: Editor) -> None:
    """Row F7: the old path leaves, nothing is extracted."""
    before = editor.stats()["extracted"]
    (editor.root / "a.py").rename(editor.root / "b.py")
    editor.settle()
    assert editor.paths() == ["b.py", "doc/DESIGN.md"]
    assert editor.intent("b.py") == "Runs tasks one at a time."
    stats = editor.stats()
    assert stats["extracted"] == before
    assert stats["renamed"] == 1


def test_a_renamed_folder_of_thirty_files(editor: Editor) -> None:
    """Row F8."""
    for number in range(30):
        editor.write(f"old/sub/f{number}.py", source(f"Number {number}."))
    editor.settle()
    before = editor.stats()["extracted"]
    (editor.root / "old").rename(editor.root / "new")
    editor.settle()
    paths = editor.paths()
    assert sum(path.startswith("new/sub/") for path in paths) == 30
    assert not any(path.startswith("old/") for path in paths)
    assert editor.intent("new/sub/f7.py") == "Number 7."
    assert editor.stats()["extracted"] == before


def test_an_atomic_save_is_one_extraction(editor: Editor) -> None:
    before = editor.stats()["extracted"]
    temporary = editor.write(".a.py.tmp", source("Saved atomically."))
    temporary.replace(editor.root / "a.py")
    editor.settle()
    assert editor.intent("a.py") == "Saved atomically."
    assert editor.stats()["extracted"] == before + 1
    assert ".a.py.tmp" not in editor.paths()


def test_a_file_copied_into_a_new_folder_at_once(editor: Editor) -> None:
    """Row F9."""
    for number in range(10):
        folder = editor.root / f"d{number}"
        folder.mkdir()
        shutil.copy(editor.root / "a.py", folder / "x.py")
    editor.settle()
    assert [f"d{number}/x.py" in editor.paths() for number in range(10)] == [True] * 10


def test_one_save_seen_by_both_sides_extracts_once(editor: Editor) -> None:
    """Row K12."""
    before = editor.stats()["extracted"]
    editor.open("a.py")
    editor.save("a.py", source("Saved in the editor."))
    editor.settle()
    assert editor.stats()["extracted"] == before + 1


def test_a_new_ignore_rule_purges_and_gives_back(editor: Editor) -> None:
    """Row F17."""
    editor.write("gen/made.py", source("Made."))
    editor.settle()
    assert "gen/made.py" in editor.paths()
    editor.write(".gitignore", "gen/\n")
    editor.settle()
    assert "gen/made.py" not in editor.paths()
    with pytest.raises(RpcError) as ignored:
        editor.metadata("gen/made.py")
    assert ignored.value.data["code"] == "ignored"
    (editor.root / ".gitignore").unlink()
    editor.settle()
    assert "gen/made.py" in editor.paths()


def test_a_storm_loses_nothing_and_starts_no_threads(root: Path, tmp_path: Path) -> None:
    """Rows Q6 and Q7: 3,000 files through a buffer of 100."""
    settings = {"scheduler": {"delay_seconds": 1, "max_queue_size": 100}}
    with Editor.start(root, tmp_path / "state", settings=settings) as editor:
        editor.settle()
        pid = editor.client.process.pid
        before = len(os.listdir(f"/proc/{pid}/task"))
        for number in range(3000):
            editor.write(f"many/f{number}.py", f'"""File {number}."""\n')
        assert len(os.listdir(f"/proc/{pid}/task")) - before < 20
        assert editor.status()["queue"]["size"] <= 150
        editor.settle(timeout=60)
        status = editor.status()
        assert status["files"]["indexed"] == 3002
        assert status["queue"]["overflows"] > 0


def test_pausing_and_resuming(editor: Editor) -> None:
    """Rows A10, A12, A15."""
    for _ in range(2):
        assert editor.client.request("dbp/scheduler/stop")["running"] is False
    editor.write("a.py", source("Written while paused."))
    with pytest.raises(RpcError) as paused:
        editor.settle()
    assert paused.value.data["code"] == "invalid_state"
    assert editor.intent("a.py") == "Runs tasks one at a time."
    for _ in range(2):
        assert editor.client.request("dbp/scheduler/start")["running"] is True
    editor.settle()
    assert editor.intent("a.py") == "Written while paused."


def test_a_file_can_be_forced_through(editor: Editor) -> None:
    before = editor.stats()["extracted"]
    answer = editor.client.request("dbp/processFile", {"uri": editor.uri("a.py"), "force": True})
    assert answer["queued"] is True
    editor.settle()
    assert editor.stats()["extracted"] == before + 1


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:///etc/passwd", "outside_workspace"),
        ("file://etc/passwd", "bad_params"),
        ("http://example.org/a.py", "bad_params"),
        ("file:///%00", "bad_params"),
    ],
)
def test_a_path_outside_the_workspace_is_refused(editor: Editor, uri: str, code: str) -> None:
    """Row Z7."""
    for method in ("dbp/metadata", "dbp/processFile"):
        with pytest.raises(RpcError) as refused:
            editor.client.request(method, {"uri": uri})
        assert refused.value.data["code"] == code


def test_what_was_waiting_when_the_server_was_killed_is_found(root: Path, tmp_path: Path) -> None:
    """Row Q17: `kill -9` with ten changes waiting."""
    slow = {"scheduler": {"delay_seconds": 60}}
    with Editor.start(root, tmp_path / "state", settings=slow) as editor:
        editor.settle()
        for number in range(10):
            editor.write(f"f{number}.py", source(f"Number {number}."))
        (root / "a.py").unlink()
        editor.client.process.kill()
        editor.client.process.wait(10)
    with Editor.start(root, tmp_path / "state", settings=slow) as editor:
        editor.settle()
        assert editor.paths() == ["doc/DESIGN.md", *sorted(f"f{n}.py" for n in range(10))]
        assert editor.stats()["extracted"] == 10


def test_two_editors_on_one_folder(root: Path, tmp_path: Path) -> None:
    """Row A31: one leads, one follows and says so, and takes over when the leader is killed."""
    with (
        Editor.start(root, tmp_path / "state") as first,
        Editor.start(root, tmp_path / "state", notifications=True) as second,
    ):
        first.settle()
        second.settle()
        assert (first.status()["role"], second.status()["role"]) == ("leader", "follower")
        before = first.stats()["extracted"]
        second.open("a.py")
        second.save("a.py", source("Saved in the second editor."))
        second.settle()
        assert first.stats()["extracted"] == before + 1
        second.close("a.py")
        assert second.intent("a.py") == "Saved in the second editor."
        assert second.client.request("dbp/processFile", {"uri": second.uri("a.py")})["queued"]
        first.client.process.kill()
        second.client.wait_notification(
            "dbp/statusChanged", lambda status: status["role"] == "leader"
        )
        second.write("after.py", source("Written after the leader died."))
        second.settle()
        assert second.intent("after.py") == "Written after the leader died."


def test_fifty_questions_while_fifty_files_change(editor: Editor) -> None:
    """Row A6: no error and no torn record."""

    def write() -> None:
        for number in range(50):
            editor.write(f"f{number % 5}.py", source(f"Round {number}."))

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(50):
        assert editor.metadata("a.py")["header"]["intent"] == "Runs tasks one at a time."
    writer.join(10)
    editor.settle()
    assert editor.intent("f4.py") == "Round 49."


def test_status_has_every_field_of_the_contract(editor: Editor) -> None:
    status = editor.status()
    assert status["protocolVersion"] == 1
    assert status["state"] == "idle"
    assert status["role"] == "leader"
    assert status["running"] is True
    assert status["files"] == {"indexed": 2, "pending": 0, "failed": 0, "excluded": 0}
    assert status["watcher"]["backend"] == "inotify"
    assert status["extraction"]["egress"] is False
    assert status["database"]["path"].startswith(str(editor.root.parent / "state"))
    assert status["lastScan"]["files"] == 2
    assert {"active", "configured", "current"} <= set(status["workers"])


def test_shutting_down_in_order(editor: Editor) -> None:
    assert editor.client.shutdown() == 0


def test_leaving_without_shutdown(editor: Editor) -> None:
    editor.client.notify("exit")
    assert editor.client.wait_exit() == 1
