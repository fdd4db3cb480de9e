"""Python's symbols against an oracle that shares no code with the reader: a plain visitor of `ast`.

All of the standard library, tests included, and all of Django when it is there: `DBP_ORACLE_DJANGO`
names its folder, or `python tests/oracles/fetch.py` puts it below `.oracles/`.
"""

from __future__ import annotations

import ast
import io
import os
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dbp.extract.extraction import extract_bytes
from dbp.model import Extraction, Symbol
from dbp.ports import Excluded

ORACLES = Path(__file__).resolve().parents[2] / ".oracles"


class Seen(NamedTuple):
    """One definition, as both sides tell it."""

    path: str
    kind: str
    first: int
    last: int
    parameters: tuple[str, ...]
    doc: str


class Visitor(ast.NodeVisitor):
    """Lists definitions with what they stand in."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.around: list[tuple[str, str]] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Note a class."""
        self.enter(node, "class", ())

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Note a function or method."""
        inside = bool(self.around) and self.around[-1][1] == "class"
        arguments = node.args
        order = [*arguments.posonlyargs, *arguments.args, arguments.vararg]
        order += [*arguments.kwonlyargs, arguments.kwarg]
        names = tuple(argument.arg for argument in order if argument is not None)
        self.enter(node, "method" if inside else "function", names)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast calls it

    def enter(
        self,
        node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
        kind: str,
        parameters: tuple[str, ...],
    ) -> None:
        """Note a definition and look inside it."""
        path = ".".join([*(name for name, _ in self.around), node.name])
        doc = " ".join((ast.get_docstring(node) or "").split())
        last = node.end_lineno or node.lineno
        self.seen.append(Seen(path, kind, node.lineno - 1, last - 1, parameters, doc))
        self.around.append((node.name, kind))
        self.generic_visit(node)
        self.around.pop()


def told_by_ast(tree: ast.Module) -> list[Seen]:
    visitor = Visitor()
    visitor.visit(tree)
    return visitor.seen


def told_by_us(symbols: tuple[Symbol, ...], lines: list[str], above: str = "") -> Iterator[Seen]:
    for symbol in symbols:
        path = f"{above}.{symbol.name}" if above else symbol.name
        assert symbol.qualified_name == path
        where = symbol.doc.range
        doc = "" if where is None else " ".join(written(lines, *where).split())
        kind, first, last = symbol.kind, symbol.range.start_line, symbol.range.end_line
        yield Seen(path, kind, first, last, symbol.parameters, doc)
        yield from told_by_us(symbol.children, lines, path)


def written(lines: list[str], start_line: int, start: int, end_line: int, end: int) -> str:
    """Evaluate the literal that stands in a range of UTF-16 columns."""
    taken = [line.encode("utf-16-le", "surrogatepass") for line in lines[start_line : end_line + 1]]
    taken[-1] = taken[-1][: 2 * end]
    taken[0] = taken[0][2 * start :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # escapes that are none
        text = b"".join(taken).decode("utf-16-le", "surrogatepass")
        value = ast.literal_eval(f"({text})")
    assert isinstance(value, str)
    return value


def parsed(data: bytes) -> ast.Module | None:
    """Parse as Python does; None for what it cannot read (there are such files in its tests)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError):
            return None


def compare(files: list[Path]) -> tuple[int, list[str]]:
    """Count the definitions that are equal and list each difference."""
    equal, differences = 0, []
    for file in files:
        data = file.read_bytes()
        tree = parsed(data)
        if tree is None:
            continue
        extraction = extract_bytes(file.name, "python", data)
        if isinstance(extraction, Excluded):
            differences.append(f"{file}: {extraction.reason}")
            continue
        assert isinstance(extraction, Extraction)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        lines = [f"{line}\n" for line in text.split("\n")]
        ours = list(told_by_us(extraction.symbols, lines))
        expected = sorted(told_by_ast(tree))
        if sorted(ours) == expected:
            equal += len(expected)
        else:
            wrong = set(ours) ^ set(expected)
            differences += [f"{file}: {seen}" for seen in sorted(wrong)]
    return equal, differences


def below(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_the_symbols_of_the_standard_library_are_those_of_ast(part: int) -> None:
    files = below(Path(sysconfig.get_paths()["stdlib"]))[part::6]
    equal, differences = compare(files)
    assert differences == []
    assert equal > 10_000


@pytest.mark.slow
def test_the_symbols_of_django_are_those_of_ast() -> None:
    named = os.environ.get("DBP_ORACLE_DJANGO")
    roots = [Path(named)] if named else sorted(ORACLES.glob("django-*"))
    if not roots:
        pytest.skip("no Django here: DBP_ORACLE_DJANGO, or tests/oracles/fetch.py")
    equal, differences = compare(below(roots[0]))
    assert differences == []
    assert equal > 30_000
