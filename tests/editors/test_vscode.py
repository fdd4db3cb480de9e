"""The extension in a real VS Code: its tests there, what is seen on the screen, and the package.

Each test is one start of VS Code with a state of its own. What runs in it stands in
vscode-extension/test: `host` with the API of VS Code, `ui` by mouse and keyboard.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from vscode_session import EXTENSION, harness, lacking

WHY_NOT = "VS Code is for Linux here" if sys.platform != "linux" else lacking()
WINDOWS = ["project", "answers", "server", "dying", "multi", "empty", "untrusted", "missing"]
PATIENCE = 110.0
"""Seconds for a start of VS Code with its tests, which take 50 at most when nothing else runs."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
in_vscode = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "there is one")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built as for the Marketplace. A warning on the way is an error."""
    file = tmp_path_factory.mktemp("package") / "dbp.vsix"
    done = subprocess.run(
        ["node", "scripts/package.mjs", "--out", str(file)],
        cwd=EXTENSION,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if "No matching distribution" in done.stderr or "Temporary failure" in done.stderr:
        pytest.skip("the wheel of the server needs hatchling from the network")
    assert done.returncode == 0, done.stdout + done.stderr
    return file


def names(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as opened:
        return [name.removeprefix("extension/") for name in opened.namelist()]


@in_vscode
@pytest.mark.parametrize("window", WINDOWS)
def test_what_the_api_of_vscode_shows(window: str) -> None:
    code, said = harness("host", "--window", window, "--seconds", "90", patience=PATIENCE)
    assert code == 0, said


@in_vscode
@pytest.mark.parametrize("drive", ["reading", "working", "missing"])
def test_what_is_seen_on_the_screen(drive: str) -> None:
    code, said = harness("../ui/run", drive, "--theme", "dark", patience=PATIENCE)
    assert code == 0, said


@in_vscode
def test_the_package_works_when_it_is_installed(package: Path) -> None:
    code, said = harness("host", "--suite", "smoke", "--vsix", str(package), patience=PATIENCE)
    assert code == 0, said


@in_vscode
def test_the_package_holds_what_it_needs_and_nothing_else(package: Path) -> None:
    found = names(package)
    wheels = [name for name in found if name.startswith("server/")]
    assert len(wheels) == 1
    assert re.fullmatch(r"server/dbp_sidecar-[\d.]+-py3-none-any\.whl", wheels[0])
    assert {"LICENSE.txt", "readme.md", "changelog.md", "dist/NOTICES.txt"} <= set(found)
    unwanted = r"node_modules|\.map$|\.ts$|^(src|test|out|scripts)/|whl.+whl"
    assert not [name for name in found if re.search(unwanted, name)]
    assert package.stat().st_size < 2_000_000


@in_vscode
def test_the_licence_of_everything_that_is_bundled_is_in_the_package(package: Path) -> None:
    with zipfile.ZipFile(package) as opened:
        notices = opened.read("extension/dist/NOTICES.txt").decode()
    for name in ("vscode-languageclient", "vscode-jsonrpc", "semver"):
        assert re.search(rf"^{name} [\d.]+ \(", notices, re.MULTILINE), name


@pytest.mark.parametrize("file", ["package.json", "package-lock.json"])
def test_extension_and_server_have_one_version(file: str) -> None:
    project = tomllib.loads((EXTENSION.parent / "pyproject.toml").read_text())["project"]
    assert json.loads((EXTENSION / file).read_text())["version"] == project["version"]


def test_every_window_that_tests_run_in_is_opened_here() -> None:
    harnessed = (EXTENSION / "test" / "harness" / "windows.mjs").read_text()
    assert re.findall(r"^  (\w+): \{", harnessed, re.MULTILINE) == WINDOWS
