"""Folders nobody means to read as a whole: home folders, what holds them, and what is too large."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sources_help import git, tree

from dbp.errors import ScanError
from dbp.paths import Root
from dbp.sources import size
from dbp.sources.ignore import Scope
from dbp.sources.scanner import Scanner


def scanner(folder: Path, *, most: int = sys.maxsize, home: bool = False) -> Scanner:
    root = Root(str(folder))
    return Scanner(
        root,
        Scope(root),
        max_file_bytes=1000,
        binary_by_name=lambda _key: False,
        max_files=most,
        home=home,
    )


def refusal(found: Scanner) -> ScanError:
    with pytest.raises(ScanError) as caught:
        list(found.list())
    assert found.refusal is not None
    assert str(found.refusal) == str(caught.value)
    return caught.value


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "homes" / "ann"
    tree(folder, "notes.md", "project/a.py")
    monkeypatch.setenv("HOME", str(folder))
    return folder


def test_a_home_folder_is_not_listed_but_what_lies_in_it_is(home: Path) -> None:
    found = scanner(home)
    error = refusal(found)
    assert error.code == "home_folder"
    assert error.message.startswith("this is your home folder, not a project")
    assert "fs_monitor.index_home = true" in error.hint
    assert [each.path for each in found.list("project")] == ["project/a.py"]
    assert found.look("notes.md") is not None
    assert [each.path for each in scanner(home / "project").list()] == ["a.py"]


def test_whoever_wants_it_has_a_home_folder_read(home: Path) -> None:
    found = scanner(home, home=True)
    assert [each.path for each in found.list()] == ["notes.md", "project/a.py"]
    assert found.refusal is None


def test_what_holds_the_home_folder_is_no_project_either(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "holds your home folder" in refusal(scanner(home.parent)).message
    assert size.home_folder("/") is not None
    assert size.home_folder(str(home.parent / "an")) is None
    monkeypatch.setenv("HOME", "/")  # as some containers have it
    assert size.home_folder("/") is not None
    assert size.home_folder(str(home)) is None


def test_a_link_to_the_home_folder_is_the_home_folder(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    assert refusal(scanner(tmp_path / "link")).code == "home_folder"


@pytest.mark.parametrize("governed", [True, False])
def test_too_many_files_are_counted_and_the_largest_folders_named(
    tmp_path: Path, *, governed: bool
) -> None:
    if governed:
        git(tmp_path, "init", "-q")
    tree(tmp_path, *(f"vendor/{n}.c" for n in range(30)), *(f"data/{n}.txt" for n in range(20)))
    tree(tmp_path, "a.py", "src/b.py")
    found = scanner(tmp_path, most=10)
    error = refusal(found)
    assert error.code == "too_many_files"
    assert error.message == (
        "52 files, most of them below vendor/ (30), data/ (20), src/ (1): "
        "nothing is read by itself beyond 10"
    )
    assert "fs_monitor.max_files" in error.hint
    (tmp_path / ".dbpignore").write_text("vendor/\ndata/\n")
    assert len(list(found.list())) == 3
    assert found.refusal is None


def test_as_many_as_are_allowed_are_listed(tmp_path: Path) -> None:
    tree(tmp_path, *(f"f{n}" for n in range(5)))
    assert len(list(scanner(tmp_path, most=5).list())) == 5
    with pytest.raises(ScanError):
        list(scanner(tmp_path, most=4).list())


def test_counting_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "COUNTING_SECONDS", 0.0)
    error = size.too_many((f"a/{n}" for n in range(10**9)), 10)
    assert error.message.startswith("more than 1,000 files, most of them below a/ (1,000)")
