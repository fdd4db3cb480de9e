"""What is sent of a file: all of it, or slices within a budget, and nothing that is known."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from obeying import answer_for, request_of

from dbp.enrichment.answer import read_answer
from dbp.enrichment.plan import Plan, make_plan
from dbp.enrichment.slices import tokens_of
from dbp.enrichment.template import BUNDLED
from dbp.extract.extraction import extract_text
from dbp.meaning import Meaning, Said

BODY = "".join(f"    line_{n} = value + {n} * NUMBER\n" for n in range(12)) + "    return value\n"


def function(number: int) -> str:
    return f"def task_{number}(value):\n{BODY.replace('NUMBER', str(number))}\n\n"


FIFTY = "import os\n\n\n" + "".join(map(function, range(50)))


def plan(
    text: str,
    before: Meaning | None = None,
    *,
    language: str = "python",
    max_input_tokens: int = 20_000,
    max_tokens: int = 10_000,
    template: str = BUNDLED,
    model: str = "",
) -> Plan:
    return make_plan(
        extract_text("a/file.x", language, text),
        text,
        before,
        template=template,
        max_input_tokens=max_input_tokens,
        max_tokens=max_tokens,
        model=model,
    )


def answered(text: str, made: Plan) -> Meaning:
    assert made.question is not None
    answer = answer_for(request_of(made.question))
    return read_answer(answer, made, extract_text("a", "python", text), text, model="m", at=1.0)


def test_a_new_file_is_shown_whole() -> None:
    made = plan(FIFTY)
    assert made.question is not None
    assert FIFTY in made.question.content
    assert [unit.name for unit in made.asked] == ["", *(f"task_{n}" for n in range(50))]
    assert (made.truncated, made.unasked, made.carried) == (False, (), ())


def test_one_edit_among_fifty_functions_sends_that_function() -> None:
    meaning = answered(FIFTY, plan(FIFTY))
    edited = FIFTY.replace("line_5 = value + 5 * 17", "line_5 = value - 5 * 17")
    made = plan(edited, meaning)
    assert [unit.name for unit in made.asked] == ["task_17"]
    assert len(made.carried) == 50
    assert made.question is not None
    assert "line_5 = value - 5 * 17" in made.question.content
    assert "* 16" not in made.question.content
    assert "* 18" not in made.question.content
    assert len(made.question.content) < 1500
    whole = plan(edited).question
    assert whole is not None
    assert tokens_of(made.question.content) < tokens_of(whole.content) / 10
    assert made.question.max_tokens < 400


def test_an_edited_method_is_shown_below_the_signature_of_its_class() -> None:
    text = "class Box(Base):\n    size = 1\n\n" + "".join(
        "    " + line + "\n" if line else "\n"
        for line in "".join(
            function(n).replace("(value)", "(self, value)") for n in range(6)
        ).splitlines()
    )
    made = plan(text.replace("3 * 4", "3 * 44"), answered(text, plan(text)))
    assert [unit.name for unit in made.asked] == ["Box.task_4"]
    assert made.question is not None
    assert "class Box(Base):" in made.question.content
    assert "size = 1" not in made.question.content


def test_nothing_new_is_no_question() -> None:
    meaning = answered(FIFTY, plan(FIFTY))
    made = plan("\n\n" + FIFTY + "\n# a word at the end\n", meaning)
    assert (made.question, made.asked, made.unasked) == (None, (), ())
    assert made.carried == meaning.said


def test_a_unit_the_model_was_silent_about_is_not_asked_again() -> None:
    made = plan(FIFTY)
    quiet = read_answer(
        {"functions": [{"name": "task_1", "docSections": {"intent": "Does the first task."}}]},
        made,
        extract_text("a", "python", FIFTY),
        FIFTY,
        model="m",
        at=1.0,
    )
    assert plan(FIFTY, quiet).question is None


def test_what_another_model_or_template_brought_is_not_carried() -> None:
    meaning = answered(FIFTY, plan(FIFTY))
    assert plan(FIFTY, meaning, model="m").question is None
    assert len(plan(FIFTY, meaning, model="other").asked) == 51
    assert len(plan(FIFTY, meaning, template="Say little.").asked) == 51


def test_equal_contents_give_equal_bytes_whatever_the_file_is_called() -> None:
    questions = {
        json.dumps(
            [
                made.question.system,
                made.question.guide,
                made.question.content,
                made.question.max_tokens,
            ]
        )
        for path in ("a/secret_name.py", "b/other.py")
        for made in [
            make_plan(
                extract_text(path, "python", FIFTY),
                FIFTY,
                None,
                template=BUNDLED,
                max_input_tokens=8000,
                max_tokens=4096,
            )
        ]
        if made.question is not None
    }
    assert len(questions) == 1
    assert "secret_name" not in questions.pop()


def test_a_long_file_goes_by_slices_and_names_what_was_not_asked() -> None:
    made = plan(FIFTY, max_input_tokens=2000)
    assert made.question is not None
    assert made.truncated
    assert made.asked[0].name == ""
    assert {unit.name for unit in made.asked} | set(made.unasked) == {u.name for u in made.units}
    assert tokens_of(made.question.content) < 2600
    outlined = [name for name in made.unasked if f"def {name}(value):" in made.question.content]
    assert len(outlined) > 10
    assert all(f"* {name[5:]}\n" not in made.question.content for name in made.unasked)
    assert all(f"* {unit.name[5:]}\n" in made.question.content for unit in made.asked[1:])


def test_the_answer_has_room_for_every_unit_that_is_asked() -> None:
    made = plan(FIFTY, max_tokens=1000)
    assert made.question is not None
    assert made.question.max_tokens <= 1000
    assert 2 <= len(made.asked) <= 8
    assert made.truncated
    assert len(made.unasked) == 51 - len(made.asked)


def test_what_was_not_asked_comes_with_the_next_content() -> None:
    first = plan(FIFTY, max_tokens=1000)
    edited = FIFTY.replace("line_5 = value + 5 * 0", "line_5 = 0")
    second = plan(edited, answered(FIFTY, first), max_tokens=1000)
    assert {unit.name for unit in second.asked} & set(first.unasked)
    assert len(second.carried) in (len(first.asked), len(first.asked) - 1)


def test_a_giant_function_is_cut_and_does_not_silence_the_others() -> None:
    giant = "def giant(value):\n" + "".join(f"    line_{n} = value\n" for n in range(4000))
    made = plan(giant + "    return 'the end'\n\n\n" + function(1), max_input_tokens=3000)
    assert made.question is not None
    assert {"giant", "task_1"} <= {unit.name for unit in made.asked}
    assert made.truncated
    assert "return 'the end'" in made.question.content
    assert tokens_of(made.question.content) < 3600


def test_no_room_at_all_is_no_question() -> None:
    made = plan(FIFTY, max_tokens=64)
    assert made.question is None
    assert made.truncated
    assert len(made.unasked) == 51


def test_data_is_shown_by_its_beginning() -> None:
    text = json.dumps({f"key{n}": "value" * 3 for n in range(20_000)}, indent=1)
    made = plan(text, language="json")
    assert made.question is not None
    assert len(made.question.content) < 3500
    other = plan(text.replace('"key19999": "value', '"key19999": "other'), language="json")
    assert other.units == made.units


def test_documented_code_is_asked_for_its_principles_by_outline() -> None:
    text = '"""Says what it is for."""\n\n' + "".join(
        function(n).replace("(value):\n", '(value):\n    """Do it."""\n') for n in range(50)
    )
    made = plan(text)
    assert [unit.name for unit in made.asked] == [""]
    assert made.question is not None
    assert "def task_49(value):" in made.question.content
    assert "line_5" not in made.question.content
    assert not made.truncated


def test_references_and_history_are_carried_while_they_stand() -> None:
    text = f"# see doc/a.md and doc/b.md\n{function(1)}"
    made = plan(text)
    assert made.question is not None
    answer = {
        "headerSections": {
            "referenceDocumentation": ["doc/a.md", "doc/b.md"],
            "changeHistory": [{"summary": "see doc/a.md and"}],
        }
    }
    extraction = extract_text("a", "python", text)
    meaning = read_answer(answer, made, extraction, text, model="m", at=1.0)
    assert [item.target for item in meaning.references] == ["doc/a.md", "doc/b.md"]
    later = plan("x = 1\n" + text.replace("and doc/b.md", ""), meaning)
    assert [(item.target, item.range.start_line) for item in later.references] == [("doc/a.md", 1)]
    assert later.history == ()


def test_the_estimate_is_rather_too_high() -> None:
    made = plan(FIFTY)
    assert made.question is not None
    question = made.question
    characters = len(question.system + question.guide + question.content)
    characters += len(json.dumps(question.schema))
    assert made.input_tokens >= characters / 3.6
    assert made.input_tokens <= characters / 2
    assert 0 < made.output_tokens < question.max_tokens


@pytest.mark.slow
def test_a_megabyte_of_functions_is_planned_quickly() -> None:
    text = "".join(f"def f{n}(value):\n    a = 1\n    b = 2\n    return a\n" for n in range(20_000))
    extraction = extract_text("a", "python", text)
    started = time.process_time()
    made = make_plan(
        extraction, text, None, template=BUNDLED, max_input_tokens=8000, max_tokens=4096
    )
    assert time.process_time() - started < 5
    assert made.truncated


@settings(max_examples=40, deadline=None)
@given(
    room=st.integers(100, 6000),
    answer=st.integers(64, 5000),
    count=st.integers(0, 20),
    known=st.sets(st.integers(0, 19)),
)
def test_every_unit_is_carried_asked_or_named(
    room: int, answer: int, count: int, known: set[int]
) -> None:
    text = "import os\n" * 3 + "".join(map(function, range(count)))
    first = plan(text)
    said = tuple(
        Said(unit.name, unit.fingerprint, "Known already.")
        for number, unit in enumerate(first.units)
        if number in known
    )
    made = plan(text, Meaning("m", 1.0, said), max_input_tokens=room, max_tokens=answer)
    names = [
        *(item.unit for item in made.carried),
        *(unit.name for unit in made.asked),
        *made.unasked,
    ]
    assert sorted(names) == sorted(unit.name for unit in made.units)
    assert (made.question is None) == (not made.asked)
    if made.question:
        assert made.question.max_tokens <= answer
    assert replace(made) == plan(
        text, Meaning("m", 1.0, said), max_input_tokens=room, max_tokens=answer
    )


@pytest.mark.parametrize("language", ["python", "javascript", "c", "yaml", "text", "markdown"])
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.sampled_from("def f(){}\n\r:#/*'\"class A;\t=ß😀 "), max_size=300))
def test_any_text_can_be_planned(language: str, text: str) -> None:
    for room in (30, 5000):
        plan(text, language=language, max_input_tokens=room)
