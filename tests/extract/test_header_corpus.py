"""Headers in all styles and languages: files written for this, and what must be read of each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dbp import codec
from dbp.extract import registry
from dbp.extract.extraction import extract_bytes
from dbp.model import Extraction, Header, HistoryEntry

CORPUS = Path(__file__).parents[1] / "corpus" / "headers"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    (CORPUS / "expected.toml").read_text(encoding="utf-8")
)


def read(name: str) -> Extraction:
    data = (CORPUS / name).read_bytes()
    extraction = extract_bytes(name, registry.language(name, data[:200]), data)
    assert isinstance(extraction, Extraction)
    return extraction


def shown(header: Header | None) -> dict[str, Any]:
    """Write a header down as the table of expectations has it."""
    if header is None:
        return {"format": "none"}
    found: dict[str, Any] = {
        "format": header.format,
        "title": header.title,
        "intent": header.intent,
        "principles": list(header.design_principles),
        "constraints": list(header.constraints),
        "dependencies": [f"{item.kind}: {item.target}" for item in header.dependencies],
        "documentation": list(header.reference_documentation),
        "history": [_entry(entry) for entry in header.change_history],
        "sections": [f"{item.name} {item.state}" for item in header.sections],
    }
    return {field: value for field, value in found.items() if value}


def _entry(entry: HistoryEntry) -> str:
    parts = [entry.timestamp or "-", entry.summary, entry.author or "-", "; ".join(entry.details)]
    while parts[-1] in ("", "-"):
        parts.pop()
    return " | ".join(parts)


def test_the_corpus_is_complete() -> None:
    files = {path.name for path in CORPUS.iterdir() if path.name[0] != "."} - {"expected.toml"}
    assert files == set(EXPECTED)
    assert len(files) >= 120
    assert len({registry.language(name, b"") for name in files}) >= 45


@pytest.mark.parametrize("name", EXPECTED)
def test_a_labelled_file_is_read_as_its_label_says(name: str) -> None:
    expected = dict(EXPECTED[name])
    lines, entries = expected.pop("lines", None), expected.pop("history_lines", None)
    extraction = read(name)
    header = extraction.header
    assert shown(header) == expected
    assert codec.decode(codec.encode(extraction)) == extraction
    if lines:
        assert header is not None
        assert [header.range.start_line, header.range.end_line] == lines
    if entries:
        assert header is not None
        assert [entry.line for entry in header.change_history] == entries


@pytest.mark.parametrize("name", [name for name in EXPECTED if "sections" in EXPECTED[name]])
def test_sections_and_dependencies_stand_where_they_say(name: str) -> None:
    extraction = read(name)
    header = extraction.header
    assert header is not None
    data = (CORPUS / name).read_bytes()
    text = data.decode(extraction.encoding)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def cut(line: int, start: int, end: int | None = None) -> str:
        units = lines[line].encode("utf-16-le")
        return units[2 * start : None if end is None else 2 * end].decode("utf-16-le")

    above = header.range[:2]
    for section in header.sections:
        place = section.range
        opening = cut(place.start_line, place.start_character)
        assert opening.startswith("[")
        assert section.title == opening[1:].partition("]")[0].strip()
        ending = cut(place.end_line, 0, place.end_character)
        assert ending == ending.rstrip()
        assert above <= place[:2] < place[2:] <= header.range[2:]
        above = place[2:]
    for item in header.dependencies:
        place = item.range
        assert cut(place.start_line, place.start_character, place.end_character) == item.target
