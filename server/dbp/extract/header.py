"""The header at a file's top: GenAI sections, a docstring, or a leading comment.

Linear time over at most `MAX_CHARACTERS`; total: any text gives a header or None.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbp.extract.comments import Comment, top_comments
from dbp.extract.frontmatter import read_front_matter
from dbp.extract.genai import ends_open, has_section, is_genai, read_genai
from dbp.extract.prose import intent_of
from dbp.extract.targets import Target, looks_like_path
from dbp.extract.text import utf16_length
from dbp.extract.visible import visible_header
from dbp.languages import Language
from dbp.lines import split_lines
from dbp.model import Dependency, Header, HeaderSection, Range, Reference, Symbol
from dbp.template import DEFAULT, Template

MAX_CHARACTERS = 65_536
MAX_LINES = 200
"""A header begins within the first lines; it may be longer than that."""

_MERGED_GAP = 3
"""Blank lines over which a header written in line comments still holds together."""

_RUN = 3
"""So many one-line block comments below each other are one comment in a box."""

_FILE_TAGS = ("@file", "\\file", "@overview", "@module", "@packageDocumentation", "@license")
"""JSDoc's and Doxygen's way to say that a comment speaks of the file."""

_LIBRARY_DOCS = frozenset({"dart", "swift"})
"""Where `///` may speak of the whole file."""

_DOCUMENTS = frozenset({"markdown", "restructuredtext", "asciidoc", "text", "notebook"})
"""Documents say what they are for in their own words: a plain comment in them is an aside."""

_FRONTED = frozenset({"markdown", "html"})
"""Where front matter may stand before everything else."""

_TYPES = frozenset(
    "class interface enum record struct object protocol annotation trait type".split()  # noqa: SIM905 - a table
)


def read_header(
    path: str, language: Language, head: str, template: Template = DEFAULT
) -> tuple[Header | None, list[Reference]]:
    """Read the header of a text's first `MAX_CHARACTERS` and the paths it names."""
    lines = split_lines(head[:MAX_CHARACTERS])
    if lines[0][:1] == "\ufeff":
        lines[0] = " " + lines[0][1:]  # as wide, and no part of what stands behind it
    front = read_front_matter(lines) if language.name in _FRONTED else None
    comments = top_comments(lines, language, MAX_LINES, front.lines if front else 0)
    for index, comment in enumerate(comments):
        if is_genai(comment.lines, template):
            return _genai(lines, _merged(comments, index, template), template)
    if language.name == "markdown" and (visible := visible_header(lines, template)):
        return _genai(lines, visible, template)
    name = path.rpartition("/")[2]
    if language.name not in _DOCUMENTS:
        for comment in sorted(_boxed(comments), key=_rank):
            if header := _plain(lines, comment, language, name):
                return header, []
    return None, []


def read_type_header(
    path: str, language: Language, head: str, symbols: Sequence[Symbol]
) -> Header | None:
    """Take the doc comment of a file's only public type for the file's: they are about the same."""
    while len(symbols) == 1 and symbols[0].kind in ("namespace", "module", "package"):
        symbols = symbols[0].children
    types = [symbol for symbol in symbols if symbol.kind in _TYPES]
    public = [symbol for symbol in types if symbol.public] if len(types) > 1 else types
    if len(public) != 1 or len(symbols) != len(types):
        return None
    lines = split_lines(head[:MAX_CHARACTERS])
    name = path.rpartition("/")[2]
    for comment in reversed(top_comments(lines, language, 2 * MAX_LINES)):
        opening = lines[comment.start[0]][comment.start[1] :]
        below = comment.end[0] + 1
        while below < len(lines) and not lines[below].strip():
            below += 1
        if below == public[0].range.start_line and opening.startswith(("/**", "///")):
            return _header(lines, comment, name)
    return None


