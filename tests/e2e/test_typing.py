"""While a person types: findings stay, belong to the text they are shown at, and cost little."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting, client
from rawclient import RpcError

pytestmark = pytest.mark.slow

FILLER = "def f{0}(a):\n    '''Do {0}.'''\n    return a\n\n\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    capabilities = client(publishDiagnostics={"versionSupport": True})
    with Acting.start(root, tmp_path / "state", capabilities=capabilities) as found:
        yield found


def broken(count: int) -> str:
    """Write a document with so many links that lead nowhere."""
    links = "".join(f"💡 [x{n}](gone{n}.md)\n\n" for n in range(count))
    return f"# T\n\n{links}" + "Words, words.\n\n" * 4000


def published(editor: Acting, path: str) -> list[dict[str, Any]]:
    """Take what was shown at a document, in its order."""
    return [
        one["params"]
        for one in editor.client.notifications
        if one["method"] == "textDocument/publishDiagnostics"
        and one["params"]["uri"] == editor.uri(path)
    ]


def test_findings_are_those_of_their_version_and_never_go_and_come_back(editor: Acting) -> None:
    editor.write("a.md", broken(1))
    editor.settle()
    editor.show("a.md", broken(1), language="markdown")
    editor.settle()
    for number in range(2, 40):
        editor.type("a.md", broken(number))
        editor.client.pump(0.012)
    editor.settle()
    shown = published(editor, "a.md")
    assert [one["version"] for one in shown] == sorted(one["version"] for one in shown)
    assert shown[-1]["version"] == 39
    for one in shown:
        assert len(one["diagnostics"]) == one["version"], one["version"]


def test_an_action_is_for_the_text_as_it_stands_or_not_offered(root: Path, tmp_path: Path) -> None:
    """Asked for while typing goes on: what is offered names the version it fits."""
    capabilities = client()
    capabilities["general"] = {"positionEncodings": ["utf-8"]}
    with Acting.start(root, tmp_path / "state", capabilities=capabilities) as editor:
        _ask_while_typing(editor)


def _ask_while_typing(editor: Acting) -> None:
    texts = {1: broken(3)}
    editor.write("a.md", texts[1])
    editor.settle()
    editor.show("a.md", texts[1], language="markdown")
    (found, *_) = editor.diagnostics("a.md")
    asked = []
    for version in range(2, 30):
        texts[version] = "💡\n" * (version % 3) + texts[1]
        params = {
            "textDocument": {"uri": editor.uri("a.md")},
            "range": {**found["range"], "end": {"line": 9, "character": 0}},
            "context": {"diagnostics": []},
        }
        asked.append(editor.client.send_request("textDocument/codeAction", params))
        editor.type("a.md", texts[version])
    offered = 0
    for number in asked:
        try:
            answer = editor.client.result_of(number) or []
        except RpcError as error:
            assert error.code in {-32801, -32802}  # noqa: PT017 - the content was modified
            continue
        for action in answer:
            if action["title"].startswith("Keep"):
                (change,) = action["edit"]["documentChanges"]
                (edit,) = change["edits"]
                text = texts[change["textDocument"]["version"]]
                start, end = edit["range"]["start"], edit["range"]["end"]
                line = text.split("\n")[start["line"]].encode()
                cut = line[start["character"] : end["character"]].decode()
                assert cut.startswith(f"[{edit['newText']}](gone"), cut
                assert cut.endswith(".md)")
                offered += 1
    assert offered


def test_with_fifty_open_documents_a_keystroke_concerns_one(editor: Acting) -> None:
    for number in range(50):
        text = f"# T\n\n[n](n{(number + 1) % 50}.md) [g](gone.md)\n"
        editor.write(f"n{number}.md", text)
    editor.settle()
    for number in range(50):
        editor.show(f"n{number}.md", language="markdown")
    editor.settle()
    editor.client.notifications.clear()
    text, took = editor.texts["n7.md"], []
    for number in range(20):
        began = time.monotonic()
        editor.type("n7.md", text + "word " * number + "\n")
        version = number + 2
        editor.client.wait_notification(
            "textDocument/publishDiagnostics", lambda p, v=version: p.get("version") == v
        )
        took.append(time.monotonic() - began)
    editor.settle()
    others = {
        one["params"]["uri"]
        for one in editor.client.notifications
        if one["method"] == "textDocument/publishDiagnostics"
    }
    assert others <= {editor.uri("n7.md")}
    assert statistics.median(took) < 0.1, took


def test_a_hover_is_quick_while_a_file_of_twenty_findings_is_typed_in(editor: Acting) -> None:
    text = '"""A."""\n\n' + "".join(FILLER.format(n) for n in range(300))
    text += "".join(f"# See `gone/x{n}.md`\ndef g{n}(a): pass\n" for n in range(20))
    editor.write("a.py", text)
    editor.settle()
    editor.show("a.py", text)
    editor.settle()
    took = []
    for number in range(60):
        editor.type("a.py", text + "# " + "x" * number + "\n")
        began = time.monotonic()
        assert editor.hover("a.py", 2, 5)
        took.append(time.monotonic() - began)
    assert statistics.quantiles(took, n=100)[98] < 0.5, sorted(took)[-5:]
