"""How a header lies in its comment: where each section begins and ends, and what stands before it.

A *slot* is what one section takes: from its title's bracket to its last word. Separator lines and
comment markers around it belong to nobody, so slots can change places and new ones fit between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dbp.actions.edits import Text, index_of
from dbp.languages import LANGUAGES, TEXT, Language
from dbp.model import Header, HeaderSection

_LANGUAGES = {language.name: language for language in LANGUAGES} | {TEXT.name: TEXT}
_STAR = re.compile(r"[ \t]*\*(?!/) ?")
_BLOCKS = (
    *(("/*", "*/"), ("<!--", "-->"), ('"""', '"""'), ("'''", "'''"), ("{-", "-}")),
    *(("--[==[", "]==]"), ("--[[", "]]"), ("(*", "*)"), ("{#", "#}"), ("#|", "|#"), ("<#", "#>")),
)
"""The block comments that a header may stand in; `languages` has them by language."""


_BY_ENDING = {end: one for one in reversed(LANGUAGES) for end in one.extensions.split()}


def language_at(path: str) -> Language:
    """Tell the language of a file that is not there yet, by its name's ending; else text."""
    return _BY_ENDING.get(path.rpartition(".")[2].lower(), TEXT)


def language_of(name: str) -> Language:
    """Find a language in the table by its name; text when it has none."""
    return _LANGUAGES.get(name, TEXT)


class Slot(NamedTuple):
    """One section: `line` and `start` are its bracket, `last` and `end` behind its last word."""

    section: HeaderSection
    line: int
    start: int
    last: int
    end: int

    def text(self, text: Text) -> str:
        """Give what stands in it, from the bracket on."""
        if self.line == self.last:
            return text.line(self.line)[self.start : self.end]
        parts = [text.lines[number] for number in range(self.line, self.last)]
        parts[0] = parts[0][self.start :]
        return "".join(parts) + text.line(self.last)[: self.end]


class Layout(NamedTuple):
    """A header in sections.

    `prefix` stands before the words of a line, `lead` and `trail` around a title; `gap` are the
    lines between two sections, `inside` is the marker that ends the comment.
    """

    slots: tuple[Slot, ...]
    prefix: str
    lead: str
    trail: str
    gap: tuple[str, ...]
    inside: str

    def marked(self, lines: Sequence[str]) -> list[str]:
        """Make words lines of this comment; what would end it is pulled apart."""
        return [(self.prefix + safe(line, self.inside)).rstrip() for line in lines]

    def section(self, lines: Sequence[str]) -> list[str]:
        """Make a title and the words below it lines of this comment."""
        title = self.lead + safe(lines[0], self.inside) + self.trail
        return [title.rstrip(), *self.marked(lines[1:])]

    def slot(self, name: str) -> Slot | None:
        """Find a section's place by the section's name."""
        return next((slot for slot in self.slots if slot.section.name == name), None)


def layout_of(text: Text, header: Header, language: Language) -> Layout | None:
    """Find the places of a header's sections; None when the text is another one."""
    slots = [_slot(text, section) for section in sorted(header.sections, key=lambda s: s.range)]
    if not slots or any(text.line(s.line)[s.start : s.start + 1] != "[" for s in slots):
        return None
    if any(below.line <= above.last for above, below in pairwise(slots)):
        return None
    inside, _end = closer_of(text, header)
    lead = _lead(text, header, slots, inside)
    prefix, trail = lead, ""
    if not inside and not language.line:  # it stands in the words of a document
        prefix = lead[: len(lead) - len(lead.lstrip())]
        first = text.line(slots[0].line)
        after = first[first.index("]", slots[0].start) + 1 :]
        trail = after if not after.strip("*_#=~ ") else ""
    return Layout(tuple(slots), prefix, lead, trail, _gap(text, slots, prefix), inside)


def _slot(text: Text, section: HeaderSection) -> Slot:
    line, start, last, end = section.range
    start, end = index_of(text.line(line), start), index_of(text.line(last), end)
    return Slot(section, line, start, last, end)


def closer_of(text: Text, header: Header) -> tuple[str, tuple[int, int]]:
    """Find a block comment's closing marker, and where its words end: line and character."""
    line, raw = header.range.end_line, text.line(header.range.end_line)
    end = index_of(raw, header.range.end_character)
    first = text.line(header.range.start_line)
    start = index_of(first, header.range.start_character)
    for opener, closer in _BLOCKS:
        if first[start:].lstrip("rRuUbB").startswith(opener) and raw[:end].endswith(closer):
            body = raw[: end - len(closer)].rstrip()
            raw_string = opener[0] in "\"'" and first[max(start - 1, 0) : start + 1].strip("\"'")
            kind = f"r{closer}" if raw_string else closer
            return kind, (line, len(body.rstrip("*") if closer == "*/" else body))
    return "", (line, end)


def safe(line: str, inside: str) -> str:
    """Pull apart what would end the comment that a line is put into."""
    closer = inside.removeprefix("r")
    if not closer:
        return line
    if closer[0] in "\"'" and not inside.startswith("r"):
        line = line.replace("\\", "\\\\")
    if closer == "-->":
        while "--" in line:
            line = line.replace("--", "- -")
    return line.replace(closer, " ".join(closer))


def _lead(text: Text, header: Header, slots: Sequence[Slot], inside: str) -> str:
    """Take what stands before a title; the line that opens a block comment tells nothing."""
    for slot in slots:
        before = text.line(slot.line)[: slot.start]
        if not inside or slot.line != header.range.start_line:
            return before
    before = text.line(slots[0].line)[: slots[0].start]
    if star := _STAR.match(text.line(slots[0].line + 1)):
        return star[0] if star[0].endswith(" ") else star[0] + " "
    return before[: len(before) - len(before.lstrip())]


def _gap(text: Text, slots: Sequence[Slot], prefix: str) -> tuple[str, ...]:
    """Copy what parts two sections; one blank line of the comment where there is but one."""
    for above, below in pairwise(slots):
        lines = tuple(text.line(n) for n in range(above.last + 1, below.line))
        if len(lines) <= 3 and all(lines):  # noqa: PLR2004 - more than that is no separator
            return lines
    return (prefix.rstrip(),)
