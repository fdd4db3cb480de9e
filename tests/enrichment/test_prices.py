"""What tokens cost: the list is the user's, and never too cheap."""

from __future__ import annotations

import pytest

from dbp.enrichment.prices import cost, price_of
from dbp.meaning import Usage
from dbp.settings import Settings

PRICES = Settings().llm.prices
MILLION = 1_000_000


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "us.amazon.nova-lite-v1:0",
        "us-gov.amazon.nova-lite-v1:0",
        "apac.amazon.nova-lite-v1:0",
        "global.amazon.nova-lite-v1:0",
        "amazon.nova-lite-v1:0:300k",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-lite-v1:0",
    ],
)
def test_a_model_has_one_price_whatever_it_is_called(model: str) -> None:
    price = price_of(model, PRICES)

    assert price.known
    assert price.date == "2025-12"
    assert cost(Usage(MILLION, 0), price) == pytest.approx(0.06)
    assert cost(Usage(0, MILLION), price) == pytest.approx(0.24)


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:01",
        "amazon.nova-lite-v10:0",
        "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc",
        "someone.new-model",
        "",
    ],
)
def test_a_model_that_is_not_listed_costs_what_the_dearest_does(model: str) -> None:
    price = price_of(model, PRICES)

    assert not price.known
    assert cost(Usage(MILLION, MILLION), price) == pytest.approx(2.5 + 12.5)


def test_the_dearest_is_the_dearest_of_each_kind() -> None:
    price = price_of("x", ["a 1 20 2025-11", "b 9 2 2025-12"])

    assert cost(Usage(MILLION, MILLION), price) == pytest.approx(29.0)
    assert price.date == "2025-11"


def test_the_longest_entry_wins_and_an_exact_one_before_all() -> None:
    arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc"
    prices = [
        "a.m 1 1 2025-12",
        "a.m-v1:0 2 2 2025-12",
        "us.a.m-v1:0 3 3 2025-12",
        f"{arn} 4 4 2025",
    ]

    def usd(model: str) -> float:
        return price_of(model, prices).input_usd * MILLION

    assert [usd(m) for m in ("a.m-v2", "a.m-v1:0", "eu.a.m-v1:0", "us.a.m-v1:0", arn)] == (
        pytest.approx([1, 2, 2, 3, 4])
    )


def test_no_prices_at_all_is_never_free() -> None:
    assert price_of("amazon.nova-lite-v1:0", ()) == price_of("amazon.nova-lite-v1:0", PRICES)


def test_what_a_cache_gave_is_counted_in_full() -> None:
    price = price_of("amazon.nova-lite-v1:0", PRICES)

    assert cost(Usage(100, 10, 200, 300), price) == pytest.approx(cost(Usage(600, 10), price))
