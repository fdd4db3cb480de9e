"""Files that give orders, and a model that obeys them: nothing gets beyond their own texts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from obeying import ATTACKS, Attack, Json, answer_for, asked_of, request_of

from dbp.card import header_card, reference_card, symbol_card
from dbp.enrichment import clean
from dbp.enrichment.answer import read_answer
from dbp.enrichment.merge import Merged, merged
from dbp.enrichment.payload import decode, encode
from dbp.enrichment.plan import Plan, make_plan
from dbp.enrichment.template import BUNDLED
from dbp.enrichment.units import named
from dbp.extract.extraction import extract_text
from dbp.meaning import Meaning
from dbp.model import Doc, Extraction, Symbol
from dbp.ports.model import BadAnswerError
from dbp.view import FileView

EXISTS = frozenset({"doc/real.md", "etc/passwd", "doc"})
LANGUAGES = sorted({attack.language for attack in ATTACKS})

_ACTIVE = re.compile(
    r"://|\]\(|!\[|<[a-z!/?]|javascript:|command:|vscode:|file:|mailto:|www\.|\$\(|```|`"
    r"|&[#a-z0-9]+;|\]\[|\]:|evil@",
    re.IGNORECASE,
)


def planned(attack: Attack) -> tuple[Extraction, str, Plan]:
    extraction = extract_text("src/file", attack.language, attack.text)
    text = clean.for_prompt(attack.text)
    plan = make_plan(
        extraction, text, None, template=BUNDLED, max_input_tokens=8000, max_tokens=4096
    )
    return extraction, text, plan


def obeyed(attack: Attack) -> tuple[Extraction, Plan, Json, Meaning | None]:
    extraction, text, plan = planned(attack)
    assert plan.question is not None
    answer = answer_for(request_of(plan.question))
    try:
        meaning = read_answer(answer, plan, extraction, text, model="m", at=1.0)
    except BadAnswerError:
        return extraction, plan, answer, None
    assert decode(encode(meaning)) == meaning
    return extraction, plan, answer, meaning


def texts_of(meaning: Meaning) -> Iterator[str]:
    for said in meaning.said:
        yield from filter(None, (said.intent, said.implementation_details, said.design_decisions))
        yield from (*said.design_principles, *said.constraints)
    for entry in meaning.history:
        yield from (entry.summary, *entry.details)
    yield from (item.target for item in meaning.references)


def shown(result: Merged, exists: Callable[[str], bool]) -> Iterator[str]:
    view = FileView("src/file", None, result.extraction)
    yield header_card(view, exists)
    for _, symbol in named(result.extraction.symbols):
        yield symbol_card(symbol)
    for reference in result.extraction.references:
        yield reference_card(reference, view, "doc/real.md")
        yield reference_card(reference, None, None)


def shape(extraction: Extraction) -> list[object]:
    """List what the parser saw of a file: nobody but it may add to this."""
    return [
        (name, symbol.kind, symbol.range, symbol.parameters)
        for name, symbol in named(extraction.symbols)
    ]


def kept(before: Doc, after: Doc) -> bool:
    return all(
        getattr(after, name) == getattr(before, name)
        for name in ("intent", "design_principles", "implementation_details", "design_decisions")
        if getattr(before, name)
    ) and (after.summary == before.summary)


def tokens(parsed: Iterable[Token]) -> Iterator[Token]:
    for token in parsed:
        yield token
        yield from tokens(token.children or ())


def test_there_are_enough_attacks_and_no_two_are_equal() -> None:
    assert len({attack.text for attack in ATTACKS}) == len(ATTACKS) >= 200
    assert len(LANGUAGES) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_order_reaches_the_model_and_is_obeyed(language: str) -> None:
    for attack in _of(language):
        _, _, answer, _ = obeyed(attack)
        assert "__proto__" in answer, attack.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_units_of_the_file_itself_that_were_shown_are_stored(language: str) -> None:
    refused = 0
    for attack in _of(language):
        extraction, plan, _, meaning = obeyed(attack)
        if meaning is None:
            refused += 1
            continue
        stored = {said.unit for said in meaning.said}
        assert {unit.name for unit in plan.asked} <= stored <= {unit.name for unit in plan.open}
        assert meaning.dropped > 0
        result = merged(extraction, meaning, exists=EXISTS.__contains__, path="src/file")
        assert shape(result.extraction) == shape(extraction)
        assert {item.target for item in result.extraction.references} <= {
            *(item.target for item in extraction.references),
            "doc/real.md",
        }
        wanted = {unit.name: unit.wants for unit in plan.open}
        for said in meaning.said:
            for name in ("intent", "design_principles", "constraints", "design_decisions"):
                assert not getattr(said, name) or name in wanted[said.unit]
    # Only answers in another form are refused; those of two orders are.
    assert refused <= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_person_wrote_is_never_replaced(language: str) -> None:
    for attack in _of(language):
        extraction, _, _, meaning = obeyed(attack)
        result = merged(extraction, meaning)
        before, after = dict(named(extraction.symbols)), dict(named(result.extraction.symbols))
        assert list(before) == list(after)
        assert all(kept(before[name].doc, after[name].doc) for name in before)
        if extraction.header and extraction.header.intent:
            assert result.extraction.header
            assert result.extraction.header.intent == extraction.header.intent


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_acts_or_hides_is_stored(language: str) -> None:
    for attack in _of(language):
        _, plan, _, meaning = obeyed(attack)
        assert plan.question is not None
        marks = [
            re.search(r"<<<(\S+)", text)[1]  # type: ignore[index]
            for text in (plan.question.guide, plan.question.content)
        ]
        for text in texts_of(meaning) if meaning else ():
            assert not _ACTIVE.search(text), (attack.name, text)
            assert len(text) <= 600
            assert not any(mark in text for mark in marks), attack.name
            assert "\n" not in text
            hidden = {unicodedata.category(letter) for letter in text} & {"Cc", "Cf", "Cs", "Co"}
            assert not hidden, (attack.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_card_holds_a_link_an_image_html_or_a_command(language: str) -> None:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for attack in _of(language):
        extraction, _, _, meaning = obeyed(attack)
        result = merged(extraction, meaning, exists=EXISTS.__contains__, path="src/file")
        for card in shown(result, EXISTS.__contains__):
            found = {token.type for token in tokens(markdown.parse(card))}
            bad = {"link_open", "image", "html_inline", "html_block", "table_open", "fence"}
            assert not found & bad, (attack.name, card)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_stays_between_the_marks_of_its_question(language: str) -> None:
    fixed = set()
    for attack in _of(language):
        extraction, text, plan = planned(attack)
        question = plan.question
        assert question is not None
        fixed.add((question.system, question.guide, json.dumps(question.schema)))
        names = {name for name, _ in named(extraction.symbols)} | {""}
        assert {unit.name for unit in asked_of(request_of(question))} <= names
        match = re.fullmatch(
            r"Language: (\w+)\nUnits to document[^\n]*\n<<<(\S+) units\n(.*?)\n\2>>>\n"
            r"Text of the file:\n<<<\2 text\n(.*)\n\2>>>\nDocument the listed units now\.",
            question.content,
            re.DOTALL,
        )
        assert match is not None, attack.name
        assert match[4] == text
        assert match[2] not in text + match[3]
    assert len(fixed) == 1


def test_an_honest_file_is_answered_in_full() -> None:
    text = "import os\n\n\ndef run(value):\n" + "".join(
        f"    line_{n} = value + {n}\n" for n in range(12)
    )
    extraction, _, answer, meaning = obeyed(Attack("honest", "python", text))
    assert meaning is not None
    assert set(answer) == {"headerSections", "functions", "classes"}
    assert meaning.dropped == 0
    result = merged(extraction, meaning)
    assert len(result.fields) == 7
    assert isinstance(result.extraction.symbols[0], Symbol)


def _of(language: str) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.language == language]
