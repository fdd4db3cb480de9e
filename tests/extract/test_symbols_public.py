# ruff: noqa: E501, ISC004 - tables of source text
"""What is public, as each language says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from dbp.extract import registry
from dbp.extract.syntax import read_syntax
from dbp.extract.text import Source
from dbp.model import Symbol

CASES = {
    "javascript": (
        "import x from 'y'\nexport function a() { function inner() {} }\nfunction b() {}\nfunction c() {}\nconst d = () => 1\n"
        "export const e = () => 1, _f = () => 1\nexport { c as cc, d }\nexport class K { m() {} #p() {} _q() {} }\nexport default b2\nfunction b2() {}\n",
        "a c d e K K.m b2",
    ),
    "javascript, no module": (
        "function a() {}\nfunction _b() {}\n(function () { function c() {} })();\nexports.d = () => 1\n",
        "a d",
    ),
    "typescript": (
        "export class K { private a() {} protected b() {} public c() {} d() {} }\nclass L { e() {} }\n"
        "export namespace N { export function f() {} function g() {} }\ndeclare namespace M { function h(): void }\n"
        "export abstract class O { abstract i(): void }\ninterface P { j(): void }\nexport interface Q { k(): void }\n",
        "K K.c K.d N N.f O O.i Q Q.k",
    ),
    "go": (
        "package p\nfunc A() {}\nfunc b() {}\ntype C struct{}\nfunc (c *C) D() {}\nfunc (c *C) e() {}\ntype f struct{}\nfunc (f *f) G() {}\n"
        "type H interface { I(); j() }\n",
        "A C C.D H H.I",
    ),
    "rust": (
        "pub fn a() {}\nfn b() {}\npub(crate) fn c() {}\npub struct D;\nimpl D { pub fn e() {} fn f() {} }\nimpl X for D { fn g() {} }\n"
        "pub trait H { fn i(); }\ntrait J { fn k(); }\nmod l { pub fn m() {} }\npub mod n { pub fn o() {} }\n",
        "a D D.e H H.i n n.o",
    ),
    "java": (
        "public class A { public void b() {} void c() {} private void d() {} protected void e() {} public class F { public void g() {} } }\n"
        "class H { public void i() {} }\npublic interface J { void k(); private void l() {} }\n",
        "A A.b A.F A.F.g J J.k",
    ),
    "c": (
        "int a(void) { return 1; }\nstatic int b(void) { return 1; }\nstatic inline int c(void) { return 1; }\nstruct d { int x; };\nint _e(void) { return 1; }\n",
        "a d",
    ),
    "cpp": (
        "class A { void b(); int c() { return 1; }\npublic: int d() { return 1; }\n  struct E { void f() {} };\nprivate: void g() {} };\n"
        "struct H { void i() {}\nprotected: void j() {} };\nnamespace { void k() {} }\nnamespace n { void l() {} static void m() {} }\nvoid A::b() {}\n",
        "A A.d A.E A.E.f H H.i n n.l",
    ),
    "csharp": (
        "namespace N { public class A { public void B() {} void C() {} internal void D() {} protected void E() {} }\n"
        "class F { public void G() {} }\npublic interface I { void J(); } }\n",
        "N N.A N.A.B N.I N.I.J",
    ),
    "kotlin": (
        "class A {\n  fun b() {}\n  private fun c() {}\n  internal fun d() {}\n  protected fun e() {}\n}\nprivate class F {\n  fun g() {}\n}\nfun h() { fun i() {} }\n",
        "A A.b h",
    ),
    "swift": (
        "public class A { public func b() {}; func c() {}; private func d() {} }\nclass E { public func f() {} }\nopen class G { open func h() {} }\n"
        "public protocol I { func j() }\npublic extension A { func k() {}; private func l() {} }\nextension A { func m() {}; public func n() {} }\n",
        "A A.b G G.h I I.j A.k A.n",
    ),
    "ruby": (
        "class A\n  def b; end\n  private\n  def c; end\n  def self.d; end\n  public\n  def e; end\n  private def f; end\n  def g; end\n  private :g\n"
        "  def self.h; end\n  private_class_method :h\n  protected\n  def i; end\nend\nclass J\n  def k; end\nend\n",
        "A A.b A.d A.e J J.k",
    ),
    "php": (
        "<?php\nclass A { public function b() {} private function c() {} protected static function d() {} function __construct() {} function _e() {} }\nfunction f() {}\n",
        "A A.b A.__construct f",
    ),
    "shellscript": ("a() { :; }\n_b() { :; }\n", "a"),
    "python": ("class A:\n  def __init__(self): pass\n  def _b(self): pass\n  def c(self): ret urn\n", "A A.__init__ A.c"),
}  # fmt: skip


def public(symbols: Iterable[Symbol]) -> Iterator[str]:
    for symbol in symbols:
        if symbol.public:
            yield symbol.qualified_name
        yield from public(symbol.children)


@pytest.mark.parametrize("case", CASES)
def test_what_others_may_use(case: str) -> None:
    text, expected = CASES[case]
    found = read_syntax(Source(text), registry.lookup(case.partition(",")[0]))
    assert list(public(found.symbols)) == expected.split()
