"""`SqliteAccount`: the user's paid meanings, ledger and consents behind `dbp.ports.Account`.

One database for all folders and processes of a user. Every method is one transaction, and whatever
goes wrong leaves no trace: a caller that gets a `StoreError` was granted nothing.

When its file is damaged it is set aside like any other, and what was spent is forgotten with it;
but so are the consents, and nothing is sent until the user gives them again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dbp.clock import Clock
from dbp.meaning import Usage
from dbp.ports import (
    CallRecord,
    CallStart,
    Consent,
    Granted,
    Later,
    Limits,
    Refused,
    Spent,
)
from dbp.store import ledger
from dbp.store.account_projects import AccountProjects
from dbp.store.account_tables import ACCOUNT, ALL_SLOTS, CALLS, CONSENTS, PAID, TOTALS
from dbp.store.budget import local_day, to_money, to_usd
from dbp.store.database import BUSY_SECONDS, Database, open_database
from dbp.store.ledger_sql import SUMMED

log = logging.getLogger(__name__)

_KEYS_A_QUERY = 500

_c = CALLS.c
_MEANINGS = select(PAID.c.key, PAID.c.payload).where(
    PAID.c.key.in_(bindparam("keys", expanding=True))
)
_EVER = select(*(TOTALS.c[name] for name in SUMMED)).where(TOTALS.c.slot == ALL_SLOTS)
_TOKENS = _c.input_tokens + _c.output_tokens + _c.cache_read_tokens + _c.cache_write_tokens
_SINCE = select(
    *(
        func.coalesce(func.sum(column), 0)
        for column in (_TOKENS, _c.money, 1, _c.input_tokens, _c.output_tokens)
    ),
    func.coalesce(func.sum(_c.body_bytes * _c.attempts), 0),
).where(_c.at >= bindparam("since"))
_RECORD = (
    *(_c.id, _c.at, _c.ended_at, _c.root, _c.path, _c.content_hash, _c.model, _c.region, _c.host),
    *(_c.body_bytes, _c.digest, _c.units, _c.redactions, _c.truncated, _c.reason, _c.outcome),
    *(_c.attempts, *(_c[name] for name in Usage._fields), _c.money),
)
_ONE = select(*_RECORD).where(_c.id == bindparam("number"))
_LIST = select(*_RECORD).order_by(_c.id.desc()).limit(bindparam("limit"))
_CONSENT = select(*(CONSENTS.c[each.name] for each in fields(Consent))).where(
    CONSENTS.c.path == bindparam("key"),
    CONSENTS.c.device == bindparam("on_device"),
    CONSENTS.c.inode == bindparam("is_inode"),
)
_grant = upsert(CONSENTS)
_GRANT = _grant.on_conflict_do_update(
    index_elements=["path"],
    set_={
        each.name: _grant.excluded[each.name] for each in CONSENTS.columns if each.name != "path"
    },
)
_REVOKE = delete(CONSENTS).where(CONSENTS.c.path == bindparam("key"))


def open_account(
    path: Path, clock: Clock, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS
) -> SqliteAccount:
    """Open the account at `path` (see `location.account_path`), making it if need be. Blocking.

    Raises `StoreError` as `dbp.store.database.open_database` does, and also when there is no place
    to write: a budget in memory would be forgotten.
    """
    database = open_database(
        path, clock, read_only=read_only, busy_seconds=busy_seconds, schema=ACCOUNT
    )
    for note in database.notes:
        log.warning("%s: %s", path, note)
    return SqliteAccount(database)


class SqliteAccount(AccountProjects):
    """What belongs to a user. Thread-safe; raises `StoreError` when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be done when it was opened, for people."""
        return tuple(self._database.notes)

    def lost(self) -> bool:
        """Tell whether the file was removed or replaced: close, and open again. Quick."""
        return self._database.lost()

    # ── calls ──────────────────────────────────────────────────────────────────────────────────

    def begin_call(self, call: CallStart, limits: Limits) -> Granted | Later | Refused:
        """Reserve budget, rate and the key, and write the ledger's line, or say why not.

        The line is on the disk when this returns.
        """
        with self._database.write() as connection:
            return ledger.begin(connection, call, limits, self._database.clock.now())

    def begin_attempt(self, call_id: int, limits: Limits) -> Granted | Later | Refused:
        """Reserve another request of the same call: the one before may have been charged.

        It never waits for a rate. `Later` is `reserved`, or `claimed` when the call is over.
        """
        with self._database.write() as connection:
            return ledger.again(connection, call_id, limits, self._database.clock.now())

    def throttled(self, model: str) -> None:
        """Slow every process down: the service said 429. Successes speed up again."""
        with self._database.write() as connection:
            ledger.slow_down(connection, model, self._database.clock.now())

    def end_call(
        self,
        call_id: int,
        outcome: str,
        usage: Usage,
        usd: float,
        attempts: int,
        *,
        meaning: bytes | None = None,
    ) -> None:
        """Settle a call with what the responses said, and keep what was paid for under its key.

        Only the first end counts, also of a call that was given up as `lost`.
        """
        money = to_money(usd)
        with self._database.write() as connection:
            now = self._database.clock.now()
            truth = ledger.Truth(outcome, usage, money, attempts, meaning)
            ledger.end(connection, call_id, truth, now)

    # ── what was paid for ──────────────────────────────────────────────────────────────────────

    def meanings(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Fetch the paid meanings among these keys (see `dbp.enrichment.payload`)."""
        wanted = sorted(set(keys))
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                part = {"keys": wanted[start : start + _KEYS_A_QUERY]}
                found |= {row.key: row.payload for row in connection.execute(_MEANINGS, part)}
        return found

    def spent(self, since: float | None = None) -> Spent:
        """Add up the ledger; `since` bounds the calls counted in the totals and counts.

        Quick without `since`: the sums are kept.
        """
        day = local_day(self._database.clock.now())
        with self._database.snapshot() as connection:
            today, _ = ledger.spent(connection, day)
            if since is None:
                row = connection.execute(_EVER).first()
            else:
                row = connection.execute(_SINCE, {"since": since}).first()
        tokens, money, calls, tokens_in, tokens_out, sent = row or (0,) * len(SUMMED)
        return Spent(
            day_tokens=today.tokens,
            day_usd=to_usd(today.money),
            total_tokens=tokens,
            total_usd=to_usd(money),
            calls=calls,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            sent_bytes=sent,
        )

    def calls(
        self, limit: int = 100, before: int | None = None, root: str = ""
    ) -> list[CallRecord]:
        """List the ledger, newest first; `before` is the id to go on below."""
        wanted = _LIST
        if before is not None:
            wanted = wanted.where(_c.id < before)
        if root:
            wanted = wanted.where(_c.root == root)
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(wanted, {"limit": max(limit, 0)})]

    def call(self, call_id: int) -> CallRecord | None:
        """Fetch one line of the ledger."""
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"number": call_id}).first()
            return None if row is None else _record(row)

    # ── consent ────────────────────────────────────────────────────────────────────────────────

    def consent(self, path: str, device: int, inode: int) -> Consent | None:
        """Fetch the consent for a folder: this very one, not another at the same place."""
        wanted = {"key": path, "on_device": device, "is_inode": inode}
        with self._database.read() as connection:
            row = connection.execute(_CONSENT, wanted).first()
            return None if row is None else Consent(*row)

    def grant(self, consent: Consent) -> None:
        """Keep a consent, in the place of an older one for the folder."""
        row = {each.name: getattr(consent, each.name) for each in CONSENTS.columns}
        with self._database.write() as connection:
            connection.execute(_GRANT, row)

    def revoke(self, path: str) -> bool:
        """Take a consent back; tells whether there was one."""
        with self._database.write() as connection:
            return bool(connection.execute(_REVOKE, {"key": path}).rowcount)

    def version(self) -> tuple[int, int]:
        """Change whenever anybody has committed since. Quick."""
        return self._database.data_version()

    def close(self) -> None:
        """Close it; harmless when repeated."""
        self._database.close()


def _record(row: Any) -> CallRecord:
    return replace(CallRecord(*row), usd=to_usd(row[-1]))
