"""Paths in backticks, in prose and in comments; paths of reStructuredText."""

from __future__ import annotations

import time

import pytest

from dbp.analysis.references import resolve_page
from dbp.extract import registry
from dbp.extract.extraction import extract_text
from dbp.extract.markdown import read_markdown
from dbp.extract.mentions import MAX_MENTIONS, looks_like_mention, read_mentions
from dbp.extract.rst_links import read_rst_links
from dbp.model import Range


def mentions(language: str, text: str) -> list[str]:
    return [item.target for item in read_mentions(text, registry.lookup(language))]


@pytest.mark.parametrize(
    "text",
    [
        "a/b.py", "model.py", "doc/", "./x.md", "../x/y.c", "/etc/x.toml", "x.md#part",
        "a/b.py#Class.method", "src/a.py:12", "src/a.py:12-14", "server/dbp/cli", "é/ü.md",
    ],
)  # fmt: skip
def test_paths_look_like_mentions(text: str) -> None:
    assert looks_like_mention(text)


@pytest.mark.parametrize(
    "text",
    [
        "word", "and/or", "self.x", "os.path", "f(x)", "--flag", "a b.py", "https://x.y/z.md",
        "*.py", "{a}/b.py", "$HOME/x.py", "...", "./", "1/2", "fred@example.com", "example.com",
        "a//b.py", ".py",
    ],
)  # fmt: skip
def test_words_do_not(text: str) -> None:
    assert not looks_like_mention(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", '"""See `a/b.py`."""\n'),
        ("python", "x = 1  # as in `a/b.py`\n"),
        ("go", "// See `a/b.py`.\n"),
        ("javascript", "/**\n * See `a/b.py`.\n */\n"),
        ("shellscript", "# see `a/b.py`\n"),
        ("c", "/* see `a/b.py` */\n"),
        ("sql", "-- see `a/b.py`\n"),
        ("restructuredtext", "See ``a/b.py``.\n"),
        ("text", "See `a/b.py`.\n"),
    ],
)
def test_mentions_stand_in_comments_of_any_language(language: str, text: str) -> None:
    assert mentions(language, text) == ["a/b.py"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "const x = `a/b.py`;\n"),
        ("go", "var x = `a/b.py`\n"),
        ("shellscript", "x=`bin/run.sh`\n"),
        ("ruby", "`bin/run.sh`\n"),
    ],
)
def test_a_backtick_in_code_is_no_mention(language: str, text: str) -> None:
    assert mentions(language, text) == []


def test_mentions_know_their_place_and_skip_what_is_known() -> None:
    text = "# 😀\r\n# `a.py` and `b/c.md#x`\r# `d.py`\n"
    python = registry.lookup("python")
    found = read_mentions(text, python)
    assert [(item.target, item.range) for item in found] == [
        ("a.py", Range(1, 3, 1, 7)),
        ("b/c.md#x", Range(1, 14, 1, 22)),
        ("d.py", Range(2, 3, 2, 7)),
    ]
    assert [i.target for i in read_mentions(text, python, {found[0].range})] == ["b/c.md#x", "d.py"]


def test_a_document_mentions_paths_outside_its_code_blocks() -> None:
    text = "Read `a.py`, ``b.py`` and [`c.py`](c.py).\n\n```\n`no.py`\n```\n"
    found = read_markdown(text, 5)[1]
    assert [(item.kind, item.target) for item in found] == [
        ("mention", "a.py"),
        ("mention", "b.py"),
        ("mention", "c.py"),
        ("link", "c.py"),
    ]


def test_mentions_are_bounded_and_quick() -> None:
    assert len(mentions("text", "`a.py`\n" * 10_000)) == MAX_MENTIONS
    assert len(read_markdown("`a.py`\n" * 10_000, 10_000)[1]) == MAX_MENTIONS
    for line in ("`" * 1_000_000, "`a." * 300_000, "`" + "a/" * 500_000, "``a.py`" * 150_000):
        started = time.perf_counter()
        mentions("text", line)
        assert time.perf_counter() - started < 2.0


def test_paths_of_a_restructuredtext_document_are_links() -> None:
    text = (
        ".. include:: ../other.rst\n.. image:: img/é.png\n.. |x| image:: y.svg\n"
        "See `the code <src/a.py>`_ and `out <https://x.y/z.md>`_, `made <page.html>`_.\n"
        ".. include:: /from/root.rst\n.. include:: <isonum.txt>\n    .. include:: example.rst\n"
    )
    assert [(item.kind, item.target, item.range.start_line) for item in read_rst_links(text)] == [
        ("link", "../other.rst", 0),
        ("link", "img/é.png", 1),
        ("link", "y.svg", 2),
        ("link", "src/a.py", 3),
    ]


def test_documents_are_named_by_a_role_and_targets_by_a_line() -> None:
    text = (
        "See :doc:`guide/start`, :doc:`the end <../end>` and ``:doc:`shown```.\n"
        ":doc:`/from/root` :doc:`a b` :doc:`https://x.y`\n"
        ".. _net/l2tp.h: ../include/l2tp.h\n.. _`two words`: a.c\n.. _me: a@b.com\n.. _here:\n"
    )
    assert [(item.target, *item.range) for item in read_rst_links(text)] == [
        ("guide/start", 0, 10, 0, 21),
        ("../end", 0, 39, 0, 45),
        ("../include/l2tp.h", 2, 16, 2, 33),
        ("a.c", 3, 17, 3, 20),
    ]
    references = extract_text("doc/a.rst", "restructuredtext", text).references
    assert [item.kind for item in references if item.target == "guide/start"] == ["link"]


def test_a_role_leads_to_the_document_before_a_folder_of_its_name() -> None:
    there = {"doc/guide", "doc/guide.rst", "doc/x.rst"}.__contains__
    assert resolve_page("guide", "doc/a.rst", there) == "doc/guide.rst"
    assert resolve_page("../doc/x", "doc/a.rst", there) == "doc/x.rst"
    assert resolve_page("guide.rst", "doc/a.rst", there) == "doc/guide.rst"
    assert resolve_page("guide", "doc/a.md", there) == "doc/guide"


@pytest.mark.parametrize("unit", [":doc:`", ":doc:`a <", ".. _`a", ".. _a", "``:doc:`a`"])
def test_hostile_roles_are_read_in_no_time(unit: str) -> None:
    started = time.perf_counter()
    for text in (unit * 150_000, (unit + "\n") * 100_000, unit + "a" * 900_000):
        read_rst_links(text)
    assert time.perf_counter() - started < 2.0
