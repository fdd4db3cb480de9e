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
from dbp.lines import split_lines

_SOFT = re.compile(
    r"""<\?php|<\?xml|<!doctype|package\b|library\b|['"]use\ (strict|client|server)['"]|\{%|\{\{
    |@charset|\ufeff|---\s*$|syntax\s*=|%YAML|\#\s*pragma\ once|declare\s*\(\s*strict_types
    |@?echo\ off|@?setlocal\b|\#lang\b|-module\b|:-\s*module\b|pragma\ solidity|<template>|<\?hh
    |\{-\#|\(\*\$|\{\$|\.\.\ [^\s]|:\w+:|%!|=cut\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""What may stand before a file's own words."""

_HARD = re.compile(
    r"""
    import\b|from\b|\#\s*(include|ifndef|ifdef|if|define|pragma|endif)\b|use\b|using\b|require
    |module\b|extern\ crate|namespace\b|open\b|library\b|set\b|declare\b|\)|["'][^"']*["'][,;]?\s*$
    |defmodule\b|\#!?\[|@(import|use)\b|const\ .{0,200}\brequire\(""",
    re.VERBOSE,
)
"""What may stand before a GenAI header; a plain comment after it speaks of what follows."""

_CODING = re.compile(r"^#.{0,40}coding[:=]|-\*-.{0,200}-\*-|^#\s*vim?:|^//go:build|^//\s*\+build")
_DOCSTRING = re.compile(r"[rRuUbB]{0,2}(?=\"\"\"|'''|\"|')")
_OF_FILE = ("//!", "/*!", "=head1 NAME", "=pod", "@moduledoc", "%%% @doc", ";;;")
"""Openers that speak of the file; elsewhere in it other ones are used."""

_PRAGMA = re.compile(r"\{-\#|\(\*\$|\{\$|\#\s*(include|if|ifdef|ifndef|define|endif|pragma)\b")
"""What looks like a comment and is an order to the compiler."""

_RST_MARKUP = re.compile(r"\.\.\s+(\[[^\]\s]+\]\s|_[^:]|__|\|[^|]+\||[\w:+.-]{1,60}::)")
"""reStructuredText's explicit markup that is no comment."""

_BORDERS = "|│║┃"


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


def top_comments(
    lines: Sequence[str], language: Language, limit: int, first: int = 0
) -> list[Comment]:
    """List the comments that begin within `limit` lines from the `first` on, before any code."""
    found: list[Comment] = []
    index, late = first, False
    while index < min(len(lines), first + limit):
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
        elif _is_guard(lines, index):
            index += 2
        elif _SOFT.match(stripped):
            late = late or language.name == "go"  # what follows Go's package line is no file doc
            index += 1
        elif _HARD.match(stripped):
            late = True
            index += 1
        else:
            break
    return found


def _is_guard(lines: Sequence[str], index: int) -> bool:
    """Tell the two lines that keep a C header from being read twice: a file's words follow them."""
    opening = _IFNDEF.match(lines[index][:300])
    following = lines[index + 1] if index + 1 < len(lines) else ""
    defining = _DEFINE.match(following[:300]) if opening else None
    return opening is not None and defining is not None and opening[1] == defining[1]


_IFNDEF = re.compile(r"[ \t]*+#[ \t]*+ifndef[ \t]++(\w++)")
_DEFINE = re.compile(r"[ \t]*+#[ \t]*+define[ \t]++(\w++)[ \t]*+(?:1[ \t]*+)?(?:$|/)")


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
    if language.name == "restructuredtext":
        return _indented(lines, index, column) if raw.startswith("..", column) else None
    for opener, closer in language.block:
        if raw.startswith(opener, column) and _opens(raw, column, opener):
            return _block(lines, index, column, opener, closer)
    if raw.startswith(language.line, column):
        fitting = [mark for mark in language.line if _marks(raw, column, mark)]
        if fitting and (language.name != "asm" or not _PRAGMA.match(raw, column)):
            return _line_comment(lines, index, max(fitting, key=len))
    if docstring and language.docstrings and (match := _DOCSTRING.match(raw, column)):
        return _docstring(lines, index, match.end(), language)
    return None


def _opens(raw: str, column: int, opener: str) -> bool:
    """Tell whether a block begins here; some openers are also the beginning of something else."""
    if opener == "###":  # a separator of CoffeeScript's line comments
        return not raw.startswith("####", column)
    if opener[0] == "=":  # Perl and Ruby know their blocks at the beginning of a line only
        return column == 0
    return opener[0] not in "({" or not _PRAGMA.match(raw, column)


def _marks(raw: str, column: int, marker: str) -> bool:
    """Tell whether a line comment begins here; a marker of letters is a word of its own."""
    if not raw.startswith(marker, column):
        return False
    if marker in ("C", "c", "*") and column:  # Fortran's old form
        return False
    following = raw[column + len(marker) : column + len(marker) + 1]
    return not (marker[-1].isalpha() and (following.isalnum() or following in ("_", "=", "(")))


def _docstring(lines: Sequence[str], index: int, column: int, language: Language) -> Comment | None:
    raw = lines[index]
    start = (index, len(raw) - len(raw.lstrip()))
    for opener, closer in language.docstrings:
        if raw.startswith(opener, column):
            block = _block(lines, index, column, opener, closer)
            return block._replace(start=start, docstring=True)
    end = raw.find(raw[column], column + 1)
    if end < 0 or raw[end + 1 :].strip():
        return None
    line = CommentLine(index, column + 1, raw[column + 1 : end])
    return Comment(raw[column], (line,), start, (index, end + 1), docstring=True)


def _line_comment(lines: Sequence[str], index: int, marker: str) -> Comment:
    """Gather the lines that begin with one marker; a coding or mode line belongs to none."""
    out: list[CommentLine] = []
    start = (index, len(lines[index]) - len(lines[index].lstrip()))
    last = index
    of_file = lines[index].startswith(_OF_FILE, start[1])
    inner = lines[index].startswith("//!", start[1])
    for number in range(index, len(lines)):
        raw = lines[number]
        column = len(raw) - len(raw.lstrip())
        if not _marks(raw, column, marker) or inner != raw.startswith("//!", column):
            break
        last = number
        content = _content(number, raw, column, marker)
        if _CODING.search(raw[column : column + 250]):
            said = content.text.partition("-*-")[0].rstrip()
            content = content._replace(text=said)
            if not said or "-*-" not in raw:
                continue
        out.append(content)
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
    short = text.strip()
    column += len(text) - len(text.lstrip())
    if len(short) > 1 and short[0] in _BORDERS and short[-1] in _BORDERS:
        inner = short[1:-1]
        column += 1 + len(inner) - len(inner.lstrip())
        short = inner.strip()
    return CommentLine(number, column, short)


def _block(lines: Sequence[str], index: int, column: int, opener: str, closer: str) -> Comment:
    start = (index, column)
    starred = opener in ("/*", "(*") and _starred(lines, index)
    of_file = lines[index].startswith(_OF_FILE, column)
    pod = opener[0] == "="
    out: list[CommentLine] = []
    column += len(opener)
    for number in range(index, len(lines)):
        raw = lines[number]
        if number > index:
            column = 0
        end = raw.find(closer, column) if not pod or raw.startswith(closer) else -1
        body = raw[column:] if end < 0 else raw[column:end]
        if opener == "/*" and number == index:
            body, column = _bare(body, column, "*!")
        elif starred:
            body, column = _bare(body, column, "*")
        if end >= 0:
            body = body.rstrip().rstrip("*")
        elif starred:
            body = _without_border(body)
        out.append(_trimmed(number, column, body))
        if end >= 0:
            after = (number, end + len(closer))
            return Comment(opener, tuple(out), start, after, of_file=of_file)
    last = max(len(lines) - 1, index)
    return Comment(opener, tuple(out), start, (last, len(lines[last])), of_file=of_file)


def _indented(lines: Sequence[str], index: int, column: int) -> Comment | None:
    """Gather reStructuredText's comment: what stands beside two dots or indented below them."""
    if _RST_MARKUP.match(lines[index], column) or lines[index][column + 2 : column + 3].strip():
        return None
    out = [_trimmed(index, column + 2, lines[index][column + 2 :])]
    last = index
    for number in range(index + 1, len(lines)):
        raw = lines[number]
        indent = len(raw) - len(raw.lstrip())
        if not raw.strip():
            continue
        if indent > column:
            out += [CommentLine(gap, 0, "") for gap in range(last + 1, number)]
            out.append(_trimmed(number, 0, raw))
        elif raw.startswith(".. ", column) and number == last + 1 and indent == column:
            if _RST_MARKUP.match(raw, column):
                break
            out.append(_trimmed(number, column + 2, raw[column + 2 :]))
        else:
            break
        last = number
    return Comment("..", tuple(out), (index, column), (last, len(lines[last].rstrip())))


def _starred(lines: Sequence[str], index: int) -> bool:
    """Tell whether a block's lines begin with a star that is no bullet: its first one decides."""
    following = (line.lstrip() for line in lines[index + 1 : index + 50])
    return next((line for line in following if line), "").startswith("*")


def _without_border(body: str) -> str:
    text = body.rstrip()
    bare = text.rstrip("*")
    return bare if len(bare) < len(text) and (not bare or bare[-1].isspace()) else body


def _bare(body: str, column: int, marks: str) -> tuple[str, int]:
    bare = body.lstrip().lstrip(marks)
    return bare, column + len(body) - len(bare)


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
