"""Extractions as bytes: compact JSON with short keys, deflated.

The store keeps these bytes and the parser processes make them, so decoding trusts nothing: sizes
are capped before memory is spent and every value is checked. Damage of any kind is a `ValueError`.
Fields at their default are left out; unknown keys are ignored, so a newer writer stays readable.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

from dbp.checked import (
    a_history_entry,
    a_list,
    a_located,
    a_number,
    a_range,
    a_text,
    a_text_or_none,
    a_tuple,
    an_object,
)
from dbp.model import (
    Dependency,
    Doc,
    DocItem,
    Extraction,
    Header,
    HeaderSection,
    HistoryEntry,
    Problem,
    Range,
    Reference,
    SectionState,
    Suppression,
    Symbol,
    Task,
)

MAX_DECODED_BYTES = 64 * 1024 * 1024
"""Eight times the largest file that is ever read: more than any honest extraction needs."""


def encode(extraction: Extraction) -> bytes:
    """Pack an extraction; level 1, because the parser's time is dearer than the disk."""
    text = json.dumps(extraction_to_json(extraction), separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), 1)


def decode(payload: bytes) -> Extraction:
    """Unpack what `encode` packed. Raises `ValueError` for anything else."""
    try:
        inflater = zlib.decompressobj()
        raw = inflater.decompress(payload, MAX_DECODED_BYTES)
        if not inflater.eof:
            raise ValueError("the payload is cut short or too large")
        return extraction_from_json(json.loads(raw))
    except (zlib.error, RecursionError, TypeError, KeyError) as error:
        raise ValueError(f"the payload is damaged: {type(error).__name__}") from error


# ── out ────────────────────────────────────────────────────────────────────────────────────────


def extraction_to_json(extraction: Extraction) -> dict[str, Any]:
    """Turn an extraction into a JSON object."""
    return _without_empty(
        {
            "l": extraction.language,
            "n": extraction.lines,
            "e": extraction.encoding,
            "a": int(extraction.ascii),
            "h": _header_to_json(extraction.header) if extraction.header else None,
            "s": [_symbol_to_json(symbol) for symbol in extraction.symbols],
            "r": [_reference_to_json(item) for item in extraction.references],
            "p": [
                [problem.code, problem.message, *(problem.range or ())]
                for problem in extraction.problems
            ],
            "i": [
                [item.line, int(item.whole_file), *item.codes] for item in extraction.suppressions
            ],
            "x": extraction.code_hash or None,
            "k": extraction.anchors,
            "t": extraction.tasks,
        }
    )


def _reference_to_json(reference: Reference) -> list[object]:
    row: list[object] = [reference.kind, reference.target, *reference.range]
    if reference.role or reference.names:
        row += [reference.role, *reference.names]
    return row


def _symbol_to_json(symbol: Symbol) -> dict[str, Any]:
    out: dict[str, Any] = {
        "n": symbol.name,
        "q": symbol.qualified_name,
        "k": symbol.kind,
        "r": [*symbol.range, *symbol.selection_range],
    }
    if symbol.parameters:
        out["p"] = symbol.parameters
    doc = symbol.doc
    if doc.summary is not None or doc != Doc():
        out["d"] = _without_empty(
            {
                "i": doc.intent,
                "p": doc.design_principles,
                "m": doc.implementation_details,
                "d": doc.design_decisions,
                "s": doc.summary,
                "a": doc.parameters,
                "r": doc.returns,
                "e": doc.raises,
                "w": doc.range,
            }
        )
    if symbol.doc_hash or symbol.code_hash:
        out["x"] = [symbol.doc_hash, symbol.code_hash]
    if not symbol.public:
        out["v"] = 1
    if symbol.takes_more:
        out["t"] = 1
    if symbol.children:
        out["c"] = [_symbol_to_json(child) for child in symbol.children]
    return out


def _header_to_json(header: Header) -> dict[str, Any]:
    return _without_empty(
        {
            "r": header.range,
            "f": header.format,
            "i": header.intent,
            "p": header.design_principles,
            "c": header.constraints,
            "d": [[item.kind, item.target, *item.range] for item in header.dependencies],
            "o": header.reference_documentation,
            "h": [
                [entry.timestamp, entry.summary, entry.author, entry.line + 1, *entry.details]
                for entry in header.change_history
            ],
            "t": header.title,
            "s": [[item.name, item.title, item.state, *item.range] for item in header.sections],
        }
    )


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """Drop None and empty lists; an empty string is a value and stays."""
    return {key: value for key, value in fields.items() if value not in (None, [], ())}


