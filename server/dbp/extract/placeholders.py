"""Telling what a person wrote from what a template left for them to write."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbp.extract.docs import strip_bullet
from dbp.model import SectionState

_TODO = re.compile(
    r"""\W{0,3}(?:(?:TODO|TBD|TBA|FIXME|XXX)(?:\s*$|\s*[^\w\s]|\s+(?i:add|complete|define|describe|document
    |explain|fill|list|say|update|write)\b)|(?i:todo|tbd|tba|fixme)\s*(?:[:.…!]|$)
    |(?i:to\ be\ (?:defined|written|done|completed|described)|fill\ (?:me\ )?in)\b)""",
    re.VERBOSE,
)
_MOMENT = re.compile(r"[\[<(]?yyyy\b|<?\s*(date|time|timestamp|iso)[^\s:]{0,12}>", re.IGNORECASE)
_KIND = re.compile(r"<?(codebase|system|other)>?\s*:[\s-]*", re.IGNORECASE)
_BLANKS = frozenset(
    """path name file description summary text intent author date time title what why who detail
    details library todo tbd placeholder change reason purpose""".split()  # noqa: SIM905 - a table
)


def state_of(name: str, lines: Sequence[str], placeholder: str) -> SectionState:
    """Tell what a section holds; `placeholder` is what its template has there.

    The directive to tools is meant to stay as the template has it.
    """
    said = [line for line in lines if any(map(str.isalnum, line))]
    if not said:
        return SectionState.EMPTY
    if name == "directive":
        return SectionState.WRITTEN
    if placeholder and _bare(said) == _bare(placeholder.split("\n")):
        return SectionState.PLACEHOLDER
    if _in_angles(" ".join(said)[:4000]) or all(map(is_placeholder, said)):
        return SectionState.PLACEHOLDER
    return SectionState.WRITTEN


def is_placeholder(line: str) -> bool:
    """Tell whether a text is one to be replaced: `<the purpose>`, `TODO`, `YYYY-MM-DD : …`."""
    text = strip_bullet(line[:4000].strip())
    if _TODO.match(text) or _MOMENT.match(text):
        return True
    return _in_angles(text)


def _in_angles(text: str) -> bool:
    """Tell whether a text is words in angle brackets, and neither an address nor a path."""
    text = strip_bullet(text)
    if kind := _KIND.match(text):
        text = text[kind.end() :]
    if text[:1] != "<":
        return False
    inner, _, rest = text[1:].partition(">")
    if "://" in inner or "@" in inner or inner.startswith(("!", "/")):
        return False
    if any(map(str.isalnum, rest)) and "<" not in rest:
        return False
    return " " in inner.strip() or "|" in inner or inner.strip().lower() in _BLANKS


def _bare(lines: Sequence[str]) -> str:
    """Bring a text to the form in which placeholders are compared."""
    return " ".join(" ".join(strip_bullet(line.strip()) for line in lines).split()).lower()
