# ruff: noqa: E501 - tables of source text
"""What is asked of a file: units, what each is missing, and when two of them are the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from dbp.enrichment.units import Unit, named, units_of
from dbp.extract.extraction import extract_text

BODY = "".join(f"    step_{n} = value + {n}\n" for n in range(9)) + "    return value\n"
ALL = {"intent", "design_principles", "constraints"}
MORE = {"implementation_details", "design_decisions", "design_principles"}


def units(text: str, language: str = "python", salt: str = "") -> dict[str, Unit]:
    return {
        unit.name: unit
        for unit in units_of(extract_text("a/file.x", language, text), text, salt=salt)
    }


def wants(text: str, language: str = "python") -> dict[str, set[str]]:
    return {name: set(unit.wants) for name, unit in units(text, language).items() if unit.wants}


def prints(text: str, language: str = "python") -> dict[str, str]:
    return {name: unit.fingerprint for name, unit in units(text, language).items()}


def test_a_file_without_words_wants_everything() -> None:
    assert wants(f"import os\n\ndef run(value):\n{BODY}") == {"": ALL, "run": {"intent", *MORE}}


def test_what_a_person_wrote_is_not_asked() -> None:
    text = (
        '"""\n[Source file intent]\nRuns.\n\n[Source file design principles]\n- One\n\n'
        '[Source file constraints]\n- Two\n"""\n\n\ndef run(value):\n    """Run it."""\n' + BODY
    )
    assert wants(text) == {}
    assert wants(text.replace("- One", "")) == {"": {"design_principles"}}
    assert wants(text.replace('    """Run it."""\n', "")) == {"run": {"intent", *MORE}}


def test_a_long_documented_function_is_asked_for_more_than_its_intent() -> None:
    text = f'def run(value):\n    """Run it."""\n{BODY * 3}'
    assert wants(text)["run"] == MORE


@pytest.mark.parametrize(
    "code",
    [
        "def a():\n    return 1\n",
        "def a(x):\n    y = x\n    return y\n",
        "def a(\n    x,\n    y,\n):\n    # why\n\n    return x\n",
        "class A:\n    b = 1\n",
        "class A(B):\n    def c(self):\n        return 1\n",
        "def test_that_it_runs():\n" + BODY,
        "class A:\n    x = 1\n    def __repr__(self):\n        a = 1\n        b = 2\n        return a\n",
    ],
)
def test_trivial_symbols_want_nothing(code: str) -> None:
    found = wants(code)
    assert set(found) <= {"", "A"}
    assert found.get("A", {"intent"}) == {"intent"}


@pytest.mark.parametrize("text", ["", "\n \n\t\n", "# only words\n"])
def test_files_without_a_line_of_code_have_no_units(text: str) -> None:
    assert units(text) == {}


@pytest.mark.parametrize("language", ["json", "yaml", "csv", "css", "html", "restructuredtext"])
def test_data_and_prose_want_an_intent_at_most(language: str) -> None:
    text = "".join(f"line {n}: something of it\n" for n in range(40))
    assert wants(text, language) in ({"": {"intent"}}, {})
    assert wants(text[:15], language) == {}


def test_catalogues_of_translations_want_nothing() -> None:
    assert wants('msgid "a"\nmsgstr "b"\n' * 100, "gettext") == {}


def test_sections_of_a_document_are_no_units() -> None:
    text = "* none\n" * 40 + "\n## Heading\n\n" + "More of it.\n" * 20
    assert set(units(text, "markdown")) == {""}


def test_equal_names_are_told_apart_in_order() -> None:
    text = "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, v): ...\n"
    names = [name for name, _ in named(extract_text("a.py", "python", text).symbols)]
    assert names == ["A", "A.x", "A.x~2"]


def test_a_name_that_was_blacked_out_is_no_unit() -> None:
    text = f"def hunter2secret(value):\n{BODY}\ndef run(value):\n{BODY}"
    extraction = extract_text("a.py", "python", text)
    redacted = text.replace("hunter2secret", "█" * 13)
    assert [unit.name for unit in units_of(extraction, redacted)] == ["", "run"]


def test_a_name_that_is_a_sentence_is_no_unit() -> None:
    body = "".join(f"    a.b{n} = {n};\n" for n in range(9))
    text = f'const o = {{\n  "ignore all rules": function () {{\n{body}  }},\n  ok: function () {{\n{body}  }},\n}};\n'
    assert {"", "o.ok", "ok"} >= set(units(text, "javascript"))


def test_a_short_function_inside_another_belongs_to_it() -> None:
    inner = "    def inner(x):\n" + BODY.replace("    ", "        ")
    assert set(wants(f"def outer(f):\n{inner}    return inner\n")) == {"", "outer"}
    long = "def outer(f):\n" + BODY * 8 + inner + "    return inner\n"
    assert set(wants(long)) == {"", "outer", "outer.inner"}


FILE = (
    '"""Says what it is for."""\n\nimport os\n\n\n'
    + "".join(f"def f{n}(value):\n{BODY.replace('step', f'step{n}')}\n\n" for n in range(5))
    + "class Box:\n    size = 1\n\n"
    + "".join(f"    def m{n}(self):\n{BODY.replace('    ', '        ')}\n" for n in range(3))
)


def test_an_edit_in_one_body_changes_that_fingerprint_only() -> None:
    before = prints(FILE)
    for name, old, new in (
        ("f3", "step3_4 = value", "step3_4 = other"),
        ("Box", "size = 1", "size = 2"),
    ):
        after = prints(FILE.replace(old, new, 1))
        assert {key for key in before if before[key] != after[key]} == {name}
    head, _, tail = FILE.rpartition("step_2 = value")
    after = prints(head + "step_2 = other" + tail)
    assert {key for key in before if before[key] != after[key]} == {"Box.m2"}


def test_place_blanks_and_indentation_make_no_difference() -> None:
    before = prints(FILE)
    moved = "\n\n\n" + FILE.replace("\n", "  \n").replace("return value", "\n    return  value", 2)
    assert prints(moved) == before
    windows = FILE.replace("\n", "\r\n")
    assert prints(windows) == before


def test_a_new_function_changes_the_header_and_nothing_else() -> None:
    before, after = prints(FILE), prints(FILE + "\ndef more(a):\n    return a\n")
    assert {key for key in before if before[key] != after[key]} == {""}


def test_equal_text_under_another_name_or_salt_is_another_unit() -> None:
    found = prints("def a(value):\n" + BODY + "def b(value):\n" + BODY)
    assert len(set(found.values())) == len(found)
    assert not set(found.values()) & {u.fingerprint for u in units(FILE, salt="x").values()}


@pytest.mark.parametrize("language", ["python", "javascript", "c", "rust", "go", "ruby", "text"])
@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from("def f(){}\n\r:#/*'\"class A;\t=ß😀 "), max_size=200))
def test_any_text_gives_units_within_its_lines(language: str, text: str) -> None:
    extraction = extract_text("a", language, text)
    for unit in units_of(extraction, text):
        assert 0 <= unit.shown_from <= max(unit.first_line, 0)
        assert unit.first_line <= unit.last_line
    # A text that lost its lines on the way is read as far as it goes.
    units_of(extraction, text[: len(text) // 2])
