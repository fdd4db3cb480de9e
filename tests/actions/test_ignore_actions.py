"""A finding can be wished away, in the file's own syntax; and a wish that is for nothing goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from acting import File

CODE = "def run(task):\n    return task\n"


@pytest.mark.parametrize(
    ("path", "language", "text"),
    [
        ("a.py", "python", '"""Runs."""\n\n\n' + CODE),
        ("a.py", "python", '"""Runs."""\r\n\r\n\r\n' + CODE.replace("\n", "\r\n")),
        ("a.js", "javascript", "/** @file Runs. */\n\nexport function run(a) { return a; }\n"),
        ("a.ts", "typescript", "/** @file Runs. */\n\nexport class A {\n\n\trun() {}\n}\n"),
    ],
)
def test_here_and_in_the_whole_file(path: str, language: str, text: str) -> None:
    file = File(path, text, language)
    here = file.taking("symbol-undocumented", "here")
    assert "dbp: ignore[symbol-undocumented]" in here.text
    assert "ignore-unused" not in here.codes()
    (action,) = [o for o in file.offers("symbol-undocumented") if o.title.endswith("this file")]
    everywhere = file.after(action)
    assert "symbol-undocumented" not in everywhere.codes()
    for done in (here, everywhere):
        before, after = file.extraction(), done.extraction()
        assert (after.header and after.header.intent) == (before.header and before.header.intent)
        assert [s.qualified_name for s in after.symbols] == [
            s.qualified_name for s in before.symbols
        ]
        assert len(done.text.splitlines()) <= len(text.splitlines()) + 2


def test_behind_a_name_and_indented_above_a_line() -> None:
    text = '"""A."""\n\n\nclass A:\n    """A."""\n\n\tdef b(self):\n\t\treturn 1\n'.replace(
        "\t", "    "
    )
    done = File("a.py", text).taking("symbol-undocumented", "here")
    assert "\n    def b(self):  # dbp: ignore[symbol-undocumented]\n" in done.text
    text = '"""A."""\n\n\ndef f(x):\n    """Do.\n\n    Args:\n        y: what\n    """\n'
    done = File("a.py", text).taking("parameter-unknown", "here")
    assert '    # dbp: ignore[parameter-unknown]\n    """Do.' in done.text


def test_in_markdown_no_paragraph_is_parted() -> None:
    text = "# A\n\nOne line\nand [x](gone.md) and\nanother.\n"
    done = File("a.md", text, "markdown").taking("reference-unresolved", "here")
    assert done.text == text.replace(
        "gone.md) and\n", "gone.md) and <!-- dbp: ignore[reference-unresolved] -->\n"
    )


def test_a_second_wish_joins_the_first() -> None:
    text = '"""A."""\n\n\n# dbp: ignore[symbol-undocumented]\ndef f(x):\n    return x\n'
    file = replace(File("a.py", text), stale=())
    assert "symbol-undocumented" not in file.codes()
    text = text.replace("symbol-undocumented", "doc-stale")
    done = File("a.py", text).taking("symbol-undocumented", "here")
    assert "# dbp: ignore[doc-stale, symbol-undocumented]\n" in done.text


def test_a_wish_for_nothing_is_taken_away() -> None:
    text = '"""A."""\n\nX = 1  # dbp: ignore[reference-unresolved]\n'
    assert File("a.py", text).taking("ignore-unused").text == '"""A."""\n\nX = 1\n'
    text = '"""A."""\n\n# dbp: ignore[reference-unresolved]\nX = 1\n'
    assert File("a.py", text).taking("ignore-unused").text == '"""A."""\n\nX = 1\n'
    text = '"""A."""\n\nX = 1  # dbp: ignore[symbol-undocumented, reference-unresolved]\n'
    done = File("a.py", text).taking("ignore-unused")
    assert done.text.count("ignore[") == 1
    assert "," not in done.text


def test_nothing_is_put_into_the_words_of_a_comment() -> None:
    text = "# [Source file intent]\n# Runs.\n#\n# [Dependencies]\n# codebase: gone.md\n"
    offered = File("a.py", text).offers("reference-unresolved")
    assert not [one for one in offered if one.title.endswith("here")]
    done = File("a.py", text).taking("reference-unresolved", "in this file")
    header = done.extraction().header
    assert header is not None
    assert header.intent == "Runs."


@pytest.mark.parametrize("title", ["", "## "])
def test_sections_in_the_words_of_a_document_stay_its_header(title: str) -> None:
    head = f"{title}[Source file intent]\nRuns.\n\n{title}[Dependencies]\ncodebase: gone.md\n"
    file = File("a.md", f"# T\n\n{head}\n## Other\n\nWords.\n", "markdown")
    assert file.codes() == ["header-incomplete", "reference-unresolved"]
    for code in file.codes():
        offered = [one for one in file.offers(code) if one.title.startswith("Ignore")]
        assert [one.title for one in offered] == [f"Ignore {code} in this file"]
        done = file.after(offered[0])
        assert [*done.codes(), code] in (file.codes(), file.codes()[::-1]), done.text
