"""`dbp egress`: the ledger names every call that sent something, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nova import Nova


def listed(nova: Nova, *arguments: str) -> dict[str, Any]:
    done = nova.cli("egress", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_before_anything_was_sent_it_says_so(nova: Nova) -> None:
    nova.index()

    assert nova.cli("egress").stdout == f"nothing was ever sent for {nova.root}\n"
    assert listed(nova)["calls"] == []


@pytest.mark.slow
def test_every_call_is_listed_with_what_it_took(nova: Nova) -> None:
    nova.consent()
    nova.index()
    (request,) = nova.stand_in.requests
    (call,) = listed(nova)["calls"]

    assert call["path"] == "runner.py"
    assert call["root"] == str(nova.root)
    assert call["bodyBytes"] == len(request.body)
    assert call["inputTokens"] == nova.stand_in.usage["inputTokens"]
    assert call["outputTokens"] == nova.stand_in.usage["outputTokens"]
    assert call["usd"] == pytest.approx(
        call["inputTokens"] * 0.06e-6 + call["outputTokens"] * 0.24e-6
    )
    assert (call["outcome"], call["attempts"], call["truncated"]) == ("done", 1, False)
    assert call["digest"].startswith("blake2b:")
    assert call["host"] == nova.stand_in.url.partition("//")[2]

    head, row, totals = nova.cli("egress").stdout.splitlines()
    assert head.split() == [
        *("id", "time", "path", "model", "bytes", "in", "out", "USD", "outcome", "reason")
    ]
    assert row.split()[0] == str(call["id"])
    assert "runner.py" in row
    assert row.index("done") == head.index("outcome")
    assert totals.startswith("all folders: today ")
    assert "of 1.00 USD" in totals
    assert "of 20.00 USD" in totals
    assert totals.endswith("; 1 call")


@pytest.mark.slow
def test_one_call_is_shown_whole(nova: Nova) -> None:
    nova.consent()
    nova.index()
    (call,) = listed(nova)["calls"]

    done = nova.cli("egress", "show", str(call["id"]))
    for name, value in call.items():
        assert f"\n{name} " in f"\n{done.stdout}", name
        assert str(value) in done.stdout or value in {None, "", False}
    assert json.loads(nova.cli("egress", "show", str(call["id"]), "--json").stdout) == call


@pytest.mark.slow
def test_newest_first_at_most_so_many_and_of_all_folders(nova: Nova) -> None:
    nova.consent()
    nova.index()
    nova.write("second.py", (nova.root / "runner.py").read_text().replace("run", "walk"))
    nova.index()

    newest, oldest = listed(nova)["calls"]
    assert (newest["path"], oldest["path"]) == ("second.py", "runner.py")
    assert [call["path"] for call in listed(nova, "--limit", "1")["calls"]] == ["second.py"]
    elsewhere = nova.root.with_name("elsewhere")
    elsewhere.mkdir()
    assert json.loads(nova.cli("egress", "--json", root=elsewhere).stdout)["calls"] == []
    table = nova.cli("egress", "--all", root=elsewhere).stdout
    assert f"{nova.root}/second.py" in table


@pytest.mark.slow
def test_names_from_a_file_cannot_write_on_the_terminal(nova: Nova) -> None:
    """Row xS5."""
    nova.write("run\x1b[31m\u202e.py", (nova.root / "runner.py").read_text())
    (nova.root / "runner.py").unlink()
    nova.consent()
    nova.index()

    for arguments in ((), ("show", str(listed(nova)["calls"][0]["id"]))):
        said = nova.cli("egress", *arguments).stdout
        assert "\x1b" not in said
        assert "\u202e" not in said


@pytest.mark.parametrize(
    "arguments", [("show",), ("show", "99"), ("list", "3"), ("--limit", "0"), ("show", "x")]
)
def test_wrong_usage_ends_with_2(nova: Nova, arguments: tuple[str, ...]) -> None:
    assert nova.cli("egress", *arguments).returncode == 2
