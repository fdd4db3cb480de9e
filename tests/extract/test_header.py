# ruff: noqa: E501, RUF001 - tables of source text, odd letters included
"""Headers in every comment style, and what must not be taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.docs import from_comment
from dbp.extract.documents import DOCUMENTS, read_document
from dbp.extract.extraction import extract_text
from dbp.extract.frontmatter import read_front_matter
from dbp.extract.header import read_header
from dbp.extract.markdown import read_markdown, read_markdown_header
from dbp.extract.registry import lookup
from dbp.extract.text import Source
from dbp.languages import LANGUAGES
from dbp.lines import split_lines
from dbp.model import Header, Range

BODY = """\
###############################################################################
IMPORTANT: This header comment is designed for GenAI code review and maintenance
###############################################################################
[GenAI coding tool directive]
- Maintain this header with all modifications
###############################################################################
[ source FILE  intent ]
Describe the file's purpose,
on two lines.
<code>
[Source file design principles]
- first principle
  goes on
- second
-------------------------------------------------------------------------------
[Source file constraints]
- one

[Dependencies]
- codebase: doc/DESIGN.md
- `system` : `boto3`
- scheduler/core.py - the core
- other:thing with words
- plain words
- codebase: a.py, b.py
- None
###############################################################################
[Reference documentation]
- doc/𝔘𝔫𝔦.md
- https://example.org/a
###############################################################################
[GenAI tool change history]
2025-04-24T23:38:00Z : Created the module by CodeAssistant
* Added X
* Fixed Y
  and more
