"""The account as a file: private, on the disk, and never pretended when it cannot be."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from account_values import NO_LIMITS, begin, make_call, spend
from store_values import make_put

from dbp.clock import TurnableClock
from dbp.errors import NewerSchemaError, StoreError
from dbp.meaning import Usage
from dbp.ports import Consent
from dbp.store.account import SqliteAccount, open_account
from dbp.store.account_tables import ACCOUNT
from dbp.store.documents import open_store
from dbp.store.driver import driver
from dbp.store.location import account_path

FOLDER = Consent("/home/ann/project", 7, 8, "bedrock", "eu-west-1", "bedrock.example", 1.5)


def run_sql(path: Path, statement: str) -> None:
    with closing(driver().module.connect(str(path), isolation_level=None)) as connection:
        connection.execute(statement)


# ── where it lies ──────────────────────────────────────────────────────────────────────────────


def test_the_account_lies_in_the_state_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert account_path({"DBP_STATE_DIR": str(tmp_path / "s")}) == tmp_path / "s" / "account.db"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert account_path({}) == tmp_path / "xdg" / "dbp" / "account.db"
    assert stat.S_IMODE((tmp_path / "xdg" / "dbp").stat().st_mode) == 0o700


@pytest.mark.parametrize("chosen", ["file", "file/below"])
def test_a_temporary_directory_does_not_do(tmp_path: Path, chosen: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        account_path({"DBP_STATE_DIR": str(tmp_path / chosen)})
    assert caught.value.code == "bad_state_dir"


def test_a_relative_state_directory_is_refused() -> None:
    with pytest.raises(StoreError) as caught:
        account_path({"DBP_STATE_DIR": "here"})
    assert caught.value.code == "bad_params"


# ── opening ────────────────────────────────────────────────────────────────────────────────────


def test_a_new_account_is_private_and_writes_through(
    account: SqliteAccount, account_file: Path
) -> None:
    begin(account)
    assert stat.S_IMODE(account_file.parent.stat().st_mode) == 0o700
    for each in account_file.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    assert account.notes == ()
    with account._database.write() as connection:
        for pragma, value in {"journal_mode": "wal", "synchronous": 2}.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value
        found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        assert found == ACCOUNT.application_id


@pytest.mark.parametrize("damage", ["header", "cut", "planted", "another program's"])
def test_a_broken_account_is_set_aside_and_nothing_may_be_sent(
    account_file: Path, clock: TurnableClock, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    account = open_account(account_file, clock)
    account.grant(FOLDER)
    spend(account, "a", 5, meaning=b"said" * 5000)
    account.close()
    if damage == "header":
        account_file.write_bytes(b"junk" + account_file.read_bytes()[4:])
    elif damage == "cut":
        os.truncate(account_file, account_file.stat().st_size // 2)
    elif damage == "planted":
        run_sql(account_file, "CREATE TRIGGER t AFTER INSERT ON call BEGIN SELECT 1; END")
    else:
        account_file.unlink()
        open_store(account_file, clock).close()
    with caplog.at_level(logging.WARNING):
        again = open_account(account_file, clock)
    (note,) = again.notes
    assert "is kept as account.db.corrupt-" in note
    assert note in caplog.text
    assert again.spent().calls == 0
    assert again.consent("/home/ann/project", 7, 8) is None
    begin(again)
    again.close()


def test_a_record_and_an_account_are_not_taken_for_each_other(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    begin(account)
    account.close()
    store = open_store(account_file, clock)
    assert "another program's database" in store.status().notes[0]
    store.write([make_put("a")])
    store.close()


def test_a_newer_account_is_refused_and_not_touched(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    account.close()
    run_sql(account_file, "PRAGMA user_version = 99")
    before = account_file.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerSchemaError, match="update dbp"):
            open_account(account_file, clock, read_only=read_only)
    assert account_file.read_bytes() == before


def no_folder(tmp_path: Path) -> Path:
    (tmp_path / "file").touch()
    return tmp_path / "file" / "account.db"


def unwritable(tmp_path: Path) -> Path:
    # Even a superuser cannot make the lock beside it.
    (tmp_path / "account.db.opening").mkdir()
    return tmp_path / "account.db"


@pytest.mark.parametrize("place", [no_folder, unwritable])
def test_without_a_place_to_write_there_is_no_account(
    tmp_path: Path, clock: TurnableClock, place: Callable[[Path], Path]
) -> None:
    with pytest.raises(StoreError, match="cannot be") as caught:
        open_account(place(tmp_path), clock)
    assert caught.value.code in {"store_unusable", "bad_state_dir"}
    assert "DBP_STATE_DIR" in caught.value.hint


def test_a_reader_makes_nothing(account_file: Path, clock: TurnableClock) -> None:
    account_file.parent.mkdir()
    with pytest.raises(StoreError) as caught:
        open_account(account_file, clock, read_only=True)
    assert caught.value.code == "store_missing"
    assert list(account_file.parent.iterdir()) == []


def test_a_reader_that_comes_while_it_is_made_does_not_call_it_damaged(
    account: SqliteAccount,
    account_file: Path,
    clock: TurnableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account.grant(FOLDER)
    assert account_file.with_name("account.db-wal").exists()
    too_early = [account_file]
    lstat = Path.lstat

    def find(path: Path) -> Any:
        if path in too_early:
            too_early.remove(path)
            raise FileNotFoundError(path)
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", find)
    reader = open_account(account_file, clock, read_only=True)
    assert reader.consent("/home/ann/project", 7, 8) == FOLDER
    assert too_early == []
    reader.close()


def test_a_reader_sees_what_others_write_and_cannot_write(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    reader = open_account(account_file, clock, read_only=True)
    before = reader.version()
    spend(account, "a", 5, meaning=b"said")
    account.grant(FOLDER)
    assert reader.version() != before
    assert reader.spent() == account.spent()
    assert reader.calls() == account.calls()
    assert reader.meanings(["a"]) == {"a": b"said"}
    assert reader.consent("/home/ann/project", 7, 8) == FOLDER
    attempts: list[Callable[[], Any]] = [
        lambda: reader.begin_call(make_call(), NO_LIMITS),
        lambda: reader.end_call(1, "done", Usage(), 0.0, 1),
        lambda: reader.grant(FOLDER),
        lambda: reader.throttled("a-model"),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.code == "store_readonly"
    reader.close()


def test_an_account_that_was_removed_grants_nothing(
    account: SqliteAccount, account_file: Path
) -> None:
    begin(account)
    assert not account.lost()
    account_file.unlink()
    assert account.lost()
    with pytest.raises(StoreError) as caught:
        account.begin_call(make_call("b"), NO_LIMITS)
    assert caught.value.code == "store_lost"


def test_a_locked_account_grants_nothing(account_file: Path, clock: TurnableClock) -> None:
    account = open_account(account_file, clock, busy_seconds=0.05)
    other = open_account(account_file, clock)
    with other._database.write(), pytest.raises(StoreError, match="writing the account") as caught:
        account.begin_call(make_call(), NO_LIMITS)
    assert caught.value.code == "store_busy"
    assert account.spent().calls == 0
    other.close()
    account.close()
    account.close()


# ── consent ────────────────────────────────────────────────────────────────────────────────────


def test_a_consent_is_for_one_folder(account: SqliteAccount) -> None:
    assert account.consent("/home/ann/project", 7, 8) is None
    account.grant(FOLDER)
    assert account.consent("/home/ann/project", 7, 8) == FOLDER
    # Another folder at the same place, the same one at another place, one below.
    assert account.consent("/home/ann/project", 7, 9) is None
    assert account.consent("/home/ann/project", 6, 8) is None
    assert account.consent("/work/moved", 7, 8) is None
    assert account.consent("/home/ann/project/below", 7, 8) is None


def test_a_folder_put_in_the_place_of_another_has_no_consent(
    account: SqliteAccount, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    found = folder.stat()
    account.grant(replace(FOLDER, path=str(folder), device=found.st_dev, inode=found.st_ino))
    folder.rename(tmp_path / "old")
    folder.mkdir()
    now = folder.stat()
    assert account.consent(str(folder), now.st_dev, now.st_ino) is None
    assert account.consent(str(folder), found.st_dev, found.st_ino) is not None


def test_a_consent_takes_the_place_of_an_older_one(account: SqliteAccount) -> None:
    account.grant(FOLDER)
    newer = replace(FOLDER, inode=9, region="us-east-1", host="other.example", at=2.5)
    account.grant(newer)
    assert account.consent("/home/ann/project", 7, 8) is None
    assert account.consent("/home/ann/project", 7, 9) == newer


@pytest.mark.parametrize(
    "consent",
    [
        replace(FOLDER, path=os.fsdecode(b"/w\xff/\xc3")),
        replace(FOLDER, device=2**64 - 1, inode=2**127),
        replace(FOLDER, path="/w'\"%_;--"),
    ],
)
def test_a_consent_is_kept_exactly(account: SqliteAccount, consent: Consent) -> None:
    account.grant(consent)
    assert account.consent(consent.path, consent.device, consent.inode) == consent
    assert account.revoke(consent.path)
    assert account.consent(consent.path, consent.device, consent.inode) is None
    assert not account.revoke(consent.path)


def test_another_process_notices_that_a_consent_was_taken_back(
    account: SqliteAccount, account_file: Path, clock: TurnableClock
) -> None:
    other = open_account(account_file, clock)
    account.grant(FOLDER)
    before = account.version()
    assert account.version() == before
    assert other.revoke(FOLDER.path)
    assert account.version() != before
    assert account.consent("/home/ann/project", 7, 8) is None
    other.close()
