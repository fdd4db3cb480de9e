"""Requests about jobs and services as nobody should send them: each has a clean answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from jobbing import fill
from rawclient import RpcError

ODD: tuple[Any, ...] = (
    True,
    -1,
    1.5,
    2**63,
    "",
    "\ud800",
    "\x00",
    "../../etc/passwd",
    "file:///etc/passwd",
    "a" * 5000,
    [],
    [[[]]],
    {},
    {"a": {"a": {}}},
    ["\ud800"],
)
WHAT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "dbp/jobs/submit": (
        {"type": "extract", "arguments": {"path": "f1.py"}},
        ("type", "arguments", "priority", "again"),
    ),
    "dbp/jobs/list": ({}, ("type", "status", "limit", "cursor")),
    "dbp/jobs/get": ({}, ("id",)),
    "dbp/jobs/retry": ({}, ("id",)),
    "dbp/jobs/cancel": ({}, ("id",)),
    "dbp/jobs/cleanup": ({}, ("days",)),
    "dbp/scan": ({}, ("uri", "path", "force")),
    "dbp/services/configure": (
        {"service": "sync"},
        ("service", "name", "self", "enabled", "settings"),
    ),
    "dbp/services/trigger": (
        {"service": "sync", "operation": "sync_file"},
        ("service", "operation", "priority", "target", "uri"),
    ),
    "dbp/projects/add": ({}, ("uri", "url", "name")),
    "dbp/projects/remove": ({}, ("id",)),
    "dbp/search": ({"query": "a"}, ("query", "limit", "kind", "language", "folder")),
    "dbp/plan": ({}, ("uri",)),
}


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    root = fill(tmp_path / "project", 3)
    with Editor.start(root, tmp_path / "state") as session:
        session.settle()
        yield session


def test_odd_parameters_are_answered_and_never_with_an_internal_error(editor: Editor) -> None:
    asked: dict[int | str, tuple[str, str, Any]] = {}
    for method, (usual, names) in WHAT.items():
        for name in names:
            for value in ODD:
                asked[editor.client.send_request(method, {**usual, name: value})] = (
                    method,
                    name,
                    value,
                )
    for number, what in asked.items():
        answer = editor.client.wait_response(number)
        if "error" in answer:
            assert answer["error"]["code"] != -32603, (what, answer)
            assert answer["error"]["data"]["code"] not in {"internal", "defect"}, (what, answer)
    editor.settle()


def test_a_switch_among_the_settings_of_a_service_is_refused(editor: Editor) -> None:
    with pytest.raises(RpcError) as refused:
        editor.client.request(
            "dbp/services/configure", {"service": "sync", "settings": {"enabled": False}}
        )
    assert refused.value.data["hint"] == "it stands beside settings"


def test_a_folder_that_was_just_added_is_asked_about_at_once(
    editor: Editor, tmp_path: Path
) -> None:
    for number in range(3):
        other = fill(tmp_path / f"other{number}", 1)
        event = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
        editor.client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        answer = editor.client.request("dbp/settle", {"workspaceFolder": other.as_uri()})
        assert answer["settled"]
        event = {"added": [], "removed": [{"uri": other.as_uri(), "name": "other"}]}
        editor.client.notify("workspace/didChangeWorkspaceFolders", {"event": event})


@pytest.mark.parametrize("path", ["\ud800", "../outside.py", 7, ["a.py"]])
def test_a_job_of_a_service_about_no_path_of_the_folder_is_refused(
    editor: Editor, path: Any
) -> None:
    with pytest.raises(RpcError) as refused:
        editor.client.request("dbp/jobs/submit", {"type": "sync", "arguments": {"path": path}})
    assert refused.value.code == -32602
