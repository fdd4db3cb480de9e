"""Headers are inserted, completed and put in order; nothing else of the file changes."""

from __future__ import annotations

import difflib

import pytest
from acting import File

from dbp.template import parse_template

CODE = "import os\n\n\ndef run(task):\n    return task\n"


def added(before: str, after: str) -> str:
    """Give what was inserted; nothing may be gone."""
    old, new = (text.lstrip("\ufeff").splitlines(keepends=True) for text in (before, after))
    diff = list(difflib.ndiff(old, new))
    assert not [line for line in diff if line[0] == "-"], "".join(diff)
    return "".join(line[2:] for line in diff if line[0] == "+")


def full(path: str, body: str) -> File:
    return File(path, body)


INCOMPLETE = """\
# [Source file intent]
# Runs tasks.
#
# [Dependencies]
# system: json
###############

def run(task):
    return task
"""


def test_a_header_is_inserted_with_what_is_known_and_the_date() -> None:
    file = File("a.py", CODE, imports=("dbp/b.py", "doc/D.md"))
    done = file.taking("header-missing")
    assert done.text.endswith('"""\n\n' + CODE)
    assert "codebase: dbp/b.py\ncodebase: doc/D.md\n" in done.text
    assert "2026-11-22T00:00:00Z : Added this header\n" in done.text
    header = done.extraction().header
    assert header is not None
    assert [section.name for section in header.sections][:2] == ["intent", "principles"]
    assert "header-placeholder" in done.codes(), "a person still has to say it"


@pytest.mark.parametrize(
    ("path", "language", "text", "first"),
    [
        ("a.sh", "shellscript", "#!/bin/sh\n" + "f() {\n  echo 1\n}\n" * 4, "#!/bin/sh\n"),
        ("a.rb", "ruby", "# frozen_string_literal: true\n\nclass A\nend\n", "# frozen_string"),
        ("a.go", "go", "package a\n\nfunc F() {}\n", "// [Source file intent]"),
        ("a.rs", "rust", "pub fn f() {}\n", "// [Source file intent]"),
        ("a.c", "c", "int f(void) { return 1; }\n", "// [Source file intent]"),
        ("a.php", "php", "<?php\nfunction f() {}\n", "<?php\n"),
        ("a.ts", "typescript", "export function f() {}\n", "// [Source file intent]"),
        ("a.lua", "lua", "function f()\nend\n" * 6, "-- [Source file intent]"),
        ("a.py", "python", "#!/usr/bin/env python3\n# coding: utf-8\n" + CODE, "#!/usr/bin/env"),
        ("a.py", "python", "\ufeff" + CODE, "\ufeff"),
        ("a.py", "python", CODE.replace("\n", "\r\n"), '"""\r\n'),
    ],
)
def test_it_stands_behind_what_must_be_first(
    path: str, language: str, text: str, first: str
) -> None:
    file = File(path, text, language)
    done = file.taking("header-missing")
    assert done.text.startswith(first)
    added(text, done.text)
    assert ("\r\n" in text) == ("\r\n" in done.text)
    assert done.text.count("\n") == done.text.count("\r\n") or "\r\n" not in text


def test_it_stands_behind_a_licence() -> None:
    licence = "# Copyright 2020 A. Person\n# Licensed under the MIT licence\n\n"
    done = File("a.py", licence + CODE).taking("header-missing")
    assert done.text.startswith(licence + '"""\n[Source file intent]')


