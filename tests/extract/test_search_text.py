"""What a search finds a content by is made where it is parsed, bounded, and checked on arrival."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dbp.extract.answers import content, describe
from dbp.extract.extraction import extract_bytes
from dbp.extract.frames import FrameError
from dbp.extract.search_text import MAX_SECTIONS, MAX_WORDS, sections_of
from dbp.model import ContentKey, Extraction

KEY = ContentKey("blake2b:x", "python", "v1")

HEADER = b'''"""
[Source file intent]
Runs tasks.

[Source file design principles]
- One thing only

[Source file constraints]
- Never twice

[Dependencies]
codebase: doc/DESIGN.md
system: json

[GenAI tool change history]
2025-04-24T23:38:00Z : Added retries by Somebody
"""


class TaskRunner:
    """Runs one task. And more."""

    def run_all(self):
        pass
'''


def read(path: str, language: str, data: bytes) -> Extraction:
    extraction = extract_bytes(path, language, data)
    assert isinstance(extraction, Extraction)
    return extraction


def test_symbols_carry_hidden_words_and_what_is_written() -> None:
    head = describe(read("a.py", "python", HEADER))
    assert [(row[0], row[4]) for row in head["symbols"]] == [
        ("TaskRunner", "task runner\nRuns one task."),
        ("run_all", ""),
    ]


def test_sections_say_what_each_line_is() -> None:
    assert sections_of(read("a.py", "python", HEADER)).split("\n") == [
        "*One thing only",
        "!Never twice",
        ">doc/DESIGN.md",
        ">json",
        "~Added retries",
    ]


@pytest.mark.parametrize(
    ("path", "language", "text", "headings"),
    [
        ("a.rst", "restructuredtext", "Top\n===\n\nWords.\n\nBelow\n-----\n\nMore.\n", 2),
        ("a.txt", "text", "Top\n===\n\nWords.\n\nBelow\n-----\n\nMore.\n", 2),
        ("a.adoc", "asciidoc", "= Top\n\nWords.\n\n== Below\n\nMore.\n", 2),
        ("a.tex", "tex", "\\section{Top}\nWords.\n\\subsection{Below}\nMore.\n", 2),
        ("a.md", "markdown", "# Top\n\nWords.\n\n## Below\n\nMore.\n", 0),
    ],
)
def test_documents_have_their_headings_and_their_text(
    path: str, language: str, text: str, headings: int
) -> None:
    data = text.encode()
    lines = sections_of(read(path, language, data), data).split("\n")
    found = [line for line in lines if line in {"#Top", "#Below"}]
    assert len(found) >= headings
    assert lines[-1].startswith("=")
    assert lines[-1].endswith("More.")


def test_whatever_is_long_is_bounded() -> None:
    doc = b"x" * 100_000
    head = describe(read("a.py", "python", b'def f():\n    """' + doc + b'"""\n'))
    assert all(len(row[4]) <= 2 * MAX_WORDS + 1 for row in head["symbols"])
    data = b"Title\n=====\n\n" + b"word " * 1_000_000
    assert len(sections_of(read("a.rst", "restructuredtext", data), data)) == MAX_SECTIONS


@pytest.mark.parametrize(
    "data", [b"a" * 1_000_000, b"=\n" * 500_000, b"a\n==\n" * 200_000, b"\\sub" * 250_000]
)
@pytest.mark.parametrize("language", ["restructuredtext", "text", "asciidoc", "tex"])
def test_a_hostile_document_takes_no_time(language: str, data: bytes) -> None:
    extraction = Extraction(language, 1, "utf-8", ascii=True)
    started = time.perf_counter()
    sections_of(extraction, data)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"sections": 5},
        {"sections": None},
        {"sections": "x" * (MAX_SECTIONS + 1)},
        {"sections": "\ud800"},
        {"symbols": [["a", "a", "class", 1]]},
        {"symbols": [["a", "a", "class", 1, None]]},
        {"symbols": [["a", "a", "class", 1, "\ud800"]]},
        {"symbols": [["a", "a", "class", 1, "x" * 10_000]]},
    ],
)
def test_an_answer_with_other_words_is_worthless(wrong: dict[str, Any]) -> None:
    head = {"intent": None, "symbols": [], "references": [], "sections": ""}
    assert content(KEY, head, b"").sections == ""
    with pytest.raises(FrameError):
        content(KEY, {**head, **wrong}, b"")
