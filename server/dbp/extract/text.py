"""Bytes to text, and offsets to LSP positions.

Lines end at LF, CR LF and CR and nowhere else, as LSP says: `str.splitlines` also splits at form
feeds and the like, `bytes.splitlines` does not, so lines are cut out of UTF-8 bytes.
"""

from __future__ import annotations

import codecs
import contextlib
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
_DECLARED = re.compile(
    rb"""(?:coding[:=][ \t]{0,4} | encoding[ \t]{0,4}=[ \t]{0,4}["']
    | charset[ \t]{0,4}=?[ \t]{0,4}["']?) ([-\w.]{1,40})""",
    re.VERBOSE | re.IGNORECASE,
)
"""PEP 263, Emacs, Vim and Ruby; XML; HTML and CSS."""

_PEP_263 = re.compile(rb"[ \t\f]*+#[^\r\n]{0,500}?coding[:=][ \t]{0,40}([-\w.]{1,40})")
_BLANK = re.compile(rb"[ \t\f]*+(?:#[^\r\n]*+)?+(?:\r\n|\r|\n|$)")
_DECLARED_WITHIN = 1024
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "mbcs", "oem", "utf_7"})
_SURROGATES = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """The text of a file, the encoding it was read with, and what went wrong on the way."""

    text: str
    encoding: str
    problem: Problem | None = None


def decode(data: bytes, language: str = "") -> Decoded | None:
    """Read a file's text; None when it is binary. Never raises.

    A byte order mark wins, then UTF-8, then what the file declares, then a guess that is told. Only
    Python's own rule is different: there a declaration comes before UTF-8.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_marked(data, encoding)
    if b"\0" in data[:SNIFFED_BYTES]:
        return _decode_wide(data)
    if language == "python" and (declared := _pep_263(data)):
        with contextlib.suppress(ValueError, LookupError):
            return Decoded(well_formed(data.decode(declared)), declared)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _decode_guessed(data, error)


def _decode_wide(data: bytes) -> Decoded | None:
    """Read UTF-16 without a mark: every other byte of the beginning is zero, and all is valid."""
    head = data[: SNIFFED_BYTES // 16 * 2]
    if len(data) % 2 or len(head) < 4:  # noqa: PLR2004 - two letters
        return None
    zero_first, zero_second = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if zero_second > 0.7 * half and not zero_first:
        encoding = "utf-16-le"
    elif zero_first > 0.7 * half and not zero_second:
        encoding = "utf-16-be"
    else:
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    if any(ord(letter) < 9 for letter in text[:SNIFFED_BYTES]):  # noqa: PLR2004 - before the tab
        return None
    return Decoded(text, encoding)


def _decode_marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        return _replaced(data, encoding, error)


def _replaced(data: bytes, encoding: str, error: UnicodeDecodeError) -> Decoded:
    message = f"not valid {encoding} at byte {error.start}; read with replacement characters"
    problem = Problem("decoded_with_replacement", message)
    return Decoded(data.decode(encoding, "replace"), encoding, problem)


def _decode_guessed(data: bytes, error: UnicodeDecodeError) -> Decoded:
    declared = _declared(data)
    with contextlib.suppress(ValueError, LookupError):
        if declared and _charset(declared) != "utf-8":
            return Decoded(well_formed(data.decode(declared)), declared)
    if declared or _mostly_utf_8(data):
        return _replaced(data, "utf-8", error)
    for encoding in ("cp1252", "latin-1"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            message = f"not valid UTF-8 and no encoding declared; read as {encoding}"
            return Decoded(text, encoding, Problem("decoded_with_replacement", message))
    raise AssertionError("latin-1 decodes every byte")


def _mostly_utf_8(data: bytes) -> bool:
    """Tell a UTF-8 text with a few wrong bytes from one in an old 8-bit encoding."""
    head = data[: 64 * SNIFFED_BYTES]
    right = sum(len(found) for found in _MULTIBYTE.findall(head))
    return right > sum(byte > 127 for byte in head) / 2  # noqa: PLR2004 - not ASCII


def _declared(data: bytes) -> str:
    """Name the encoding a file declares at its top; empty when it names none we read."""
    lines = data[:_DECLARED_WITHIN].splitlines()
    wide = data[:_DECLARED_WITHIN].lstrip()[:1] in (b"<", b"@")  # a page says it in its head
    for line in lines if wide else lines[:2]:
        if match := _DECLARED.search(line):
            return _charset(match[1].decode("ascii", "replace"))
    return ""


def _pep_263(data: bytes) -> str:
    """Name the encoding Python reads a source in, empty for its default."""
    start = 0
    for _ in range(2):
        if match := _PEP_263.match(data, start):
            return _charset(match[1].decode("ascii", "replace"))
        blank = _BLANK.match(data, start)
        if blank is None:
            return ""
        start = blank.end()
    return ""


def _charset(name: str) -> str:
    """Name a character set as Python does; empty for what is none, or none of a file."""
    try:
        b"ab".decode(name, "replace")  # refuses codecs that are no character sets
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return "" if found.replace("-", "_") in _NO_CHARSETS or "escape" in found else found


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
