"""What a reStructuredText document includes, shows and links to, where that is a plain path.

Only directives at the beginning of a line are read: indented ones are often examples. What begins
with `/` counts from a root that only the project's builder knows, and is left alone. The role
`:doc:` names a document without its ending, and `.. _name: path` is where `name_` leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbp.extract.markdown_links import MAX_LINE, leads_inside, span
from dbp.extract.registry import known_extension
from dbp.lines import split_lines
from dbp.model import Reference

MAX_LINKS = 2000

_DIRECTIVE = re.compile(
    r"\.\.[ \t]{1,4}(?:\|[^|]{1,100}\|[ \t]{1,4})?"
    r"(?:include|literalinclude|image|figure)::[ \t]{1,20}(\S{1,1024})[ \t]*$"
)
_EMBEDDED = re.compile(r"`[^`<>]{0,300}<([^`<>\s]{1,1024}+)>`_")
_NAMED = re.compile(r"\.\. _(?:`[^`]{1,200}`|[^:`\s][^:`]{0,199}):[ \t]{1,20}(\S{1,1024})[ \t]*$")
_DOC = re.compile(r":doc:`(?:[^`<>]{0,300}<([^`<>\s]{1,500}+)>|([^`<>\s]{1,500}+))`")
_PAGE = re.compile(r"(?:\.{1,2}/)*[\w.+-]{1,120}+(?:/[\w.+-]{1,120}+){0,30}")
_MADE = ("html", "htm", "pdf")
"""Endings of what the builder makes: such a link is right when nothing is there yet."""


def read_rst_links(text: str) -> list[Reference]:
    """Read the relative paths of a document."""
    if "::" not in text and ">`_" not in text and ":doc:`" not in text and ".. _" not in text:
        return []
    found: list[Reference] = []
    for number, line in enumerate(split_lines(text)):
        for start, target in _targets_in(line):
            found.append(Reference("link", target, span(number, line, start, len(target))))
        if len(found) >= MAX_LINKS:
            break
    return found[:MAX_LINKS]


def _targets_in(line: str) -> Iterator[tuple[int, str]]:
    """Yield column and text of what a line leads to, in their order."""
    if line.startswith(".."):
        matches = [match for match in (_DIRECTIVE.match(line), _NAMED.match(line)) if match]
        if matches:
            if _is_path(matches[0][1]):
                yield matches[0].start(1), matches[0][1]
            return
    if len(line) > MAX_LINE:
        return
    found: list[tuple[int, str]] = []
    if ">`_" in line:
        found += [(m.start(1), m[1]) for m in _EMBEDDED.finditer(line) if _is_path(m[1])]
    if ":doc:`" in line:
        for match in _DOC.finditer(line):
            group = 1 if match[1] else 2
            if not _in_literal(line, match.start()) and _PAGE.fullmatch(match[group]):
                found.append((match.start(group), match[group]))
    yield from sorted(found)


def _in_literal(line: str, column: int) -> bool:
    """Tell whether a role is only shown, between double backticks."""
    return line.count("``", 0, column) % 2 == 1


def _is_path(target: str) -> bool:
    if target.startswith(("/", "<", "#", "$", "mailto:")) or not leads_inside(target):
        return False
    if "@" in target and "/" not in target:
        return False  # somebody's address
    stem, dot, ending = target.partition("#")[0].rpartition("/")[2].rpartition(".")
    return bool(dot and stem.strip("*")) and known_extension(ending) and ending not in _MADE