def test_a_docstring_becomes_a_header_and_stays_the_docstring() -> None:
    text = '"""Runs tasks one at a time.\n\nIn their order.\n"""\n\n' + CODE
    (action,) = [one for one in File("a.py", text).sources() if one.kind == "source.dbp.header"]
    done = File("a.py", text).after(action)
    assert done.text.startswith('"""\n[Source file intent]\nRuns tasks one at a time.\n\nIn their')
    assert done.text.count("Runs tasks") == 1
    assert done.text.count('"""') == 2
    header = done.extraction().header
    assert header is not None
    assert header.intent == "Runs tasks one at a time. In their order."
    assert [e.summary for e in header.change_history] == ["Added this header"]


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [
        ("a.py", "python", '"""Runs tasks."""\n\n' + CODE),
        ("a.py", "python", "# Runs tasks.\n\n" + CODE),
        ("a.js", "javascript", "/** @file Runs tasks. */\n\nfunction f() {}\n"),
        ("a.js", "javascript", "/**\n * @file Runs tasks.\n */\n\nfunction f() {}\n"),
        ("a.c", "c", "/* Runs tasks. */\n\nint f(void) { return 1; }\n"),
        ("a.c", "c", "/*\n * Runs tasks.\n **/\n\nint f(void) { return 1; }\n"),
        ("a.rs", "rust", "//! Runs tasks.\n\npub fn f() {}\n"),
        ("a.html", "html", "<!DOCTYPE html>\n<!-- Runs tasks. -->\n<html></html>\n"),
        ("a.sh", "shellscript", "#!/bin/sh\n# Runs tasks.\n\nf() { :; }\n"),
    ],
)
def test_words_that_are_there_become_the_intent(path: str, language: str, text: str) -> None:
    file = File(path, text, language)
    sources = {one.kind: one for one in file.sources()}
    done = file.after(sources["source.dbp.header"])
    header = done.extraction().header
    assert header is not None
    assert header.format == "genai", done.text
    assert (header.intent or "").endswith("Runs tasks."), done.text
    assert done.text.count("Runs tasks.") == 1
    assert "header-incomplete" not in done.codes()
    assert [s.qualified_name for s in done.extraction().symbols] == [
        s.qualified_name for s in file.extraction().symbols
    ]


def test_missing_sections_come_where_the_template_has_them() -> None:
    done = File("a.py", INCOMPLETE).taking("header-incomplete")
    new = added(INCOMPLETE, done.text)
    assert "[Source file design principles]" in new
    assert "[Source file constraints]" in new
    header = done.extraction().header
    assert header is not None
    names = [section.name for section in header.sections]
    assert names == ["intent", "principles", "constraints", "dependencies"]
    assert header.intent == "Runs tasks."
    assert [one.target for one in header.dependencies] == ["json"]


def test_the_first_section_can_be_the_missing_one() -> None:
    text = INCOMPLETE.replace("# [Source file intent]\n# Runs tasks.\n#\n", "")
    text = text.replace("# [Dep", "# [Source file design principles]\n# - One\n#\n# [Dep")
    done = File("a.py", text).taking("header-incomplete")
    header = done.extraction().header
    assert header is not None
    assert header.sections[0].name == "intent"
    assert header.design_principles == ("One",)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("comment", "path", "language"),
    [
        (("", "# ", ""), "a.py", "python"),
        (('"""\n', "", '\n"""'), "a.py", "python"),
        (("/*\n", " * ", "\n */"), "a.c", "c"),
        (("/**\n", "", "\n*/"), "a.ts", "typescript"),
        (("<!--\n", "  ", "\n-->"), "a.html", "html"),
        (("", "-- ", ""), "a.sql", "sql"),
    ],
)
def test_sections_change_places_in_any_comment(
    comment: tuple[str, str, str], path: str, language: str, end: str
) -> None:
    opener, prefix, closer = comment
    lines = [
        *("[Source file design principles]", "- One", "- Two", ""),
        *("[Source file intent]", "Runs tasks,", "one at a time.", ""),
        *("[Source file constraints]", "- None known"),
    ]
    text = opener + "\n".join((prefix + line).rstrip() for line in lines) + closer + "\n\n"
    text = (text + "x = 1\n").replace("\n", end)
    file = File(path, text, language)
    done = file.taking("header-section-order")
    assert sorted(done.text) == sorted(text)
    header = done.extraction().header
    assert header is not None
    assert header.intent == "Runs tasks, one at a time."
    assert header.design_principles == ("One", "Two")
    assert header.constraints == ("None known",)
    assert done.text.index("intent") < done.text.index("design") < done.text.index("constraints")


def test_a_placeholder_is_filled_with_what_the_file_imports() -> None:
    text = INCOMPLETE.replace("system: json", "<codebase|system|other>: <name>")
    file = File("a.py", text, imports=("b.py",))
    done = file.taking("header-placeholder", "Fill in")
    header = done.extraction().header
    assert header is not None
    assert [(one.kind, one.target) for one in header.dependencies] == [("codebase", "b.py")]


def test_a_project_s_own_template_decides() -> None:
    template = parse_template("[Purpose]\nwhat it is for\n\n[Owner]\nwho to ask\n", "T.txt")
    assert template is not None
    done = File("a.py", CODE, template=template).taking("header-missing")
    assert done.text.startswith('"""\n[Purpose]\nwhat it is for\n\n[Owner]\nwho to ask\n"""\n')
    assert "header-incomplete" not in done.codes()


def test_a_file_without_comments_gets_no_header() -> None:
    assert File("a.json", "{}\n", "json").sources() == []
