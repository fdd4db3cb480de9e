"""Edits to the parameters a doc comment lists: another name, one more, one less.

Each knows the usual styles: Google, NumPy, Sphinx, JSDoc and Javadoc, Doxygen, rustdoc, XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from dbp.actions.edits import Edit, Text
from dbp.facts import named_marks
from dbp.model import Extraction, Range, Symbol

_LEAD = r"^(?P<lead>[ \t]*(?:(?:/\*\*?|\*|///?|//!|#+)[ \t]?)?"
_STYLES = (
    re.compile(_LEAD + r"[ \t]*):(?:param|parameter|arg|argument|key|keyword)[ \t]+"
               r"(?:[^:\n]{1,80}[ \t])??(?P<name>\**[\w.$]+)[ \t]*:"),
    re.compile(_LEAD + r"[ \t]*)[@\\]param(?:\[[\w, ]{0,20}\])?[ \t]+(?:\{[^}\n]{0,200}\}[ \t]*)?"
               r"\[?(?P<name>[\w$]+)"),
    re.compile(_LEAD + r"[ \t]*)<param[ \t]+name=\"(?P<name>\w+)\""),
    re.compile(_LEAD + r"[ \t]*)[*+-][ \t]+`(?P<name>\w+)`"),
    re.compile(_LEAD + r"[ \t]*)(?P<name>\\?\*{0,2}\w+)[ \t]*(?:\([^\n]{0,200}?\))?[ \t]*:"),
)  # fmt: skip
"""Sphinx, tags, XML, rustdoc, Google: the group `name` is the parameter's."""

_NUMPY = re.compile(
    r"^(?P<lead>[ \t]*)(?P<name>\\?\*{0,2}\w+(?:,[ \t]*\\?\*{0,2}\w+){0,9})[ \t]*(?::|$)"
)
_NUMPY_TITLE = re.compile(r"^[ \t]*(?:Other )?Parameters[ \t]*$")
_TITLE = re.compile(
    r"^[ \t]*(?:[*/!]{1,3}[ \t]*)?(?:#{1,3}[ \t]*)?(?:Args|Arguments|Parameters|Params|Keyword Args"
    r"|Keyword Arguments|Other Parameters)[ \t]*:?[ \t]*$"
)
_RULE = re.compile(r"^[ \t]*-{3,}[ \t]*$")
_TYPE = re.compile(r"(:\w{1,20}|[@\\]param(?:\[[\w, ]{0,20}\])?)[ \t]+\S[^:\n]{0,200}$")
"""The type before a name, which is that parameter's own."""

_SEPARATOR = re.compile(r"(?P<tick>`?)\]?(?:[ \t]*\([^\n]{0,200}?\))?(?P<sep>[ \t]*[:–-]?)")
_WORDS = "<what it is>"


class Item(NamedTuple):
    """One documented parameter: its lines, and where its name stands on the first."""

    name: str
    line: int
    last: int
    start: int
    end: int
    style: int


class Documented(NamedTuple):
    """A symbol with its documented parameters."""

    symbol: Symbol
    items: tuple[Item, ...]


def documented(text: Text, extraction: Extraction, mark: str) -> Documented | None:
    """Find the parameters listed in the doc comment of the symbol with this mark."""
    symbol = next((one for name, one in named_marks(extraction.symbols) if name == mark), None)
    if symbol is None or symbol.doc.range is None:
        return None
    names = {item.name.lstrip("\\*") for item in symbol.doc.parameters}
    items = tuple(_items(text, symbol.doc.range, names))
    return Documented(symbol, items) if items else None


def _items(text: Text, place: Range, names: set[str]) -> Iterator[Item]:
    """Find them; only names that the extraction listed count, so prose is never one."""
    known = {part.strip("\\* ") for name in names for part in name.split(",")} | names
    in_numpy = False
    for number in range(place.start_line, place.end_line + 1):
        raw = text.line(number)[:2000]
        if _RULE.match(raw):
            in_numpy = bool(_NUMPY_TITLE.match(text.line(number - 1)))
            continue
        styles = (*_STYLES, _NUMPY) if in_numpy else _STYLES
        for style, pattern in reversed(list(enumerate(styles))):
            match = pattern.match(raw)
            if match is None:
                continue
            for name in re.finditer(r"[\w.$]+", match["name"]):
                if name[0] in known:
                    start = match.start("name") + name.start()
                    last = _last(text, number, place, match.end("lead"))
                    yield Item(name[0], number, last, start, start + len(name[0]), style)
            break


