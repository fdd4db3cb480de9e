"""Whatever happens to a tree, every path that differs afterwards was hinted at."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from sources_help import Watch, Watched

from dbp.paths import is_below


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Give (inode, mtime) of every file by key."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = Path(at) / name
            stat = path.lstat()
            found[str(path.relative_to(folder))] = (stat.st_ino, stat.st_mtime_ns)
    return found


def churn(folder: Path, aside: Path, dice: random.Random) -> None:
    """Do one thing to the tree: make, edit, move or remove a file or a folder."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    at = dice.choice(folders)
    fresh = f"n{dice.randrange(10)}"
    what = dice.choice(["write", "edit", "deep", "move", "remove", "unlink", "out", "in", "copy"])
    inner = dice.choice(folders[1:]) if len(folders) > 1 else None
    if what == "write" and not (at / fresh).exists():
        (at / fresh).write_text("x")
    elif what in {"edit", "unlink"} and files:
        path = dice.choice(files)
        path.write_text("edited") if what == "edit" else path.unlink()
    elif what == "deep" and not (at / fresh).exists():
        (at / fresh / "e" / "f").mkdir(parents=True)
        (at / fresh / "e" / "f" / "g").write_text("x")
    elif inner is not None and what == "remove":
        shutil.rmtree(inner)
    elif inner is not None and what == "out":
        inner.rename(aside / f"{dice.random()}")
    elif what == "in" and not (at / fresh).exists() and sorted(aside.iterdir()):
        dice.choice(sorted(aside.iterdir())).rename(at / fresh)
    elif inner and what in {"move", "copy"} and not (at / fresh).exists():
        if is_below(str(at), str(inner)):
            return
        inner.rename(at / fresh) if what == "move" else shutil.copytree(inner, at / fresh)


def differing(watched: Watched, before: dict[str, tuple[int, int]]) -> set[str]:
    after = snapshot(watched.folder)
    return {key for key in {*before, *after} if before.get(key) != after.get(key)}


@pytest.mark.parametrize("seed", range(int(os.environ.get("DBP_CHURN", "2"))))
def test_every_difference_was_hinted_at(watch: Watch, tmp_path: Path, seed: int) -> None:
    watched = watch()
    aside = tmp_path / "aside"
    aside.mkdir()
    dice = random.Random(seed)  # noqa: S311 - a replayable game, no secret
    for _ in range(25):
        before = snapshot(watched.folder)
        for _ in range(dice.randrange(1, 8)):
            churn(watched.folder, aside, dice)
        calls = watched.barrier()
        trees = [path for kind, path in calls if kind == "tree"]
        files = {path for kind, path in calls if kind == "file"}
        missing = {
            key
            for key in differing(watched, before) - files
            if not any(is_below(key, tree) for tree in trees)
        }
        assert not missing, (missing, calls)
    assert watched.watcher.alive()
    assert watched.watcher.status().overflows == 0
    folders = 1 + sum(path.is_dir() for path in watched.folder.rglob("*"))
    assert watched.watcher.status().directories == folders
