"""The record: what goes in comes out, for every name and every write."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from store_values import make_content, make_put

from dbp.errors import StoreError
from dbp.model import Content, ContentKey, FileRecord, FileState, Stat, SymbolRow
from dbp.ports import Move, Put, Remove, Touch
from dbp.store.documents import SqliteStore

ODD = os.fsdecode(b"caf\xe9/\xff.py")


def below(store: SqliteStore, prefix: str) -> list[str]:
    return sorted(store.known_below(prefix))


@pytest.mark.parametrize(
    "name", ["a.py", "ü/日本 🎉.py", "100%/_x.py", ODD, "a'b\"c.py", "a\nb.py"]
)
def test_a_file_comes_back_whole_whatever_its_name(store: SqliteStore, name: str) -> None:
    put = make_put(name)
    store.write([put])
    found = store.stored(name)
    assert found is not None
    assert found.record == put.record
    assert found.extractor == "v1"
    assert found.extraction is not None
    assert [symbol.name for symbol in found.extraction.symbols] == ["a_0", "a_1"]
    assert list(store.known_below()) == [name]
    assert store.exists(name)
    assert store.files().files == (put.record,)


def test_nothing_is_found_where_nothing_is(store: SqliteStore) -> None:
    assert store.known("a") is None
    assert store.stored("\ud800") is None
    assert store.stored("") is None
    assert not store.exists("a")
    assert not store.exists("")
    assert store.known_below() == {}
    assert store.counts() == {}
    assert store.files().total == 0


def test_a_folder_holds_what_is_below_it_and_nothing_beside_it(store: SqliteStore) -> None:
    raw = os.fsdecode(b"a/\xff/x.py")
    names = ["a", "a/b", "a/b/c", "a!", "a0", "ab", "a%/x", "a_/x", "axx/x", "A/b", raw]
    store.write([make_put(name) for name in names])
    assert below(store, "a") == sorted(["a", "a/b", "a/b/c", raw])
    assert below(store, "a/b") == ["a/b", "a/b/c"]
    assert below(store, "a%") == ["a%/x"]
    assert below(store, "a_") == ["a_/x"]
    assert below(store, os.fsdecode(b"a/\xff")) == [raw]
    assert len(store.known_below()) == len(names)
    assert store.exists("axx")
    assert store.exists(os.fsdecode(b"a/\xff"))
    assert not store.exists("ax")


@pytest.mark.parametrize(
    "stat",
    [Stat(0, -1, 0), Stat(1, 2**64, 2**64 - 1), Stat(2**40, -(2**70), 2**63), Stat(5, 6, 2**127)],
)
def test_numbers_beyond_63_bits_are_kept_exactly(store: SqliteStore, stat: Stat) -> None:
    put = make_put("a")
    store.write([replace(put, record=replace(put.record, stat=stat))])
    found = store.stored("a")
    assert found is not None
    assert found.record.stat == stat
    known = store.known("a")
    assert known is not None
    assert known.stat == stat
    assert [each.path for each in store.known_inode(stat)] == ["a"]
    assert store.known_inode(stat._replace(size=stat.size + 1)) == []


def test_text_with_lone_surrogates_is_stored_readably(store: SqliteStore) -> None:
    content = make_content("a")
    odd = Content(content.key, content.payload, "x\ud800y", (SymbolRow("n\udfff", "q", "k", 1),))
    put = make_put("a")
    store.write([Put(replace(put.record, intent="x\ud800y", reason="\udc80"), odd)])
    found = store.stored("a")
    assert found is not None
    assert (found.record.intent, found.record.reason) == ("x\ufffdy", "\ufffd")
    assert store.has_content([content.key]) == {content.key: "x\ufffdy"}


def test_failed_and_excluded_files_have_no_extraction(store: SqliteStore) -> None:
    record = make_put("a").record
    failed = replace(record, state=FileState.FAILED, reason="too deep", attempts=2, content_hash="")
    store.write([make_put("a"), Put(failed)])
    found = store.stored("a")
    assert found is not None
    assert found.extraction is None
    assert found.record == failed
    store.write([Put(FileRecord("b.png", Stat(1, 2, 3), "text", FileState.EXCLUDED))])
    assert store.counts() == {"failed": 1, "excluded": 1}
    assert [each.path for each in store.files().files] == ["a"]
    assert store.exists("b.png")


def test_a_stored_extraction_serves_every_file_with_that_content(store: SqliteStore) -> None:
    key = make_content("a").key
    assert store.has_content([key]) == {}
    store.write([make_put("a")])
    assert store.has_content([key, key._replace(extractor="v2")]) == {key: "intent of a"}
    store.write([Remove("a")])
    store.write([make_put("b", bare=True), make_put("c")])
    first, second = store.stored("b"), store.stored("c")
    assert first is not None
    assert second is not None
    assert first.extraction == second.extraction is not None


def test_a_file_points_at_the_extraction_it_names(store: SqliteStore) -> None:
    put = make_put("a")
    newer = make_content("a", symbols=5, extractor="v2")
    store.write([put, Put(put.record, newer)])
    older = make_put("b", bare=True)
    store.write([older, Put(replace(older.record, path="c"), key=newer.key)])
    assert older.key is not None
    found = [store.stored(path) for path in ("a", "b", "c")]
    versions = [each.extractor if each else None for each in found]
    assert versions == ["v2", older.key.extractor, "v2"]
    assert store.outdated("v2") == ["b"]
    assert store.outdated("v3") == ["a", "b", "c"]


def test_an_indexed_file_without_any_extraction_is_refused(store: SqliteStore) -> None:
    with pytest.raises(StoreError) as caught:
        store.write([make_put("ok"), make_put("a", "missing", bare=True)])
    assert caught.value.code == "content_missing"
    assert store.known_below() == {}
    assert store.has_content([make_content("a").key]) == {}


def test_writes_take_effect_in_the_order_given(store: SqliteStore) -> None:
    stat = Stat(9, 9, 9)
    store.write(
        [
            make_put("a", "one"),
            make_put("b", "two"),
            Move("a", "b", stat),
            Touch("b", Stat(1, 1, 1)),
            make_put("a", "three"),
            Remove("c"),
            Touch("nowhere", stat),
            Move("nowhere", "a", stat),
            Move("b", "b", stat),
        ]
    )
    known = store.known_below()
    assert {path: each.content_hash for path, each in known.items()} == {
        "a": "blake2b:three",
        "b": "blake2b:one",
    }
    assert known["b"].stat == stat


def test_files_come_in_pages_in_path_order(store: SqliteStore) -> None:
    names = [*(f"dir/file{number:02}.py" for number in range(10)), ODD]
    store.write([make_put(name) for name in reversed(names)] + [make_put("other")])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = store.files("f", limit=4, cursor=cursor)
        assert page.total == 11
        seen += [each.path for each in page.files]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == names
    assert store.files("%").total == store.files("_").total == 0
    assert store.files(os.fsdecode(b"\xe9")).total == 1
    assert store.files("File").total == 0


def test_the_revision_counts_commits(store: SqliteStore) -> None:
    assert store.version() == 0
    assert store.write([make_put("a")]) == store.version() == 1
    assert store.write([]) == 1
    assert store.write([Remove("a"), Remove("b")]) == store.version() == 2
    store.set_note("extractor", "v1")
    assert store.version() == 2


def test_notes_are_kept(store: SqliteStore) -> None:
    assert store.note("extractor") is None
    store.set_note("extractor", "v1")
    store.set_note("extractor", "v2")
    store.set_note("revision", "mine")
    assert store.note("extractor") == "v2"
    assert store.version() == 0


def test_only_contents_without_a_file_are_pruned_oldest_first(store: SqliteStore) -> None:
    store.write([make_put(name, name) for name in ("a", "b", "c", "d")])
    keys = {name: make_content(name).key for name in ("a", "b", "c", "d")}
    store.write([Remove("a"), Remove("b"), Remove("c")])
    assert set(store.has_content(keys.values())) == set(keys.values())
    assert store.prune_contents(10_000) == 0
    assert store.prune_contents(len(make_content("c").payload)) == 2
    assert set(store.has_content(keys.values())) == {keys["c"], keys["d"]}
    assert store.prune_contents(0) == 1
    assert store.stored("d") is not None
    with store._database.read() as connection:
        for table in ("symbol", "docreference"):
            owners = connection.exec_driver_sql(f"SELECT DISTINCT content_id FROM {table}").all()  # noqa: S608 - fixed names
            assert len(owners) == 1


def test_a_damaged_payload_is_an_error_and_no_wrong_answer(store: SqliteStore) -> None:
    content = make_content("a")
    store.write([Put(make_put("a").record, replace(content, payload=content.payload[:-3]))])
    with pytest.raises(StoreError) as caught:
        store.stored("a")
    assert caught.value.code == "content_damaged"
    store.write([make_put("a")])  # extracted again
    found = store.stored("a")
    assert found is not None
    assert found.extraction is not None


def test_many_hashes_are_looked_up_in_parts(store: SqliteStore) -> None:
    store.write([make_put("a")])
    keys = [ContentKey(f"blake2b:{number}", "python", "v1") for number in range(1200)]
    assert list(store.has_content([*keys, make_content("a").key])) == [make_content("a").key]
