"""Reading manifests line by line: enough of JSON, TOML and the like to know what is named where.

No parser of these formats is used: a manifest is hostile, may be broken or cut off, and the line is
wanted for every name. Linear in its input, bounded, and never raises; entities are not expanded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

MAX_DEPTH = 64
MAX_LINE = 2000
"""Characters of a line in which names are looked for, where a line is read at all."""

_JSON = re.compile(r'"((?:[^"\\]|\\.)*+)"|[{}\[\]:,]')
_TOML_HEAD = re.compile(r"\[{1,2}[ \t]*+([^\[\]\n]{1,300}+)\]")
_TOML_ALONE = re.compile(r"\[{1,2}[A-Za-z][\w.\-]{0,200}+\]{1,2}$")
_TOML = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'([^']*+)'|[\[\]{}]|#")


class Entry(NamedTuple):
    """One thing a manifest states: `value` is a text of `key` in `section`, or empty for itself."""

    section: str
    key: str
    value: str
    line: int
    column: int


def json_keys(text: str) -> Iterator[Entry]:
    """Yield the keys of the objects that the outermost one holds: `dependencies` → `react`."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    above: list[str] = []
    key = last = ""
    at = 0
    for match in _JSON.finditer(text):
        mark = match[0][0]
        if mark == '"':
            last, at = match[1], match.start()
        elif mark == ":":
            key = last
            if len(above) == 2:  # noqa: PLR2004 - the outermost object and one in it
                line = bisect_right(starts, at) - 1
                yield Entry(above[1], key, "", line, at - starts[line])
        elif mark in "{[":
            above.append(key)
            key = ""
            if len(above) > MAX_DEPTH:
                return
        else:
            if mark != ",":
                del above[-1:]
            key = ""


def toml_entries(text: str) -> Iterator[Entry]:
    """Yield sections, their keys, and each text that a key's value holds."""
    section = key = quote = ""
    depth = 0
    for number, raw in enumerate(text.split("\n")):
        line = raw.strip()
        if quote:
            quote = "" if quote in line else quote
            continue
        if depth and _TOML_ALONE.match(line):
            depth = 0  # a list was never closed
        begin = 0
        if not depth:
            if head := _TOML_HEAD.match(line):
                section = re.sub(r"[\"'\s]", "", head[1])
                yield Entry(section, "", "", number, 0)
                continue
            begin = line.find("=") + 1
            if not begin or line.startswith("#"):
                continue
            key = line[: begin - 1].strip().strip("\"'")
            yield Entry(section, key, "", number, 0)
            if quote := _left_open(line[begin:].lstrip()):
                continue
        values, depth = _values(line, begin, depth)
        for value, column in values:
            yield Entry(section, key, value, number, column)


def _left_open(value: str) -> str:
    """Tell which quotes of a text of many lines are open behind this line."""
    quote = value[:3]
    return quote if quote in ('"""', "'''") and value.count(quote) == 1 else ""


def _values(line: str, begin: int, depth: int) -> tuple[list[tuple[str, int]], int]:
    """Read the texts of a line and how many brackets are open behind it."""
    found = []
    for match in _TOML.finditer(line, begin):
        mark = match[0][0]
        if mark == "#":
            break
        if mark in "[{":
            depth = min(depth + 1, MAX_DEPTH)
        elif mark in "]}":
            depth = max(depth - 1, 0)
        else:
            found.append((match[1] if match[1] is not None else match[2], match.start()))
    return found, depth


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a text, each no longer than names are looked for."""
    for number, line in enumerate(text.split("\n")):
        yield number, line[:MAX_LINE]
