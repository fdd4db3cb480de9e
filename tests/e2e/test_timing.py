"""The debounce with the real clock, where that is cheap. The long waits are in `tests/engine`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor, source

DEAF = {"fs_monitor": {"backend": "off"}}


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """A session whose server hears of changes from the editor alone; the delay is a second."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text(source())
    with Editor.start(root, tmp_path / "state", settings=DEAF) as session:
        session.settle()
        yield session


def seconds_until_extracted(editor: Editor, count: int, since: float) -> float:
    """Ask until one more file was extracted than `count`; say how long after `since` that was."""
    while editor.stats()["extracted"] <= count:
        assert time.monotonic() < since + 10, "nothing is extracted"
    return time.monotonic() - since


def test_a_save_alone_is_enough(editor: Editor) -> None:
    """Row K10."""
    assert editor.status()["watcher"]["backend"] == "off"
    editor.open("a.py")
    editor.settle()
    editor.write("a.py", source("Never said."))
    editor.write("b.py", source("Never said."))
    before, saved = editor.stats()["extracted"], time.monotonic()
    editor.save("a.py", source("Said by the editor."))
    assert 0.95 <= seconds_until_extracted(editor, before, saved) < 3
    editor.close("a.py")
    assert editor.intent("a.py") == "Said by the editor."
    assert "b.py" not in editor.paths()


@pytest.mark.slow
def test_typing_postpones_and_one_extraction_follows(editor: Editor) -> None:
    """Row K11: saved once, typed on past the delay."""
    editor.open("a.py")
    editor.settle()
    before = editor.stats()["extracted"]
    editor.save("a.py", source("Saved once."))
    for number in range(10):
        editor.client.pump(0.25)
        typed = time.monotonic()
        editor.change("a.py", source(f"Typed {number}."))
    assert editor.stats()["extracted"] == before
    assert "Typed 9." in (editor.hover("a.py", 0) or "")
    assert 0.95 <= seconds_until_extracted(editor, before, typed) < 3
    assert editor.stats()["extracted"] == before + 1
    editor.close("a.py")
    assert editor.intent("a.py") == "Saved once."


def test_typing_without_a_save_extracts_nothing(editor: Editor) -> None:
    editor.open("a.py")
    editor.settle()
    before = editor.stats()
    for number in range(5):
        editor.change("a.py", source(f"Typed {number}."))
    assert "Typed 4." in (editor.hover("a.py", 0) or "")
    assert editor.status()["files"]["pending"] == 0
    editor.settle()
    assert editor.stats()["extracted"] == before["extracted"]


@pytest.mark.slow
def test_the_client_may_watch_for_us(editor: Editor) -> None:
    (editor.root / "a.py").unlink()
    editor.write("c.py", source("Told by the client."))
    changes = [{"uri": editor.uri("a.py"), "type": 3}, {"uri": editor.uri("c.py"), "type": 1}]
    before, told = editor.stats(), time.monotonic()
    editor.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    assert 0.95 <= seconds_until_extracted(editor, before["extracted"], told) < 3
    assert editor.stats()["deleted"] == before["deleted"] + 1
    assert editor.paths() == ["c.py"]
    assert editor.intent("c.py") == "Told by the client."
