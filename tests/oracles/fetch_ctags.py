# ruff: noqa: E501 - a table reads best with one entry on one line
"""Fetch real packages for the comparison with universal-ctags into `.oracles/ctags/<language>/`.

    python tests/oracles/fetch_ctags.py [--all]

By name, with the registries' own clients: `npm pack`, `pip download`, `apt-get download`. A client
that is not there, or a package that it does not give, is said and left out. `--all` adds the large
ones that the test does not need.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".oracles" / "ctags"

PACKAGES = {
    "c": ["pip psutil", "pip ujson", "npm better-sqlite3"],
    "cpp": ["npm re2", "apt libfmt-dev", "apt nlohmann-json3-dev", "apt libspdlog-dev", "apt googletest"],
    "go": ["apt golang-golang-x-tools-dev", "apt golang-golang-x-net-dev", "apt golang-google-grpc-dev"],
    "java": ["npm cordova-android", "npm @capacitor/android", "pip jpype1", "npm react-native"],
    "rust": ["apt librust-tokio-dev", "apt librust-regex-dev", "apt librust-syn-dev", "apt librust-clap-dev"],
    "typescript": ["npm rxjs", "npm zod", "npm mobx", "npm immer", "npm viem", "npm @reduxjs/toolkit"],
}  # fmt: skip
LARGE = {
    "c": ["apt linux-source-6.1"],
    "cpp": ["apt libboost1.74-dev", "apt libeigen3-dev"],
    "java": ["apt openjdk-17-source"],
    "typescript": ["npm effect", "npm ethers"],
}


def npm(name: str, into: Path) -> None:
    """Fetch a package's newest version."""
    _run(["npm", "pack", "--silent", name], into)


def pip(name: str, into: Path) -> None:
    """Fetch a package's source distribution."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    _run([*command, name], into)


def apt(name: str, into: Path) -> None:
    """Fetch a Debian package."""
    _run(["apt-get", "download", "-qq", name], into)


CLIENTS: dict[str, Callable[[str, Path], None]] = {"npm": npm, "pip": pip, "apt": apt}


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def unpack(archive: Path, into: Path) -> None:
    """Unpack what a client brought, and what is packed inside of that."""
    if archive.suffix == ".deb":
        _run(["dpkg-deb", "-x", str(archive), str(into)], into)
        for inner in [*into.rglob("*.tar.xz"), *into.rglob("src.zip")]:
            unpack(inner, inner.parent)
    elif archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(into)  # noqa: S202 - zipfile keeps names inside the folder
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(into, filter="data")


def fetch(language: str, package: str) -> str:
    """Fetch one package, unless it is there already; say how it went."""
    client, name = package.split()
    target = FOLDER / language / name.strip("@").replace("/", "-")
    if target.exists():
        return "there"
    with tempfile.TemporaryDirectory() as scratch:
        try:
            CLIENTS[client](name, Path(scratch))
            target.mkdir(parents=True)
            for archive in Path(scratch).iterdir():
                unpack(archive, target)
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            shutil.rmtree(target, ignore_errors=True)
            return f"not to be had ({type(error).__name__})"
    return "fetched"


def main() -> None:
    """Fetch everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true")
    large = LARGE if options.parse_args().all else {}
    for language, packages in PACKAGES.items():
        for package in [*packages, *large.get(language, [])]:
            print(f"{language:<12}{package:<34}{fetch(language, package)}", flush=True)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
