"""The scanner: every odd file listed for what it is, none of them read through a link."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sources_help import git, tree

from dbp.errors import BadPathError, ScanError
from dbp.paths import Root
from dbp.sources import beneath
from dbp.sources.ignore import Scope
from dbp.sources.scanner import Scanner


def scanner(folder: Path, forbidden: set[tuple[int, int]] | None = None) -> Scanner:
    root = Root(str(folder))
    return Scanner(
        root,
        Scope(root),
        max_file_bytes=1000,
        binary_by_name=lambda key: key.endswith(".png"),
        forbidden=forbidden if forbidden is not None else set(),
    )


@pytest.fixture(params=["git", "plain"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    ws = tmp_path / "ws"
    ws.mkdir()
    if request.param == "git":
        git(ws, "init", "-q")
    return ws


def test_odd_files_say_why_they_are_not_read(folder: Path) -> None:
    tree(folder, "a.py", "b.png", "d/e.py")
    (folder / "big").write_bytes(b"x" * 1001)
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    found = scanner(folder)
    skips = {listed.path: listed.skip for listed in found.list()}
    assert skips == {
        "a.py": "",
        "b.png": "binary",
        "big": "too_large",
        "d/e.py": "",
        "link": "symlink",
        "loop": "symlink",
        "up": "symlink",
    }
    for key in ("link", "loop", "up", "big", "d", "", "up/ws/a.py", "link/x"):
        with pytest.raises((BadPathError, FileNotFoundError)):
            found.read(key)
    assert found.look("up/ws/a.py") is None
    assert found.why_excluded("up/ws/a.py") == "a link"
    assert list(found.list("up")) == [found.look("up")]
    assert list(found.list("up/ws")) == []


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    found = scanner(tmp_path)
    assert {listed.path: listed.skip for listed in found.list()} == {
        "fifo": "special",
        "socket": "special",
    }
    for key in ("fifo", "socket"):
        with pytest.raises(BadPathError):
            found.read(key)


def test_odd_names_survive(folder: Path) -> None:
    names = [b"bad\xff.py", b"new\nline.py", b"quote'\".py", b"[id].py", b"*.py", b":x.py", b" .py"]
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(name)
    found = scanner(folder)
    listed = {os.fsencode(each.path) for each in found.list()}
    assert listed == set(names)
    for name in names:
        key = os.fsdecode(name)
        assert found.look(key) is not None
        assert found.read(key)[0] == name
        assert [each.path for each in found.list(key)] == [key]


def test_order_is_that_of_whole_keys(folder: Path) -> None:
    tree(folder, "a/z.py", "a.py", "a-b/c.py", "a0", "B", "é/f", "a/b/c", "a/b.c")
    keys = [listed.path for listed in scanner(folder).list()]
    assert keys == sorted(keys)
    assert len(keys) == 8
    assert [each.path for each in scanner(folder).list("a")] == ["a/b.c", "a/b/c", "a/z.py"]
    assert [each.path for each in scanner(folder).list("a.py")] == ["a.py"]
    assert list(scanner(folder).list("gone/deep")) == []


def test_a_folder_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", "secret.py")
    ws = tree(tmp_path / "ws", "d/secret.py", "a.py")
    git(ws, "init", "-q")
    git(ws, "add", "-A")
    (ws / "d").rename(tmp_path / "away")
    (ws / "d").symlink_to(outside)
    found = scanner(ws)
    assert [listed.path for listed in found.list()] == ["a.py", "d"]
    assert found.look("d/secret.py") is None
    with pytest.raises(BadPathError):
        found.read("d/secret.py")


def test_a_swap_during_reading_never_leaves_the_root(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", "f")
    (outside / "f").write_text("secret")
    ws = tree(tmp_path / "ws", "d/f")
    (tmp_path / "link").symlink_to(outside)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            (ws / "d").rename(tmp_path / "aside")
            (tmp_path / "link").rename(ws / "d")
            (ws / "d").rename(tmp_path / "link")
            (tmp_path / "aside").rename(ws / "d")

    thread = threading.Thread(target=swap)
    thread.start()
    found, read, refused = scanner(ws), 0, 0
    try:
        while read < 200 or refused < 20:
            try:
                assert found.read("d/f")[0] == b"d/f"
                read += 1
            except (BadPathError, FileNotFoundError):
                refused += 1
    finally:
        done.set()
        thread.join()


def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tree(tmp_path, "a.py") / "a.py"
    real = os.read
    changes = 1

    def read(handle: int, size: int) -> bytes:
        nonlocal changes
        data = real(handle, size)
        if len(data) > 1 and changes:
            changes -= 1
            with path.open("ab") as file:
                file.write(b"+")
        return data

    monkeypatch.setattr(beneath.os, "read", read)
    found = scanner(tmp_path)
    data, stat = found.read("a.py")
    assert (data, stat.size) == (b"a.py+", 5)
    changes = 3
    with pytest.raises(BlockingIOError):
        found.read("a.py")


def test_our_own_database_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "index.db")
    os.link(tmp_path / "index.db", tmp_path / "innocent.txt")
    forbidden: set[tuple[int, int]] = set()
    found = scanner(tmp_path, forbidden)
    assert found.read("innocent.txt")[0] == b"index.db"
    at = (tmp_path / "index.db").stat()
    forbidden.add((at.st_dev, at.st_ino))
    opened: list[object] = []
    real = os.open
    monkeypatch.setattr(beneath.os, "open", lambda *a, **k: (opened.append(a[0]), real(*a, **k))[1])
    for key in ("index.db", "innocent.txt"):
        with pytest.raises(BadPathError):
            found.read(key)
    assert not {"index.db", "innocent.txt"} & set(opened)


def test_a_folder_without_permission_is_a_warning(tmp_path: Path) -> None:
    tree(tmp_path, "open/a.py", "shut/b.py")
    (tmp_path / "shut").chmod(0)
    tmp_path.chmod(0o755)
    for above in tmp_path.parents[:3]:
        above.chmod(above.stat().st_mode | 0o111)
    program = (
        "import os, sys\n"
        "from dbp.paths import Root\n"
        "from dbp.sources.ignore import Scope\n"
        "from dbp.sources.scanner import Scanner\n"
        "import pathspec.patterns.gitignore.spec\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "root = Root(sys.argv[1])\n"
        "s = Scanner(root, Scope(root), max_file_bytes=9, binary_by_name=lambda k: False)\n"
        "print([each.path for each in s.list()], *s.warnings)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "server"},
    )
    (tmp_path / "shut").chmod(0o755)
    assert done.stdout.strip() == "['open/a.py'] shut: Permission denied", done.stderr


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScanError):
        list(scanner(tmp_path / "gone").list())


def test_paths_out_of_the_root_are_refused(tmp_path: Path) -> None:
    found = scanner(tmp_path)
    for key in ("../x", "/etc/passwd", "a/../../b", "a\0b"):
        for ask in (found.look, found.read, found.why_excluded, lambda key: list(found.list(key))):
            with pytest.raises(BadPathError):
                ask(key)


def test_a_very_deep_tree_is_walked(tmp_path: Path) -> None:
    at = tmp_path
    for _ in range(900):
        at /= "d"
    at.mkdir(parents=True)
    (at / "x").touch()
    assert len([*scanner(tmp_path).list()]) == 1


def test_a_gone_file_and_a_folder_are_not_looked_at(folder: Path) -> None:
    tree(folder, "d/a.py")
    found = scanner(folder)
    assert found.look("d/gone.py") is None
    assert found.look("d") is None
    assert found.look("") is None
    listed = found.look("d/a.py")
    assert listed is not None
    assert listed.stat.size == 6
    assert found.read("d/a.py") == (b"d/a.py", listed.stat)
