"""Where the enrichment of files stands: it follows the content, and the record is its queue."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from store_values import make_content, make_enrich, make_meaning, make_put

from dbp.clock import TurnableClock
from dbp.model import EnrichmentState, FileRecord, FileState, Stat
from dbp.ports import Move, Put, Remove, Stored, ToEnrich, Touch
from dbp.store.documents import SqliteStore, open_store

DONE, PENDING = EnrichmentState.DONE, EnrichmentState.PENDING
FAILED, SKIPPED = EnrichmentState.FAILED, EnrichmentState.SKIPPED
UNDECIDED = EnrichmentState.UNDECIDED
ODD = os.fsdecode(b"caf\xe9/\xff.py")
STAT = Stat(9, 9, 9)


def get(store: SqliteStore, path: str) -> Stored:
    found = store.stored(path)
    assert found is not None
    return found


def stands(store: SqliteStore, path: str) -> tuple[str, str]:
    """Say where a file stands, and whose content its meaning speaks of."""
    record = get(store, path).record
    return record.enrichment.value, record.meaning_hash.removeprefix("blake2b:")


def waiting(store: SqliteStore, now: float = 0.0) -> list[str]:
    return [each.path for each in store.to_enrich(100, now=now)]


# ── what a write does ──────────────────────────────────────────────────────────────────────────


def test_a_new_file_is_undecided(store: SqliteStore) -> None:
    put = make_put("a")
    store.write([put])
    assert get(store, "a").record == put.record
    assert stands(store, "a") == ("", "")
    assert store.to_enrich(10, now=0.0) == [
        ToEnrich("a", put.record.content_hash, "python", attempts=0)
    ]


@pytest.mark.parametrize("name", ["a", "ü/日本 🎉.py", ODD])
def test_a_meaning_comes_back_with_the_file(store: SqliteStore, name: str) -> None:
    store.write([make_put(name)])
    assert not store.has_meaning("key of a")
    assert store.write([make_enrich(name)]) == store.version() == 2
    found = get(store, name)
    assert found.meaning == make_meaning("a")
    assert found.extraction is not None
    assert found.record == replace(
        make_put(name).record,
        enrichment=DONE,
        enriched_at=1_700_000_001.5,
        meaning_hash="blake2b:a",
    )
    assert store.files().files == (found.record,)
    assert store.has_meaning("key of a")
    assert waiting(store) == []


@pytest.mark.parametrize("state", [PENDING, FAILED, SKIPPED])
def test_a_state_comes_with_its_reason(store: SqliteStore, state: EnrichmentState) -> None:
    store.write([make_put("a"), replace(make_enrich("a", state=state), reason="a \ud800 reason")])
    record = get(store, "a").record
    assert (record.enrichment, record.enrichment_reason) == (state, "a \ufffd reason")
    assert store.enrichment_of("a") == ToEnrich("a", record.content_hash, "python", attempts=1)


def test_one_payload_serves_every_file_with_that_content(store: SqliteStore) -> None:
    store.write([make_put("a"), make_put("b"), make_put("c", "other")])
    store.write([make_enrich("a"), make_enrich("b", bare=True)])
    assert get(store, "b").meaning == make_meaning("a")
    with store._database.read() as connection:
        rows = connection.exec_driver_sql("SELECT key, content_hash, model FROM meaning").all()
    assert [tuple(row) for row in rows] == [("key of a", "blake2b:a", "a-model")]
    assert stands(store, "c") == ("", "")


def test_a_payload_that_comes_again_replaces_the_old_one(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a")])
    newer = replace(make_enrich("a", "b"), content_hash="blake2b:a", key="key of a")
    store.write([newer])
    assert get(store, "a").meaning == make_meaning("b")
    assert store.write([newer]) == 3


def test_a_meaning_that_was_pruned_leaves_the_file_undecided(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a", state=FAILED)])
    store.write([make_enrich("a", bare=True)])
    record = get(store, "a").record
    assert record == make_put("a").record
    assert waiting(store) == ["a"]


@pytest.mark.parametrize(
    "others",
    [
        [Remove("a")],
        [make_put("a", "b")],
        [Move("a", "b", STAT)],
        [Put(replace(make_put("a").record, state=FileState.FAILED, reason="no"))],
    ],
)
def test_a_result_for_what_is_not_there_any_more_changes_no_file(
    store: SqliteStore, others: list[Any]
) -> None:
    store.write([make_put("a")])
    store.write(others)
    before = store.files(), store.enrichment_counts()
    store.write([make_enrich("a")])
    assert (store.files(), store.enrichment_counts()) == before
    # But it was paid for.
    assert store.has_meaning("key of a")


def test_a_state_without_a_key_keeps_the_meaning(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a")])
    store.write([make_enrich("a", state=PENDING, retry_at=5.0)])
    assert stands(store, "a") == ("pending", "a")
    assert get(store, "a").meaning == make_meaning("a")


# ── what other writes leave ────────────────────────────────────────────────────────────────────


def test_the_same_content_again_keeps_where_it_stands(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a")])
    store.write([make_put("a", inode=99), Touch("a", STAT), Move("a", "b", STAT)])
    store.write([Put(replace(make_put("b").record, extracted_at=9.0), make_content("a", 5, "v2"))])
    found = get(store, "b")
    assert stands(store, "b") == ("done", "a")
    assert found.record.enriched_at == 1_700_000_001.5
    assert found.extractor == "v2"


def test_another_content_waits_with_the_meaning_of_the_one_before(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a"), make_put("a", "b")])
    assert stands(store, "a") == ("", "a")
    record = get(store, "a").record
    assert (record.enrichment_reason, record.enriched_at) == (None, None)
    assert waiting(store) == ["a"]
    store.write([make_enrich("a", "b")])
    assert stands(store, "a") == ("done", "b")


def test_a_content_that_comes_back_gets_its_meaning_without_a_payload(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a"), make_put("a", "b"), make_enrich("a", "b")])
    store.write([make_put("a")])
    assert stands(store, "a") == ("", "b")
    store.write([make_enrich("a", bare=True)])
    assert get(store, "a").meaning == make_meaning("a")


def test_another_language_is_another_question(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a", state=SKIPPED)])
    put = make_put("a")
    store.write([replace(put, record=replace(put.record, language="ruby"))])
    assert stands(store, "a") == ("", "")


def test_attempts_are_forgotten_with_the_content(store: SqliteStore) -> None:
    store.write([make_put("a"), make_enrich("a", state=PENDING, retry_at=9.0)])
    store.write([make_put("a", "b")])
    found = store.enrichment_of("a")
    assert found is not None
    assert found.attempts == 0
    assert store.next_enrichment() is None


@pytest.mark.parametrize("state", [FileState.FAILED, FileState.EXCLUDED])
def test_what_is_not_indexed_has_no_enrichment(store: SqliteStore, state: FileState) -> None:
    store.write([make_put("a"), make_enrich("a")])
    record = replace(make_put("a").record, state=state, intent=None, extracted_at=None)
    store.write([Put(record)])
    assert get(store, "a") == Stored(record, None)
    assert (store.enrichment_of("a"), waiting(store)) == (None, [])
    assert store.enrichment_counts() == {}
    store.write([make_put("a")])
    assert stands(store, "a") == ("", "")
    assert waiting(store) == ["a"]


# ── the queue ──────────────────────────────────────────────────────────────────────────────────


def test_what_waits_comes_in_pages_whatever_its_name(store: SqliteStore) -> None:
    odd = [os.fsdecode(b"\xff%d" % number) for number in range(5)]
    names = [*(f"dir/{number}" for number in range(5)), "ü", *odd]
    store.write([make_put(name) for name in reversed(names)])
    store.write([make_put("done"), make_enrich("done")])
    seen: list[str] = []
    while page := store.to_enrich(2, seen[-1] if seen else "", now=0.0):
        seen += [each.path for each in page]
    assert seen == names
    assert store.to_enrich(2, "nowhere", now=0.0)[0].path == "ü"
    assert store.to_enrich(0, now=0.0) == []


def test_a_pending_file_is_due_when_its_time_has_come(store: SqliteStore) -> None:
    store.write([make_put("a"), make_put("b"), make_put("c"), make_put("d")])
    store.write(
        [
            make_enrich("b", state=PENDING, retry_at=20.0),
            make_enrich("c", state=PENDING, retry_at=10.0),
            make_enrich("d", state=PENDING),
        ]
    )
    assert waiting(store, now=9.9) == ["a"]
    assert waiting(store, now=10.0) == ["a", "c"]
    assert waiting(store, now=1e12) == ["a", "b", "c"]
    assert store.next_enrichment() == 10.0
    assert store.enrichment_counts() == {"": 1, "pending": 3}
    store.write([Remove("c")])
    assert store.next_enrichment() == 20.0


def test_nothing_waits_where_nothing_is(store: SqliteStore) -> None:
    assert waiting(store) == []
    assert store.enrichment_of("a") is None
    assert store.enrichment_counts() == {}
    assert store.next_enrichment() is None
    assert store.enrich_again() == 0
    assert store.version() == 0


def test_files_are_asked_about_again_by_their_state(store: SqliteStore) -> None:
    store.write([make_put(name) for name in "abcd"])
    store.write([make_enrich("a"), make_enrich("b", state=FAILED), make_enrich("c", state=SKIPPED)])
    assert store.enrich_again([FAILED, UNDECIDED]) == 1
    assert store.version() == 3
    assert waiting(store) == ["b", "d"]
    assert store.enrich_again() == 2
    assert waiting(store) == ["a", "b", "c", "d"]
    assert stands(store, "a") == ("", "a")
    assert store.enrich_again() == 0
    assert store.version() == 4


@pytest.mark.slow
def test_files_that_are_done_cost_a_page_nothing(store: SqliteStore) -> None:
    names = [f"dir{number % 97}/{number}" for number in range(20_000)]
    for start in range(0, len(names), 2000):
        part = names[start : start + 2000]
        store.write([*(make_put(each) for each in part), *(make_enrich(each) for each in part)])
    store.write([make_put("zz/last")])
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with store._database.read() as connection:
        raw: Any = connection.connection.driver_connection
    # The reader just lent is the next one to be lent.
    raw.set_progress_handler(count, 1)
    try:
        assert [each.path for each in store.to_enrich(100, now=0.0)] == ["zz/last"]
    finally:
        raw.set_progress_handler(None, 0)
    assert 0 < steps < 200


# ── followers, damage, pruning ─────────────────────────────────────────────────────────────────


def test_another_process_notices_an_enrichment(
    store: SqliteStore, path: Path, clock: TurnableClock
) -> None:
    store.write([make_put("a")])
    follower = open_store(path, clock, read_only=True)
    before = follower.version()
    store.write([make_enrich("a")])
    assert follower.version() == before + 1
    assert follower.stored("a") == store.stored("a")
    store.enrich_again()
    assert follower.version() == before + 2
    follower.close()


@pytest.mark.parametrize("payload", [b"", b"junk", make_enrich("a").payload[:-4]])  # type: ignore[index]
def test_a_damaged_meaning_is_none_and_hides_nothing_else(
    store: SqliteStore, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store.write([make_put("a"), make_enrich("a")])
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE meaning SET payload = ?", (payload,))
    with caplog.at_level(logging.WARNING):
        found = get(store, "a")
    assert found.meaning is None
    assert found.record.meaning_hash == ""
    assert found.extraction is not None
    assert "the stored meaning of 'a' cannot be read" in caplog.text
    store.write([make_enrich("a")])
    assert get(store, "a").meaning == make_meaning("a")


def test_only_meanings_without_a_file_are_pruned_oldest_first(
    store: SqliteStore, clock: TurnableClock
) -> None:
    for name in "abcd":
        store.write([make_put(name, name), make_enrich(name, name)])
        clock.turn(1)
    # What is kept again is young again.
    store.write([make_enrich("a", "a")])
    store.write([make_put(name, "other") for name in "abc"] + [make_enrich("a", "other")])
    keys = {name: f"key of {name}" for name in ("a", "b", "c", "d", "other")}

    def kept() -> set[str]:
        return {name for name, key in keys.items() if store.has_meaning(key)}

    assert stands(store, "b") == ("", "b")
    assert store.prune_contents(0) == 4  # three extractions and the meaning nobody has
    assert kept() == {"b", "c", "d", "other"}
    store.write([Remove("b"), Remove("c")])
    size = len(make_enrich("c", "c").payload or b"")
    assert store.prune_contents(2 * size) == 0
    assert store.prune_contents(size) == 1
    assert kept() == {"c", "d", "other"}
    assert store.prune_contents(0) == 1
    assert kept() == {"d", "other"}
    assert stands(store, "d") == ("done", "d")


def test_a_record_that_makes_no_sense_is_damage(store: SqliteStore) -> None:
    store.write([make_put("a")])
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE filemetadata SET enrichment = 'wonderful'")
    with pytest.raises(Exception, match="enriched as 'wonderful'") as caught:
        store.stored("a")
    assert getattr(caught.value, "code", "") == "store_corrupt"


def test_a_put_never_writes_what_enrichment_left(store: SqliteStore) -> None:
    record = FileRecord(
        "a",
        Stat(1, 2, 3),
        "python",
        FileState.INDEXED,
        "blake2b:a",
        enrichment=DONE,
        enrichment_reason="claimed",
        enriched_at=1.0,
        meaning_hash="blake2b:x",
    )
    store.write([Put(record, make_content("a"))])
    assert stands(store, "a") == ("", "")
    assert get(store, "a").record.enriched_at is None
