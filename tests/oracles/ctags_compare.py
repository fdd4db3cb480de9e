"""What universal-ctags sees in a file beside what we see: the same name on the same line?"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dbp.extract import registry
from dbp.extract.syntax import read_symbols
from dbp.extract.text import Source, decode
from dbp.model import Symbol


class Tongue(NamedTuple):
    """A language: ctags' name of it, its letters for functions and types, and its files."""

    ctags: str
    kinds: str
    endings: tuple[str, ...]


TONGUES = {
    "c": Tongue("C", "fsugt", (".c",)),
    "cpp": Tongue("C++", "fcsugt", (".cc", ".cpp", ".hpp", ".cxx")),
    "go": Tongue("Go", "ftsina", (".go",)),
    "rust": Tongue("Rust", "fPsigtn", (".rs",)),
    "java": Tongue("Java", "acgim", (".java",)),
    "typescript": Tongue("TypeScript", "fcigmGan", (".ts",)),
}


class Tag(NamedTuple):
    """One thing ctags found; `line` counts from 1."""

    path: str
    line: int
    name: str
    kind: str


def ctags() -> str | None:
    """Find universal-ctags with its JSON output."""
    found = shutil.which("ctags") or shutil.which("universal-ctags")
    if found is None:
        return None
    features = subprocess.run(
        [found, "--list-features"], capture_output=True, text=True, check=False
    )
    return found if "json" in features.stdout else None


def tags_of(program: str, language: str, files: Iterable[Path]) -> Iterator[Tag]:
    """Run ctags over files."""
    tongue = TONGUES[language]
    command = [program, "--options=NONE", "--output-format=json", "--fields=+neKS", "--extras=-qr",
               f"--language-force={tongue.ctags}", f"--kinds-{tongue.ctags}={tongue.kinds}",
               "-f", "-", "-L", "-"]  # fmt: skip
    listed = "\n".join(map(str, files))
    ran = subprocess.run(command, input=listed.encode(), capture_output=True, check=True)
    for line in ran.stdout.splitlines():
        tag = json.loads(line.decode("utf-8", "replace"))
        if tag.get("_type") == "tag" and not tag["name"].startswith("__anon"):
            yield Tag(tag["path"], tag["line"], tag["name"], tag["kind"])


def ours(language: str, file: Path) -> dict[tuple[str, int], Symbol]:
    """Read our symbols of a file, by last name and line."""
    decoded = decode(file.read_bytes())
    if decoded is None:
        return {}
    symbols, _ = read_symbols(Source(decoded.text), registry.lookup(language))
    found: dict[tuple[str, int], Symbol] = {}
    pending = list(symbols)
    while pending:
        symbol = pending.pop()
        pending.extend(symbol.children)
        found[plain(symbol.name), symbol.selection_range.start_line + 1] = symbol
    return found


def plain(name: str) -> str:
    """Spell a name as both sides can: its last part, without blanks."""
    return "".join(name.replace("::", ".").split()).rpartition(".")[2] or name


def files_of(language: str, *folders: Path) -> list[Path]:
    """List the files of a language below folders, declarations without code left out."""
    endings = TONGUES[language].endings
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.name.endswith(endings) and not path.name.endswith(".d.ts") and path.is_file()
    )


def compare(program: str, language: str, files: list[Path]) -> tuple[int, list[Tag]]:
    """Count ctags' functions and types, and list those we lack."""
    wanted: dict[str, list[Tag]] = {}
    for tag in tags_of(program, language, files):
        wanted.setdefault(tag.path, []).append(tag)
    missed = []
    for path, tags in wanted.items():
        found = ours(language, Path(path))
        missed += [tag for tag in tags if (plain(tag.name), tag.line) not in found]
    return sum(map(len, wanted.values())), missed
