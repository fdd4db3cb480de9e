"""Cutting a text into what is shown of it: signatures, doc comments, bodies, imports.

Works on lines and knows no grammar beyond the marks of comments; what it takes for a signature or
an import is a guess that costs a few tokens when it is wrong. Pure and linear in its input.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterable, Sequence

MAX_LINE = 400
"""A longer line is data: its beginning will do."""

MAX_SIGNATURE = 20
MAX_LEAD = 60
"""Lines of a doc comment and decorators above a symbol that are shown with it."""

CUT = "…"
"""Stands where something was left out."""

HASH_LANGUAGES = frozenset({"python", "ruby", "shellscript", "php"})
"""Languages with a grammar in which `#` begins a comment; in the others it is a directive."""

_LETTERS = (string.ascii_letters + " \t\r").encode()
_ASCII = bytes(range(128))
_IMPORT = re.compile(
    r"(import|from|use|using|package|require(_once|_relative)?|include(_once)?|#\s*include"
    r"|@import|mod|extern crate|source)\b[^=]*$|(const|let|var)\b.{0,80}\brequire\("
    r"|export .*\bfrom\b"
)
_MARKS = ("//", "/*", "* ", "*/", "@", "#[")
_DOCSTRING = re.compile(r"[rRuUbB]{0,2}(\"\"\"|'''|\"|')")
_CLOSERS = frozenset(
    {"{", "}", "};", "})", "});", ")", "end", "fi", "done", "],", "]", "},", "else:"}
)


def tokens_of(text: str) -> int:
    """Estimate the tokens of a text, rather too many: 3.6 characters to one, and more for data.

    Prose has four letters to a token, marks and digits fewer; letters beyond ASCII are about one
    each.
    """
    data = text.encode("utf-8", "replace")
    marks = len(data.translate(None, _LETTERS))
    wide = len(data.translate(None, _ASCII))
    letters = len(data) - marks - data.count(b" ")
    return math.ceil(max(len(text) / 3.6, letters / 4 + (marks - wide) / 1.7 + wide / 2))


def squeezed(lines: Iterable[str]) -> str:
    """Join lines so that indentation, blank lines and the width of blanks make no difference."""
    return "\n".join(joined for line in lines if (joined := " ".join(line.split())))


def is_comment(line: str, language: str) -> bool:
    """Tell whether a stripped line begins as a comment, decorator or attribute does."""
    if line.startswith("#"):
        return language in HASH_LANGUAGES or line.startswith("#[")
    return line == "*" or line.startswith(_MARKS)


def is_import(line: str) -> bool:
    """Tell whether a line names what the file is built on."""
    return bool(_IMPORT.match(line.lstrip()[:200]))


def signature_end(lines: Sequence[str], first: int, last: int) -> int:
    """Find the line that closes the brackets a definition opens."""
    depth = 0
    for number in range(first, min(first + MAX_SIGNATURE, last + 1, len(lines))):
        line = lines[number][:MAX_LINE]
        depth += line.count("(") + line.count("[") - line.count(")") - line.count("]")
        if depth <= 0:
            return number
    return first


def lead_start(lines: Sequence[str], first: int, floor: int, language: str) -> int:
    """Find where the doc comment and decorators right above a definition begin."""
    start = min(first, len(lines))
    floor = max(floor, first - MAX_LEAD)
    while start > floor:
        line = lines[start - 1].strip()
        if line.endswith("*/") and not line.startswith("/*"):
            opened = start - 1
            while opened > floor and "/*" not in lines[opened]:
                opened -= 1
            if "/*" not in lines[opened] or not lines[opened].lstrip().startswith("/*"):
                break
            start = opened
        elif is_comment(line, language):
            start -= 1
        else:
            break
    return start


def own_lines(
    lines: Sequence[str], first: int, last: int, holes: Sequence[tuple[int, int]]
) -> list[str]:
    """Take the lines of a symbol; of each nested one in `holes` only its signature."""
    out: list[str] = []
    number = first
    for start, end in holes:
        if start < number:
            continue
        out += lines[number:start]
        signed = signature_end(lines, start, end)
        out += lines[start : signed + 1]
        number = max(end, signed) + 1
    out += lines[number : last + 1]
    return [line if len(line) <= MAX_LINE else line[:MAX_LINE] + CUT for line in out]


def doc_lines(lines: Sequence[str], after: int, last: int) -> tuple[int, int]:
    """Find the docstring that follows a signature, as a half-open span; empty without one."""
    start = after + 1
    if start > min(last, len(lines) - 1):
        return start, start
    opening = _DOCSTRING.match(lines[start].lstrip())
    if opening is None:
        return start, start
    quote, rest = opening[1], lines[start].lstrip()[opening.end() :]
    if quote in rest or len(quote) == 1:
        return start, start + 1
    for number in range(start + 1, min(last + 1, len(lines))):
        if quote in lines[number]:
            return start, number + 1
    return start, start + 1


def body_size(lines: Sequence[str], first: int, last: int, language: str) -> int:
    """Count the lines of code behind a signature, without comments, docstring and lone brackets."""
    after = signature_end(lines, first, last)
    start = doc_lines(lines, after, last)[1] if language == "python" else after + 1
    return code_lines(lines[start : last + 1], language)


def code_lines(lines: Iterable[str], language: str) -> int:
    """Count the lines that say something to a machine."""
    stripped = (line.strip() for line in lines)
    return sum(
        1 for line in stripped if line and line not in _CLOSERS and not is_comment(line, language)
    )


def cut_to(lines: Sequence[str], tokens: int) -> tuple[list[str], bool]:
    """Keep the beginning and the last lines within a budget; tells whether something was cut."""
    if tokens_of("\n".join(lines)) <= tokens:
        return list(lines), False
    head: list[str] = []
    tail: list[str] = []
    weight = 0
    for line in reversed(lines[-5:]):
        weight += tokens_of(line) + 1
        if weight > tokens // 5:
            break
        tail.insert(0, line)
    weight = tokens_of("\n".join(tail)) + 2
    for line in lines[: len(lines) - len(tail)]:
        weight += tokens_of(line) + 1
        if weight > tokens:
            break
        head.append(line)
    return [*head, CUT, *tail], True
