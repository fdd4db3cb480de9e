"""How often somebody may ask for something: counted in the transaction that does it.

What is accepted counts, what is refused does not. Ages go by the machine's monotonic clock; a use
from before the machine was started anew is as old as the wall clock says, from then on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, text

from dbp.clock import Clock
from dbp.errors import RequestError
from dbp.ports import Rate
from dbp.store.columns import clean

_MAX_TEXT = 2000
_OWN = "requested_by = :requested_by AND action = :action"


class Rates:
    """The limits of one database; `table` is the one that has a row for each use."""

    def __init__(self, table: str) -> None:
        self.adopt = text(f"""
            UPDATE {table} SET tick = :tick - max(0.0, :now - at), boot = :boot
            WHERE {_OWN} AND boot <> :boot
        """)  # noqa: S608 - a name of ours
        self.forget = text(f"DELETE FROM {table} WHERE {_OWN} AND :tick - tick >= :window")  # noqa: S608
        self.uses = text(f"""
            SELECT :tick - tick FROM {table} WHERE {_OWN} ORDER BY number DESC LIMIT :most
        """)  # noqa: S608
        self.add = text(f"""
            INSERT INTO {table} (requested_by, action, at, tick, boot)
            VALUES (:requested_by, :action, :now, :tick, :boot)
        """)  # noqa: S608


@dataclass(frozen=True, slots=True)
class Use:
    """One request of what a limit counts: who asks for what."""

    requested_by: str
    action: str
    rate: Rate


def count(connection: Connection, rates: Rates, use: Use, clock: Clock, boot: str) -> None:
    """Count a request. Raises `RequestError` (`rate_limited`, `retryAfter` seconds)."""
    rate, action = use.rate, clean(use.action)
    values = {
        "requested_by": clean(use.requested_by[:_MAX_TEXT]),
        "action": action,
        "now": clock.now(),
        "tick": clock.monotonic(),
        "boot": boot,
        "window": float(rate.seconds),
        "most": rate.times,
    }
    connection.execute(rates.adopt, values)
    connection.execute(rates.forget, values)
    ages = list(connection.execute(rates.uses, values).scalars())
    if len(ages) >= rate.times:
        wait = max(1, math.ceil(rate.seconds - max(ages)))
        raise RequestError(
            f"{action} is allowed {rate.times} times in {rate.seconds:g} s",
            hint=f"try again in {wait} s",
            code="rate_limited",
            retryAfter=wait,
        )
    connection.execute(rates.add, values)
