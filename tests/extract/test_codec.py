"""Extractions survive their way through bytes, and damage is always a `ValueError`."""

from __future__ import annotations

import contextlib
import json
import zlib

import pytest
from hypothesis import given, strategies as st

from dbp import codec
from dbp.checked import MAX_NUMBER
from dbp.model import (
    Dependency,
    Doc,
    Extraction,
    Header,
    HistoryEntry,
    Problem,
    Range,
    Reference,
    Symbol,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | texts
many = st.lists(texts, max_size=3).map(tuple)
numbers = st.integers(0, MAX_NUMBER)
ranges = st.builds(Range, numbers, numbers, numbers, numbers)
docs = st.builds(Doc, maybe, many, maybe, maybe, maybe)


def lists(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=3).map(tuple)


def symbols(children: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(Symbol, texts, texts, texts, ranges, ranges, many, docs, children)


headers = st.builds(
    Header,
    ranges,
    texts,
    maybe,
    many,
    many,
    lists(st.builds(Dependency, texts, texts, ranges)),
    many,
    lists(st.builds(HistoryEntry, maybe, texts, maybe, many)),
)
extractions = st.builds(
    Extraction,
    texts,
    numbers,
    texts,
    st.booleans(),
    st.none() | headers,
    lists(st.recursive(symbols(st.just(())), lambda inner: symbols(lists(inner)), max_leaves=5)),
    lists(st.builds(Reference, texts, texts, ranges)),
    lists(st.builds(Problem, texts, texts, st.none() | ranges)),
)


@given(extractions)
def test_an_extraction_comes_back_equal(extraction: Extraction) -> None:
    assert codec.decode(codec.encode(extraction)) == extraction
    assert codec.extraction_from_json(codec.extraction_to_json(extraction)) == extraction


@given(extractions, st.data())
def test_damage_is_a_value_error_or_no_damage(extraction: Extraction, data: st.DataObject) -> None:
    payload = bytearray(codec.encode(extraction))
    index = data.draw(st.integers(0, len(payload) - 1))
    payload[index] ^= data.draw(st.integers(1, 255))
    try:
        decoded = codec.decode(bytes(payload))
    except ValueError:
        return
    assert isinstance(decoded, Extraction)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=9) | st.dictionaries(st.sampled_from("lneahsrpqkdcifom"), inner)
    ),
)


@given(json_values)
def test_any_json_is_an_extraction_or_a_value_error(value: object) -> None:
    payload = zlib.compress(json.dumps(value).encode())
    with contextlib.suppress(ValueError):
        assert isinstance(codec.decode(payload), Extraction)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"nonsense",
        zlib.compress(b"{}"),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b'{"l":"c","n":' + b"9" * 5000 + b"}"),
        zlib.compress(bytes(codec.MAX_DECODED_BYTES + 1)),
    ],
    ids=["empty", "no zlib", "no fields", "too deep", "huge number", "bomb"],
)
def test_a_hostile_payload_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.decode(payload)
