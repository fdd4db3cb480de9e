"""Every finding that can be mended: shown in an editor, mended by its action, gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_editor import LAZY, Acting, client
from editor import source
from rawclient import RpcError

pytestmark = pytest.mark.slow

SEVERITY = {
    "parameter-undocumented": "warning",
    "symbol-undocumented": "hint",
    "header-stale": "information",
}


def project(place: Path) -> Path:
    """Make a folder with a document in it."""
    folder = place / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\n## How it works\n\nWell, 💡 so.\n")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acting]:
    """One editor for the tests that each have a file of their own."""
    place = tmp_path_factory.mktemp("shared")
    settings = {"diagnostics": {"severity": SEVERITY}}
    with Acting.start(
        project(place), place / "state", settings=settings, capabilities=client()
    ) as found:
        found.write("b.py", '"""B."""\n\n\ndef run():\n    """Run."""\n')
        yield found


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    settings = {"diagnostics": {"severity": SEVERITY}}
    capabilities = client()
    with Acting.start(
        root, tmp_path / "state", settings=settings, capabilities=capabilities
    ) as found:
        yield found


GOOD = source()
INCOMPLETE = GOOD.replace("# [Source file constraints]\n# - None\n", "")


@pytest.mark.parametrize(
    ("code", "title", "path", "language", "text"),
    [
        ("header-missing", "", "a.py", "python", "def run(task):\n    return task\n"),
        ("header-incomplete", "", "a.py", "python", INCOMPLETE),
        ("reference-unresolved", "Change", "a.py", "python", GOOD.replace("DESIGN", "DESING")),
        ("reference-unresolved", "Drop", "a.py", "python", GOOD.replace("DESIGN", "GONE")),
        ("reference-unresolved", "Create", "a.py", "python", GOOD.replace("DESIGN", "GONE")),
        ("reference-unresolved", "moved", "n.md", "markdown", "# N\n\n💡 [d](old/DESIGN.md)\n"),
        ("reference-unresolved", "Keep", "n.md", "markdown", "# N\n\n[d](old/DESIGN.md)\n"),
        ("reference-unresolved", "in this file", "n.md", "markdown", "# N\n\n[d](x.md)\n"),
        ("reference-heading", "", "n.md", "markdown", "# N\n\n[d](doc/DESIGN.md#how-it-work)\n"),
        ("reference-symbol", "", "n.md", "markdown", "# N\n\n[d](b.py#runn)\n"),
        (
            "parameter-unknown",
            "Call it 'task'",
            "a.py",
            "python",
            '"""A 💡."""\n\n\ndef run(task):\n    """Do.\n\n    :param tsk: what\n    """\n',
        ),
        (
            "parameter-undocumented",
            "Add",
            "a.py",
            "python",
            '"""A."""\n\n\ndef run(a, b):\n    """Do.\n\n    :param a: what\n    """\n',
        ),
        (
            "symbol-undocumented",
            "here",
            "a.py",
            "python",
            '"""A."""\n\n\ndef run(a, b):\n    return a\n',
        ),
        ("ignore-unused", "", "a.py", "python", '"""A."""\nX = 1  # dbp: ignore[doc-stalee]\n'),
    ],
)
def test_the_action_makes_its_finding_go(  # noqa: PLR0917 - one row each
    shared: Acting, code: str, title: str, path: str, language: str, text: str
) -> None:
    editor = shared
    stem, dot, ending = path.partition(".")
    path = f"{stem}{len(list(editor.root.iterdir()))}{dot}{ending}"
    editor.write(path, text)
    editor.settle()
    editor.show(path, language=language)
    assert code in editor.codes(path)
    editor.take(path, code, title)
    assert code not in editor.codes(path), editor.texts[path]
    assert (editor.root / path).read_text() == text, "nothing is saved for the person"


def test_nothing_is_offered_twice(shared: Acting) -> None:
    text = '"""A."""\n\n\ndef run(a, b, c):\n    """Do.\n\n    :param a: what\n    """\n'
    shared.write("twice.py", text)
    shared.settle()
    shared.show("twice.py")
    first, _second = shared.diagnostics("twice.py")
    titles = [one["title"] for one in shared.offers("twice.py", first)]
    assert titles == [
        "Add 'b' to the documentation",
        "Add 'c' to the documentation",
        "Ignore parameter-undocumented here",
        "Ignore parameter-undocumented in this file",
    ]


def test_sections_and_history_are_put_in_order_at_once_and_only_when_asked(editor: Acting) -> None:
    wrong = (
        "# [Source file constraints]\n# - None\n#\n# [Source file intent]\n# Runs.\n#\n"
        "# [Source file design principles]\n# - One\n#\n# [Dependencies]\n"
        "# codebase: doc/DESING.md\n#\n# [GenAI tool change history]\n"
        "# 2025-04-24 : Third\n# 2025-04-22 : First\n# 2025-04-23 : Second\n"
        "# 2025-04-21 : Zeroth\n\nX = 1\n"
    )
    editor.write("a.py", wrong)
    editor.settle()
    editor.show("a.py")
    assert set(editor.codes("a.py")) == {
        *("header-section-order", "history-order", "reference-unresolved")
    }
    assert not [o for o in editor.offers("a.py") if o["kind"].startswith("source.fixAll")]
    (action,) = editor.offers("a.py", only=["source.fixAll"])
    editor.do(action)
    assert editor.codes("a.py") == []
    lines = editor.texts["a.py"].splitlines()
    assert sorted(lines) == sorted(wrong.replace("DESING", "DESIGN").splitlines())
    assert lines[0] == "# [Source file intent]"


def test_stale_documentation_is_accepted_or_an_entry_is_added(editor: Acting) -> None:
    editor.write("a.py", GOOD)
    editor.settle()
    changed = GOOD.replace("return task", "return [task]")
    editor.write("a.py", changed)
    editor.settle()
    editor.show("a.py")
    assert sorted(editor.codes("a.py")) == ["doc-stale", "header-stale", "history-entry-missing"]
    assert "may be stale" in (editor.hover("a.py", _line(changed, "def run"), 5) or "")
    editor.take("a.py", "doc-stale", "still right")
    assert sorted(editor.codes("a.py")) == ["header-stale", "history-entry-missing"]
    assert "may be stale" not in (editor.hover("a.py", _line(changed, "def run"), 5) or "")
    editor.take("a.py", "header-stale", "still right")
    editor.take("a.py", "history-entry-missing", "Add an entry")
    assert "history-entry-missing" not in editor.codes("a.py")
    first, second = [
        n for n, line in enumerate(editor.texts["a.py"].splitlines()) if "Z : " in line
    ]
    assert second == first + 1
    assert "<what changed, and why>" in editor.texts["a.py"].splitlines()[first]


def _line(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines()) if words in line)


def test_unsaved_code_makes_its_documentation_stale_at_once(editor: Acting) -> None:
    editor.write("a.py", GOOD)
    editor.settle()
    editor.show("a.py")
    assert editor.codes("a.py") == []
    editor.type("a.py", GOOD.replace("return task", "return  task"))
    assert editor.codes("a.py") == [], "a layout is no change"
    editor.type("a.py", GOOD.replace("return task", "return None"))
    assert "doc-stale" in editor.codes("a.py")
    editor.type("a.py", GOOD)
    assert editor.codes("a.py") == []


def test_an_action_is_no_offer_for_another_text(editor: Acting) -> None:
    """The answer waits for the newest text: an edit for an older one would tear it."""
    editor.write("a.py", GOOD.replace("DESIGN", "DESING"))
    editor.settle()
    editor.show("a.py")
    (found,) = editor.diagnostics("a.py")
    editor.type("a.py", "\n" + editor.texts["a.py"])
    found["range"]["start"]["line"] += 1
    found["range"]["end"]["line"] += 1
    (action, *_) = [o for o in editor.offers("a.py", found) if o["title"].startswith("Change")]
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == 2
    assert change["edits"][0]["range"] == found["range"]


def test_actions_can_be_turned_off(root: Path, tmp_path: Path) -> None:
    settings = {"actions": {"enabled": False}}
    with Acting.start(root, tmp_path / "s", settings=settings, capabilities=client()) as editor:
        editor.write("a.py", "def run(task):\n    return task\n")
        editor.settle()
        editor.show("a.py")
        assert editor.codes("a.py") == ["header-missing"]
        assert editor.offers("a.py", editor.diagnostics("a.py")[0]) == []


def test_a_client_that_resolves_gets_the_edit_when_a_person_chose(
    root: Path, tmp_path: Path
) -> None:
    with Acting.start(root, tmp_path / "s", capabilities=client(LAZY)) as editor:
        editor.write("a.py", "def run(task):\n    return task\n")
        editor.settle()
        editor.show("a.py")
        (found,) = editor.diagnostics("a.py")
        (action, *_) = editor.offers("a.py", found)
        assert "edit" not in action
        resolved = editor.client.request("codeAction/resolve", action)
        editor.do(resolved)
        assert editor.texts["a.py"].startswith('"""\n[Source file intent]\n')
        assert "header-missing" not in editor.codes("a.py")


