"""Scope: the same answers as git's own, hostile lines survived, nothing of the workspace run."""

# ruff: noqa: PTH118 - names are str with surrogateescape, not Paths

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from sources_help import git, tree

from dbp.paths import Root
from dbp.sources import git as git_room
from dbp.sources.ignore import Scope
from dbp.sources.patterns import compile_rules
from dbp.sources.scanner import Scanner

CASES = [  # lines of .gitignore, files
    ("*.log", "a.log b.txt d/c.log"),
    ("*.log\n!keep.log", "a.log keep.log d/keep.log"),
    ("/top", "top d/top"),
    ("gen/", "gen/a gen/b/c d/gen/e d/f"),
    ("gen/", "gen d/x"),
    ("a/b", "a/b/c a/d x/a/b"),
    ("/a/b/", "a/b/c a/d"),
    ("**/foo", "foo a/foo a/b/foo/x bar"),
    ("foo/**", "foo/a foo/b/c x/foo/d"),
    ("foo/**\n!foo/keep", "foo/a foo/keep foo/b/keep"),
    ("foo/*\n!foo/bar/", "foo/x foo/bar/y foo/baz/z"),
    ("foo/\n!foo/keep", "foo/keep foo/x"),
    ("a/**/b", "a/b a/x/b a/x/y/b c/a/b"),
    ("a/**/", "a/x a/b/c"),
    ("*", "a b/c"),
    ("/*\n!/src/", "a src/b src/c/d e/f"),
    ("*\n!*/\n!*.py", "a.py b.txt d/e.py d/f.txt"),
    ("**", "a b/c"),
    ("/**", "a b/c"),
    ("# note\n\\#a", "#a note"),
    ("\\!a", "!a a"),
    ("a\\ ", "a\x20 a"),
    ("a  ", "a b"),
    ("[abc].py", "a.py d.py"),
    ("[!abc].py", "a.py d.py"),
    ("[^abc].py", "a.py d.py"),
    ("[a-c]x", "ax dx"),
    ("[[:digit:]]x", "1x ax"),
    ("d[!b]x", "d/x dax dbx"),
    ("a?c", "abc a/c ac"),
    ("\\*", "* a"),
    ("a**b", "axxb ab a/b"),
    ("*.py[co]", "a.pyc a.py a.pyo"),
    ("foo\\", "foo bar"),
    ("!", "! a"),
    ("[a-\\]]", "a ] b"),
    ("[z-a]", "z a"),
    ("[a", "[a a"),
    ("/", "a"),
    ("\ufeff*.log", "a.log b"),
    ("*.log\r", "a.log b"),
    ("x\n!x", "x d/x"),
    ("!x\nx", "x"),
    ("*.o\n!d/", "a.o d/b.o"),
    (".*", ".a .b/c d/.e f"),
    ("d/*.txt", "d/a.txt d/e/b.txt"),
    ("a/*/c", "a/b/c a/c a/b/d/c"),
    ("*/", "a b/c"),
    ("/*/x", "x a/x a/b/x"),
    ("caf\u00e9", "caf\u00e9 cafe"),
    ("foo bar", "x"),
    ("**/a/**/b", "a/b x/a/y/b b"),
    ("a*b*c*d", "abcd axbxcxd abc"),
]
# What pathspec cannot say as git does; git itself answers wherever there is a work tree.
PATHSPEC_DIFFERS = {"[a-\\]]", "[z-a]"}


def repository(folder: Path, lines: str, names: str) -> list[str]:
    """Make the files of a case; give those git counts in."""
    tree(folder, *(name for name in names.split(" ") if name))
    (folder / ".gitignore").write_bytes((lines + "\n").encode())
    git(folder, "init", "-q")
    listed = git(folder, "ls-files", "-co", "--exclude-standard", "-z")
    return sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)


def scanner(folder: Path, **settings: object) -> Scanner:
    root = Root(str(folder))
    scope = Scope(root, **settings)  # type: ignore[arg-type]
    return Scanner(root, scope, max_file_bytes=1000, binary_by_name=lambda key: key.endswith("png"))


def keys(found: Scanner, prefix: str = "") -> list[str]:
    return [listed.path for listed in found.list(prefix)]


@pytest.mark.parametrize(("lines", "names"), CASES)
def test_agrees_with_git(tmp_path: Path, lines: str, names: str) -> None:
    wanted = repository(tmp_path, lines, names)
    found = scanner(tmp_path)
    assert keys(found) == wanted
    every = [
        os.path.relpath(os.path.join(at, name), tmp_path)
        for at, folders, files in os.walk(tmp_path)
        for name in (folders.remove(".git") if ".git" in folders else None, *files)
        if name
    ]
    found.forget()
    for key in every:  # single looks agree with the listing
        assert (found.look(key) is not None) == (key in wanted), key
        assert (found.why_excluded(key) is None) == (key in wanted), key


def ignores_everything(lines: str) -> bool:
    """Tell whether a case holds a rule that needs git (doc/decisions/0002): it has its own test."""
    return not {"*", "/*", "**", "/**"}.isdisjoint(lines.split("\n"))


