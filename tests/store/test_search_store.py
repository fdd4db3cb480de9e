"""The search index says what the record says: whatever is written, in whatever order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy.engine import Connection
from store_values import make_content, make_put

from dbp.clock import TurnableClock
from dbp.errors import StoreError
from dbp.model import Content, FileRecord, FileState, Stat, SymbolRow
from dbp.ports import Differences, Move, Put, Remove, SearchState, Touch, Write
from dbp.store.documents import SqliteStore, open_store
from dbp.store.driver import driver
from dbp.store.search_sync import _SYMBOLS_A_SLICE

STAT = Stat(1, 2, 3)


def put(
    path: str,
    text: str = "a",
    symbols: tuple[SymbolRow, ...] = (),
    sections: str = "",
    *,
    intent: str | None = None,
    language: str = "python",
) -> Put:
    """Put an indexed file with a content of its own text."""
    key = replace_key(text, language)
    record = FileRecord(
        path, STAT, language, FileState.INDEXED, key.key.content_hash, intent=intent
    )
    return Put(record, replace(key, symbols=symbols, sections=sections, intent=intent), key=key.key)


def replace_key(text: str, language: str) -> Content:
    content = make_content(text, 0)
    return replace(content, key=content.key._replace(language=language))


def row(name: str, words: str = "", kind: str = "function", line: int = 0) -> SymbolRow:
    return SymbolRow(name, name, kind, line, words)


def settle(store: SqliteStore, limit: int = 50) -> int:
    """Bring the index in step; tells in how many calls."""
    calls = 0
    while store.sync_search(limit, 5.0):
        calls += 1
        assert calls < 10_000
    return calls


def paths(store: SqliteStore, query: str, **filters: object) -> list[str]:
    return [hit.path for hit in store.search(query, **filters)]  # type: ignore[arg-type]


# ── in step ──


def test_a_file_is_found_once_it_is_in_the_index(store: SqliteStore) -> None:
    store.write(
        [put("net/retry.py", symbols=(row("backoff", "\nWaits longer"),), intent="Retries")]
    )
    assert store.search_state() == SearchState(1, 0)
    assert store.search("retries") == []
    settle(store)
    assert store.search_state() == SearchState(0, 1)
    assert paths(store, "retries") == ["net/retry.py"]
    [hit] = store.search("backoff")
    assert (hit.path, hit.name, hit.kind, hit.line) == ("net/retry.py", "backoff", "symbol", 0)
    assert store.sync_search(50, 5.0) == 0
    assert store.check_search().none


def test_the_index_and_its_calls_leave_the_revision_alone(store: SqliteStore) -> None:
    revision = store.write([put("a.py")])
    settle(store)
    store.rebuild_search()
    settle(store)
    store.optimize_search()
    assert store.version() == revision


def test_only_another_extraction_makes_a_file_wait(store: SqliteStore) -> None:
    first = put("a.py", "one", (row("first"),))
    store.write([first])
    settle(store)
    store.write([Touch("a.py", Stat(9, 9, 9))])
    store.write([replace(first, content=None)])
    assert store.search_state().pending == 0
    store.write([put("a.py", "two", (row("second"),))])
    assert store.search_state().pending == 1
    settle(store)
    assert [hit.name for hit in store.search("second")] == ["second"]
    assert store.search("first") == []
    assert store.check_search().none


def test_a_rename_is_found_under_its_new_name_only(store: SqliteStore) -> None:
    store.write([put("old/UserController.java", symbols=(row("save"),))])
    settle(store)
    store.write([Move("old/UserController.java", "new/AdminController.java", STAT)])
    assert store.search_state().pending == 1
    settle(store)
    assert paths(store, "user") == []
    assert paths(store, "admin") == ["new/AdminController.java"]
    assert paths(store, "save") == ["new/AdminController.java"]
    assert store.check_search().none


def test_what_a_rename_replaces_leaves_the_index(store: SqliteStore) -> None:
    store.write([put("a.py", "one", intent="alpha"), put("b.py", "two", intent="beta")])
    settle(store)
    store.write([Move("a.py", "b.py", STAT)])
    assert paths(store, "beta") == []
    settle(store)
    assert paths(store, "alpha") == ["b.py"]
    assert store.check_search().none


def test_a_removed_file_is_never_shown_even_before_the_index_knows(store: SqliteStore) -> None:
    store.write([put("a.py", symbols=(row("needle"),), intent="needle")])
    settle(store)
    store.write([Remove("a.py")])
    assert store.search("needle") == []
    settle(store)
    assert store.check_search().none


def test_a_failed_file_is_not_found(store: SqliteStore) -> None:
    store.write([put("a.py", intent="needle")])
    settle(store)
    store.write([Put(FileRecord("a.py", STAT, "python", FileState.FAILED, reason="defect"))])
    assert store.search("needle") == []
    settle(store)
    assert store.check_search().none


def test_copies_share_their_symbols_and_each_is_found(store: SqliteStore) -> None:
    store.write([put("a.py", symbols=(row("needle"),)), put("b/c.py", symbols=(row("needle"),))])
    settle(store)
    assert sorted(paths(store, "needle")) == ["a.py", "b/c.py"]
    assert store.check_search().none


def test_a_content_that_comes_back_is_found_again(store: SqliteStore) -> None:
    one, two = put("a.py", "one", (row("first"),)), put("a.py", "two", (row("second"),))
    for each in (one, two, one):
        store.write([each])
        settle(store)
    assert [hit.name for hit in store.search("first")] == ["first"]
    assert store.search("second") == []
    assert store.check_search().none


def test_pruned_contents_leave_the_index_and_their_numbers_are_used_again(
    store: SqliteStore,
) -> None:
    store.write([put("a.py", "one", (row("first"),))])
    settle(store)
    store.write([Remove("a.py")])
    store.prune_contents(0)
    store.write([put("b.py", "two", (row("second"),))])
    assert store.search("first") == []
    settle(store)
    assert store.search("first") == []
    assert paths(store, "second") == ["b.py"]
    assert store.check_search().none


def test_what_another_connection_merged_is_no_damage(store: SqliteStore) -> None:
    """A connection that searched remembers the index's segments; they are others by now."""
    for number in range(30):
        store.write([put(f"{number}.py", f"text {number}", (row(f"word{number}"),))])
        settle(store)
        assert store.search(f"word{number}")
    store.write([Remove(f"{number}.py") for number in range(29)])
    settle(store)
    store.prune_contents(0)
    while store.optimize_search():
        pass
    assert store.check_search().none


