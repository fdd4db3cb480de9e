"""The watcher: a hint for every change, in order with the bell, and silence for everything else."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from sources_help import Watch, git, tree


def test_create_edit_delete(watch: Watch) -> None:
    watched = watch()
    path = watched.folder / "a.py"
    for act in (lambda: path.write_text("a"), lambda: path.write_text("b"), path.unlink):
        act()
        assert set(watched.barrier()) == {("file", "a.py")}


def test_rename_says_where_the_file_came_from(watch: Watch) -> None:
    watched = watch()
    tree(watched.folder, "a.py")
    watched.barrier()
    (watched.folder / "a.py").rename(watched.folder / "b.py")
    assert set(watched.barrier()) == {("file", "a.py"), ("file", "b.py")}
    assert {(c.path, c.old_path) for c in watched.sink.changes[-2:]} == {
        ("b.py", "a.py"),
        ("a.py", None),
    }


def test_atomic_save(watch: Watch) -> None:
    watched = watch()
    tree(watched.folder, "a.py")
    watched.barrier()
    (watched.folder / ".a.tmp").write_text("new")
    (watched.folder / ".a.tmp").replace(watched.folder / "a.py")
    assert ("file", "a.py") in watched.barrier()


def test_a_moved_folder_of_thirty(watch: Watch) -> None:
    watched = watch()
    tree(watched.folder, *(f"old/sub/{i}.py" for i in range(30)))
    watched.barrier()
    (watched.folder / "old").rename(watched.folder / "new")
    calls = watched.barrier()
    assert {("tree", "old"), ("tree", "new")} <= set(calls)
    (watched.folder / "new/sub/7.py").write_text("edited after the move")
    assert ("file", "new/sub/7.py") in watched.barrier()


def test_a_folder_that_appears_with_content(watch: Watch, tmp_path: Path) -> None:
    watched = watch()
    source = tree(tmp_path / "elsewhere", *(f"d{i}/e/f{i}.py" for i in range(20)))
    shutil.copytree(source, watched.folder / "copied")
    assert ("tree", "copied") in watched.barrier()
    source.rename(watched.folder / "moved")
    assert ("tree", "moved") in watched.barrier()
    for name in ("copied", "moved"):
        (watched.folder / name / "d3/e/late.py").write_text("x")
        assert ("file", f"{name}/d3/e/late.py") in watched.barrier()


def test_a_deep_folder_made_at_once(watch: Watch) -> None:
    watched = watch()
    deep = "/".join("abcdefghij")
    (watched.folder / deep).mkdir(parents=True)
    assert ("tree", "a") in watched.barrier()
    tree(watched.folder, f"{deep}/x.py")
    assert ("file", f"{deep}/x.py") in watched.barrier()


def test_delete_and_remake_at_once(watch: Watch) -> None:
    watched = watch()
    for _ in range(30):
        tree(watched.folder, "d/e/x.py")
        shutil.rmtree(watched.folder / "d")
        tree(watched.folder, "d/e/y.py")
        watched.barrier()
        (watched.folder / "d/e/y.py").write_text("edited")
        assert ("file", "d/e/y.py") in watched.barrier()
        shutil.rmtree(watched.folder / "d")


def test_a_folder_that_was_moved_out_says_no_more(watch: Watch, tmp_path: Path) -> None:
    watched = watch()
    tree(watched.folder, "d/e/x.py")
    watched.barrier()
    before = watched.watcher.status().directories
    (watched.folder / "d").rename(tmp_path / "out")
    assert ("tree", "d") in watched.barrier()
    (tmp_path / "out/e/x.py").write_text("not ours")
    assert watched.barrier() == []
    assert watched.watcher.status().directories == before - 2


def test_ignored_folders_get_no_watch(watch: Watch) -> None:
    watched = watch(exclude=["gen/"])
    tree(watched.folder, "gen/deep/x.py", "src/y.py", "node_modules/z/w.js")
    watched.barrier()
    assert watched.watcher.status().directories == 2
    (watched.folder / "gen/deep/x.py").write_text("edited")
    assert watched.barrier() == []


def test_git_decides_what_is_watched(watch: Watch, tmp_path: Path) -> None:
    folder = tree(tmp_path / "ws", "build/o/x.o", "src/a.py", "src/b.log", "empty/", "logs/a.log")
    (folder / ".gitignore").write_text("build/\n*.log\nlater/\n")
    git(folder, "init", "-q")
    watched = watch()
    assert watched.watcher.status().directories == 4  # ws, src, empty, logs
    tree(folder, "later/x.py", "build/o/y.o", "logs/new.py")
    calls = watched.barrier()
    assert ("file", "logs/new.py") in calls
    assert not {path for _, path in calls if path.startswith(("later", "build"))}
    assert watched.watcher.status().directories == 4


def test_new_rules_change_what_is_watched(watch: Watch, tmp_path: Path) -> None:
    folder = tree(tmp_path / "ws", "gen/o/x.py", "src/a.py")
    (folder / ".gitignore").write_text("gen/\n")
    git(folder, "init", "-q")
    watched = watch()
    assert watched.watcher.status().directories == 2
    (folder / ".gitignore").write_text("src/\n")
    calls = watched.barrier()
    assert ("tree", "") in calls
    if ("tree", "gen") not in calls:
        watched.sink.until(("tree", "gen"))
    assert watched.watcher.status().directories == 3
    (folder / "gen/o/x.py").write_text("now ours")
    assert ("file", "gen/o/x.py") in watched.barrier()
    (folder / "src/a.py").write_text("no longer")
    assert watched.barrier() == []


def test_reading_makes_no_events(watch: Watch) -> None:
    watched = watch()
    tree(watched.folder, *(f"d{i % 7}/f{i}.py" for i in range(100)))
    watched.barrier()
    for path in watched.folder.rglob("*"):
        if path.is_file():
            path.read_bytes()
    assert watched.barrier() == []


def test_changes_without_a_writer_closing_are_seen(watch: Watch) -> None:
    watched = watch()
    path = tree(watched.folder, "a.py") / "a.py"
    watched.barrier()
    for act in (
        lambda: os.truncate(path, 1),
        lambda: path.chmod(0o600),
        lambda: os.utime(path, (1, 1)),
    ):
        act()
        assert ("file", "a.py") in watched.barrier()
    with path.open("a") as file:
        file.write("x")
        file.flush()
        assert ("file", "a.py") in watched.barrier()


def test_the_bell_is_a_barrier(watch: Watch) -> None:
    watched = watch()
    for i in range(200):
        names = {f"d{i % 5}/f{i}-{n}.py" for n in range(i % 9)}
        tree(watched.folder, *names)
        if i % 4 == 0 and names:
            (watched.folder / min(names)).unlink()
        calls = watched.barrier()
        seen = {path for kind, path in calls if kind == "file"}
        trees = {path for kind, path in calls if kind == "tree"}
        assert {name for name in names if name not in seen} <= {
            name for name in names if name.split("/")[0] in trees
        }


def test_an_exception_in_the_sink_is_survived(watch: Watch) -> None:
    watched = watch()
    watched.sink.bad = "bad.py"
    tree(watched.folder, "bad.py")
    assert ("overflow", "") in watched.barrier()
    tree(watched.folder, "good.py")
    assert ("file", "good.py") in watched.barrier()
    assert watched.watcher.alive()
    assert watched.watcher.status().overflows > 0


@pytest.mark.parametrize("how", ["delete", "recreate", "rename"])
def test_a_lost_root_shows(watch: Watch, tmp_path: Path, how: str) -> None:
    watched = watch()
    assert watched.watcher.alive()
    if how == "rename":
        watched.folder.rename(tmp_path / "renamed")
    else:
        shutil.rmtree(watched.folder)
        watched.sink.until(("tree", ""))
    if how != "delete":
        watched.folder.mkdir()
    assert not watched.watcher.alive()


def test_stopping_is_quick_and_final(watch: Watch) -> None:
    before = threading.active_count()
    watched = watch()
    assert threading.active_count() <= before + 4
    tree(watched.folder, *(f"{i}/x" for i in range(300)))
    start = time.monotonic()
    watched.watcher.stop()
    assert time.monotonic() - start < 1
    calls = len(watched.sink.calls)
    tree(watched.folder, "late")
    assert len(watched.sink.calls) == calls
    assert threading.active_count() == before
    assert not watched.watcher.alive()


def test_five_thousand_files(watch: Watch) -> None:
    watched = watch()
    tree(watched.folder, *(f"d{i}/" for i in range(50)))
    watched.barrier()
    threads = threading.active_count()
    names = {f"d{i % 50}/f{i}.py" for i in range(5000)}
    tree(watched.folder, *names)
    assert {path for _, path in watched.barrier()} == names
    assert threading.active_count() == threads


def test_polling_sees_the_same(watch: Watch) -> None:
    watched = watch("polling", exclude=["gen/"])
    tree(watched.folder, "a/b.py", "gen/x.py")
    watched.sink.until(("tree", "a"), ("file", "a/b.py"))
    (watched.folder / "a/b.py").unlink()
    watched.sink.until(("file", "a/b.py"))
    (watched.bell / "note").touch()
    watched.sink.until(("bell", "note"))
    assert not {c.path for c in watched.sink.changes if c.path.startswith("gen/")}
    status = watched.watcher.status()
    assert (status.backend, status.directories) == ("polling", 2)
    assert watched.watcher.alive()


def test_off_has_no_threads(watch: Watch) -> None:
    before = threading.active_count()
    watched = watch("off")
    assert threading.active_count() == before
    assert watched.watcher.status().backend == "off"


def test_a_missing_root_cannot_be_watched(watch: Watch, tmp_path: Path) -> None:
    watched = watch()
    watched.watcher.stop()
    shutil.rmtree(tmp_path / "ws")
    with pytest.raises(OSError, match="no such folder"):
        watched.watcher.start()
