"""`dbp estimate`: what would be sent is what is sent, and asking costs nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nova import Nova


def estimate(nova: Nova, **env: str) -> dict[str, Any]:
    done = nova.cli("estimate", "--json", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def project(nova: Nova) -> Nova:
    """Make three contents in six files, a key, and a file that says nothing."""
    text = (nova.root / "runner.py").read_text()
    nova.write("copy/runner.py", text)
    nova.write("second.py", text.replace("run", "walk"))
    nova.write("third.py", text.replace("run", "jump"))
    nova.write("tiny.py", '"""Holds one number."""\n\nx = 1\n')
    nova.write(".env", "PORT=1\n")
    return nova


def test_it_counts_contents_once_and_sends_nothing(project: Nova) -> None:
    project.consent()
    found = estimate(project)

    assert project.calls == 0
    assert (found["files"], found["calls"], found["alreadyPaid"]) == (6, 3, 0)
    assert found["withheld"]["files"] == 1
    (why,) = found["withheld"]["reasons"]
    assert why["paths"] == [".env"]
    assert found["nothingToAsk"] == 1
    assert found["contents"] == 4
    assert found["costUsd"] == pytest.approx(
        found["inputTokens"] * 0.06e-6 + found["outputTokens"] * 0.24e-6, abs=1e-6
    )
    assert found["price"] == {
        "inputUsdPerMillion": 0.06,
        "outputUsdPerMillion": 0.24,
        "date": "2025-12",
        "known": True,
    }


@pytest.mark.slow
def test_what_it_foretells_is_what_happens(project: Nova) -> None:
    found = estimate(project)
    project.consent()
    project.index()

    assert project.calls == found["calls"]
    again = estimate(project)
    assert (again["calls"], again["alreadyPaid"], again["costUsd"]) == (0, 3, 0)
    assert project.calls == found["calls"]


@pytest.mark.slow
def test_it_works_with_the_provider_off(project: Nova) -> None:
    assert estimate(project, DBP_LLM_PROVIDER="none") == estimate(project)
    assert project.calls == 0


@pytest.mark.slow
def test_budgets_rate_and_price_are_told(project: Nova) -> None:
    found = estimate(
        project,
        DBP_LLM_DAILY_BUDGET_TOKENS="1000",
        DBP_LLM_TOTAL_BUDGET_USD="0.0001",
        DBP_LLM_REQUESTS_PER_MINUTE="1",
        DBP_LLM_MODEL="someone.unknown-v1:0",
    )
    tokens = found["inputTokens"] + found["outputTokens"]

    assert found["daysAtDailyBudget"] == -(-tokens // 1000)
    assert found["exceedsTotalBudget"] is True
    assert found["minutesAtRate"] == 3.0
    assert found["price"]["known"] is False
    text = project.cli(
        "estimate",
        env={"DBP_LLM_DAILY_BUDGET_TOKENS": "1000", "DBP_LLM_MODEL": "someone.unknown-v1:0"},
    ).stdout
    assert "budget    daily: spread over " in text
    assert "the dearest of the list" in text


@pytest.mark.slow
def test_people_see_the_withheld_by_reason_and_with_v_by_name(project: Nova) -> None:
    text = project.cli("estimate").stdout
    assert "3 to ask about" in text
    assert "daily: all of it fits into one day's" in text
    assert "withheld  1: " in text
    assert ".env" not in text.partition("withheld  1: ")[2].partition("\n")[2]
    assert "\n              .env\n" in project.cli("estimate", "-v").stdout
