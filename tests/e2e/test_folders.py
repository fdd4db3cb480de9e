"""Several folders, nested ones, none at all, and folders with odd names."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from editor import FULL_CLIENT, Editor, source
from rawclient import RpcError


def folder(path: Path) -> dict[str, str]:
    """Describe a folder as a client does."""
    return {"uri": path.as_uri(), "name": path.name}


def ask(editor: Editor, method: str, root: Path, **params: Any) -> Any:
    """Ask about one of several folders."""
    return editor.client.request(method, {"workspaceFolder": root.as_uri(), **params})


def settle(editor: Editor, *roots: Path) -> None:
    """Settle each of several folders."""
    for root in roots:
        ask(editor, "dbp/settle", root, flush=True)


def paths(editor: Editor, root: Path) -> list[str]:
    """List what is recorded in one of several folders."""
    return [file["path"] for file in ask(editor, "dbp/files", root)["files"]]


def intent(editor: Editor, path: Path) -> str:
    """Ask for a file's intent, by its URI alone."""
    found = editor.client.request("dbp/metadata", {"uri": path.as_uri()})
    return str(found["header"]["intent"])


def change_folders(
    editor: Editor, *, added: tuple[Path, ...] = (), removed: tuple[Path, ...] = ()
) -> None:
    """Add and remove folders, as the editor does."""
    event = {"added": [folder(p) for p in added], "removed": [folder(p) for p in removed]}
    editor.client.notify("workspace/didChangeWorkspaceFolders", {"event": event})


def wait_until_open(editor: Editor, root: Path) -> dict[str, Any]:
    """Ask for a folder's status until there is one that leads."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            status: dict[str, Any] = ask(editor, "dbp/status", root)
        except RpcError as error:
            assert error.data["code"] == "not_found"  # noqa: PT017 - the loop goes on with it
            continue
        if status["running"]:
            return status
    raise AssertionError(f"{root} does not open")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A folder that holds another one."""
    root = tmp_path / "one"
    (root / "inner").mkdir(parents=True)
    (root / "a.py").write_text(source("In one."))
    (root / "inner" / "b.py").write_text(source("In the inner one."))
    return root


@pytest.fixture
def two(tmp_path: Path) -> Path:
    root = tmp_path / "two"
    root.mkdir()
    (root / "a.py").write_text(source("In two."))
    return root


@pytest.fixture
def editor(one: Path, two: Path, tmp_path: Path) -> Iterator[Editor]:
    folders = [folder(one), folder(two)]
    with Editor.start(one, tmp_path / "state", workspaceFolders=folders) as session:
        settle(session, one, two)
        yield session


def test_each_folder_has_its_own_record(editor: Editor, one: Path, two: Path) -> None:
    """Row Z2."""
    assert paths(editor, one) == ["a.py", "inner/b.py"]
    assert paths(editor, two) == ["a.py"]
    assert (intent(editor, one / "a.py"), intent(editor, two / "a.py")) == ("In one.", "In two.")
    databases = {ask(editor, "dbp/status", root)["database"]["path"] for root in (one, two)}
    assert len(databases) == 2


def test_with_several_folders_a_request_must_say_which(editor: Editor, tmp_path: Path) -> None:
    for params, code in (
        ({}, "bad_params"),
        ({"workspaceFolder": tmp_path.as_uri()}, "not_found"),
        ({"workspaceFolder": 7}, "not_found"),
    ):
        with pytest.raises(RpcError) as refused:
            editor.client.request("dbp/status", params)
        assert refused.value.data["code"] == code


def test_a_folder_never_answers_for_a_file_of_another(editor: Editor, one: Path, two: Path) -> None:
    with pytest.raises(RpcError) as refused:
        ask(editor, "dbp/metadata", one, uri=(two / "a.py").as_uri())
    assert refused.value.data["code"] == "outside_workspace"


def test_the_inner_of_nested_folders_answers(one: Path, tmp_path: Path) -> None:
    """Row Z2, nested."""
    inner = one / "inner"
    folders = [folder(one), folder(inner)]
    with Editor.start(one, tmp_path / "state", workspaceFolders=folders) as editor:
        settle(editor, one, inner)
        found = editor.client.request("dbp/metadata", {"uri": (inner / "b.py").as_uri()})
        assert found["path"] == "b.py"
        assert paths(editor, inner) == ["b.py"]
        with pytest.raises(RpcError) as refused:
            ask(editor, "dbp/metadata", one, uri=(inner / "b.py").as_uri())
        assert refused.value.data["code"] == "outside_workspace"
        (inner / "b.py").write_text(source("Changed inside."))
        settle(editor, one, inner)
        assert intent(editor, inner / "b.py") == "Changed inside."


