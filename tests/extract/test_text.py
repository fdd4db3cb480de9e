# ruff: noqa: RUF001 - tables of source text, odd letters included
from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from dbp.extract.text import Source, decode, utf16_length

letters = st.text(st.sampled_from("ab\n\r\x0b\x0c\x1c\x85\u2028é𝔘\ud800"), max_size=40)


@given(letters)
def test_lines_and_columns_are_those_of_the_protocol(text: str) -> None:
    source = Source(text)
    pieces = re.split(r"\r\n|\r|\n", source.text)
    assert len(source.lines) == len(pieces) - (pieces[-1] == "")
    ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", source.text)]
    starts = [0, *ends]
    for index in range(len(source.text) + 1):
        line = sum(end <= index for end in ends)
        column = utf16_length(source.text[starts[line] : index])
        offset = len(source.text[:index].encode())
        assert source.position(offset) == (line, column)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        ("é".encode(), "é", "utf-8"),
        (b"\xef\xbb\xbfa", "a", "utf-8-sig"),
        ("aé".encode("utf-16"), "aé", "utf-16"),
        (b"\xfe\xff\x00a", "a", "utf-16"),
        ("aé".encode("utf-32"), "aé", "utf-32"),
        (b"# coding: koi8-r\n\xc1", "# coding: koi8-r\nа", "koi8_r"),
        (b"caf\xe9", "café", "cp1252"),
        (b"caf\x81", "caf\x81", "latin-1"),
        (b"# coding: no-such\n\xe9", "# coding: no-such\né", "cp1252"),
        (b"# coding: unicode_escape\n\xe9", "# coding: unicode_escape\né", "cp1252"),
        (b"# coding: hex\n\xe9", "# coding: hex\né", "cp1252"),
    ],
)
def test_a_file_is_read_in_its_encoding(data: bytes, text: str, encoding: str) -> None:
    decoded = decode(data)
    assert decoded is not None
    assert (decoded.text, decoded.encoding) == (text, encoding)


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xff\xfea\x00b", b"\xef\xbb\xbf\xff"])
def test_a_guess_is_told(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is not None
    assert decoded.problem is not None
    assert decoded.problem.code == "decoded_with_replacement"


def test_a_nul_byte_near_the_start_makes_a_file_binary() -> None:
    assert decode(b"ab\0c") is None
    assert decode(b"a" * 9000 + b"\0") is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_binary(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is None or Source(decoded.text).utf8.decode("utf-8") is not None


def test_lone_surrogates_keep_their_columns() -> None:
    source = Source("a\ud800b")
    assert source.text == "a\ufffdb"
    assert source.column(0, len("a\ufffd".encode())) == 2
