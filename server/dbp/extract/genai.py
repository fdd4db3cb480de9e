"""The GenAI header: sections in brackets at a file's top, in any comment syntax.

Reads one comment; knows nothing of files. The shape is written down in doc/headers.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dbp.extract.comments import CommentLine
from dbp.extract.docs import items
from dbp.extract.history import read_history
from dbp.extract.prose import MAX_INTENT, is_separator, one_line
from dbp.extract.targets import Target, read_targets
from dbp.model import HistoryEntry

_TITLE = re.compile(r"^\[\s*([A-Za-z][A-Za-z /_-]{2,60}?)\s*\]:?$")
_TITLES = {
    "source file intent": "intent",
    "file intent": "intent",
    "intent": "intent",
    "source file design principles": "principles",
    "file design principles": "principles",
    "design principles": "principles",
    "source file constraints": "constraints",
    "file constraints": "constraints",
    "constraints": "constraints",
    "source file dependencies": "dependencies",
    "file dependencies": "dependencies",
    "dependencies": "dependencies",
    "reference documentation": "documentation",
    "source file reference documentation": "documentation",
    "genai tool change history": "history",
    "change history": "history",
    "genai coding tool directive": "directive",
    "genai coding tool directives": "directive",
}
_TELLING = frozenset({"intent", "principles", "history", "directive"})
"""Sections no other comment has; `[dependencies]` alone is a line of somebody's Cargo.toml."""


class GenaiHeader(NamedTuple):
    """What the sections say; ranges of targets are in characters of the raw lines."""

    intent: str | None
    design_principles: tuple[str, ...]
    constraints: tuple[str, ...]
    dependencies: tuple[Target, ...]
    documentation: tuple[Target, ...]
    history: tuple[HistoryEntry, ...]


def is_genai(lines: Sequence[CommentLine]) -> bool:
    """Tell whether a comment holds a section that only this format has."""
    return any(line.text[:1] == "[" and _title(line.text) in _TELLING for line in lines)


def has_section(lines: Sequence[CommentLine]) -> bool:
    """Tell whether a comment holds any section, as the continuation of a header may."""
    return any(line.text[:1] == "[" and _title(line.text) for line in lines)


def read_genai(lines: Sequence[CommentLine]) -> GenaiHeader:
    """Read every section; one that appears twice goes on where it stopped."""
    sections: dict[str, list[CommentLine]] = {}
    current: list[CommentLine] = []
    after_separator = True
    for line in lines:
        match = _TITLE.match(line.text[:80]) if line.text[:1] == "[" else None
        if match and (after_separator or _title(line.text)):
            current = sections.setdefault(_title(line.text), [])
        else:
            current.append(line)
        after_separator = is_separator(line.text)

    def texts(name: str) -> list[str]:
        return [line.text for line in sections.get(name, ()) if not is_separator(line.text)]

    return GenaiHeader(
        intent=one_line(" ".join(texts("intent")), MAX_INTENT) or None,
        design_principles=tuple(items(texts("principles"))),
        constraints=tuple(items(texts("constraints"))),
        dependencies=tuple(read_targets(sections.get("dependencies", ()))),
        documentation=tuple(read_targets(sections.get("documentation", ()))),
        history=tuple(read_history(texts("history"))),
    )


def _title(text: str) -> str:
    """Name the section a line opens, or return the empty string."""
    match = _TITLE.match(text[:80])
    if not match:
        return ""
    return _TITLES.get(" ".join(match[1].lower().replace("_", " ").split()), "")
