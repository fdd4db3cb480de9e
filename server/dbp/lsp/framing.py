r"""LSP's base protocol as pure text work: what a header block says, and what a body is framed in.

Header names are case-insensitive and white space around values is optional (RFC 7230, to which the
LSP specification refers); a lone `\n` ends a line too. Nothing here allocates by what a header
claims.
"""

from __future__ import annotations

from typing import NamedTuple

HEADER_CAP = 8 * 1024  # real blocks have under 100 bytes; servers of the web draw the line here
BODY_CAP = 64 * 1024 * 1024  # a full didOpen of the largest file any editor highlights
DRAIN_CAP = 16 * BODY_CAP  # above this a length is a lie or an attack, not a message to skip
_LENGTH_DIGITS = 19  # 2^63 has 19; int() of thousands of digits costs time or raises
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class FramingError(Exception):
    """The stream cannot be read on: where the next message starts is unknown."""


class Header(NamedTuple):
    """A header block: `length` bytes follow; `refused` says why they are to be skipped."""

    length: int
    refused: str = ""


def parse_header(block: bytes, body_cap: int = BODY_CAP) -> Header:
    """Read a header block (its lines, without the empty one); raises `FramingError`."""
    length: int | None = None
    refused = ""
    for line in block.decode("latin-1").split("\n"):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon:
            raise FramingError("a header line has no colon")
        match name.strip().lower():
            case "content-length":
                found = _length(value.strip())
                if length not in (None, found):
                    raise FramingError("two Content-Length headers disagree")
                length = found
            case "content-type":
                refused = refused or _refuse_charset(value)
    if length is None:
        raise FramingError("a header block has no Content-Length")
    if length > body_cap * (DRAIN_CAP // BODY_CAP):
        raise FramingError(f"Content-Length {length} is far above the limit of {body_cap} bytes")
    if length > body_cap:
        refused = f"the message has {length} bytes, the limit is {body_cap}"
    return Header(length, refused)


def _length(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise FramingError("Content-Length is not a number")
    if len(value) > _LENGTH_DIGITS:
        raise FramingError(f"Content-Length has {len(value)} digits")
    if int(value) == 0:
        raise FramingError("Content-Length is 0")
    return int(value)


def _refuse_charset(value: str) -> str:
    for parameter in value.split(";")[1:]:
        name, _, charset = parameter.partition("=")
        charset = charset.strip().strip("\"'").lower()
        if name.strip().lower() == "charset" and charset not in _UTF8:
            return "the charset is not utf-8"
    return ""


def frame(body: bytes) -> bytes:
    """Put a body behind its header; the length counts bytes."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
