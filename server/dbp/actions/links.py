"""Edits to one reference: lead it elsewhere, take it out, make what it names."""

from __future__ import annotations

import posixpath
import re

from dbp.actions.edits import Edit, NewFile, Text, index_of
from dbp.analysis.references import bare_target
from dbp.model import Extraction, Range, Reference
from dbp.paths import parent

_DEFINITION = re.compile(r"^[ >]{0,12}\[[^\[\]]{1,300}\]:")
_KIND = re.compile(r"(?:codebase|system|other)[ \t]*:[ \t]*$", re.IGNORECASE)


def reference_in(extraction: Extraction, place: Range) -> Reference | None:
    """Find the reference that stands exactly in a range."""
    return next((one for one in extraction.references if one.range == place), None)


def retarget(text: Text, reference: Reference, target: str) -> Edit | None:
    """Write another target in the place of a reference's; None when the text is another one."""
    written = text.cut(reference.range)
    if written != reference.target:
        return None
    return Edit(reference.range, target)


def remove(text: Text, reference: Reference) -> Edit | None:
    """Take a reference out: of a link its words stay, of a header's list its line goes."""
    if text.cut(reference.range) != reference.target:
        return None
    line, raw = reference.range.start_line, text.line(reference.range.start_line)
    start = index_of(raw, reference.range.start_character)
    end = index_of(raw, reference.range.end_character)
    if reference.kind == "link":
        return _unlinked(text, line, start, end)
    if reference.kind == "header":
        return _unlisted(text, line, start, end)
    return None


def _unlinked(text: Text, line: int, start: int, end: int) -> Edit | None:
    """Keep the words of `[words](target)`; what a definition defines is used elsewhere."""
    raw = text.line(line)
    opens = raw.rfind("](", 0, start)
    if opens < 0 or _DEFINITION.match(raw) or raw[opens + 2 : start].strip(" \t<"):
        return None
    closes = raw.find(")", end)
    depth, first = 1, opens - 1
    while first >= 0 and depth:
        depth += (raw[first] == "]") - (raw[first] == "[")
        first -= 1
    if depth or closes < 0:
        return None
    first += 1
    words = raw[first + 1 : opens]
    if first and raw[first - 1] == "!":
        first -= 1
    return Edit(text.span(line, first, closes + 1), words)


def _unlisted(text: Text, line: int, start: int, end: int) -> Edit | None:
    raw = text.line(line)
    before, after = raw[:start], raw[end:]
    if after.lstrip().startswith(","):
        skip = len(after) - len(after.lstrip(" \t,"))
        return Edit(text.span(line, start, end + skip), "")
    if before.rstrip().endswith(","):
        return Edit(text.span(line, len(before.rstrip(" \t,")), end), "")
    lead = _KIND.sub("", before.rstrip("`'\"<*_[( ")).strip(" \t#/*-;%!+•.`'\"<>_[(0123456789")
    if lead or any(mark in raw for mark in ("*/", "-->", '"""', "'''")):
        return None
    return Edit(text.whole_lines(line, line), "")


def creatable(reference: Reference, source: str) -> str | None:
    """Say which file a broken reference would name; None when it names none of this workspace."""
    path = bare_target(reference.target)
    if not path or path.endswith("/") or "." not in posixpath.basename(path):
        return None
    # A header's paths count from the root, unless they say otherwise; a link's from its document.
    relative = reference.kind == "link" or path.startswith(("./", "../"))
    base = parent(source) if relative and not path.startswith("/") else ""
    key = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
    return None if key.startswith(("../", "/")) or key in {".", ".."} else key


def new_document(path: str) -> NewFile:
    """Make a Markdown document with its title, and nothing that is not known."""
    name = posixpath.splitext(posixpath.basename(path))[0]
    return NewFile(path, f"# {' '.join(name.replace('_', ' ').replace('-', ' ').split())}\n")
