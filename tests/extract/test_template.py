# ruff: noqa: E501 - tables of source text
"""Templates of a project, and headers written from them: what is written is read back equal."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.extraction import extract_text
from dbp.extract.registry import lookup
from dbp.languages import LANGUAGES, TEXT, Language
from dbp.model import HistoryEntry, SectionState
from dbp.template import (
    DEFAULT,
    Template,
    TemplateSection,
    canonical,
    comment_of,
    parse_template,
    render_header,
    section_lines,
)

PLAIN = """\
[Source file intent]
<What it is for>

[Owner]
<the team>

[Source file constraints] (optional)
- <a limit>
- <another>

[GenAI tool change history] <!-- newest first -->
YYYY-MM-DDThh:mm:ssZ : <summary> by <author>
* <detail>
"""


def commented(opener: str, prefix: str, closer: str) -> str:
    separator = prefix + "#" * 60
    lines = [separator, *(prefix + line for line in PLAIN.splitlines()), separator]
    return "".join(f"{line}\n" for line in (opener, *lines, closer) if line)


TEMPLATES = {
    "plain": PLAIN,
    "hash": commented("", "# ", ""),
    "slashes": commented("", "// ", ""),
    "dashes": commented("", "-- ", ""),
    "semicolons": commented("", ";; ", ""),
    "starred block": commented("/*", " * ", " */"),
    "block": commented("/*", "", "*/"),
    "markup": commented("<!--", "", "-->"),
    "docstring": commented('"""', "", '"""'),
    "windows lines": PLAIN.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + commented("", "# ", ""),
}


@pytest.mark.parametrize("style", TEMPLATES)
def test_a_template_is_read_in_any_comment_syntax(style: str) -> None:
    template = parse_template(TEMPLATES[style], "doc/T.txt")
    assert template is not None
    assert template.origin == "doc/T.txt"
    assert [(one.name, one.title, one.required) for one in template.sections] == [
        ("intent", "Source file intent", True),
        ("owner", "Owner", True),
        ("constraints", "Source file constraints", False),
        ("history", "GenAI tool change history", True),
    ]
    assert [one.placeholder for one in template.sections] == [
        "<What it is for>",
        "<the team>",
        "- <a limit>\n- <another>",
        "YYYY-MM-DDThh:mm:ssZ : <summary> by <author>\n* <detail>",
    ]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "no sections", "# just\n# words", "[1]\n[a](b)\n[x] y"]
)
def test_a_text_without_sections_is_no_template(text: str) -> None:
    assert parse_template(text) is None


def test_a_template_ends_where_it_goes_on_to_functions() -> None:
    template = parse_template("[Intent]\n<a>\n[Function intent]\n<b>\n[Design principles]\n<c>\n")
    assert template is not None
    assert [one.name for one in template.sections] == ["intent"]


def test_names_of_sections_are_unique() -> None:
    template = parse_template("[Intent]\n[Purpose]\n[Intent]\n[Owner]\n[owner]\n")
    assert template is not None
    assert [one.name for one in template.sections] == ["intent", "purpose", "owner"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Source file intent", "intent"),
        (" SOURCE  file_INTENT ", "intent"),
        ("Module intent", "intent"),
        ("Purpose", "intent"),
        ("Design principles", "principles"),
        ("Source-file-constraints", "constraints"),
        ("Dependencies", "dependencies"),
        ("Source file reference documentation", "documentation"),
        ("GenAI tool change history", "history"),
        ("Gen AI coding tool directive", "directive"),
        ("Function intent", "function intent"),
        ("Class  intent", "class intent"),
        ("Owner", "owner"),
    ],
)
def test_a_title_names_its_section(title: str, name: str) -> None:
    assert canonical(title) == name


def test_a_projects_own_sections_are_recognized() -> None:
    template = parse_template("[Why]\n<why it exists>\n[Owner]\n<the team>\n[Purpose]\n<purpose>\n")
    assert template is not None
    text = "# [Why]\n# Because.\n# [Owner]\n# <the team>\n# [Purpose]\n# Counts.\n"
    header = extract_text("a.py", "python", text, template).header
    assert header is not None
    assert header.intent == "Counts."
    assert [(one.name, one.title, one.state) for one in header.sections] == [
        ("why", "Why", SectionState.WRITTEN),
        ("owner", "Owner", SectionState.PLACEHOLDER),
        ("intent", "Purpose", SectionState.WRITTEN),
    ]
    plain = extract_text("a.py", "python", text).header
    assert plain is None or not plain.sections


def test_words_of_the_template_are_no_words_of_a_person() -> None:
    template = parse_template("[Source file intent]\nSay what the file is for.\n")
    assert template is not None
    text = "# [Source file intent]\n# Say what the  file\n# is for.\n"
    header = extract_text("a.py", "python", text, template).header
    assert header is not None
    assert (header.intent, header.sections[0].state) == (None, SectionState.PLACEHOLDER)


def test_a_written_header_says_what_is_known_and_asks_for_the_rest() -> None:
    entry = HistoryEntry("2025-01-02T03:04:05Z", "Made it", "Ann", ("One", "Two"))
    written = render_header(
        DEFAULT,
        lookup("go"),
        {"intent": ["Does one thing."], "dependencies": ["codebase: a/b.go"]},
        history=[entry],
    )
    assert written == (
        "// [Source file intent]\n// Does one thing.\n//\n"
        "// [Source file design principles]\n// <the principles it keeps>\n//\n"
        "// [Source file constraints]\n// <the limits it must keep to>\n//\n"
        "// [Dependencies]\n// codebase: a/b.go\n//\n"
        "// [GenAI tool change history]\n// 2025-01-02T03:04:05Z : Made it by Ann\n// * One\n// * Two\n"
    )
    python = render_header(DEFAULT, lookup("python"), {})
    assert python.startswith('"""\n[Source file intent]\n<describe')
    assert render_header(DEFAULT, lookup("python"), {}, docstring=False).startswith("# [Source")
    assert render_header(DEFAULT, lookup("markdown"), {}).startswith("<!--\n[Source")
    assert render_header(DEFAULT, lookup("json"), {}) == ""


