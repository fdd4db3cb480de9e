# ruff: noqa: E501, RUF001, ISC004 - tables of source text, odd letters included
"""Symbols of every language, as tables: `kind qualified.name(parameters) [lines] summary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from dbp.extract.extraction import extract_text
from dbp.extract.text import Source
from dbp.model import Extraction, Symbol


def flat(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    for symbol in symbols:
        yield symbol
        yield from flat(symbol.children)


def told(extraction: Extraction) -> list[str]:
    out = []
    for symbol in flat(extraction.symbols):
        parameters = f"({', '.join(symbol.parameters)})" if symbol.parameters else ""
        summary = f" | {symbol.doc.summary}" if symbol.doc.summary else ""
        out.append(f"{symbol.kind} {symbol.qualified_name}{parameters}{summary}")
    return out


CASES = {
    "python": (
        '@decorated\nclass A(B):\n    """Does it. More."""\n    async def f(self, a, /, b=1, *c, d, **e):\n'
        "        def g(): pass\n        if a:\n            class C: pass\n    x = lambda y: 1\n"
        "try:\n    def h(): '[Function intent]\\nWhy.'\nexcept E:\n    def i(): pass\nelse:\n    def j(): pass\n"
        "match x:\n    case 1:\n        def k(): pass\n",
        ["class A | Does it.", "method A.f(self, a, b, c, d, e)", "function A.f.g", "class A.f.C", "function h | Why.",
         "function i", "function j", "function k"],
    ),
    "python, broken": (
        'class A:\n    """Does it."""\n    @x\n    def f(self, a: int = 1, *b, c=2, **d): pass\n\ndef g(x, (y)):\n  ret urn\n',
        ["class A | Does it.", "method A.f(self, a, b, c, d)", "function g(x, y)"],
    ),
    "javascript": (
        "/** Does it. */\nexport default function(a, b = 1, {c}, ...d) {}\nexport const f = async x => {};\n"
        "module.exports = { m(a) {}, k: function(z) {}, 'q r': 1 };\n"
        "class A extends B { static #p = () => 1; get x() { return 1 } constructor(a) { super() } }\n"
        "obj.prototype.foo = function(a) { function inner() {} };\n(function() { function iife() {} })();\n"
        "function* gen() {}\nlet n = 1;\n",
        ["function default(a, b, c, d) | Does it.", "function f(x)", "function m(a)", "function k(z)", "class A",
         "method A.#p", "method A.x", "method A.constructor(a)", "function obj.foo(a)", "function obj.foo.inner",
         "function iife", "function gen"],
    ),
    "typescript": (
        "// Says I.\nexport interface I<T> { m(a: number): void; }\n"
        "/** Says C. */\n@dec()\nexport abstract class C { constructor(private x: number, y?: string) {} abstract z(a): void }\n"
        "declare function d(a: string): void;\ntype T = string;\nenum E { A }\nnamespace N.M { export function q() {} }\n",
        ["interface I | Says I.", "method I.m(a)", "class C | Says C.", "method C.constructor(x, y)", "method C.z(a)",
         "function d(a)", "type T", "enum E", "namespace N.M", "function N.M.q"],
    ),
    "typescriptreact": ("const A = ({ b }: P) => <div>{b}</div>;\n", ["function A(b)"]),
    "go": (
        "package p\n\n// A is it.\ntype A struct{ x int }\n\ntype (\n\t// B too.\n\tB interface{ M(a int) }\n\tC = int\n)\n\n"
        "// Foo does it.\nfunc (a *A[T]) Foo(x, y int, z ...string) error { return nil }\nfunc main() {}\n",
        ["struct A | A is it.", "interface B | B too.", "method B.M(a)", "type C", "method A.Foo(x, y, z) | Foo does it.",
         "function main"],
    ),
    "rust": (
        "/// Holds it.\n#[derive(X)]\npub struct S<T> { a: T }\nimpl<T> fmt::Display for S<T> {\n"
        "    // Writes.\n    fn fmt(&self, mut f: &mut F, (a, b): (i32, i32)) {}\n}\ntrait T { fn m(&self); }\n"
        "mod a { pub fn b() { fn c() {} } }\ntype Z = u8;\nunion U { a: u8 }\nenum E { A }\n",
        ["struct S | Holds it.", "method S.fmt(self, f, a, b) | Writes.", "trait T", "method T.m(self)", "module a",
         "function a.b", "function a.b.c", "type Z", "union U", "enum E"],
    ),
    "java": (
        "package x.y;\n/** Is it. */\npublic class A {\n  /** Does <b>it</b>. */\n  @Override public void f(int a, String... b) { class L { void q() {} } }\n"
        "  A(int z) {}\n  enum E { X { void o() {} }; void p() {} }\n}\ninterface I { void g(); }\nrecord R(int a) { R {} }\n@interface Q {}\n",
        ["class A | Is it.", "method A.f(a, b) | Does it.", "class A.f.L", "method A.f.L.q", "method A.A(z)", "enum A.E",
         "method A.E.o", "method A.E.p", "interface I", "method I.g", "class R(a)", "method R.R", "interface Q"],
    ),
    "c": (
        "/* Does it.\n * More. */\nstatic __init int f(struct a *p, const char *argv[], int (*cb)(int q), ...)\n{\n}\n"
        "int old(a, b) int a; char *b; { return 0; }\nint (*fp(int z))(int) { }\n"
        "SYSCALL_DEFINE2(open, int, a)\n{\n\treturn 1;\n}\n"
        "#if X\nint g(void) { return 1; }\n#else\nint g(int b) { return 2; }\n#endif\n"
        "typedef struct foo { int a; } foo_t;\nstruct s { union u { int a; } u; enum e { A } x; } __packed;\nstruct mention *m;\n",
        ["function f(p, argv, cb) | Does it.", "function old(a, b)", "function fp(z)", "function open", "function g",
         "function g(b)", "type foo_t", "struct foo_t.foo", "struct s", "union s.u", "enum s.e"],
    ),
    "cpp": (
        "namespace a::b {\n/// Is it.\ntemplate <class T> class C : public D {\npublic:\n  C(int x) : y(x) {}\n"
        "  int f(int &a, T &&b) const { return 1; }\n  bool operator==(const C &o) { return 1; }\n  struct In { int z; };\n};\n}\n"
        'int a::b::C<int>::g(int *q) { return 1; }\nenum class E : int { A };\nusing T = int;\nextern "C" { void h() {} }\n'
        "C::operator int() {}\nC::~C() {}\nnamespace { int anon() { return 1; } }\nclass EXPORT Foo { void z() {} };\n",
        ["namespace a.b", "class a.b.C | Is it.", "method a.b.C.C(x)", "method a.b.C.f(a, b)", "method a.b.C.operator==(o)",
         "struct a.b.C.In", "method a.b.C.g(q)", "enum E", "type T", "function h", "method C.operator int", "method C.~C",
         "function anon", "class Foo", "method Foo.z"],
    ),
    "csharp": (
        "namespace A.B {\n  /// <summary>Is it.</summary>\n  class C {\n    [X] public void M(int a) { void L(int q) {} }\n    C(int a) {}\n"
        "    enum E { A }\n    struct S {}\n    interface I { void G(); }\n    record R(int a);\n    delegate void D(int x);\n"
        "    public static C operator +(C a, C b) { return a; }\n    ~C() {}\n  }\n}\n",
        ["namespace A.B", "class A.B.C | Is it.", "method A.B.C.M(a)", "function A.B.C.M.L(q)", "method A.B.C.C(a)",
         "enum A.B.C.E", "struct A.B.C.S", "interface A.B.C.I", "method A.B.C.I.G", "class A.B.C.R",
         "type A.B.C.D(x)", "method A.B.C.operator +(a, b)", "method A.B.C.~C"],
    ),
    "kotlin": (
        'package a\n/** Is it. */\n@X\nopen class A<T>(private val x: Int, y: String = "") : B() {\n'
        '  companion object { fun make() {} }\n  constructor(z: Int) : this(z, "")\n'
        "  /** Does it. */\n  override suspend fun <T> f(a: Int, vararg b: String, c: (Int) -> Unit): Int { fun g() {}; return 1 }\n"
        "  val p: Int get() = 1\n  enum class E(val v: Int) {\n    X { fun o() {} },\n    Y;\n    fun p() {}\n  }\n}\n"
        "sealed interface S {\n  fun m(x: Int)\n}\nfun interface F {\n  fun m()\n}\nobject O {\n  fun z() {}\n}\ndata class D(val a: Int)\n"
        "annotation class Q\ntypealias T = Int\nfun String.ext(a: Int) = 1\nfun main() {\n  val l = object : R {\n    override fun run() {}\n  }\n}\n",
        ["class A(x, y) | Is it.", "class A.Companion", "method A.Companion.make", "method A.constructor(z)",
         "method A.f(a, b, c) | Does it.", "function A.f.g", "enum A.E(v)", "method A.E.o", "method A.E.p", "interface S",
         "method S.m(x)", "interface F", "method F.m", "class O", "method O.z", "class D(a)", "class Q", "type T",
         "function ext(a)", "function main", "function main.run"],
    ),
    "swift": (
        "import A\n/// Is it.\n@objc public class C<T>: B {\n  /// Does it.\n"
        "  @discardableResult static func f(_ a: Int, with b: String, c: Int = 1) -> Int { func g() {}; return 1 }\n"
        "  init?(y z: Int) {}\n  deinit {}\n  subscript(i: Int) -> Int { return 1 }\n  var p: Int { get { 1 } }\n  class In {}\n}\n"
        "struct S { mutating func m() {} }\nenum E: Int { case a = 1; func h() {} }\n"
        "protocol P { func m(a: Int); associatedtype X; init(a: Int) }\nextension C.In { func e() {} }\n"
        "actor Ac { func q() {} }\ntypealias T = Int\nfunc top(_ x: inout Int) {}\n#if DEBUG\nfunc d() {}\n#endif\n",
        ["class C | Is it.", "method C.f(a, b, c) | Does it.", "function C.f.g", "method C.init(z)", "method C.deinit",
         "method C.subscript(i)", "class C.In", "struct S", "method S.m", "enum E", "method E.h", "interface P",
         "method P.m(a)", "type P.X", "method P.init(a)", "method C.In.e", "class Ac", "method Ac.q", "type T",
         "function top(x)", "function d"],
    ),
    "ruby": (
        "# Is it.\nmodule A::B\n  class C < D\n    # Does it.\n    def f(a, b = 1, *c, d:, **e, &g); end\n    def self.s; end\n"
        "    class << self\n      def t; end\n    end\n    private def pp; end\n  end\nend\n",
        ["module A.B | Is it.", "class A.B.C", "method A.B.C.f(a, b, c, d, e, g) | Does it.", "method A.B.C.s",
         "method A.B.C.t", "method A.B.C.pp"],
    ),
    "shellscript": (
        "# Does it.\nf() { g() { :; }; }\nfunction h { :; }\nif true; then k() { :; }; fi\n",
        ["function f | Does it.", "function f.g", "function h", "function k"],
    ),
    "php": (
        "<?php\nnamespace A\\B;\n/** Is it. */\n#[X]\nabstract class C extends D { public function f(int $a, &$b = 1, ...$c) {} }\n"
        "function g($x) {}\ninterface I { function m(); }\ntrait T {}\nenum E: int { case A = 1; function q() {} }\nif (1) { function h() {} }\n",
        ["namespace A.B", "class C | Is it.", "method C.f($a, $b, $c)", "function g($x)", "interface I", "method I.m",
         "trait T", "enum E", "method E.q", "function h"],
    ),
    "markdown": (
        "# One `a`\n\n## Two [b](c.md)\n```\n# not\n```\n### Three ###\n## Four\n\nFive\n====\n<!--\n# no\n-->\n",
        ["section One a", "section One a.Two b", "section One a.Two b.Three", "section One a.Four", "section Five"],
    ),
}  # fmt: skip


MORE = {
    "typescript, signatures": (
        "interface I { readonly m: (a: string) => void; n: number; 'o p'(): void }\nconst f = ((a) => a) as F;\n"
        "declare module 'x' { function g(): void }\n",
        ["interface I", "method I.m(a)", "method I.o p", "function f(a)", "module x", "function x.g"],
    ),
    "typescript, overloads": (
        "interface I {\n  // one\n  <T>(a: T): T\n  /** two */\n  <T>(a: string, b: T): T\n}\nexport type W<type> = type extends string ? 1 : 2\n"
        "class V<in out T> { m(this: V<T>, a: T) {} }\nfunction f() {}\n",
        ["interface I", "type W", "class V", "method V.m(a)", "function f"],
    ),
    "rust, deep inside": (
        "fn f() { match x { A => { struct B; impl C for B { type D = u8; fn g(&self) {} } } } }\ntrait T { type R; fn m(&self); }\nmod q;\n",
        ["function f", "struct f.B", "type f.B.D", "method f.B.g(self)", "trait T", "type T.R", "method T.m(self)", "module q"],
    ),
    "java, annotations": ('@interface Q { String value() default ""; }\n', ["interface Q", "method Q.value"]),
    "csharp, operators": (
        "class C { public C this[int i] => null; public static implicit operator int(C c) => 1; void I.X() {} }\n",
        ["class C", "method C.this(i)", "method C.operator int(c)", "method C.X"],
    ),
    "ruby, made classes": (
        "P = Struct.new(:x) do\n  def m; end\nend\nX = 1\nclass Y; def z; end; end\n",
        ["class P", "method P.m", "class Y", "method Y.z"],
    ),
    "c, prototypes": (
        "/** Does it. */\nint f(int a, char *b);\n/* Says something. */\nint g(int a);\nint h(void);\n"
        "/** A pointer. */\nint (*p)(int);\n/**\n * k - Goes.\n * @a: one\n */\nextern void *k(int a);\n/** Holds. */\nstruct s { int x; } y;\n",
        ["function f(a, b) | Does it.", "function k(a) | Goes.", "struct s | Holds."],
    ),
    "c, C++ in a header": (
        "#pragma once\nnamespace n {\nclass A {\n public:\n  /// Does it.\n  int f(int a) const;\n};\n}\n",
        ["namespace n", "class n.A", "method n.A.f(a) | Does it."],
    ),
    "c, tests": ("TEST_F(suite, name)\n{\n\tint x;\n}\nFIXTURE(data) { int y; };\n", ["function suite.name", "function data"]),
    "cpp, macros": (
        "LIB_BEGIN_NAMESPACE\nnamespace a {\nclass LIB_API B final : public C {\n  Q_OBJECT\n LIB_ACCESS:\n"
        "  LIB_INLINE int f() const LIB_NOEXCEPT { return 1; }\n  LIB_CONSTEXPR explicit B(int x) LIB_NOEXCEPT_IF(x > (1)) : y(x) {}\n"
        '  LIB_STATIC(bool, value = true);\n  friend bool operator==(B a, B b) { return 1; }\n  T operator()(int q) const { return 1; }\n};\n'
        'LIB_FLAG(int, name, 1, "text (of) it");\nextern "C" LIB_EXPORT void g(char* _Nonnull p) {}\n}\nTEST(Suite, Name) { struct L { void m() {} }; }\n',
        ["namespace a", "class a.B", "method a.B.f", "method a.B.B(x)", "method a.B.operator==(a, b)", "method a.B.operator()(q)",
         "function a.g(p)", "function Suite.Name", "struct Suite.Name.L", "method Suite.Name.L.m"],
    ),
    "c, braces lost": (
        "int f(void)\n{\n\tif (a) {\n#if B\n\t\tif (b) {\n#else\n\t\tif (c) {\n#endif\n\t\t}\n\t}\n}\nint g(int a)\n{\n\treturn 1;\n}\n",
        ["function f", "function g(a)"],
    ),
    "go, lines that end in CR": ("package p\r\r// F does.\rfunc F() {}\r// G too.\rfunc G() {}\r", ["function F | F does.", "function G | G too."]),
}  # fmt: skip


@pytest.mark.parametrize("case", MORE)
def test_what_is_odd_in_a_language(case: str) -> None:
    text, expected = MORE[case]
    assert told(extract_text("a", case.partition(",")[0], text)) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_symbols_of_a_language(case: str) -> None:
    text, expected = CASES[case]
    extraction = extract_text("a", case.partition(",")[0], text)
    assert told(extraction) == expected


@pytest.mark.parametrize("case", [case for case in CASES if case != "markdown"])
def test_ranges_hold_their_names(case: str) -> None:
    text = CASES[case][0].replace("\n", "\r\n")
    source = Source(text)
    for symbol in flat(extract_text("a", case.partition(",")[0], text).symbols):
        line, start, end_line, end = symbol.selection_range
        assert line == end_line
        written = source.lines[line].decode()[start:end]
        last = symbol.name.rpartition(".")[2].removeprefix("~").removeprefix("operator ")
        assert last in written or (last, written) == ("Companion", "object")
        assert tuple(symbol.range[:2]) <= (line, start)
        assert (line, end) <= tuple(symbol.range[2:])


def test_all_sections_of_a_docstring_are_read() -> None:
    text = '''
def f():
    """
    [Function intent]
    Does one thing. And
    another.

    [Design principles]
    - First one
      goes on
    - Second one

    [Implementation details]
    Line one
    Line two

    [Design decisions]
    Because.
    """
'''
    doc = extract_text("a.py", "python", text).symbols[0].doc
    assert doc.intent == "Does one thing. And another."
    assert doc.design_principles == ("First one goes on", "Second one")
    assert doc.implementation_details == "Line one\nLine two"
    assert doc.design_decisions == "Because."
    assert doc.summary == "Does one thing."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "/**\n * [Class method intent]\n * Does it.\n */\nfunction f() {}\n"),
        ("go", "// [Function intent]\n// Does it.\nfunc f() {}\n"),
        ("shellscript", "# [Function intent]\n# Does it.\nf() { :; }\n"),
    ],
)
def test_sections_are_read_in_comments_too(language: str, text: str) -> None:
    assert extract_text("a", language, text).symbols[0].doc.intent == "Does it."


def test_a_comment_behind_code_is_not_about_the_next_line() -> None:
    [symbol] = extract_text("a.c", "c", "int x; // the x\nint f(void) { return 1; }\n").symbols
    assert symbol.doc.summary is None


def test_a_loop_macro_is_no_function() -> None:
    text = "int f(void)\n{\n\tfor_each (x) {\n\t\tg(x);\n\t}\n\t)\n\treturn 1;\n}\n"
    assert told(extract_text("a.c", "c", text)) == ["function f"]


def test_columns_count_utf16_units() -> None:
    text = "x = '𝔘'; \nclass Ä: 'é'; 𝔣 = 1\nif 1: x = '𝔘'; y = 1\ndef ﬁ(): pass\n"
    [first, second] = extract_text("a.py", "python", text).symbols
    assert first.selection_range[:4] == (1, 6, 1, 7)
    assert first.range[:4] == (1, 0, 1, 20)
    assert second.name == "fi"
    assert second.selection_range[:4] == (3, 4, 3, 5)


def test_links_of_a_document_are_references() -> None:
    text = (
        "# T\n[a](b/c.md#x) ![i](<i j.png>) [h](https://x.y) [m](mailto:a@b) `[n](o)` [q](#here)\n"
        "[r]: d%20e.md 'title'\n```\n[s](t)\n```\n𝔘 [u](v(1).md)\n"
    )
    references = extract_text("a.md", "markdown", text).references
    assert [(item.kind, item.target, item.range[:4]) for item in references] == [
        ("link", "b/c.md#x", (1, 4, 1, 12)),
        ("link", "i j.png", (1, 20, 1, 27)),
        ("link", "#here", (1, 76, 1, 81)),
        ("link", "d%20e.md", (2, 5, 2, 13)),
        ("link", "v(1).md", (6, 7, 6, 14)),
    ]
