# ruff: noqa: RUF001 - tables of source text, odd letters included
"""How bytes become text: encodings, line ends, columns."""

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
        (b"# coding: koi8-r\n\xc1", "# coding: koi8-r\nа", "koi8-r"),
        (b"/* vim: set fileencoding=latin1 : */\xe9", None, "iso8859-1"),
        (b'<?xml version="1.0" encoding="windows-1251"?>\n<a>\xe0</a>', None, "cp1251"),
        (b"<html>\n<head>\n<meta charset=iso-8859-2>\n\xb1", None, "iso8859-2"),
        (b'@charset "iso-8859-15";\n/* \xa4 */', None, "iso8859-15"),
        ("Zeile\r\nzwei ä\r\n".encode("utf-16-le"), "Zeile\r\nzwei ä\r\n", "utf-16-le"),
        ("line\none".encode("utf-16-be"), "line\none", "utf-16-be"),
        ("naïve – 日本 ok ".encode() * 3 + b"\xff", None, "utf-8"),
        (b"<?xml encoding='utf-8'?>\xff", "<?xml encoding='utf-8'?>\ufffd", "utf-8"),
        (b"caf\xe9", "café", "cp1252"),
        (b"caf\x81", "caf\x81", "latin-1"),
        (b"# coding: no-such\n\xe9", "# coding: no-such\né", "cp1252"),
        (b"# coding: unicode_escape\n\xe9", "# coding: unicode_escape\né", "cp1252"),
        (b"# coding: hex\n\xe9", "# coding: hex\né", "cp1252"),
    ],
)
def test_a_file_is_read_in_its_encoding(data: bytes, text: str | None, encoding: str) -> None:
    decoded = decode(data)
    assert decoded is not None
    expected = data.decode(encoding, "replace") if text is None else text
    assert (decoded.text, decoded.encoding) == (expected, encoding)


@pytest.mark.parametrize(
    "head",
    [
        b"# coding: latin-1\n",
        b"#!/usr/bin/python\n# -*- coding: iso-8859-1 -*-\n",
        b"\n  # vim: set fileencoding=latin-1 :\r",
    ],
)
def test_python_reads_its_sources_in_the_declared_encoding(head: bytes) -> None:
    data = head + "x = 'é'".encode()
    decoded = decode(data, "python")
    assert decoded is not None
    assert decoded.text.endswith("x = 'Ã©'")
    other = decode(data, "ruby")
    assert other is not None
    assert other.text.endswith("x = 'é'")


@pytest.mark.parametrize(
    "head", [b"x = 1\n# coding: latin-1\n", b"# a\n# b\n# coding: latin-1\n", b"# coding: hex\n"]
)
def test_python_ignores_what_is_no_declaration(head: bytes) -> None:
    decoded = decode(head + "'é'".encode(), "python")
    assert decoded is not None
    assert decoded.encoding == "utf-8"


def test_zero_bytes_without_a_pattern_are_binary() -> None:
    for data in (b"\0\0\0\0", b"a\0b\0c", b"\x01\0\x02\0" * 40, b"a\0\0\xd8" * 40, b"\0" * 4096):
        assert decode(data) is None


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
