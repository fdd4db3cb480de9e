"""The egress gate: the one function that decides whether something may leave this machine.

It denies by default. The flow asks it before every call, and nothing else may call a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from dbp.ports import Consent, Granted, Later, Refused

CLOSED = {
    "opening": "enrichment is only just starting",
    "off": "llm.provider is none",
    "not_allowed": "llm.allowed is false for this workspace",
    "untrusted": "the editor does not trust this workspace",
    "no_consent": "you did not consent for this folder: dbp trust --cloud",
    "other_provider": "provider, region or endpoint are not those you consented to: "
    "dbp trust --cloud",
}
"""Why nothing of a folder may leave, by code, for people."""


Reservation = Granted | Later | Refused


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a folder stands; None in `editor_trusts` is an editor that has no idea of trust."""

    provider: str
    allowed: bool
    editor_trusts: bool | None
    consent: Consent | None
    region: str
    host: str


class Decision(NamedTuple):
    """`granted` when the call may be made, else `code` says what is against it.

    That is one of `CLOSED` (the folder), `scope` or `withheld` (the file; `reason` for people),
    `budget` or `pace` (what the reservation answered, in `answer`).
    """

    granted: Granted | None
    code: str = ""
    reason: str = ""
    answer: Later | Refused | None = None


def closed(standing: Standing) -> str | None:
    """Say why nothing at all of a folder may leave (a key of `CLOSED`), or None."""
    if standing.provider == "none":
        return "off"
    if not standing.allowed:
        return "not_allowed"
    if standing.editor_trusts is False:
        return "untrusted"
    if standing.consent is None:
        return "no_consent"
    agreed = (standing.consent.provider, standing.consent.region, standing.consent.host)
    if agreed != (standing.provider, standing.region, standing.host):
        return "other_provider"
    return None


def decide(
    standing: Standing,
    *,
    out_of_scope: str | None,
    withheld: str | None,
    reserve: Callable[[], Reservation],
) -> Decision:
    """Decide about one call; `reserve` takes budget and rate, and is asked last.

    `out_of_scope` and `withheld` say what is against the file: its place (ignored, outside) and
    what it is or holds (see `dbp.enrichment.prepare`).
    """
    code = closed(standing)
    if code is not None:
        return Decision(None, code, CLOSED[code])
    if out_of_scope is not None:
        return Decision(None, "scope", out_of_scope)
    if withheld is not None:
        return Decision(None, "withheld", withheld)
    answer = reserve()
    if isinstance(answer, Granted):
        return Decision(answer)
    return Decision(None, "budget" if isinstance(answer, Refused) else "pace", answer.why, answer)


_BUDGETS = {
    "daily_usd": "the day's budget is spent (llm.daily_budget_usd)",
    "daily_tokens": "the day's tokens are spent (llm.daily_budget_tokens)",
    "total_usd": "the whole budget is spent (llm.total_budget_usd)",
    "total_tokens": "all tokens are spent (llm.total_budget_tokens)",
}


def over_budget(why: str) -> str:
    """Say for people which budget is spent."""
    return _BUDGETS.get(why, why)
