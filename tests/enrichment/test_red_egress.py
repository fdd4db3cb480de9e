"""What must not leave although something changed behind the back of whoever decides."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import USUAL, StandIn
from nova import Nova, inside
from nova_talk import honest, module

from dbp.model import Cause, Change

CANARY = "canary_of_a_file_that_stays_here"


@pytest.fixture
def nova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nova]:
    for name in USUAL:
        monkeypatch.delenv(name, raising=False)
    with StandIn(responder=honest) as stand_in:
        made = Nova(tmp_path, stand_in)
        made.consent()
        yield made


def git(nova: Nova, *arguments: str) -> None:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *who, *arguments], cwd=nova.root, check=True, capture_output=True)


def test_another_folder_in_the_same_place_needs_a_consent_of_its_own(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        nova.write("copy.py", module("grow"))
        session.settle()
        nova.root.rename(nova.root.with_name("elsewhere"))
        nova.root.mkdir()
        nova.write("b.py", module(CANARY))
        session.settle()
        assert session.extraction()["egress"] is False
    assert CANARY not in nova.sent()


def test_what_git_ignores_from_now_on_is_not_sent_though_it_was_before(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write(".dbp.toml", '[fs_monitor]\ninclude = ["data/"]\n')
    nova.write("data/x.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        nova.write(".gitignore", "data/\n")
        session.settle()
        nova.write("data/x.py", module(CANARY))
        session.turn(2)
        session.settle()
    assert CANARY not in nova.sent()


def test_what_git_cannot_say_is_not_sent(nova: Nova, monkeypatch: Any) -> None:
    git(nova, "init")
    nova.write("a.py", module("grow"))
    nova.write(".gitignore", "local_settings.py\n")
    git(nova, "add", "--all")
    git(nova, "commit", "-m", "all")
    nova.write("local_settings.py", module(CANARY))
    with inside(nova, monkeypatch) as session:
        session.settle()
        (nova.root / ".git" / "index").write_bytes(b"DIRC damaged" * 100)
        session.turn(2)
        engine = session.workspace.engine
        assert engine is not None
        engine.scanner.forget()
        engine.buffer.offer(Change("local_settings.py", Cause.DISK))
        session.finish()
    assert CANARY not in nova.sent()


def test_a_template_with_a_second_name_on_the_disk_is_not_used(
    nova: Nova, monkeypatch: Any, tmp_path: Path
) -> None:
    secret = tmp_path / "of_another_folder"
    secret.write_text(f"[Header] {CANARY}\n", encoding="utf-8")
    (nova.root / "GENAI_HEADER_TEMPLATE.txt").hardlink_to(secret)
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
    assert nova.calls == 1
    assert CANARY not in nova.sent()


def test_a_template_that_is_too_large_to_be_sent_is_not_used(nova: Nova, monkeypatch: Any) -> None:
    nova.write("GENAI_HEADER_TEMPLATE.txt", f"[Header] {CANARY}\n" + "more words\n" * 7000)
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch, max_file_size_kb=64) as session:
        session.settle()
    assert nova.calls == 1
    assert CANARY not in nova.sent()


def test_a_template_that_is_a_link_is_not_used(
    nova: Nova, monkeypatch: Any, tmp_path: Path
) -> None:
    secret = tmp_path / "of_another_folder"
    secret.write_text(f"[Header] {CANARY}\n", encoding="utf-8")
    (nova.root / "GENAI_HEADER_TEMPLATE.txt").symlink_to(secret)
    (nova.root / "doc").symlink_to(tmp_path)
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
    assert nova.calls == 1
    assert CANARY not in nova.sent()


def test_without_the_account_nothing_is_sent_until_somebody_consents_again(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        for file in nova.state.glob("account.db*"):
            file.unlink()
        nova.write("b.py", module("shrink"))
        session.settle()
        assert nova.calls == 1
        assert "dbp trust --cloud" in session.extraction()["reason"]
        nova.consent()
        engine = session.workspace.engine
        assert engine is not None
        assert engine.flow is not None
        engine.flow.consent_changed()
        session.settle()
    assert nova.calls == 2
