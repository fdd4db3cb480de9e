"""What is counted of each folder: as `dbp check` counts, kept, and mended after a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from dbp.analysis.coverage import Coverage, tally_of
from dbp.analysis.levels import make_levels
from dbp.clock import TurnableClock
from dbp.codec import encode
from dbp.covered import Covered, Judge
from dbp.extract.extraction import extract_text
from dbp.facts import encode_facts, facts_of
from dbp.hashing import content_hash
from dbp.model import Content, ContentKey, Extraction, FileRecord, FileState, Stat
from dbp.ports import Accept, Put, Remove
from dbp.store.documents import SqliteStore, open_store

SAYS = '"""Feeds the unicorn."""\n\n\ndef feed():\n    """Feed it."""\n\n\ndef groom():\n    pass\n'
MUTE = "def feed():\n    pass\n\n\ndef groom():\n    pass\n"
LOST = "# Notes\n\nSee [there](gone.md), and so on.\n"
WISHED = "# Notes\n\n<!-- dbp: ignore[reference-unresolved] -->\nSee [there](gone.md).\n"


class Folder:
    """A record in memory of a folder of texts: a path is on the disk when it is in the record."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.covered = Covered()
        self.texts: dict[str, str] = {}
        self.elsewhere: set[str] = set()
        self.severity: dict[str, str] = {}
        self.per_path: tuple[str, ...] = ()

    def put(self, path: str, text: str, anchors: str | None = None) -> None:
        """Record a file."""
        self.texts[path] = text
        extraction = self.extraction(path)
        assert extraction is not None
        key = ContentKey(content_hash(text.encode()), extraction.language, "v")
        facts = replace(facts_of(extraction), tally=tally_of(extraction))
        stat, header = Stat(1, 1, 1), extraction.header
        intent = header.intent if header else None
        record = FileRecord(
            path, stat, key.language, FileState.INDEXED, key.content_hash, intent=intent
        )
        content = Content(key, encode(extraction), intent, facts=encode_facts(facts))
        self.store.write([Put(record, content, anchors=anchors)])

    def outside(self, path: str, state: FileState) -> None:
        """Record a file that is not read."""
        self.store.write([Put(FileRecord(path, Stat(1, 1, 1), "", state, "", reason="why"))])

    def remove(self, path: str) -> None:
        """Delete a file."""
        del self.texts[path]
        self.store.write([Remove(path)])

    def extraction(self, path: str) -> Extraction | None:
        """Read a file."""
        language = "markdown" if path.endswith(".md") else "python"
        return extract_text(path, language, self.texts[path])

    def below(self, folder: str = "") -> dict[str, int]:
        """Count all below a folder."""
        found = self.look(folder)
        assert found is not None
        return found

    def look(self, folder: str) -> dict[str, int] | None:
        """Count the same, or give None."""
        found = self.covered.below(folder, self.store, self.judge())
        return None if found is None else found[0]._asdict()

    def children(self, folder: str = "") -> tuple[list[str], list[str]]:
        """Name the folders and files that lie directly in a folder."""
        found = self.covered.below(folder, self.store, self.judge())
        assert found is not None
        return sorted(found[1].folders), sorted(found[1].files)

    def judge(self) -> Judge:
        """Judge references by these settings."""
        levels = make_levels(self.severity, self.per_path, lambda pattern: pattern.__eq__)
        there = {*self.texts, *self.elsewhere}
        return Judge(
            (tuple(self.severity.items()), self.per_path),
            levels,
            there.__contains__,
            self.extraction,
        )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    store = open_store(tmp_path / "index.db", TurnableClock())
    yield Folder(store)
    store.close()


def counts(**given: int) -> dict[str, int]:
    names = ("files", "with_intent", "symbols", "documented", "stale", "broken", "failed")
    return dict.fromkeys(names, 0) | given


