"""What tokens cost, by the user's own list of prices.

Always an upper bound for Amazon's models: tokens that were read from or written to a cache are
counted at the full price of input, and a model that is not on the list at the dearest one of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dbp.meaning import Usage
from dbp.settings.declaration import Llm

# `us.amazon.nova-lite-v1:0`: an inference profile names an area before the model's provider.
_AREA = re.compile(r"^(?:[a-z]{2}(?:-gov)?|apac|global)\.(?=[^.]+\.)")
_MILLION = 1_000_000


class Price(NamedTuple):
    """USD for one token; `date` is the month or day the price was looked up, as it was written.

    `known` is false when the model is not on the list and the dearest price of it stands here.
    """

    input_usd: float
    output_usd: float
    date: str
    known: bool


def price_of(model: str, prices: Sequence[str]) -> Price:
    """Find the price of a model, inference profile or ARN among `llm.prices`.

    The longest entry wins that is the id or its beginning (`…-v1:0` for `…-v1:0:24k`). An empty
    list counts as the default one: no price must never mean "free".
    """
    listed = [_entry(text) for text in prices or Llm().prices]
    for name in _names(model):
        found = [entry for entry in listed if _begins(name, entry[0])]
        if found:
            return max(found, key=lambda entry: len(entry[0]))[1]
    dearest_input = max(price.input_usd for _, price in listed)
    dearest_output = max(price.output_usd for _, price in listed)
    oldest = min(price.date for _, price in listed)
    return Price(dearest_input, dearest_output, oldest, known=False)


def cost(usage: Usage, price: Price) -> float:
    """Say what tokens cost in USD, at most."""
    read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return read * price.input_usd + usage.output_tokens * price.output_usd


def _entry(text: str) -> tuple[str, Price]:
    name, input_usd, output_usd, date = text.split(" ")
    price = Price(float(input_usd) / _MILLION, float(output_usd) / _MILLION, date, known=True)
    return name, price


def _names(model: str) -> list[str]:
    """List what a model may be called in the list, the most exact name first."""
    names = [model]
    if model.startswith("arn:"):
        names.append(model.rpartition("/")[2])
    bare = _AREA.sub("", names[-1])
    return names if bare == names[-1] else [*names, bare]


def _begins(name: str, listed: str) -> bool:
    """Tell whether an entry names this model or the family it belongs to, up to a whole word."""
    return name.startswith(listed) and not name[len(listed) : len(listed) + 1].isalnum()


def usd(amount: float) -> str:
    """Write an amount of money; a little is not nothing."""
    if 0 < amount < 0.0001:  # noqa: PLR2004  # the smallest amount with four digits
        return "under 0.0001 USD"
    return f"{amount:.2f} USD" if amount >= 1 or not amount else f"{amount:.4f} USD"
