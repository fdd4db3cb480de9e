"""The comments at a file's top, in any language's syntax, with their text and where it stands.

A line scanner, linear in its input: it never parses code. It walks from the first line over blank
lines, comments and what may stand before a header (shebang, coding line, package, imports) and
stops at the first line of real code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dbp.languages import Language

_SOFT = re.compile(
    r"""<\?php|<\?xml|<!doctype|package\b|library;|['"]use\ (strict|client|server)['"]|\{%|\{\{
    |@charset|\ufeff|---\s*$|syntax\s*=|%YAML|\#\s*pragma\ once|declare\s*\(\s*strict_types""",
    re.VERBOSE | re.IGNORECASE,
)
"""What may stand before a file's own words."""

_HARD = re.compile(
    r"""
    import\b|from\b|\#\s*(include|ifndef|ifdef|if|define|pragma|endif)\b|use\b|using\b|require
    |module\b|extern\ crate|namespace\b|open\b|library\b|set\b|declare\b|\)|["'][^"']*["'][,;]?\s*$
    |\#!?\[|@(import|use)\b|const\ .{0,200}\brequire\(""",
    re.VERBOSE,
)
"""What may stand before a GenAI header; a plain comment after it speaks of what follows."""

_CODING = re.compile(r"^#.{0,40}coding[:=]|-\*-.{0,200}-\*-|^#\s*vim?:|^//go:build|^//\s*\+build")
_DOCSTRING = re.compile(r"[rRuUbB]{0,2}(?=\"\"\"|'''|\"|')")


class CommentLine(NamedTuple):
    """One line of a comment without its marker; `column` counts characters of the raw line."""

    line: int
    column: int
    text: str


class Comment(NamedTuple):
    """One comment at a file's top.

    `start` and `end` are (line, character). `late` says that imports stood before it, `attached`
    that code follows on the very next line, `of_file` that its marker is one of a file's own words
    (`//!`, `/*!`).
    """

    marker: str
    lines: tuple[CommentLine, ...]
    start: tuple[int, int]
    end: tuple[int, int]
    late: bool = False
    attached: bool = False
    docstring: bool = False
    of_file: bool = False


def top_comments(lines: Sequence[str], language: Language, limit: int) -> list[Comment]:
    """List the comments that begin within the first `limit` lines, before any code."""
    found: list[Comment] = []
    index, late = 0, False
    while index < min(len(lines), limit):
        stripped = lines[index].lstrip()
        if not stripped or (index == 0 and stripped.startswith("#!")):
            index += 1
            continue
        comment = _comment_at(lines, index, language, docstring=not late)
        if comment is not None:
            index = comment.end[0] + 1
            attached = index < len(lines) and _is_code(lines[index], language)
            attached = attached or bool(lines[index - 1][comment.end[1] :].strip())
            found.append(comment._replace(late=late, attached=attached))
        elif _SOFT.match(stripped):
            late = late or language.name == "go"  # what follows Go's package line is no file doc
            index += 1
        elif _HARD.match(stripped):
            late = True
            index += 1
        else:
            break
    return found


def _is_code(line: str, language: Language) -> bool:
    stripped = line.lstrip()
    if not stripped or stripped.startswith(language.line) or _SOFT.match(stripped):
        return False
    return not _HARD.match(stripped) and not any(stripped.startswith(b) for b, _ in language.block)


def _comment_at(
    lines: Sequence[str], index: int, language: Language, *, docstring: bool
) -> Comment | None:
    raw = lines[index]
    column = len(raw) - len(raw.lstrip())
    for opener, closer in language.block:
        if raw.startswith(opener, column):
            return _block(lines, index, column, opener, closer)
    for marker in language.line:
        if raw.startswith(marker, column):
            return _line_comment(lines, index, marker)
    if docstring and language.docstrings and (match := _DOCSTRING.match(raw, column)):
        return _docstring(lines, index, match.end(), language)
    return None


