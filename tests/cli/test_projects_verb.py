"""`dbp projects`: the user's list, from the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nova import Nova

from dbp.cli import projects
from dbp.cli.options import build_parser
from dbp.errors import DbpError


def run(nova: Nova, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return nova.cli("projects", *arguments, env=env)


def listed(nova: Nova) -> list[dict[str, Any]]:
    done = run(nova, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["projects"]


def add(nova: Nova, *arguments: str) -> dict[str, Any]:
    done = run(nova, "add", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_folders_and_repositories_are_added_listed_and_removed(nova: Nova) -> None:
    """Row J40."""
    assert listed(nova) == []
    assert not list(nova.state.rglob("account*"))
    nova.index("--local")

    folder = add(nova, ".", "--name", "mine")
    repository = add(nova, "https://ann:s3cret@github.com/o/r.git", "--commit", "v1")
    assert add(nova, "git@github.com:o/r", "--commit", "v1") == {**repository, "added": False}
    found = listed(nova)

    assert [each["kind"] for each in found] == ["folder", "repository"]
    assert (found[0]["name"], found[0]["path"]) == ("mine", str(nova.root.resolve()))
    assert found[0]["record"]["files"] == 1
    assert found[0]["record"]["databaseBytes"] > 0
    assert (found[1]["url"], found[1]["commit"]) == ("https://github.com/o/r.git", "v1")
    shown = run(nova).stdout
    assert "1 files" in shown
    assert "github.com/o/r.git at v1" in shown
    assert run(nova, "remove", folder["id"]).stdout == "removed\n"
    assert [each["id"] for each in listed(nova)] == [repository["id"]]
    assert "s3cret" not in "".join(
        path.read_bytes().decode("latin-1") for path in nova.state.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "nowhere"), "no such folder"),
        (("add", "ext::sh://x"), "names a program"),
        (("add", "--", "--upload-pack=x"), "no such folder"),
        (("add", "http://example.org/o/r"), "neither private nor authentic"),
        (("add", "/", "--commit", "main"), "a commit needs a url"),
        (("add", "https://example.org/o/r", "--commit=--output=x"), "names no commit"),
        (("remove", "nothing"), "no project 'nothing'"),
    ],
)
def test_what_cannot_be_is_refused_and_makes_nothing(
    nova: Nova, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    """Row Z9."""
    for name, value in nova.env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DbpError, match=words):
        projects.run(build_parser().parse_args(["projects", *arguments]))
    assert not list(nova.state.rglob("account*"))


@pytest.mark.slow
def test_the_limit_holds_over_commands(nova: Nova, tmp_path: Path) -> None:
    """Row C43."""
    for number in range(3):
        (tmp_path / f"p{number}").mkdir()
    limit = {"DBP_RATE_LIMITS_CREATE_PROJECT": "2/3600"}
    done = [run(nova, "add", str(tmp_path / f"p{number}"), **limit) for number in range(3)]
    assert [each.returncode for each in done] == [0, 0, 1]
    assert "create_project is allowed 2 times in 3600 s (try again in " in done[2].stderr
    assert len(listed(nova)) == 2
