"""FileMetadata: the model's values in their places, each named; nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbp.analysis.findings import HEADER_MISSING, findings
from dbp.analysis.levels import Levels
from dbp.analysis.subject import Subject
from dbp.enrichment.shown import OFF, EnrichmentFacts, enrichment_facts
from dbp.meaning import Meaning, Said
from dbp.metadata import metadata_json
from dbp.model import (
    Doc,
    EnrichmentState,
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
NEW, OLD = "blake2b:" + "0" * 32, "blake2b:" + "1" * 32
DONE = EnrichmentFacts("done")
MEANING = Meaning(
    "amazon.nova-lite-v1:0",
    1_795_000_000.0,
    (
        Said("", "f", "Runs tasks.", ("One",), ("Two",)),
        Said("Session.open", "g", "Opens.", implementation_details="A loop."),
        Said("Session.open~2", "h", design_decisions="Why not."),
    ),
    references=(Reference("mention", "b.py", SPAN), Reference("mention", "gone.py", SPAN)),
    history=(HistoryEntry(None, "Was renamed"),),
    dropped=3,
)


def extraction(header: Header | None = None) -> Extraction:
    opens = [
        Symbol("open", "Session.open", "method", SPAN, Range(line, 4, line, 8), doc=doc)
        for line, doc in ((2, Doc()), (9, Doc(summary="Opens again.")))
    ]
    session = Symbol("Session", "Session", "class", SPAN, SPAN, children=tuple(opens))
    return Extraction("python", 4, "utf-8", ascii=True, header=header, symbols=(session,))


def shown(
    meaning: Meaning | None,
    facts: EnrichmentFacts = DONE,
    *,
    header: Header | None = None,
    of: str = NEW,
    unsaved: str = "",
) -> dict[str, Any]:
    record = FileRecord(
        "a.py", Stat(1, 1, 1), "python", FileState.INDEXED, NEW, 1.0, meaning_hash=of
    )
    read, version = extraction(header), "local-1"
    view = FileView("a.py", record, read, bool(unsaved), version, meaning, unsaved or NEW)
    found = metadata_json(view, "file:///a.py", {"b.py"}.__contains__, enrichment=facts)
    assert json.loads(json.dumps(found)) == found
    return found


def test_the_model_s_values_stand_in_their_places_and_are_all_named() -> None:
    found = shown(MEANING)

    assert found["header"]["intent"] == "Runs tasks."
    assert found["header"]["designPrinciples"] == ["One"]
    assert found["header"]["constraints"] == ["Two"]
    assert found["header"]["changeHistory"][0]["summary"] == "Was renamed"
    first, second = found["symbols"][0]["children"]
    assert first["doc"]["intent"] == "Opens."
    assert first["doc"]["implementationDetails"] == "A loop."
    assert second["doc"]["designDecisions"] == "Why not."
    assert [(one["target"], one["resolved"]) for one in found["references"]] == [("b.py", "b.py")]
    assert found["extractor"] == "local"
    assert found["enrichment"] == {
        "state": "done",
        "reason": None,
        "model": "amazon.nova-lite-v1:0",
        "at": "2026-11-18T11:06:40.000Z",
        "fields": [
            "header.intent",
            "header.designPrinciples",
            "header.constraints",
            "header.changeHistory",
            "symbols[Session.open].doc.intent",
            "symbols[Session.open].doc.implementationDetails",
            "symbols[Session.open~2].doc.designDecisions",
            "references[b.py]",
        ],
        "truncated": False,
        "dropped": 4,
        "ofContent": None,
    }


def test_what_a_person_wrote_is_never_replaced_and_never_named() -> None:
    header = Header(SPAN, "docstring", "Mine.", ("Mine",), ("Mine",))
    found = shown(MEANING, header=header)

    assert found["header"]["intent"] == "Mine."
    assert found["header"]["designPrinciples"] == found["header"]["constraints"] == ["Mine"]
    assert not {"header.intent", "header.designPrinciples", "header.constraints"} & set(
        found["enrichment"]["fields"]
    )


def test_without_a_meaning_nothing_is_named() -> None:
    found = shown(None, OFF)

    assert found["header"] is None
    assert found["enrichment"] == {
        "state": "off",
        "reason": None,
        "model": None,
        "at": None,
        "fields": [],
        "truncated": False,
        "dropped": 0,
        "ofContent": None,
    }


def test_a_meaning_of_another_content_names_the_content_it_speaks_of() -> None:
    assert shown(MEANING, of=OLD)["enrichment"]["ofContent"] == OLD
    assert shown(MEANING, unsaved="blake2b:" + "2" * 32)["enrichment"]["ofContent"] == NEW
    assert shown(MEANING, unsaved=NEW)["enrichment"]["ofContent"] is None
    assert shown(None, of=OLD)["enrichment"]["ofContent"] is None


def test_a_file_shown_in_part_has_a_problem_that_says_so() -> None:
    found = shown(replace(MEANING, truncated=True))

    assert found["enrichment"]["truncated"] is True
    assert [problem["code"] for problem in found["problems"]] == ["truncated"]
    assert shown(MEANING)["problems"] == []


def test_a_header_from_the_model_is_not_the_file_s() -> None:
    """What is missing stays missing: a finding says so, whatever a model guessed."""
    assert shown(MEANING)["header"]["format"] == "model"
    subject = Subject("a.py", extraction(), lambda _key: True)
    codes = [one.code for one in findings(subject, Levels())]
    assert codes == [HEADER_MISSING]


@pytest.mark.parametrize(
    ("state", "reason", "waits", "expected"),
    [
        (EnrichmentState.UNDECIDED, None, None, ("pending", None)),
        (EnrichmentState.UNDECIDED, None, "no consent", ("pending", "no consent")),
        (EnrichmentState.PENDING, "timeout", None, ("pending", "timeout")),
        (EnrichmentState.PENDING, "timeout", "out of budget", ("pending", "out of budget")),
        (EnrichmentState.DONE, None, "out of budget", ("done", None)),
        (EnrichmentState.SKIPPED, "it is a key", "out of budget", ("skipped", "it is a key")),
        (EnrichmentState.FAILED, "max_tokens", None, ("failed", "max_tokens")),
    ],
)
def test_where_a_file_stands_follows_from_its_record(
    state: EnrichmentState, reason: str | None, waits: str | None, expected: tuple[str, str | None]
) -> None:
    record = FileRecord(
        "a.py", Stat(1, 1, 1), "python", FileState.INDEXED, enrichment=state,
        enrichment_reason=reason,
    )  # fmt: skip

    assert enrichment_facts(record, on=True, waits=waits) == EnrichmentFacts(*expected)
    assert enrichment_facts(record, on=False, waits=waits) == OFF


def test_a_file_without_a_record_is_pending() -> None:
    assert enrichment_facts(None, on=True) == EnrichmentFacts("pending")


def test_a_link_leads_where_its_page_is_and_into_its_own_document() -> None:
    targets = ("guide.html", "#usage", "gone.md")
    links = tuple(Reference("link", target, SPAN) for target in targets)
    read = Extraction("markdown", 4, "utf-8", ascii=True, references=links)
    view = FileView("doc/a.md", None, read, unsaved=True, extractor="local-1", content_hash=NEW)
    found = metadata_json(view, "file:///doc/a.md", {"doc/guide.md"}.__contains__)
    assert [one["resolved"] for one in found["references"]] == ["doc/guide.md", "doc/a.md", None]
