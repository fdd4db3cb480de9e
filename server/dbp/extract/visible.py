"""A header in the visible text of a Markdown document, its titles as lines or headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbp.extract.comments import Comment, CommentLine
from dbp.extract.genai import has_section, is_genai
from dbp.template import Template

MAX_SCANNED = 100
"""A header stands at a document's top."""

_HEADING = re.compile(r" {0,3}#{1,6}\s")
_NO_TEXT = re.compile(r"\s{0,3}(```|~~~|<)|\s{4,}\S")
_STRONG = re.compile(r"[\s*_#-]{0,10}\[\s*(source[ _-]file|file|gen-?ai)\b", re.IGNORECASE)
"""In plain sight, a title in brackets has to say whose it is: `[intent]` alone is a link."""


def visible_header(lines: Sequence[str], template: Template) -> Comment | None:
    """Find the lines from the first section's title up to the next heading that is none."""
    first = _first(lines, template)
    if first < 0:
        return None
    out: list[CommentLine] = []
    for number in range(first, len(lines)):
        raw = lines[number]
        line = _line(number, raw)
        if number > first and _HEADING.match(raw) and not has_section([line], template):
            break
        if raw.lstrip()[:3] in ("```", "~~~"):
            break
        out.append(line)
    while not out[-1].text:
        out.pop()
    last = out[-1].line
    return Comment("", tuple(out), (first, 0), (last, len(lines[last].rstrip())))


def _first(lines: Sequence[str], template: Template) -> int:
    """Find the first title that stands outside of code; -1 for none."""
    scanned = lines[:MAX_SCANNED]
    start = 0
    if scanned[0].rstrip() in ("---", "+++"):
        mark = scanned[0].rstrip()
        start = next((n for n, raw in enumerate(scanned) if n and raw.rstrip() == mark), 0) + 1
    for number in range(start, len(scanned)):
        raw = scanned[number]
        if _NO_TEXT.match(raw):
            return -1
        if "[" in raw[:16] and _STRONG.match(raw) and is_genai([_line(number, raw)], template):
            return number
    return -1


def _line(number: int, raw: str) -> CommentLine:
    text = raw.strip()
    column = len(raw) - len(raw.lstrip())
    if _HEADING.match(raw):
        bare = text.lstrip("#").lstrip()
        column += len(text) - len(bare)
        text = bare.rstrip("#").rstrip()
    return CommentLine(number, column, text)