def test_names_that_are_no_unicode_are_found_by_what_is_readable(store: SqliteStore) -> None:
    odd = os.fsdecode(b"src/caf\xe9/needle.py")
    store.write([put(odd, symbols=(row("haystack"),))])
    settle(store)
    assert paths(store, "needle") == [odd]
    assert paths(store, "haystack", folder=os.fsdecode(b"src/caf\xe9")) == [odd]
    assert store.check_search().none


def test_a_file_of_many_symbols_takes_several_short_calls(store: SqliteStore) -> None:
    many = tuple(row(f"name_{number}") for number in range(3 * _SYMBOLS_A_SLICE + 7))
    store.write([put("big.py", symbols=many)])
    assert store.sync_search(50, 5.0) == 1
    assert store.search_state().pending == 1
    assert paths(store, "name_5") == ["big.py"], "what is in already can be found"
    assert store.check_search().none, "what waits is no difference"
    assert settle(store) == 3
    assert paths(store, f"name_{3 * _SYMBOLS_A_SLICE}") == ["big.py"]
    assert store.check_search().none


def test_when_a_file_came_into_step_is_kept(store: SqliteStore) -> None:
    """Row VM12."""
    store.write([put("a.py")])
    state = "SELECT sync_state, synced_at FROM filemetadata"
    with store._database.read() as connection:
        assert tuple(connection.exec_driver_sql(state).one()) == (0, None)
    settle(store)
    with store._database.read() as connection:
        assert tuple(connection.exec_driver_sql(state).one()) == (1, 5.0)
    store.write([put("a.py", "two")])
    with store._database.read() as connection:
        assert tuple(connection.exec_driver_sql(state).one()) == (0, 5.0)


