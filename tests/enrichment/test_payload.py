# ruff: noqa: E501 - one strategy a line
"""Meanings as bytes: what goes in comes out, and damage is an error."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from dbp.enrichment import payload, schema, template
from dbp.enrichment.payload import decode, encode, meaning_key
from dbp.meaning import Meaning, Said
from dbp.model import HistoryEntry, Range, Reference

TEXT = st.text(max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.integers(0, 2**31 - 1)
MEANINGS = st.builds(
    Meaning,
    TEXT,
    st.floats(0, 1e11),
    st.lists(
        st.builds(
            Said, TEXT, TEXT, st.none() | TEXT, TEXTS, TEXTS, st.none() | TEXT, st.none() | TEXT
        ),
        max_size=3,
    ).map(tuple),
    st.lists(
        st.builds(Reference, TEXT, TEXT, st.builds(Range, NUMBER, NUMBER, NUMBER, NUMBER)),
        max_size=3,
    ).map(tuple),
    st.lists(st.builds(HistoryEntry, st.none() | TEXT, TEXT, st.none() | TEXT, TEXTS), max_size=3).map(
        tuple
    ),
    TEXTS,
    st.booleans(),
    NUMBER,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(MEANINGS)
def test_a_meaning_comes_back_equal(meaning: Meaning) -> None:
    assert decode(encode(meaning)) == meaning


def test_equal_meanings_are_equal_bytes() -> None:
    meaning = Meaning("m", 1.5, (Said("", "f", "Meant."),))
    assert encode(meaning) == encode(Meaning("m", 1.5, (Said("", "f", "Meant."),)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_foreign_bytes_are_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.integers(1, 255))
def test_a_flipped_or_cut_byte_is_a_value_error(place: int, flip: int) -> None:
    good = encode(Meaning("m", 1.0, (Said("run", "f", "Meant."),), dropped=3))
    place %= len(good)
    for bad in (good[:place], good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :]):
        try:
            found = decode(bad)
        except ValueError:
            continue
        assert isinstance(found, Meaning)  # a flip in zlib's first two bytes may not matter


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        7,
        {},
        {"m": 7},
        {"m": "m", "t": "now"},
        {"m": "m", "t": True},
        {"m": "m", "t": float("nan")},
        {"m": "m", "t": 10**400},
        {"m": "m", "t": 1, "s": "said"},
        {"m": "m", "t": 1, "s": [{}]},
        {"m": "m", "t": 1, "s": [{"f": "f", "i": 7}]},
        {"m": "m", "t": 1, "s": [{"f": "f", "p": "one"}]},
        {"m": "m", "t": 1, "r": [["mention", "a"]]},
        {"m": "m", "t": 1, "r": [["mention", "a", 1, 2, 3, -4]]},
        {"m": "m", "t": 1, "r": [["mention", "a", 1, 2, 3, True]]},
        {"m": "m", "t": 1, "h": [[]]},
        {"m": "m", "t": 1, "h": [[None, None, None]]},
        {"m": "m", "t": 1, "u": [7]},
        {"m": "m", "t": 1, "c": "yes"},
        {"m": "m", "t": 1, "d": -1},
        {"m": "m", "t": 1, "d": 2**31},
    ],
)
def test_another_shape_is_a_value_error(fields: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(zlib.compress(json.dumps(fields).encode()))


def test_a_bomb_and_a_deep_nest_are_value_errors() -> None:
    for bomb in (
        b" " * (payload.MAX_DECODED_BYTES + 1),
        b'{"m":"' + b"a" * payload.MAX_DECODED_BYTES,
        b"[" * 200_000,
    ):
        with pytest.raises(ValueError, match=r"."):
            decode(zlib.compress(bomb))


def test_unknown_keys_of_a_newer_writer_are_ignored() -> None:
    data = zlib.compress(b'{"m":"m","t":1,"new":[1],"s":[{"f":"f","new":1}]}')
    assert decode(data) == Meaning("m", 1.0, (Said("", "f"),))


def test_the_key_covers_all_an_answer_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def keys() -> set[str]:
        return {
            meaning_key("h", "python", "m", "t"),
            meaning_key("h2", "python", "m", "t"),
            meaning_key("h", "go", "m", "t"),
            meaning_key("h", "python", "m2", "t"),
            meaning_key("h", "python", "m", "t2"),
            meaning_key("", "hpython", "m", "t"),
        }

    first = keys()
    assert len(first) == 6
    assert all(len(key) == 32 for key in first)
    assert keys() == first
    monkeypatch.setattr(payload, "PROMPT_VERSION", template.PROMPT_VERSION + 1)
    second = keys()
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
    assert not first & second
    assert not second & keys()
