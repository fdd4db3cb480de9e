"""What people see: everything is inert, and what a model said is marked and never in the way."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from dbp.card import MARK, header_card, reference_card, symbol_card
from dbp.enrichment.shown import EnrichmentFacts
from dbp.meaning import Meaning, Said
from dbp.model import (
    Doc,
    Extraction,
    FileRecord,
    FileState,
    Header,
    HistoryEntry,
    Range,
    Reference,
    Stat,
    Symbol,
)
from dbp.view import FileView

SPAN = Range(0, 0, 3, 0)
MODEL = "amazon.nova-lite-v1:0"
AT = 1_795_000_000.0  # 2026-11-18
HASH = "blake2b:" + "0" * 32
FOOTER = "*✦ from amazon.nova-lite-v1:0, 2026-11-18, not written by a person*"


def extraction(header: Header | None = None, *symbols: Symbol) -> Extraction:
    return Extraction("python", 4, "utf-8", ascii=True, header=header, symbols=symbols)


def symbol(name: str = "run", line: int = 1, doc: Doc | None = None) -> Symbol:
    place = Range(line, 4, line, 4 + len(name))
    return Symbol(name, name, "function", Range(line, 0, line + 2, 0), place, ("x",), doc or Doc())


def meaning(*said: Said, history: tuple[HistoryEntry, ...] = ()) -> Meaning:
    return Meaning(MODEL, AT, said, history=history)


def view(found: Extraction, said: Meaning | None = None, *, of: str = HASH) -> FileView:
    record = FileRecord(
        "a.py", Stat(1, 1, 1), "python", FileState.INDEXED, HASH, 1.0, meaning_hash=of
    )
    return FileView("a.py", record, found, meaning=said, content_hash=HASH)


def nowhere(_key: str) -> bool:
    return False


def test_without_a_meaning_no_card_speaks_of_a_model() -> None:
    found = extraction(Header(SPAN, "docstring", intent="Runs."), symbol())

    for card in (header_card(view(found), nowhere), symbol_card(symbol(), view(found))):
        assert "✦" not in card
        assert "model" not in card


def test_each_value_of_the_model_is_marked_and_its_source_named() -> None:
    header = Header(SPAN, "docstring", intent="A person wrote this.")
    said = Said(
        "", "f", intent="Never shown.", design_principles=("One", "Two"), constraints=("Three",)
    )
    entry = HistoryEntry("2025-01-02T00:00:00Z", "Was renamed")
    card = header_card(view(extraction(header), meaning(said, history=(entry,))), nowhere)

    assert "A person wrote this.\n" in card
    assert "Never shown." not in card
    for value in ("- One", "- Two", "- Three", "**Last change** 2025-01-02: Was renamed"):
        assert f"{value}{MARK}\n" in card
    assert card.endswith(FOOTER)


def test_a_header_the_file_does_not_have_is_all_the_model_s() -> None:
    card = header_card(view(extraction(), meaning(Said("", "f", intent="Runs tasks."))), nowhere)

    assert f"Runs tasks.{MARK}\n" in card
    assert card.endswith(FOOTER)


def test_a_symbol_keeps_its_own_words_and_the_model_adds_what_is_missing() -> None:
    mine = symbol(doc=Doc(summary="Runs one task.", design_decisions="No threads."))
    said = Said(
        "run", "f", intent="Hidden.", implementation_details="A loop.", design_decisions="Hidden."
    )
    card = symbol_card(mine, view(extraction(None, mine), meaning(said)))

    assert "\nRuns one task.\n" in card
    assert "**Decisions** No threads.\n" in card
    assert "Hidden." not in card
    assert f"**Implementation** A loop.{MARK}\n" in card
    assert card.endswith(FOOTER)


def test_of_two_symbols_with_one_name_each_has_its_own_words() -> None:
    first, second = symbol(line=1), symbol(line=9)
    both = view(
        extraction(None, first, second),
        meaning(Said("run", "f", intent="The first."), Said("run~2", "g", intent="The second.")),
    )

    assert "The first." in symbol_card(first, both)
    assert "The second." in symbol_card(second, both)


def test_a_symbol_the_model_said_nothing_of_has_no_footer() -> None:
    mine, other = symbol("mine"), symbol("other", 9)
    both = view(extraction(None, mine, other), meaning(Said("other", "g", intent="Other.")))

    assert symbol_card(mine, both) == symbol_card(mine)


def test_the_intent_of_a_target_is_marked_too() -> None:
    target = view(extraction(), meaning(Said("", "f", intent="Runs.")))
    card = reference_card(Reference("link", "a.py", SPAN), target, "a.py")

    assert f"Runs.{MARK}\n" in card
    assert card.endswith(FOOTER)
    nothing = reference_card(Reference("link", "a.py", SPAN), view(extraction(), meaning()), "a.py")
    assert nothing.endswith("*It has no intent.*")


def test_a_target_that_had_no_turn_yet_is_not_said_to_lack_an_intent() -> None:
    link = Reference("link", "a.py", SPAN)

    assert reference_card(link, None, "a.py", unread=True).endswith("*It is not read yet.*")
    assert reference_card(link, None, "a.py").endswith("*Nothing is recorded of it.*")


def test_an_older_meaning_says_so() -> None:
    older = view(extraction(), meaning(Said("", "f", intent="Runs.")), of="blake2b:" + "1" * 32)
    saved = view(extraction(), meaning(Said("", "f", intent="Runs.")))

    told = "not written by a person, about this file before its last change*"
    assert header_card(older, nowhere).endswith(told)
    typed = replace(saved, unsaved=True, content_hash="blake2b:" + "2" * 32)
    assert header_card(typed, nowhere).endswith(told)
    assert header_card(saved, nowhere).endswith(FOOTER)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (EnrichmentFacts("pending", None), "*the model was not asked yet*"),
        (
            EnrichmentFacts("pending", "the day's budget is spent"),
            "*the model was not asked yet: the day's budget is spent*",
        ),
        (
            EnrichmentFacts("skipped", "it is a [lock](file)"),
            "*nothing of this file was sent to the model: it is a \\[lock\\](file)*",
        ),
        (
            EnrichmentFacts("failed", "max_tokens"),
            "*the model gave no usable answer: max\\_tokens*",
        ),
    ],
)
def test_the_footer_says_in_words_where_the_file_stands(
    facts: EnrichmentFacts, sentence: str
) -> None:
    assert header_card(view(extraction()), nowhere, enrichment=facts).endswith("\n\n" + sentence)


@pytest.mark.parametrize("state", ["off", "done"])
def test_nothing_is_said_where_there_is_nothing_to_say(state: str) -> None:
    plain = header_card(view(extraction()), nowhere)

    assert header_card(view(extraction()), nowhere, enrichment=EnrichmentFacts(state)) == plain


HOSTILE = [
    "[click](command:evil) ![x](https://evil.example/?d=1)",
    "<script>alert(1)</script><img src=x onerror=y>",
    "```\nrm -rf ~\n```",
    "a\n\n---\n# Trusted\n* [x](http://evil.example)",
    "$(icon) $x$ `code` | table | ~~x~~",
    "https://evil.example www.evil.example",
    "\u202egnp.exe\u2066 \u200b\U000e0041\x1b[31m\x00",
    "&lt;b&gt; &#60;script&#62;",
    "**bold** __x__ \\* \\[a\\](b)",
    "> quote",
    "1. one",
    "\\",
    f"forged{MARK}",
]
ACTIVE = re.compile(
    r"(?<!\\)(?:\\\\)*[\[\]<>`|~$#]|&(?!amp;)|https?://|www\.|[\x00-\x09\x0b-\x1f\u202a-\u202e]"
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_a_model_stay_words(text: str) -> None:
    """Rows xA8, xA9 and xS4: cards trust nothing, whatever was cleaned before."""
    mine = symbol()
    said = (
        Said("", "f", intent=text, design_principles=(text,), constraints=(text,)),
        Said("run", "g", text, (text,), implementation_details=text, design_decisions=text),
    )
    entry = HistoryEntry("2025-01-01T00:00:00Z", text, text, (text,))
    hostile = replace(meaning(*said, history=(entry,)), model=text)
    calm = replace(
        meaning(
            replace(said[0], intent="x", design_principles=("x",), constraints=("x",)),
            replace(
                said[1],
                intent="x",
                design_principles=("x",),
                implementation_details="x",
                design_decisions="x",
            ),
            history=(HistoryEntry(entry.timestamp, "x", "x", ("x",)),),
        ),
        model="x",
    )

    def cards(words: Meaning) -> list[str]:
        both = view(extraction(None, mine), words)
        reference = Reference("link", "a.py", SPAN)
        return [
            header_card(both, nowhere, enrichment=EnrichmentFacts("failed", words.model)),
            symbol_card(mine, both),
            reference_card(reference, both, "a.py"),
        ]

    for card, plain in zip(cards(hostile), cards(calm), strict=True):
        # Not one line more: no text ends its own paragraph.
        assert card.count("\n") == plain.count("\n")
        bare = card.replace("`a.py`", "").replace("`run(x)`", "")
        assert not ACTIVE.search(bare), bare


@given(text=st.text(max_size=200))
def test_no_text_whatsoever_becomes_markup(text: str) -> None:
    both = view(extraction(), meaning(Said("", "f", intent=f"x {text}")))
    lines = header_card(both, nowhere).splitlines()

    assert lines[2].endswith(MARK)
    assert not ACTIVE.search(lines[2]), lines[2]


def test_a_hover_in_a_file_of_a_thousand_symbols_costs_milliseconds() -> None:
    many = tuple(symbol(f"f{number}", number * 4) for number in range(1000))
    said = tuple(Said(f"f{number}", "f", intent="Does it.") for number in range(1000))
    both = view(extraction(None, *many), meaning(*said))
    fastest = 1.0
    for _ in range(5):
        began = time.perf_counter()
        symbol_card(many[-1], both)
        fastest = min(fastest, time.perf_counter() - began)

    assert fastest < 0.05
