"""Front matter: the title and the description that a document states before its text.

A line scanner for the few scalars that matter, in YAML (`---`) and TOML (`+++`). It never builds
the document's data: anchors, aliases, tags and nesting stay text that nobody reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dbp.extract.prose import MAX_INTENT, one_line

MAX_LINES = 800
"""Longer front matter is data in disguise."""

_KEY = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]{0,20}([:=])(?:[ \t]+|$)(.{0,4000})")
_TITLES = ("title",)
_SAYINGS = ("description", "summary", "abstract", "excerpt")
_BLOCK = re.compile(r"[|>][-+\d]{0,2}(?:\s+#.*)?$")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": " ", "t": " ", "r": " "}


class FrontMatter(NamedTuple):
    """What front matter says; `lines` counts its lines, both fences included."""

    title: str | None
    intent: str | None
    lines: int


def read_front_matter(lines: Sequence[str]) -> FrontMatter | None:
    """Read the front matter a text begins with; None when it has none."""
    fence = lines[0].rstrip().lstrip("\ufeff") if lines else ""
    if fence not in ("---", "+++"):
        return None
    closers = (fence, "...") if fence == "---" else (fence,)
    for end in range(1, min(len(lines), MAX_LINES)):
        if lines[end].rstrip() in closers:
            break
    else:
        return None
    said = dict(_scalars([line[:4000] for line in lines[1:end]], toml=fence == "+++"))
    return FrontMatter(_first(said, _TITLES), _first(said, _SAYINGS), end + 1)


def _first(said: dict[str, str], keys: Sequence[str]) -> str | None:
    return next((said[key] for key in keys if said.get(key)), None)


def _scalars(lines: Sequence[str], *, toml: bool) -> Iterator[tuple[str, str]]:
    """Yield the wanted keys of the top level with their text."""
    for number, line in enumerate(lines):
        if toml and line.startswith("["):
            return  # a table: what follows is nested
        match = _KEY.match(line)
        if match is None or match[2] != ("=" if toml else ":"):
            continue
        key, value = match[1].lower(), match[3].strip()
        if key not in _TITLES and key not in _SAYINGS:
            continue
        below = lines[number + 1 :]
        text = _toml_text(value, below) if toml else _yaml_text(value, below)
        if text and any(map(str.isalnum, text)):
            yield key, one_line(text, MAX_INTENT)


def _yaml_text(value: str, below: Sequence[str]) -> str:
    """Read one scalar; everything that is none, or needs the rest of the document, is empty."""
    if _BLOCK.match(value):
        return " ".join(_indented(below, blank=True))
    if value[:1] in ('"', "'"):
        return _quoted(value, below)
    if value[:1] in ("&", "*", "!", "{", "[", "%", "@", "`", "#"):
        return ""
    words = [value.partition(" #")[0].strip()]
    words += [line.partition(" #")[0].strip() for line in _indented(below, blank=False)]
    if not value and any(":" in word or word.startswith("-") for word in words):
        return ""  # a mapping or a list
    return " ".join(words).strip()


def _indented(lines: Sequence[str], *, blank: bool) -> Iterator[str]:
    for line in lines:
        stripped = line.strip()
        if (not stripped and not blank) or (stripped and line[0] not in " \t"):
            return
        yield stripped


def _quoted(value: str, below: Sequence[str]) -> str:
    quote = value[0]
    joined = value[1:]
    for line in below:
        if _closing(joined, quote) >= 0 or len(joined) > 2 * MAX_INTENT:
            break
        joined += " " + line.strip()
    end = _closing(joined, quote)
    inner = joined[:end] if end >= 0 else ""
    if quote == "'":
        return inner.replace("''", "'")
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), inner)


def _closing(text: str, quote: str) -> int:
    """Find where a quoted scalar ends; -1 when it does not."""
    index = 0
    while index < len(text):
        if text[index] == "\\" and quote == '"':
            index += 2
        elif text[index] != quote:
            index += 1
        elif quote == "'" and text.startswith("''", index):
            index += 2
        else:
            return index
    return -1


def _toml_text(value: str, below: Sequence[str]) -> str:
    for mark in ('"""', "'''"):
        if value.startswith(mark):
            joined = value[3:]
            for line in below:
                if mark in joined or len(joined) > 2 * MAX_INTENT:
                    break
                joined += " " + line.strip()
            text, closed, _ = joined.partition(mark)
            return text if closed else ""
    if value[:1] == "'":
        return value[1:].partition("'")[0]
    return _quoted(value, ()) if value[:1] == '"' else ""
