# ruff: noqa: E501 - tables of answers
"""What is kept of an answer: what was asked, and what the file bears out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dbp.enrichment.answer import read_answer
from dbp.enrichment.plan import Plan, make_plan
from dbp.enrichment.template import BUNDLED
from dbp.extract.extraction import extract_text
from dbp.meaning import HEADER, Meaning, Said
from dbp.ports.model import BadAnswerError

BODY = "".join(f"    line_{n} = value + {n}\n" for n in range(9)) + "    return value\n"
METHOD = BODY.replace("    ", "        ")
TEXT = (
    "import os\n\nLIMIT = 1\n\n\n"
    f"def run(value):\n{BODY}\n\n"
    f'def told(value):\n    """Said by a person."""\n{BODY}\n\n'
    f"class Box:\n    size = 1\n\n    def open(self, value):\n{METHOD}\n"
    f"    def close(self, value):\n{METHOD}\n\n"
    f"class Bag:\n    size = 1\n\n    def open(self, value):\n{METHOD}\n"
    f"if LIMIT:\n    def twice(value):\n{METHOD}\nelse:\n    def twice(value):\n{METHOD}"
)
EXTRACTION = extract_text("a/file.py", "python", TEXT)
GOOD = "Does what its caller wants."


def planned(text: str = TEXT) -> Plan:
    return make_plan(
        extract_text("a/file.py", "python", text),
        text,
        None,
        template=BUNDLED,
        max_input_tokens=20_000,
        max_tokens=8000,
    )


def read(answer: object) -> Meaning:
    return read_answer(answer, planned(), EXTRACTION, TEXT, model="m", at=2.5)


def said(answer: object) -> dict[str, Said]:
    return {item.unit: item for item in read(answer).said}


def function(name: str, intent: str = GOOD, **more: Any) -> dict[str, Any]:
    return {"name": name, "docSections": {"intent": intent}, **more}


def spoken(answer: object) -> set[str]:
    return {name for name, item in said(answer).items() if item.intent}


def test_a_whole_answer_becomes_a_meaning() -> None:
    meaning = read(
        {
            "path": "x.py",
            "language": "python",
            "headerSections": {
                "intent": "Runs boxes for those who need them.",
                "designPrinciples": ["One thing at a time"],
                "constraints": "Needs the limit to be set",
            },
            "functions": [
                {
                    "name": "run",
                    "docSections": {
                        "intent": GOOD,
                        "implementationDetails": "Adds nine numbers in turn.",
                        "designDecisions": "Kept plain for its readers.",
                        "designPrinciples": ["Never fails at all"],
                    },
                    "parameters": ["value"],
                    "lineRange": {"start": 6, "end": 16},
                }
            ],
            "classes": [{"name": "Box", "docSections": None, "methods": [function("open")]}],
        }
    )
    by_name = {item.unit: item for item in meaning.said}
    fingerprints = {unit.name: unit.fingerprint for unit in planned().units}
    assert by_name[HEADER] == Said(
        HEADER,
        fingerprints[HEADER],
        "Runs boxes for those who need them.",
        ("One thing at a time",),
        ("Needs the limit to be set",),
    )
    assert by_name["run"] == Said(
        "run",
        fingerprints["run"],
        GOOD,
        ("Never fails at all",),
        (),
        "Adds nine numbers in turn.",
        "Kept plain for its readers.",
    )
    assert by_name["Box.open"].intent == GOOD
    assert by_name["Box"] == Said("Box", fingerprints["Box"])
    assert (meaning.model, meaning.at, meaning.dropped) == ("m", 2.5, 0)
    assert set(by_name) == {unit.name for unit in planned().asked}


@pytest.mark.parametrize(
    "name", ["run", " run ", "`run`", "run(value)", "def run(value):", "function run"]
)
def test_a_name_may_be_dressed_up(name: str) -> None:
    assert spoken({"functions": [function(name)]}) == {"run"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"functions": [function("close")]}, {"Box.close"}),
        ({"functions": [function("Box.open")]}, {"Box.open"}),
        ({"functions": [function("Box::open")]}, {"Box.open"}),
        ({"classes": [function("Bag", methods=[function("open")])]}, {"Bag", "Bag.open"}),
        ({"classes": [function("Bag", methods=[function("Bag.open")])]}, {"Bag", "Bag.open"}),
        ({"classes": [function("Box", methods=[function("run")])]}, {"Box"}),
        ({"classes": [function("run")]}, {"run"}),
        ({"functions": [function("run"), function("open")]}, {"run"}),
        ({"functions": [function("run"), function("ghost")]}, {"run"}),
        ({"functions": [function("run"), function("told")]}, {"run"}),
        ({"functions": [function("run"), function("")]}, {"run"}),
        ({"classes": [function("Ghost", methods=[function("run")]), function("Box")]}, {"Box"}),
    ],
)
def test_only_units_that_were_asked_are_spoken_of(answer: object, expected: set[str]) -> None:
    assert spoken(answer) == expected


def test_equal_names_are_told_apart_by_their_lines_or_by_their_own_name() -> None:
    second = next(unit for unit in planned().asked if unit.name == "twice~2")
    lines = {"start": second.first_line + 1, "end": second.last_line + 1}
    assert spoken({"functions": [function("twice", lineRange=lines)]}) == {"twice~2"}
    inside = {"start": second.first_line + 3, "end": second.last_line}
    assert spoken({"functions": [function("twice", lineRange=inside)]}) == {"twice~2"}
    assert spoken({"functions": [function("twice~2")]}) == {"twice~2"}
    assert spoken({"functions": [function("twice")]}) == {"twice"}


def test_lines_that_contradict_the_parser_are_ignored_and_counted() -> None:
    meaning = read({"functions": [function("run", lineRange={"start": 900, "end": 901})]})
    assert meaning.dropped == 1
    assert next(item for item in meaning.said if item.unit == "run").intent == GOOD


def test_what_was_not_asked_is_dropped_and_counted() -> None:
    meaning = read(
        {
            "functions": [
                function("run"),
                function("run", "A second opinion of it."),
                function("told", "Better than the person."),
                {"name": "ghost", "docSections": {"intent": "I am.", "designPrinciples": ["a b"]}},
            ]
        }
    )
    assert meaning.dropped == 1 + 1 + 2
    assert {item.unit for item in meaning.said if item.intent} == {"run"}


def test_a_field_that_is_documented_is_not_replaced() -> None:
    text = f'"""Says what it is for."""\n{TEXT}'
    meaning = read_answer(
        {"headerSections": {"intent": "Says it better.", "constraints": ["Has a limit somewhere"]}},
        planned(text),
        extract_text("a", "python", text),
        text,
        model="m",
        at=1.0,
    )
    header = next(item for item in meaning.said if item.unit == HEADER)
    assert (header.intent, header.constraints) == (None, ("Has a limit somewhere",))
    assert meaning.dropped == 1


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        7,
        {},
        {"functions": []},
        {"headerSections": {}},
        {"functions": [{}]},
        {"functions": [function("ghost")]},
        {"functions": [function("told")]},
        {"functions": "run"},
        {"functions": 7},
        {"functions": [["run"]]},
        {"functions": [{"name": "run", "docSections": {"intent": 7}}]},
        {"functions": [{"name": "run", "docSections": {"intent": ["a", "b"]}}]},
        {"functions": [{"name": "run", "docSections": []}]},
        {"functions": [{"name": {"a": 1}, "docSections": {}}]},
        {"functions": [{"name": "run", "lineRange": {"start": "1", "end": 2}}]},
        {"functions": [{"name": "run", "lineRange": {"start": True, "end": 2}}]},
        {"functions": [{"name": "run", "lineRange": [1, 2]}]},
        {"headerSections": ["intent"]},
        {"headerSections": {"intent": True}},
        {"headerSections": {"designPrinciples": [1]}},
        {"headerSections": {"changeHistory": ["yesterday"]}},
        {"classes": [{"name": "Box", "methods": {"open": 7}}, 7]},
    ],
)
def test_another_form_or_nothing_at_all_is_no_answer(answer: object) -> None:
    with pytest.raises(BadAnswerError) as raised:
        read(answer)
    assert len(str(raised.value)) < 200


def test_nulls_and_missing_parts_are_nothing_said() -> None:
    meaning = read(
        {
            "headerSections": {
                "intent": None,
                "designPrinciples": None,
                "constraints": [None],
                "changeHistory": None,
            },
            "functions": [
                None,
                {"name": "run", "docSections": None, "lineRange": None, "parameters": None},
            ],
            "classes": None,
        }
    )
    assert all(item == Said(item.unit, item.fingerprint) for item in meaning.said)
    assert meaning.dropped == 0


def test_a_huge_answer_costs_little_and_keeps_little() -> None:
    long = "word " * 200_000
    meaning = read(
        {
            "headerSections": {"intent": long, "designPrinciples": [f"a rule {n}" for n in range(10_000)]},
            "functions": [function(f"ghost{n}", long) for n in range(10_000)],
            "classes": [function("Box", methods=[function("x") for _ in range(10_000)])],
        }
    )  # fmt: skip
    header = next(item for item in meaning.said if item.unit == HEADER)
    assert header.intent is None
    assert len(header.design_principles) == 8
    assert meaning.dropped > 900


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("headerSections", "functions", "classes", "methods", "name", "docSections"),
                    *("intent", "designPrinciples", "constraints", "changeHistory", "summary"),
                    *(
                        "referenceDocumentation",
                        "lineRange",
                        "start",
                        "end",
                        "implementationDetails",
                    ),
                ]
            ),
            inner | st.sampled_from(["run", "Box", "open", GOOD]),
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_any_json_is_a_meaning_or_a_bad_answer(tree: object) -> None:
    try:
        meaning = read(tree)
    except BadAnswerError:
        return
    assert {item.unit for item in meaning.said} <= {unit.name for unit in planned().asked}
    for item in meaning.said:
        assert len(item.intent or "") <= 300
        assert len(item.implementation_details or "") <= 600
        assert all(len(text) <= 200 for text in item.design_principles)