WITHOUT_GIT = [c for c in CASES if c[0] not in PATHSPEC_DIFFERS and not ignores_everything(c[0])]


@pytest.mark.parametrize(("lines", "names"), WITHOUT_GIT)
def test_agrees_with_git_where_git_does_not_govern(tmp_path: Path, lines: str, names: str) -> None:
    wanted = repository(tmp_path, lines, names)
    (tmp_path / ".git").rename(tmp_path.parent / f"{tmp_path.name}.gone")
    found = scanner(tmp_path)
    assert keys(found) == wanted
    for key in wanted:
        assert found.look(key) is not None


def test_nested_rules_and_negation_agree(tmp_path: Path) -> None:
    names = ["a.log", "d/a.log", "d/keep.log", "d/e/a.log", "d/e/x.tmp", "x.tmp"]
    tree(tmp_path, *names)
    (tmp_path / ".gitignore").write_text("*.log\n*.tmp\n")
    (tmp_path / "d/.gitignore").write_text("!keep.log\n/e/a.log\n")
    (tmp_path / "d/e/.gitignore").write_text("!a.log\n!x.tmp\n")
    plain = keys(scanner(tmp_path))
    git(tmp_path, "init", "-q")
    assert keys(scanner(tmp_path)) == plain
    assert "d/e/a.log" in plain
    assert "d/keep.log" in plain
    assert "d/a.log" not in plain


@pytest.mark.parametrize("line", ["foo\\", "!", "[a-\\]]", "[z-a]", "a/**/" * 27 + "b", "*a" * 9])
def test_a_hostile_line_is_a_warning_that_names_it(line: str) -> None:
    warnings: list[str] = []
    rules = compile_rules(["*.log", line, "*.tmp"], "d/.gitignore", warnings)
    assert len(rules.rules) == 2
    assert warnings[0].startswith("d/.gitignore:2 ")
    assert len(warnings) == 1


def test_the_worst_allowed_line_is_quick() -> None:
    rules = compile_rules(["**/a/**/" + "*a" * 2 + "*b/x", "**/**/*a*a*b"], "x", [])
    deep = "/".join(["a" * 50] * 30)
    start = time.perf_counter()
    rules.decide(deep, "a" * 50, is_dir=False)
    assert time.perf_counter() - start < 0.5


def test_tracked_files_count_though_ignored(tmp_path: Path) -> None:
    repository(tmp_path, "gen/\n*.log", "gen/tracked.py gen/other.py a.log b.log")
    git(tmp_path, "add", "-f", "gen/tracked.py", "a.log")
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.log", "gen/tracked.py"]
    assert found.look("gen/tracked.py") is not None
    assert found.look("gen/other.py") is None
    assert found.look("b.log") is None


def test_reasons_name_file_line_and_pattern(tmp_path: Path) -> None:
    repository(tmp_path, "\n\ngen/", "gen/x y.tmp z.skip d/a.own")
    (tmp_path / "d/.dbpignore").write_text("*.own\n")
    settings = {"exclude": ["*.tmp", "*.skip"], "include": ["z.skip"]}
    for governed in (True, False):
        found = scanner(tmp_path, **settings)
        assert found.why_excluded("gen/x") == "ignored by .gitignore:3 gen/"
        assert found.why_excluded("gen") == "ignored by .gitignore:3 gen/"
        assert found.why_excluded("y.tmp") == (
            "excluded by the setting fs_monitor.ignore_patterns: *.tmp"
        )
        assert found.why_excluded("d/a.own") == "ignored by d/.dbpignore:1 *.own"
        assert found.why_excluded("z.skip") is None
        assert keys(found) == [".gitignore", "d/.dbpignore", "z.skip"]
        if governed:
            assert found.why_excluded(".git/config") == "built in: .git"
            (tmp_path / ".git").rename(tmp_path.parent / f"{tmp_path.name}.gone")


def test_include_brings_back_what_git_ignores(tmp_path: Path) -> None:
    repository(tmp_path, "gen/\n*.log", "gen/api/a.py gen/api/b.txt gen/x.py keep.log a.log")
    found = scanner(tmp_path, include=["/gen/api/*.py", "keep.log"])
    assert keys(found) == [".gitignore", "gen/api/a.py", "keep.log"]
    assert found.look("gen/api/a.py") is not None
    assert found.look("gen/api/b.txt") is None
    assert found.look("gen/x.py") is None
    assert keys(scanner(tmp_path, include=["/gen/"])) == [
        ".gitignore",
        *("gen/api/a.py", "gen/api/b.txt", "gen/x.py"),
    ]


def test_other_work_trees_are_not_entered(tmp_path: Path) -> None:
    repository(tmp_path, "", "a.py vendor/lib/b.py plain/c.py")
    git(tmp_path / "vendor/lib", "init", "-q")
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py", "plain/c.py"]
    assert found.look("vendor/lib/b.py") is None
    assert found.why_excluded("vendor/lib/b.py") == "another git work tree"
    assert keys(found, "vendor/lib") == []
    (tmp_path / ".git").rename(tmp_path.parent / f"{tmp_path.name}.gone")
    found.forget()
    assert keys(found) == [".gitignore", "a.py", "plain/c.py"]


