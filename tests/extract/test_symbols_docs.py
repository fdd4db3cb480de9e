# ruff: noqa: E501, RUF001 - tables of source text
"""Where a doc comment stands, and the fingerprints of what it says and of what it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from dbp.extract import registry
from dbp.extract.extraction import extract_text
from dbp.extract.syntax import read_syntax
from dbp.extract.text import Source
from dbp.model import Symbol


def flat(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    for symbol in symbols:
        yield symbol
        yield from flat(symbol.children)


def read(language: str, text: str) -> dict[str, Symbol]:
    found = read_syntax(Source(text), registry.lookup(language))
    return {symbol.qualified_name: symbol for symbol in flat(found.symbols)}


WHERE = {
    "javascript": ("'𝔘'; /* no */\n\t/** Says\n\t * it. */\n\tfunction f() {}\n", "f", (1, 1, 2, 10)),
    "typescript": ("/** One. */\n/** 𝔘 Two. */\n@dec\nclass A {}\n", "A", (0, 0, 1, 14)),
    "go": ("package p\n\n// Says.\n// More.\nfunc F() {}\n", "F", (2, 0, 3, 8)),
    "rust": ("/// Says.\n#[x]\nfn f() {}\n", "f", (0, 0, 1, 0)),
    "java": ("/** A. */ class A {\n  /** 好. */ void f() {}\n}\n", "A.f", (1, 2, 1, 11)),
    "c": ("/**\n * f() - Says.\n */\nint f(int a);\n", "f", (0, 0, 2, 3)),
    "kotlin": ("/** Says. */\nfun f() {}\n", "f", (0, 0, 0, 12)),
    "swift": ("/// Says.\nfunc f() {}\n", "f", (0, 0, 0, 9)),
    "python": ('def f(a):\n    """Says 𝔘."""\n    ret urn\n', "f", (1, 4, 1, 18)),
    "shellscript": ("# Says.\nf() { :; }\n", "f", (0, 0, 0, 7)),
}  # fmt: skip


@pytest.mark.parametrize("language", WHERE)
def test_a_doc_says_where_it_stands(language: str) -> None:
    text, name, place = WHERE[language]
    assert read(language, text)[name].doc.range == place


def test_without_a_doc_comment_there_is_neither_place_nor_fingerprint() -> None:
    [symbol] = read("go", "package p\n\n// Of nothing.\n\nfunc F() {}\n").values()
    assert (symbol.doc.range, symbol.doc_hash, symbol.code_hash) == (None, "", "")


def test_an_empty_comment_documents_nothing() -> None:
    [symbol] = read("c", "/* ---- */\nint f(void) { return 1; }\n").values()
    assert (symbol.doc_hash, symbol.code_hash) == ("", "")


JAVA = """
/** A class. */
class A {
    int x;
    /** A method. */
    int f(int a) { return a + 1; }
    int g() { return 2; }
}
"""


def changed(language: str, text: str, old: str, new: str) -> set[str]:
    before, after = read(language, text), read(language, text.replace(old, new))
    assert text.replace(old, new) != text
    return {
        f"{kind} {name}"
        for name, symbol in before.items()
        for kind, was, now in (
            ("doc", symbol.doc_hash, after[name].doc_hash),
            ("code", symbol.code_hash, after[name].code_hash),
        )
        if was != now
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("A class.", "A  class.", set()),
        ("A class.", "One class.", {"doc A"}),
        ("A method.", "A way.", {"doc A.f"}),
        ("a + 1", "a  +  1", set()),
        ("a + 1", "a + 2", {"code A.f"}),
        ("return 2", "return 3", set()),
        ("int g()", "long g()", {"code A"}),
        ("int f(int a)", "int f(long a)", {"code A", "code A.f"}),
        ("int x", "int y", {"code A"}),
    ],
)
def test_a_class_answers_for_its_members_and_not_for_how_they_work(
    old: str, new: str, expected: set[str]
) -> None:
    assert changed("java", JAVA, old, new) == expected


TYPESCRIPT = """
/** Outer. */
export function outer() {
  const plain = () => 1;
  /** Inner. */
  const told = () => { return 2; };
}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("=> 1", "=> 3", {"code outer"}),
        ("return 2", "return 4", {"code outer.told"}),
        ("Inner.", "Within.", {"doc outer.told"}),
        ("const told = ()", "const told = (a)", {"code outer", "code outer.told"}),
    ],
)
def test_a_function_answers_for_the_functions_inside_that_say_nothing_themselves(
    old: str, new: str, expected: set[str]
) -> None:
    assert changed("typescript", TYPESCRIPT, old, new) == expected


RUST = "/// Holds.\npub struct S { a: u8 }\n/// Is a room.\nmod m {\n    impl S { fn f(&self) -> u8 { 1 } }\n}\n"


def test_an_impl_is_part_of_the_module_and_its_bodies_are_not() -> None:
    assert changed("rust", RUST, "{ 1 }", "{ 2 }") == set()
    assert changed("rust", RUST, "-> u8", "-> u16") == {"code m"}
    assert changed("rust", RUST, "a: u8", "a: u16") == {"code S"}


def test_the_fingerprint_is_of_the_file_and_not_of_what_the_parser_was_given() -> None:
    text = "/** Says. */\nint f() LIB_NOEXCEPT { return LIB_A(1); }\n"
    assert changed("cpp", text, "LIB_A(1)", "LIB_B(1)") == {"code f"}


def test_line_ends_change_no_fingerprint() -> None:
    before = read("java", JAVA)
    for end in ("\r\n", "\r"):
        after = read("java", JAVA.replace("\n", end))
        for name, symbol in before.items():
            assert (symbol.doc_hash, symbol.code_hash) == (
                after[name].doc_hash,
                after[name].code_hash,
            )


@pytest.mark.parametrize(
    ("language", "text", "summary"),
    [
        ("javascript", "// dbp: ignore[a]\nfunction f() {}\n", None),
        ("c", "/* Says. */\n/* dbp: ignore[a, b] */\nint f(void) { return 1; }\n", "Says."),
        ("go", "package a\n\n// dbp: ignore\nfunc F() {}\n", None),
        ("rust", "/// Says.\n// dbp: ignore-file[a]\npub fn f() {}\n", "Says."),
        ("ruby", "# Says dbp: ignore\ndef f; end\n", "Says dbp: ignore"),
    ],
)
def test_a_wish_for_silence_documents_nothing(
    language: str, text: str, summary: str | None
) -> None:
    (symbol,) = extract_text("a", language, text).symbols
    assert symbol.doc.summary == summary
    assert bool(symbol.doc_hash) == (summary is not None)
