"""The house keeps itself: budgets of size, and things that must not be in it."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = sorted((REPOSITORY / "server").rglob("*.py"))
_CORPUS = REPOSITORY / "tests" / "corpus"
TESTS = sorted(p for p in (REPOSITORY / "tests").rglob("*.py") if _CORPUS not in p.parents)


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_500_lines() -> None:
    assert [path.name for path in SOURCES if lines_of(path) > 500] == []


def test_the_median_file_fits_on_a_screen_or_two() -> None:
    sizes = [lines_of(path) for path in SOURCES if path.name != "__init__.py"]
    assert statistics.median(sizes) <= 130


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{path.name}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    mute = [
        str(path.relative_to(REPOSITORY))
        for path in SOURCES
        if path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert mute == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_no_test_sleeps(path: Path) -> None:
    sleep = re.compile(r"\b(?:time|asyncio)\." + r"sleep\(")
    assert sleep.search(path.read_text(encoding="utf-8")) is None


def test_every_invariant_of_the_map_names_a_test_that_is_there() -> None:
    page = (REPOSITORY / "doc" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    invariants = re.findall(r"^\*\*Invariant:\*\* .+ — (.+)$", page, re.MULTILINE)
    named = [name for line in invariants for name in re.findall(r"`(tests/[^`]+)`", line)]
    assert len(named) >= 8
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_the_contract_describes_every_request_and_verb() -> None:
    from dbp.cli import _VERBS  # the list itself is what is compared
    from dbp.lsp.requests import PASSED_ON

    page = (REPOSITORY / "doc" / "protocol.md").read_text(encoding="utf-8")
    requests = [*PASSED_ON, "dbp/settle", "dbp/metadata", "dbp/trust"]
    assert [name for name in requests if f"`{name}`" not in page] == []
    assert [verb for verb in _VERBS if f"`dbp {verb}" not in page] == []
