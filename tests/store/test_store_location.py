"""Where state lies: private, outside the workspace, one directory for each real path."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dbp.errors import StoreError
from dbp.store import location
from dbp.store.location import private_dir, state_dir, workspace_dir


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_workspace_has_a_readable_private_directory(tmp_path: Path) -> None:
    first = workspace_dir("/home/me/my project!", tmp_path)
    assert first.name.startswith("my-project-")
    assert len(first.name) == len("my-project-") + 16
    assert workspace_dir("/home/me/my project!", tmp_path) == first
    assert workspace_dir("/home/you/my project!", tmp_path) != first
    assert mode(first) == mode(first / "bell") == 0o700


@pytest.mark.parametrize("root", ["/", "/" + "x" * 250, os.fsdecode(b"/\xff\xfe"), "/..."])
def test_every_root_has_a_name(tmp_path: Path, root: str) -> None:
    assert workspace_dir(root, tmp_path).is_dir()


def test_the_chosen_state_directory_is_used_and_not_tightened(tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    chosen.mkdir(mode=0o755)
    assert state_dir({"DBP_STATE_DIR": str(chosen)}) == chosen
    assert mode(chosen) == 0o755
    made = state_dir({"DBP_STATE_DIR": str(tmp_path / "a" / "b")})
    assert mode(made) == 0o700


@pytest.mark.parametrize("unusable", ["file", "file/below"])
def test_an_unusable_choice_falls_back_to_the_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unusable: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(location.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("DBP_STATE_DIR", str(tmp_path / unusable))
    found = workspace_dir("/w")
    assert found.parent == tmp_path / f"dbp-{os.geteuid()}"
    assert mode(found.parent) == mode(found) == 0o700


def test_a_given_place_that_is_unusable_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        workspace_dir("/w", tmp_path / "file")
    assert caught.value.code == "bad_state_dir"


def test_an_open_directory_of_ours_is_tightened(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert mode(private_dir(tmp_path / "open")) == 0o700


def test_somebody_elses_directory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(location.os, "geteuid", lambda: 12345)
    with pytest.raises(StoreError, match="belongs to user"):
        private_dir(tmp_path / "theirs")


def test_without_a_home_the_temporary_directory_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(location.tempfile, "gettempdir", lambda: str(tmp_path))
    found = state_dir({})
    assert found == tmp_path / f"dbp-{os.geteuid()}"
    assert mode(found) == 0o700


def test_the_light_modules_import_no_database() -> None:
    script = (
        "import sys, dbp.store.location, dbp.store.leader;"
        "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'sqlite3', 'sqlmodel')))"
    )
    server = str(Path(__file__).parents[2] / "server")
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": server}, check=True)
