"""The gate opens only when everything speaks for it, and asks for budget last."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from dbp.enrichment.gate import CLOSED, Decision, Standing, closed, decide
from dbp.ports import Consent, Granted, Later, Refused

CONSENT = Consent("/home/ann/project", 1, 2, "bedrock", "us-east-1", "bedrock.example", 1.0)
OPEN = Standing("bedrock", True, None, CONSENT, "us-east-1", "bedrock.example")


def reserve() -> Granted:
    return Granted(7)


def never() -> Granted:
    raise AssertionError("nothing may be reserved for what may not leave")


def ask(standing: Standing = OPEN, **against: str) -> Decision:
    refused = {"out_of_scope": None, "withheld": None, **against}
    return decide(standing, reserve=never, **refused)


def test_everything_in_order_is_granted() -> None:
    found = decide(OPEN, out_of_scope=None, withheld=None, reserve=reserve)
    assert found.granted == Granted(7)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"provider": "none"}, "off"),
        ({"allowed": False}, "not_allowed"),
        ({"editor_trusts": False}, "untrusted"),
        ({"consent": None}, "no_consent"),
        ({"region": "eu-west-1"}, "other_provider"),
        ({"host": "evil.example"}, "other_provider"),
        ({"region": ""}, "other_provider"),
        ({"consent": replace(CONSENT, provider="another")}, "other_provider"),
    ],
)
def test_each_missing_condition_closes_it(change: dict[str, object], code: str) -> None:
    standing = replace(OPEN, **change)  # type: ignore[arg-type]
    assert closed(standing) == code
    found = ask(standing)
    assert (found.granted, found.code, found.reason) == (None, code, CLOSED[code])


def test_a_file_out_of_scope_or_withheld_stays() -> None:
    assert ask(out_of_scope="ignored by .gitignore").code == "scope"
    assert ask(withheld="it is a private key").reason == "it is a private key"


def test_an_editor_that_trusts_alone_opens_nothing() -> None:
    assert ask(replace(OPEN, editor_trusts=True, consent=None)).code == "no_consent"


def test_what_the_reservation_says_decides_last() -> None:
    spent = Refused("daily_usd", 5.0)
    found = decide(OPEN, out_of_scope=None, withheld=None, reserve=lambda: spent)
    assert (found.granted, found.code, found.answer) == (None, "budget", spent)
    soon = Later(1.0, "rate")
    found = decide(OPEN, out_of_scope=None, withheld=None, reserve=lambda: soon)
    assert (found.granted, found.code, found.answer) == (None, "pace", soon)


def test_only_one_combination_of_all_is_granted() -> None:
    """Default deny, over the whole table."""
    granted = 0
    for provider, allowed, trusts, consent, scope, withheld in itertools.product(
        ("none", "bedrock"),
        (False, True),
        (False, None, True),
        (None, CONSENT),
        (None, "ignored"),
        (None, "a key"),
    ):
        standing = replace(
            OPEN, provider=provider, allowed=allowed, editor_trusts=trusts, consent=consent
        )
        found = decide(standing, out_of_scope=scope, withheld=withheld, reserve=reserve)
        granted += found.granted is not None
    assert granted == 2  # an editor that trusts, and one that knows no trust
