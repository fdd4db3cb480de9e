"""What is written about a symbol: sections in brackets, or the first sentence of a doc comment."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbp.extract.comments import clean, split_lines
from dbp.extract.prose import is_separator, one_line, summary_of
from dbp.model import Doc

MAX_DOC_CHARACTERS = 20_000
"""What is read of one doc comment; more is a data table."""

_SECTION = re.compile(r"^\[\s*([A-Za-z][A-Za-z /_-]{2,60}?)\s*\]:?\s*(.*)$")
_EMPTY = Doc()


def from_comment(comment: str) -> Doc:
    """Read a doc comment as it stands in the code, markers included."""
    return from_lines(list(clean(comment[:MAX_DOC_CHARACTERS])))


def from_docstring(text: str) -> Doc:
    """Read a docstring's value."""
    return from_lines(split_lines(text[:MAX_DOC_CHARACTERS]))


def from_lines(lines: list[str]) -> Doc:
    """Read the lines of a doc comment without markers."""
    sections = _sections(lines) if any("[" in line for line in lines) else {}
    if not sections:
        summary = summary_of(lines)
        return _EMPTY if summary is None else Doc(summary=summary)
    intent = one_line(" ".join(sections.get("intent", ())), 2000) or None
    return Doc(
        intent=intent,
        design_principles=tuple(items(sections.get("principles", ()))),
        implementation_details="\n".join(sections.get("details", ())) or None,
        design_decisions="\n".join(sections.get("decisions", ())) or None,
        summary=summary_of([intent] if intent else sections[""]),
    )


def _sections(lines: list[str]) -> dict[str, list[str]]:
    """Group lines by section; what stands before the first one is under the empty name."""
    out: dict[str, list[str]] = {"": []}
    current = out[""]
    for line in lines:
        stripped = line.strip()
        match = _SECTION.match(stripped[:300]) if stripped.startswith("[") else None
        if match and (name := _name(match[1])):
            current = out.setdefault(name, [])
            if match[2]:
                current.append(match[2])
        elif not is_separator(stripped):
            current.append(stripped)
    return out if len(out) > 1 else {}


def _name(title: str) -> str:
    words = " ".join(title.lower().replace("_", " ").replace("-", " ").split())
    if words.endswith("intent"):
        return "intent"
    if words.endswith("design principles"):
        return "principles"
    if words.endswith("implementation details"):
        return "details"
    return "decisions" if words.endswith(("design decisions", "design decision")) else ""


def items(lines: Iterable[str]) -> list[str]:
    """Join bulleted or numbered lines with what continues them; without bullets, each is one."""
    out: list[str] = []
    bulleted = False
    for line in lines:
        bare = strip_bullet(line)
        if bare != line or not bulleted or not out:
            out.append(bare)
            bulleted = bulleted or bare != line
        else:
            out[-1] += " " + bare
    return [item for item in out if item]


def strip_bullet(line: str) -> str:
    """Cut the bullet or number off a list line; a line without one comes back as it is."""
    match = _BULLET.match(line)
    return line[match.end() :] if match else line


_BULLET = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])\s+")
