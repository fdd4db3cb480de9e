"""Where a reference leads: to which file, and to what in it.

A target is tried as it stands from the file's own folder, then from the workspace root. A fragment
(`#heading`), a line (`:12`) and a query are not part of the path.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import unquote

from dbp.analysis.anchors import find_symbol, has_anchor, names_lines, slugs
from dbp.analysis.subject import Subject
from dbp.facts import Link
from dbp.model import Dependency, Extraction, Range, Reference
from dbp.paths import parent

_LINE = re.compile(r":\d+(?:-\d+)?$")
_PAGES = (".md", ".markdown", ".mdx")
_SOURCES = (".rst", ".rest", ".txt")
_RENDERED = frozenset({"html", "htm"})

NAMING = frozenset({"header", "link", "relation"})
"""Kinds of references that claim that what they name is there; a mention or an import does not."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


class FragmentState(StrEnum):
    """What is known of the place in a file that a reference names.

    `UNKNOWN`: the file is not there, or it is none whose places are known.
    """

    FOUND = "found"
    MISSING_HEADING = "missing heading"
    MISSING_SYMBOL = "missing symbol"
    UNKNOWN = "unknown"


def bare_target(target: str) -> str:
    """Strip what is not path from a target; empty when it names no file at all."""
    path = _written(target)
    return unquote(path) if path else ""


def _written(target: str) -> str:
    path = target.strip().strip("`<>").split("#", 1)[0].split("?", 1)[0]
    bare = _LINE.sub("", path)
    if bare != path and ("/" in bare or "." in bare):
        path = bare  # `a.py:12`; `tel:12` is a scheme
    if not path or _SCHEME.match(path) or path.startswith("//"):
        return ""
    return _LINE.sub("", path)


def fragment_of(target: str) -> str:
    """Take the fragment out of a target, without its `#`; empty for none."""
    return target.strip().strip("`<>").partition("#")[2].split("?", 1)[0]


def resolve(target: str, source: str, exists: Callable[[str], bool]) -> str | None:
    """Find the key that `target`, written in the file `source`, leads to; empty is the root."""
    written = _written(target)
    if not written:
        return None
    for path in dict.fromkeys((unquote(written), written)):
        bases = ("",) if path.startswith("/") else (parent(source), "")
        for base in bases:
            key = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
            if key == ".." or key.startswith("../"):
                continue
            if key == ".":
                return ""
            if exists(key):
                return key
    return None


def resolve_page(target: str, source: str, exists: Callable[[str], bool]) -> str | None:
    """Resolve a link as a documentation site does: `guide` and `guide.html` may be `guide.md`.

    From reStructuredText, `guide` is `guide.rst`, before a folder of that name.
    """
    path = _written(target)
    if path and source.endswith(_SOURCES):
        pages = (resolve(path + ending, source, exists) for ending in _SOURCES)
        page = next((found for found in pages if found), None)
        if page is not None:
            return page
    found = resolve(target, source, exists)
    if found is not None or not path or not source.endswith(_PAGES):
        return found
    stem, dot, ending = path.rstrip("/").rpartition(".")
    if dot and ending not in _RENDERED and "/" not in ending:
        return None
    stem = stem if dot and ending in _RENDERED else path.rstrip("/")
    for page in _PAGES:
        for name in (stem + page, f"{stem}/index{page}", f"{stem}/README{page}"):
            found = resolve(name, source, exists)
            if found is not None:
                return found
    return None


def resolve_fragment(reference: Reference, source: str, subject: Subject) -> FragmentState:
    """Tell whether the place that a reference names in a file is there.

    A document has headings and its own anchors, code has symbols; lines are always there.
    """
    fragment = fragment_of(reference.target)
    if not fragment or names_lines(fragment):
        return FragmentState.FOUND
    extraction = _read(reference.target, source, subject)
    if extraction is None or fragment.startswith((":~:", "!", "/")):
        return FragmentState.UNKNOWN  # those are for a browser or a script to understand
    if extraction.language == "markdown":
        found = fragment == "top" or has_anchor(fragment, slugs(extraction))
        return FragmentState.FOUND if found else FragmentState.MISSING_HEADING
    if find_symbol(fragment, extraction) is not None:
        return FragmentState.FOUND
    known = bool(extraction.symbols) and not extraction.problems
    return FragmentState.MISSING_SYMBOL if known else FragmentState.UNKNOWN


def _read(target: str, source: str, subject: Subject) -> Extraction | None:
    """Read what the path of a target leads to; without a path, the file itself."""
    key = resolve_page(target, source, subject.exists) if _written(target) else subject.path
    if key is None:
        return None
    return subject.extraction if key == subject.path else subject.extraction_of(key)


def reference_at(
    extraction: Extraction, line: int, character: int
) -> Reference | Dependency | None:
    """Find the reference or header dependency under a position."""
    for reference in extraction.references:
        if reference.range.contains(line, character):
            return reference
    for dependency in extraction.header.dependencies if extraction.header else ():
        if dependency.range.contains(line, character):
            return dependency
    return None


def names_a_file(reference: Reference | Link) -> bool:
    """Tell whether a reference claims that a file is there (and does not only mention a word).

    A link to `/guide/start` is the affair of a site, whose pages have addresses of their own.
    """
    if reference.kind not in NAMING:
        return False
    path = bare_target(reference.target)
    if not path:
        return False
    of_a_site = path.startswith("/") and "." not in path.rpartition("/")[2]
    return reference.kind != "link" or not of_a_site


def first_line(extraction: Extraction) -> Range:
    """Give the range findings about a whole file are shown at."""
    header = extraction.header
    line = header.range.start_line if header else 0
    return Range(line, 0, line, 0)
