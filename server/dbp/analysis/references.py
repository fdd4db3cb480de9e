"""Where a reference leads.

A target is tried as it stands from the file's own folder, then from the workspace root. A fragment
(`#heading`), a line (`:12`) and a query are not part of the path.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from dbp.model import Dependency, Extraction, Range, Reference
from dbp.paths import parent

_LINE = re.compile(r":\d+(?:-\d+)?$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reference and the key it leads to, or None."""

    reference: Reference
    resolved: str | None


def bare_target(target: str) -> str:
    """Strip what is not path from a target; empty when it names no file at all."""
    path = target.strip().strip("`<>").split("#", 1)[0].split("?", 1)[0]
    if not path or _SCHEME.match(path) or path.startswith("//"):
        return ""
    return _LINE.sub("", unquote(path))


def resolve(target: str, source: str, exists: Callable[[str], bool]) -> str | None:
    """Find the key that `target`, written in the file `source`, leads to; empty is the root."""
    path = bare_target(target)
    if not path:
        return None
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


def resolve_all(
    references: Iterable[Reference], source: str, exists: Callable[[str], bool]
) -> list[Resolved]:
    """Resolve each reference of a file."""
    return [Resolved(ref, resolve(ref.target, source, exists)) for ref in references]


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


def names_a_file(reference: Reference) -> bool:
    """Tell whether a reference claims that a file is there (and does not only mention a word)."""
    return bool(bare_target(reference.target)) and reference.kind in {"header", "link"}


def first_line(extraction: Extraction) -> Range:
    """Give the range findings about a whole file are shown at."""
    header = extraction.header
    line = header.range.start_line if header else 0
    return Range(line, 0, line, 0)
