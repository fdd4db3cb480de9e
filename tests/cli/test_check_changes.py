"""`dbp check --changed-only`: what git says changed, and what an edit made stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import Project
from editor import source

BROKEN = "# A page\n\nSee [this](gone.md).\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.git("init", "--quiet")
    made.write("README.md", BROKEN)
    made.write("old.md", BROKEN)
    made.commit()
    return made


@pytest.mark.slow
def test_without_a_commit_to_compare_with_only_uncommitted_files_count(project: Project) -> None:
    assert project.found("--changed-only") == []
    project.write("README.md", BROKEN + "More.\n")
    project.write("untracked.md", BROKEN)
    project.write(".gitignore", "ignored.md\n")
    project.write("ignored.md", BROKEN)
    project.git("add", "README.md")
    found = [path for path, _ in project.found("--changed-only")]
    assert found == ["README.md", "untracked.md"]


def test_files_are_compared_with_where_the_branches_part(project: Project) -> None:
    """A file that only the other branch changed did not change here."""
    project.git("checkout", "--quiet", "-b", "feature")
    project.write("new.md", BROKEN)
    project.commit()
    project.git("checkout", "--quiet", "main")
    project.write("README.md", BROKEN + "Changed on main.\n")
    project.commit()
    project.git("checkout", "--quiet", "feature")
    assert [path for path, _ in project.found("--changed-only=main")] == ["new.md"]
    assert project.check("--changed-only=main").returncode == 1


def test_a_renamed_file_counts_under_its_new_name(project: Project) -> None:
    (project.root / "old.md").rename(project.root / "new name ü.md")
    (project.root / "README.md").unlink()
    project.git("add", "--all")
    assert project.found("--changed-only") == [("new name ü.md", "reference-unresolved")]


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.git("init", "--quiet")
    project.write("README.md", BROKEN)
    assert len(project.found("--changed-only")) == 1


def test_a_folder_of_a_work_tree_has_its_own_keys(project: Project) -> None:
    project.write("sub/README.md", BROKEN)
    assert project.found("--changed-only", "-C", "sub") == [("README.md", "reference-unresolved")]


def stale(project: Project) -> list[str]:
    found = project.found("--changed-only", "--set", "diagnostics.severity.header-incomplete=off")
    return sorted(code for path, code in found if path == "a.py")


@pytest.mark.slow
def test_what_the_change_made_stale_is_found(project: Project) -> None:
    """The record of a CI job is new: what the code was is git's to say."""
    project.write("a.py", source(dependency="README.md"))
    project.commit()
    text = source(dependency="README.md")
    project.write("a.py", text.replace("    return task\n", "    return task()\n"))
    assert stale(project) == ["doc-stale", "history-entry-missing"]
    project.write("a.py", text.replace("    return task\n", "    return (task)  # the same\n"))
    assert stale(project) == []


def test_filters_of_the_repository_are_not_run(project: Project) -> None:
    """Row Z3: a repository's own settings name programs that git would run on changed files."""
    ran = project.root.parent / "ran"
    for key in ("clean", "smudge", "process"):
        project.git("config", f"filter.evil.one.{key}", f"touch '{ran}'; cat")
    project.git("config", "diff.evil.textconv", f"touch '{ran}'; cat")
    project.git("config", "diff.evil.command", f"touch '{ran}'; true")
    project.git("config", "diff.external", f"touch '{ran}'; true")
    project.git("config", "core.fsmonitor", f"touch '{ran}'; true")
    project.write(".gitattributes", "*.md filter=evil.one diff=evil\n")
    project.write("README.md", BROKEN + "More.\n")
    assert ("README.md", "reference-unresolved") in project.found("--changed-only")
    assert not ran.exists()
    project.git("status")  # as git itself does
    assert ran.exists()


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "main:README.md", ""])
def test_a_commit_that_is_none_is_refused(project: Project, ref: str) -> None:
    done = project.check(f"--changed-only={ref}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_without_git_there_is_a_clear_error(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("README.md", BROKEN)
    done = project.check("--changed-only")
    assert done.returncode == 2
    assert "--changed-only needs git" in done.stderr
