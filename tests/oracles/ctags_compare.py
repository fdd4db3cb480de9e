"""What universal-ctags sees in a file beside what we see: the same names on the same lines.

A miss has a cause. Some are ctags' own mistakes, each told by a rule that looks at the line; all
others are ours.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
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

CTAGS_MISTAKES = {
    "macro": "a macro's name taken for the function it makes; we give the name it is given",
    "call": "a macro call taken for a function",
    "specifier": "`type X` in a list of imports or exports taken for a declaration",
    "word": "a word of the language taken for a name",
    "line": "named on the line where its heading ends, and not where it begins",
    "mention": "a type or variable that is only mentioned taken for its declaration",
}
OUR_MISSES = {
    "local": "written inside the body of a function, below its first level",
    "unread": "in a place the grammar cannot read, mostly macros that change the language",
}

_WORDS = frozenset(
    {
        "as", "catch", "class", "const", "do", "else", "extends", "for", "function", "if",
        "instanceof", "is", "return", "satisfies", "switch", "typeof", "while", "with",
    }
)  # fmt: skip
_KEYWORDS = {
    "alias": "type",
    "class": "class|record",
    "interface": "@?interface|trait",
    "enum": r"enum(?:\s+class|\s+struct)?",
    "namespace": "namespace|module",
}


class Tag(NamedTuple):
    """One thing ctags found; `line` counts from 1."""

    path: str
    line: int
    name: str
    kind: str


class Miss(NamedTuple):
    """A tag that is no symbol of ours, why, and the line."""

    tag: Tag
    cause: str
    text: str


class Verdict(NamedTuple):
    """How one language came off."""

    files: int
    tags: int
    misses: list[Miss]

    @property
    def mistakes(self) -> int:
        """Count ctags' own."""
        return sum(miss.cause in CTAGS_MISTAKES for miss in self.misses)

    @property
    def recall(self) -> float:
        """Give the share of real functions and types that we have too."""
        real = self.tags - self.mistakes
        return 1 - (len(self.misses) - self.mistakes) / real if real else 1.0


def ctags() -> str | None:
    """Find universal-ctags with its JSON output."""
    found = shutil.which("ctags") or shutil.which("universal-ctags")
    if found is None:
        return None
    asked = [found, "--options=NONE", "--list-features"]
    features = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found if "json" in features.stdout else None


def tags_of(program: str, language: str, files: Iterable[Path]) -> Iterator[Tag]:
    """Run ctags over files; what it makes up a name for is left out."""
    tongue = TONGUES[language]
    command = [program, "--options=NONE", "--output-format=json", "--fields=+neKS", "--extras=-qr",
               f"--language-force={tongue.ctags}", f"--kinds-{tongue.ctags}={tongue.kinds}",
               "-f", "-", "-L", "-"]  # fmt: skip
    listed = "\n".join(map(str, files))
    ran = subprocess.run(command, input=listed.encode(), capture_output=True, check=True)
    for line in ran.stdout.splitlines():
        tag = json.loads(line.decode("utf-8", "replace"))
        if tag.get("_type") == "tag" and not tag["name"].startswith(("__anon", "anonymous")):
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
        if path.name.endswith(endings)
        and not path.name.endswith(".d.ts")
        and path.is_file()
        and not path.is_symlink()
    )


def compare(program: str, language: str, files: list[Path]) -> Verdict:
    """Compare ctags' functions and types with ours."""
    wanted: dict[str, list[Tag]] = {}
    for tag in tags_of(program, language, files):
        wanted.setdefault(tag.path, []).append(tag)
    misses = []
    for path, tags in wanted.items():
        found = ours(language, Path(path))
        for tag in tags:
            if (plain(tag.name), tag.line) not in found:
                lines = _lines(path)
                misses.append(
                    Miss(tag, _cause(tag, lines, found.values()), lines[tag.line - 1].strip())
                )
    return Verdict(len(files), sum(map(len, wanted.values())), misses)


@cache
def _lines(path: str) -> list[str]:
    return [*Path(path).read_text("utf-8", "replace").split("\n"), ""]


def _cause(tag: Tag, lines: list[str], found: Iterable[Symbol]) -> str:
    """Say why a tag is no symbol, by what stands on the line."""
    line = tag.line - 1
    text, name = lines[line], re.escape(tag.name)
    around = " ".join(lines[max(0, line - 2) : line + 1])
    below = " ".join(lines[line : line + 4])
    keyword = _KEYWORDS.get(tag.kind)
    if tag.name in _WORDS:
        return "word"
    if any(_made(name, symbol, below, line) for symbol in found):
        cause = "macro"
    elif any(_headed(tag, symbol, line) for symbol in found):
        cause = "line"
    elif tag.kind == "alias" and re.search(rf"\btype\s+\$?{name}\b(?!\s*[=<])", text):
        cause = "specifier"
    elif keyword and not re.search(rf"\b(?:{keyword})\s+\$?{name}\b", around):
        cause = "mention"
    elif tag.name.isupper() and re.search(rf"\b{name}\s*\(", text):
        cause = "call"
    else:
        cause = "local" if any(_holds(symbol, line) for symbol in found) else "unread"
    return cause


def _headed(tag: Tag, symbol: Symbol, line: int) -> bool:
    """Tell whether ctags names a symbol of ours on a later line of its heading."""
    first = symbol.selection_range.start_line
    return plain(symbol.name) == tag.name and first < line <= first + 6


def _holds(symbol: Symbol, line: int) -> bool:
    callable_ = symbol.kind in ("function", "method")
    return callable_ and symbol.range.start_line < line <= symbol.range.end_line


def _made(name: str, symbol: Symbol, text: str, line: int) -> bool:
    """Tell whether a symbol of ours is what a macro named so makes: `TEST(Suite, Name) {`."""
    written = re.escape(plain(symbol.name))
    return symbol.selection_range.start_line - line in range(3) and bool(
        re.match(rf"[^()]*\b{name}\s*\([^()]*\b{written}\b", text)
    )
