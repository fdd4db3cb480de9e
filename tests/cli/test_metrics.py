"""What people and programs are told of the model: `dbp metrics`, `dbp status`, `dbp doctor`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nova import Nova

OFF = {"DBP_LLM_PROVIDER": "none"}


def metrics(nova: Nova, **env: str) -> dict[str, Any]:
    done = nova.cli("metrics", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["llm"]


def checks(nova: Nova, **env: str) -> dict[str, dict[str, str]]:
    done = nova.cli("doctor", "--json", env=env)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_before_anything_all_is_zero(nova: Nova) -> None:
    found = metrics(nova)

    assert (found["calls"], found["tokens"], found["costUsd"]) == (0, 0, 0)
    assert found["enrichment"] == {"pending": 0, "done": 0, "failed": 0, "skipped": 0}


@pytest.mark.slow
def test_the_ledger_and_the_leader_say_the_same(nova: Nova) -> None:
    nova.consent()
    nova.index()
    alone = metrics(nova)

    assert alone["calls"] == 1
    assert alone["inputTokens"] == nova.stand_in.usage["inputTokens"]
    assert alone["outputTokens"] == nova.stand_in.usage["outputTokens"]
    assert alone["tokens"] == alone["inputTokens"] + alone["outputTokens"]
    assert alone["bytesSent"] == len(nova.stand_in.requests[0].body)
    assert alone["today"]["costUsd"] == alone["costUsd"] > 0
    assert alone["budget"]["dailyUsd"] == 1.0
    assert alone["enrichment"]["done"] == 1
    with nova.editor() as editor:
        editor.client.request("dbp/settle", {"flush": True, "enrich": True})
        assert metrics(nova) == alone
        beside = nova.cli("status").stdout
    for said in (beside, nova.cli("status").stdout):
        (line,) = (line for line in said.splitlines() if line.strip().startswith("model "))
        assert "amazon.nova-lite-v1:0 at 127.0.0.1:" in line
        assert "calls 1, " in line
        assert "left today" in line
        assert "1 done" in line


@pytest.mark.slow
def test_status_says_why_nothing_is_sent_and_nothing_when_it_is_off(nova: Nova) -> None:
    nova.index()

    assert "you did not consent for this folder: dbp trust --cloud" in nova.cli("status").stdout
    assert "model " not in nova.cli("status", env=OFF).stdout


@pytest.mark.slow
def test_doctor_checks_provider_consent_credentials_and_price(nova: Nova) -> None:
    found = checks(nova)
    assert found["consent"]["status"] == "warning"
    assert found["AWS credentials"]["detail"] == "found (env); never shown"
    assert found["Nova Lite"]["status"] == "ok"
    assert "us-east-1" in found["Nova Lite"]["detail"]
    nova.consent()

    assert checks(nova)["consent"]["status"] == "ok"
    text = nova.cli("doctor").stdout
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert nova.env[name] not in text
    assert nova.calls == 0


@pytest.mark.slow
def test_doctor_finds_what_is_missing(nova: Nova) -> None:
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": ""}
    assert checks(nova, **nothing)["AWS credentials"]["status"] == "problem"
    nowhere = {
        "DBP_LLM_REGION": "",
        "DBP_LLM_ENDPOINT_URL": "",
        "AWS_REGION": "",
        "AWS_DEFAULT_REGION": "",
    }
    assert checks(nova, **nowhere)["Nova Lite"]["status"] == "problem"
    assert checks(nova, DBP_LLM_MODEL="someone.new-v1:0")["prices"]["status"] == "warning"


@pytest.mark.parametrize(("date", "status"), [("2020-01", "warning"), ("2999-01", "ok")])
def test_doctor_notes_old_prices(nova: Nova, date: str, status: str) -> None:
    prices = json.dumps([f"amazon.nova-lite-v1:0 0.06 0.24 {date}"])

    assert checks(nova, DBP_LLM_PRICES=prices)["prices"]["status"] == status


def test_doctor_with_the_provider_off_says_so_and_looks_for_no_region(nova: Nova) -> None:
    found = checks(nova, **OFF)

    assert found["Nova Lite"]["detail"] == "off: nothing is sent anywhere"
    assert "consent" not in found
    assert "not read" in found["AWS credentials"]["detail"]
