"""Clearing the index: the record goes and comes back, and what lies elsewhere stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving import Serving
from sqlalchemy import TableClause, func, select

from dbp.errors import ScanError, StoreError
from dbp.job import JobStatus
from dbp.store.documents import open_store


def rows(s: Serving, table: str) -> int:
    with s.real._database.read() as connection:
        counted = select(func.count()).select_from(TableClause(table))
        return int(connection.execute(counted).scalar_one())


def test_everything_is_thrown_away_and_read_again(tmp_path: Path) -> None:
    with Serving(tmp_path) as s:
        for number in range(30):
            s.record(f"f{number}.py", f"word{number}\nalpha")
        s.disk.remove("f0.py")  # nobody noticed: it is in the record still
        reader = open_store(tmp_path / "index.db", s.clock, read_only=True)
        s.extractor.seen.clear()
        s.published.clear()
        result = s.done("sync", "clear_index")
        assert (result["operation"], result["removed"], result["files"]) == ("clear_index", 30, 29)
        assert len(s.extractor.seen) == 29, "nothing is reused"
        assert "f0.py" in s.published
        assert s.real.counts() == reader.counts() == {"indexed": 29}
        assert rows(s, "content") == rows(s, "contentfacts") == 29
        assert not any(result["left"].values())
        assert {hit.path for hit in s.real.search("word7")} == {"f7.py"}
        reader.close()


def test_clearing_twice_is_clearing_once(tmp_path: Path) -> None:
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        assert s.done("sync", "clear_index")["removed"] == 1
        assert s.done("sync", "clear_index")["removed"] == 1
        assert s.real.counts() == {"indexed": 1}
        s.engine.services.configure("sync", enabled=False)
        first = s.engine.services.trigger("sync", "clear_index")
        second = s.engine.services.trigger("sync", "clear_index")
        assert (first.deduplicated, second.deduplicated) == (False, True)
        assert first.job.id == second.job.id


def test_what_cannot_be_listed_is_not_thrown_away(tmp_path: Path) -> None:
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.scanner.fails = [ScanError("this is your home folder", lasting=True)]
        job = s.trigger("sync", "clear_index")
        assert job.status is JobStatus.FAILED
        assert s.real.counts() == {"indexed": 1}


def test_a_clearing_that_is_stopped_half_way_leaves_no_hole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Serving(tmp_path) as s:
        for name in ("a.py", "b.py"):
            s.record(name, name)

        def stop(*_: object) -> None:
            assert s.real.counts() == {}
            raise StoreError("the disk is full", lasting=True)

        monkeypatch.setattr(s.real, "unused_contents", stop)
        assert s.trigger("sync", "clear_index").status is JobStatus.FAILED
        s.until(lambda: s.real.counts() == {"indexed": 2}, "the record")


def test_jobs_and_their_history_stay(tmp_path: Path) -> None:
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.done("sync", "batch_sync")
        s.done("sync", "clear_index")
        assert [job.status for job in s.jobs("sync", "batch_sync")][:1] == [JobStatus.COMPLETED]
