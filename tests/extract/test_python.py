# ruff: noqa: E501, RUF001 - tables of source text, odd letters included
"""What is read of Python besides symbols: imports, what is public, docs, fingerprints."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from dbp.extract.python import read_module, read_python
from dbp.extract.text import Source
from dbp.facts import walk
from dbp.model import Symbol


def symbols(text: str) -> dict[str, Symbol]:
    return {symbol.qualified_name: symbol for symbol in walk(read_python(Source(text)))}


# ── imports ──

IMPORTS = [
    ("import a", [("a", (), "", (0, 7, 0, 8))]),
    ("import a.b as c, d", [("a.b", (), "", (0, 7, 0, 10)), ("d", (), "", (0, 17, 0, 18))]),
    ("from a.b import c, d as e", [("a.b", ("c", "d"), "", (0, 5, 0, 8))]),
    ("from . import a", [(".", ("a",), "", (0, 5, 0, 6))]),
    ("from ..a import *", [("..a", ("*",), "", (0, 5, 0, 8))]),
    ("from .. a  import (\n  b,\n)", [("..a", ("b",), "", (0, 5, 0, 9))]),
    ("from \\\n  a import b", [("a", ("b",), "", (1, 2, 1, 3))]),
    ("x = '𝔘'; import ä", [("ä", (), "", (0, 17, 0, 18))]),
    ("def f():\n  import a", [("a", (), "deferred", (1, 9, 1, 10))]),
    ("class A:\n  import a", [("a", (), "", (1, 9, 1, 10))]),
    ("class A:\n  def f(self):\n    class B:\n      import a", [("a", (), "deferred", (3, 13, 3, 14))]),
    ("if TYPE_CHECKING:\n  import a\nelse:\n  import b", [("a", (), "deferred", (1, 9, 1, 10)), ("b", (), "", (3, 9, 3, 10))]),
    ("if typing.TYPE_CHECKING:\n  try:\n    import a\n  except E: pass", [("a", (), "deferred", (2, 11, 2, 12))]),
    ("if __name__ == '__main__':\n  import a", [("a", (), "deferred", (1, 9, 1, 10))]),
    ("try:\n  import a\nexcept E:\n  import b\nelse:\n  import c\nfinally:\n  import d", [(name, (), "", (line, 9, line, 10)) for name, line in zip("abcd", (1, 3, 5, 7), strict=True)]),
    ("with a:\n  import a\nfor a in b:\n  import b\nmatch a:\n  case 1:\n    import c", [("a", (), "", (1, 9, 1, 10)), ("b", (), "", (3, 9, 3, 10)), ("c", (), "", (6, 11, 6, 12))]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IMPORTS)
def test_the_imports_of_a_file(text: str, expected: list[object]) -> None:
    references = read_module(Source(text), fingerprint=False).references
    assert {reference.kind for reference in references} == {"import"}
    assert [(item.target, item.names, item.role, item.range[:4]) for item in references] == expected


# ── public ──


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("def a(): pass\ndef _b(): pass", "a"),
        ("class A:\n  def b(self): pass\n  def _c(self): pass\n  class D: pass", "A A.D A.b"),
        ("class _A:\n  def b(self): pass", ""),
        ("def a():\n  def b(): pass\n  class C:\n    def d(self): pass", "a"),
        ("__all__ = ['_a']\ndef _a(): pass\ndef b(): pass", "_a"),
        ("__all__ = ('A',)\n__all__ += ['b']\nclass A:\n  def c(self): pass\n  def _d(self): pass\ndef b(): pass\ndef e(): pass", "A A.c b"),
        ("__all__: list[str] = []\n__all__.extend(['a'])\n__all__.append('b')\ndef a(): pass\ndef b(): pass\ndef c(): pass", "a b"),
        ("__all__ = other.__all__ + ['a']\ndef a(): pass\ndef b(): pass", "a b"),
    ],
)  # fmt: skip
def test_what_others_may_use_is_public(text: str, public: str) -> None:
    found = [name for name, symbol in symbols(text).items() if symbol.public]
    assert " ".join(sorted(found)) == public


# ── docs ──


def test_a_docstring_says_where_it_stands_in_utf16_columns() -> None:
    text = (
        'def f():\n    "𝔘 é"\n\nclass A: "x"; """y"""\n\ndef g():\n    r"""One.\n\n    𝔘 two."""\n'
    )
    found = symbols(text)
    assert found["f"].doc.range == (1, 4, 1, 10)
    assert found["A"].doc.range == (3, 9, 3, 12)
    assert found["g"].doc.range == (6, 4, 8, 14)
    assert symbols("def f(): 1")["f"].doc.range is None


def test_only_what_has_words_about_it_has_fingerprints() -> None:
    found = symbols("def f():\n  'Says.'\ndef g(): pass\ndef h(): ' '\n")
    assert len(found["f"].doc_hash) == len(found["f"].code_hash) == 16
    assert (found["g"].doc_hash, found["g"].code_hash) == ("", "")
    assert (found["h"].doc_hash, found["h"].code_hash) == ("", "")


# ── fingerprints ──

SAME = [
    ("def f(a, b): 'D'; return (a + b)", "def f(\n    a,\n    b,\n):\n    'Other.'\n    # why\n    return a + b"),
    ("def f(): 'D'; x = 'a' \"b\"; del (x, y)", "def f():\n  'D'\n  x = 'ab'\n  del x, y"),
    ("def f(): 'D'; x = 0XFF; y = u'a'", "def f():\n  'D'\n  x = 0xff\n  y = 'a'"),
    ("class A(): 'D'; x = 1", "class A:\n  'D'\n  x = 1"),
    ("def f():\n  'D'\n  def g():\n    'E'\n    return 1", "def f():\n  'D'\n  def g():\n    'E'\n    return 2"),
    ("class A:\n  'D'\n  def f(self): return 1", "class A:\n  'D'\n  def f(self, a): return 2"),
]  # fmt: skip
DIFFERENT = [
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n  h(b)\n  return a + 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n  return a + 'x'",
    "def f(a, *, b: int = 2) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "def f(a, *, b: bool = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "def f(a, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "@g\ndef f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a - 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'y'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + x",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b, b)\n  return a + 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    def h(b): pass\n  return a + 'x'",
    "def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    def h(b): return 1\n  return a + 'x'",
    "async def f(a, *, b: int = 1) -> str:\n  'D'\n  if a:\n    g(b)\n    h(b)\n  return a + 'x'",
    "class f:\n  'D'\n  x = 1",
    "class f(A):\n  'D'\n  x = 1",
    "class f(A):\n  'D'\n  x = 1\n  def g(self): pass",
    "class f(A):\n  'D'\n  x = 1\n  def h(self): pass",
    "class f(A):\n  'D'\n  x = 1\n  if y:\n    def h(self): pass",
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), SAME)
def test_laying_code_out_anew_keeps_its_fingerprint(first: str, second: str) -> None:
    [one], [other] = read_python(Source(first)), read_python(Source(second))
    assert one.code_hash == other.code_hash


def test_every_change_of_the_code_changes_its_fingerprint() -> None:
    hashes = [read_python(Source(text))[0].code_hash for text in DIFFERENT]
    assert len(set(hashes)) == len(hashes)


def test_the_fingerprint_of_a_file_is_that_of_its_code() -> None:
    def of(text: str) -> str:
        return read_module(Source(text), fingerprint=True).code_hash

    assert of('"""Says."""\nx = 1\ndef f(): "D"; return 1') == of(
        "# why\nx=1\n\n\ndef f():\n  return 1"
    )
    assert of("x = 1") != of("x = 2")
    assert read_module(Source("x = 1"), fingerprint=False).code_hash == ""


def documented(text: str) -> list[tuple[str, str, str]]:
    return [
        (symbol.qualified_name, symbol.doc_hash, symbol.code_hash)
        for symbol in walk(read_python(Source(text)))
        if symbol.code_hash
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        "line-length = 60",
        "line-length = 120\nformat.quote-style = 'single'\nformat.skip-magic-trailing-comma = true",
        "indent-width = 2\nformat.preview = true\nformat.indent-style = 'tab'",
    ],
)
def test_no_layout_of_ruff_changes_a_fingerprint(tmp_path: Path, options: str) -> None:
    (tmp_path / "ruff.toml").write_text(options)
    stdlib = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    originals: dict[Path, str] = {}
    for file in random.Random(7).sample(stdlib, 60):  # noqa: S311 - a sample, no secret
        originals[tmp_path / file.name] = file.read_text(encoding="utf-8")
    for file, text in originals.items():
        file.write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache", str(tmp_path)]
    subprocess.run(ruff, check=True)
    compared = 0
    for file, text in originals.items():
        laid_out = file.read_text(encoding="utf-8")
        before, after = documented(text), documented(laid_out)
        assert [(name, code) for name, _, code in after] == [
            (name, code) for name, _, code in before
        ]
        compared += len(before)
    assert compared > 500


# ── hostile ──


def test_strange_files_are_read() -> None:
    for text in (
        "x = 0x" + "f" * 9000,
        "def f():\n  'D'\n  return " + "0x" + "f" * 9000,
        "x = '\\ud800'",
        "def f():\n  '\\ud800'",
    ):
        read_module(Source(text), fingerprint=True)
    chain = "if a: pass\n" + "elif a: pass\n" * 700
    try:
        read_module(Source(chain), fingerprint=True)
    except RecursionError:
        pytest.fail("a chain of conditions is no nesting")


@pytest.mark.parametrize("unit", ["import a\n", "from a import b\n", "def f():\n '@a:'\n", "x = a.b.c(d, 'e')\n", "__all__ += ['a']\n"])  # fmt: skip
def test_the_time_to_read_python_is_linear(unit: str) -> None:
    source = Source(unit * (400_000 // len(unit)))
    before = time.process_time()
    ast.parse(source.text)
    parsing = time.process_time() - before
    before = time.process_time()
    read_module(source, fingerprint=True)
    assert time.process_time() - before < 6 * parsing + 1