def test_a_folder_counts_all_below_it(folder: Folder) -> None:
    folder.put("src/a.py", SAYS)
    folder.put("src/deep/er/b.py", MUTE)
    folder.put("top.md", LOST)
    folder.outside("src/huge.bin", FileState.EXCLUDED)
    folder.outside("src/bad.py", FileState.FAILED)
    code = counts(files=2, with_intent=1, symbols=4, documented=1, failed=1)
    assert folder.below("src") == code
    assert folder.below("src/deep") == counts(files=1, symbols=2)
    assert folder.below("src/a.py") == counts(files=1, with_intent=1, symbols=2, documented=1)
    whole = folder.below()
    assert (whole["files"], whole["broken"], whole["failed"]) == (3, 1, 1)
    assert folder.children() == (["src"], ["top.md"])
    assert folder.children("src") == (["src/deep"], ["src/a.py", "src/bad.py"])
    assert folder.children("src/deep") == (["src/deep/er"], [])
    assert folder.children("top.md") == ([], [])
    assert folder.look("nowhere") is folder.look("src/huge.bin") is folder.look("src/dee") is None


def test_an_empty_record_has_nothing_to_count(folder: Folder) -> None:
    assert folder.below() == counts()


def test_after_a_change_only_that_file_is_counted(folder: Folder) -> None:
    for number in range(50):
        folder.put(f"f{number}.py", MUTE + f"# {number}\n")
    assert folder.below()["with_intent"] == 0
    before = folder.covered.recounted
    folder.put("f7.py", SAYS)
    assert folder.below()["with_intent"] == 1
    folder.put("f7.py", SAYS, anchors='{"feed":"1"}')
    assert folder.below()["stale"] == 0, "the same content keeps what it has"
    folder.put("f8.py", SAYS + "# 8\n", anchors='{"feed":"1"}')
    assert folder.below()["stale"] == 1
    folder.store.write([Accept("f8.py")])
    assert folder.below()["stale"] == 0
    assert folder.covered.recounted - before == 2


def test_references_are_broken_and_mended_by_files_that_come_and_go(folder: Folder) -> None:
    folder.put("notes.md", LOST)
    folder.put("other.md", "# Other\n\nSee [notes](notes.md).\n")
    assert folder.below()["broken"] == 1
    folder.put("gone.md", "# Here\n\nAgain.\n")
    assert folder.below()["broken"] == 0
    folder.remove("notes.md")
    assert folder.below()["broken"] == 1, "who named it is looked at again"


def test_a_picture_that_is_not_read_is_there(folder: Folder) -> None:
    folder.put("notes.md", "![it](it.png) and text\n")
    assert folder.below()["broken"] == 1
    folder.elsewhere.add("it.png")
    folder.outside("it.png", FileState.EXCLUDED)
    assert folder.below()["broken"] == 0


def test_broken_is_what_the_settings_and_the_comments_of_a_file_say(folder: Folder) -> None:
    folder.put("notes.md", LOST)
    folder.put("wished.md", WISHED)
    assert folder.below()["broken"] == 1
    folder.severity = {"reference-unresolved": "off"}
    assert folder.below()["broken"] == 0
    folder.severity, folder.per_path = {}, ("notes.md reference-unresolved off",)
    assert folder.below()["broken"] == 0
    folder.per_path = ()
    assert folder.below()["broken"] == 1


NAMES = st.sampled_from(["a.py", "b/__init__.py", "b/c.py", "b/c/d.md", "e.min.py", "caf\udce9.py"])
TEXTS = st.sampled_from([SAYS, MUTE, LOST, WISHED, "", "x = 1\n", "\n".join("abcdefghijklm")])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(NAMES, TEXTS), min_size=1, max_size=4))
def test_it_says_what_check_says_whatever_came_before(
    tmp_path_factory: pytest.TempPathFactory, states: list[Mapping[str, str]]
) -> None:
    store = open_store(tmp_path_factory.mktemp("store") / "index.db", TurnableClock())
    folder = Folder(store)
    for state in states:
        for path in [*folder.texts]:
            if path not in state:
                folder.remove(path)
        for path, text in state.items():
            folder.put(path, text)
        expected = Coverage()
        for path in state:
            extraction = folder.extraction(path)
            assert extraction is not None
            expected.add(path, extraction)
        found = folder.below()
        assert (found["files"], found["with_intent"]) == (expected.files, expected.with_intent)
        assert (found["symbols"], found["documented"]) == (expected.symbols, expected.documented)
        lost = [path for path, text in state.items() if text == LOST and path.endswith(".md")]
        assert found["broken"] == len(lost)
    store.close()
