"""The store against a dict, under random writes and random, unfriendly names."""

# ruff: noqa: D102 - a rule's name says what it does

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from store_values import make_put

from dbp.clock import TurnableClock
from dbp.model import Stat
from dbp.ports import Move, Put, Remove, Touch, Write
from dbp.store.documents import open_store

# Small, so that folders and files meet; the characters around `/`, wildcards, and a raw byte.
_PART = st.text(alphabet="ab%_.0ü\udcff\U0001f600", min_size=1, max_size=2)
_PATHS = st.lists(_PART, min_size=1, max_size=3).map("/".join)
_STATS = st.builds(Stat, st.integers(0, 3), st.integers(-1, 2), st.sampled_from([1, 2, 2**64]))
_WRITES = st.one_of(
    st.builds(make_put, _PATHS, st.sampled_from("xyz"), st.integers(1, 3)),
    st.builds(Touch, _PATHS, _STATS),
    st.builds(Move, _PATHS, _PATHS, _STATS),
    st.builds(Remove, _PATHS),
)


def apply(files: dict[str, tuple[str, Stat]], write: Write) -> None:
    if isinstance(write, Put):
        files[write.record.path] = (write.record.content_hash, write.record.stat)
    elif isinstance(write, Remove):
        files.pop(write.path, None)
    elif isinstance(write, Touch):
        if write.path in files:
            files[write.path] = (files[write.path][0], write.stat)
    elif write.old_path in files:
        files[write.path] = (files.pop(write.old_path)[0], write.stat)


def is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


class StoreMachine(RuleBasedStateMachine):
    """Every write goes to both; every question is answered alike."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.directory.name) / "index.db", TurnableClock())
        self.files: dict[str, tuple[str, Stat]] = {}
        self.revision = 0

    @rule(writes=st.lists(_WRITES, min_size=1, max_size=6))
    def write(self, writes: list[Write]) -> None:
        for each in writes:
            apply(self.files, each)
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
        expected = {path for path, (_, found) in self.files.items() if found == stat}
        assert {each.path for each in self.store.known_inode(stat)} == expected

    @rule()
    def prune(self) -> None:
        self.store.prune_contents(0)

    @invariant()
    def all_is_equal(self) -> None:
        found = {path: (k.content_hash, k.stat) for path, k in self.store.known_below().items()}
        assert found == self.files
        assert self.store.version() == self.revision
        for path in found:
            stored = self.store.stored(path)
            assert stored is not None
            assert stored.extraction is not None

    def teardown(self) -> None:
        self.store.close()
        self.directory.cleanup()


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
