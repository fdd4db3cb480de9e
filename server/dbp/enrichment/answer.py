"""From a model's answer to a `Meaning`: only what was asked, and only what holds against the file.

Everything in an answer is a claim of a stranger. Names have to be those of units that were asked
about or shown whole; what a person documented stays; whatever is left over is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from dbp.enrichment.ground import (
    MAX_HISTORY,
    MAX_REFERENCES,
    Echo,
    Quotes,
    echo_of,
    history_entry,
    reference,
    standing_history,
    standing_references,
    statement,
)
from dbp.enrichment.names import Claimed, Names
from dbp.enrichment.plan import Plan
from dbp.enrichment.schema import AnswerPart, DocSections, HeaderSections, parse
from dbp.enrichment.units import Unit
from dbp.meaning import HEADER, Meaning, Said
from dbp.model import Extraction, HistoryEntry, Reference
from dbp.ports.model import BadAnswerError

MAX_INTENT, MAX_PRINCIPLE, MAX_DETAILS = 300, 200, 600
MAX_PRINCIPLES = 8

_MOST = 40
"""Items of a list that are looked at: an answer must not cost more time than it took to write."""

_NO_ECHO = Echo("")

T = TypeVar("T")


def read_answer(
    answer: object, plan: Plan, extraction: Extraction, text: str, *, model: str, at: float
) -> Meaning:
    """Read an answer to a plan's question; `text` is the file's, in which quotes have to stand.

    Raises `BadAnswerError` when it has another form or speaks of nothing that was asked.
    """
    parts = parse(answer)
    reading = _Reading(plan, extraction, text)
    reading.read(parts)
    if not reading.said:
        raise BadAnswerError("it says nothing about what was asked")
    own_history = extraction.header is not None and bool(extraction.header.change_history)
    history = () if own_history else reading.history or standing_history(plan.history, text)
    references = {
        item.target: item
        for item in (*standing_references(plan.references, text), *reading.references)
    }
    # A unit the answer is silent about was asked all the same: it is not asked again.
    silent = {unit.name: Said(unit.name, unit.fingerprint) for unit in plan.asked}
    return Meaning(
        model=model,
        at=at,
        said=(*plan.carried, *{**silent, **reading.said}.values()),
        references=tuple(references.values())[:MAX_REFERENCES],
        history=tuple(dict.fromkeys(history))[:MAX_HISTORY],
        unasked=plan.unasked,
        truncated=plan.truncated,
        dropped=reading.dropped,
    )


@dataclass(slots=True)
class _Reading:
    """One answer while it is read."""

    plan: Plan
    extraction: Extraction
    text: str
    said: dict[str, Said] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
    dropped: int = 0
    _echo: Echo = _NO_ECHO
    _asked: frozenset[str] = frozenset()

    def read(self, parts: AnswerPart) -> None:
        """Read every claim of an answer."""
        if self.plan.question is not None:
            self._echo = echo_of(self.plan.question)
        self._asked = frozenset(unit.name for unit in self.plan.asked)
        asked = {unit.name: unit for unit in self.plan.open}
        if parts.headerSections is not None and parts.headerSections.model_fields_set:
            self._header(parts.headerSections, asked.get(HEADER))
        names = Names(self.extraction.symbols)
        for claimed in _claims(parts):
            found = names.find(claimed)
            unit = asked.get(found.name) if found.name else None
            if unit is None or unit.name in self.said:
                self.dropped += max(1, _statements(claimed.docs))
                continue
            said = self._said(unit, claimed.docs)
            if unit.name in self._asked or said != Said(unit.name, unit.fingerprint):
                self.dropped += found.contradicted
                self.said[unit.name] = said

    def _header(self, sections: HeaderSections, unit: Unit | None) -> None:
        said = len(sections.changeHistory) + len(sections.referenceDocumentation)
        if unit is None:
            self.dropped += said + bool(sections.constraints) + _statements(sections)
            return
        self.said[HEADER] = self._said(unit, sections)
        known = {item.target for item in self.extraction.references}
        if header := self.extraction.header:
            known |= {*header.reference_documentation, *(d.target for d in header.dependencies)}
        targets, entries = sections.referenceDocumentation, sections.changeHistory
        self.dropped += max(0, len(targets) - _MOST) + max(0, len(entries) - _MOST)
        for target in targets[:_MOST]:
            if target not in known:
                self._keep(reference(target, self.text), self.references)
        if not entries:
            return
        quotes = Quotes(self.text)
        for part in entries[:_MOST]:
            self._keep(history_entry(part, quotes), self.history)

    def _keep(self, item: T | None, to: list[T]) -> None:
        if item is None:
            self.dropped += 1
        else:
            to.append(item)

    def _said(self, unit: Unit, docs: DocSections | HeaderSections) -> Said:
        constraints = docs.constraints if isinstance(docs, HeaderSections) else []
        details = docs.implementationDetails if isinstance(docs, DocSections) else None
        decisions = docs.designDecisions if isinstance(docs, DocSections) else None
        return Said(
            unit.name,
            unit.fingerprint,
            intent=self._one(unit, "intent", docs.intent, MAX_INTENT),
            design_principles=self._many(unit, "design_principles", docs.designPrinciples),
            constraints=self._many(unit, "constraints", constraints),
            implementation_details=self._one(unit, "implementation_details", details, MAX_DETAILS),
            design_decisions=self._one(unit, "design_decisions", decisions, MAX_DETAILS),
        )

    def _one(self, unit: Unit, name: str, raw: str | None, limit: int) -> str | None:
        if not raw or not raw.strip():
            return None
        kept = statement(raw, limit, self._echo) if name in unit.wants else None
        self.dropped += kept is None
        return kept

    def _many(self, unit: Unit, name: str, raw: Sequence[str]) -> tuple[str, ...]:
        kept: dict[str, None] = {}
        self.dropped += max(0, len(raw) - _MOST)
        for item in raw[:_MOST]:
            if (text := self._one(unit, name, item, MAX_PRINCIPLE)) is not None:
                kept[text] = None
        self.dropped += max(0, len(kept) - MAX_PRINCIPLES)
        return tuple(kept)[:MAX_PRINCIPLES]


def _claims(parts: AnswerPart) -> Iterator[Claimed]:
    for function in parts.functions:
        yield Claimed(function.name, "", function.lineRange, function.docSections)
    for owner in parts.classes:
        yield Claimed(owner.name, "", owner.lineRange, owner.docSections)
        for method in owner.methods:
            yield Claimed(method.name, owner.name, method.lineRange, method.docSections)


def _statements(docs: DocSections | HeaderSections) -> int:
    return sum(bool(value) for _, value in docs if not isinstance(value, list)) + sum(
        len(value) for name, value in docs if isinstance(value, list) and name == "designPrinciples"
    )
