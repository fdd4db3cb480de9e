"""References that lead nowhere: to no file, no heading, no symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dbp.analysis.anchors import slugs, symbol_names
from dbp.analysis.names import nearest, suggest
from dbp.analysis.references import (
    FragmentState,
    bare_target,
    fragment_of,
    names_a_file,
    resolve,
    resolve_fragment,
    resolve_page,
)
from dbp.analysis.rules.catalogue import (
    REFERENCE_HEADING,
    REFERENCE_SYMBOL,
    REFERENCE_UNRESOLVED,
    Found,
)
from dbp.analysis.subject import Subject
from dbp.facts import Link
from dbp.model import Extraction, Reference

_CHECKED = frozenset({"header", "link", "relation", "mention"})
"""Kinds whose fragments name something; an import's are its own affair."""


def find(subject: Subject) -> Iterator[Found]:
    """Find references whose target is not there, or has nothing of that name."""
    for reference in subject.extraction.references:
        if reference.kind not in _CHECKED or subject.expired():
            continue
        key = _target(reference, subject.path, subject.exists)
        if key is None:
            if names_a_file(reference):
                yield _unresolved(reference, subject)
        elif "#" in reference.target:
            yield from _fragment(reference, key, subject)


def leads_nowhere(reference: Reference | Link, path: str, exists: Callable[[str], bool]) -> bool:
    """Tell whether a reference of the file `path` names a file that is not there."""
    return names_a_file(reference) and _target(reference, path, exists) is None


def unresolved(path: str, extraction: Extraction, exists: Callable[[str], bool]) -> Iterator[Found]:
    """Find the same as `find` of references that lead to no file, without saying what is meant."""
    for reference in extraction.references:
        if leads_nowhere(reference, path, exists):
            yield Found(REFERENCE_UNRESOLVED, "", reference.range, about=reference.target)


def _target(reference: Reference | Link, path: str, exists: Callable[[str], bool]) -> str | None:
    """Find the key that a reference leads to; one without a path stays in its own file."""
    if not bare_target(reference.target):
        return path
    resolve_it = resolve_page if reference.kind == "link" else resolve
    return resolve_it(reference.target, path, exists)


def _unresolved(reference: Reference, subject: Subject) -> Found:
    meant = [
        item.target
        for item in suggest(reference.target, subject.path, subject.files_named, reference.kind)
    ]
    return Found(
        REFERENCE_UNRESOLVED,
        f"{reference.target!r} does not exist in this workspace.{_did_you_mean(meant)}",
        reference.range,
        about=reference.target,
        data={"target": reference.target, "suggestions": meant},
    )


def _fragment(reference: Reference, key: str, subject: Subject) -> Iterator[Found]:
    state = resolve_fragment(reference, subject.path, subject)
    if state not in (FragmentState.MISSING_HEADING, FragmentState.MISSING_SYMBOL):
        return
    fragment = fragment_of(reference.target)
    there = subject.extraction if key == subject.path else subject.extraction_of(key)
    where = "This document" if key == subject.path else repr(key)
    if state == FragmentState.MISSING_HEADING:
        code, message = REFERENCE_HEADING, f"{where} has no heading {fragment!r}."
        meant = _with_fragment(reference, nearest(fragment, _anchors(there)))
    else:
        code, message = REFERENCE_SYMBOL, f"{where} has no symbol {fragment!r}."
        meant = _with_fragment(reference, nearest(fragment, symbol_names(there) if there else ()))
    yield Found(
        code,
        message + _did_you_mean(meant),
        reference.range,
        about=reference.target,
        data={"target": reference.target, "suggestions": meant},
    )


def _anchors(extraction: Extraction | None) -> Sequence[str]:
    return sorted(slugs(extraction)) if extraction is not None else ()


def _with_fragment(reference: Reference, names: Sequence[str]) -> list[str]:
    path = reference.target.partition("#")[0]
    return [f"{path}#{name}" for name in names]


def _did_you_mean(meant: Sequence[str]) -> str:
    return f" Did you mean {' or '.join(map(repr, meant[:2]))}?" if meant else ""
