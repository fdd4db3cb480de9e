"""What the server says without being asked, and to whom it keeps quiet."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from editor import FULL_CLIENT, Editor, source
from rawclient import RawClient


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.py").write_text(source())
    return folder


@pytest.fixture
def many(root: Path) -> Path:
    for number in range(199):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    return root


def stamp_statuses(client: RawClient) -> list[tuple[float, dict[str, Any]]]:
    """Write down when each status comes."""
    found: list[tuple[float, dict[str, Any]]] = []
    sort = client._sort

    def sort_and_stamp(message: dict[str, Any]) -> None:
        if message.get("method") == "dbp/statusChanged":
            found.append((time.monotonic(), message["params"]))
        sort(message)

    client._sort = sort_and_stamp  # type: ignore[method-assign]  # the client has no hook
    return found


def test_a_client_that_announces_progress_sees_it(many: Path, tmp_path: Path) -> None:
    """Row S8."""
    with Editor.start(many, tmp_path / "state") as editor:
        asked = editor.client.wait_server_request("window/workDoneProgress/create")
        token = asked["params"]["token"]
        values = []
        while not values or values[-1]["kind"] != "end":
            said = editor.client.wait_notification("$/progress", lambda p: p["token"] == token)
            values.append(said["value"])
        assert values[0]["kind"] == "begin"
        assert values[0]["title"] == "Indexing documentation: 200 files"
        assert values[0]["percentage"] == 0
        reports = [value for value in values if value["kind"] == "report"]
        assert len(values) == len(reports) + 2
        percentages = [value["percentage"] for value in reports]
        assert percentages == sorted(percentages)
        assert all(0 <= percentage <= 100 for percentage in percentages)
        assert values[-1]["message"] == "200 of 200 files"
        editor.settle()
        assert editor.status()["files"]["indexed"] == 200


def test_a_few_files_are_not_worth_a_bar(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        editor.write("b.py", source("New."))
        editor.settle()
        asked = {request["method"] for request in editor.client.server_requests}
        assert asked <= {"workspace/configuration"}


@pytest.mark.slow
def test_progress_can_be_cancelled(many: Path, tmp_path: Path) -> None:
    for number in range(199, 1500):
        (many / f"f{number}.py").write_text(source(f"Number {number}."))
    with Editor.start(many, tmp_path / "state") as editor:
        asked = editor.client.wait_server_request("window/workDoneProgress/create")
        token = asked["params"]["token"]
        editor.client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "begin")
        editor.client.notify("window/workDoneProgress/cancel", {"token": token})
        editor.client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "end")
        assert editor.status()["files"]["indexed"] < 1501
        editor.client.request("dbp/scan")
        editor.settle(timeout=50)
        assert editor.status()["files"]["indexed"] == 1501


@pytest.mark.slow
@pytest.mark.parametrize("how", ["paused", "removed"])
def test_progress_ends_with_the_work(how: str, root: Path, tmp_path: Path) -> None:
    """A bar that nobody ends stays, and is reported to four times a second."""
    for number in range(1500):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    with Editor.start(root, tmp_path / "state") as editor:
        editor.client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "begin")
        if how == "paused":
            editor.client.request("dbp/scheduler/stop")
        else:
            event = {"added": [], "removed": [{"uri": root.as_uri(), "name": "project"}]}
            editor.client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        editor.client.wait_notification("$/progress", lambda p: p["value"]["kind"] == "end")


@pytest.mark.slow
def test_a_client_that_pulls_is_not_asked_to_for_each_commit(root: Path, tmp_path: Path) -> None:
    for number in range(1000):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    pulls = {
        **FULL_CLIENT,
        "workspace": {**FULL_CLIENT["workspace"], "diagnostics": {"refreshSupport": True}},
        "textDocument": {**FULL_CLIENT["textDocument"], "diagnostic": {}},
    }
    with Editor.start(root, tmp_path / "state", capabilities=pulls) as editor:
        editor.open("a.py")
        started = time.monotonic()
        editor.settle()
        seconds = time.monotonic() - started
        methods = [request["method"] for request in editor.client.server_requests]
        assert 1 <= methods.count("workspace/diagnostic/refresh") <= 6 + 2 * seconds


@pytest.mark.slow
def test_many_open_documents_with_many_references_slow_nobody_down(
    root: Path, tmp_path: Path
) -> None:
    """Row A25: while everything is indexed, each of 3,000 references may lead somewhere new."""
    for number in range(1000):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    links = "".join(f"[a](f{n}.py)\n\n[b](missing/f{n}.py)\n\n" for n in range(150))
    for number in range(10):
        (root / f"d{number}.md").write_text("# Links\n\n" + links)
    with Editor.start(root, tmp_path / "state") as editor:
        for number in range(10):
            editor.open(f"d{number}.md", language="markdown")
        took = []
        while editor.status()["files"]["indexed"] < 1011:
            started = time.monotonic()
            assert editor.hover("d3.md", 0)
            took.append(time.monotonic() - started)
        assert sorted(took)[int(len(took) * 0.95)] < 0.2


def test_a_client_without_capabilities_is_asked_nothing(many: Path, tmp_path: Path) -> None:
    """Row U17: no request of the server, no progress, none of our own notifications."""
    with Editor.start(many, tmp_path / "state", capabilities={}) as editor:
        editor.settle()
        editor.open("a.py")
        assert editor.hover("a.py", 0)
        editor.save("a.py", source("Saved.", dependency="nowhere.md"))
        editor.client.notify("workspace/didChangeConfiguration", {"settings": {"dbp": {}}})
        editor.settle()
        editor.close("a.py")
        assert editor.intent("a.py") == "Saved."
        assert editor.client.shutdown() == 0
        assert editor.client.server_requests == []
        said = {message["method"] for message in editor.client.notifications}
        assert said <= {"textDocument/publishDiagnostics"}


@pytest.mark.slow
def test_the_status_is_pushed_on_change_and_once_a_second(many: Path, tmp_path: Path) -> None:
    """Row S11: a burst of 500 files."""
    with Editor.start(many, tmp_path / "state", notifications=True) as editor:
        stamped = stamp_statuses(editor.client)
        for number in range(500):
            editor.write(f"burst/f{number}.py", source(f"Burst {number}."))
        editor.settle()
        editor.client.pump_until(
            lambda: bool(stamped) and stamped[-1][1]["state"] == "idle", 5, "the last status"
        )
        times = [at for at, _ in stamped]
        assert all(later - earlier > 0.9 for earlier, later in pairwise(times))
        editor.client.pump(1.5)
        last, asked = stamped[-1][1], editor.status()
        for key in ("state", "files", "queue", "workers", "processedFiles", "role", "lastScan"):
            assert last[key] == asked[key], key
        assert last["files"]["indexed"] == 700
        # Nothing changes any more, so nothing is said any more.
        count = len(stamped)
        editor.client.pump(1.5)
        assert len(stamped) == count


@pytest.mark.slow
def test_changed_records_are_named(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        first = editor.client.wait_notification("dbp/metadataUpdated")
        assert first == {"uris": [editor.uri("a.py")]}
        editor.write("b.py", source("New."))
        (editor.root / "a.py").rename(editor.root / "ü c.py")
        editor.settle()
        named: set[str] = set()
        while len(named) < 3:
            named.update(editor.client.wait_notification("dbp/metadataUpdated")["uris"])
        assert named == {editor.uri(path) for path in ("a.py", "b.py", "ü c.py")}


@pytest.mark.slow
def test_pausing_is_a_change_of_status(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        editor.client.request("dbp/scheduler/stop")
        editor.client.wait_notification(
            "dbp/statusChanged", lambda status: status["state"] == "paused", timeout=5
        )
        editor.client.request("dbp/scheduler/start")
        editor.client.wait_notification(
            "dbp/statusChanged", lambda status: status["state"] == "idle", timeout=5
        )


def test_nothing_of_ours_is_sent_to_a_client_that_did_not_ask(root: Path, tmp_path: Path) -> None:
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        editor.write("b.py", source("New."))
        editor.settle()
        editor.client.request("dbp/scheduler/stop")
        editor.client.shutdown()
        said = {message["method"] for message in editor.client.notifications}
        assert not [method for method in said if method.startswith("dbp/")]