def _merged(comments: Sequence[Comment], index: int, template: Template) -> Comment:
    """Join the comments that continue a header after blank lines, or line by line in a box."""
    first = comments[index]
    for other in comments[index + 1 :]:
        gap = other.start[0] - first.end[0]
        if gap > _MERGED_GAP or other.marker != first.marker or first.docstring:
            break
        boxed = gap == 1 and other.start[0] == other.end[0] and not other.docstring
        goes_on = has_section(other.lines, template) or ends_open(first.lines, template)
        if not (goes_on or (boxed and _is_block(other))):
            break
        first = first._replace(lines=first.lines + other.lines, end=other.end)
    return first


def _is_block(comment: Comment) -> bool:
    return comment.marker in ("/*", "<!--", "(*", "{-", "{#")


def _boxed(comments: Sequence[Comment]) -> list[Comment]:
    """Join one-line block comments that stand right below each other."""
    out: list[list[Comment]] = []
    for comment in comments:
        alone = _is_block(comment) and comment.start[0] == comment.end[0]
        before = out[-1][-1] if out else None
        if (
            alone
            and before is not None
            and before.marker == comment.marker
            and before.start[0] == before.end[0] == comment.start[0] - 1
        ):
            out[-1].append(comment)
        else:
            out.append([comment])
    joined: list[Comment] = []
    for run in out:
        if len(run) < _RUN:
            joined += run
            continue
        text = tuple(line for comment in run for line in comment.lines)
        joined.append(run[0]._replace(lines=text, end=run[-1].end, attached=run[-1].attached))
    return joined


def _genai(
    lines: Sequence[str], comment: Comment, template: Template
) -> tuple[Header, list[Reference]]:
    read = read_genai(comment.lines, template)
    header = Header(
        range=_range(lines, comment.start, comment.end),
        format="genai",
        intent=read.intent,
        design_principles=read.design_principles,
        constraints=read.constraints,
        dependencies=tuple(
            Dependency(target.kind, target.text, _target_range(lines, target))
            for target in read.dependencies
        ),
        reference_documentation=tuple(target.text for target in read.documentation),
        change_history=read.history,
        sections=tuple(
            HeaderSection(part.name, part.title, _range(lines, part.start, part.end), part.state)
            for part in read.parts
        ),
    )
    references = [
        Reference("header", target.text, _target_range(lines, target))
        for target in read.dependencies
        if target.kind == "codebase" and "://" not in target.text
    ]
    references += [
        Reference("header", target.text, _target_range(lines, target), role="documentation")
        for target in read.documentation
        if looks_like_path(target.text)
    ]
    return header, references


def _rank(comment: Comment) -> int:
    """Order by who speaks of the whole file: docstrings and file doc comments before others."""
    return 0 if comment.docstring or comment.of_file else 1


def _plain(lines: Sequence[str], comment: Comment, language: Language, name: str) -> Header | None:
    opening = lines[comment.start[0]][comment.start[1] :]
    of_file = comment.of_file or any(line.text.startswith(_FILE_TAGS) for line in comment.lines)
    if comment.late and not of_file:
        return None
    if comment.attached and language.name == "julia" and comment.docstring:
        return None
    slashes = "//" in language.line and language.name != "go"
    if slashes and not of_file:
        of_next = opening.startswith("///") and language.name not in _LIBRARY_DOCS
        if comment.attached or of_next:
            return None  # it speaks of the declaration below it
    return _header(lines, comment, name)


def _header(lines: Sequence[str], comment: Comment, name: str) -> Header | None:
    texts = [line.text for line in comment.lines]
    intent = intent_of(texts, name, code_possible=not comment.docstring)
    if intent is None:
        return None
    return Header(
        range=_range(lines, comment.start, comment.end),
        format="docstring" if comment.docstring else "comment",
        intent=intent,
    )


def _range(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> Range:
    return Range(
        start[0],
        utf16_length(lines[start[0]][: start[1]]),
        end[0],
        utf16_length(lines[end[0]][: end[1]]),
    )


def _target_range(lines: Sequence[str], target: Target) -> Range:
    return _range(lines, (target.line, target.start), (target.line, target.end))