def test_folders_are_added_and_removed_while_running(
    editor: Editor, one: Path, two: Path, tmp_path: Path
) -> None:
    """Row A34."""
    third = tmp_path / "three"
    third.mkdir()
    (third / "c.py").write_text(source("In three."))
    change_folders(editor, added=(third,), removed=(two,))
    wait_until_open(editor, third)
    settle(editor, third)
    assert intent(editor, third / "c.py") == "In three."
    with pytest.raises(RpcError) as refused:
        editor.client.request("dbp/metadata", {"uri": (two / "a.py").as_uri()})
    assert refused.value.data["code"] == "outside_workspace"
    (third / "d.py").write_text(source("New in three."))
    settle(editor, third)
    assert paths(editor, third) == ["c.py", "d.py"]
    assert paths(editor, one) == ["a.py", "inner/b.py"]
    (two / "later.py").write_text(source("While it was gone."))
    change_folders(editor, added=(two,))
    wait_until_open(editor, two)
    settle(editor, two)
    assert paths(editor, two) == ["a.py", "later.py"]


def test_folders_that_come_and_go_quickly_end_as_the_editor_said_last(
    editor: Editor, tmp_path: Path
) -> None:
    third = tmp_path / "three"
    third.mkdir()
    (third / "c.py").write_text(source("In three."))
    for _ in range(5):
        change_folders(editor, added=(third,))
        change_folders(editor, removed=(third,))
    last = tmp_path / "last"
    last.mkdir()
    change_folders(editor, added=(last,))
    wait_until_open(editor, last)
    with pytest.raises(RpcError) as refused:
        ask(editor, "dbp/status", third)
    assert refused.value.data["code"] == "not_found"
    change_folders(editor, added=(third,))
    assert wait_until_open(editor, third)["role"] == "leader"
    settle(editor, third)
    assert intent(editor, third / "c.py") == "In three."


def test_an_open_file_changes_hands_with_its_folder(editor: Editor, two: Path) -> None:
    uri = (two / "a.py").as_uri()
    text = source("Shown.")
    item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    editor.client.notify("textDocument/didOpen", {"textDocument": item})

    def hover() -> str:
        where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
        answer = editor.client.request("textDocument/hover", where)
        return str(answer["contents"]["value"]) if answer else ""

    assert "Shown." in hover()
    change_folders(editor, removed=(two,))
    with pytest.raises(RpcError):
        editor.client.request("dbp/metadata", {"uri": uri})
    deadline = time.monotonic() + 10
    while "outside every workspace folder" not in hover() and time.monotonic() < deadline:
        pass
    assert "outside every workspace folder" in hover()
    assert "Shown." not in hover()
    change_folders(editor, added=(two,))
    wait_until_open(editor, two)
    settle(editor, two)
    assert "Shown." in hover()


def test_a_folder_that_is_not_there_does_not_hurt_the_others(one: Path, tmp_path: Path) -> None:
    folders = [
        {"uri": (tmp_path / "missing").as_uri(), "name": "missing"},
        {"uri": "vscode-vfs://github/x/y", "name": "remote"},
        {"uri": (tmp_path / ("x" * 300)).as_uri(), "name": "a name no file system takes"},
        folder(one),
    ]
    with Editor.start(one, tmp_path / "state", workspaceFolders=folders) as editor:
        editor.settle()
        assert editor.intent("a.py") == "In one."


# ── none at all ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Editor]:
    """A session without a folder: the editor was started on a single file."""
    nothing = {"rootUri": None, "workspaceFolders": None}
    with Editor.start(tmp_path, tmp_path / "state", **nothing) as session:
        yield session


def test_without_a_folder_a_single_file_is_hovered(alone: Editor) -> None:
    alone.write("lonely.py", source("All alone."))
    alone.open("lonely.py")
    assert "All alone." in (alone.hover("lonely.py", 0) or "")
    assert "run(task, retries)" in (alone.hover("lonely.py", 17, 5) or "")
    alone.change("lonely.py", source("Typed alone."))
    assert "Typed alone." in (alone.hover("lonely.py", 0) or "")
    alone.close("lonely.py")
    assert not list((alone.root / "state").rglob("*.db"))
    assert alone.client.shutdown() == 0


