"""The view: overlay over a bounded cache over the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbp.errors import StoreError
from dbp.model import Extraction, FileRecord, FileState, Range, Stat, Symbol
from dbp.paths import Root
from dbp.ports import Stored
from dbp.settings.declaration import Cache
from dbp.view import Overlay, View, weight

SPAN = Range(0, 0, 0, 1)


def extraction(symbols: int = 0) -> Extraction:
    many = tuple(Symbol(f"s{n}", f"s{n}", "function", SPAN, SPAN) for n in range(symbols))
    return Extraction("python", 1, "utf-8", ascii=True, symbols=many)


class Reader:
    """A store that counts what it is asked."""

    def __init__(self, symbols: int = 0) -> None:
        self.revision = 1
        self.asked: list[str] = []
        self.error: StoreError | None = None
        self._symbols = symbols

    def version(self) -> int:
        """Give the revision."""
        return self.revision

    def stored(self, path: str) -> Stored | None:
        """Give a record, whatever is asked for."""
        self.asked.append(path)
        if self.error is not None:
            raise self.error
        record = FileRecord(path, Stat(1, 1, 1), "python", FileState.INDEXED)
        return Stored(record, extraction(self._symbols)) if path != "gone" else None


def view(reader: Reader, tmp_path: Path, **bounds: int) -> View:
    return View(Root(str(tmp_path)), reader, bounds=Cache(**bounds))  # type: ignore[arg-type]


def test_a_second_read_asks_nobody(tmp_path: Path) -> None:
    reader = Reader()
    seen = view(reader, tmp_path)
    assert seen.get("a") == seen.get("a")
    assert reader.asked == ["a"]
    assert seen.kept() == (1, weight(seen.stored("a")), 1, 1)


def test_every_file_still_answers_with_a_cache_of_ten(tmp_path: Path) -> None:
    """Row D8."""
    seen = view(Reader(), tmp_path, max_entries=10)
    for number in range(100):
        found = seen.get(f"f{number}")
        assert found is not None
        assert found.path == f"f{number}"
    assert seen.kept()[0] == 10


def test_the_cache_is_bounded_by_its_estimated_memory(tmp_path: Path) -> None:
    """Row M8."""
    seen = view(Reader(symbols=200), tmp_path, max_memory_mb=1)
    for number in range(100):
        seen.get(f"f{number}")
    entries, size, _, _ = seen.kept()
    assert entries < 10
    assert size <= 1024 * 1024


def test_a_commit_of_any_process_makes_the_cache_untrue(tmp_path: Path) -> None:
    reader = Reader()
    seen = view(reader, tmp_path)
    seen.get("a")
    reader.revision += 1
    seen.get("a")
    assert reader.asked == ["a", "a"]


def test_what_was_forgotten_is_read_again(tmp_path: Path) -> None:
    reader = Reader()
    seen = view(reader, tmp_path)
    seen.get("a")
    seen.forget(["a", "never seen"])
    seen.get("a")
    assert reader.asked == ["a", "a"]


def test_an_overlay_lies_over_the_record_and_leaves_it_alone(tmp_path: Path) -> None:
    seen = view(Reader(), tmp_path)
    typed = extraction(3)
    seen.set_overlay("a", Overlay(2, typed))
    found = seen.get("a")
    assert found is not None
    assert (found.extraction, found.unsaved) == (typed, True)
    assert found.record is not None
    seen.set_overlay("a", None)
    again = seen.get("a")
    assert again is not None
    assert again.extraction == extraction()


def test_a_new_buffer_is_there_without_any_record(tmp_path: Path) -> None:
    seen = view(Reader(), tmp_path)
    assert seen.get("gone") is None
    seen.set_overlay("gone", Overlay(1, extraction()))
    found = seen.get("gone")
    assert found is not None
    assert found.record is None


@pytest.mark.parametrize(("code", "again"), [("content_damaged", ["a"]), ("store_io", [])])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, code: str, again: list[str]) -> None:
    reader = Reader()
    reader.error = StoreError("cannot be read", code=code)
    damaged: list[str] = []
    bounds = Cache()
    seen = View(Root(str(tmp_path)), reader, bounds=bounds, on_damaged=damaged.append)  # type: ignore[arg-type]
    assert seen.get("a") is None
    assert damaged == again


@pytest.mark.parametrize("key", ["gone.py", "a\0b.md", "../outside", "x" * 300])
def test_what_is_not_on_the_disk_does_not_exist_recorded_or_not(key: str, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"")
    seen = view(Reader(), tmp_path)
    assert seen.exists("picture.png")
    assert not seen.exists(key)


def test_a_file_that_is_only_an_open_buffer_exists(tmp_path: Path) -> None:
    seen = view(Reader(), tmp_path)
    seen.set_overlay("new.py", Overlay(1, extraction()))
    assert seen.exists("new.py")
