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
from typing import Any

from dbp.checked import (
    a_history_entry,
    a_located,
    a_number,
    a_text,
    a_text_or_none,
    a_tuple,
    an_object,
)
from dbp.enrichment.template import PROMPT_VERSION
from dbp.meaning import Meaning, Said
from dbp.model import Reference

MAX_DECODED_BYTES = 4 * 1024 * 1024
"""Far more than the longest answer there can be, carried texts of a large file included."""


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
        fields = an_object(json.loads(raw))
        at = fields.get("t", 0)
        if isinstance(at, bool) or not isinstance(at, (int, float)) or not math.isfinite(at):
            raise ValueError("a time was expected")
        return Meaning(
            model=a_text(fields.get("m")),
            at=float(at),
            said=a_tuple(fields.get("s"), _said),
            references=a_tuple(fields.get("r"), lambda row: Reference(*a_located(row))),
            history=a_tuple(fields.get("h"), a_history_entry),
            unasked=a_tuple(fields.get("u"), a_text),
            truncated=bool(a_number(fields.get("c", 0))),
            dropped=a_number(fields.get("d", 0)),
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
    fields = an_object(data)
    return Said(
        unit=a_text(fields.get("u", "")),
        fingerprint=a_text(fields.get("f")),
        intent=a_text_or_none(fields.get("i")),
        design_principles=a_tuple(fields.get("p"), a_text),
        constraints=a_tuple(fields.get("c"), a_text),
        implementation_details=a_text_or_none(fields.get("m")),
        design_decisions=a_text_or_none(fields.get("d")),
    )
