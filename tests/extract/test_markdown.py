"""Markdown: what a document refers to, its headings' names, and the anchors it has."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from dbp.codec import decode, encode
from dbp.extract.markdown import read_anchors, read_markdown, read_markdown_header, read_title
from dbp.model import Extraction, Reference


def references(text: str) -> list[Reference]:
    return read_markdown(text, text.count("\n") + 1)[1]


def links(text: str) -> list[str]:
    return [item.target for item in references(text) if item.kind == "link"]


def cut(text: str, reference: Reference) -> str:
    line = text.split("\n")[reference.range.start_line].encode("utf-16-le")
    part = line[2 * reference.range.start_character : 2 * reference.range.end_character]
    return part.decode("utf-16-le")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b/c.md#x)", ["b/c.md#x"]),
        ("[a](#here)", ["#here"]),
        ("![i](<i j.png> 'title')", ["i j.png"]),
        ("[![badge](b.svg)](c.md)", ["b.svg", "c.md"]),
        ('[r]: d%20e.md "title"', ["d%20e.md"]),
        ("[r]: <d e.md>", ["d e.md"]),
        ("> [r]: d.md", ["d.md"]),
        ("[a](v(1).md)", ["v(1).md"]),
        ("[a](model.py:12)", ["model.py:12"]),
        ('<a class="x" href="y.html#z">y</a>', ["y.html#z"]),
        ("<img\n  src='pic.png'>", ["pic.png"]),
        ("[a](x.md) and [b](y.md)", ["x.md", "y.md"]),
    ],
)
def test_links_are_references_with_their_fragment(text: str, expected: list[str]) -> None:
    assert links(text) == expected
    assert [cut(text, item) for item in references(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "[h](https://x.y/z.md)",
        "<https://x.y/z.md>",
        "[m](mailto:a@b.c)",
        "[h](//host/z.md)",
        "`[n](o.md)`",
        "```\n[s](t.md)\n```",
        "~~~ text\n[s](t.md)\n~~~",
        "Words.\n\n    [code](in.md)\n",
        "<!-- [a](b.md) -->",
        "---\nx: [a](b.md)\n---\n",
        "[^1]: see this",
        "[note]: two words are no target",
        "[see](foo bar baz)",
        "[a]({{ site.url }}/x.md)",
        "[a](${BASE}/x.md)",
        '<a data-href="x.md">',
    ],
)
def test_what_leads_out_of_the_workspace_or_is_code_is_no_link(text: str) -> None:
    assert links(text) == []


def test_indented_lines_of_a_list_are_no_code() -> None:
    assert links("- item\n\n    [in](list.md)\n\n1. one\n\n    [too](b.md)\n") == [
        "list.md",
        "b.md",
    ]
    assert links("- item\n\nwords\n\n    [code](a.md)\n") == []


def test_columns_of_links_count_utf16_units() -> None:
    [reference] = references("😀 é [u](v.md)")
    assert reference.range == (0, 9, 0, 13)


def test_names_of_headings_keep_what_is_code_and_drop_what_is_layout() -> None:
    text = (
        "# The `__init__` of snake_case_name, *really*\n## [Link `a_b`](c.md) and _more_\n"
        "## Own {#own-id}\n## Tag <a name='t'></a>\n## 2 * 3\n## `f(a[, b][, c])`\n"
    )
    [top] = read_markdown(text, 5)[0]
    assert top.name == "The __init__ of snake_case_name, really"
    assert [child.name for child in top.children] == [
        "Link a_b and more",
        "Own",
        "Tag",
        "2 * 3",
        "f(a[, b][, c])",
    ]


def test_a_document_has_a_title_beside_its_intent() -> None:
    header = read_markdown_header("# The *title*\n\nWhat some_name is for.\n")
    assert header is not None
    assert (header.title, header.intent) == ("The title", "What some_name is for.")
    untitled = read_markdown_header("Only words here.\n")
    assert untitled is not None
    assert untitled.title is None
    assert read_title("<!-- x -->\nTitle\n=====\n") == "Title"
    assert read_title("no heading") is None


def test_a_document_names_anchors_itself() -> None:
    text = '<a name="one"></a>\n## X {#two}\n<h2 class="k" id=three>\n## Y {: #four }\n<p id="one">'
    assert read_anchors(text) == ("one", "two", "three", "four")
    assert read_anchors("# Nothing\n") == ()


def test_anchors_are_stored_with_the_extraction() -> None:
    extraction = Extraction("markdown", 1, "utf-8", ascii=True, anchors=("one", "two"))
    assert decode(encode(extraction)) == extraction


LEDGER = """\
# Relations

