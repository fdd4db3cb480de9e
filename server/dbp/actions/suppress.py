"""Comments that wish a finding away, in the syntax of the file."""

from __future__ import annotations

import re

from dbp.actions.edits import Edit, Text, units
from dbp.actions.layout import closer_of
from dbp.actions.opening import insert_block
from dbp.facts import walk
from dbp.languages import Language
from dbp.model import Extraction, Header, Range, Suppression

_COMMENT = re.compile(r"dbp:\s{0,4}ignore(?:-file)?(?:\[([^\[\]\n]{0,1000})\])?")
_OPENERS = re.compile(r"(?:#+|//+!?|--+|;+|%+|!|/\*+|<!--|\{-|\(\*|\{#|'|\")[ \t]*$")
_NEAR = 100
"""Characters before the words in which a comment's marker is looked for."""

_CODES = re.compile(r"dbp:\s{0,4}ignore(?:-file)?\[([^\[\]\n]{0,1000})\]")


def comment(language: Language, words: str) -> str | None:
    """Write a one-line comment; None where the language has none."""
    if language.line:
        return f"{language.line[0]} {words}"
    for opener, closer in language.block:
        if "\n" not in opener:
            return f"{opener} {words} {closer}"
    return None


def ignore_here(
    text: Text, extraction: Extraction, language: Language, place: Range, code: str
) -> list[Edit]:
    """Ignore a code on one line: in the comment that is there, behind a name, or above the line."""
    line = place.start_line
    for known in extraction.suppressions:
        if not known.whole_file and known.line in {line, line - 1}:
            return _extended(text, known, code)
    raw = text.line(line)
    said = comment(language, f"dbp: ignore[{code}]")
    if said is None or _in_comment(extraction, language, line, raw):
        return []
    indent = raw[: len(raw) - len(raw.lstrip())]
    if line == 0 and raw.startswith(("#!", "\ufeff", "<?", "<!")):
        return []
    if language.name == "markdown":
        at_header = (header := _sections_in_words(text, extraction)) and header.range[0] == line
        return [] if at_header else _above_paragraph(text, line, said)
    if _at_a_name(extraction, place) and language.line and not raw.endswith("\\"):
        # Above a symbol many languages have its documentation.
        return [Edit(text.spot(line, len(raw)), f"  {said}")]
    return [Edit(text.spot(line, 0), indent + said + text.end)]


def _at_a_name(extraction: Extraction, place: Range) -> bool:
    return any(symbol.selection_range == place for symbol in walk(extraction.symbols))


def _above_paragraph(text: Text, line: int, said: str) -> list[Edit]:
    """A comment between two lines of a paragraph or a list would part them: behind it instead."""
    raw = text.line(line)
    if raw.lstrip().startswith("#") or not text.line(line - 1).strip():
        return [Edit(text.spot(line, 0), said + text.end)]
    return [Edit(text.spot(line, len(raw)), " " + said)]


def _in_comment(extraction: Extraction, language: Language, line: int, raw: str) -> bool:
    """Tell whether a line above this one would become a part of a comment's words."""
    inside = any(first < line <= last for first, last in _comments(extraction))
    return inside or bool(language.line and raw.lstrip().startswith(language.line))


def _comments(extraction: Extraction) -> list[tuple[int, int]]:
    """List the lines of the header and of doc comments: another comment cannot stand in them."""
    header = extraction.header
    places = [header.range] if header is not None and header.format != "markdown" else []
    places += [one.doc.range for one in walk(extraction.symbols) if one.doc.range is not None]
    return [(place.start_line, place.end_line) for place in places]


def ignore_file(text: Text, extraction: Extraction, language: Language, code: str) -> list[Edit]:
    """Ignore a code in the whole file."""
    for known in extraction.suppressions:
        if known.whole_file:
            return _extended(text, known, code)
    said = comment(language, f"dbp: ignore-file[{code}]")
    if said is None:
        return []
    header = _sections_in_words(text, extraction)
    if language.name == "markdown" and header is not None:
        last = header.range.end_line
        return [Edit(text.spot(last, len(text.line(last))), 2 * text.end + said)]
    return [insert_block(text, language, said)]


def _sections_in_words(text: Text, extraction: Extraction) -> Header | None:
    """Find a header that stands in no comment: one above it or in it would take its place."""
    header = extraction.header
    in_words = header is not None and header.sections and not closer_of(text, header)[0]
    return header if in_words else None


def _extended(text: Text, known: Suppression, code: str) -> list[Edit]:
    raw = text.line(known.line)
    match = _CODES.search(raw)
    if match is None or code in known.codes:
        return []
    said = match[1].rstrip(" ,")
    column = units(raw[: match.start(1)])
    place = Range(known.line, column, known.line, column + units(match[1]))
    return [Edit(place, f"{said}, {code}" if said else code)]


def withdraw(text: Text, line: int, code: str) -> list[Edit]:
    """Take a code out of a comment, or the whole comment where nothing else is in it."""
    raw = text.line(line)
    match = _COMMENT.search(raw)
    if match is None:
        return []
    listed = [one.strip() for one in (match[1] or "").split(",") if one.strip()]
    if code in listed and len(listed) > 1:
        rest = ", ".join(one for one in listed if one != code)
        return [Edit(text.span(line, match.start(1), match.end(1)), rest)]
    before, after = raw[: match.start()], raw[match.end() :]
    if any(map(str.isalnum, after)):
        return []
    near = max(0, len(before) - _NEAR)
    opener = _OPENERS.search(before, near)
    if opener is None:
        return []
    if not before[: opener.start()].strip():
        return [Edit(text.whole_lines(line, line), "")]
    return [Edit(text.span(line, len(before[: opener.start()].rstrip()), len(raw)), "")]
