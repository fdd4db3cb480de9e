"""What a file says with what the model said of it: only what is empty is filled, and it is named.

Values in, values out, in microseconds: hovers come this way. What nothing is added to is the same
object as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from dbp.analysis.references import resolve
from dbp.enrichment.units import named
from dbp.meaning import HEADER, Meaning, Said
from dbp.model import Doc, Extraction, Header, HistoryEntry, Range, Reference, Symbol

FORMAT = "model"
"""The format of a header that the file does not have."""

_NO_HEADER = Header(Range(0, 0, 0, 0), FORMAT)


class Merged(NamedTuple):
    """An extraction with what was said; `fields` names every value that came from the model.

    `dropped` counts references that lead nowhere now.
    """

    extraction: Extraction
    fields: tuple[str, ...] = ()
    dropped: int = 0


def merged(
    extraction: Extraction,
    meaning: Meaning | None,
    *,
    exists: Callable[[str], bool] | None = None,
    path: str = "",
) -> Merged:
    """Fill what is empty. With `exists`, references from the file `path` have to lead somewhere."""
    if meaning is None:
        return Merged(extraction)
    fields: list[str] = []
    said = {item.unit: item for item in meaning.said}
    header = _header(extraction.header, said.pop(HEADER, None), meaning.history, fields)
    symbols = extraction.symbols
    if any(map(_says, said.values())):
        names = {id(symbol): name for name, symbol in named(symbols)}
        symbols = _symbols(symbols, names, said, fields)
    known = {item.target for item in extraction.references}
    new = [item for item in meaning.references if item.target not in known]
    standing = _standing(new, exists, path)
    fields += [f"references[{item.target}]" for item in standing]
    if not fields:
        return Merged(extraction, (), len(new) - len(standing))
    whole = Extraction(
        extraction.language,
        extraction.lines,
        extraction.encoding,
        extraction.ascii,
        header,
        symbols,
        (*extraction.references, *standing) if standing else extraction.references,
        extraction.problems,
    )
    return Merged(whole, tuple(fields), len(new) - len(standing))


def _says(said: Said) -> bool:
    return bool(
        said.intent
        or said.design_principles
        or said.implementation_details
        or said.design_decisions
    )


def _standing(
    references: Iterable[Reference], exists: Callable[[str], bool] | None, path: str
) -> list[Reference]:
    if exists is None:
        return list(references)
    # The root itself is a folder of everything: whoever names it has named nothing.
    return [item for item in references if resolve(item.target, path, exists)]


def _header(
    header: Header | None,
    said: Said | None,
    history: tuple[HistoryEntry, ...],
    fields: list[str],
) -> Header | None:
    own = header or _NO_HEADER
    intent, principles, constraints = own.intent, own.design_principles, own.constraints
    changes = own.change_history
    before = len(fields)
    if said is not None:
        if not intent and said.intent:
            intent = said.intent
            fields.append("header.intent")
        if not principles and said.design_principles:
            principles = said.design_principles
            fields.append("header.designPrinciples")
        if not constraints and said.constraints:
            constraints = said.constraints
            fields.append("header.constraints")
    if not changes and history:
        changes = history
        fields.append("header.changeHistory")
    if len(fields) == before:
        return header
    return Header(
        own.range,
        own.format,
        intent,
        principles,
        constraints,
        own.dependencies,
        own.reference_documentation,
        changes,
    )


def _symbols(
    symbols: tuple[Symbol, ...],
    names: dict[int, str],
    said: dict[str, Said],
    fields: list[str],
) -> tuple[Symbol, ...]:
    out: list[Symbol] = []
    changed = False
    for symbol in symbols:
        name = names[id(symbol)]
        words = said.get(name)
        doc = (
            symbol.doc if words is None else _doc(symbol.doc, words, f"symbols[{name}].doc", fields)
        )
        children = symbol.children
        if children:
            children = _symbols(children, names, said, fields)
        if doc is symbol.doc and children is symbol.children:
            out.append(symbol)
            continue
        changed = True
        out.append(
            Symbol(
                symbol.name,
                symbol.qualified_name,
                symbol.kind,
                symbol.range,
                symbol.selection_range,
                symbol.parameters,
                doc,
                children,
            )
        )
    return tuple(out) if changed else symbols


def _doc(doc: Doc, said: Said, place: str, fields: list[str]) -> Doc:
    intent, principles = doc.intent, doc.design_principles
    details, decisions = doc.implementation_details, doc.design_decisions
    before = len(fields)
    # A summary says what the symbol is for, in a person's words: an intent would hide it.
    if said.intent and not intent and not doc.summary:
        intent = said.intent
        fields.append(f"{place}.intent")
    if said.implementation_details and not details:
        details = said.implementation_details
        fields.append(f"{place}.implementationDetails")
    if said.design_decisions and not decisions:
        decisions = said.design_decisions
        fields.append(f"{place}.designDecisions")
    if said.design_principles and not principles:
        principles = said.design_principles
        fields.append(f"{place}.designPrinciples")
    if len(fields) == before:
        return doc
    return Doc(intent, principles, details, decisions, doc.summary)
