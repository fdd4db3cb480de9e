"""A rename in the editor takes the references along: files, folders, open buffers, both manners."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting, applied, client

pytestmark = pytest.mark.slow

HEADER = '"""\n[Source file intent]\nRuns.\n\n[Dependencies]\ncodebase: {}\n"""\nimport b\n'
NOTED = {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    with Acting.start(root, tmp_path / "state", capabilities=client()) as found:
        yield found


def rename(editor: Acting, *pairs: tuple[str, str]) -> dict[str, Any] | None:
    """Ask what has to change, as an editor does before it renames."""
    files = [{"oldUri": editor.uri(old), "newUri": editor.uri(new)} for old, new in pairs]
    return editor.client.request("workspace/willRenameFiles", {"files": files})


def do(editor: Acting, edit: dict[str, Any], *pairs: tuple[str, str]) -> None:
    """Apply the edits, then rename."""
    editor.do({"edit": edit})
    for old, new in pairs:
        (editor.root / new).parent.mkdir(parents=True, exist_ok=True)
        (editor.root / old).rename(editor.root / new)
    files = [{"oldUri": editor.uri(old), "newUri": editor.uri(new)} for old, new in pairs]
    editor.client.notify("workspace/didRenameFiles", {"files": files})
    editor.settle()


def test_a_file_takes_its_references_along(editor: Acting) -> None:
    editor.write("doc/A.md", "# A\n\n[b](B.md) and [code](../src/a.py#f)\n")
    editor.write("doc/B.md", "# B\n\n💡 [a](./A.md#a) `doc/A.md`\n")
    editor.write("src/a.py", HEADER.format("doc/A.md"))
    editor.write("src/b.py", "A = 1\n")
    editor.settle()
    editor.show("doc/B.md", language="markdown")
    pair = ("doc/A.md", "notes/deep/A2.md")
    edit = rename(editor, pair)
    assert edit is not None
    assert editor.paths() == ["doc/A.md", "doc/B.md", "src/a.py", "src/b.py"], "asked only"
    do(editor, edit, pair)
    assert editor.texts["doc/B.md"] == "# B\n\n💡 [a](../notes/deep/A2.md#a) `notes/deep/A2.md`\n"
    moved = (editor.root / "notes/deep/A2.md").read_text()
    assert moved == "# A\n\n[b](../../doc/B.md) and [code](../../src/a.py#f)\n"
    assert (editor.root / "src/a.py").read_text() == HEADER.format("notes/deep/A2.md")
    assert editor.codes("doc/B.md") == []


def test_a_folder_takes_all_below_it_along(editor: Acting) -> None:
    editor.write("doc/A.md", "# A\n\n[b](B.md) [r](../README.md)\n")
    editor.write("doc/B.md", "# B\n")
    editor.write("README.md", "# R\n\n[a](doc/A.md) [d](doc/) [web](https://x.example/doc/A.md)\n")
    editor.settle()
    pair = ("doc", "manual/doc")
    edit = rename(editor, pair)
    assert edit is not None
    do(editor, edit, pair)
    readme = (editor.root / "README.md").read_text()
    assert readme == (
        "# R\n\n[a](manual/doc/A.md) [d](manual/doc/) [web](https://x.example/doc/A.md)\n"
    )
    moved = (editor.root / "manual/doc/A.md").read_text()
    assert moved == "# A\n\n[b](B.md) [r](../../README.md)\n"


def test_two_files_change_names_and_a_name_is_written_in_other_letters(editor: Acting) -> None:
    text = "# A\n\n[one](caf%C3%A9%28x%29.md) [two](<b b.md#x>) [site](page)\n"
    editor.write("doc/a.md", text)
    editor.write("doc/café(x).md", "# C\n")
    editor.write("doc/b b.md", "# B\n\n## X\n")
    editor.write("doc/page.md", "# P\n")
    editor.settle()
    editor.show("doc/a.md", text, language="markdown")
    pairs = (("doc/café(x).md", "doc/b b.md"), ("doc/b b.md", "doc/café(x).md"))
    edit = rename(editor, *pairs)
    assert edit is not None
    editor.do({"edit": edit})
    assert editor.texts["doc/a.md"] == (
        "# A\n\n[one](b%20b.md) [two](<café(x).md#x>) [site](page)\n"
    )
    editor.settle()
    edit = rename(editor, ("doc/café(x).md", "doc/deep/ü.md"))
    assert edit is not None
    edit = rename(editor, ("doc/page.md", "doc/leaf.md"))
    assert edit is not None
    editor.do({"edit": edit})
    assert "[site](leaf)" in editor.texts["doc/a.md"]


def test_what_nothing_refers_to_changes_nothing(editor: Acting) -> None:
    editor.write("a.py", "import b\n")
    editor.write("b.py", "A = 1\n")
    editor.settle()
    assert rename(editor, ("b.py", "c.py")) is None
    assert rename(editor, ("gone.py", "c.py")) is None
    assert rename(editor, ("b.py", "../outside.py")) is None


def test_unsaved_text_counts(editor: Acting) -> None:
    editor.write("a.md", "# A\n")
    editor.write("b.md", "# B\n")
    editor.settle()
    editor.show("a.md", language="markdown")
    editor.type("a.md", "# A\n\n[b](b.md)\n")
    editor.settle()
    edit = rename(editor, ("b.md", "c.md"))
    assert edit is not None
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": editor.uri("a.md"), "version": 2}
    assert applied(editor.texts["a.md"], change["edits"]) == "# A\n\n[b](c.md)\n"


@pytest.mark.parametrize(("understood", "key"), [(NOTED, "documentChanges"), ({}, "changes")])
def test_each_client_gets_what_it_understands(
    root: Path, tmp_path: Path, understood: Any, key: str
) -> None:
    with Acting.start(root, tmp_path / "s", capabilities=client(edit=understood)) as editor:
        editor.write("a.md", "# A\n\n[b](b.md)\n")
        editor.write("b.md", "# B\n")
        editor.settle()
        edit = rename(editor, ("b.md", "c.md"))
        assert edit is not None
        assert key in edit
        if key == "changes":
            assert list(edit) == ["changes"]
        else:
            (change,) = edit["documentChanges"]
            (one,) = change["edits"]
            assert edit["changeAnnotations"][one["annotationId"]]["needsConfirmation"] is True


def test_hundreds_of_files_are_looked_through_within_a_second(editor: Acting) -> None:
    for number in range(400):
        target = "hub.md" if number % 10 == 0 else f"n{(number + 1) % 400}.md"
        editor.write(f"n{number}.md", f"# N\n\n[x]({target}) and words\n" + "word\n" * 20)
    editor.write("hub.md", "# Hub\n")
    editor.settle()
    began = time.monotonic()
    edit = rename(editor, ("hub.md", "center.md"))
    took = time.monotonic() - began
    assert edit is not None
    assert len(edit["documentChanges"]) == 40
    assert took < 1.0, took
