# ruff: noqa: E501 - tables of source text, odd letters included
"""What a hostile file may do to a reader: nothing but be cut short."""

from __future__ import annotations

import ast
import random
import sysconfig
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbp import codec
from dbp.clock import SystemClock
from dbp.extract.extraction import extract_bytes, extract_text
from dbp.extract.pool import ParserPool
from dbp.model import Content, ContentKey, Extraction
from dbp.ports import Excluded, ExtractionRequest, Failure

HOSTILE = {
    "open brackets": "(" * 40_000,
    "open braces": "{" * 40_000,
    "braces": "{}" * 20_000,
    "a long sum": "a+" * 100_000 + "a",
    "conditionals": "#if A\n" * 50_000,
    "nested conditionals": "#if A\nint f(void) { return 1; }\n" * 3_000,
    "comment ends": "/*" + "*/ " * 20_000,
    "nested functions": "".join("  " * n + f"def f{n}():\n" for n in range(99)) + "  " * 99 + "pass\n",
    "nested classes": "class A {" * 3_000,
    "calls": "f(" * 20_000,
    "arrows": "x=>" * 5_000,
    "quotes": '"' * 30_001,
    "headings": "# a\n" * 20_000,
    "links": "[a](b) " * 20_000,
    "exports": "export default function () {}\n" * 2_000,
    "sections": "# [Source file intent]\n// [Dependencies]\n" * 10_000,
    "suppressions": "# dbp: ignore[a] // dbp: ignore[b]\n" * 10_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    made = ParserPool(SystemClock(), max_processes=1, deadline_seconds=1.5)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["python", "c", "javascript", "rust", "markdown"])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_text_hurts_only_itself(pool: ParserPool, case: str, language: str) -> None:
    key = ContentKey("", language, pool.version)
    texts = [HOSTILE[case].encode(), b"# Says so.\n"]
    before = time.monotonic()
    hostile, honest = pool.extract([ExtractionRequest("a", key, text) for text in texts])
    assert time.monotonic() - before < 4
    assert isinstance(honest, Content)
    if isinstance(hostile, Failure):  # some grammars take all memory or all time for some texts
        assert hostile.code in ("timeout", "crashed", "memory")
    else:
        assert isinstance(hostile, Content)
        codec.decode(hostile.payload)


def test_ten_megabytes_on_one_line_do_not_hang() -> None:
    before = time.process_time()
    extract_text("a.md", "markdown", "[a](b) " * 1_400_000)
    extract_text("a.txt", "text", "# [Source file intent] " * 400_000)
    extract_text("a.rst", "restructuredtext", "`a` ==== .. x::" * 200_000)
    extract_text("a.sql", "sql", "dbp: ignore -- '" * 200_000)
    extract_text("a.ipynb", "notebook", '{"cells": [' + '{"source": ["a"]},' * 500_000)
    assert time.process_time() - before < 12


def test_nul_bytes_in_a_buffer_are_read() -> None:
    extraction = extract_text("a.py", "python", "def f(): pass\n\0\n")
    assert [symbol.name for symbol in extraction.symbols] == ["f"]
    assert [problem.code for problem in extraction.problems] == ["syntax_error"]
    assert extract_bytes("a.py", "python", b"def f(): pass\n\0\n") == Excluded("binary")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_symbols_are_found_in_every_encoding(encoding: str) -> None:
    data = "# é\ndef f(): pass\n".encode(encoding)
    extraction = extract_bytes("a.py", "python", data)
    assert isinstance(extraction, Extraction)
    assert extraction.symbols[0].range[:4] == (1, 0, 1, 13)


def test_python_symbols_are_those_of_ast() -> None:
    root = Path(sysconfig.get_paths()["stdlib"])
    files = random.Random(5).sample(  # noqa: S311 - a sample, no secret
        sorted(root.glob("*.py")) + sorted(root.glob("test/*.py")), 60
    )
    checked = 0
    for file in files:
        data = file.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(data)
            except SyntaxError:
                continue
        extraction = extract_bytes(file.name, "python", data)
        assert isinstance(extraction, Extraction)
        expected = sorted(
            (node.name, node.lineno - 1, (node.end_lineno or 0) - 1)
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        )
        found = []
        pending = list(extraction.symbols)
        while pending:
            symbol = pending.pop()
            pending.extend(symbol.children)
            found.append((symbol.name, symbol.range.start_line, symbol.range.end_line))
        assert sorted(found) == expected
        checked += len(found)
    assert checked > 1000
