"""The GenAI header: sections in brackets at a file's top, in any comment syntax.

Reads one comment; knows nothing of files. The shape is written down in doc/headers.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dbp.extract.comments import CommentLine
from dbp.extract.docs import items, strip_bullet
from dbp.extract.history import read_history
from dbp.extract.placeholders import is_placeholder, state_of
from dbp.extract.prose import MAX_INTENT, intent_of, is_separator, one_line
from dbp.extract.targets import Target, read_targets
from dbp.model import HistoryEntry, SectionState
from dbp.template import DEFAULT, Template, TemplateSection, canonical, plain_title

_TITLE = re.compile(
    r"(?P<lead>[\s*_=#~>+•-]{0,10})\[\s*(?P<title>[^\W\d_][^\[\]]{1,78}?)\s*\]"
    r"(?!\()[\s*_=#~]{0,10}(?P<rest>.*)"
)
_NAMES = frozenset(
    "intent principles constraints dependencies documentation history directive".split()  # noqa: SIM905 - a table
)
_TELLING = ("intent", "design principles", "change history", "directive", "directives")
"""How titles end that no other comment has; `[dependencies]` alone is a line of a Cargo.toml."""

_WEAK = frozenset({"constraints", "dependencies", "documentation"})
_OF_SYMBOL = re.compile(r"(function|class|method)\b")


class Part(NamedTuple):
    """One section as it stands; positions are (line, character) of the raw text."""

    name: str
    title: str
    start: tuple[int, int]
    end: tuple[int, int]
    state: SectionState


class GenaiHeader(NamedTuple):
    """What the sections say; ranges of targets are in characters of the raw lines."""

    intent: str | None
    design_principles: tuple[str, ...]
    constraints: tuple[str, ...]
    dependencies: tuple[Target, ...]
    documentation: tuple[Target, ...]
    history: tuple[HistoryEntry, ...]
    parts: tuple[Part, ...]


class _Title(NamedTuple):
    """A line that opens a section: what the section is called and what stands beside its title."""

    name: str
    title: str
    start: int
    end: int
    rest: CommentLine | None


class _Known(NamedTuple):
    """The titles of a template, in the form in which they are compared."""

    sections: dict[str, TemplateSection]
    telling: frozenset[str]


@lru_cache(maxsize=8)
def _known(template: Template) -> _Known:
    sections = {plain_title(section.title): section for section in template.sections}
    own = template != DEFAULT
    telling = {words for words, one in sections.items() if own and one.name not in _WEAK}
    return _Known(sections, frozenset(telling))


def is_genai(lines: Sequence[CommentLine], template: Template = DEFAULT) -> bool:
    """Tell whether a comment holds a section that only this format has."""
    for line in lines:
        if "[" in line.text[:12] and (match := _TITLE.match(line.text[:200])):
            words = plain_title(match["title"])
            if _OF_SYMBOL.match(words):
                return False
            known = words.endswith(_TELLING) and canonical(words) in _NAMES
            telling = known or words in _known(template).telling
            if telling and _stands_alone(match["rest"]):
                return True
    return False


def has_section(lines: Sequence[CommentLine], template: Template = DEFAULT) -> bool:
    """Tell whether a comment begins with a section, as the continuation of a header may."""
    for line in lines:
        if "[" in line.text[:12] and (match := _TITLE.match(line.text[:200])):
            if _OF_SYMBOL.match(plain_title(match["title"])):
                return False
            if _name(match["title"], template) and _stands_alone(match["rest"]):
                return True
    return False


def ends_open(lines: Sequence[CommentLine], template: Template = DEFAULT) -> bool:
    """Tell whether a comment ends with a title whose text is still to come."""
    for line in reversed(lines):
        if not is_separator(line.text):
            return has_section([line], template)
    return False


def read_genai(lines: Sequence[CommentLine], template: Template = DEFAULT) -> GenaiHeader:
    """Read every section; one that appears twice goes on where it stopped."""
    before: list[CommentLine] = []
    sections: dict[str, list[CommentLine]] = {}
    found: list[tuple[_Title, int, list[CommentLine]]] = []
    current = before
    after_separator = True
    for line in lines:
        title = _title(line, template, anywhere=after_separator)
        if title and title.name:
            current = []
            found.append((title, line.line, current))
            if title.rest:
                current.append(title.rest)
        elif title:
            current = []
        elif current is before or not _parts(line.text):
            current.append(line)
        after_separator = _parts(line.text)
    parts = [_part(title, line, body, template) for title, line, body in found]
    for part, (_, _, body) in zip(parts, found, strict=True):
        kept = [] if part.state is SectionState.PLACEHOLDER else _without_placeholders(part, body)
        sections.setdefault(part.name, []).extend(kept)

    def texts(name: str) -> list[str]:
        return [line.text for line in sections.get(name, ())]

    return GenaiHeader(
        intent=_intent(texts("intent")) if "intent" in sections else _opening(before),
        design_principles=tuple(items(texts("principles"))),
        constraints=tuple(items(texts("constraints"))),
        dependencies=tuple(read_targets(sections.get("dependencies", ()))),
        documentation=tuple(read_targets(sections.get("documentation", ()))),
        history=tuple(read_history(sections.get("history", ()))),
        parts=tuple(parts),
    )


def _parts(text: str) -> bool:
    """Tell whether a line only parts others; a placeholder is no lone tag."""
    return is_separator(text) and not is_placeholder(text)


def _title(line: CommentLine, template: Template, *, anywhere: bool) -> _Title | None:
    """Read a line that opens a section; an unknown one, after a separator, has no name."""
    match = _TITLE.match(line.text[:4000]) if "[" in line.text[:12] else None
    if match is None:
        return None
    start, end = match.start("title"), match.end("title")
    start = line.text.rindex("[", 0, start)
    end = line.text.index("]", end) + 1
    title, rest = match["title"], match["rest"].strip()
    name = _name(title, template)
    if not name:
        unknown = anywhere and not rest.rstrip(":") and not match["lead"].strip()
        return _Title("", title, start, end, None) if unknown else None
    if not _stands_alone(rest):
        return None
    beside = rest.lstrip(":").strip()
    if not beside or beside.startswith(("<!--", "(")):
        return _Title(name, title, line.column + start, line.column + end, None)
    column = line.column + line.text.index(beside, end)
    said = CommentLine(line.line, column, line.text[column - line.column :])
    return _Title(name, title, line.column + start, line.column + end, said)


def _stands_alone(rest: str) -> bool:
    """Tell whether what follows a title lets it be one: nothing, a remark, or its text."""
    rest = rest.strip()
    link = rest[:1] == ":" and "://" in rest[:12]
    return not rest or (rest.startswith(("<!--", "(", ":")) and not link)


def _name(title: str, template: Template) -> str:
    """Name the section of a title that is a known one, else the empty text."""
    words = plain_title(title)
    if section := _known(template).sections.get(words):
        return section.name
    name = canonical(words)
    return name if name in _NAMES else ""


def _part(title: _Title, number: int, body: list[CommentLine], template: Template) -> Part:
    end = (number, title.end)
    if body:
        end = (body[-1].line, body[-1].column + len(body[-1].text))
    expected = _known(template).sections.get(plain_title(title.title))
    placeholder = expected.placeholder if expected else ""
    state = state_of(title.name, [line.text for line in body], placeholder)
    return Part(title.name, title.title, (number, title.start), end, state)


def _without_placeholders(part: Part, body: list[CommentLine]) -> list[CommentLine]:
    if part.name == "intent":
        return [line for line in body if not is_placeholder(line.text)]
    return body


def _intent(texts: Sequence[str]) -> str | None:
    """Join an intent's lines; one that is a list loses its bullets."""
    if texts and strip_bullet(texts[0]) != texts[0]:
        texts = items(texts)
    return one_line(" ".join(texts), MAX_INTENT) or None


def _opening(lines: Sequence[CommentLine]) -> str | None:
    """Find what is said before the first section of a header that has none for the intent."""
    texts = [line.text for line in lines]
    for number, text in enumerate(texts):
        if text.startswith(("IMPORTANT", "Any GenAI")):
            texts[number] = ""
    return intent_of(texts)
