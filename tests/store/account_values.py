"""Values the tests of the account share."""

from __future__ import annotations

from typing import Any

from dbp.meaning import Usage
from dbp.ports import CallStart, Granted, Limits
from dbp.store.account import SqliteAccount

NO_LIMITS = Limits()
SECONDS = 90.0
"""What a call of these tests can take at most."""

MARGIN = 10.0
"""What the ledger gives a call beyond that."""


def make_call(key: str = "k", **changes: Any) -> CallStart:
    values: dict[str, Any] = {
        "key": key,
        "root": "/home/ann/project",
        "path": f"{key}.py",
        "content_hash": f"blake2b:{key}",
        "model": "a-model",
        "region": "eu-west-1",
        "host": "bedrock.example",
        "body_bytes": 1000,
        "digest": "blake2b:body",
        "units": 3,
        "redactions": 1,
        "truncated": True,
        "reason": "open in an editor",
        "tokens": 100,
        "usd": 0.01,
        "seconds": SECONDS,
    }
    return CallStart(**{**values, **changes})


def begin(
    account: SqliteAccount, key: str = "k", limits: Limits = NO_LIMITS, **changes: Any
) -> int:
    """Begin a call that must be granted."""
    answer = account.begin_call(make_call(key, **changes), limits)
    assert isinstance(answer, Granted), answer
    return answer.call_id


def spend(
    account: SqliteAccount,
    key: str,
    tokens: int,
    usd: float = 0.0,
    meaning: bytes | None = None,
) -> int:
    """Make a whole call that took this much."""
    number = begin(account, key)
    account.end_call(number, "done", Usage(tokens), usd, 1, meaning=meaning)
    return number