def test_a_client_without_much_gets_what_it_understands(root: Path, tmp_path: Path) -> None:
    """Row U17: no versioned edits, no created files; and without literals commands only."""
    with Acting.start(root, tmp_path / "s", capabilities=client(edit={})) as editor:
        editor.write("a.py", GOOD.replace("DESIGN", "GONE"))
        editor.settle()
        editor.show("a.py")
        (found,) = editor.diagnostics("a.py")
        offered = editor.offers("a.py", found)
        assert {"changes"} == {key for one in offered for key in one["edit"]}
        assert not [one for one in offered if one["title"].startswith("Create")]
    with Acting.start(root, tmp_path / "s", capabilities=client({})) as editor:
        editor.write("a.py", GOOD.replace("return task", "return 1"))
        editor.settle()
        editor.show("a.py")
        for found in editor.diagnostics("a.py"):
            for one in editor.offers("a.py", found):
                assert isinstance(one["command"], str), one


@pytest.mark.parametrize("arguments", [None, [], [1], ["file:///elsewhere/x.py", "no list"]])
def test_a_command_with_senseless_arguments_is_refused(editor: Acting, arguments: Any) -> None:
    for command in ("dbp.acceptDocumentation", "dbp.processFile"):
        params = {"command": command}
        with pytest.raises(RpcError):
            editor.client.request(
                "workspace/executeCommand",
                params if arguments is None else {**params, "arguments": arguments},
            )
    assert editor.status()["state"]
