"""What stands before the parser takes time in proportion to the text, whatever the text."""

from __future__ import annotations

import time

import pytest

from dbp.extract.macros import without_macros
from dbp.extract.repairs import repaired

PIECES = [
    "A_B(", "A_B ", "A_B\n", "A_B(x)", "A_B:\n", "struct A_BCD ", "class\nA_BCD\n", ") ABCDE\n",
    "static\n", "template<a\n", "ABC(( ", "ABC();\n", "ABC(a(b(", '"C"\n', "{ ", "*/ ", "\n", " ",
    " <a\n", "//\n <a\n", "type extends ", "<in out ", "/*\n", " <",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_preparing_a_text_is_linear(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece))).encode()
    before = time.process_time()
    for prepare in (without_macros, repaired):
        assert len(prepare(text)) == len(text)
        assert prepare(text).count(b"\n") == text.count(b"\n")
    assert time.process_time() - before < 4
