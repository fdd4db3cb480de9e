"""What is shown of a file's header unit: its own words at the top, its imports, its loose code.

*Loose* is code outside every symbol. It speaks for the file where there is more of it than of
anything else: a script, a settings file, a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dbp.enrichment.slices import CUT, MAX_LINE, doc_lines, is_comment, is_import, signature_end
from dbp.model import Extraction

INTENT_ONLY = frozenset(
    {
        *("markdown", "restructuredtext", "asciidoc", "tex", "groff", "text"),
        *("json", "jsonc", "yaml", "toml", "ini", "properties", "csv", "xml"),
        *("html", "jinja", "css", "scss", "less", "sass", "stylus"),
    }
)
"""Prose, data, markup and styles: they have a purpose, but no principles of design."""

_CODE_CHARACTERS, _TEXT_CHARACTERS = 6000, 2000
"""What is shown of loose code, and of prose and data: the beginning tells what it is."""

_MAX_IMPORTS = 60
_MAX_WORDS = 120
_MAX_OUTLINE = 200
"""Characters of one line of an outline."""


class Head(NamedTuple):
    """The lines of the header unit; each with its number. `was_cut`: not all loose code is here."""

    words: list[tuple[int, str]]
    imports: list[tuple[int, str]]
    loose: list[tuple[int, str]]
    was_cut: bool = False

    def lines(self) -> list[str]:
        """Give all of them in the order of the file, without numbers."""
        return [text for _, text in sorted({*self.words, *self.imports, *self.loose})]


def head_of(extraction: Extraction, lines: Sequence[str], spans: Iterable[tuple[int, int]]) -> Head:
    """Read the header unit's lines; `spans` are the lines of the outermost symbols."""
    inside = bytearray(len(lines))
    for first, last in spans:
        inside[first : last + 1] = b"\1" * len(inside[first : last + 1])
    words: list[tuple[int, str]] = []
    if header := extraction.header:
        first, last = header.range.start_line, min(header.range.end_line, len(lines) - 1)
        words = [(n, _cut(lines[n])) for n in range(first, min(last + 1, first + _MAX_WORDS))]
        inside[first : last + 1] = b"\1" * len(inside[first : last + 1])
    outside = [n for n, line in enumerate(lines) if not inside[n] and line.strip()]
    imports = [(n, _cut(lines[n])) for n in outside if is_import(lines[n])][:_MAX_IMPORTS]
    full = sum(1 for line in lines if line.strip())
    loose: list[tuple[int, str]] = []
    room = 0
    if 2 * len(outside) > full:
        room = _TEXT_CHARACTERS if extraction.language in INTENT_ONLY else _CODE_CHARACTERS
        for number in outside:
            room -= len(lines[number].strip()[:MAX_LINE]) + 1
            if room < 0:
                break
            loose.append((number, _cut(lines[number])))
    return Head(words, imports, loose, was_cut=room < 0)


def outline_of(lines: Sequence[str], first: int, last: int, language: str) -> str:
    """Say one symbol in a line or two: its signature and the first line of its documentation."""
    if first >= len(lines):
        return ""
    end = signature_end(lines, first, last)
    signed = " ".join(" ".join(lines[first : end + 1]).split())[:_MAX_OUTLINE]
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())][:16]
    said = ""
    if language == "python":
        start, stop = doc_lines(lines, end, last)
        doc = [line.strip().strip("\"' ") for line in lines[start : min(stop, start + 3)]]
        said = next((line for line in doc if line), "")
    elif first and is_comment(above := lines[first - 1].strip(), language):
        said = above.strip("/*# ")
    return f"{indent}{signed}" + (f"  {CUT} {said[:_MAX_OUTLINE]}" if said else "")


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + CUT
