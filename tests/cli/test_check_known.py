"""Known findings: the baseline hides them, the ratchet lets there be fewer and never more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checking import Project

BASELINE = ".dbp-baseline.json"
ALL = ("--no-baseline",)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("README.md", "# A project\n\nIt has [one](gone.md) and [two](lost.md).\n")
    made.write("doc/A.md", "# A page\n\nIt has [none](../README.md).\n")
    return made


@pytest.mark.slow
def test_a_written_baseline_hides_what_is_found_and_nothing_new(project: Project) -> None:
    done = project.check("--write-baseline")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        ".dbp-baseline.json now holds 2 known findings",
    )
    done = project.check()
    assert done.returncode == 0
    assert "hidden: 2 by the baseline .dbp-baseline.json" in done.stdout
    assert len(project.found(*ALL)) == 2
    # Known ones move and stay known; a second one like them is new.
    text = (project.root / "README.md").read_text()
    project.write("README.md", text.replace("It has", "New words.\n\nIt has [one](gone.md) and"))
    assert project.found() == [("README.md", "reference-unresolved")]


@pytest.mark.slow
def test_the_ratchet_forgets_what_was_mended_and_refuses_what_is_new(project: Project) -> None:
    project.check("--write-baseline")
    before = (project.root / BASELINE).read_text()
    project.write("doc/B.md", "# B\n\nSee [C](C.md).\n")
    done = project.check("--ratchet", "--fail-on", "error")
    assert done.returncode == 1
    assert (project.root / BASELINE).read_text() == before
    project.write("doc/B.md", "# B\n\nSee [A](A.md).\n")
    project.write("README.md", "# A project\n\nIt has [one](gone.md).\n")
    assert "--ratchet takes them out" in project.check().stdout
    assert (project.root / BASELINE).read_text() == before
    done = project.check("--ratchet")
    assert done.returncode == 0
    assert "1 mended findings left the baseline, which now holds 1" in done.stdout
    assert len(json.loads((project.root / BASELINE).read_text())["findings"]) == 1
    project.write("README.md", "# A project\n\nIt has [one](gone.md) and [two](lost.md).\n")
    assert project.check("--ratchet").returncode == 1


def test_the_ratchet_forgets_files_that_left_and_keeps_those_it_did_not_look_at(
    project: Project,
) -> None:
    project.write("doc/B.md", "# B\n\nSee [C](C.md).\n")
    project.check("--write-baseline")
    (project.root / "README.md").unlink()
    project.write("doc/A.md", "# A page\n\nIt has nothing.\n")
    assert project.check("--ratchet", "doc/A.md").returncode == 0
    kept = json.loads((project.root / BASELINE).read_text())["findings"]
    assert [item["path"] for item in kept] == ["doc/B.md"]


def test_a_baseline_of_another_name_is_used_and_written(project: Project) -> None:
    assert project.check("--write-baseline", "known.json").returncode == 0
    assert (project.root / "known.json").is_file()
    assert not (project.root / BASELINE).exists()
    assert project.found("--baseline", "known.json") == []
    assert len(project.found()) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--baseline", "nowhere.json"),
        ("--baseline", "README.md"),
        ("--baseline", "doc"),
        ("--write-baseline", "--changed-only"),
        ("--no-baseline", "--ratchet"),
        ("--ratchet", "--write-baseline"),
        ("doc", "--write-baseline"),
    ],
)
def test_what_makes_no_sense_is_refused(project: Project, arguments: tuple[str, ...]) -> None:
    done = project.check(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_what_is_left_out_of_the_coverage_is_listed(project: Project) -> None:
    project.write("a.py", '"""Says something."""\n\n\ndef run() -> None:\n    """Run."""\n')
    project.write("b.py", "\n\ndef walk() -> None:\n    pass\n")
    project.write("data.json", "{}\n\n")
    (project.root / "image.dat").write_bytes(b"\0\1\2" * 100)
    found = project.answer("--coverage", "--fail-on", "never")["coverage"]
    assert found["files"] == {"counted": 4, "withIntent": 3, "percent": 75.0}
    assert found["symbols"] == {"counted": 2, "documented": 1, "percent": 50.0}
    assert {item["reason"]: item["files"] for item in found["leftOut"]} == {
        "no language that introduces itself: json": 1,
        "binary": 1,
    }
    text = project.check("--coverage").stdout
    assert "coverage: 75.0 % (3 of 4) files say what they are for" in text
