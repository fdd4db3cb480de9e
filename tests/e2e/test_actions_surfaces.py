"""Lenses, lists of symbols, links and hovers: what they show, and when they are there."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting
from editor import FULL_CLIENT, source
from rawclient import RawClient

pytestmark = pytest.mark.slow

ON = {"lens": {"enabled": True}, "symbols": {"enabled": True}}
LATER = {"dynamicRegistration": True}
DESIGN = "# Design\n\nAll of it.\n\n## How it works\n\nWell, *so* 💡.\n\n### In detail\n\n## End\n"


def later() -> dict[str, Any]:
    made = copy.deepcopy(FULL_CLIENT)
    made["textDocument"] |= {"codeLens": LATER, "documentSymbol": LATER}
    made["workspace"] |= {"symbol": LATER}
    return made


def hierarchical() -> dict[str, Any]:
    made = copy.deepcopy(FULL_CLIENT)
    made["textDocument"]["documentSymbol"] = {"hierarchicalDocumentSymbolSupport": True}
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text(DESIGN, encoding="utf-8")
    (folder / "a.py").write_text(source(), encoding="utf-8")
    (folder / "b.py").write_text('"""B uses `a.py`."""\nimport a\n', encoding="utf-8")
    return folder


def ask(editor: Acting, method: str, path: str, **more: Any) -> Any:
    return editor.client.request(method, {"textDocument": {"uri": editor.uri(path)}, **more})


def registered(editor: Acting) -> set[str]:
    return {
        one["method"]
        for request in editor.client.server_requests
        if request["method"] == "client/registerCapability"
        for one in request["params"]["registrations"]
    }


def test_off_they_are_not_announced_to_a_client_that_can_hear_of_them_later(
    root: Path, tmp_path: Path
) -> None:
    with Acting.start(root, tmp_path / "state", capabilities=later()) as editor:
        editor.settle()
        assert registered(editor) == set()


def test_on_they_are_announced_later_and_taken_back(root: Path, tmp_path: Path) -> None:
    with Acting.start(root, tmp_path / "state", capabilities=later(), settings=ON) as editor:
        editor.settle()
        assert registered(editor) == {
            *("textDocument/codeLens", "textDocument/documentSymbol", "workspace/symbol")
        }
        editor.show("a.py")
        editor.settle()
        assert ask(editor, "textDocument/codeLens", "a.py")
        off = {key: {"enabled": False} for key in ON}
        editor.client.notify("workspace/didChangeConfiguration", {"settings": {"dbp": off}})
        for _ in range(3):
            editor.client.wait_server_request("client/unregisterCapability")


def test_off_any_other_client_hears_of_them_and_gets_null(root: Path, tmp_path: Path) -> None:
    with Acting.start(root, tmp_path / "state") as editor:
        editor.settle()
        editor.show("a.py")
        assert ask(editor, "textDocument/codeLens", "a.py") is None
        assert ask(editor, "textDocument/documentSymbol", "a.py") is None
        assert editor.client.request("workspace/symbol", {"query": "run"}) is None


def test_lenses_say_what_a_file_is_for_who_names_it_and_what_may_be_stale(
    root: Path, tmp_path: Path
) -> None:
    with Acting.start(root, tmp_path / "state", settings=ON) as editor:
        editor.settle()
        editor.show("a.py")
        editor.settle()
        (lens,) = ask(editor, "textDocument/codeLens", "a.py")
        assert lens["range"]["start"]["line"] == 0
        resolved = editor.client.request("codeLens/resolve", lens)
        title = "Runs tasks one at a time. · referenced by 1 file"
        assert resolved["command"] == {"title": title, "command": ""}
        changed = source().replace("return task", "return None")
        editor.type("a.py", changed)
        header, symbol = ask(editor, "textDocument/codeLens", "a.py")
        assert symbol["command"]["title"] == "documentation may be stale"
        assert changed.splitlines()[symbol["range"]["start"]["line"]].startswith("def run")
        resolved = editor.client.request("codeLens/resolve", header)
        assert resolved["command"]["title"].endswith("the header may be stale")


def test_sections_of_the_header_and_symbols_are_listed(root: Path, tmp_path: Path) -> None:
    with Acting.start(root, tmp_path / "state", settings=ON, capabilities=hierarchical()) as editor:
        editor.settle()
        editor.show("a.py")
        header, run = ask(editor, "textDocument/documentSymbol", "a.py")
        assert header["name"] == "header"
        assert header["detail"] == "Runs tasks one at a time."
        assert [one["name"] for one in header["children"]][:2] == [
            "Source file intent",
            "Source file design principles",
        ]
        assert (run["name"], run["detail"]) == ("run", "Run one task to its end.")
        found = editor.client.request("workspace/symbol", {"query": "RU"})
        assert [(one["name"], one["location"]["uri"]) for one in found] == [
            ("run", editor.uri("a.py"))
        ]


def test_flat_where_a_client_knows_no_other(root: Path, tmp_path: Path) -> None:
    with Acting.start(root, tmp_path / "state", settings=ON) as editor:
        editor.settle()
        editor.show("doc/DESIGN.md", language="markdown")
        found = ask(editor, "textDocument/documentSymbol", "doc/DESIGN.md")
        assert [(one["name"], one.get("containerName")) for one in found] == [
            ("Design", None),
            ("How it works", "Design"),
            ("In detail", "How it works"),
            ("End", "Design"),
        ]


TEXT = """\
# N

