"""The folders of clones: private, never shared, and gone with their process."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from upstream import Silence

from dbp.sources.clone_space import Spaces
from dbp.store.leader import LeaderLock

HANGING = """
import sys
from pathlib import Path
from dbp.clock import SystemClock
from dbp.repository import parse
from dbp.sources.clone import Bounds, fetch
from dbp.sources.clone_space import Spaces
from dbp.store.leader import LeaderLock

space = Spaces(sys.argv[1], lambda path: LeaderLock(Path(path))).make()
bounds = Bounds(60, 10**9, 1000, 1000)
fetch(parse(sys.argv[2]), "", space, bounds=bounds, depth=1, clock=SystemClock(),
      check=lambda: None, on_cancel=lambda stop: None)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "clones"
    found.mkdir()
    return found


@pytest.fixture
def spaces(folder: Path) -> Spaces:
    return Spaces(str(folder), lambda path: LeaderLock(Path(path)))


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name != "door.lock")


def test_each_job_has_a_private_folder_of_its_own(spaces: Spaces, folder: Path) -> None:
    """Row G38."""
    one, two = spaces.make(), spaces.make()
    assert one.path != two.path
    assert stat.S_IMODE(Path(one.path).stat().st_mode) == 0o700
    assert spaces.sweep() == 0
    assert len(left(folder)) == 2
    spaces.remove(one)
    assert left(folder) == [Path(two.path).name]
    spaces.remove(two)
    assert left(folder) == []


def test_what_a_link_leads_to_stays(spaces: Spaces, folder: Path, tmp_path: Path) -> None:
    """Row G39."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter").write_text("mine")
    space = spaces.make()
    (Path(space.tree) / "home").symlink_to(home)
    Path(space.git).symlink_to(home)
    read_only = Path(space.tree) / "closed"
    read_only.mkdir()
    (read_only / "file").write_text("x")
    read_only.chmod(0o500)
    spaces.remove(space)
    assert left(folder) == []
    assert (home / "letter").read_text() == "mine"
    assert stat.S_IMODE(home.stat().st_mode) != 0o700 or os.access(home, os.W_OK)


def test_only_our_own_names_are_swept(spaces: Spaces, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (folder / "theirs").mkdir()
    (folder / ("a" * 32)).symlink_to(other)
    (folder / ("dead-" + "b" * 32)).mkdir()
    (folder / ("c" * 32)).mkdir()
    assert spaces.sweep() == 2
    assert left(folder) == ["a" * 32, "theirs"]
    assert other.is_dir()


def test_what_a_killed_process_left_is_swept_with_its_git(spaces: Spaces, folder: Path) -> None:
    """Row G5: kill -9 in the middle of a fetch."""
    with Silence() as server:
        process = subprocess.Popen([sys.executable, "-c", HANGING, str(folder), server.url])
        assert server.called.wait(20)
        [git] = [each for each in psutil.Process(process.pid).children() if "git" in each.name()]
        family = [git, *git.children(recursive=True)]
        assert spaces.sweep() == 0
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert git.is_running()
        assert spaces.sweep() == 1
        gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert gone
    assert left(folder) == []


def test_another_process_with_an_old_number_is_left_alone(spaces: Spaces, folder: Path) -> None:
    dead = folder / ("d" * 32)
    dead.mkdir()
    (dead / "git.pid").write_text(f"{os.getpid()} 12.5")
    assert spaces.sweep() == 1
    assert left(folder) == []
