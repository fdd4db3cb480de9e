"""Hostile and broken input: each file is told about in one clear place, all others are indexed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import FULL_CLIENT, Editor, source
from rawclient import RpcError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NOT_UTF8 = os.fsdecode(b"caf\xe9.py")
NEWLINE = "new\nline.py"
INDEXED = sorted(
    [
        ".gitignore",
        "accents.py",
        "after.py",
        "deep.py",
        "empty.py",
        NEWLINE,
        NOT_UTF8,
        "sub/.gitignore",
        "sub/inner.py",
        "wide.md",
    ]
)


def build(root: Path) -> None:
    """Lay out a folder with the first dozen of bad files."""
    (root / "sub").mkdir(parents=True)
    os.mkfifo(root / "pipe.py")
    (root / "picture.png").write_bytes(PNG)
    (root / "nul.py").write_bytes(b'"""Has a NUL."""\n\0\n')
    (root / "accents.py").write_bytes('"""Café à la crème."""\n'.encode("latin-1"))
    (root / "wide.md").write_bytes("# Größe\n\nIn sechzehn Bit.\n".encode("utf-16"))
    (root / "passwd.py").symlink_to("/etc/passwd")
    (root / "loop.py").symlink_to("loop.py")
    (root / "sub" / "up").symlink_to("..")
    (root / NOT_UTF8).write_text(source("A name that is not UTF-8."))
    (root / NEWLINE).write_text(source("A name with a line end."))
    (root / ".gitignore").write_text("[z-a]\nfoo\\\n")
    (root / "sub" / ".gitignore").write_bytes(b"[\n\xff\xfe\n!\n")
    (root / "sub" / "inner.py").write_text(source("Beside a broken rule."))
    (root / "big.py").write_bytes(b"# large\n" * (5 << 17))
    (root / "empty.py").touch()
    (root / "deep.py").write_text("x = " + "(" * 3000 + ")" * 3000 + "\n")
    (root / "after.py").write_text(source("Last of all."))


@pytest.fixture(scope="module", params=["plain", "git"])
def editor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Editor]:
    """One session on the folder for all questions, walked and listed by git."""
    folder = tmp_path_factory.mktemp(f"bad-{request.param}")
    build(folder / "project")
    if request.param == "git":
        subprocess.run(["git", "init", "-q", str(folder / "project")], check=True)
    with Editor.start(folder / "project", folder / "state") as session:
        session.settle()
        yield session


def refusal(editor: Editor, path: str) -> tuple[str, str]:
    """Ask for a file's metadata and return the code and the message of the refusal."""
    with pytest.raises(RpcError) as refused:
        editor.metadata(path)
    return refused.value.data["code"], refused.value.message


def says_only(hover: str | None, reason: str) -> bool:
    """Tell whether a hover says why a file is none of ours, and nothing else."""
    shown = (hover or "").replace("\\", "")
    return "Not indexed" in shown and reason in shown and shown.count("\n") == 2


def test_everything_else_is_indexed_and_nothing_failed(editor: Editor) -> None:
    assert sorted(editor.paths()) == INDEXED
    status = editor.status()
    assert status["state"] == "idle"
    assert status["files"]["indexed"] == len(INDEXED)
    assert status["files"]["failed"] == 0
    assert status["failedFiles"] == 0
    assert editor.intent("after.py") == "Last of all."
    assert editor.intent("sub/inner.py") == "Beside a broken rule."


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("picture.png", "binary"),
        ("nul.py", "binary"),
        ("passwd.py", "a symbolic link"),
        ("loop.py", "a symbolic link"),
        ("big.py", "larger than the setting"),
    ],
)
def test_a_file_that_is_not_read_says_why(editor: Editor, path: str, reason: str) -> None:
    code, message = refusal(editor, path)
    assert code == "ignored"
    assert reason in message
    assert says_only(editor.hover(path, 0), reason)


def test_a_pipe_is_never_opened(editor: Editor) -> None:
    """Git does not list one, a walk does; neither reads it, and both say something."""
    code, _ = refusal(editor, "pipe.py")
    assert code in ("ignored", "not_found")
    assert "pipe.py" not in editor.paths()


def test_nothing_of_a_link_target_is_shown(editor: Editor) -> None:
    for path in ("passwd.py", "sub/up/after.py"):
        code, message = refusal(editor, path)
        assert code in ("ignored", "not_found")
        assert "root:" not in message
        assert "root:" not in (editor.hover(path, 0) or "")


def test_latin_1_is_read_with_a_note(editor: Editor) -> None:
    """Row W10."""
    found = editor.metadata("accents.py")
    assert found["header"]["intent"] == "Café à la crème."
    assert found["encoding"] == "cp1252"
    assert [problem["code"] for problem in found["problems"]] == ["decoded_with_replacement"]