[a](doc/DESIGN.md#how-it-works) [b](a.py#run) [c](a.py:12) [d](#below) [e](doc/DESIGN.md#gone)

## Below
"""


@pytest.fixture
def reader(root: Path, tmp_path: Path) -> Any:
    with Acting.start(root, tmp_path / "state") as editor:
        editor.write("n.md", TEXT)
        editor.settle()
        editor.show("n.md", language="markdown")
        editor.settle()
        yield editor


def test_links_and_definitions_lead_to_headings_symbols_and_lines(reader: Acting) -> None:
    links = ask(reader, "textDocument/documentLink", "n.md")
    run = 1 + next(n for n, t in enumerate(source().splitlines()) if t.startswith("def run"))
    assert [one["target"] for one in links] == [
        reader.uri("doc/DESIGN.md") + "#L5",
        reader.uri("a.py") + f"#L{run}",
        reader.uri("a.py") + "#L12",
        reader.uri("n.md") + "#L5",
        reader.uri("doc/DESIGN.md"),
    ]
    for link in links:
        place = ask(reader, "textDocument/definition", "n.md", position=link["range"]["start"])
        uri, _, line = link["target"].partition("#L")
        assert place["uri"] == uri
        assert place["range"]["start"]["line"] == (int(line) - 1 if line else 0)


def test_a_hover_shows_the_part_that_is_named(reader: Acting) -> None:
    section = reader.hover("n.md", 2, 6) or ""
    assert "`doc/DESIGN.md` · How it works" in section
    assert "Well, \\*so\\* 💡." in section
    assert "- In detail" in section
    symbol = reader.hover("n.md", 2, TEXT.splitlines()[2].index("a.py#run")) or ""
    assert "`a.py` · function `run(task, retries)`" in symbol
    assert "Run one task to its end." in symbol


def test_imports_are_no_links(reader: Acting) -> None:
    reader.show("b.py")
    reader.settle()
    links = ask(reader, "textDocument/documentLink", "b.py") or []
    assert all(one["range"]["start"]["line"] == 0 for one in links)
    position = {"line": 1, "character": 7}
    assert ask(reader, "textDocument/definition", "b.py", position=position) is None


def test_nothing_else_is_announced(tmp_path: Path, root: Path) -> None:
    """Another server completes, formats, renames symbols and finds their references."""
    argv = (sys.executable, "-m", "dbp", "serve")
    environment = {"DBP_STATE_DIR": str(tmp_path / "s"), "DBP_CONFIG_DIR": str(tmp_path / "c")}
    operations = {"didCreate": True, "didDelete": True, "didRename": True, "willRename": True}
    known = later()
    known["workspace"]["fileOperations"] = operations
    with RawClient.spawn(argv, env=environment) as client:
        capabilities = client.initialize(root, capabilities=known)["capabilities"]
    assert set(capabilities) == {
        *("codeActionProvider", "definitionProvider", "documentLinkProvider"),
        *("executeCommandProvider", "hoverProvider", "positionEncoding", "textDocumentSync"),
        "workspace",
    }
    assert capabilities["executeCommandProvider"]["commands"] == [
        *("dbp.acceptDocumentation", "dbp.processFile")
    ]
    assert set(capabilities["workspace"]["fileOperations"]) == set(operations)


def test_a_title_shows_the_card_of_its_document_and_a_line_is_one_line(reader: Acting) -> None:
    reader.write("title.md", "# The title\n\nWhat it is for.\n\n## More\n\nWords.\n")
    reader.show("title.md", language="markdown")
    assert "What it is for." in (reader.hover("title.md", 0, 4) or "")
    assert reader.hover("title.md", 4, 4) is None
    reader.write("one.py", "def f(): pass\n")
    reader.show("one.py")
    assert "function `f()` · line 1\n" in (reader.hover("one.py", 0, 4) or "")
