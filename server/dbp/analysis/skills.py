"""What a project is made with: languages, frameworks and tools, each with its evidence. Pure.

Languages come from the record, all else from the names of files and from what manifests name; the
tables are in `skills_names` and `skills_files`. There is no guessing: what has no evidence is not
there, and what no table knows is not told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from dbp.analysis.skills_files import named_by
from dbp.analysis.skills_manifests import names_in, parser_of
from dbp.analysis.skills_names import BY_ECOSYSTEM, Known

MAX_MANIFESTS = 2000
"""Read of one workspace, those nearest to its root first."""

MAX_EVIDENCE = 5
MAX_TEXT = 120

_DATA = frozenset(
    (  # noqa: SIM905 - so many quoted words are no table
        "text json jsonc yaml toml ini properties csv xml ignore gettext markdown restructuredtext "
        "asciidoc bibtex groff notebook kconfig devicetree linkerscript"
    ).split()
)
"""Languages of the record that nobody programs in."""

_SAME = {"javascriptreact": "javascript", "typescriptreact": "typescript"}
_ELSEWHERE = frozenset(
    (  # noqa: SIM905 - so many quoted words are no table
        "node_modules vendor third_party site-packages .venv venv bower_components testdata "
        "fixtures __fixtures__"
    ).split()
)
"""Folders whose manifests speak of other people's code, or of none."""

FRAMEWORKS = frozenset({"framework", "library"})


class Evidence(NamedTuple):
    """Where it stands; `line` counts from 0."""

    path: str
    line: int
    text: str


class Skill(NamedTuple):
    """`kind` is a group of the tables, or `ecosystem` for one of packages."""

    name: str
    kind: str
    evidence: tuple[Evidence, ...]


class LanguageShare(NamedTuple):
    """How many files are in a language, and their share of those in any."""

    name: str
    files: int
    percent: float


class Skills(NamedTuple):
    """All that was found; `left_out` counts the manifests beyond the bound."""

    languages: tuple[LanguageShare, ...]
    frameworks: tuple[Skill, ...]
    tools: tuple[Skill, ...]
    left_out: int

    @property
    def number(self) -> int:
        """How many there are in all."""
        return len(self.languages) + len(self.frameworks) + len(self.tools)


def collect(
    files: Iterable[tuple[str, str]],
    read: Callable[[str], str | None],
    step: Callable[[int, int], None] = lambda _done, _total: None,
) -> Skills:
    """Find the skills in the files of a record, given as path and language (empty: not read).

    `read` gives the beginning of a manifest, None when it cannot be read; `step` hears how many of
    the manifests are done.
    """
    counted: Counter[str] = Counter()
    telling: list[tuple[int, str]] = []
    for path, language in files:
        if language and language not in _DATA:
            counted[_SAME.get(language, language)] += 1
        tells = named_by(path) is not None or parser_of(path) is not None
        if tells and _ELSEWHERE.isdisjoint(path.lower().split("/")[:-1]):
            telling.append((path.count("/"), path))
    telling.sort()
    found: dict[str, tuple[Known, list[Evidence]]] = {}
    total = min(len(telling), MAX_MANIFESTS)
    for done, (_, path) in enumerate(telling[:MAX_MANIFESTS]):
        step(done, total)
        for known, evidence in _said_by(path, read):
            kept = found.setdefault(known.name.lower(), (known, []))[1]
            if len(kept) < MAX_EVIDENCE:
                kept.append(evidence)
    skills = [Skill(*known, tuple(kept)) for _, (known, kept) in sorted(found.items())]
    return Skills(
        languages=_shares(counted),
        frameworks=tuple(skill for skill in skills if skill.kind in FRAMEWORKS),
        tools=tuple(skill for skill in skills if skill.kind not in FRAMEWORKS),
        left_out=len(telling) - total,
    )


def _said_by(path: str, read: Callable[[str], str | None]) -> Iterator[tuple[Known, Evidence]]:
    """Yield what one file is evidence of, each thing once."""
    reader = parser_of(path)
    text = (read(path) if reader is not None else None) or ""
    lines = text.split("\n") if text else []
    said: set[str] = set()
    by_name = named_by(path)
    if by_name is not None:
        said.add(by_name.name)
        yield by_name, Evidence(path, 0, _shown(lines, 0, 0) or path.rpartition("/")[2])
    if reader is None:
        return
    ecosystem, parse = reader
    if ecosystem and text:
        yield Known(ecosystem, "ecosystem"), Evidence(path, 0, _shown(lines, 0, 0))
    for named in names_in(parse, text):
        known = _look_up(named.ecosystem, named.name)
        if known is not None and known.name not in said:
            said.add(known.name)
            yield known, Evidence(path, named.line, _shown(lines, named.line, named.column))


def _look_up(ecosystem: str, name: str) -> Known | None:
    table = BY_ECOSYSTEM[ecosystem]
    if ecosystem != "Go modules":
        return table.get(name)
    for _ in range(6):  # a module's path goes on behind the part that is known
        if name in table or "/" not in name:
            break
        name = name.rpartition("/")[0]
    return table.get(name)


def _shown(lines: list[str], line: int, column: int) -> str:
    """Cut the words out of a line, around what was found where it is long."""
    raw = lines[line] if line < len(lines) else ""
    if len(raw) > MAX_TEXT:
        raw = raw[column : column + MAX_TEXT]
    return raw.strip()


def _shares(counted: Counter[str]) -> tuple[LanguageShare, ...]:
    total = counted.total()
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(LanguageShare(name, n, round(100 * n / total, 1)) for name, n in ranked)


def skills_json(skills: Skills) -> dict[str, Any]:
    """Render skills (doc/protocol.md, `dbp/skills`)."""

    def listed(some: tuple[Skill, ...]) -> list[dict[str, Any]]:
        return [
            {
                "name": skill.name,
                "kind": skill.kind,
                "evidence": [evidence._asdict() for evidence in skill.evidence],
            }
            for skill in some
        ]

    answer: dict[str, Any] = {
        "languages": [share._asdict() for share in skills.languages],
        "frameworks": listed(skills.frameworks),
        "tools": listed(skills.tools),
        "skillsCount": skills.number,
    }
    if skills.left_out:
        answer["note"] = f"{skills.left_out} more manifests were not read"
    return answer
