# ruff: noqa: E501, ISC004, RUF001 - tables of source text
"""Imports of every language: `target names role`, and where the target stands."""

from __future__ import annotations

import pytest

from dbp.extract import registry
from dbp.extract.syntax import read_syntax
from dbp.extract.text import Source
from dbp.model import Reference

CASES = {
    "javascript": (
        "import a, {b as c, d} from './y';\nimport * as ns from \"z\";\nimport 'side';\nexport {x as y} from './k';\nexport * from './l';\n"
        "export * as q from './m';\nconst {e, f: g} = require('./r');\nconst h = require('./s').t;\nrequire(`./${u}`);\nrequire(v);\nw.require('n');\n"
        "async function z() { const m = await import('./dyn'); require('./late'); }\nexport { h };\n",
        ["./y default,b,d", "z *", "side", "./k x", "./l *", "./m *", "./r e,f", "./s", "./dyn - deferred", "./late - deferred"],
    ),
    "typescript": (
        "import type {A} from './a';\nimport {type B, C} from './b';\nimport {type D} from './c';\nimport d = require('./d');\n"
        "export type {E} from './e';\nimport type F from './f';\nimport G from './g';\n",
        ["./a A deferred", "./b B,C", "./c D deferred", "./d *", "./e E deferred", "./f default deferred", "./g default"],
    ),
    "typescriptreact": ("import {A} from './a'\nconst b = <A/>\n", ["./a A"]),
    "go": (
        'package p\nimport "fmt"\nimport (\n\ta "b/c"\n\t. "d"\n\t_ `e`\n)\n',
        ["fmt", "b/c", "d *", "e"],
    ),
    "rust": (
        "use a::b::{c, d::e, self, f as g, h::*};\nuse x;\nuse super::y as z;\npub use crate::m::N;\nmod q;\n#[cfg(test)]\nmod r { use super::*; }\n"
        "extern crate k as l;\nuse {aa::bb, cc};\nfn s() { use t::u; }\nuse ::core::fmt;\n",
        ["a::b::d e", "a::b::h *", "a::b c,self,f", "x", "super y", "crate::m N", "self::q", "super *", "k", "aa bb", "cc", "t u deferred", "::core fmt"],
    ),
    "java": (
        "package p;\nimport a.b.C;\nimport a.b.*;\nimport static a.b.C.m;\nimport static a . b.C.*;\n",
        ["a.b.C", "a.b *", "a.b.C m", "a.b.C *"],
    ),
    "kotlin": ("package p\nimport a.b.C\nimport a.b.*\nimport x.y.Z as W\n\nfun f() {}\n", ["a.b.C", "a.b *", "x.y.Z"]),
    "swift": ("import Foundation\nimport class UIKit.UIView\n@testable import M\nimport A.B\n", ["Foundation", "UIKit UIView", "M", "A.B"]),
    "c": (
        '#include "x.h"\n#  include <sys/y.h>\n#include FOO\n#ifdef A\n#include "../z.h"\n#endif\n',
        ["x.h", "<sys/y.h>", "../z.h"],
    ),
    "cpp": ('#include <vector>\nextern "C" {\n#include "a.h"\n}\nnamespace n {\n#include "b.inl"\n}\n', ["<vector>", "a.h", "b.inl"]),
    "csharp": ("using A.B;\nglobal using static A.B.C;\nusing X = A.D;\nnamespace N { using E; class C { void F() { using (var x = y) {} } } }\n",
               ["A.B", "A.B.C *", "A.D", "E"]),
    "ruby": (
        "require 'a/b'\nrequire_relative 'c'\nrequire_relative '../d'\nautoload :X, 'e'\nload './f.rb'\ndef g; require 'h'; end\nx.require 'i'\nrequire j\n",
        ["a/b", "./c", "../d", "e - deferred", "./f.rb", "h - deferred"],
    ),
    "php": (
        "<?php\nuse A\\B\\C;\nuse A\\{D, E as F};\nuse function A\\g;\nrequire 'x.php';\nrequire_once __DIR__ . '/y.php';\n"
        "$c = include(dirname(__FILE__) . \"/z.php\");\ninclude dirname(__DIR__) . '/w.php';\ninclude $v;\nfunction f() { require 'late.php'; }\nreturn require 'q.php';\n",
        ["A\\B\\C", "A\\D", "A\\E", "A\\g", "x.php", "./y.php", "./z.php", "../w.php", "late.php - deferred", "q.php"],
    ),
    "shellscript": ("source ./a.sh\n. 'b.sh'\n. \"$DIR/c.sh\"\n. $d\necho source e\nf() { source g; }\n", ["./a.sh", "b.sh", "g - deferred"]),
}  # fmt: skip


def read(language: str, text: str) -> list[Reference]:
    return read_syntax(Source(text), registry.lookup(language)).references


def told(item: Reference) -> str:
    names = ",".join(item.names) or ("-" if item.role else "")
    return " ".join(filter(None, (item.target, names, item.role)))


@pytest.mark.parametrize("language", CASES)
def test_the_imports_of_a_language(language: str) -> None:
    text, expected = CASES[language]
    assert [told(item) for item in read(language, text)] == expected


@pytest.mark.parametrize("language", CASES)
def test_an_import_stands_where_its_target_is_written(language: str) -> None:
    text = "".join(f"{line}\r\n" for line in CASES[language][0].splitlines())
    lines = text.splitlines()
    for item in read(language, text):
        start_line, start, end_line, end = item.range
        assert start_line == end_line
        written = lines[start_line][start:end].replace(" ", "")
        last = item.target.strip("<>").replace("::", " ").replace("\\", " ").replace("/", " ")
        assert last.split()[-1].split(".")[-1] in written


def test_columns_of_imports_count_utf16_units() -> None:
    [item] = read("javascript", "/* 𝔘好 */ import '𝔘/é.js'\n")
    assert item.target == "𝔘/é.js"
    assert item.range == (0, 18, 0, 25)


def test_a_broken_file_still_imports() -> None:
    text = "import a from './a'\nfunction f( {\nimport b from './b'\n"
    assert "./a" in [item.target for item in read("javascript", text)]


def test_imports_are_bounded() -> None:
    assert len(read("go", 'import "a"\n' * 9000)) == 5000
    assert not read("go", f'import "{"a" * 1000}"\n')
