"""The header at a file's top: GenAI sections, a docstring, or a leading comment.

Linear time over at most `MAX_CHARACTERS`; total: any text gives a header or None.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbp.extract.comments import Comment, split_lines, top_comments
from dbp.extract.genai import has_section, is_genai, read_genai
from dbp.extract.prose import intent_of
from dbp.extract.targets import Target, looks_like_path
from dbp.extract.text import utf16_length
from dbp.languages import Language
from dbp.model import Dependency, Header, Range, Reference

MAX_CHARACTERS = 65_536
MAX_LINES = 200
"""A header begins within the first lines; it may be longer than that."""

_MERGED_GAP = 3
"""Blank lines over which a header written in line comments still holds together."""

_FILE_TAGS = ("@file", "\\file", "@overview")
"""JSDoc's and Doxygen's way to say that a comment speaks of the file."""


def read_header(path: str, language: Language, head: str) -> tuple[Header | None, list[Reference]]:
    """Read the header of a text's first `MAX_CHARACTERS` and the paths it names."""
    lines = split_lines(head[:MAX_CHARACTERS])
    comments = top_comments(lines, language, MAX_LINES)
    for index, comment in enumerate(comments):
        if is_genai(comment.lines):
            return _genai(lines, _merged(comments[index:]))
    name = path.rpartition("/")[2]
    if language.name != "text":
        for comment in sorted(comments, key=_rank):
            if header := _plain(lines, comment, language, name):
                return header, []
    return None, []


def _merged(comments: Sequence[Comment]) -> Comment:
    """Join the line comments that continue a header after blank lines."""
    first, *others = comments
    for other in others:
        near = other.start[0] - first.end[0] <= _MERGED_GAP
        if not near or other.marker != first.marker or not has_section(other.lines):
            break
        if first.docstring or first.marker in ("/*", "<!--"):
            break
        first = first._replace(lines=first.lines + other.lines, end=other.end)
    return first


def _genai(lines: Sequence[str], comment: Comment) -> tuple[Header, list[Reference]]:
    read = read_genai(comment.lines)
    header = Header(
        range=_range(lines, comment),
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
    )
    references = [
        Reference("header", target.text, _target_range(lines, target))
        for target in (*read.dependencies, *read.documentation)
        if _is_reference(target, read.dependencies)
    ]
    return header, references


def _is_reference(target: Target, dependencies: Sequence[Target]) -> bool:
    if target in dependencies and target.kind == "codebase":
        return "://" not in target.text
    return target not in dependencies and looks_like_path(target.text)


def _rank(comment: Comment) -> int:
    """Order by who speaks of the whole file: docstrings and file doc comments before others."""
    return 0 if comment.docstring or comment.of_file else 1


def _plain(lines: Sequence[str], comment: Comment, language: Language, name: str) -> Header | None:
    opening = lines[comment.start[0]][comment.start[1] :]
    of_file = comment.of_file or any(line.text.startswith(_FILE_TAGS) for line in comment.lines)
    if comment.late and not of_file:
        return None
    slashes = "//" in language.line and language.name != "go"
    if slashes and not of_file and (comment.attached or opening.startswith("///")):
        return None  # it speaks of the declaration below it
    intent = intent_of(
        [line.text for line in comment.lines], name, code_possible=not comment.docstring
    )
    if intent is None:
        return None
    return Header(
        range=_range(lines, comment),
        format="docstring" if comment.docstring else "comment",
        intent=intent,
    )


def _range(lines: Sequence[str], comment: Comment) -> Range:
    (start_line, start), (end_line, end) = comment.start, comment.end
    return Range(
        start_line,
        utf16_length(lines[start_line][:start]),
        end_line,
        utf16_length(lines[end_line][:end]),
    )


def _target_range(lines: Sequence[str], target: Target) -> Range:
    raw = lines[target.line]
    start, end = utf16_length(raw[: target.start]), utf16_length(raw[: target.end])
    return Range(target.line, start, target.line, end)
