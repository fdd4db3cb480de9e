"""Documentation becomes stale when its code changes and its words do not, and fresh again."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from fakes import Harness
from hypothesis import given, strategies as st

from dbp.analysis.staleness import carry, decode_anchors, encode_anchors
from dbp.facts import Facts, Link, Mark, Tally, decode_facts, encode_facts
from dbp.model import Content
from dbp.ports import ExtractionRequest, Listed

names = st.sampled_from(["a", "a.b", "[header]", "[history]", "f~2"])
hashes = st.sampled_from(["1", "2", "3"])
marks = st.lists(st.builds(Mark, names, hashes, hashes), max_size=4, unique_by=lambda m: m.name)
facts = marks.map(lambda found: Facts(marks=tuple(found)))


@given(facts)
def test_what_nobody_changed_is_fresh(now: Facts) -> None:
    assert carry(now, {}, now) == {}


@given(facts, facts)
def test_a_change_taken_back_leaves_nothing_stale(before: Facts, after: Facts) -> None:
    back = carry(after, carry(before, {}, after), before)
    assert back == {}


def _doc(facts: Facts, name: str) -> str:
    return next((mark.doc for mark in facts.marks if mark.name == name), "")


@given(st.lists(facts, min_size=2, max_size=6))
def test_a_stale_mark_kept_its_words_and_lost_its_code(contents: list[Facts]) -> None:
    anchors: dict[str, str] = {}
    for before, after in pairwise(contents):
        anchors = carry(before, anchors, after)
        for mark in after.marks:
            if mark.name in anchors:
                assert _doc(before, mark.name) == mark.doc
                assert anchors[mark.name] != mark.code
    assert decode_anchors(encode_anchors(anchors)) == anchors


def test_two_ways_of_making_fingerprints_are_not_compared() -> None:
    old = Facts(marks=(Mark("a", "1", "1"),))
    new = Facts(marks=(Mark("a", "1", "2"),))
    assert carry(old, {}, new) == {"a": "1"}
    assert carry(dataclasses.replace(old, scheme="0"), {"a": "0"}, new) == {}


def test_damaged_anchors_are_none() -> None:
    for text in (None, "", "{", "[]", "3", "[" * 100_000):
        assert decode_anchors(text) == {}


links = st.builds(
    Link,
    st.sampled_from(["link", "import"]),
    st.text(max_size=20),
    st.integers(0, 10**6),
    st.sampled_from(["", "deferred"]),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


@given(st.lists(links, max_size=5).map(tuple), marks.map(tuple))
def test_facts_come_back_as_they_were_packed(
    some: tuple[Link, ...], marked: tuple[Mark, ...]
) -> None:
    packed = Facts(some, marked) if some or marked else Facts()
    assert decode_facts(encode_facts(packed)) == packed


@pytest.mark.parametrize("tally", [[1], [1] * 6, "x", [-1, 0, 0, 0, 0], None])
def test_facts_with_a_damaged_tally_are_damaged(tally: object) -> None:
    packed = zlib.compress(json.dumps({"l": [], "m": [], "s": "", "c": tally}).encode())
    with pytest.raises(ValueError, match=r"."):
        decode_facts(packed)


def test_facts_of_before_there_was_a_tally_are_read() -> None:
    packed = zlib.compress(json.dumps({"l": [], "m": [], "s": ""}).encode())
    assert decode_facts(packed).tally == Tally()


def _save(harness: Harness, text: bytes, *marked: Mark) -> None:
    """Write a file whose extraction has these marks, and have it recorded."""

    def during(request: ExtractionRequest) -> Content:
        facts = encode_facts(Facts(marks=marked))
        return Content(request.key, request.data, None, facts=facts)

    harness.extractor.during = during
    harness.save("a.py", text)
    harness.settle()


def test_the_record_keeps_what_an_edit_makes_stale() -> None:
    with Harness() as harness:
        _save(harness, b"1", Mark("f", "said", "one"), Mark("g", "said", "one"))
        assert not harness.store.anchors["a.py"]
        _save(harness, b"2", Mark("f", "said", "two"), Mark("g", "said anew", "two"))
        assert decode_anchors(harness.store.anchors["a.py"]) == {"f": "one"}
        _save(harness, b"3", Mark("f", "said", "three"), Mark("g", "said anew", "two"))
        assert decode_anchors(harness.store.anchors["a.py"]) == {"f": "one"}
        _save(harness, b"1", Mark("f", "said", "one"), Mark("g", "said", "one"))
        assert not harness.store.anchors["a.py"]


def test_other_rules_asked_for_during_a_look_at_everything_get_one_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Harness() as harness:
        harness.save("a.py", b"1")
        harness.settle()
        listed = harness.scanner.list
        asked: list[str] = []

        def list_and_ask(folder: str) -> Iterator[Listed]:
            if not asked:
                asked.append(folder)
                harness.engine.use_template("second")
            yield from listed(folder)

        monkeypatch.setattr(harness.scanner, "list", list_and_ask)
        harness.scans.clear()
        harness.engine.use_template("first")
        harness.settle()
        assert [scan.total for scan in harness.scans if scan.done] == [1, 1]
        assert not harness.engine.runtime.everything_once


def test_a_rename_whose_sides_come_apart_keeps_what_is_stale() -> None:
    with Harness() as harness:
        _save(harness, b"1", Mark("f", "said", "one"))
        _save(harness, b"2", Mark("f", "said", "two"))
        harness.delete("a.py")
        harness.settle()
        assert "a.py" not in harness.store.records
        harness.save("new/b.py", b"2")
        harness.settle()
        assert decode_anchors(harness.store.anchors["new/b.py"]) == {"f": "one"}
