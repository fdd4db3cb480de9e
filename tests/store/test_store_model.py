"""The store against a dict, under random writes and random, unfriendly names."""

# ruff: noqa: D102 - a rule's name says what it does

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from store_values import make_content, make_enrich, make_meaning, make_put

from dbp.clock import TurnableClock
from dbp.model import EnrichmentState, FileRecord, FileState, Stat
from dbp.ports import Enrich, Move, Put, Remove, Touch, Write
from dbp.store.documents import open_store

# Small, so that folders and files meet; the characters around `/`, wildcards, and a raw byte.
_PART = st.text(alphabet="ab%_.0ü\udcff\U0001f600", min_size=1, max_size=2)
_PATHS = st.lists(_PART, min_size=1, max_size=3).map("/".join)
_STATS = st.builds(Stat, st.integers(0, 3), st.integers(-1, 2), st.sampled_from([1, 2, 2**64]))
_STATES = st.sampled_from([state for state in EnrichmentState if state])
_WRITES = st.one_of(
    st.builds(make_put, _PATHS, st.sampled_from("xyz"), st.integers(1, 3)),
    st.builds(make_enrich, _PATHS, st.sampled_from("xyz"), _STATES, bare=st.booleans()),
    st.builds(
        lambda path, text: Put(
            FileRecord(
                path, Stat(1, 1, 1), "python", FileState.FAILED, f"blake2b:{text}", reason="no"
            )
        ),
        _PATHS,
        st.sampled_from("xyz"),
    ),
    st.builds(Touch, _PATHS, _STATS),
    st.builds(Move, _PATHS, _PATHS, _STATS),
    st.builds(Remove, _PATHS),
)


class File(NamedTuple):
    """What the dict keeps of a file."""

    content_hash: str
    stat: Stat
    indexed: bool
    enrichment: str = ""
    meaning: str = ""


class Model:
    """The store as a dict; `meanings` are the texts whose meaning is stored."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.meanings: set[str] = set()

    def apply_all(self, writes: list[Write]) -> None:
        for _, run in groupby(writes, type):
            several = list(run)
            # Meanings come before the files of one run, as contents do.
            for each in several:
                if isinstance(each, Enrich) and each.key and each.payload:
                    self.meanings.add(each.key)
            for each in several:
                self.apply(each)

    def apply(self, write: Write) -> None:
        files = self.files
        if isinstance(write, Put):
            self.put(write.record)
        elif isinstance(write, Remove):
            files.pop(write.path, None)
        elif isinstance(write, Touch):
            if write.path in files:
                files[write.path] = files[write.path]._replace(stat=write.stat)
        elif isinstance(write, Enrich):
            self.enrich(write)
        elif write.old_path in files:
            moved = files.pop(write.old_path)
            stands = "" if moved.enrichment == EnrichmentState.SKIPPED else moved.enrichment
            files[write.path] = moved._replace(stat=write.stat, enrichment=stands)

    def put(self, record: FileRecord) -> None:
        old = self.files.get(record.path)
        new = File(record.content_hash, record.stat, record.state is FileState.INDEXED)
        if old is not None and new.indexed:
            same = old.content_hash == new.content_hash
            new = new._replace(enrichment=old.enrichment if same else "", meaning=old.meaning)
        self.files[record.path] = new

    def enrich(self, write: Enrich) -> None:
        old = self.files.get(write.path)
        if old is None or not old.indexed or old.content_hash != write.content_hash:
            return
        new = old._replace(enrichment=write.state.value)
        if write.key is not None:
            known = write.key in self.meanings
            new = new._replace(meaning=write.key) if known else old._replace(enrichment="")
        self.files[write.path] = new


def is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


class StoreMachine(RuleBasedStateMachine):
    """Every write goes to both; every question is answered alike."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.directory.name) / "index.db", TurnableClock())
        self.model = Model()
        self.revision = 0

    @property
    def files(self) -> dict[str, File]:
        return self.model.files

    @rule(writes=st.lists(_WRITES, min_size=1, max_size=6))
    def write(self, writes: list[Write]) -> None:
        self.model.apply_all(writes)
        self.revision += 1
        assert self.store.write(writes) == self.revision

    @rule(folder=_PATHS | st.just(""))
    def look_below(self, folder: str) -> None:
        expected = {path for path in self.files if is_below(path, folder)}
        assert set(self.store.known_below(folder)) == expected
        assert self.store.exists(folder) == bool(expected)

    @rule(query=st.text(alphabet="ab%_/ü", max_size=2), limit=st.integers(1, 3))
    def list_all(self, query: str, limit: int) -> None:
        seen: list[str] = []
        cursor = None
        while True:
            page = self.store.files(query, limit, cursor)
            seen += [each.path for each in page.files]
            cursor = page.cursor
            if cursor is None:
                break
        assert len(seen) == page.total
        assert sorted(seen) == sorted(path for path in self.files if query in path)

    @rule(stat=_STATS)
    def ask_for_an_inode(self, stat: Stat) -> None:
        expected = {path for path, each in self.files.items() if each.stat == stat}
        assert {each.path for each in self.store.known_inode(stat)} == expected

    @rule()
    def prune(self) -> None:
        self.store.prune_contents(0)
        self.model.meanings &= {each.meaning for each in self.files.values()}

    @rule(states=st.sets(st.sampled_from(EnrichmentState)))
    def enrich_again(self, states: set[EnrichmentState]) -> None:
        wanted = (states or set(EnrichmentState)) - {""}
        again = {p for p, each in self.files.items() if each.enrichment in wanted}
        assert self.store.enrich_again(list(states)) == len(again)
        self.revision += bool(again)
        for path in again:
            self.files[path] = self.files[path]._replace(enrichment="")

    @rule(limit=st.integers(1, 3))
    def page_what_waits(self, limit: int) -> None:
        seen: list[str] = []
        while page := self.store.to_enrich(limit, seen[-1] if seen else "", now=0.0):
            seen += [each.path for each in page]
        expected = [p for p, each in self.files.items() if each.indexed and not each.enrichment]
        assert sorted(seen) == sorted(expected)

    @invariant()
    def all_is_equal(self) -> None:
        assert set(self.store.known_below()) == set(self.files)
        assert self.store.version() == self.revision
        indexed = [each.enrichment for each in self.files.values() if each.indexed]
        assert self.store.enrichment_counts() == Counter(indexed)
        for path, expected in self.files.items():
            stored = self.store.stored(path)
            assert stored is not None
            record = stored.record
            assert (record.content_hash, record.stat) == (expected.content_hash, expected.stat)
            assert (stored.extraction is not None) == expected.indexed
            assert record.enrichment == expected.enrichment
            text = expected.meaning.removeprefix("key of ")
            assert stored.meaning == (make_meaning(text) if text else None)
            assert record.meaning_hash == (make_content(text).key.content_hash if text else "")

    def teardown(self) -> None:
        self.store.close()
        self.directory.cleanup()


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
