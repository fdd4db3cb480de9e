"""`dbp trust`: who said yes to what, and how it is taken back."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nova import Nova

from dbp.ports import Consent


def shown(nova: Nova, *arguments: str, **env: str) -> dict[str, Any]:
    done = nova.cli("trust", "--json", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def kept(nova: Nova) -> Consent | None:
    account = nova.account()
    try:
        found = nova.root.stat()
        return account.consent(str(nova.root.resolve()), found.st_dev, found.st_ino)
    finally:
        account.close()


@pytest.mark.slow
def test_without_arguments_it_shows_what_is_missing_and_makes_nothing(nova: Nova) -> None:
    found = shown(nova)

    assert found["folder"] == str(nova.root)
    assert found["cloud"] is None
    assert found["inForce"] is False
    assert found["missing"] == ["you did not consent for this folder: dbp trust --cloud"]
    assert found["configured"]["host"] == nova.stand_in.url.partition("//")[2]
    assert not list(nova.state.rglob("account*"))
    assert "nothing of this folder is sent" in nova.cli("trust").stdout


@pytest.mark.slow
def test_yes_is_kept_with_everything_it_is_about(nova: Nova) -> None:
    done = nova.cli("trust", "--cloud", "--yes")
    consent = kept(nova)

    assert done.returncode == 0
    assert consent is not None
    wanted = nova.agreement(nova.root)
    for name in ("path", "device", "inode", "provider", "region", "host"):
        assert getattr(consent, name) == getattr(wanted, name)
    for word in (consent.host, "us-east-1", "amazon.nova-lite-v1:0", "never", "1.00 USD a day"):
        assert word in done.stderr
    assert shown(nova)["inForce"] is True
    assert nova.calls == 0


@pytest.mark.slow
def test_without_a_terminal_nobody_says_yes_by_accident(nova: Nova) -> None:
    done = nova.cli("trust", "--cloud")

    assert done.returncode == 2
    assert "dbp trust --cloud --yes" in done.stderr
    assert shown(nova)["cloud"] is None


@pytest.mark.parametrize(
    ("typed", "given"), [("y", True), ("YES", True), ("n", False), ("", False)]
)
def test_on_a_terminal_a_person_is_asked(nova: Nova, *, typed: str, given: bool) -> None:
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dbp", "trust", "--cloud"],
        cwd=nova.root,
        env={**os.environ, **nova.env},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(mine, f"{typed}\n".encode())
    _, said = process.communicate(timeout=30)
    os.close(mine)

    assert "May files of this folder go there? [y/N]" in said
    assert process.returncode == (0 if given else 1)
    assert (kept(nova) is not None) is given


@pytest.mark.slow
def test_with_the_provider_off_it_is_kept_and_says_what_is_still_off(nova: Nova) -> None:
    done = nova.cli("trust", "--cloud", "--yes", env={"DBP_LLM_PROVIDER": "none"})

    assert kept(nova) is not None
    assert "llm.provider is none: set it to bedrock in your own settings" in done.stdout
    assert "in force" in nova.cli("trust").stdout


@pytest.mark.parametrize(
    "env",
    [
        {"DBP_LLM_REGION": "eu-west-1"},
        {"DBP_LLM_ENDPOINT_URL": "http://127.0.0.1:9"},
        {"DBP_LLM_ENDPOINT_URL": ""},
    ],
)
def test_a_yes_is_for_one_place_only(nova: Nova, env: dict[str, str]) -> None:
    nova.consent()
    found = shown(nova, **env)

    assert found["inForce"] is False
    (why,) = found["missing"]
    assert why.startswith("provider, region or endpoint are not those you consented to")


def test_what_the_project_forbids_is_named_with_its_place(nova: Nova) -> None:
    nova.consent()
    nova.write(".dbp.toml", "[llm]\nallowed = false\n")

    (why,) = shown(nova)["missing"]
    assert why == "llm.allowed is false for this workspace (from workspace file .dbp.toml)"


def test_another_folder_in_the_same_place_is_another_folder(nova: Nova) -> None:
    nova.consent()
    assert shown(nova)["inForce"] is True
    nova.root.rename(nova.root.with_name("old"))
    nova.root.mkdir()

    assert shown(nova)["cloud"] is None


def test_without_a_region_nothing_can_be_consented_to(nova: Nova) -> None:
    nothing = {"DBP_LLM_REGION": "", "DBP_LLM_ENDPOINT_URL": "", "AWS_REGION": ""}
    done = nova.cli("trust", "--cloud", "--yes", env={**nothing, "AWS_DEFAULT_REGION": ""})

    assert done.returncode == 2
    assert "llm.region" in done.stderr


@pytest.mark.parametrize("arguments", [("--revoke",), ("--cloud", "--revoke")])
def test_a_yes_is_taken_back(nova: Nova, arguments: tuple[str, ...]) -> None:
    nova.consent()
    done = nova.cli("trust", *arguments)

    assert done.returncode == 0
    assert "taken back" in done.stdout
    assert kept(nova) is None
    assert "there was no consent" in nova.cli("trust", *arguments).stdout


@pytest.mark.slow
def test_a_server_that_runs_begins_and_ends_at_once(nova: Nova) -> None:
    with nova.editor() as editor:
        editor.settle()
        assert nova.calls == 0
        assert nova.cli("trust", "--cloud", "--yes").returncode == 0
        editor.client.request("dbp/settle", {"flush": True, "enrich": True})
        assert nova.calls == 1
        assert nova.cli("trust", "--revoke").returncode == 0
        nova.write("second.py", Path(nova.root, "runner.py").read_text().replace("run", "walk"))
        editor.client.request("dbp/settle", {"flush": True, "enrich": True})
        assert nova.calls == 1