# ── filters ──


def test_results_are_filtered_by_language_folder_and_kind(store: SqliteStore) -> None:
    store.write(
        [
            put("src/a.py", "one", (row("needle"),), intent="needle"),
            put("src/b.go", "two", (row("needle"),), language="go"),
            put("doc/A.md", "three", (row("Needle", kind="heading"),), language="markdown"),
            put("doc/needle.md", "four", language="markdown"),
            put("src", "five", intent="needle"),
        ]
    )
    settle(store)
    assert set(paths(store, "needle", language="go")) == {"src/b.go"}
    assert set(paths(store, "needle", folder="doc")) == {"doc/A.md", "doc/needle.md"}
    assert set(paths(store, "needle", folder="src")) == {"src", "src/a.py", "src/b.go"}
    assert set(paths(store, "needle", kinds=("symbol",))) == {"src/a.py", "src/b.go"}
    assert set(paths(store, "needle", kinds=("document",))) == {"doc/A.md", "doc/needle.md"}
    files = store.search("needle", kinds=("file",))
    assert {hit.path for hit in files} == {"src/a.py", "doc/needle.md", "src"}
    assert all(hit.name is None for hit in files)
    assert store.search("needle", kinds=("nonsense",)) == []
    assert len(store.search("needle", 2)) == 2


def test_unwanted_words_and_phrases(store: SqliteStore) -> None:
    store.write(
        [
            put("a.py", "one", intent="stores sessions in memory"),
            put("b.py", "two", intent="memory in sessions, stored in redis"),
        ]
    )
    settle(store)
    assert set(paths(store, "sessions memory")) == {"a.py", "b.py"}
    assert paths(store, "sessions -redis") == ["a.py"]
    assert paths(store, '"in memory"') == ["a.py"]


def test_some_words_will_do_when_none_has_all(store: SqliteStore) -> None:
    store.write([put("a.py", "one", intent="opens sessions"), put("b.py", "two", intent="closes")])
    settle(store)
    assert paths(store, "sessions unicorn") == ["a.py"]


def test_words_spread_over_a_symbol_and_its_path(store: SqliteStore) -> None:
    store.write([put("sessions/db.py", symbols=(row("Store", "\nKeeps them in a database"),))])
    settle(store)
    [hit] = [hit for hit in store.search("sessions database store") if hit.name]
    assert {why.field for why in hit.why} == {"name", "doc", "path"}


HOSTILE = (
    '"',
    '""""',
    "a AND",
    "NOT",
    "NEAR(a b, 2)",
    "name:a",
    "{name} : a",
    "^a",
    "a*",
    "*",
    "a + b",
    "(",
    ")",
    "a OR OR b",
    "-",
    "--",
    '-"',
    "'; DROP TABLE symbol; --",
    "\0",
    "a\0b",
    "\udcff",
    "%",
    "😀",
    "हिन्दी",
    "\u0301",
    "a" * 10_000,
    "a " * 10_000,
)


@pytest.mark.parametrize("query", HOSTILE)
def test_what_fts_would_obey_is_only_text(store: SqliteStore, query: str) -> None:
    store.write([put("a.py", symbols=(row("a"),), intent="name near or and not")])
    settle(store)
    store.search(query)
    store.search(f"{query} a", kinds=("document",), folder=query, language=query)