def test_utf_16_is_read(editor: Editor) -> None:
    found = editor.metadata("wide.md")
    assert found["encoding"] == "utf-16"
    assert [symbol["name"] for symbol in found["symbols"]] == ["Größe"]


@pytest.mark.parametrize(
    ("path", "intent"),
    [(NOT_UTF8, "A name that is not UTF-8."), (NEWLINE, "A name with a line end.")],
)
def test_a_file_with_an_odd_name_answers(editor: Editor, path: str, intent: str) -> None:
    found = editor.metadata(path)
    assert found["path"] == path
    assert found["uri"] == editor.uri(path)
    assert found["header"]["intent"] == intent
    editor.open(path)
    assert intent.rstrip(".") in (editor.hover(path, 0) or "")
    editor.close(path)


def test_a_file_that_is_gone_answers_from_the_record(tmp_path: Path) -> None:
    """To convert its columns for a client that counts bytes its lines would be needed."""
    bytes_only = {**FULL_CLIENT, "general": {"positionEncodings": ["utf-8"]}}
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.md").write_text("# Größe\n\n[ä](b.md) [ü](b.md)\n")
    settings = {"scheduler": {"delay_seconds": 60}}
    with Editor.start(
        root, tmp_path / "state", capabilities=bytes_only, settings=settings
    ) as session:
        session.settle()
        columns = [r["range"]["start"]["character"] for r in session.metadata("a.md")["references"]]
        assert columns == [5, 16]
        (root / "a.md").unlink()
        assert session.metadata("a.md")["stale"] is True


def test_a_reference_that_no_path_can_be_is_a_finding(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.md").write_text("# Links\n\n[x](a%00b.md)\n")
    with Editor.start(root, tmp_path / "state") as session:
        session.open("a.md", language="markdown")
        said = session.client.wait_notification("textDocument/publishDiagnostics")
        assert [found["code"] for found in said["diagnostics"]] == ["reference-unresolved"]


def test_an_empty_file_is_a_file(editor: Editor) -> None:
    found = editor.metadata("empty.py")
    assert (found["state"], found["size"], found["header"], found["symbols"]) == (
        "indexed",
        0,
        None,
        [],
    )


def test_code_nested_too_deeply_is_a_problem_of_its_own(editor: Editor) -> None:
    found = editor.metadata("deep.py")
    assert found["state"] == "indexed"
    assert found["problems"]


def test_an_open_file_that_is_too_large_says_so_and_nothing_else(editor: Editor) -> None:
    """The editor's text of it is not parsed either."""
    editor.open("big.py", source("Too much of it."))
    editor.settle()
    assert says_only(editor.hover("big.py", 0), "larger than")
    assert editor.hover("big.py", 17, 5) == editor.hover("big.py", 0)
    editor.close("big.py")


def test_an_open_link_says_so_and_nothing_else(editor: Editor) -> None:
    editor.open("passwd.py", "root:x:0:0:root:/root:/bin/bash\n")
    assert says_only(editor.hover("passwd.py", 0), "a symbolic link")
    editor.close("passwd.py")


def test_an_open_file_outside_every_folder_says_so_and_nothing_else(
    editor: Editor, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.py"
    uri = outside.as_uri()
    item = {"uri": uri, "languageId": "python", "version": 1, "text": source("Elsewhere.")}
    editor.client.notify("textDocument/didOpen", {"textDocument": item})
    position = {"line": 0, "character": 0}
    params = {"textDocument": {"uri": uri}, "position": position}
    hover = editor.client.request("textDocument/hover", params)
    assert hover is not None
    assert says_only(hover["contents"]["value"], "outside every workspace folder")
    editor.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:///etc/passwd", "outside_workspace"),
        ("file:///proc/self/environ", "outside_workspace"),
        ("file:///%00", "bad_params"),
        ("untitled:Untitled-1", "bad_params"),
    ],
)
def test_metadata_of_a_path_outside_is_refused(editor: Editor, uri: str, code: str) -> None:
    """Row Z7."""
    with pytest.raises(RpcError) as refused:
        editor.client.request("dbp/metadata", {"uri": uri})
    assert refused.value.data["code"] == code


def test_a_path_that_climbs_out_is_refused(editor: Editor) -> None:
    with pytest.raises(RpcError) as refused:
        editor.client.request("dbp/metadata", {"uri": editor.root.as_uri() + "/../../x.py"})
    assert refused.value.data["code"] == "outside_workspace"


def test_hovering_over_an_ignored_file_says_so_and_nothing_else(editor: Editor) -> None:
    editor.write("ignored/.gitignore", "*\n")
    editor.write("ignored/x.py", source("Never shown."))
    editor.settle()
    assert refusal(editor, "ignored/x.py")[0] == "ignored"
    editor.open("ignored/x.py")
    assert says_only(editor.hover("ignored/x.py", 0), "ignored by")
    editor.close("ignored/x.py")


