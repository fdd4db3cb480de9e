"""The sections a header is expected to have: the default, or those of a project's own template.

Pure values and text: reading the file is somebody else's. The shape of a template is described in
doc/headers.md. Total and linear: a template comes from a workspace that nobody vouches for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dbp.languages import Language
    from dbp.model import HistoryEntry


class TemplateSection(NamedTuple):
    """One expected section, in its place.

    `name` is as in `model.HeaderSection`, `title` as it is written between the brackets.
    `placeholder` is what the template has below it, to be replaced by a person. A section that is
    not `required` may be missing.
    """

    name: str
    title: str
    placeholder: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """The expected sections in their order; `origin` is the key of the file, empty for ours."""

    sections: tuple[TemplateSection, ...]
    origin: str = ""


DEFAULT = Template(
    (
        TemplateSection("intent", "Source file intent", "<describe the intent of this file>"),
        TemplateSection("principles", "Source file design principles", "<the principles it keeps>"),
        TemplateSection("constraints", "Source file constraints", "<the limits it must keep to>"),
        TemplateSection("dependencies", "Dependencies", "<codebase|system|other>: <name>", False),
        TemplateSection(
            "documentation", "Reference documentation", "<paths of the documents about it>", False
        ),
        TemplateSection("history", "GenAI tool change history", "", False),
    )
)

# ── titles ─────────────────────────────────────────────────────────────────────────────────────

_OWNER = frozenset({"source", "file", "source file", "module", "script", "package", "header"})
_OWNED = {
    "intent": "intent",
    "design principles": "principles",
    "constraints": "constraints",
    "dependencies": "dependencies",
    "reference documentation": "documentation",
    "change history": "history",
}
"""Titles that may say before them whose they are; `[Function intent]` is not a file's."""

_ALONE = {
    "purpose": "intent",
    "file purpose": "intent",
    "principles": "principles",
    "design principle": "principles",
    "constraint": "constraints",
    "limitations": "constraints",
    "dependency": "dependencies",
    "depends on": "dependencies",
    "documentation": "documentation",
    "references": "documentation",
    "related documentation": "documentation",
    "reference documents": "documentation",
    "history": "history",
    "changelog": "history",
    "change log": "history",
    "genai change history": "history",
    "genai tool change history": "history",
    "genai coding tool change history": "history",
    "genai coding tool directive": "directive",
    "genai coding tool directives": "directive",
    "genai tool directive": "directive",
    "genai tool directives": "directive",
}
_MAX_TITLE = 80
_TITLE = re.compile(r"\[\s*([^\W\d_][^\[\]]{0,79}?)\s*\](?!\()")
_OF_SYMBOL = re.compile(r"(function|method|class)\b")


def plain_title(title: str) -> str:
    """Bring a title to the form in which titles are compared: lower case, single spaces."""
    words = title[:_MAX_TITLE].replace("_", " ").replace("-", " ").lower()
    return " ".join(words.replace("gen ai", "genai").split())


def canonical(title: str) -> str:
    """Name the section a title opens, as in `model.HeaderSection.name`."""
    words = plain_title(title)
    if name := _OWNED.get(words) or _ALONE.get(words):
        return name
    for owned, name in _OWNED.items():
        if words.endswith(owned) and words[: -len(owned)].strip() in _OWNER:
            return name
    return words


# ── reading a template ─────────────────────────────────────────────────────────────────────────

MAX_CHARACTERS = 65_536
MAX_SECTIONS = 50
_MAX_PLACEHOLDER = 2000

_MARKER = re.compile(
    r"""\s*(?:<!--|-->|/\*+!?|\*+/|//+!?|\#+|--+|;+|%+|\"{3}|'{3}|!|\(\*+|\*+\)|\{-|-\}
    |(?:dnl|rem|REM)\b|::|\.\.|')?""",
    re.VERBOSE,
)
_STAR = re.compile(r"\s*\*(?!/)\s?|")


def parse_template(text: str, origin: str = "") -> Template | None:
    """Read a project's template; None when it has no section.

    Everything below a title is what a person replaces, up to the next title or a line without
    words. A title with `(optional)` beside it may be missing from a header. Where the template goes
    on to functions and classes, it no longer speaks of headers.
    """
    found: list[TemplateSection] = []
    below: list[str] | None = None
    for line in _bare_lines(text[:MAX_CHARACTERS]):
        match = _TITLE.match(line)
        if match and not _closed(line[match.end() :]):
            match = None
        if match and _OF_SYMBOL.match(plain_title(match[1])):
            break
        if match and len(found) < MAX_SECTIONS:
            _keep(found, below)
            required = "optional" not in line[match.end() :].lower()
            name = _new_name(found, match[1])
            below = [] if name else None
            if name:
                found.append(TemplateSection(name, match[1], "", required))
        elif not any(map(str.isalnum, line)):
            if line:
                _keep(found, below)
                below = None
        elif below is not None:
            below.append(line)
    _keep(found, below)
    return Template(tuple(found), origin) if found else None


def _bare_lines(text: str) -> Iterator[str]:
    """Yield the lines without the marker of whatever comment they stand in."""
    lines = text.split("\n")
    following = (line.lstrip() for line in lines[1:] if line.strip())
    starred = text.lstrip()[:2] in ("/*", "(*") and next(following, "")[:1] == "*"
    for raw in lines:
        line = raw[:2000]
        match = _MARKER.match(line)
        cut = match.end() if match else 0
        if starred and match and match[0].strip() == "" and (star := _STAR.match(line)):
            cut = star.end()
        yield line[cut:].strip()


