"""The head of a parser process's answer: made there, and checked here before anything uses it.

The process is taken to be in the hands of the file it read. So every value is checked for type,
length and shape; one that is wrong makes the whole answer worthless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dbp import codec
from dbp.analysis.coverage import tally_of
from dbp.extract.frames import FrameError
from dbp.extract.search_text import MAX_SECTIONS, sections_of, words_of
from dbp.facts import MAX_BYTES, encode_facts, facts_of
from dbp.model import Content, ContentKey, Extraction, ReferenceRow, Symbol, SymbolRow
from dbp.ports import Excluded, Failure

MAX_ROWS = 25_000
MAX_TEXT = 8192
MAX_LINE = 2**31 - 1


def pack_extraction(extraction: Extraction, data: bytes = b"") -> tuple[dict[str, Any], bytes]:
    """Make head and body of an answer: the body is the facts, then the payload.

    `data` is what was extracted: of documents a search finds more than the extraction holds.
    """
    facts = encode_facts(replace(facts_of(extraction), tally=tally_of(extraction)))
    head = {**describe(extraction, data), "facts": len(facts)}
    return head, facts + codec.encode(extraction)


def describe(extraction: Extraction, data: bytes = b"") -> dict[str, Any]:
    """Make the head of an answer out of an extraction."""
    header = extraction.header
    return {
        "intent": header.intent if header else None,
        "sections": sections_of(extraction, data),
        "symbols": list(_rows(extraction.symbols)),
        "references": [
            [item.kind, item.target, item.range.start_line]
            for item in extraction.references
            if item.kind != "import"  # the graph reads those from the facts
        ],
    }


def _rows(symbols: Iterable[Symbol]) -> Iterator[list[object]]:
    for symbol in symbols:
        yield [
            symbol.name,
            symbol.qualified_name,
            symbol.kind,
            symbol.selection_range.start_line,
            words_of(symbol),
        ]
        yield from _rows(symbol.children)


def content(key: ContentKey, head: dict[str, Any], body: bytes) -> Content:
    """Check an answer and make the content to store. Raises `FrameError`.

    Facts and payload are packed: whoever reads them checks them.
    """
    cut = head.get("facts", 0)
    if not isinstance(cut, int) or not 0 <= cut <= min(len(body), MAX_BYTES):
        raise FrameError("facts were expected")
    facts, payload = body[:cut], body[cut:]
    symbols = [
        SymbolRow(_text(row[0]), _text(row[1]), _text(row[2]), _line(row[3]), _text(row[4]))
        for row in _table(head.get("symbols"), len(SymbolRow._fields))
    ]
    references = [
        ReferenceRow(_text(row[0]), _text(row[1]), _line(row[2]))
        for row in _table(head.get("references"), len(ReferenceRow._fields))
    ]
    intent, sections = head.get("intent"), _text(head.get("sections", ""))
    if len(sections) > MAX_SECTIONS:
        raise FrameError("shorter sections were expected")
    return Content(
        key=key,
        payload=payload,
        intent=None if intent is None else _text(intent),
        symbols=tuple(symbols),
        references=tuple(references),
        facts=facts,
        sections=sections,
    )


def refusal(head: dict[str, Any]) -> Failure | Excluded | None:
    """Check whether an answer says that there is nothing to store. Raises `FrameError`."""
    if "excluded" in head:
        return Excluded(_text(head["excluded"])[:100])
    if "failure" in head:
        [row] = _table([head["failure"]], 2)
        return Failure(_text(row[0])[:100], _text(row[1])[:500])
    return None


def _table(rows: object, width: int) -> list[list[object]]:
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise FrameError("rows were expected")
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise FrameError("a row has the wrong shape")
    return rows


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise FrameError("a short text was expected")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise FrameError("the text is not well formed") from error
    return value


def _line(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= MAX_LINE:
        raise FrameError("a line number was expected")
    return int(value)
