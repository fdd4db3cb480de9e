"""Length-prefixed frames: what goes over the pipes between the pool and its parser processes.

A message is two frames: a JSON head and raw bytes. Each frame is a 4-byte big-endian length and so
many bytes. Nothing is ever unpickled, and lengths are checked before memory is spent.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

MAX_HEAD_BYTES = 16 * 1024 * 1024
"""20,000 symbols of the longest names that are sent fit."""

MAX_BODY_BYTES = 64 * 1024 * 1024
"""Far above the largest file that is read."""

LENGTH = struct.Struct(">II")


class FrameError(ValueError):
    """What came over the pipe is no message."""


def pack(head: dict[str, Any], body: bytes) -> bytes:
    """Render one message."""
    text = json.dumps(head, separators=(",", ":")).encode("ascii")
    return LENGTH.pack(len(text), len(body)) + text + body


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read one message from a blocking stream; None at its end. Raises `FrameError`."""
    prefix = stream.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    head_length, body_length = lengths(prefix)
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        return None
    return parse_head(head), body


def unpack(buffer: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """Take one message off the front of a buffer; None while it is incomplete."""
    if len(buffer) < LENGTH.size:
        return None
    head_length, body_length = lengths(buffer[: LENGTH.size])
    head_end = LENGTH.size + head_length
    end = head_end + body_length
    if len(buffer) < end:
        return None
    head = parse_head(bytes(buffer[LENGTH.size : head_end]))
    body = bytes(buffer[head_end:end])
    del buffer[:end]
    return head, body


def lengths(prefix: bytes | bytearray) -> tuple[int, int]:
    """Read a message's two lengths. Raises `FrameError` when one is out of bounds."""
    head, body = LENGTH.unpack(prefix)
    if head > MAX_HEAD_BYTES or body > MAX_BODY_BYTES:
        raise FrameError("the message is too large")
    return head, body


def parse_head(data: bytes) -> dict[str, Any]:
    """Read a head. Raises `FrameError` when it is no JSON object."""
    try:
        head = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameError("the head is no JSON") from error
    if not isinstance(head, dict):
        raise FrameError("the head is no object")
    return head
