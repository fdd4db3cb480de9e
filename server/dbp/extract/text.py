"""Bytes to text, and offsets to LSP positions.

Lines end at LF, CR LF and CR and nowhere else, as LSP says: `str.splitlines` also splits at form
feeds and the like, `bytes.splitlines` does not, so lines are cut out of UTF-8 bytes.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from dbp.model import Problem, Range

SNIFFED_BYTES = 8192
"""As far as git looks for a NUL byte before it calls a file binary."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"coding[:=][ \t]{0,4}([-\w]{1,40})")
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "mbcs", "oem", "utf_7"})
_SURROGATES = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """The text of a file, the encoding it was read with, and what went wrong on the way."""

    text: str
    encoding: str
    problem: Problem | None = None


def decode(data: bytes) -> Decoded | None:
    """Read a file's text; None when it is binary. Never raises."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_marked(data, encoding)
    if b"\0" in data[:SNIFFED_BYTES]:
        return None
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_guessed(data)


def _decode_marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        message = f"not valid {encoding} at byte {error.start}; read with replacement characters"
        return Decoded(
            data.decode(encoding, "replace"), encoding, Problem("decoded_with_replacement", message)
        )


def _decode_guessed(data: bytes) -> Decoded:
    declared = _declared(data)
    for encoding in (declared, "cp1252", "latin-1"):
        try:
            text = well_formed(data.decode(encoding))
        except (ValueError, LookupError):
            continue
        if encoding == declared:
            return Decoded(text, encoding)
        message = f"not valid UTF-8 and no encoding declared; read as {encoding}"
        return Decoded(text, encoding, Problem("decoded_with_replacement", message))
    raise AssertionError("latin-1 decodes every byte")


def _declared(data: bytes) -> str:
    """Name the encoding declared in the first two lines, as PEP 263 does; `cp1252` when none is."""
    for line in data[:1024].splitlines()[:2]:
        if match := _DECLARED.search(line):
            name = match[1].decode("ascii", "replace").lower().replace("-", "_")
            if name not in _NO_CHARSETS and "escape" not in name:
                return name
    return ""


def well_formed(text: str) -> str:
    """Replace lone surrogates: UTF-8 cannot say them. Columns stay, each is one UTF-16 unit."""
    if text.isascii():
        return text
    return _SURROGATES.sub("\ufffd", text)


def utf16_length(text: str) -> int:
    """Count the UTF-16 code units of a text without lone surrogates."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


class Source:
    """One text with its UTF-8 bytes and its lines, made once and shared by all readers of it."""

    def __init__(self, text: str) -> None:
        self.text = well_formed(text)
        self.utf8 = self.text.encode("utf-8")
        self.ascii = len(self.utf8) == len(self.text)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines, each with its end; a text that ends in a line end has no empty line after."""
        return self.utf8.splitlines(keepends=True)

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(map(len, self.lines), initial=0))

    def column(self, line: int, byte_column: int) -> int:
        """Turn a UTF-8 byte column of a 0-based line into a UTF-16 column."""
        if self.ascii or not 0 <= line < len(self.lines):
            return byte_column
        head = self.lines[line][:byte_column]
        return byte_column if head.isascii() else utf16_length(head.decode("utf-8", "replace"))

    def position(self, offset: int) -> tuple[int, int]:
        """Turn a byte offset into a (line, UTF-16 column) pair."""
        starts = self._starts
        line = bisect_right(starts, offset) - 1
        if line == len(self.lines) and line and self.lines[-1][-1:] not in (b"\n", b"\r"):
            line -= 1  # the end of a text without a final line end is on its last line
        return line, self.column(line, offset - starts[line])

    def range(self, start: int, end: int) -> Range:
        """Turn two byte offsets into a range."""
        return Range(*self.position(start), *self.position(end))

    def slice(self, start: int, end: int) -> str:
        """Cut text out by byte offsets."""
        return self.utf8[start:end].decode("utf-8", "replace")
