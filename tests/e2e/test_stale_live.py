"""Stale documentation at the real server: what makes it so, what does not, and what clears it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting, client

pytestmark = pytest.mark.slow

PYTHON = '''\
"""[Source file intent]
Weighs parcels.

[Source file design principles]
- One scale.

[Source file constraints]
- None known.

[GenAI tool change history]
2025-04-24T23:38:00Z : Created by Mona
"""


def weigh(parcel: float) -> float:
    """Weigh a parcel."""
    return parcel * 2


def price(weight: float) -> float:
    """Say what it costs."""
    return weight + 1
'''

SAMPLES = {
    "a.py": (
        "python",
        PYTHON,
        ("parcel * 2", "parcel * 3"),
        ("Weigh a parcel.", "Weigh it."),
        "weigh",
    ),
    "a.c": (
        "c",
        "/** Weighs a parcel. */\nint weigh(int parcel)\n{\n    return parcel * 2;\n}\n",
        ("parcel * 2", "parcel * 3"),
        ("Weighs a parcel.", "Weighs it."),
        "weigh",
    ),
    "a.ts": (
        "typescript",
        (
            "/** Weighs a parcel. */\nexport function weigh(parcel: number): number {\n"
            "  return parcel * 2;\n}\n"
        ),
        ("parcel * 2", "parcel * 3"),
        ("Weighs a parcel.", "Weighs it."),
        "weigh",
    ),
    "a.go": (
        "go",
        (
            "package a\n\n// Weigh weighs a parcel.\nfunc Weigh(parcel int) int {\n"
            "\treturn parcel * 2\n}\n"
        ),
        ("parcel * 2", "parcel * 3"),
        ("weighs a parcel", "weighs it"),
        "Weigh",
    ),
    "A.java": (
        "java",
        (
            "class A {\n    /** Weighs a parcel. */\n    int weigh(int parcel) {\n"
            "        return parcel * 2;\n    }\n}\n"
        ),
        ("parcel * 2", "parcel * 3"),
        ("Weighs a parcel.", "Weighs it."),
        "A.weigh",
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    for path, sample in SAMPLES.items():
        (folder / path).write_text(sample[1], encoding="utf-8")
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    with start(root, tmp_path) as found:
        yield found


def start(root: Path, tmp_path: Path) -> Acting:
    made = Acting.start(root, tmp_path / "state", capabilities=client())
    made.settle()
    return made


def stale(editor: Acting, path: str) -> list[str]:
    editor.settle()
    return editor.metadata(path)["staleDocumentation"]


def told(editor: Acting, path: str) -> list[str]:
    """Name what is shown about words and their code."""
    wanted = {"doc-stale", "header-stale", "history-entry-missing"}
    return sorted(code for code in editor.codes(path) if code in wanted)


@pytest.mark.parametrize("path", SAMPLES)
def test_words_are_stale_from_a_change_of_their_code_until_they_change(
    editor: Acting, path: str
) -> None:
    language, text, (code, other), (words, better), name = SAMPLES[path]
    changed = text.replace(code, other)
    editor.show(path, language=language)
    assert stale(editor, path) == []
    editor.type(path, changed)
    assert name in stale(editor, path)
    assert "doc-stale" in told(editor, path)
    editor.type(path, changed.replace(words, better))
    assert name not in stale(editor, path)
    assert "doc-stale" not in told(editor, path)
    editor.type(path, text)
    assert stale(editor, path) == []
    editor.close(path)
    editor.write(path, changed)
    assert name in stale(editor, path), "saved by another program"
    editor.write(path, changed.replace(words, better))
    assert name not in stale(editor, path)
    editor.write(path, changed)
    assert name not in stale(editor, path), "these words were written for this code"


def test_a_change_taken_back_leaves_nothing(editor: Acting) -> None:
    for path, (language, text, (code, other), _, name) in SAMPLES.items():
        del language
        editor.write(path, text.replace(code, other))
        assert name in stale(editor, path)
        editor.write(path, text)
        assert stale(editor, path) == []


def test_a_formatter_makes_nothing_stale(editor: Acting) -> None:
    ugly = PYTHON.replace("return parcel * 2", "return (  parcel*\n        2 )").replace(
        "def price(weight: float) -> float:", "def price( weight:float, )->float :"
    )
    editor.write("u.py", ugly)
    assert stale(editor, "u.py") == []
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff is not None
    path = str(editor.root / "u.py")
    subprocess.run([ruff, "format", "--isolated", "-q", path], check=True)
    assert (editor.root / "u.py").read_text(encoding="utf-8") != ugly
    editor.show("u.py")
    assert stale(editor, "u.py") == []
    assert told(editor, "u.py") == []


def test_what_was_accepted_stays_so_after_a_restart(root: Path, tmp_path: Path) -> None:
    changed = PYTHON.replace("parcel * 2", "parcel * 3")
    with start(root, tmp_path) as editor:
        editor.write("a.py", changed)
        assert stale(editor, "a.py") == ["[header]", "[history]", "weigh"]
    with start(root, tmp_path) as editor:
        assert stale(editor, "a.py") == ["[header]", "[history]", "weigh"], "and it is remembered"
        editor.show("a.py")
        assert accept(editor, "a.py", ["weigh"]) == {"accepted": True}
        assert "weigh" not in stale(editor, "a.py")
        assert "doc-stale" not in told(editor, "a.py")
    with start(root, tmp_path) as editor:
        assert stale(editor, "a.py") == ["[header]", "[history]"]
        accept(editor, "a.py", [])
        assert stale(editor, "a.py") == []
    with start(root, tmp_path) as editor:
        assert stale(editor, "a.py") == []
        editor.write("a.py", PYTHON)
        assert "weigh" in stale(editor, "a.py"), "what was accepted is what counts now"


def accept(editor: Acting, path: str, names: list[str]) -> Any:
    params: dict[str, Any] = {"uri": editor.uri(path)}
    if names:
        params["names"] = names
    return editor.client.request("dbp/accept", params)


def test_a_renamed_file_keeps_what_is_stale(editor: Acting) -> None:
    editor.write("a.py", PYTHON.replace("parcel * 2", "parcel * 3"))
    before = stale(editor, "a.py")
    assert "weigh" in before
    (editor.root / "sub").mkdir()
    (editor.root / "a.py").rename(editor.root / "sub/b.py")
    assert stale(editor, "sub/b.py") == before
    (editor.root / "sub").rename(editor.root / "other")
    assert stale(editor, "other/b.py") == before


def test_a_file_changed_while_nobody_ran_is_stale_at_the_start(root: Path, tmp_path: Path) -> None:
    with start(root, tmp_path):
        pass
    (root / "a.py").write_text(PYTHON.replace("parcel * 2", "parcel * 3"), encoding="utf-8")
    with start(root, tmp_path) as editor:
        assert "weigh" in stale(editor, "a.py")


def test_a_branch_and_back_leaves_nothing(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / ".git")

    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "other")
    for path, (_, text, (code, other), _, _) in SAMPLES.items():
        (root / path).write_text(text.replace(code, other), encoding="utf-8")
    git("commit", "-qam", "two")
    git("checkout", "-q", "main")
    with start(root, tmp_path) as editor:
        for _ in range(2):
            git("checkout", "-q", "other")
            assert all(sample[4] in stale(editor, path) for path, sample in SAMPLES.items())
            git("checkout", "-q", "main")
            assert [stale(editor, path) for path in SAMPLES] == [[]] * len(SAMPLES)


def test_an_entry_is_missed_after_an_edit_until_it_is_there(editor: Acting) -> None:
    changed = PYTHON.replace("parcel * 2", "parcel * 3")
    entry = "2025-04-24T23:38:00Z : Created by Mona\n"
    told_of = changed.replace(entry, entry + "2025-05-01T10:00:00Z : Weighs thrice by Mona\n")
    editor.show("a.py")
    editor.type("a.py", changed)
    assert "history-entry-missing" in told(editor, "a.py")
    editor.type("a.py", told_of)
    assert "history-entry-missing" not in told(editor, "a.py")
    editor.type("a.py", changed)
    editor.save("a.py", changed)
    assert "history-entry-missing" in told(editor, "a.py")
    editor.type("a.py", told_of)
    editor.save("a.py", told_of)
    assert "history-entry-missing" not in told(editor, "a.py")
    assert "[history]" not in stale(editor, "a.py")
