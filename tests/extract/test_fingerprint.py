# ruff: noqa: E501 - tables of source text
"""Fingerprints of code: laying it out anew changes nothing, every other change does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.fingerprint import code_fingerprint, doc_fingerprint
from dbp.extract.tokens import tokens_of
from dbp.languages import LANGUAGES

C = """\
static int add(struct point *p, const char **names, int n)
{
\tunsigned long flags = 0x1F | (1u << 3);
\tif (n > 3 && (p->x || p->y)) {
\t\treturn -1;
\t} else if (!names[0])
\t\tn = (int)sizeof(*p) * (n + 2);
\tfor (int i = 0; i < n; i++) {
\t\tp->x += i; /* counts */
\t\tp->y -= (i - 1) - (n - 2);
\t}
\tdo {
\t\tprintk("it is %d of %lu, which is rather a lot of them for one line of code\\n", n, flags);
\t} while (--n);
\tswitch (n) {
\tcase 1: return p->x ? 1 : 2;
\tdefault: break;
\t}
\treturn (n);
}
"""
CPP = """\
template <class T, class U = std::vector<std::vector<T>>>
auto Thing<T, U>::take(const std::string &name, T &&value) const -> decltype(auto)
{
  auto result = map_.find(name); // looks
  if (result == map_.end()) throw std::runtime_error("there is no such thing as " + name + " in this map of things");
  for (auto &&[key, item] : map_) { total += (a + b) * c - (d - e); other(key); }
  auto f = [this, &value](int x) -> int { return x << 2 | (value & 1); };
  int *p = new int[3]{1, 2, 3};
  delete[] p;
  return static_cast<T>(f(*result->second) % 7);
}
"""
JAVA = """\
@Override
public <T extends Comparable<T>> List<T> sorted(final List<? super T> given, int... more) throws IOException {
  String message = "The list that was given is empty, and nothing can be sorted " + given.size() + " then";
  if (given == null || given.isEmpty()) throw new IllegalArgumentException(message);
  for (int i = 0, n = given.size(); i < n; i++) { if (more[i] > 0) continue; else count += (i + 1) * n; run(); }
  try { items.forEach((x) -> use(x, (Integer) x)); } catch (RuntimeException e) { log(e); } finally { close(); }
  return flag ? new ArrayList<>() : (List<T>) given;
}
"""
JAVASCRIPT = """\
export async function load(url, { retries = 3, ...rest } = {}) {
  const found = await fetch(url + '?a=' + rest.a, { method: "GET", 'headers': {} });
  if (!found.ok || (retries > 0 && found.status >= 500)) return load(url, { retries: retries - 1 });
  const words = found.text.split(/["'\\/]+/g).map(x => x.trim()).filter((word, index) => word && index % 2 === 0);
  for (let i = 0; i < words.length; i++) { words[i] = `${words[i]} of ${ words.length }`; total += (i + 1) * 2 }
  switch (words.length) { case 0: return null; default: break }
  return (typeof words === 'object') ? words : [words,];
}
"""
TYPESCRIPT = """\
export function group<T, K extends keyof T>(items: readonly T[], key: K, done?: (value: T[K]) => void): Map<T[K], T[]> {
  const groups = new Map<T[K], T[]>();
  let all: Array<Array<T>> = [];
  for (const item of items) {
    const found = groups.get(item[key]) ?? ([] as T[]);
    if (found.length > 0 && (done || all.length)) { done?.(item[key]!); }
    groups.set(item[key], [...found, item]);
    all.push(found);
  }
  return groups;
}
"""
SAMPLES = {"c": C, "cpp": CPP, "java": JAVA, "javascript": JAVASCRIPT, "typescript": TYPESCRIPT}
ENDINGS = {"c": "c", "cpp": "cpp", "java": "java", "javascript": "js", "typescript": "ts"}


def same(language: str, first: str, second: str) -> bool:
    return code_fingerprint(first.encode(), language) == code_fingerprint(second.encode(), language)


# ── what changes nothing ──

SAME = [
    ("c", "int f(a) { return a; }", "int\nf ( a )\n{\n\treturn a ; // yes\n}"),
    ("c", "(a && b) || c", "a && b || c"),
    ("c", "return (a + b);", "return a + b;"),
    ("c", "if (a) return;", "if (a) { return; }"),
    ("c", "if (a) b(); else c();", "if (a) { b(); } else { c(); }"),
    ("c", 'f("ab" "cd");', 'f("abcd");'),
    ("c", "char **p;", "char * *p;"),
    ("c", "#define A \\\n  b", "#define A b"),
    ("cpp", "vector<vector<int> > a;", "vector<vector<int>> a;"),
    ("cpp", "int a[] = {1, 2,};", "int a[] = {1, 2};"),
    ("java", 'x = "ab" + "cd";', 'x = "ab"\n  + "cd";'),
    ("java", 'x = """\n  a\n  b""";', 'x = """\n      a\n      b""";'),
    ("javascript", "a = 'it'; b = x => y", 'a = "it"\nb = (x) => y;'),
    ("javascript", "a = 'say \"x\"'", 'a = "say \\"x\\""'),
    ("javascript", "f({ 'a': 1, b: 0XFF, })", "f({ a: 1, b: 0xff })"),
    ("javascript", "return a && <b>don't</b>", "return (a && (\n  <b>\n don't\n</b>))"),
    ("javascript", "new Foo", "new Foo()"),
    ("javascript", "(new Foo(1)).bar()", "new Foo(1).bar()"),
    ("javascript", "do { a() } while (b)\nc()", "do { a(); } while (b); c();"),
    ("javascript", "`${ a } b`", "`${a} b`"),
    ("typescript", "interface A { b: string, c: number }", "interface A {\n b: string;\n c: number;\n}"),
    ("typescript", "type A = B | C", "type A =\n  | B\n  | C;"),
    ("typescript", "let a: (() => void) = b", "let a: () => void = b;"),
    ("go", "if (a == b) { c(1,\n2,\n) }", "if a == b {\n\tc(1, 2)\n}"),
    ("go", "a := b; c()", "a := b\nc()"),
    ("rust", "match a { B => { c(d) } E => f, }", "match a { B => c(d), E => f }"),
    ("rust", "a.map(|x| x + 1)", "a.map(|x| { x + 1 })"),
    ("rust", "fn a() { return b }", "fn a() { return b; }"),
    ("rust", "f(a, b,)", "f(a, b)"),
    ("kotlin", "f(a, b,); g()", "f(a, b)\ng()"),
    ("swift", "if (a) { b }", "if a { b }"),
    ("shellscript", "if a; then b; fi", "if a\nthen\n  b # why\nfi"),
    ("shellscript", "a=`b c`", "a=$(b c)"),
    ("shellscript", "f() { a; }", "f()\n{\n\ta\n}"),
    ("php", "f($a, [1, 2,]); # why", "f($a, [1, 2]);"),
    ("ruby", "a = b # why\nc", "a  =  b\n\nc"),
    ("python", "def f(a): return (a)", "def f(\n  a,\n):\n    # why\n    return a"),
    ("python", "def f():\n  'Says.'\n  return 'a'", 'def f():\n  "Says more."\n  return "a"'),
    ("python", "@a\n  def f(): pass", "@a\n    def f():\n        pass"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "first", "second"), SAME)
def test_what_formatters_do_changes_nothing(language: str, first: str, second: str) -> None:
    assert same(language, first, second)


DIFFERENT = [
    ("c", "(a + b) * c", "a + b * c"),
    ("c", "a - (b - c)", "a - b - c"),
    ("c", "!(a && b)", "!a && b"),
    ("c", "(a ? b : c) ? d : e", "a ? b : c ? d : e"),
    ("c", "a = (int)b;", "a = int; b;"),
    ("c", "if (a) { b(); c(); }", "if (a) b(); c();"),
    ("c", "if (a) { if (b) c(); } else d();", "if (a) if (b) c(); else d();"),
    ("c", "while (a); b();", "while (a) b();"),
    ("c", "for (; a; b) c;", "for (a; b;) c;"),
    ("c", 'f("a b");', 'f("a  b");'),
    ("c", "f('a');", 'f("a");'),
    ("cpp", "f(1'000);", "f(1'001);"),
    ("javascript", "(0, eval)(x)", "eval(x)"),
    ("javascript", "(a, b)", "a, b"),
    ("javascript", "x => ({})", "x => {}"),
    ("javascript", "(a?.b).c", "a?.b.c"),
    ("javascript", "a ?? (b || c)", "(a ?? b) || c"),
    ("javascript", "/a/g", "/a/i"),
    ("javascript", "`a ${b}`", "`a  ${b}`"),
    ("javascript", "f('a')", "f(a)"),
    ("go", "a.(b)", "a.b"),
    ("go", "x <- y", "x < -y"),
    ("rust", "(a,)", "(a)"),
    ("rust", "fn f() { a() }", "fn f() { a(); }"),
    ("rust", "B => { a(); c }", "B => a() c"),
    ("java", "(a + b) + c()", "a + (b + c())"),
    ("php", "$a", "$b"),
    ("shellscript", "a b", "a; b"),
    ("shellscript", "echo 'a'", "echo 'b'"),
    ("shellscript", "${#a}", "${a}"),
    ("python", "def f(): return a", "def f(): return b"),
    ("python", "def f(:\n  a", "def f(:\n  b"),
    ("python", "class A:\n  x = 1\n  def f(self): pass", "class A:\n  x = 2\n  def f(self): pass"),
    ("python", "class A:\n  def f(self): pass", "class A:\n  def g(self): pass"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "first", "second"), DIFFERENT)
def test_what_changes_the_code_changes_its_fingerprint(
    language: str, first: str, second: str
) -> None:
    assert not same(language, first, second)


# ── formatters ──


def clang_format() -> str | None:
    beside = Path(sys.executable).with_name("clang-format")
    return str(beside) if beside.exists() else shutil.which("clang-format")


@pytest.mark.parametrize("style", ["LLVM", "Google", "Mozilla", "WebKit", "GNU", "Chromium"])
@pytest.mark.parametrize("language", SAMPLES)
def test_no_style_of_clang_format_changes_a_fingerprint(language: str, style: str) -> None:
    program = clang_format()
    if program is None:
        pytest.skip("clang-format is not installed")
    for width in (50, 100):
        laid_out = subprocess.run(
            [
                program,
                f"--style={{BasedOnStyle: {style}, ColumnLimit: {width}, SortIncludes: Never}}",
                f"--assume-filename=X.{ENDINGS[language]}",
            ],
            input=SAMPLES[language],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert laid_out != SAMPLES[language]
        assert same(language, SAMPLES[language], laid_out)


# ── mutations ──

_WORD = re.compile(r"[A-Za-z_]\w*")


def significant(language: str) -> list[str]:
    return [token.decode() for token in tokens_of(SAMPLES[language].encode(), language)]


@settings(max_examples=300, deadline=None)
@given(language=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_any_other_word_operator_number_or_string_changes_the_fingerprint(
    language: str, data: st.DataObject
) -> None:
    tokens = significant(language)
    where = data.draw(st.integers(0, len(tokens) - 1))
    old = tokens[where]
    if _WORD.fullmatch(old):
        new = data.draw(st.sampled_from(["zebra", old + "x", "Q"]))
    elif old[0].isdigit():
        new = old + "7"
    elif old[0] in "\"'`/" and len(old) > 1:
        new = old[:-1] + "é" + old[-1]
    elif old in ("(", ")", "[", "]", "{", "}", ",", ";", ":", "=>", "?"):
        return
    else:
        new = data.draw(
            st.sampled_from([sign for sign in ("+", "-", "<", "==", "||") if sign != old])
        )
    changed = [*tokens[:where], new, *tokens[where + 1 :]]
    assert not same(language, " ".join(tokens), " ".join(changed))


@settings(max_examples=200, deadline=None)
@given(language=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_a_line_less_or_another_argument_changes_the_fingerprint(
    language: str, data: st.DataObject
) -> None:
    lines = SAMPLES[language].splitlines(keepends=True)
    full = [at for at, line in enumerate(lines) if _WORD.search(line)]
    where = data.draw(st.sampled_from(full))
    assert not same(language, "".join(lines), "".join(lines[:where] + lines[where + 1 :]))
    text = SAMPLES[language]
    calls = [match.end() for match in re.finditer(r"\w\((?=\w)", text)]
    at = data.draw(st.sampled_from(calls))
    assert not same(language, text, text[:at] + "extra, " + text[at:])


def test_what_is_moved_out_of_a_condition_changes_the_fingerprint() -> None:
    for language in SAMPLES:
        assert not same(language, "if (a) { b(); c(); } d();", "if (a) { b(); } c(); d();")
        assert not same(language, "if (a) { b(); }", "if (a) { } b();")


# ── hostile texts ──


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(
        st.binary(max_size=200),
        st.text("(){}[];,'\"`/*#<>=&|$!?:.\\\na1 ", max_size=120).map(str.encode),
    ),
    language=st.sampled_from([language.name for language in LANGUAGES if language.grammar]),
)
def test_any_bytes_have_a_fingerprint(text: bytes, language: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", code_fingerprint(text, language))


UNITS = (b"(", b"((a", b")", b"{", b"'", b'"', b"`", b"`${", b"/*", b"/* */", b'R"(', b"/", b"a=/", b"\\", b"$(", b"a" * 64, b"9" * 64, b"<", b"\n", b"'a", b'"""', b"return ;", b"`a`;", b"{;}", b'"$(')  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_for_a_fingerprint_is_linear(unit: bytes) -> None:
    text = unit * (200_000 // len(unit))
    before = time.process_time()
    for language in ("c", "cpp", "java", "javascript", "typescript", "rust", "shellscript", "go"):
        code_fingerprint(text, language)
    assert time.process_time() - before < 8
    before = time.process_time()
    doc_fingerprint(text.decode())
    assert time.process_time() - before < 0.5


# ── words ──


def test_the_words_of_a_doc_comment_make_its_fingerprint() -> None:
    one = doc_fingerprint("/** Does it.\n *  @param a the first\n */")
    assert one == doc_fingerprint("/**\n * Does\n * it. @param a\n * the first\n **/")
    assert one == doc_fingerprint("/// Does it.\n/// @param a the first")
    assert one == doc_fingerprint("Does it.\n\n    @param a the first\n")
    assert one != doc_fingerprint("Does it. @param b the first")
    assert doc_fingerprint("/** */") == doc_fingerprint(" \n") == ""
