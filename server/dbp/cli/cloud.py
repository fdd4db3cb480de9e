"""What the verbs about the model share: the account, and the words for money."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from dbp.app import open_account
from dbp.enrichment.consent import existing
from dbp.enrichment.prices import usd
from dbp.ports import Spent

if TYPE_CHECKING:
    from dbp.ports import Account
    from dbp.settings.declaration import Llm


def account() -> AbstractContextManager[Account | None]:
    """Open the user's account to read it; None when there is none yet."""
    return existing(partial(open_account, read_only=True))


def calls(spent: Spent) -> str:
    """Count calls in words."""
    return "1 call" if spent.calls == 1 else f"{spent.calls:,} calls"


def budget_lines(llm: Llm, spent: Spent) -> list[str]:
    """Say what is spent, today and ever, beside the budgets."""
    today = _beside(spent.day_usd, llm.daily_budget_usd, spent.day_tokens, llm.daily_budget_tokens)
    ever = _beside(
        spent.total_usd, llm.total_budget_usd, spent.total_tokens, llm.total_budget_tokens
    )
    return [f"today {today}", f"ever {ever}"]


def _beside(dollars: float, most_usd: float, tokens: int, most_tokens: int) -> str:
    money = usd(dollars) + (f" of {usd(most_usd)}" if most_usd else "")
    counted = f"{tokens:,}" + (f" of {most_tokens:,}" if most_tokens else "")
    return f"{money}, {counted} tokens"
