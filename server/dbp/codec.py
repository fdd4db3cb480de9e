"""Extractions as bytes: compact JSON with short keys, deflated.

The store keeps these bytes and the parser processes make them, so decoding trusts nothing: sizes
are capped before memory is spent and every value is checked. Damage of any kind is a `ValueError`.
Fields at their default are left out; unknown keys are ignored, so a newer writer stays readable.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from dbp.model import (
    Dependency,
    Doc,
    Extraction,
    Header,
    HistoryEntry,
    Problem,
    Range,
    Reference,
    Symbol,
)

MAX_DECODED_BYTES = 64 * 1024 * 1024
"""Eight times the largest file that is ever read: more than any honest extraction needs."""

MAX_NUMBER = 2**31 - 1
"""LSP's `uinteger`: no line or column can be larger."""

T = TypeVar("T")


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
            "r": [[item.kind, item.target, *item.range] for item in extraction.references],
            "p": [
                [problem.code, problem.message, *(problem.range or ())]
                for problem in extraction.problems
            ],
        }
    )


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
            }
        )
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
                [entry.timestamp, entry.summary, entry.author, *entry.details]
                for entry in header.change_history
            ],
        }
    )


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """Drop None and empty lists; an empty string is a value and stays."""
    return {key: value for key, value in fields.items() if value not in (None, [], ())}


# ── in ─────────────────────────────────────────────────────────────────────────────────────────


def extraction_from_json(data: object) -> Extraction:
    """Read what `extraction_to_json` made. Raises `ValueError` when it is anything else."""
    fields = _object(data)
    header = fields.get("h")
    return Extraction(
        language=_text(fields.get("l")),
        lines=_number(fields.get("n")),
        encoding=_text(fields.get("e")),
        ascii=bool(_number(fields.get("a"))),
        header=None if header is None else _header(header),
        symbols=_tuple(fields.get("s"), _symbol),
        references=_tuple(fields.get("r"), lambda row: Reference(*_located(row))),
        problems=_tuple(fields.get("p"), _problem),
    )


def _symbol(data: object) -> Symbol:
    fields = _object(data)
    numbers = _tuple(fields.get("r"), _number)
    if len(numbers) != 8:  # noqa: PLR2004 - two ranges of four numbers
        raise ValueError("a symbol needs two ranges")
    doc = fields.get("d")
    return Symbol(
        name=_text(fields.get("n")),
        qualified_name=_text(fields.get("q")),
        kind=_text(fields.get("k")),
        range=Range(*numbers[:4]),
        selection_range=Range(*numbers[4:]),
        parameters=_tuple(fields.get("p"), _text),
        doc=Doc() if doc is None else _doc(doc),
        children=_tuple(fields.get("c"), _symbol),
    )


def _doc(data: object) -> Doc:
    fields = _object(data)
    return Doc(
        intent=_maybe(fields.get("i")),
        design_principles=_tuple(fields.get("p"), _text),
        implementation_details=_maybe(fields.get("m")),
        design_decisions=_maybe(fields.get("d")),
        summary=_maybe(fields.get("s")),
    )


def _header(data: object) -> Header:
    fields = _object(data)
    return Header(
        range=_range(fields.get("r")),
        format=_text(fields.get("f")),
        intent=_maybe(fields.get("i")),
        design_principles=_tuple(fields.get("p"), _text),
        constraints=_tuple(fields.get("c"), _text),
        dependencies=_tuple(fields.get("d"), lambda row: Dependency(*_located(row))),
        reference_documentation=_tuple(fields.get("o"), _text),
        change_history=_tuple(fields.get("h"), _history),
    )


def _history(data: object) -> HistoryEntry:
    timestamp, summary, author, *details = _list(data)
    return HistoryEntry(_maybe(timestamp), _text(summary), _maybe(author), _tuple(details, _text))


def _problem(data: object) -> Problem:
    code, message, *numbers = _list(data)
    return Problem(_text(code), _text(message), _range(numbers) if numbers else None)


def _located(data: object) -> tuple[str, str, Range]:
    kind, target, *numbers = _list(data)
    return _text(kind), _text(target), _range(numbers)


def _range(data: object) -> Range:
    start_line, start_character, end_line, end_character = _tuple(data, _number)
    return Range(start_line, start_character, end_line, end_character)


def _object(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise ValueError("an object was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def _list(data: object) -> list[object]:
    if not isinstance(data, (list, tuple)):
        raise ValueError("a list was expected")  # noqa: TRY004 - damage is a ValueError
    return list(data)


def _tuple(data: object, read: Callable[[object], T]) -> tuple[T, ...]:
    return () if data is None else tuple([read(item) for item in _list(data)])


def _text(data: object) -> str:
    if not isinstance(data, str):
        raise ValueError("a string was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def _maybe(data: object) -> str | None:
    return None if data is None else _text(data)


def _number(data: object) -> int:
    if not isinstance(data, int) or not 0 <= data <= MAX_NUMBER:
        raise ValueError("a number was expected")
    return int(data)
