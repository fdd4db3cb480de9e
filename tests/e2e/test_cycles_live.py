"""Circles through the real server and the real command, by whatever closes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from acting_editor import Acting, client

pytestmark = pytest.mark.slow

HEADER = '''\
"""[Source file intent]
Weighs.

[Source file design principles]
- One.

[Source file constraints]
- None known.

[Dependencies]
{}
"""
'''
RELATED = {"publishDiagnostics": {"relatedInformation": True}}

DOCUMENT = """\
<!--
[Source file intent]
Says how to weigh.

[Dependencies]
codebase: {}
-->
# Weighing
"""


def header(*targets: str) -> str:
    return HEADER.format("\n".join(f"codebase: {one}" for one in targets) or "system: json")


def imports(*modules: str) -> str:
    return '"""Weighs."""\n\n' + "".join(f"import {one}\n" for one in modules)


FILES = {
    "header_a.py": header("header_b.py"),
    "header_b.py": header("header_a.py"),
    "import_a.py": imports("import_b"),
    "import_b.py": imports("import_c"),
    "import_c.py": imports("import_a"),
    "mixed_a.py": header("mixed_b.py"),
    "mixed_b.py": imports("mixed_a"),
    "self.py": header("self.py"),
    "web/a.ts": 'import { b } from "./b";\nexport const a = b;\n',
    "web/b.ts": 'import { a } from "./a";\nexport const b = a;\n',
    "inc/a.h": '#include "b.h"\n',
    "inc/b.h": '#include "a.h"\n',
    "one.md": "# One\n\nSee [two](two.md).\n",
    "two.md": "# Two\n\nSee [one](one.md#one).\n",
    "stated_a.md": DOCUMENT.format("stated_b.md"),
    "stated_b.md": DOCUMENT.format("stated_a.md"),
    "code.py": header("code.md"),
    "code.md": DOCUMENT.format("code.py"),
    "free.py": imports("import_a", "header_a"),
    "free.md": "# Free\n\nSee [one](one.md), [itself](#free) and [this](free.md).\n",
}
DEPENDENCY = [
    ["header_a.py", "header_b.py"],
    ["import_a.py", "import_b.py", "import_c.py"],
    ["inc/a.h", "inc/b.h"],
    ["mixed_a.py", "mixed_b.py"],
    ["self.py"],
    ["stated_a.md", "stated_b.md"],
    ["web/a.ts", "web/b.ts"],
]
DOCUMENTATION = [["one.md", "two.md"]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    fill(folder, FILES)
    return folder


def fill(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.fixture
def editor(root: Path, tmp_path: Path) -> Iterator[Acting]:
    with Acting.start(root, tmp_path / "state", capabilities=client(**RELATED)) as found:
        found.settle()
        yield found


def asked(editor: Acting, kind: str | None = None) -> dict[str, Any]:
    editor.settle()
    return editor.client.request("dbp/cycles", {"kind": kind} if kind else {})


def paths(answer: dict[str, Any]) -> list[list[str]]:
    return [cycle["paths"] for cycle in answer["cycles"]]


def command(root: Path, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "dbp", "cycles", "-C", str(root), *words]
    environment = {
        **os.environ,
        "DBP_STATE_DIR": str(state),
        "DBP_CONFIG_DIR": str(state / "config"),
        "DBP_CACHE_DIR": str(state / "cache"),
    }
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)


def test_every_way_of_closing_a_circle_is_told_once(editor: Acting) -> None:
    assert paths(asked(editor)) == DEPENDENCY + DOCUMENTATION
    found = asked(editor, "dependency")
    assert paths(found) == DEPENDENCY
    assert not found["depthLimited"]
    assert paths(asked(editor, "documentation")) == DOCUMENTATION
    for cycle in found["cycles"]:
        ends = [(edge["source"], edge["target"]) for edge in cycle["edges"]]
        names = cycle["paths"]
        assert ends == list(zip(names, [*names[1:], names[0]], strict=True))


def test_the_command_says_the_same_beside_a_server_and_alone(
    editor: Acting, root: Path, tmp_path: Path
) -> None:
    beside = command(root, tmp_path / "state", "--json", "--kind", "all")
    alone = command(root, tmp_path / "other", "--json", "--kind", "all")
    assert beside.returncode == alone.returncode == 1, beside.stderr + alone.stderr
    assert json.loads(beside.stdout) == json.loads(alone.stdout) == asked(editor, "all")
    text = command(root, tmp_path / "state").stdout
    assert "import_a.py → import_b.py → import_c.py → import_a.py" in text
    assert "self.py → self.py" in text


def test_a_diagnostic_names_the_way_in_each_file(editor: Acting) -> None:
    for names in DEPENDENCY:
        for path in names:
            language = {"py": "python", "ts": "typescript", "h": "c", "md": "markdown"}[
                path.rsplit(".", 1)[1]
            ]
            editor.show(path, language=language)
    for names in DEPENDENCY:
        for number, path in enumerate(names):
            shown = [one for one in editor.diagnostics(path) if one["code"] == "dependency-cycle"]
            (found,) = shown
            way = [*names[number:], *names[:number], path]
            assert " → ".join(way) in found["message"] or " → ".join(names) in found["message"]
            if len(names) > 1:
                assert found["relatedInformation"], path


def test_what_closed_a_circle_goes_and_so_does_the_circle(editor: Acting, root: Path) -> None:
    editor.show("import_a.py")
    assert "dependency-cycle" in editor.codes("import_a.py")
    editor.write("import_c.py", imports())
    assert "dependency-cycle" not in editor.codes("import_a.py")
    (root / "header_b.py").unlink()
    editor.write("self.py", header())
    editor.write("one.md", "# One\n")
    gone = {"import_a.py", "header_a.py", "self.py"}
    assert paths(asked(editor)) == [one for one in DEPENDENCY if one[0] not in gone]
    assert paths(asked(editor, "documentation")) == []


def test_nothing_to_tell_is_a_success(root: Path, tmp_path: Path) -> None:
    for path in FILES:
        if path != "free.md":
            (root / path).unlink()
    for kind in ("dependency", "documentation", "all"):
        done = command(root, tmp_path / "state", "--json", "--kind", kind)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["cycles"] == []


@pytest.mark.parametrize("by", ["header", "import"])
def test_a_circle_longer_than_the_depth_is_said_to_be_there(
    root: Path, tmp_path: Path, by: str
) -> None:
    def step(number: int) -> str:
        name = f"r{(number + 1) % 60:02}"
        return header(f"{name}.py") if by == "header" else imports(name)

    for path in FILES:
        (root / path).unlink()
    fill(root, {f"r{number:02}.py": step(number) for number in range(60)})
    done = command(root, tmp_path / "state", "--json")
    answer = json.loads(done.stdout)
    assert (answer["cycles"], answer["depthLimited"], answer["tooLong"]) == ([], True, 1)
    assert done.returncode == 1
    deeper = ("--json", "--set", "cycle_detection.max_detection_depth=60")
    (found,) = json.loads(command(root, tmp_path / "state", *deeper).stdout)["cycles"]
    assert len(found["paths"]) == 60


def test_unsaved_text_closes_and_opens_a_circle(editor: Acting) -> None:
    editor.show("free.py")
    assert "dependency-cycle" not in editor.codes("free.py")
    editor.show("import_c.py")
    editor.type("import_c.py", imports("free"))
    assert "dependency-cycle" in editor.codes("free.py")
    editor.type("import_c.py", imports("import_a"))
    assert "dependency-cycle" not in editor.codes("free.py")


def test_a_file_opened_with_unsaved_text_closes_a_circle_at_once(editor: Acting) -> None:
    """An editor that restores a buffer: nobody ever judged the text of the disk."""
    editor.show("free.py")
    assert "dependency-cycle" not in editor.codes("free.py")
    editor.show("import_c.py", imports("free"))
    assert "dependency-cycle" in editor.codes("free.py")