COMMENTING = [one for one in (*LANGUAGES, TEXT) if one.line or one.block]


@pytest.mark.parametrize("language", COMMENTING, ids=lambda one: one.name)
def test_a_written_placeholder_is_read_as_one(language: Language) -> None:
    template = parse_template(PLAIN)
    assert template is not None
    for expected in (DEFAULT, template):
        header = extract_text(
            "a", language.name, render_header(expected, language, {}), expected
        ).header
        assert header is not None
        required = [one for one in expected.sections if one.required]
        assert [one.name for one in header.sections] == [one.name for one in required]
        assert {one.state for one in header.sections} == {SectionState.PLACEHOLDER}
        assert (header.intent, header.constraints, header.change_history) == (None, (), ())


# ── any header, in any language ────────────────────────────────────────────────────────────────

LETTERS = string.ascii_letters + "äßé漢字🍎ж"
words = st.text(
    st.sampled_from(LETTERS + string.digits + "'.,!?()/&+"), min_size=1, max_size=12
).filter(lambda word: any(map(str.isalpha, word)))
RESERVED = ("todo", "tbd", "tba", "fixme", "xxx", "none", "by", "and", "notes", "no", "yyyy")
sentences = st.builds(
    lambda first, rest: " ".join([first, *rest]),
    st.text(st.sampled_from(LETTERS), min_size=2, max_size=10),
    st.lists(words, max_size=30),
).filter(lambda text: not set(text.lower().split()) & set(RESERVED))
names = st.lists(
    st.text(st.sampled_from(LETTERS + string.digits + "_-"), min_size=1, max_size=8).filter(
        lambda part: part.strip("_-") != "" and part.lower() not in RESERVED
    ),
    min_size=1,
    max_size=3,
).map("/".join)
paths = st.builds("{}.{}".format, names, st.sampled_from(["py", "md", "c", "tar.gz"]))
things = st.one_of(paths, st.from_regex(r"[a-z]{2,8}( [a-z]{3,8}){0,3}", fullmatch=True)).filter(
    lambda text: not set(text.split()) & {*RESERVED, "na", "nil", "nothing"}
)
stamps = st.one_of(
    st.none(), st.datetimes().filter(lambda at: at.year >= 1000).map("{:%Y-%m-%dT%H:%M:%SZ}".format)
)
authors = st.sampled_from([None, "Ann", "Bob Smith", "CodeAssistant", "bot-7", "Łukasz Żak"])
entries = st.builds(
    HistoryEntry,
    stamps,
    sentences.filter(lambda text: text[-1].isalpha()),  # `(by` and `, by` belong to the author
    authors.filter(lambda name: name is None or name.isascii()),
    st.lists(sentences, max_size=3).map(tuple),
)