def _last(text: Text, line: int, place: Range, indent: int) -> int:
    """Find the last line of an item: what stands deeper than its first goes with it."""
    last = line
    for number in range(line + 1, place.end_line + 1):
        raw = text.line(number)
        body = raw[:indent]
        rest = raw[indent:]
        if body.strip(" \t*/#!") or not rest[:1].isspace() or not rest.strip() or "*/" in raw:
            break
        if any(mark in rest for mark in ('"""', "'''")):
            break
        last = number
    return last


def rename(text: Text, found: Documented, name: str) -> list[tuple[str, Edit]]:
    """Offer the names of the signature that are not documented; the likeliest first."""
    item = next((one for one in found.items if one.name == name), None)
    if item is None:
        return []
    taken = {one.name for one in found.items}
    free = [p for p in map(_bare, found.symbol.parameters) if p not in taken | {"self", "cls"}]
    close = get_close_matches(name, free, n=3, cutoff=0.3) or (free if len(free) == 1 else [])
    return [(one, Edit(text.span(item.line, item.start, item.end), one)) for one in close]


def _bare(parameter: str) -> str:
    return parameter.strip("*&$@?. ")


def remove(text: Text, found: Documented, name: str) -> list[Edit]:
    """Take a parameter out, with all that is said of it; with the last one its heading goes."""
    item = next((one for one in found.items if one.name == name), None)
    place = found.symbol.doc.range
    if item is None or place is None or any(
        one.line == item.line and one is not item for one in found.items
    ):  # fmt: skip
        return []
    if item.line == place.start_line or item.last == place.end_line:
        return []  # the comment's markers stand on its line
    first = _with_heading(text, item, place) if len(found.items) == 1 else item.line
    edits = [Edit(text.whole_lines(first, item.last), "")]
    pattern = re.compile(rf"^[ \t]*(?:[*#/]+[ \t]*)?:type[ \t]+{re.escape(name)}[ \t]*:")
    edits += [
        Edit(text.whole_lines(number, number), "")
        for number in range(place.start_line, place.end_line + 1)
        if pattern.match(text.line(number)) and not item.line <= number <= item.last
    ]
    return edits


def _with_heading(text: Text, item: Item, place: Range) -> int:
    """Find the first line of a list of which nothing is left: its title and the blank above."""
    first = item.line
    while first - 1 > place.start_line and not text.line(first - 1).strip(" \t*/#!"):
        first -= 1
    if _RULE.match(text.line(first - 1)) and _NUMPY_TITLE.match(text.line(first - 2)):
        first -= 2
    elif _TITLE.match(text.line(first - 1)):
        first -= 1
    else:
        return item.line
    if first <= place.start_line:
        return item.line
    return first - (first - 1 > place.start_line and not text.line(first - 1).strip(" \t*/#!"))


def add(text: Text, found: Documented, name: str) -> list[Edit]:
    """Add a parameter in the style and the place its neighbours have."""
    order = [_bare(parameter) for parameter in found.symbol.parameters]
    if name not in order or found.symbol.doc.range is None:
        return []
    before = set(order[: order.index(name)])
    above = [item for item in found.items if item.name in before]
    like = above[-1] if above else found.items[0]
    if like.line == found.symbol.doc.range.start_line:
        return []
    lines = _like(text, like, name)
    if above:
        place = text.spot(like.last, len(text.line(like.last)))
        if like.last == found.symbol.doc.range.end_line:
            return []
        return [Edit(place, "".join(text.end + line for line in lines))]
    return [Edit(text.spot(like.line, 0), "".join(line + text.end for line in lines))]


def _like(text: Text, like: Item, name: str) -> list[str]:
    """Write an item as another one is written."""
    raw = text.line(like.line)
    if like.style == len(_STYLES):  # NumPy: the words stand below, deeper
        indent = raw[: len(raw) - len(raw.lstrip())]
        return [indent + name, f"{indent}    {_WORDS}"]
    head, tail = raw[: like.start].rstrip("\\*["), raw[like.end :]
    if head.endswith('"'):
        return [f'{head}{name}">{_WORDS}</param>']
    head = _TYPE.sub(r"\1 ", head)
    match = _SEPARATOR.match(tail)
    tick, sep = (match["tick"], match["sep"].rstrip()) if match else ("", "")
    return [f"{head}{name}{tick}{sep} {_WORDS}"]