2025-04-20T01:00:00+02:00 : Other thing by Bob Smith
2025-13-45T00:00:00Z : Cut latency by caching
yesterday : Fourth
###############################################################################
"""


def prefixed(prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in BODY.splitlines())


STYLES = {
    "hash": ("python", prefixed("# ")),
    "hash without space": ("yaml", prefixed("#")),
    "slashes": ("go", prefixed("// ")),
    "dashes": ("sql", prefixed("-- ")),
    "semicolons": ("lisp", prefixed(";; ")),
    "percent": ("tex", prefixed("% ")),
    "docstring": ("python", f'"""\n{BODY}"""\n'),
    "single docstring": ("python", f"'''\n{BODY}'''\n"),
    "block": ("c", f"/*\n{BODY}*/\n"),
    "starred block": ("java", f"/**\n{prefixed(' * ')} */\n"),
    "markup": ("html", f"<!--\n{BODY}-->\n"),
    "markdown": ("markdown", f"<!--\n{BODY}-->\n# Title\n"),
    "unknown language": ("text", prefixed("# ")),
    "windows lines": ("python", prefixed("# ").replace("\n", "\r\n")),
    "after a shebang": ("shellscript", "#!/bin/sh\n\n" + prefixed("# ")),
    "after php": ("php", f"<?php\n/*\n{BODY}*/\n"),
    "after a package": ("java", f"package a.b;\n\n/*\n{BODY}*/\n"),
    "after imports": ("python", "import os\n" + prefixed("# ")),
}


def header_of(language: str, text: str, path: str = "a/file.x") -> Header | None:
    return extract_text(path, language, text).header


@pytest.mark.parametrize("style", STYLES)
def test_a_genai_header_is_read_in_every_style(style: str) -> None:
    language, text = STYLES[style]
    extraction = extract_text("a.x", language, text)
    header = extraction.header
    assert header is not None
    assert header.format == "genai"
    assert header.intent == "Describe the file's purpose, on two lines."
    assert header.design_principles == ("first principle goes on", "second")
    assert header.constraints == ("one",)
    assert [(item.kind, item.target) for item in header.dependencies] == [
        ("codebase", "doc/DESIGN.md"),
        ("system", "boto3"),
        ("codebase", "scheduler/core.py"),
        ("other", "thing with words"),
        ("other", "plain words"),
        ("codebase", "a.py"),
        ("codebase", "b.py"),
    ]
    assert header.reference_documentation == ("doc/𝔘𝔫𝔦.md", "https://example.org/a")
    assert [
        (item.timestamp, item.summary, item.author, item.details) for item in header.change_history
    ] == [
        ("2025-04-24T23:38:00Z", "Created the module", "CodeAssistant", ("Added X", "Fixed Y and more")),
        ("2025-04-19T23:00:00Z", "Other thing", "Bob Smith", ()),
        (None, "Cut latency by caching", None, ()),
        (None, "Fourth", None, ()),
    ]  # fmt: skip
    named = [item for item in extraction.references if item.kind == "header"]
    assert [(item.kind, item.target) for item in named] == [
        ("header", "doc/DESIGN.md"),
        ("header", "scheduler/core.py"),
        ("header", "a.py"),
        ("header", "b.py"),
        ("header", "doc/𝔘𝔫𝔦.md"),
    ]
    source = Source(text)
    for item in named:
        assert cut(source, item.range) == item.target
    assert cut(source, header.range).split()[0][:1] in tuple("#/-;%\"'<")


def cut(source: Source, where: Range) -> str:
    lines = [line.decode().rstrip("\r\n") for line in source.lines]
    chosen = lines[where.start_line : where.end_line + 1]
    units = [line.encode("utf-16-le") for line in chosen]
    units[-1] = units[-1][: 2 * where.end_character]
    units[0] = units[0][2 * where.start_character :]
    return "\n".join(unit.decode("utf-16-le") for unit in units)


LICENCE = "/* Copyright 2024 Someone. Licensed under the MIT licence. */\n"


@pytest.mark.parametrize(
    ("language", "text", "format_", "intent"),
    [
        ("python", '"""Does one thing.\n\nMore."""\n', "docstring", "Does one thing."),
        ("python", "# Copyright A\n\n'''Does\none thing.'''\n", "docstring", "Does one thing."),
        ("python", "r'Does one thing.'\n", "docstring", "Does one thing."),
        ("python", "# -*- coding: utf-8 -*-\n# Does one thing.\nx = 1\n", "comment", "Does one thing."),
        ("c", "// SPDX-License-Identifier: GPL-2.0\n/*\n * file.x - Does one thing.\n *\n * Copyright A\n */\n",
         "comment", "Does one thing."),
        ("c", LICENCE + "\n/* Does one thing. */\n\nint x;\n", "comment", "Does one thing."),
        ("cpp", "/*! Does one thing. */\nint x;\n", "comment", "Does one thing."),
        ("rust", "// Copyright A\n//! Does one thing.\n//!\n//! More\n", "comment", "Does one thing."),
        ("go", "// Copyright A\n\n// Package a does one thing.\npackage a\n", "comment", "Package a does one thing."),
        ("javascript", "/**\n * @fileoverview Does one\n * thing.\n * @author B\n */\nf();\n", "comment",
         "Does one thing."),
        ("php", "<?php\n/**\n * Does one thing.\n */\n\nnamespace A;\n", "comment", "Does one thing."),
        ("yaml", "# Does one thing.\na: 1\n", "comment", "Does one thing."),
        ("markdown", "---\ntitle: x\n---\n# Title\n\n[![badge](a.svg)](b)\n\nDoes *one*\n[thing](a.md).\n\nMore.\n",
         "markdown", "Does one thing."),
        ("markdown", "# Only `title`\n", "markdown", "Only title"),
        ("markdown", "Title\n=====\nDoes one thing.\n", "markdown", "Does one thing."),
    ],
)  # fmt: skip
def test_a_plain_header_gives_the_intent(
    language: str, text: str, format_: str, intent: str
) -> None:
    header = header_of(language, text)
    assert header is not None
    assert (header.format, header.intent) == (format_, intent)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", ""),
        ("python", "x = 1\n# [Source file intent]\n# too late\n"),
        ("python", 'TEMPLATE = """\n# [Source file intent]\n# a template\n"""\n'),
        ("python", "################\n# ------------ #\n"),
        ("python", "# import os\n# x = f(1)\n"),
        ("python", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n"),
        ("c", LICENCE),
        ("c", "/* Adds two numbers. */\nint add(int a, int b);\n"),
        ("rust", "/// Adds.\nfn add() {}\n"),
        ("go", "package a\n\n// Add adds.\nfunc Add() {}\n"),
        ("toml", "[package]\n# [dependencies]\n# serde = 1\n"),
        ("text", "# Some heading\n"),
        ("json", '{"a": 1}'),
        ("markdown", ""),
        ("markdown", "```\n# no heading\n```\n"),
    ],
)
def test_what_is_no_header_is_not_taken_for_one(language: str, text: str) -> None:
    assert header_of(language, text) is None