@settings(max_examples=250, deadline=None)
@given(
    language=st.sampled_from(COMMENTING),
    intent=sentences,
    principles=st.lists(sentences, max_size=4),
    constraints=st.lists(sentences, max_size=4),
    depends=st.lists(
        st.tuples(st.sampled_from(["codebase", "system", "other"]), things), max_size=4
    ),
    documents=st.lists(paths, max_size=3),
    history=st.lists(entries, max_size=3),
    docstring=st.booleans(),
)
def test_any_header_written_in_any_comment_syntax_is_read_back_equal(
    *,
    language: Language,
    intent: str,
    principles: list[str],
    constraints: list[str],
    depends: list[tuple[str, str]],
    documents: list[str],
    history: list[HistoryEntry],
    docstring: bool,
) -> None:
    values = {
        "intent": [intent],
        "principles": principles,
        "constraints": constraints,
        "dependencies": [f"{kind}: {name}" for kind, name in depends],
        "documentation": documents,
    }
    text = render_header(DEFAULT, language, values, history=history, docstring=docstring)
    header = extract_text("a/b", language.name, text + "\n").header
    assert header is not None
    assert header.intent == intent
    assert list(header.design_principles) == principles
    assert list(header.constraints) == constraints
    assert [(item.kind, item.target) for item in header.dependencies] == depends
    assert list(header.reference_documentation) == documents
    assert [entry.line >= 0 for entry in header.change_history] == [True] * len(history)
    read = [(one.timestamp, one.summary, one.author, one.details) for one in header.change_history]
    assert read == [(one.timestamp, one.summary, one.author, one.details) for one in history]
    present = {"intent": True, "principles": True, "constraints": True}
    present |= {
        "dependencies": bool(depends),
        "documentation": bool(documents),
        "history": bool(history),
    }
    assert [one.name for one in header.sections] == [name for name in present if present[name]]
    empty = {"principles": not principles, "constraints": not constraints}
    for one in header.sections:
        expected = SectionState.PLACEHOLDER if empty.get(one.name) else SectionState.WRITTEN
        assert one.state is expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(COMMENTING))
def test_no_words_break_out_of_a_written_comment(text: str, language: Language) -> None:
    section = TemplateSection("intent", "Intent")
    written = comment_of(language, section_lines(section, [text]))
    header = extract_text("a", language.name, written + "\nthe end\n").header
    assert header is not None
    assert [one.name for one in header.sections] == ["intent"]
    assert header.range.end_line <= written.count("\n") - 1
    assert written.count("\n") - 1 <= header.range.end_line + 2


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("#/*[]<>-ab \n\"';!:("), max_size=200))
def test_any_text_is_read_as_a_template_or_as_none(text: str) -> None:
    template = parse_template(text)
    assert template is None or isinstance(template, Template)
    if template:
        extract_text("a.py", "python", "# [Intent]\n# x\n", template)


@pytest.mark.parametrize(
    "unit", ["[a", "[ab]\n", "# [Intent]\n", "/*", "-", "<", "*", " ", '"""', "\n"]
)
def test_the_time_to_read_a_template_is_linear(unit: str) -> None:
    before = time.process_time()
    parse_template(unit * (1_000_000 // len(unit)))
    assert time.process_time() - before < 1
