"""Where a header goes in a file that has none."""

from __future__ import annotations

import re
from typing import NamedTuple

from dbp.actions.edits import Edit, Text
from dbp.languages import Language

_FIRST = re.compile(
    r"""\ufeff?(?:
    \#!                                          # shebang
    |\#.{0,80}?coding[:=]|\#\s*vim?:|.{0,12}-\*- # modes and encodings
    |\#\s*(?:syntax|escape|check)\s*=            # Dockerfile
    |\#\s*(?:frozen_string_literal|warn_indent|shareable_constant_value|encoding|typed):
    |<\?xml\b|<!doctype\b|<\?php\s*$|@charset\b|%YAML|%!|syntax\s*=|--\[\[?!
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""What has to stay before everything else."""

_LEGAL = re.compile(r"licen[cs]e|copyright|\(c\)|spdx-|all rights reserved", re.IGNORECASE)
_SCANNED = 400
"""Lines a licence may take."""


class Opening(NamedTuple):
    """Where a header is put: before this line; `above` says that other words stand right above."""

    line: int
    above: bool


def opening_of(text: Text, language: Language) -> Opening:
    """Find the first line a header may take: behind what must be first, and behind a licence."""
    line = 0
    while line < len(text.lines) and line < 5 and _FIRST.match(text.line(line)[:120]):  # noqa: PLR2004 - no file has more
        line += 1
    if language.name == "markdown" and text.line(line).rstrip() in {"---", "+++"}:
        line = _past_front_matter(text, line)
    here = line
    while here < len(text.lines) - 1 and not text.line(here).strip():
        here += 1
    past = _past_comment(text, here, language)
    blank = past < len(text.lines) and not text.line(past).strip()
    if past > here and blank and _LEGAL.search("\n".join(text.lines[here:past])[:8000]):
        return Opening(past, above=True)
    return Opening(line, above=line > 0)


def _past_front_matter(text: Text, line: int) -> int:
    mark = text.line(line).rstrip()
    for number in range(line + 1, min(len(text.lines), _SCANNED)):
        if text.line(number).rstrip() in {mark, "..."}:
            return number + 1
    return line


def _past_comment(text: Text, line: int, language: Language) -> int:
    """Find the line behind the comment that begins on this one; the same line when none does."""
    raw = text.line(line).lstrip()
    for opener, closer in language.block:
        if raw.startswith(opener):
            for number in range(line, min(len(text.lines), line + _SCANNED)):
                from_here = len(opener) if number == line else 0
                if text.line(number).lstrip().find(closer, from_here) >= 0:
                    return number + 1
            return line
    number = line
    while number < min(len(text.lines), line + _SCANNED) and language.line:
        if not text.line(number).lstrip().startswith(language.line):
            break
        number += 1
    return number


def insert_block(text: Text, language: Language, block: str) -> Edit:
    """Insert a comment block as a header, parted from what stands around it by blank lines."""
    opening = opening_of(text, language)
    said = text.end.join(block.strip("\r\n").splitlines())
    number = opening.line
    if number >= len(text.lines) or (number == len(text.lines) - 1 and number):
        last = len(text.lines) - 1
        lead = text.end if text.line(last) else ""
        return Edit(text.spot(last, len(text.line(last))), lead + text.end + said + text.end)
    start = 1 if not number and text.line(0).startswith("\ufeff") else 0
    before = text.end if opening.above and text.line(number - 1).strip() else ""
    rest = text.line(number)[start:].strip()
    if opening.above and not rest:
        # The blank line that is there parts it from what stands above; another from what follows.
        follows = number + 1 < len(text.lines) and text.line(number + 1).strip()
        said = text.end + said + (text.end if follows else "")
        return Edit(text.spot(number, start), said)
    after = text.end * (2 if rest else 1)
    return Edit(text.spot(number, start), before + said + after)
