"""Names are split into words as people read them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from dbp.words import MAX_NAME, hidden, split


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getHTTPResponse_v2", "get http response v2"),
        ("XMLHttpRequest", "xml http request"),
        ("__init__", "init"),
        ("snake_case_name", "snake case name"),
        ("SCREAMING_NAME", "screaming name"),
        ("kebab-case.name/path", "kebab case name path"),
        ("parseURLs", "parse urls"),
        ("URLsPattern", "urls pattern"),
        ("IPv4Address", "ipv4 address"),
        ("base64encode", "base64 encode"),
        ("i2c_read", "i2c read"),
        ("x86_64", "x86 64"),
        ("sha256sum", "sha256 sum"),
        ("HTMLToText", "html to text"),
        ("größeÄndern", "größe ändern"),
        ("日本Foo", "日本 foo"),
        ("_", ""),
        ("", ""),
    ],
)
def test_a_name_is_split_into_its_words(name: str, words: str) -> None:
    assert " ".join(split(name)) == words


def test_hidden_words_are_those_no_tokenizer_finds() -> None:
    assert hidden("get_response") == ""
    assert hidden("GET_RESPONSE") == ""
    assert hidden("getResponse") == "get response"
    assert hidden("my_getResponse_v2") == "get response"
    assert hidden("src/app/UserController.java") == "user controller"


@given(st.text(max_size=400))
def test_any_text_is_split_and_nothing_is_lost(name: str) -> None:
    kept = "".join(c for c in name[:MAX_NAME] if c.isalnum()).lower()
    found = "".join(split(name))
    assert set(found) <= set(kept)
    assert all(word == word.lower() for word in split(name))
    if name.isascii():
        assert found == kept


def test_a_name_of_a_million_characters_takes_no_time() -> None:
    started = time.perf_counter()
    assert len("".join(split("aB" * 500_000))) == MAX_NAME
    hidden("aB" * 500_000)
    assert time.perf_counter() - started < 0.5
