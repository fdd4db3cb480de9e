"""What a reStructuredText document includes, shows and links to, where that is a plain path.

Only directives at the beginning of a line are read: indented ones are often examples. What begins
with `/` counts from a root that only the project's builder knows, and is left alone.
"""

from __future__ import annotations

import re

from dbp.extract.comments import split_lines
from dbp.extract.markdown_links import MAX_LINE, leads_inside, span
from dbp.extract.registry import known_extension
from dbp.model import Reference

MAX_LINKS = 2000

_DIRECTIVE = re.compile(
    r"\.\.[ \t]{1,4}(?:\|[^|]{1,100}\|[ \t]{1,4})?"
    r"(?:include|literalinclude|image|figure)::[ \t]{1,20}(\S{1,1024})[ \t]*$"
)
_EMBEDDED = re.compile(r"`[^`<>]{0,300}<([^`<>\s]{1,1024}+)>`_")
_MADE = ("html", "htm", "pdf")
"""Endings of what the builder makes: such a link is right when nothing is there yet."""


def read_rst_links(text: str) -> list[Reference]:
    """Read the relative paths of a document."""
    if "::" not in text and ">`_" not in text:
        return []
    found: list[Reference] = []
    for number, line in enumerate(split_lines(text)):
        matches: list[re.Match[str]] = []
        if line.startswith("..") and (directive := _DIRECTIVE.match(line)):
            matches = [directive]
        elif ">`_" in line and len(line) <= MAX_LINE:
            matches = list(_EMBEDDED.finditer(line))
        for match in matches:
            target = match[1]
            if _is_path(target):
                found.append(
                    Reference("link", target, span(number, line, match.start(1), len(target)))
                )
        if len(found) >= MAX_LINKS:
            break
    return found[:MAX_LINKS]


def _is_path(target: str) -> bool:
    if target.startswith(("/", "<", "#", "$", "mailto:")) or not leads_inside(target):
        return False
    stem, dot, ending = target.partition("#")[0].rpartition("/")[2].rpartition(".")
    return bool(dot and stem.strip("*")) and known_extension(ending) and ending not in _MADE
