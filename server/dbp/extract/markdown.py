"""Markdown: headings as sections, what a document refers to, the first paragraph as intent.

A line scanner that knows fences, indented code, comments and front matter; linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dbp.extract.header import MAX_CHARACTERS, MAX_LINES
from dbp.extract.markdown_links import links_in
from dbp.extract.markdown_marks import may_mark
from dbp.extract.markdown_tasks import Heading, read_tasks
from dbp.extract.markdown_words import plain, words
from dbp.extract.mentions import mentions_in
from dbp.extract.prose import MAX_INTENT, one_line
from dbp.extract.relations import may_relate, read_relations
from dbp.extract.text import utf16_length
from dbp.lines import split_lines
from dbp.model import Header, Range, Reference, Symbol, Task

MAX_SECTIONS = 5000
MAX_LINKS = 5000
MAX_ANCHORS = 5000

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"[ >]{0,12}(`{3,}|~{3,})")
_ANCHOR = re.compile(
    r"<[A-Za-z]\w{0,20}\s(?:[^<>]{0,300}?\s)?(?:id|name)\s?=\s?[\"']?([^\"'<>\s]{1,200})"
    r"|\{:?[ \t]{0,9}#([\w.:-]{1,200}+)[^{}\n]{0,200}+\}"
)
_LIST_STARTS = frozenset("-*+ 0123456789")
_BULLET = re.compile(r"\s{0,3}(?:[-*+]|\d{1,9}[.)])\s")
_NO_PARAGRAPH = re.compile(
    r"[ ]{0,3}([-*+](?=\s|$)|[>|#<]|\d{1,3}[.)]|\[!?\[|!\[|```|~~~|:::|={3,})\s?|\s{4,}"
)


class Read(NamedTuple):
    """What a document holds: its sections, nested by level, what it refers to, and its tasks."""

    sections: list[Symbol]
    references: list[Reference]
    tasks: tuple[Task, ...]


@dataclass
class _Open:
    heading: Heading
    path: str
    children: list[Symbol] = field(default_factory=list)


def read_markdown(text: str, line_count: int) -> Read:
    """Read the sections of a document, all that it refers to, and its tasks.

    A link in a line of a relation is that relation and no second reference.
    """
    lines = split_lines(text)
    visible = list(_outside_code(lines))
    headings = _headings(visible)
    titles = {heading.line: heading.title for heading in headings}
    found = read_relations(visible, titles) if may_relate(text) else []
    taken = {item.range for item in found}
    for number, line in visible:
        if len(found) >= MAX_LINKS:
            break
        found += [link for link in links_in(number, line) if link.range not in taken]
    found += mentions_in(visible, {item.range for item in found})
    found.sort(key=lambda item: item.range)
    tasks = read_tasks(visible, headings) if may_mark(text) else ()
    return Read(_sections(headings, lines, line_count), found, tasks)


def read_anchors(text: str) -> tuple[str, ...]:
    """Read the anchors a document names itself: `{#id}` and the ids of its HTML."""
    if not any(mark in text for mark in ("id=", "name=", "{#", "{:", "id =", "name =")):
        return ()
    found = dict.fromkeys(match[1] or match[2] for match in _ANCHOR.finditer(text))
    return tuple(found)[:MAX_ANCHORS]


def _outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that are neither front matter nor code nor a comment.

    Four spaces make code where no paragraph and no list goes on.
    """
    fence, commented, listed, blank = "", False, False, True
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
        elif line.startswith(("    ", "\t")) and blank and not listed and line.strip():
            continue
        elif line.lstrip().startswith("<!--"):
            commented = "-->" not in line
        else:
            before, blank = blank, not line or line.isspace()
            if line[:1] in _LIST_STARTS and _BULLET.match(line):
                listed = True
            elif before and not blank and not line[0].isspace():
                listed = False
            yield number, line


def _front_matter(lines: list[str]) -> int:
    """Find the first line after YAML or TOML front matter."""
    mark = lines[0].rstrip() if lines else ""
    if mark in ("---", "+++"):
        for number in range(1, min(len(lines), 4 * MAX_LINES)):
            if lines[number].rstrip() in (mark, "..."):
                return number + 1
    return 0


def _headings(visible: list[tuple[int, str]]) -> list[Heading]:
    found: list[Heading] = []
    before: tuple[int, str] = (-2, "")
    for number, line in visible:
        if match := _HEADING.match(line):
            title = line[match.end() :].rstrip()
            bare = (
                title.rstrip("#").rstrip() if title.rstrip("#")[-1:] in (" ", "\t", "") else title
            )
            start = match.end()
            found.append(Heading(len(match[1]), bare, number, start, start + len(bare)))
        elif (match := _UNDERLINE.match(line)) and before[0] == number - 1:
            title = before[1].strip()
            if title and not _NO_PARAGRAPH.match(before[1]):
                level = 1 if match[1][0] == "=" else 2
                start = before[1].index(title)
                found.append(Heading(level, title, number - 1, start, start + len(title)))
        before = (number, line)
        if len(found) >= MAX_SECTIONS:
            break
    return found


def _sections(headings: list[Heading], lines: list[str], line_count: int) -> list[Symbol]:
    root: list[Symbol] = []
    stack: list[_Open] = []

    def close(level: int, end: int) -> None:
        while stack and stack[-1].heading.level >= level:
            done = stack.pop()
            (stack[-1].children if stack else root).append(_symbol(done, lines, end))

    for heading in headings:
        close(heading.level, heading.line - 1)
        above = stack[-1].path + "." if stack else ""
        stack.append(_Open(heading, above + plain(heading.title)))
    close(0, max(line_count - 1, 0))
    return root


def _symbol(done: _Open, lines: list[str], end: int) -> Symbol:
    heading = done.heading
    raw = lines[heading.line]
    end = max(end, heading.line)
    return Symbol(
        name=plain(heading.title) or "(untitled)",
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


def read_title(head: str) -> str | None:
    """Read the first heading of a document."""
    lines = split_lines(head[:MAX_CHARACTERS])
    title = next(iter(_headings(list(_outside_code(lines[: 2 * MAX_LINES])))), None)
    return (plain(title.title) or None) if title else None


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
    intent = one_line(words(said[: 2 * MAX_INTENT]), MAX_INTENT) or (
        plain(title.title) if title else ""
    )
    if not intent:
        return None
    first = title.line if title else paragraph[0] if paragraph else 0
    last = paragraph[1] if paragraph else first
    place = Range(first, 0, last, utf16_length(lines[last]))
    named = (plain(title.title) or None) if title else None
    return Header(place, "markdown", intent, title=named)


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