def test_submodules_are_not_entered(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    repository(inner, "", "x.py")
    git(inner, "add", "-A")
    git(inner, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x")
    outer = tmp_path / "outer"
    repository(outer, "*.log", "a.py")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    found = scanner(outer)
    assert keys(found) == [".gitignore", ".gitmodules", "a.py"]
    assert found.look("sub/x.py") is None
    assert found.look("a.py") is not None


def test_a_folder_ignored_by_an_outer_work_tree_is_walked(tmp_path: Path) -> None:
    repository(tmp_path, "inner/", "a.py")
    tree(tmp_path / "inner", "b.py", "c.log", "node_modules/d.js")
    (tmp_path / "inner/.gitignore").write_text("*.log\n")
    assert keys(scanner(tmp_path / "inner")) == [".gitignore", "b.py"]


def test_a_folder_inside_a_work_tree_follows_the_outer_rules(tmp_path: Path) -> None:
    repository(tmp_path, "*.log", "a.py in/b.py in/c.log")
    found = scanner(tmp_path / "in")
    assert keys(found) == ["b.py"]
    assert found.why_excluded("c.log") == "ignored by .gitignore:1 *.log"


def test_no_program_of_the_workspace_runs(tmp_path: Path) -> None:
    repository(tmp_path, "*.log", "a.py b.log")
    proof = tmp_path / "proof"
    hook = tmp_path.parent / f"{tmp_path.name}-hook"
    hook.write_text(f"#!/bin/sh\necho ran >> {proof}\n")
    hook.chmod(0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor"):
        git(tmp_path, "config", name, str(hook))
    git(tmp_path, "ls-files", "-o")
    assert proof.exists(), "the trap works"
    proof.unlink()
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py"]
    found.forget()
    found.look("b.log")
    found.why_excluded("a.py")
    assert not proof.exists()


def test_git_variables_of_the_caller_do_not_lead_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path / "ws", "*.log", "a.py b.log")
    repository(tmp_path / "other", "", "c.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nothing"))
    assert keys(scanner(tmp_path / "ws")) == [".gitignore", "a.py"]


def test_without_git_the_folders_are_walked_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, "*.log", "a.py b.log")
    monkeypatch.setenv("PATH", "/nowhere")
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py"]
    assert "git cannot be run" in found.warnings[0]


def test_a_git_that_fails_halfway_leaves_the_rules_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, "*.log\ngen/", "a.py b.log gen/x.py")
    real = git_room.run

    def run(folder: str, arguments: list[str], *rest: object, **named: object) -> bytes:
        if arguments[0] == "ls-files":
            raise git_room.GitError("git ls-files failed: index file corrupt")
        return real(folder, arguments, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(git_room, "run", run)
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py"]
    assert found.look("b.log") is None
    assert found.look("gen/x.py") is None
    assert "index file corrupt" in found.warnings[0]


def test_a_git_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, "*.log", "a.py b.log")
    fake = tree(tmp_path.parent / f"{tmp_path.name}-bin", "git") / "git"
    fake.write_text("#!/bin/sh\nsleep 60 & echo $! >&2; wait\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git_room, "DEADLINE", 0.3)
    start = time.monotonic()
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py"]
    assert time.monotonic() - start < 5
    assert "took longer" in found.warnings[0]
    left = subprocess.run(["pgrep", "-f", "^sleep 60$"], capture_output=True, check=False)
    assert left.stdout == b""


def test_rule_files_that_are_no_files_are_not_waited_for(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "d/b.py")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "d/.gitignore").symlink_to("/etc/passwd")
    found = scanner(tmp_path)
    assert keys(found) == [".gitignore", "a.py", "d/.gitignore", "d/b.py"]
    assert len(found.warnings) == 2


def test_quick_needs_no_disk(tmp_path: Path) -> None:
    repository(tmp_path, "gen/", "gen/x src/a.py src/b.tmp")
    scope = Scope(Root(str(tmp_path)), exclude=["*.tmp"])
    assert not scope.quick("gen/x")
    scope.survey()
    scope.prune("", ["gen", "src"])
    assert scope.quick("gen/x")
    assert scope.quick("gen")
    assert scope.quick("src/b.tmp")
    assert scope.quick("src/.git/index")
    assert scope.quick("unknown/deep/.git")
    assert not scope.quick("src/a.py")
    assert scope.prune_dir("gen")
    assert not scope.prune_dir("src")


def test_a_rule_of_the_root_that_ignores_everything_needs_git(tmp_path: Path) -> None:
    """Debian's kernel sources carry `/*`: it means "only what is tracked counts"."""
    (tmp_path / ".gitignore").write_text("*.o\n/*\n!/debian/\n")
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / ".gitignore").write_text("*\n")
    scope = Scope(Root(str(tmp_path)))
    assert scope.in_scope("Makefile", is_dir=False)
    assert not scope.in_scope("a.o", is_dir=False)
    assert not scope.in_scope("kernel/a.c", is_dir=False)
    assert scope.warnings == (".gitignore:2 /*: not used, it means tracked files only",)