def _closed(rest: str) -> bool:
    """Tell whether a title's line ends with it; a remark may stand beside it."""
    rest = rest.strip().lstrip(":").strip()
    return not rest or rest.startswith(("<!--", "(", "*/", "-->", "]")) or rest in ('"""', "'''")


def _new_name(found: Sequence[TemplateSection], title: str) -> str:
    """Name one more section; names are unique, and a title that comes again names nothing."""
    taken = {section.name for section in found}
    name = canonical(title)
    if name not in taken:
        return name
    words = plain_title(title)
    titles = {plain_title(section.title) for section in found}
    return "" if words in taken or words in titles else words


def _keep(found: list[TemplateSection], below: list[str] | None) -> None:
    if found and below:
        placeholder = "\n".join(below)[:_MAX_PLACEHOLDER]
        found[-1] = found[-1]._replace(placeholder=placeholder)


# ── writing a header ───────────────────────────────────────────────────────────────────────────

MAX_WIDTH = 100
_QUOTED = re.compile(r"[\s,;:#()`'\"<>*\[\]]")
_LISTED = frozenset({"principles", "constraints"})


def render_header(
    template: Template,
    language: Language,
    values: Mapping[str, Sequence[str]],
    *,
    history: Sequence[HistoryEntry] = (),
    docstring: bool = True,
) -> str:
    """Write a header as a comment of a language, a line feed at the end of each line.

    `values` has the lines of each section by its name: items of `principles` and `constraints`,
    `kind: name` of `dependencies`, names of `documentation`. A required section without any gets
    the template's placeholder; an optional one is left out. Python gets a docstring, unless
    `docstring` says no. Empty for a language without comments.
    """
    lines: list[str] = []
    for section in template.sections:
        entries = history if section.name == "history" else ()
        body = section_lines(section, values.get(section.name, ()), entries)
        if section.required or values.get(section.name) or entries:
            lines += [""] * bool(lines) + body
    return comment_of(language, lines, docstring=docstring) if lines else ""


def section_lines(
    section: TemplateSection, values: Sequence[str], history: Sequence[HistoryEntry] = ()
) -> list[str]:
    """Write one section, its title first, without comment markers."""
    lines = [f"[{section.title}]"]
    said = [" ".join(value.split()) for value in values]
    for value in said:
        if section.name in _LISTED:
            lines += _wrapped("- " + value, "  ")
        elif section.name == "dependencies":
            kind, _, name = value.partition(":")
            lines.append(f"{kind.strip()}: {_named(name.strip())}" if name else _named(value))
        elif section.name == "documentation":
            lines.append(_named(value))
        else:
            lines += _wrapped(value, "")
    for entry in history:
        lines += _entry_lines(entry)
    if len(lines) == 1 and section.placeholder:
        lines += section.placeholder.split("\n")
    return [lines[0], *(("(" + line[1:]) if line[:1] == "[" else line for line in lines[1:])]


def _named(name: str) -> str:
    """Quote a name in which something could be read as its end."""
    if not _QUOTED.search(name):
        return name
    return next((f"{quote}{name}{quote}" for quote in "`\"'" if quote not in name), name)


def _entry_lines(entry: HistoryEntry) -> Iterator[str]:
    by = f" by {entry.author}" if entry.author else ""
    yield f"{entry.timestamp or 'undated'} : {' '.join(entry.summary.split())}{by}"
    for detail in entry.details:
        yield from _wrapped("* " + " ".join(detail.split()), "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    """Break a long line, only before words that nothing else than text can begin with."""
    lines, line = [], ""
    for word in text.split(" "):
        room = len(line) + 1 + len(word) <= MAX_WIDTH - 10  # the comment's marker takes the rest
        if line and not room and word[:1].isalpha() and len(word) > 1 and ":" not in word:
            lines.append(line)
            line = indent + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def comment_of(language: Language, lines: Sequence[str], *, docstring: bool = True) -> str:
    """Make lines a comment of a language; what would end the comment is pulled apart."""
    if docstring and language.name == "python":
        safe = [line.replace('"""', "'''") for line in lines]
        raw = "r" if any("\\" in line for line in safe) else ""
        return f'{raw}"""\n' + "".join(f"{line}\n" for line in safe) + '"""\n'
    if language.name == "restructuredtext":
        return "..\n" + "".join(f"   {line}".rstrip() + "\n" for line in lines)
    if language.line:
        marker = language.line[0]
        return "".join(f"{marker} {line}".rstrip() + "\n" for line in lines)
    if not language.block:
        return ""
    opener, closer = language.block[0]
    safe = [_inside(line, closer) for line in lines]
    if opener == "/*":
        return "/*\n" + "".join(f" * {line}".rstrip() + "\n" for line in safe) + " */\n"
    return f"{opener}\n" + "".join(f"{line}\n" for line in safe) + f"{closer}\n"


def _inside(line: str, closer: str) -> str:
    if closer == "-->":  # XML allows no two hyphens inside a comment
        while "--" in line:
            line = line.replace("--", "- -")
        return line
    return line.replace(closer, f"{closer[0]} {closer[1:]}") if closer in line else line
