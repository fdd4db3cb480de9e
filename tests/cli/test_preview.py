"""`dbp preview`: what would be sent is what is sent, to the byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from nova import Nova

OFF = {
    "DBP_LLM_PROVIDER": "none",
    "DBP_LLM_REGION": "",
    "DBP_LLM_ENDPOINT_URL": "",
    "AWS_REGION": "",
    "AWS_DEFAULT_REGION": "",
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
}


def body(nova: Nova, path: str, **env: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "dbp", "preview", path],
        cwd=nova.root,
        env={**os.environ, **nova.env, **env},
        capture_output=True,
        check=False,
        timeout=55,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(nova: Nova, path: str) -> tuple[int, dict[str, Any], str]:
    done = nova.cli("preview", "--json", path)
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.slow
def test_the_preview_is_the_request_to_the_byte(nova: Nova) -> None:
    before = body(nova, "runner.py")
    nova.consent()
    nova.index()

    assert [request.body for request in nova.stand_in.requests] == [before]
    assert b"def stop(tasks)" in before


@pytest.mark.slow
def test_it_needs_no_provider_no_consent_no_credentials_and_sends_nothing(nova: Nova) -> None:
    assert body(nova, "runner.py", **OFF) == body(nova, "runner.py")
    nova.consent()
    body(nova, "runner.py")

    assert nova.calls == 0


@pytest.mark.slow
def test_json_has_the_body_and_its_size(nova: Nova) -> None:
    code, found, _ = shown(nova, "runner.py")

    assert code == 0
    assert found["path"] == "runner.py"
    assert (found["withheld"], found["redactions"], found["truncated"]) == (None, 0, False)
    assert found["bytes"] == len(body(nova, "runner.py"))
    assert found["body"] == json.loads(body(nova, "runner.py"))
    assert 0 < found["tokens"]["output"] < found["tokens"]["input"] < found["bytes"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "PORT=1\nHOST=localhost\nNAME=x\n"),
        ("id_rsa", "x\n" * 30),
        ("package-lock.json", '{"name": "x"}\n'),
        ("private/plan.py", "def plan():\n    return 1\n"),
    ],
)
def test_what_is_withheld_says_why_and_shows_nothing(nova: Nova, path: str, text: str) -> None:
    nova.write(".dbp.toml", '[llm]\nnever_send = ["private/"]\n')
    nova.write(path, text)
    code, found, said = shown(nova, path)

    assert code == 1
    assert found["withheld"]
    assert (found["body"], found["bytes"]) == (None, 0)
    assert f"{path} is withheld: {found['withheld']}" in said


@pytest.mark.slow
def test_an_ignored_file_is_withheld_even_if_the_project_takes_it_in(nova: Nova) -> None:
    """Row xS14: what git ignores is never sent."""
    nova.write(".gitignore", "local.py\n")
    nova.write("local.py", nova.write("runner.py", "x = 1\n").read_text())
    assert nova.cli("preview", "local.py").returncode == 1
    nova.write(".dbp.toml", '[fs_monitor]\ninclude = ["local.py"]\n')

    done = nova.cli("preview", "local.py")
    assert done.returncode == 1
    assert "withheld" in done.stderr
    assert done.stdout == ""


def test_a_project_that_forbids_sends_nothing(nova: Nova) -> None:
    nova.write(".dbp.toml", "[llm]\nallowed = false\n")

    assert shown(nova, "runner.py")[1]["withheld"] == "llm.allowed is false for this workspace"


def test_a_secret_is_blacked_out_and_counted(nova: Nova) -> None:
    secret = "hunter2" + "Zq9xLw71Kd83"
    runner = nova.root / "runner.py"
    runner.write_text(f'{runner.read_text()}\nDATABASE = "postgres://me:{secret}@db.example/x"\n')
    code, found, _ = shown(nova, "runner.py")

    assert code == 0
    assert found["redactions"] == 1
    assert secret not in json.dumps(found)


@pytest.mark.slow
def test_nothing_to_ask_is_said_and_is_no_error(nova: Nova) -> None:
    nova.write("tiny.py", '"""Holds one number."""\n\nx = 1\n')
    done = nova.cli("preview", "tiny.py")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing would be sent" in done.stderr

    nova.consent()
    nova.index()
    paid = nova.cli("preview", "runner.py")
    assert (paid.returncode, paid.stdout) == (0, "")
    assert "it is paid for already" in paid.stderr


@pytest.mark.parametrize("path", ["nowhere.py", ".", "/etc/passwd", ""])
def test_wrong_usage_ends_with_2(nova: Nova, path: str) -> None:
    assert nova.cli("preview", path).returncode == 2