def test_a_broken_settings_file_is_told_and_the_defaults_hold(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / ".dbp.toml").write_text("[scheduler\nworker_threads = 4\n")
    (root / "a.py").write_text(source())
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        assert editor.intent("a.py") == "Runs tasks one at a time."
        answer = editor.client.request("dbp/config")
        assert answer["settings"]["scheduler"]["worker_threads"]["value"] == 2
        [problem] = answer["problems"]
        assert ".dbp.toml" in problem["message"]
        assert (problem["line"], problem["severity"]) == (1, "error")


def test_a_value_out_of_range_is_told_and_the_default_holds(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / ".dbp.toml").write_text("[scheduler]\nworker_threads = 99\nbatch_size = 7\n")
    (root / "a.py").write_text(source())
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        answer = editor.client.request("dbp/config")
        scheduler = answer["settings"]["scheduler"]
        assert scheduler["worker_threads"] == {"value": 2, "origin": "default"}
        assert scheduler["batch_size"] == {"value": 7, "origin": "workspace file .dbp.toml"}
        [problem] = answer["problems"]
        assert "scheduler.worker_threads" in problem["message"]
        assert "from 1 to 8" in problem["message"]
        assert editor.status()["workers"]["configured"] == 2


def without_privilege() -> tuple[str, ...] | None:
    """Give a command line whose server cannot read what its mode forbids, or None."""
    serve = (sys.executable, "-m", "dbp", "serve")
    if os.geteuid() != 0:
        return serve
    # Root owns the test's files: without these two capabilities it is a user like any other.
    drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if shutil.which(drop[0]) is None:
        return None
    tried = subprocess.run([*drop, sys.executable, "-c", ""], check=False, capture_output=True)
    return (*drop, *serve) if tried.returncode == 0 else None


@pytest.mark.slow
def test_a_file_without_permission_fails_with_its_reason_and_comes_back(tmp_path: Path) -> None:
    """Row E3: it is tried again by itself, so that `chmod` back needs no edit."""
    argv = without_privilege()
    if argv is None:
        pytest.skip("root cannot give up its privileges here")
    root = tmp_path / "project"
    (root / "closed").mkdir(parents=True)
    (root / "a.py").write_text(source())
    (root / "secret.py").write_text(source("Locked away."))
    (root / "secret.py").chmod(0)
    (root / "closed" / "b.py").write_text(source())
    (root / "closed").chmod(0)
    try:
        with Editor.start(root, tmp_path / "state", argv=argv, notifications=True) as editor:
            editor.settle()
            assert editor.intent("a.py") == "Runs tasks one at a time."
            status = editor.status()
            assert status["files"] == {"indexed": 1, "pending": 0, "failed": 1, "excluded": 0}
            failure = status["stats"]["recentFailures"][0]
            assert (failure["path"], failure["code"]) == ("secret.py", "EACCES")
            found = editor.metadata("secret.py")
            assert (found["state"], found["header"]) == ("failed", None)
            assert "Permission denied" in found["problems"][0]["message"]
            assert "Permission denied" in (editor.hover("secret.py", 0) or "")
            (root / "secret.py").chmod(0o644)
            uri = editor.uri("secret.py")
            while editor.metadata("secret.py")["state"] != "indexed":
                editor.client.wait_notification(
                    "dbp/metadataUpdated", lambda params: uri in params["uris"], timeout=20
                )
            assert editor.intent("secret.py") == "Locked away."
            assert editor.status()["files"]["failed"] == 0
    finally:
        (root / "closed").chmod(0o700)


def test_an_open_file_that_becomes_ignored_is_hidden_and_comes_back(tmp_path: Path) -> None:
    """Row F17, as the person who looks at the file sees it."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text(source())
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        editor.open("a.py")
        assert "Runs tasks" in (editor.hover("a.py", 0) or "")
        editor.write(".gitignore", "a.py\n")
        editor.settle()
        assert says_only(editor.hover("a.py", 0), "ignored by")
        (root / ".gitignore").unlink()
        editor.settle()
        assert "Runs tasks" in (editor.hover("a.py", 0) or "")


def test_an_open_file_that_is_cut_to_size_is_shown(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "big.py").write_bytes(b"# large\n" * (5 << 17))
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        editor.open("big.py", source("Small now."))
        assert says_only(editor.hover("big.py", 0), "larger than")
        editor.save("big.py", source("Small now."))
        editor.settle()
        assert "Small now." in (editor.hover("big.py", 0) or "")


@pytest.mark.slow
def test_a_restored_session_knows_at_once_what_is_not_shown(tmp_path: Path) -> None:
    """Editors open their files before the record is read; nothing is published then."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "big.py").write_bytes(b"# large\n" * (5 << 17))
    for _ in range(2):
        with Editor.start(root, tmp_path / "state") as editor:
            editor.open("big.py", source("Too much of it."))
            editor.settle()
            assert says_only(editor.hover("big.py", 0), "larger than")
            assert editor.client.shutdown() == 0
