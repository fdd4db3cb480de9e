r"""Lines and columns as LSP counts them.

A line ends with `\n`, `\r\n` or `\r` and with nothing else: `str.splitlines` knows seven more
ends and must never be used on a document. A column counts UTF-8 bytes, UTF-16 units or code points,
as negotiated; one that lies past the line's end means its end, one inside a character its start.
"""

from __future__ import annotations

import re

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTINUATION = 0x80  # the upper two bits of a UTF-8 byte that starts no character
_HIGH, _LOW = 0xD8, 0xDC  # the upper six bits of the two halves of a pair


def split_lines(text: str) -> list[str]:
    """Split into lines that keep their ends; the last one has none, so there is always one."""
    if "\r" not in text:
        lines = [line + "\n" for line in text.split("\n")]
        lines[-1] = lines[-1][:-1]
        return lines
    lines = _LINE.findall(text)
    lines.append(text[sum(map(len, lines)) :])
    return lines


def without_end(line: str) -> str:
    """Return a line without its end."""
    return line.rstrip("\r\n")


def to_index(line: str, character: int, encoding: str) -> int:
    """Turn a column into an index into `line`, which has no line end."""
    if character <= 0:
        return 0
    if encoding == UTF32 or line.isascii():
        return min(character, len(line))
    if encoding == UTF8:
        data = line.encode("utf-8", "surrogatepass")
        if character >= len(data):
            return len(line)
        while data[character] & 0xC0 == _CONTINUATION:
            character -= 1
        return len(data[:character].decode("utf-8", "surrogatepass"))
    return _utf16_index(line, character)


def _utf16_index(line: str, units: int) -> int:
    data = line.encode("utf-16-le", "surrogatepass")
    if 2 * units >= len(data):
        return len(line)
    if len(data) == 2 * len(line):
        return units
    here, before = data[2 * units + 1] & 0xFC, data[2 * units - 1] & 0xFC
    if before == _HIGH and here == _LOW:  # inside a pair
        units -= 1
    return len(data[: 2 * units].decode("utf-16-le", "surrogatepass"))


def melt(text: str) -> str:
    """Join surrogates that an edit brought together: a client sees them as one character."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def from_index(line: str, index: int, encoding: str) -> int:
    """Turn an index into `line` into a column."""
    index = max(0, min(index, len(line)))
    if encoding == UTF32 or line.isascii():
        return index
    if encoding == UTF8:
        return len(line[:index].encode("utf-8", "surrogatepass"))
    return len(line[:index].encode("utf-16-le", "surrogatepass")) // 2


def to_utf16(line: str, character: int, encoding: str) -> int:
    """Turn a client's column into UTF-16 units, in which all our ranges count."""
    return from_index(line, to_index(line, character, encoding), UTF16)


def from_utf16(line: str, character: int, encoding: str) -> int:
    """Turn a column in UTF-16 units into the client's."""
    return from_index(line, to_index(line, character, UTF16), encoding)
