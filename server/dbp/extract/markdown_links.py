"""Links of Markdown documents: inline, by reference, images, and HTML inside the text.

A target is kept as it is written, fragment included; what leads out of the workspace (a scheme, a
host, a template's placeholder) is none. Linear in its input: every repetition is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbp.extract.text import utf16_length
from dbp.model import Range, Reference

MAX_LINE = 10_000
"""Longer lines are data in disguise; links in them are not looked for."""

_INLINE = re.compile(
    r"\]\([ \t]{0,9}(?:<([^<>]{1,1024})>"
    r"|([^\s()<>]{1,1024}(?:\([^\s()]{0,100}\)[^\s()<>]{0,200})?))"
    r"[ \t]{0,9}(?:[)\"'(]|$)"
)
_DEFINITION = re.compile(
    r"[ >]{0,12}\[(?!\^)[^\[\]]{1,300}\]:[ \t]{0,9}(?:<([^<>]{1,1024})>|(\S{1,1024}))"
    r"[ \t]{0,9}(?:$|(?<=\s)[\"'(])"
)
_HTML = re.compile(
    r"(?:<(?:a|img|source|video|audio|embed|iframe)\s(?:[^<>]{0,400}?\s)?|^\s{0,40})"
    r"(?:href|src)=(?:\"([^\"<>]{1,1024})\"|'([^'<>]{1,1024})')",
    re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"(?<!`)(`{1,8})(?!`)([^`]{1,1000})(?<!`)\1(?!`)")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:(?!\d{1,7}(?:-\d{1,7})?(?:#|$))|//")
_PLACEHOLDER = re.compile(r"\{\{|\{%|\$\{|<%")


def code_spans(line: str) -> Iterator[re.Match[str]]:
    """Find the code spans of a line; group 2 is what stands in one."""
    return _CODE_SPAN.finditer(line) if "`" in line and len(line) <= MAX_LINE else iter(())


def links_in(number: int, line: str) -> Iterator[Reference]:
    """Yield the links of one line."""
    square = "](" in line or "]:" in line
    html = "href=" in line or "src=" in line
    if not (square or html) or len(line) > MAX_LINE:
        return
    if "`" in line:
        line = _CODE_SPAN.sub(lambda match: " " * len(match[0]), line)
    matches = list(_INLINE.finditer(line)) if square else []
    if definition := square and _DEFINITION.match(line):
        matches.append(definition)
    if html:
        matches += _HTML.finditer(line)
    for match in matches:
        group = 1 if match[1] is not None else 2
        target = match[group].rstrip()
        if target and leads_inside(target):
            yield Reference("link", target, span(number, line, match.start(group), len(target)))


def leads_inside(target: str) -> bool:
    """Tell whether a target may be one of the workspace; `a.md:12` is, `mailto:a@b` is not."""
    return not _ELSEWHERE.match(target) and not _PLACEHOLDER.search(target)


def span(number: int, line: str, start: int, length: int) -> Range:
    """Give the range of some characters of a line."""
    column = utf16_length(line[:start])
    return Range(number, column, number, column + utf16_length(line[start : start + length]))
