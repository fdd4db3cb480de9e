"""Meanings as bytes, and the key they are paid for under.

The store and the user's account keep these bytes, and decoding trusts nothing: sizes are capped
before memory is spent and every value is checked. Damage of any kind is a `ValueError`. Fields at
their default are left out; unknown keys are ignored, so a newer writer stays readable.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from dbp.enrichment.prompt import PROMPT_VERSION
from dbp.meaning import Meaning, Said
from dbp.model import HistoryEntry, Range, Reference

MAX_DECODED_BYTES = 4 * 1024 * 1024
"""Far more than the longest answer there can be, carried texts of a large file included."""

MAX_NUMBER = 2**31 - 1

T = TypeVar("T")


def meaning_key(content_hash: str, language: str, model: str, template_hash: str) -> str:
    """Name what is paid for: equal keys are one question. 32 hex digits.

    Rules about secrets are no part of it: what was answered stays true when less may be shown.
    """
    from dbp.enrichment.schema import SCHEMA_VERSION  # reading a meaning needs no pydantic

    basis = json.dumps(
        [content_hash, language, model, template_hash, PROMPT_VERSION, SCHEMA_VERSION]
    )
    return hashlib.blake2b(basis.encode("ascii"), digest_size=16).hexdigest()


def encode(meaning: Meaning) -> bytes:
    """Pack a meaning."""
    fields: dict[str, Any] = {
        "m": meaning.model,
        "t": meaning.at,
        "s": [_said_to_json(said) for said in meaning.said],
        "r": [[item.kind, item.target, *item.range] for item in meaning.references],
        "h": [
            [entry.timestamp, entry.summary, entry.author, *entry.details]
            for entry in meaning.history
        ],
        "u": meaning.unasked,
        "c": int(meaning.truncated),
        "d": meaning.dropped,
    }
    text = json.dumps(_without_empty(fields), separators=(",", ":"))
    return zlib.compress(text.encode("ascii"), 6)


def decode(payload: bytes) -> Meaning:
    """Unpack what `encode` packed. Raises `ValueError` for anything else."""
    try:
        inflater = zlib.decompressobj()
        raw = inflater.decompress(payload, MAX_DECODED_BYTES)
        if not inflater.eof or inflater.unused_data:
            raise ValueError("the payload is cut short or too large")
        fields = _object(json.loads(raw))
        at = fields.get("t", 0)
        if isinstance(at, bool) or not isinstance(at, (int, float)) or not math.isfinite(at):
            raise ValueError("a time was expected")
        return Meaning(
            model=_text(fields.get("m")),
            at=float(at),
            said=_tuple(fields.get("s"), _said),
            references=_tuple(fields.get("r"), _reference),
            history=_tuple(fields.get("h"), _history),
            unasked=_tuple(fields.get("u"), _text),
            truncated=bool(_number(fields.get("c", 0))),
            dropped=_number(fields.get("d", 0)),
        )
    except (zlib.error, RecursionError, TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"the payload is damaged: {type(error).__name__}") from error


def _said_to_json(said: Said) -> dict[str, Any]:
    return _without_empty(
        {
            "u": said.unit or None,
            "f": said.fingerprint,
            "i": said.intent,
            "p": said.design_principles,
            "c": said.constraints,
            "m": said.implementation_details,
            "d": said.design_decisions,
        }
    )


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in (None, [], (), 0)}


def _said(data: object) -> Said:
    fields = _object(data)
    return Said(
        unit=_text(fields.get("u", "")),
        fingerprint=_text(fields.get("f")),
        intent=_maybe(fields.get("i")),
        design_principles=_tuple(fields.get("p"), _text),
        constraints=_tuple(fields.get("c"), _text),
        implementation_details=_maybe(fields.get("m")),
        design_decisions=_maybe(fields.get("d")),
    )


def _reference(data: object) -> Reference:
    kind, target, *numbers = _list(data)
    start_line, start_character, end_line, end_character = _tuple(numbers, _number)
    where = Range(start_line, start_character, end_line, end_character)
    return Reference(_text(kind), _text(target), where)


def _history(data: object) -> HistoryEntry:
    timestamp, summary, author, *details = _list(data)
    return HistoryEntry(_maybe(timestamp), _text(summary), _maybe(author), _tuple(details, _text))


def _object(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise ValueError("an object was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def _list(data: object) -> list[object]:
    if not isinstance(data, (list, tuple)):
        raise ValueError("a list was expected")  # noqa: TRY004 - damage is a ValueError
    return list(data)


def _tuple(data: object, read: Callable[[object], T]) -> tuple[T, ...]:
    return () if data is None else tuple([read(item) for item in _list(data)])


def _text(data: object) -> str:
    if not isinstance(data, str):
        raise ValueError("a string was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def _maybe(data: object) -> str | None:
    return None if data is None else _text(data)


def _number(data: object) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data <= MAX_NUMBER:
        raise ValueError("a number was expected")
    return data
