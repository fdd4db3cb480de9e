"""The one hash by which contents are known: in the record, in the ledger, in what was paid for."""

from __future__ import annotations

import hashlib


def content_hash(data: bytes) -> str:
    """Hash a content: `blake2b:` and 32 hex digits."""
    return "blake2b:" + hashlib.blake2b(data, digest_size=16).hexdigest()


def short_hash(data: bytes) -> str:
    """Hash what is only compared with its own earlier self: 16 hex digits."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()