## [DESIGN.md](doc/DESIGN.md)
- Depends on: None
- Impacts: [DATA_MODEL.md](#data_modelmd) - Topic: see [x](y.md) - Scope: all
- **Depends on**: `a.md`, b/c.md and d.md

### Impacts
- [One](one.md)
- `two.md`

That is all.
- [Three](three.md)

## doc/A.md
- depends on: [B](b.md#part) - Topic: `zzz.md`
- Implements: spec.md
"""


def test_lines_of_relations_are_read_with_the_document_they_speak_of() -> None:
    found = [item for item in references(LEDGER) if item.kind == "relation"]
    design, a = ("doc/DESIGN.md",), ("doc/A.md",)
    assert [(item.target, item.role, item.names) for item in found] == [
        ("DATA_MODEL.md", "impacts", design),
        ("a.md", "depends-on", design),
        ("b/c.md", "depends-on", design),
        ("d.md", "depends-on", design),
        ("one.md", "impacts", design),
        ("two.md", "impacts", design),
        ("b.md#part", "depends-on", a),
        ("spec.md", "depends-on", a),
    ]
    assert [cut(LEDGER, item) for item in found] == [item.target for item in found]


def test_a_place_is_one_reference_only() -> None:
    ranges = [item.range for item in references(LEDGER)]
    assert len(set(ranges)) == len(ranges)
    assert ranges == sorted(ranges)
    assert "one.md" not in links(LEDGER)
    assert {"y.md", "three.md", "doc/DESIGN.md"} <= set(links(LEDGER))


@pytest.mark.parametrize(
    "text",
    [
        "It depends on: the weather",
        "This depends on [x](y.md) a lot.",
        "Impacts: nothing",
        "```\n- Depends on: [B](b.md)\n```",
        "- Depends on: https://example.org/x.md",
        "- Depends on: Node.js applications",
    ],
)
def test_prose_is_no_relation(text: str) -> None:
    found = [item.target for item in references(text) if item.kind == "relation"]
    assert found in ([], ["Node.js"])  # a name that is spelled like a file


def test_relations_of_a_document_itself_have_no_other_source() -> None:
    text = "# Title of it\n\nDepends on: [X](x.md)\nImpacts: `y.md`\n"
    found = [(i.target, i.role, i.names) for i in references(text) if i.kind == "relation"]
    assert found == [("x.md", "depends-on", ()), ("y.md", "impacts", ())]


@pytest.mark.parametrize(
    "line",
    [
        "](" * 500_000,
        "[" * 1_000_000,
        "<a " * 300_000,
        "`" * 1_000_000,
        "{#a" * 300_000,
        "{#" + "a" * 1_000_000,
        "Depends on: " + "`a.md`, " * 100_000,
        "# " + "_" * 1_000_000,
        "# " + "<a" * 500_000,
        "[r]: " + "x" * 1_000_000,
        "- " * 500_000,
    ],
    ids=lambda line: line[:12],
)
def test_one_line_of_a_megabyte_is_no_trouble(line: str) -> None:
    started = time.perf_counter()
    read_markdown(line, 1)
    read_anchors(line)
    read_markdown_header(line)
    assert time.perf_counter() - started < 2.0


@given(st.text(alphabet="[](){}<>`#*_:/.\\ \n\tabé😀-=\"'|!", max_size=300))
def test_any_text_gives_references_that_stand_where_they_say(text: str) -> None:
    symbols, found, _ = read_markdown(text, text.count("\n") + 1)
    read_anchors(text)
    assert isinstance(symbols, list)
    for item in found:
        assert cut(text, item) == item.target