def _docstring(lines: Sequence[str], index: int, column: int, language: Language) -> Comment | None:
    raw = lines[index]
    for opener, closer in language.docstrings:
        if raw.startswith(opener, column):
            return _block(lines, index, column, opener, closer)._replace(docstring=True)
    end = raw.find(raw[column], column + 1)
    if end < 0 or raw[end + 1 :].strip():
        return None
    line = CommentLine(index, column + 1, raw[column + 1 : end])
    return Comment(raw[column], (line,), (index, column), (index, end + 1), docstring=True)


def _line_comment(lines: Sequence[str], index: int, marker: str) -> Comment:
    """Gather the lines that begin with one marker; a coding or mode line belongs to none."""
    out: list[CommentLine] = []
    start = (index, len(lines[index]) - len(lines[index].lstrip()))
    last = index
    of_file = lines[index].startswith("//!", start[1])
    for number in range(index, len(lines)):
        raw = lines[number]
        column = len(raw) - len(raw.lstrip())
        if not raw.startswith(marker, column) or of_file != raw.startswith("//!", column):
            break
        last = number
        if not _CODING.search(raw[column : column + 250]):
            out.append(_content(number, raw, column, marker))
    end = (last, len(lines[last].rstrip()))
    return Comment(marker, tuple(out), start, end, of_file=of_file)


def _content(number: int, raw: str, column: int, marker: str) -> CommentLine:
    """Cut a marker, its repetitions and a box's right border off a line."""
    column += len(marker)
    while column < len(raw) and raw[column] in (marker[-1], "!"):
        column += 1
    text = raw[column:].rstrip()
    bare = text.rstrip(marker[-1])
    if len(bare) < len(text) and (not bare or bare[-1].isspace()):
        text = bare.rstrip()
    return _trimmed(number, column, text)


def _trimmed(number: int, column: int, text: str) -> CommentLine:
    short = text.lstrip()
    return CommentLine(number, column + len(text) - len(short), short.rstrip())


def _block(lines: Sequence[str], index: int, column: int, opener: str, closer: str) -> Comment:
    start = (index, column)
    starred = opener in ("/*", "(*") and _starred(lines, index)
    of_file = lines[index].startswith("/*!", column)
    out: list[CommentLine] = []
    column += len(opener)
    for number in range(index, len(lines)):
        raw = lines[number]
        if number > index:
            column = 0
        end = raw.find(closer, column)
        body = raw[column:] if end < 0 else raw[column:end]
        if opener == "/*" and number == index:
            body, column = _bare(body, column, "*!")
        elif starred:
            body, column = _bare(body, column, "*")
        if end >= 0:
            body = body.rstrip().rstrip("*")
        out.append(_trimmed(number, column, body))
        if end >= 0:
            after = (number, end + len(closer))
            return Comment(opener, tuple(out), start, after, of_file=of_file)
    last = max(len(lines) - 1, index)
    return Comment(opener, tuple(out), start, (last, len(lines[last])))


def _starred(lines: Sequence[str], index: int) -> bool:
    """Tell whether a block's lines begin with a star that is no bullet: its first one decides."""
    following = (line.lstrip() for line in lines[index + 1 : index + 50])
    return next((line for line in following if line), "").startswith("*")


def _bare(body: str, column: int, marks: str) -> tuple[str, int]:
    bare = body.lstrip().lstrip(marks)
    return bare, column + len(body) - len(bare)


def split_lines(text: str) -> list[str]:
    """Split at LSP's line ends; `str.splitlines` would split at form feeds too."""
    return _LINE_END.split(text)


_LINE_END = re.compile(r"\r\n|\r|\n")


def clean(comment: str) -> Iterator[str]:
    """Yield the lines of a comment taken out of code, without markers of the common syntaxes."""
    for raw in split_lines(comment):
        line = raw.strip()
        if line.endswith("*/"):
            line = line[:-2].rstrip("* ")
        for marker in ("/*", "//", "#", "--", "*"):
            if line.startswith(marker):
                line = line[len(marker) :].lstrip(marker[-1] + "!/<")
                break
        yield line.strip()