@given(query=st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_query_raises(query: str) -> None:
    with made() as store:
        store.search(query)
        store.search(f'"{query}" -{query} {query}', folder="a")


_KEPT: list[SqliteStore] = []


@contextmanager
def made() -> Iterator[SqliteStore]:
    """Lend one store in memory for all examples."""
    if not _KEPT:
        store = open_store(Path("/proc/none/index.db"), TurnableClock())
        store.write([put("a.py", symbols=(row("alpha", "a l\nbeta"),), intent="gamma delta")])
        settle(store)
        _KEPT.append(store)
    yield _KEPT[0]


# ── any writes ──

PATHS = ("a.py", "b/UserName.py", "b/c.py", os.fsdecode(b"o\xff"))
TEXTS = ("one", "two", "three")


def _symbols(text: str) -> tuple[SymbolRow, ...]:
    return tuple(row(f"{text}Name{n}", f"{text} name\nabout {text}") for n in range(len(text)))


WRITES = st.one_of(
    st.builds(
        lambda path, text: put(path, text, _symbols(text), f"#{text}", intent=f"says {text}"),
        st.sampled_from(PATHS),
        st.sampled_from(TEXTS),
    ),
    st.builds(
        lambda path: Put(FileRecord(path, STAT, "python", FileState.FAILED, reason="x")),
        st.sampled_from(PATHS),
    ),
    st.builds(Remove, st.sampled_from(PATHS)),
    st.builds(lambda a, b: Move(a, b, STAT), st.sampled_from(PATHS), st.sampled_from(PATHS)),
    st.builds(lambda path: Touch(path, Stat(5, 5, 5)), st.sampled_from(PATHS)),
)
STEPS = st.lists(
    st.one_of(
        st.lists(WRITES, min_size=1, max_size=4),
        st.sampled_from(["sync", "prune", "rebuild", "optimize"]),
    ),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=80, deadline=None)
def test_any_writes_end_in_an_index_that_agrees(steps: list[list[Write] | str]) -> None:
    """Row VS1."""
    with closing(open_store(Path("/proc/none/index.db"), TurnableClock())) as store:
        model: dict[str, str] = {}
        for step in steps:
            match step:
                case "sync":
                    store.sync_search(1, 1.0)
                case "prune":
                    store.prune_contents(0)
                case "rebuild":
                    store.rebuild_search()
                case "optimize":
                    store.optimize_search()
                case list():
                    store.write(step)
                    for write in step:
                        _follow(model, write)
            assert store.check_search().none
        settle(store)
        assert store.check_search() == Differences()
        for text in TEXTS:
            having = {path for path, has in model.items() if has == text}
            assert {hit.path for hit in store.search(f"{text}Name0")} == having
            assert {hit.path for hit in store.search(f"says {text}", kinds=("file",))} >= having


def _follow(model: dict[str, str], write: Write) -> None:
    match write:
        case Put():
            model.pop(write.record.path, None)
            if write.record.state is FileState.INDEXED:
                model[write.record.path] = (write.record.intent or "").removeprefix("says ")
        case Remove():
            model.pop(write.path, None)
        case Move() if write.old_path != write.path and write.old_path in model:
            model.pop(write.path, None)
            model[write.path] = model.pop(write.old_path)
        case _:
            pass


# ── damage ──


def wreck(connection: Connection, sql: str) -> None:
    connection.exec_driver_sql(sql)


WRECKS: dict[str, Callable[[Connection], None]] = {
    "the words are gone": lambda c: wreck(c, "DELETE FROM symbolsearch_data"),
    "the words are noise": lambda c: wreck(c, "UPDATE filesearch_data SET block = x'00ff'"),
    "rows are gone": lambda c: wreck(c, "DELETE FROM filesearch_docsize"),
    "rows are too many": lambda c: wreck(c, "INSERT INTO symbolsearch_docsize SELECT 99, x'00', 0"),
    "a table is gone": lambda c: wreck(c, "DROP TABLE symbolsearch"),
}


@pytest.mark.parametrize("how", WRECKS)
def test_a_wrecked_index_is_told_and_restored(store: SqliteStore, how: str) -> None:
    """Row VS8."""
    store.write([put("a.py", symbols=(row("needle"),), intent="needle")])
    settle(store)
    with store._database.write() as connection:
        WRECKS[how](connection)
    assert not store.check_search().none
    assert store.stored("a.py") is not None, "the record does not suffer"
    store.rebuild_search()
    settle(store)
    assert store.check_search() == Differences()
    assert len(store.search("needle")) == 2


def test_an_index_that_cannot_be_used_is_made_anew_by_itself(
    store: SqliteStore, path: Path
) -> None:
    store.write([put("a.py", symbols=(row("needle"),))])
    settle(store)
    with store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM symbolsearch_data")
    with pytest.raises(StoreError) as caught:
        store.search("needle")
    assert caught.value.code == "search_damaged"
    store.write([put("b.py", "two", (row("other"),))])
    settle(store)
    assert paths(store, "needle") == ["a.py"]
    assert not path.with_name("index.db.damaged").exists()


def test_a_damaged_index_does_not_set_the_record_aside(path: Path, clock: TurnableClock) -> None:
    store = open_store(path, clock)
    store.write([put("a.py", symbols=(row("needle"),))])
    settle(store)
    with store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM symbolsearch_data")
    store.close()
    again = open_store(path, clock)
    assert again.status().notes == ()
    assert again.known("a.py") is not None
    again.close()


def test_a_reader_searches(path: Path, clock: TurnableClock) -> None:
    store = open_store(path, clock)
    store.write([put("a.py", symbols=(row("needle"),))])
    settle(store)
    reader = open_store(path, clock, read_only=True)
    assert paths(reader, "needle") == ["a.py"]
    assert reader.search_state() == SearchState(0, 1)
    assert reader.check_search().none
    reader.close()
    store.close()


def test_an_older_sqlite_keeps_an_ordinary_index(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbp.store.search_tables.contentless", lambda: False)
    store.write([put("a.py", symbols=(row("needle"),), intent="alpha")])
    store.rebuild_search()
    settle(store)
    assert paths(store, "needle") == ["a.py"]
    store.write([put("a.py", "two", (row("other"),))])
    store.prune_contents(0)
    settle(store)
    assert paths(store, "needle") == []
    assert paths(store, "other") == ["a.py"]
    assert store.check_search() == Differences()


# ── cost ──


def test_taking_files_in_reads_no_row_that_does_not_wait(store: SqliteStore) -> None:
    """Nothing waits: one look at an empty index, whatever the record holds."""
    store.write([put(f"f{n}.py", f"t{n}", (row(f"s{n}"),)) for n in range(300)])
    settle(store)
    with store._database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT f.id FROM filemetadata f INDEXED BY ix_filemetadata_sync"
            " WHERE f.sync_state = 0 ORDER BY f.id LIMIT 5"
        ).all()
    assert "ix_filemetadata_sync" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_a_thousand_symbols_of_one_name_are_searched_quickly(store: SqliteStore) -> None:
    store.write(
        [
            put(f"f{n}.py", f"t{n}", tuple(row("needle", line=k) for k in range(50)))
            for n in range(40)
        ]
    )
    settle(store)
    started = time.perf_counter()
    assert len(store.search("needle", 200)) == 120
    assert time.perf_counter() - started < 2.0


def test_the_driver_here_keeps_no_texts_in_the_index(store: SqliteStore) -> None:
    with store._database.read() as connection:
        sql = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'symbolsearch'"
        ).scalar_one()
    assert ("contentless_delete=1" in sql) == (driver().version >= (3, 43, 0))


def test_other_puts_of_the_tests_are_in_step_too(store: SqliteStore) -> None:
    store.write([make_put("a"), make_put("b", "b")])
    settle(store)
    assert {hit.path for hit in store.search("a_0")} == {"a"}
    assert store.check_search().none
