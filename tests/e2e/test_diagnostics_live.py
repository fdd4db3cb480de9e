"""Findings while a person works: unsaved, in other files, through either channel."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting, client
from editor import FULL_CLIENT

from dbp.analysis.baseline import fingerprint
from dbp.model import Finding, Range, Severity

pytestmark = pytest.mark.slow

HEADER = """\
# [Source file intent]
# {}
#
# [Source file design principles]
# - One
#
# [Source file constraints]
# - None
#
# [Dependencies]
# {}

X = 1
"""
RELATED = {"publishDiagnostics": {"relatedInformation": True, "dataSupport": True}}


def depends(on: str, intent: str = "Runs.") -> str:
    return HEADER.format(intent, f"codebase: {on}" if on else "system: json")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    with Acting.start(root, tmp_path / "state", capabilities=client(**RELATED)) as found:
        yield found


def test_a_circle_is_shown_in_both_files_and_goes_when_the_edge_goes_unsaved(
    editor: Acting,
) -> None:
    editor.write("a.py", depends("b.py"))
    editor.write("b.py", depends("a.py", "Runs 💡."))
    editor.settle()
    editor.show("a.py")
    editor.show("b.py")
    for path, other in (("a.py", "b.py"), ("b.py", "a.py")):
        (found,) = editor.diagnostics(path)
        assert found["code"] == "dependency-cycle"
        assert f"{path} → {other} → {path}" in found["message"]
        (related,) = found["relatedInformation"]
        assert related["location"]["uri"] == editor.uri(other)
        assert related["location"]["range"]["start"] == {"line": 10, "character": 0}
    editor.type("b.py", depends(""))
    assert editor.codes("a.py") == []
    assert editor.codes("b.py") == []
    editor.type("b.py", depends("a.py"))
    assert editor.codes("a.py") == ["dependency-cycle"]
    editor.type("b.py", depends(""))
    editor.client.notify("textDocument/didClose", {"textDocument": {"uri": editor.uri("b.py")}})
    assert editor.codes("a.py") == ["dependency-cycle"], "closed unsaved: the record speaks again"


def test_a_circle_closed_by_another_program_is_shown(editor: Acting) -> None:
    editor.write("a.py", depends("b.py"))
    editor.write("b.py", depends("c.py"))
    editor.settle()
    editor.show("a.py")
    assert editor.codes("a.py") == ["reference-unresolved"] or editor.codes("a.py") == []
    editor.write("c.py", depends("a.py"))
    assert editor.codes("a.py") == ["dependency-cycle"]
    editor.write("c.py", depends(""))
    assert editor.codes("a.py") == []


def test_a_heading_that_another_buffer_loses_is_missed_at_once(editor: Acting) -> None:
    editor.write("b.md", "# B\n\n## Usage\n")
    editor.write("a.md", "# A\n\nSee [b](b.md#usage).\n")
    editor.settle()
    editor.show("a.md", language="markdown")
    editor.show("b.md", language="markdown")
    assert editor.codes("a.md") == []
    editor.type("b.md", "# B\n\n## Use\n")
    (found,) = editor.diagnostics("a.md")
    assert found["code"] == "reference-heading"
    assert found["data"]["target"] == "b.md#usage"
    editor.type("b.md", "# B\n\n## Usage\n")
    assert editor.codes("a.md") == []


def test_levels_for_paths_and_a_baseline_hold_in_the_editor(root: Path, tmp_path: Path) -> None:
    (root / ".dbp.toml").write_text(
        '[diagnostics]\nper_path = ["tests/** header-missing off"]\n', encoding="utf-8"
    )
    with Acting.start(root, tmp_path / "state", capabilities=client()) as editor:
        _judged_as_the_folder_says(editor)


def _judged_as_the_folder_says(editor: Acting) -> None:
    silent = "def run(task):\n    return task\n"
    for path in ("a.py", "tests/test_a.py"):
        editor.write(path, silent)
    editor.settle()
    editor.show("a.py")
    editor.show("tests/test_a.py")
    assert editor.codes("tests/test_a.py") == []
    assert editor.codes("a.py") == ["header-missing"]
    finding = Finding("a.py", "header-missing", "", Severity.HINT, Range(0, 0, 0, 0))
    known = {"path": "a.py", "code": finding.code, "fingerprint": fingerprint(finding)}
    editor.write(".dbp-baseline.json", json.dumps({"version": 1, "findings": [known]}))
    editor.type("a.py", silent + "\n")
    assert editor.codes("a.py") == []


def pulling() -> dict[str, Any]:
    made = copy.deepcopy(FULL_CLIENT)
    made["textDocument"]["diagnostic"] = {"relatedInformation": True}
    made["workspace"]["diagnostics"] = {"refreshSupport": True}
    return made


def test_a_pull_is_answered_for_the_newest_text_and_asked_for_when_others_changed(
    root: Path, tmp_path: Path
) -> None:
    with Acting.start(root, tmp_path / "state", capabilities=pulling()) as editor:
        editor.write("a.py", depends("b.py"))
        editor.write("b.py", depends(""))
        editor.settle()
        editor.show("a.py")
        item = {"textDocument": {"uri": editor.uri("a.py")}, "identifier": "dbp"}

        def pull() -> list[str]:
            report = editor.client.request("textDocument/diagnostic", item)
            return [one["code"] for one in report["items"]]

        assert pull() == []
        editor.type("a.py", depends("gone.py"))
        assert pull() == ["reference-unresolved"]
        editor.type("a.py", depends("b.py"))
        assert pull() == []
        editor.settle()
        editor.client.server_requests.clear()
        editor.write("b.py", depends("a.py"))
        editor.settle()
        editor.client.wait_server_request("workspace/diagnostic/refresh")
        assert pull() == ["dependency-cycle"]
        assert not [
            one
            for one in editor.client.notifications
            if one["method"] == "textDocument/publishDiagnostics"
        ]


def test_typing_asks_a_client_that_pulls_for_nothing_more(root: Path, tmp_path: Path) -> None:
    """Its own pull after a change is answered with the newest: another would say the same."""
    with Acting.start(root, tmp_path / "state", capabilities=pulling()) as editor:
        editor.write("a.py", depends("gone.py"))
        editor.settle()
        editor.show("a.py")
        item = {"textDocument": {"uri": editor.uri("a.py")}, "identifier": "dbp"}
        editor.client.request("textDocument/diagnostic", item)
        editor.settle()
        editor.client.server_requests.clear()
        for number in range(5):
            editor.type("a.py", depends("gone.py") + f"Y = {number}\n")
            report = editor.client.request("textDocument/diagnostic", item)
            assert [one["code"] for one in report["items"]] == ["reference-unresolved"]
        editor.settle()
        asked = [one["method"] for one in editor.client.server_requests]
        assert "workspace/diagnostic/refresh" not in asked


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_ranges_are_right_in_every_encoding(root: Path, tmp_path: Path, encoding: str) -> None:
    capabilities = client(**RELATED)
    capabilities["general"] = {"positionEncodings": [encoding]}
    line = "漢字 💡\t[x](gone.md)"
    with Acting.start(root, tmp_path / "state", capabilities=capabilities) as editor:
        editor.write("a.md", f"# A\n\n{line}\n")
        editor.settle()
        editor.show("a.md", language="markdown")
        (found,) = editor.diagnostics("a.md")
        start = found["range"]["start"]["character"]
        before = line[: line.index("gone.md")]
        width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
        name = encoding if width == 1 else f"{encoding}-le"
        assert start == len(before.encode(name)) // width
        (action,) = [o for o in editor.offers("a.md", found) if o["title"].startswith("Keep")]
        (edit,) = action["edit"]["documentChanges"][0]["edits"]
        opened = line.index("[")
        assert edit["range"]["start"]["character"] == len(line[:opened].encode(name)) // width
        assert edit["newText"] == "x"
