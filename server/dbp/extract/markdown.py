"""Markdown: headings as sections, relative links as references, the first paragraph as intent.

A line scanner that knows fences, comments and front matter; linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from dbp.extract.comments import split_lines
from dbp.extract.header import MAX_CHARACTERS, MAX_LINES
from dbp.extract.prose import MAX_INTENT, one_line
from dbp.extract.text import utf16_length
from dbp.model import Header, Range, Reference, Symbol

MAX_SECTIONS = 5000
MAX_LINKS = 5000
MAX_LINE = 10_000
"""Longer lines are data in disguise; links in them are not looked for."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"[ >]{0,12}(`{3,}|~{3,})")
_INLINE = re.compile(
    r"\]\(\s{0,9}(?:<([^<>]{1,1024})>|([^\s()<>]{1,1024}(?:\([^\s()]{0,100}\)[^\s()<>]{0,200})?))"
)
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,300}\]:[ \t]{0,9}(?:<([^<>]{1,1024})>|(\S{1,1024}))")
_CODE_SPAN = re.compile(r"(`{1,8})(?!`)[^`]{1,1000}\1(?!`)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,30}:")
_MARKS = re.compile(r"[*_`]+|!?\[([^\[\]]{0,300})\](?:\([^()]{0,1024}\)|\[[^\[\]]{0,100}\])")
_NO_PARAGRAPH = re.compile(
    r"[ ]{0,3}([-*+](?=\s|$)|[>|#<]|\d{1,3}[.)]|\[!?\[|!\[|```|~~~|:::|={3,})\s?|\s{4,}"
)


class _Heading(NamedTuple):
    level: int
    title: str
    line: int
    start: int
    end: int


@dataclass
class _Open:
    heading: _Heading
    path: str
    children: list[Symbol] = field(default_factory=list)


def read_markdown(text: str, line_count: int) -> tuple[list[Symbol], list[Reference]]:
    """Read the sections, nested by level, and the relative links of a document."""
    lines = split_lines(text)
    visible = list(_outside_code(lines))
    links = [link for number, line in visible for link in _links(number, line)][:MAX_LINKS]
    return _sections(_headings(visible), lines, line_count), links


def _outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that are neither front matter nor fenced code nor a comment."""
    fence, commented = "", False
    for number in range(_front_matter(lines), len(lines)):
        line = lines[number]
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        elif commented:
            commented = "-->" not in line
        elif match and "`" not in line[match.end() :]:
            fence = match[1]
        elif line.lstrip().startswith("<!--"):
            commented = "-->" not in line
        else:
            yield number, line


def _front_matter(lines: list[str]) -> int:
    """Find the first line after YAML or TOML front matter."""
    mark = lines[0].rstrip() if lines else ""
    if mark in ("---", "+++"):
        for number in range(1, min(len(lines), 4 * MAX_LINES)):
            if lines[number].rstrip() in (mark, "..."):
                return number + 1
    return 0


def _headings(visible: list[tuple[int, str]]) -> list[_Heading]:
    found: list[_Heading] = []
    before: tuple[int, str] = (-2, "")
    for number, line in visible:
        if match := _HEADING.match(line):
            title = line[match.end() :].rstrip()
            bare = (
                title.rstrip("#").rstrip() if title.rstrip("#")[-1:] in (" ", "\t", "") else title
            )
            start = match.end()
            found.append(_Heading(len(match[1]), bare, number, start, start + len(bare)))
        elif (match := _UNDERLINE.match(line)) and before[0] == number - 1:
            title = before[1].strip()
            if title and not _NO_PARAGRAPH.match(before[1]):
                level = 1 if match[1][0] == "=" else 2
                start = before[1].index(title)
                found.append(_Heading(level, title, number - 1, start, start + len(title)))
        before = (number, line)
        if len(found) >= MAX_SECTIONS:
            break
    return found


def _sections(headings: list[_Heading], lines: list[str], line_count: int) -> list[Symbol]:
    root: list[Symbol] = []
    stack: list[_Open] = []

    def close(level: int, end: int) -> None:
        while stack and stack[-1].heading.level >= level:
            done = stack.pop()
            (stack[-1].children if stack else root).append(_symbol(done, lines, end))

    for heading in headings:
        close(heading.level, heading.line - 1)
        above = stack[-1].path + "." if stack else ""
        stack.append(_Open(heading, above + _plain(heading.title)))
    close(0, max(line_count - 1, 0))
    return root


def _symbol(done: _Open, lines: list[str], end: int) -> Symbol:
    heading = done.heading
    raw = lines[heading.line]
    end = max(end, heading.line)
    return Symbol(
        name=_plain(heading.title) or "(untitled)",
        qualified_name=done.path or "(untitled)",
        kind="section",
        range=Range(heading.line, 0, end, utf16_length(lines[end])),
        selection_range=Range(
            heading.line,
            utf16_length(raw[: heading.start]),
            heading.line,
            utf16_length(raw[: heading.end]),
        ),
        children=tuple(done.children),
    )


def _plain(title: str) -> str:
    """Drop emphasis and links from a title, keep its words; titles are short."""
    return one_line(_MARKS.sub(lambda match: match[1] or "", title[:1000]), 300)


def _links(number: int, line: str) -> Iterator[Reference]:
    if ("](" not in line and "]:" not in line) or len(line) > MAX_LINE:
        return
    if "`" in line:
        line = _CODE_SPAN.sub(lambda match: " " * len(match[0]), line)
    matches = list(_INLINE.finditer(line))
    if definition := _DEFINITION.match(line):
        matches.append(definition)
    for match in matches:
        group = 1 if match[1] is not None else 2
        target = match[group].partition("#")[0].partition("?")[0]
        if not target or _SCHEME.match(target) or target.startswith(("//", "{{", "{%")):
            continue
        start = utf16_length(line[: match.start(group)])
        end = start + utf16_length(target)
        yield Reference(
            "link", unquote(target, errors="replace"), Range(number, start, number, end)
        )


def read_markdown_header(head: str) -> Header | None:
    """Read title and first paragraph: the paragraph is the intent, or the title without one."""
    lines = split_lines(head[:MAX_CHARACTERS])
    visible = list(_outside_code(lines[: 2 * MAX_LINES]))
    title = next(iter(_headings(visible[:MAX_LINES])), None)
    after = title.line if title else -1
    paragraph = _first_paragraph([item for item in visible if item[0] > after])
    if paragraph is None and title is None:
        return None
    said = " ".join(lines[paragraph[0] : paragraph[1] + 1]) if paragraph else ""
    intent = _joined(said) or (_plain(title.title) if title else "")
    if not intent:
        return None
    first = title.line if title else paragraph[0] if paragraph else 0
    last = paragraph[1] if paragraph else first
    return Header(Range(first, 0, last, utf16_length(lines[last])), "markdown", intent)


def _joined(said: str) -> str:
    return one_line(_MARKS.sub(lambda match: match[1] or "", said[: 2 * MAX_INTENT]), MAX_INTENT)


def _first_paragraph(visible: list[tuple[int, str]]) -> tuple[int, int] | None:
    """Find the first lines of prose before the next heading of a document."""
    start = last = -1
    for number, line in visible:
        if _HEADING.match(line):
            break
        if start >= 0 and (not line.strip() or number != last + 1):
            break
        if start < 0 and (not line.strip() or _NO_PARAGRAPH.match(line) or _UNDERLINE.match(line)):
            continue
        start, last = (number if start < 0 else start), number
    return (start, last) if start >= 0 else None
