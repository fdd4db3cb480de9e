"""What a hostile folder or endpoint says, on a terminal, in messages and in what is kept."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from bedrock import StandIn, error
from nova import Nova
from nova_talk import module, settle, shown_messages

ORDER = "\x1b]0;owned\x07\x1bc"
"""What a terminal obeys: another title, and to forget everything."""


def turn_on(nova: Nova) -> None:
    folder = Path(nova.env["DBP_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text('[llm]\nprovider = "bedrock"\n', encoding="utf-8")


@pytest.mark.slow
def test_a_rule_of_an_ignore_file_gives_no_orders_to_a_terminal(nova: Nova) -> None:
    for git in (False, True):
        if git:
            subprocess.run(["git", "init"], cwd=nova.root, check=True, capture_output=True)
        nova.write(".gitignore", f"private{ORDER}*\n")
        nova.write(".dbp.toml", '[fs_monitor]\ninclude = ["private*"]\n')
        name = f"private{ORDER}.py"
        nova.write(name, module("grow"))
        for verb in (["preview", name], ["estimate", "-v"], ["show", name]):
            done = nova.cli(*verb)
            assert "\x1b" not in done.stdout + done.stderr, verb
        assert "ignored by .gitignore" in nova.cli("estimate", "-v").stdout


@pytest.mark.slow
def test_what_an_endpoint_says_becomes_no_link_and_no_order(nova: Nova, stand_in: StandIn) -> None:
    said = (
        f"See [here](command:workbench.action.terminal.new) {ORDER} and [there](https://x.example)"
    )
    stand_in.script = lambda _request: error(403, "AccessDeniedException", said)
    turn_on(nova)
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        told = "\n".join(shown_messages(editor))
        assert "Nova Lite rests: Bedrock: See [here]" in told
        assert "](" not in told
        assert "\x1b" not in told
    done = nova.cli("index", "--json")
    assert "](" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_neither_secrets_nor_bodies_are_kept_or_logged(nova: Nova) -> None:
    """Whatever the log level: the record has what files say, the account what was answered."""
    turn_on(nova)
    secret, body = "AKIA" + "QZ7CANARY2YZXWVU", "canary_in_a_body"
    code = module("grow").replace("total = 1000", f"total = '{body}'")
    nova.write("a.py", f'KEY = "{secret}"\n' + code)
    wide = nova.root / "wide.py"
    wide.write_bytes(f'\ufeffKEY = "{secret}"\n{code}'.encode("utf-16"))
    other = nova.root / "other.py"
    other.write_bytes(b"# -*- coding: latin-1 -*- caf\xe9\n" + f'KEY = "{secret}"\n{code}'.encode())
    done = nova.cli("-vv", "index", env={"DBP_LOG_LEVEL": "debug"})
    assert done.returncode == 0, done.stderr
    assert nova.calls == 3
    assert body in nova.sent()
    assert secret not in nova.sent()
    kept: dict[str, Any] = {
        str(path): path.read_bytes() for path in nova.state.rglob("*") if path.is_file()
    }
    kept["the log"] = (done.stdout + done.stderr).encode()
    for where, data in kept.items():
        assert secret.encode() not in data, where
        assert body.encode() not in data, where


def test_an_outline_says_whose_words_it_marks_and_that_they_are_older(
    nova: Nova, stand_in: StandIn
) -> None:
    turn_on(nova)
    header = '"""Keeps the books of the house in order."""\n'
    nova.write("a.py", header + module("grow"))
    nova.cli("index")
    shown = nova.cli("show", "a.py").stdout
    assert shown.count("not written by a person") == 1
    assert "before its last change" not in shown
    stand_in.script = lambda _request: error(403, "AccessDeniedException")
    nova.write("a.py", header + module("grow").replace("1000", "2000"))
    nova.cli("index")
    assert "about this file before its last change" in nova.cli("show", "a.py").stdout