marks = st.sampled_from(
    ["# ", "// ", "/*", "*/", " * ", '"""', "'''", "<!--", "-->", "[Source file intent]", "[Dependencies]",
     "[Change history]", "- codebase: a/b.py", "2025-01-01T00:00:00Z : x by Y", "\n", "\r", "\n", "\r\n", "---",
     "`", "](", "[a](b.md)", "𝔘", "\0", "\ud800", " ", "text", "def f():", "class A { ", "}", "#!", "<?php"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(marks, max_size=40).map("".join), st.sampled_from(LANGUAGES))
def test_any_text_in_any_language_is_read(text: str, language: object) -> None:
    name = language.name  # type: ignore[attr-defined]  # hypothesis hands it over untyped
    extraction = extract_text("a/b", name, text)
    lines = Source(text).text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    places = [item.range for item in (*extraction.symbols, *extraction.references)]
    places += [extraction.header.range] if extraction.header else []
    for place in places:
        assert tuple(place[:2]) <= tuple(place[2:])
        assert place.end_line < len(lines)
        assert place.end_character <= len(lines[place.end_line].encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "unit",
    ["# ", "[", "# [a", "![", "a](", "[a]: ", "\n=", "\n# a", "/*", "*/ ", '"""', "<", "# - a: ", "](", "`", "#-*-", "[a](", " by A", "# 2025-01-01 ",
     "<a", "//!\n", "# \n", "# [Source file intent]\n# x", "(", "a@b ", "*", "- ", "\n# [Dependencies]\n# - `",
     "\n# [Dependencies]\n# codebase: a, ", "codebase ", "a and ", ", ", "`, `", " - ", "\n# <a b", "| ", "@doc a\n", "(c) ", "1999, ", "based on ", "\n.. a",
     "..\n", "=head1 ", "{- ", "#[", "\n/* a */", "Author: ", "description: ", ":a: ", "= ", "<meta ", "<title>", " \n", "\t", "##", "\n# 2025-01-01 - a", "[]"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["python", "c", "markdown", "restructuredtext", "perl"])
def test_the_time_to_read_a_header_is_linear(unit: str, language: str) -> None:
    text = "# [Source file intent]\n# [Change history]\n# " + unit * (65_000 // len(unit))
    before = time.process_time()
    read_header("a", lookup(language), text if language != "c" else "/*" + text)
    read_markdown_header(text)
    read_markdown(text, 1)
    read_front_matter(("---\ndescription: " + unit * (65_000 // len(unit)) + "\n---\n").split("\n"))
    for document in DOCUMENTS:
        read_document(document, split_lines(text))
    from_comment(text)
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        (
            "#ifndef A_H\n#define A_H\n\n/* Keeps the queue. */\n\nint f(void);\n",
            "Keeps the queue.",
        ),
        ("# ifndef A\n# define A 1 /* a guard */\n// Keeps it.\n#include <b.h>\n", "Keeps it."),
        ("#ifndef A_H\n#define A_H\n/* Adds two numbers. */\nint f(void);\n", None),
        ("#ifndef A_H\n#define B_H\n\n/* Keeps the queue. */\n\nint f(void);\n", None),
        ("#ifndef A\n#define A 10\n\n/* Counts. */\n\nint f(void);\n", None),
    ],
)
def test_the_words_below_an_include_guard_are_the_file_s(text: str, intent: str | None) -> None:
    header = extract_text("a.h", "c", text).header
    assert (header.intent if header else None) == intent