# ── in ─────────────────────────────────────────────────────────────────────────────────────────


def extraction_from_json(data: object) -> Extraction:
    """Read what `extraction_to_json` made. Raises `ValueError` when it is anything else."""
    fields = an_object(data)
    header = fields.get("h")
    return Extraction(
        language=a_text(fields.get("l")),
        lines=a_number(fields.get("n")),
        encoding=a_text(fields.get("e")),
        ascii=bool(a_number(fields.get("a"))),
        header=None if header is None else _header(header),
        symbols=a_tuple(fields.get("s"), _symbol),
        references=a_tuple(fields.get("r"), _reference),
        problems=a_tuple(fields.get("p"), _problem),
        suppressions=a_tuple(fields.get("i"), _suppression),
        code_hash=a_text(fields.get("x", "")),
        anchors=a_tuple(fields.get("k"), a_text),
        tasks=a_tuple(fields.get("t"), _task),
    )


def _task(data: object) -> Task:
    text, line, level, state = a_list(data)
    return Task(a_text(text), a_number(line), a_number(level), a_text(state))


def _reference(data: object) -> Reference:
    row = a_list(data)
    role, *names = row[6:] or [""]
    return Reference(*a_located(row[:6]), a_tuple(names, a_text), a_text(role))


def _suppression(data: object) -> Suppression:
    line, whole_file, *codes = a_list(data)
    return Suppression(a_number(line), a_tuple(codes, a_text), bool(a_number(whole_file)))


def _symbol(data: object) -> Symbol:
    fields = an_object(data)
    numbers = a_tuple(fields.get("r"), a_number)
    if len(numbers) != 8:  # noqa: PLR2004 - two ranges of four numbers
        raise ValueError("a symbol needs two ranges")
    doc = fields.get("d")
    doc_hash, code_hash = a_tuple(fields.get("x", ("", "")), a_text)
    return Symbol(
        name=a_text(fields.get("n")),
        qualified_name=a_text(fields.get("q")),
        kind=a_text(fields.get("k")),
        range=Range(*numbers[:4]),
        selection_range=Range(*numbers[4:]),
        parameters=a_tuple(fields.get("p"), a_text),
        doc=Doc() if doc is None else _doc(doc),
        children=a_tuple(fields.get("c"), _symbol),
        public=not fields.get("v"),
        doc_hash=doc_hash,
        code_hash=code_hash,
        takes_more=bool(fields.get("t")),
    )


def _doc(data: object) -> Doc:
    fields = an_object(data)
    return Doc(
        intent=a_text_or_none(fields.get("i")),
        design_principles=a_tuple(fields.get("p"), a_text),
        implementation_details=a_text_or_none(fields.get("m")),
        design_decisions=a_text_or_none(fields.get("d")),
        summary=a_text_or_none(fields.get("s")),
        parameters=a_tuple(fields.get("a"), _doc_item),
        returns=a_text_or_none(fields.get("r")),
        raises=a_tuple(fields.get("e"), _doc_item),
        range=a_range(fields["w"]) if "w" in fields else None,
    )


def _doc_item(data: object) -> DocItem:
    name, text = a_list(data)
    return DocItem(a_text(name), a_text(text))


def _header(data: object) -> Header:
    fields = an_object(data)
    return Header(
        range=a_range(fields.get("r")),
        format=a_text(fields.get("f")),
        intent=a_text_or_none(fields.get("i")),
        design_principles=a_tuple(fields.get("p"), a_text),
        constraints=a_tuple(fields.get("c"), a_text),
        dependencies=a_tuple(fields.get("d"), lambda row: Dependency(*a_located(row))),
        reference_documentation=a_tuple(fields.get("o"), a_text),
        change_history=a_tuple(fields.get("h"), _history_entry),
        title=a_text_or_none(fields.get("t")),
        sections=a_tuple(fields.get("s"), _section),
    )


def _history_entry(data: object) -> HistoryEntry:
    timestamp, summary, author, line, *details = a_list(data)
    entry = a_history_entry([timestamp, summary, author, *details])
    return replace(entry, line=a_number(line) - 1)


def _section(data: object) -> HeaderSection:
    name, title, state, *numbers = a_list(data)
    return HeaderSection(a_text(name), a_text(title), a_range(numbers), SectionState(a_text(state)))


def _problem(data: object) -> Problem:
    code, message, *numbers = a_list(data)
    return Problem(a_text(code), a_text(message), a_range(numbers) if numbers else None)
