# ruff: noqa: E501 - tables of source text
"""Notebooks as they lie on disk: the header, symbols, and ranges in the raw JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.extraction import extract_text
from dbp.extract.notebook import read_notebook
from dbp.model import Extraction, Range, Symbol


def notebook(*cells: tuple[str, Any], language: str = "python") -> dict[str, Any]:
    return {
        "cells": [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells],
        "metadata": {"language_info": {"name": language}},
        "nbformat": 4,
    }


def read(data: object, **layout: Any) -> tuple[Extraction, str]:
    text = json.dumps(data, **layout)
    return extract_text("a.ipynb", "notebook", text), text


def cut(text: str, where: Range) -> str:
    lines = text.split("\n")[where.start_line : where.end_line + 1]
    units = [line.encode("utf-16-le") for line in lines]
    units[-1] = units[-1][: 2 * where.end_character]
    units[0] = units[0][2 * where.start_character :]
    return "\n".join(unit.decode("utf-16-le") for unit in units)


def every(symbols: tuple[Symbol, ...]) -> Iterator[Symbol]:
    for symbol in symbols:
        yield symbol
        yield from every(symbol.children)


LAYOUTS: list[dict[str, Any]] = [
    {},
    {"indent": 1},
    {"indent": 1, "ensure_ascii": False},
    {"indent": 4, "sort_keys": True},
    {"separators": (",", ":")},
]
CODE = 'x = "🍎\\t漢"\n%time y\nclass Käse:\n    """Cheese."""\n\n    def reifen(self, wochen):\n        return "\\n"\n'


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("source", [CODE, CODE.splitlines(keepends=True)], ids=["text", "lines"])
def test_symbols_stand_where_they_are_in_the_file(layout: dict[str, Any], source: Any) -> None:
    extraction, text = read(notebook(("markdown", "# A\n\nSays so."), ("code", source)), **layout)
    header = extraction.header
    assert header is not None
    assert (header.format, header.title, header.intent) == ("notebook", "A", "Says so.")
    cell = json.loads(cut(text, header.range))
    assert cell["cell_type"] == "markdown"
    found = list(every(extraction.symbols))
    assert [symbol.name for symbol in found] == ["Käse", "reifen"]
    for symbol in found:
        assert json.loads(f'"{cut(text, symbol.selection_range)}"') == symbol.name
        assert cut(text, symbol.range).startswith(("class ", "def "))
        assert cut(text, symbol.range).endswith('return \\"\\\\n\\"')


def test_what_is_no_python_has_no_symbols() -> None:
    extraction, _ = read(notebook(("code", "def f(): pass"), language="R"))
    assert extraction.symbols == ()
    extraction, _ = read(notebook(("code", "%%bash\ndef f(): pass"), ("code", "def f(:\n")))
    assert extraction.symbols == ()
    assert extraction.header is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", "{}", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{}]}', '{"cells": [{"source": 1, "cell_type": []}]}',
     '{"cells": [{"cell_type": "markdown", "source": [1, "a"]}], "metadata": []}', "[" * 100_000,
     '{"cells":' * 50_000, '{"a": ' + "9" * 10_000 + "}", '{"cells": [{"cell_type": "code", "source": "\\ud800 def f(): pass"}]}'],
)  # fmt: skip
def test_a_broken_notebook_is_read_all_the_same(text: str) -> None:
    extraction = extract_text("a.ipynb", "notebook", text)
    assert extraction.language == "notebook"
    assert {problem.code for problem in extraction.problems} <= {"syntax_error"}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["code", "markdown", "raw"]), st.text(max_size=60)), max_size=4
    ),
    st.sampled_from(LAYOUTS),
)
def test_any_notebook_is_read(cells: list[tuple[str, str]], layout: dict[str, Any]) -> None:
    code = ("code", "# 🍎\ndef found(): pass\n")
    extraction, text = read(notebook(*cells, code), **layout)
    last = [symbol for symbol in extraction.symbols if symbol.name == "found"][-1]
    assert cut(text.replace("\r", "\n"), last.selection_range) == "found"


def test_a_large_notebook_takes_little_time() -> None:
    cells = [("code", "def f():\n    return 'é'\n" * 200)] * 300
    for layout in LAYOUTS:
        text = json.dumps(notebook(*cells), **layout)
        before = time.process_time()
        read_notebook(text, lambda _: None, lambda _: [])
        assert time.process_time() - before < 2
    extract_text(
        "a.ipynb",
        "notebook",
        json.dumps(notebook(("code", "def f(): 'é'\n" * 15_000)), ensure_ascii=False),
    )
    assert time.process_time() - before < 6
