# ruff: noqa: E501, Q003 - tables of source text
"""A symbol's name is cut out of the text by its range exactly, whatever stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from dbp.extract.extraction import extract_bytes, extract_text
from dbp.languages import LANGUAGES
from dbp.model import Extraction, Range, Symbol

# The odd letters stand in a comment or string before the name and on its line: an emoji (two UTF-16
# units), one joined out of five, CJK, a combining accent, a tab.
ODD = "\t😀👩‍👧 好 e\u0301"
LINES = {
    "python": f"s = '{ODD}'\ndef f(a='{ODD}'): pass\nif 1: z = '{ODD}'; \nclass C: s = '{ODD}'; \n\tdef m(self): pass\n",
    "javascript": f"/* {ODD} */ function f(a) {{}}\n\tconst g = '{ODD}', h = () => 1;\n/* {ODD} */ class C {{ /* {ODD} */ m() {{}} '好'() {{}} }}\n",
    "typescript": f"/* {ODD} */ interface I {{ /* {ODD} */ m(a: '好'): void; p: () => void }}\nnamespace /* {ODD} */ N {{ enum E {{}} }}\n",
    "go": f"package p\n/* {ODD} */ func f(a int) {{}}\ntype /* {ODD} */ T struct {{ x string `{ODD}` }}\n",
    "rust": f"/* {ODD} */ fn f(a: u8) {{ }}\nmod /* {ODD} */ m {{ /* {ODD} */ struct S; }}\n",
    "java": f"/* {ODD} */ class A {{ /* {ODD} */ void f(int a) {{ }} String s = \"{ODD}\"; void g() {{ }} }}\n",
    "c": f"/* {ODD} */ int f(int a) {{ return 1; }}\nchar *s = \"{ODD}\"; struct s {{ int x; }};\n/** {ODD} */ int /* {ODD} */ p(void);\n",
    "cpp": f"namespace n {{ /* {ODD} */ class LIB_API C {{ /* {ODD} */ int f() LIB_CONST {{ return 1; }} }}; }}\n",
    "csharp": f"/* {ODD} */ class A {{ string s = \"{ODD}\"; /* {ODD} */ void F(int a) {{ }} }}\n",
    "kotlin": f"/* {ODD} */ class A {{\n  val s = \"{ODD}\"; /* {ODD} */ fun f(a: Int) {{ }}\n}}\n",
    "swift": f"/* {ODD} */ class A {{\n  let s = \"{ODD}\"; /* {ODD} */ func f(a: Int) {{ }}\n}}\n",
    "ruby": f"s = '{ODD}'; def f(a); end\nclass C; s = '{ODD}'; def m; end; end\n",
    "shellscript": f"s='{ODD}'; f() {{ :; }}\n",
    "php": f"<?php /* {ODD} */ function f($a) {{ }}\n/* {ODD} */ class A {{ /* {ODD} */ function m() {{ }} }}\n",
    "markdown": f"# A 😀 好\n{ODD}\n\n## Be 👩‍👧\n\n```\n{ODD}\n```\n\nSee 😀\n====\n",
}  # fmt: skip
LINES["javascriptreact"] = LINES["javascript"]
LINES["typescriptreact"] = LINES["typescript"]
COUNTS = {
    "python": 3, "javascript": 5, "typescript": 5, "go": 2, "rust": 3, "java": 3, "c": 3, "cpp": 3, "csharp": 2,
    "kotlin": 2, "swift": 2, "ruby": 3, "shellscript": 1, "php": 3, "markdown": 3, "javascriptreact": 5,
    "typescriptreact": 5,
}  # fmt: skip
ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def flat(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    for symbol in symbols:
        yield symbol
        yield from flat(symbol.children)


def cut(text: str, place: Range) -> str:
    """Cut a range out of a text as an LSP client does: lines end at LF, CR LF and CR alone."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    start_line, start, end_line, end = place
    if start_line != end_line:
        first = units(lines[start_line], start, None)
        return first + "".join(lines[start_line + 1 : end_line]) + units(lines[end_line], 0, end)
    return units(lines[start_line], start, end)


def units(line: str, start: int, end: int | None) -> str:
    wide = line.encode("utf-16-le")
    return wide[start * 2 : None if end is None else end * 2].decode("utf-16-le")


def names(extraction: Extraction, text: str) -> list[str]:
    found = []
    for symbol in flat(extraction.symbols):
        written = cut(text, symbol.selection_range)
        assert written == symbol.name
        assert written in cut(text, symbol.range)
        found.append(written)
    return found


def test_every_language_with_symbols_is_here() -> None:
    assert set(LINES) == {item.name for item in LANGUAGES if item.grammar} | {"markdown"}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("language", LINES)
def test_a_name_is_where_its_range_says(language: str, end: str) -> None:
    text = LINES[language].replace("\n", ENDS[end])
    assert len(names(extract_text("a", language, text), text)) == COUNTS[language]


@pytest.mark.parametrize("language", LINES)
def test_form_feeds_and_line_separators_end_no_line(language: str) -> None:
    text = LINES[language].replace("😀", "😀\u2028\x85\u2029")
    if language not in ("python", "markdown", "ruby", "shellscript"):
        text = text.replace("*/ ", "*/ \f")
    extraction = extract_text("a", language, text)
    assert extraction.lines == len(re.findall("\n", text))
    if language != "markdown":  # a heading with a line separator has no one name
        names(extraction, text)


@pytest.mark.parametrize("language", LINES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_moves_nothing(language: str, encoding: str) -> None:
    text = LINES[language]
    extraction = extract_bytes("a", language, text.encode(encoding))
    assert isinstance(extraction, Extraction)
    assert len(names(extraction, text)) == COUNTS[language]


def test_a_mark_inside_a_buffer_is_a_letter_like_others() -> None:
    text = "\ufeff/* 😀 */ function f() {}\n"
    assert names(extract_text("a", "javascript", text), text) == ["f"]
