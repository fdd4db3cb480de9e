"""What a rename of files and folders changes in the references of one file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote, unquote

from dbp.actions.edits import Edit, Text
from dbp.analysis.references import bare_target, resolve, resolve_page
from dbp.facts import Link
from dbp.model import Extraction, Range, Reference
from dbp.paths import is_below, parent

Renames = Sequence[tuple[str, str]]
"""Old keys and the new ones, of files and of folders."""

FOLLOWED = frozenset({"header", "link", "mention", "relation"})
"""Imports belong to the language's own server."""

_QUOTES = "`'\""

_PARTS = re.compile(r"([\s`<]*)([^#?]*?)((?::\d+(?:-\d+)?)?[\s`>]*(?:[#?].*)?)", re.DOTALL)
_SAFE = "/:@!$&'*+,;=~"


def moved(key: str, renames: Renames) -> str:
    """Say where a key lies after the renames."""
    best = max((old for old, _new in renames if old and is_below(key, old)), key=len, default="")
    return dict(renames)[best] + key[len(best) :] if best else key


def follow(
    text: Text,
    extraction: Extraction,
    source: str,
    renames: Renames,
    exists: Callable[[str], bool],
) -> list[Edit]:
    """Make the edits to a file, before the renames are done, that keep its references true.

    `exists` speaks of the time before. The file itself may be among those that move.
    """
    return list(_edits(text, extraction, source, renames, exists))


def _edits(
    text: Text,
    extraction: Extraction,
    source: str,
    renames: Renames,
    exists: Callable[[str], bool],
) -> Iterator[Edit]:
    seen = set()
    for reference in extraction.references:
        if reference.kind not in FOLLOWED or reference.range in seen:
            continue
        seen.add(reference.range)
        if text.cut(reference.range) != reference.target:
            continue
        line, column = reference.range[:2]
        before = text.cut(Range(line, column - 1, line, column)) if column else ""
        # A link in a header is written as every link is.
        linked = reference.kind == "link" or before == "("
        target = new_target(reference, source, renames, exists, blanks=not linked or before == "<")
        if target is not None:
            bare = not linked and not (before and before in _QUOTES)
            yield Edit(reference.range, _one_word(target) if bare else target)


def _one_word(target: str) -> str:
    """Quote a path that a header would read as several words."""
    if not re.search(r"[\s,;]", target):
        return target
    mark = next((mark for mark in _QUOTES if mark not in target), "")
    return mark + target + mark


def new_target(
    reference: Reference | Link,
    source: str,
    renames: Renames,
    exists: Callable[[str], bool],
    *,
    blanks: bool = False,
) -> str | None:
    """Say how a reference is to be written after the renames; None when it may stay.

    With `blanks` it may hold them as they are: in angle brackets, and in what is no link.
    """
    places = _places(reference, source, renames, exists)
    match = _PARTS.fullmatch(reference.target)
    if places is None or match is None:
        return None
    (resolved, key), home = places, moved(source, renames)
    if (resolved, source) == (key, home):
        return None
    path = bare_target(reference.target)
    if path.startswith("/"):
        new = "/" + key
    elif _from_root(path, source, resolved, reference.kind):
        new = key
    elif posixpath.normpath(posixpath.join(parent(home), path)) == key:
        return None
    else:
        new = posixpath.relpath("/" + key, "/" + parent(home))
        if path.startswith("./") and not new.startswith("."):
            new = "./" + new
    if path.endswith("/"):
        new += "/"
    if posixpath.normpath(new) == posixpath.normpath(path):
        return None
    written = match[2]
    spaced = not blanks and re.search(r"[\s()<>]", new)
    if unquote(written) != written or spaced:
        new = quote(new, safe=_SAFE)
    return match[1] + new + match[3]


def _places(
    reference: Reference | Link, source: str, renames: Renames, exists: Callable[[str], bool]
) -> tuple[str, str] | None:
    """Say what a reference names now and after the renames; of a page, as a site names it."""
    resolved = resolve(reference.target, source, exists)
    if resolved:
        return resolved, moved(resolved, renames)
    if resolved is not None or reference.kind != "link":
        return None
    page = resolve_page(reference.target, source, exists)
    if page is None:
        return None
    stem, tail = posixpath.splitext(page)
    shown = ".html" if bare_target(reference.target).endswith(".html") else ""
    after, ending = posixpath.splitext(moved(page, renames))
    return stem + shown, after + (shown if ending == tail else ending)


def _from_root(path: str, source: str, resolved: str, kind: str) -> bool:
    """Tell whether a path counts from the workspace root; beside the root a link never does."""
    if path.startswith(("./", "../")):
        return False
    if posixpath.normpath(posixpath.join(parent(source), path)) != resolved:
        return True
    return not parent(source) and kind != "link"