def test_without_a_folder_there_is_no_status(alone: Editor) -> None:
    for method in ("dbp/status", "dbp/settle", "dbp/files", "dbp/config"):
        with pytest.raises(RpcError) as refused:
            alone.client.request(method)
        assert refused.value.data["code"] == "not_found"
        assert "no workspace folder" in refused.value.message


def test_a_first_folder_can_be_added(alone: Editor, two: Path) -> None:
    change_folders(alone, added=(two,))
    wait_until_open(alone, two)
    settle(alone, two)
    assert intent(alone, two / "a.py") == "In two."


# ── odd names ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["with space", "größe", "🦀 crab", "100%25", "a#b?c", "-n", "[x]"])
def test_a_folder_with_an_odd_name(name: str, tmp_path: Path) -> None:
    root = tmp_path / name
    root.mkdir()
    (root / f"{name}.py").write_text(source("Odd."))
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        assert editor.intent(f"{name}.py") == "Odd."
        editor.open(f"{name}.py")
        assert "Odd." in (editor.hover(f"{name}.py", 0) or "")
        editor.write("sub dir/new.py", source("Newer."))
        editor.settle()
        assert editor.paths() == sorted([f"{name}.py", "sub dir/new.py"])


def test_documents_without_a_file_are_ignored_quietly(editor: Editor) -> None:
    for uri in (
        "untitled:Untitled-1",
        "git:/one/a.py?HEAD",
        "vscode-notebook-cell:/x#1",
        "nonsense",
    ):
        item = {"uri": uri, "languageId": "python", "version": 1, "text": source("Nowhere.")}
        editor.client.notify("textDocument/didOpen", {"textDocument": item})
        where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
        assert editor.client.request("textDocument/hover", where) is None
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "x"}]}
        editor.client.notify("textDocument/didChange", change)
        editor.client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        editor.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.client.shutdown() == 0
    assert editor.client.stderr() == ""
    said = {message["method"] for message in editor.client.notifications}
    assert not said & {"textDocument/publishDiagnostics", "window/showMessage"}


def test_each_folder_has_its_own_settings_and_the_session_adds_to_them(
    one: Path, two: Path, tmp_path: Path
) -> None:
    (one / ".dbp.toml").write_text("[scheduler]\nbatch_size = 5\n")
    (two / ".dbp.toml").write_text("[scheduler]\nbatch_size = 6\n")

    def configured(editor: Editor, root: Path) -> Mapping[str, Any]:
        answer = ask(editor, "dbp/config", root)
        return {key: one["value"] for key, one in answer["settings"]["scheduler"].items()}

    with Editor.start(
        one,
        tmp_path / "state",
        workspaceFolders=[folder(one), folder(two)],
        settings={"scheduler": {"worker_threads": 3}},
        capabilities=FULL_CLIENT,
    ) as editor:
        settle(editor, one, two)
        assert editor.client.wait_server_request("workspace/configuration")["params"] == {
            "items": [
                {"section": "dbp"},
                {"section": "dbp", "scopeUri": one.as_uri()},
                {"section": "dbp", "scopeUri": two.as_uri()},
            ]
        }
        first, second = configured(editor, one), configured(editor, two)
        assert (first["batch_size"], second["batch_size"]) == (5, 6)
        assert (first["worker_threads"], second["worker_threads"]) == (3, 3)


def test_the_editor_has_other_settings_for_each_folder(
    one: Path, two: Path, tmp_path: Path
) -> None:
    given = {None: 3, one.as_uri(): 4, two.as_uri(): None}

    def answer(params: Mapping[str, Any]) -> list[Any]:
        asked = [given[item.get("scopeUri")] for item in params["items"]]
        return [value and {"scheduler": {"worker_threads": value}} for value in asked]

    def threads(editor: Editor, root: Path) -> int:
        settings = ask(editor, "dbp/config", root)["settings"]
        return int(settings["scheduler"]["worker_threads"]["value"])

    with Editor.start(
        one, tmp_path / "state", workspaceFolders=[folder(one)], capabilities=FULL_CLIENT
    ) as editor:
        editor.client.handlers["workspace/configuration"] = answer
        editor.client.notify("workspace/didChangeConfiguration", {"settings": None})
        change_folders(editor, added=(two,))
        wait_until_open(editor, two)
        assert (threads(editor, one), threads(editor, two)) == (4, 3)
        given[two.as_uri()] = 5
        editor.client.notify("workspace/didChangeConfiguration", {"settings": None})
        deadline = time.monotonic() + 10
        while threads(editor, two) != 5:
            assert time.monotonic() < deadline
        assert threads(editor, one) == 4
