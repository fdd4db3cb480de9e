"""How a docstring or a comment that says what its file is for becomes a header in sections.

Its words stay where they are: nothing is said twice, and a docstring stays one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dbp.actions.edits import Edit, Text, index_of, joined
from dbp.actions.headers import Known
from dbp.actions.layout import closer_of, safe
from dbp.model import Header
from dbp.template import Template, TemplateSection

_LINE_MARK = re.compile(r"[ \t]*(?://[/!]?|#|--|;+|%)(?=[ \t]|$)")
_OPENER = re.compile(r"[rRuU]?(?:\"\"\"|''')|/\*+!?|<!--|\{-|\(\*+")
_STAR = re.compile(r"[ \t]*\*(?!/)")
_WORD = re.compile(r"\w+")
_BEFORE = 3
"""Words that may stand before the intent on its line: a tag, the file's name."""


class _Shape(NamedTuple):
    """The lines of a comment: `prefix` before its words, `inside` its closing marker, if any.

    The intent begins on the line `first`, behind the opener at `start` where that is on it; the
    last words end at (`last`, `end`).
    """

    prefix: str
    inside: str
    first: int
    start: int
    last: int
    end: int


def _shape(text: Text, header: Header) -> _Shape | None:
    place = header.range
    first = _first_words(text, header)
    raw = text.line(place.start_line)
    start = index_of(raw, place.start_character)
    inside, (last, end) = closer_of(text, header)
    if not inside:
        mark = _LINE_MARK.match(text.line(first))
        end = len(text.line(last).rstrip())
        return _Shape(mark[0] + " ", "", first, 0, last, end) if mark else None
    opener = _OPENER.match(raw, start)
    if opener is None:
        return None
    begin = opener.end() if first == place.start_line else 0
    return _Shape(_block_prefix(text, header, start, inside), inside, first, begin, last, end)


def _block_prefix(text: Text, header: Header, start: int, inside: str) -> str:
    following = text.line(header.range.start_line + 1)
    if inside in {"*/", "*)"}:
        if header.range.start_line == header.range.end_line:
            return text.line(header.range.start_line)[:start] + " * "
        if star := _STAR.match(following):
            return star[0] + " "
        return following[: len(following) - len(following.lstrip())]
    return text.line(header.range.start_line)[:start].rstrip("rRuU")


def _first_words(text: Text, header: Header) -> int:
    """Find the line where the intent begins: a licence or a mode line may stand above it."""
    words = _WORD.findall((header.intent or "")[:200])[:4]
    for number in range(header.range.start_line, header.range.end_line + 1):
        found = _WORD.findall(text.line(number)[:400])
        for at in range(_BEFORE):
            some = found[at : at + len(words)]
            if some and some == words[: len(some)]:
                return number
    return header.range.start_line


def can_grow(text: Text, header: Header) -> bool:
    """Tell whether a header without sections can get them around its words."""
    return header.format in {"docstring", "comment"} and _shape(text, header) is not None


def grow(text: Text, header: Header, template: Template, known: Known) -> list[Edit]:
    """Put the intent's title over a header's words, and the other sections below them."""
    shape = _shape(text, header)
    intent = next((one for one in template.sections if one.name == "intent"), None)
    if shape is None or intent is None:
        return []
    title = f"{shape.prefix}[{intent.title}]{text.end}"
    others = [one for one in template.sections if one is not intent]
    below = _below(text, shape, others, known)
    if not shape.start:
        return [Edit(text.spot(shape.first, 0), title), *below]
    raw = text.line(shape.first)
    words = len(raw) - len(raw[shape.start :].lstrip())
    gap = text.span(shape.first, shape.start, words)
    return [Edit(gap, text.end + title + shape.prefix), *below]


def _below(text: Text, shape: _Shape, sections: list[TemplateSection], known: Known) -> list[Edit]:
    lines: list[str] = []
    for section in sections:
        if known.wants(section):
            words = (shape.prefix + safe(line, shape.inside) for line in known.of(section))
            lines += [shape.prefix.rstrip(), *map(str.rstrip, words)]
    if not lines:
        return []
    said = "".join(text.end + line for line in lines)
    raw = text.line(shape.last)
    if not shape.inside:
        return [Edit(text.spot(shape.last, shape.end), said)]
    if not raw[: shape.end].strip(" \t*"):
        return [Edit(text.spot(shape.last, 0), joined(lines, text.end))]
    blanks = len(raw[shape.end :]) - len(raw[shape.end :].lstrip())
    place = text.span(shape.last, shape.end, shape.end + blanks)
    return [Edit(place, said + text.end + shape.prefix.split("*")[0])]
