"""Relations between documents: what one says of the other, the other says of the one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbp.analysis.references import resolve
from dbp.analysis.rules.catalogue import RELATION_ONE_SIDED, Found
from dbp.analysis.subject import Subject
from dbp.facts import Link
from dbp.model import Reference

_OPPOSITE = {"depends-on": "impacts", "impacts": "depends-on"}
_SAID = {"depends-on": "depends on", "impacts": "impacts"}

Stated = tuple[str, str, str]
"""One relation: the document that has it, its role, and the other document."""


def find(subject: Subject) -> Iterator[Found]:
    """Find relations whose other end keeps a list of relations, and does not name this one.

    A list may stand in the document itself, or for all of them in one that names each.
    """
    references = [one for one in subject.extraction.references if one.kind == "relation"]
    here = set(_stated(references, subject.path, subject))
    owners = {owner for owner, _, _ in here}
    for reference in references:
        if subject.expired():
            return
        for owner, role, other in _stated([reference], subject.path, subject):
            wanted = (other, _OPPOSITE.get(role, ""), owner)
            if other == owner or not wanted[1] or wanted in here:
                continue
            facts = subject.facts_of(other)
            there = set(_stated(facts.links if facts else (), other, subject))
            keeps_a_list = other in owners or any(one == other for one, _, _ in there)
            if keeps_a_list and wanted not in there:
                yield Found(
                    RELATION_ONE_SIDED,
                    f"{owner!r} {_SAID[role]} {other!r}, which does not say that it "
                    f"{_SAID[wanted[1]]} {owner!r}.",
                    reference.range,
                    about=f"{owner} {role} {other}",
                    data={"owner": owner, "other": other, "role": wanted[1]},
                )


def _stated(links: Iterable[Reference | Link], path: str, subject: Subject) -> Iterator[Stated]:
    for link in links:
        if link.kind == "relation":
            owner = resolve(link.names[0], path, subject.exists) if link.names else path
            other = resolve(link.target, path, subject.exists)
            if owner and other:
                yield owner, link.role, other
