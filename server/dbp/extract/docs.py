"""What is written about a symbol: sections in brackets, and the usual styles of doc comments.

Linear in its input and bounded in its output. What a style lists as a parameter is taken only where
the style is followed: a name taken wrongly would be reported as a parameter that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbp.extract.docstyles import NOTHING, read_styles
from dbp.extract.prose import is_separator, one_line, summary_of
from dbp.lines import split_lines
from dbp.model import Doc, Range

MAX_DOC_CHARACTERS = 20_000
"""What is read of one doc comment; more is a data table."""

_SECTION = re.compile(r"^\[\s*([A-Za-z][A-Za-z /_-]{2,60}?)\s*\]:?\s*(.*)$")
_MARKER = re.compile(r"[ \t]*+(?:/\*[*!]*+<?|//[/!]*+<?|\*(?!\*)|#++|--++|\*++)")
_EMPTY = Doc()


def from_comment(comment: str, where: Range | None = None) -> Doc:
    """Read a doc comment as it stands in the code, markers included."""
    return from_lines(list(_uncommented(comment[:MAX_DOC_CHARACTERS])), where)


def from_docstring(text: str, where: Range | None = None) -> Doc:
    """Read a docstring's value."""
    if "\n" in text or "\r" in text:
        return from_lines(split_lines(text[:MAX_DOC_CHARACTERS]), where)
    return from_lines([text[:MAX_DOC_CHARACTERS]], where)


def from_lines(lines: list[str], where: Range | None = None) -> Doc:
    """Read the lines of a doc comment without markers, indented as they are."""
    found = read_styles(lines)
    sections = _sections(lines) if any("[" in line for line in lines) else {}
    intent = one_line(" ".join(sections.get("intent", ())), 2000) or None if sections else None
    if sections:
        said = [intent] if intent else sections[""]
    else:
        said = lines if found.described is None else found.described
    summary = summary_of(said)
    if not sections and found is NOTHING:
        if summary is None and where is None:
            return _EMPTY
        return Doc(summary=summary, range=where)
    return Doc(
        intent=intent,
        design_principles=tuple(items(sections.get("principles", ()))),
        implementation_details="\n".join(sections.get("details", ())) or None,
        design_decisions="\n".join(sections.get("decisions", ())) or None,
        summary=summary,
        parameters=found.parameters,
        returns=found.returns,
        raises=found.raises,
        range=where,
    )


def _uncommented(comment: str) -> Iterable[str]:
    """Yield the lines of a comment taken out of code without its markers, indented as they are."""
    for raw in split_lines(comment):
        line = raw.rstrip()
        if line.endswith("*/"):
            line = line[:-2].rstrip("* \t")
        if match := _MARKER.match(line):
            line = line[match.end() :]
            if line[:1] == " ":
                line = line[1:]
        yield line


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
    if words.endswith(("design principles", "design principle")):
        return "principles"
    if words.endswith(("implementation details", "implementation detail")):
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
