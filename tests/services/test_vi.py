"""The upkeep of the database: when it is due, what it does, that nobody waits for it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from serving import Serving

from dbp.clock import SystemClock, TurnableClock
from dbp.codec import encode
from dbp.job import Job, JobStatus
from dbp.model import (
    Cause,
    Change,
    Content,
    ContentKey,
    Extraction,
    FileRecord,
    FileState,
    ReferenceRow,
    Stat,
    SymbolRow,
)
from dbp.ports import NewJob, Put, Remove
from dbp.services import optimize
from dbp.store.documents import SqliteStore, open_store

DAY = 86_400.0


def make_content(text: str, symbols: int = 2) -> Content:
    """Make an extraction; every symbol is a row in three tables."""
    return Content(
        ContentKey(f"blake2b:{text}", "python", "v1"),
        encode(Extraction("python", 10, "utf-8", ascii=True)) + b" " * 3000,
        f"intent of {text}",
        tuple(SymbolRow(f"{text}_{n}", f"{text}_{n}", "function", n) for n in range(symbols)),
        (ReferenceRow("link", f"{text}.md", 3),),
        sections=f"{text} " * 50,
    )


def make_put(path: str, text: str, symbols: int = 2, *, bare: bool = False) -> Put:
    """Put an indexed file; `bare` leaves its content out, as for one that is stored already."""
    content = make_content(text, symbols)
    record = FileRecord(
        path, Stat(1, 1, 1), "python", FileState.INDEXED, content_hash=content.key.content_hash
    )
    return Put(record, None if bare else content, key=content.key)


def steps(job: Job) -> dict[str, Any]:
    """Give the steps of a result by name."""
    assert job.result is not None, job.error
    return {step["step"]: step for step in job.result["steps"]}


def test_vi1_vi2_c25_it_comes_when_it_is_due_over_restarts(tmp_path: Path) -> None:
    """Rows VI1, VI2, C25: overdue, it comes soon after the start, but not at once."""
    with Serving(tmp_path) as s:
        s.turn(DAY - 1)
        assert s.jobs("optimize") == []
        s.turn(1)
        [job] = s.wait_for("optimize")
        assert job.status is JobStatus.COMPLETED
        clock, disk = s.clock, s.disk
    clock.turn(3 * DAY)
    with Serving(tmp_path, clock=clock, disk=disk) as s:
        s.turn(29)
        assert len(s.jobs("optimize")) == 1
        s.turn(1)
        s.wait_for("optimize", count=2)
        s.turn(DAY - 40)
        assert len(s.jobs("optimize")) == 2


def test_vi2_a_clock_that_was_wrong_puts_it_off_for_one_interval_at_most(tmp_path: Path) -> None:
    """Row VI2."""
    with Serving(tmp_path) as s:
        s.real.set_note("optimized_at", repr(s.clock.now() + 1000 * DAY))
        s.engine.services.stop()
        s.engine.services.start()
        s.turn(DAY)
        s.wait_for("optimize")
        s.real.set_note("optimized_at", "no number")
        s.engine.services.stop()
        s.engine.services.start()
        assert s.services["index_optimization"]["status"] == "running"


def test_vi2_pr2_a_longer_interval_is_longer(tmp_path: Path) -> None:
    """Rows VI2, C25, B52: weekly."""
    with Serving(tmp_path, index_optimization={"optimize_interval_hours": 168}) as s:
        s.turn(7 * DAY - 1)
        assert s.jobs("optimize") == []
        s.turn(1)
        s.wait_for("optimize")


def test_vi3_c26_many_changes_bring_it_about_once(tmp_path: Path) -> None:
    """Rows VI3, C26: 101 changes, and thousands more in the same storm."""
    many: dict[str, Any] = {"scheduler": {"batch_size": 100, "delay_seconds": 1}}
    with Serving(tmp_path, **many) as s:
        for number in range(100):
            s.save(f"f{number}.py")
        s.turn(1)
        s.settle()
        s.turn(5)
        s.quiet()
        assert s.jobs("optimize") == []
        s.record("one.py", "more")
        s.turn(1)
        s.wait_for("optimize")
        for number in range(300):
            s.save(f"f{number}.py", b"again")
        s.turn(1)
        s.settle()
        s.turn(10)
        s.quiet()
        assert len(s.jobs("optimize")) == 1
        s.turn(600)
        s.wait_for("optimize", count=2)


def test_vi2_it_waits_until_no_file_is_being_worked_on(tmp_path: Path) -> None:
    """Row VI2."""
    with Serving(tmp_path, scheduler={"delay_seconds": 60, "max_delay_seconds": 600}) as s:
        s.turn(DAY - 30)
        s.disk.write("a.py")
        s.engine.buffer.offer(Change("a.py", Cause.DISK))
        s.turn(31)
        s.until(lambda: s.service("index_optimization")._alarm_due.left is None, "the moment")  # type: ignore[attr-defined]
        assert s.jobs("optimize") == []
        s.turn(30)
        s.wait_for("optimize")
        assert s.real.known("a.py") is not None


def test_vi5_the_whole_cycle_tells_each_step(tmp_path: Path) -> None:
    """Rows VI5, C27, C28, C29: seconds, bytes, slices; the vacuum comes last."""
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.done("sync", "batch_sync")
        job = s.trigger("index_optimization", "optimize_indices")
        found = steps(job)
        assert list(found) == [
            "unused contents",
            "finished jobs",
            "search index",
            "graph index",
            "vacuum",
            "checkpoint",
        ]
        told = {"seconds", "bytesBefore", "bytesAfter", "slices", "longestSlice"}
        assert all(told <= set(step) for step in found.values())
        assert job.result is not None
        assert {"bytesBefore", "bytesAfter", "longestSlice", "seconds"} <= set(job.result)
        assert found["checkpoint"]["truncated"] is True


@pytest.mark.parametrize(
    ("setting", "step"),
    [
        ("vacuum_sqlite", "vacuum"),
        ("optimize_search_index", "search index"),
        ("optimize_graph_index", "graph index"),
    ],
)
def test_c27_c28_c29_what_is_not_wanted_is_told_as_skipped(
    tmp_path: Path, setting: str, step: str
) -> None:
    """Rows C27, C28, C29."""
    with Serving(tmp_path, index_optimization={setting: False}) as s:
        skipped = steps(s.trigger("index_optimization"))[step]
        assert skipped == {"step": step, "skipped": f"{setting} is off"}


def test_beyond_its_size_the_database_keeps_nothing_for_later(tmp_path: Path) -> None:
    """A content that no file has is kept for when it comes back, while there is room."""
    store = open_store(tmp_path / "index.db", TurnableClock())
    store.write([make_put("a.py", "alpha"), make_put("b.py", "beta")])
    store.write([Remove("a.py"), Remove("b.py")])
    for megabytes, dropped in ((2048, 0), (1, 2)):
        with store._database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS ballast (x BLOB)")
            connection.exec_driver_sql("INSERT INTO ballast VALUES (zeroblob(1000000))")
        with Serving(tmp_path, store=store, database={"max_size_mb": megabytes}) as s:
            found = steps(s.trigger("index_optimization", "optimize_indices"))
            assert found["unused contents"]["contents"] == dropped
            store = open_store(tmp_path / "index.db", TurnableClock())
    store.close()


def test_vi7_vi8_single_operations_have_their_former_names(tmp_path: Path) -> None:
    """Rows VI7, VI8, C28, C29."""
    with Serving(tmp_path) as s:
        for name, proper, step in (
            ("optimize_chroma", "optimize_search_index", "search index"),
            ("optimize_kuzu", "optimize_graph_index", "graph index"),
        ):
            job = s.trigger("index_optimization", name)
            assert job.result is not None
            assert job.result["operation"] == proper
            assert list(steps(job)) == [step]


def test_c24_switched_off_it_never_comes_by_itself(tmp_path: Path) -> None:
    """Row C24."""
    with Serving(tmp_path, index_optimization={"enabled": False}) as s:
        for number in range(3):
            s.record(f"f{number}.py")
        s.turn(10 * DAY)
        assert s.jobs("optimize") == []


def test_old_jobs_are_forgotten_in_slices(tmp_path: Path) -> None:
    """Row VI5: those that ended long ago, and no others."""
    with Serving(tmp_path, index_optimization={"enabled": False}) as s:
        for number in range(250):
            s.real.jobs.submit(NewJob("refresh", {"number": number}), queue_size=1000)
        while job := s.real.jobs.claim(["refresh"], "me", lease_seconds=9, ageing_seconds=9):
            s.real.jobs.complete(job.lease, {})
        s.turn(29 * DAY)
        assert steps(s.trigger("index_optimization"))["finished jobs"]["jobs"] == 0
        s.turn(2 * DAY)
        found = steps(s.trigger("index_optimization"))["finished jobs"]
        assert found["jobs"] == 250
        assert found["slices"] > 2
        assert s.jobs("refresh") == []


def test_rows_that_belong_to_nothing_leave(tmp_path: Path) -> None:
    """Row VI8."""
    with Serving(tmp_path) as s:
        s.record("a.py", "-> b.py\nalpha")
        plant(tmp_path)
        assert steps(s.trigger("index_optimization"))["graph index"]["orphans"] == 1001
        assert steps(s.trigger("index_optimization"))["graph index"]["orphans"] == 0
        assert s.real.facts("a.py") is not None


def plant(folder: Path) -> None:
    """Leave rows that belong to nothing, as damage does: without the rules that forbid it."""
    from dbp.store.driver import driver

    raw = driver().module.connect(str(folder / "index.db"), timeout=5)
    for number in range(1000):
        raw.execute(
            "INSERT INTO docreference (content_id, kind, target, line) VALUES (999, 'link', ?, 0)",
            (str(number),),
        )
    raw.execute("INSERT INTO contentfacts (content_id, facts) VALUES (999, x'00')")
    raw.commit()
    raw.close()


# ── what nobody needs ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return open_store(tmp_path / "index.db", TurnableClock())


def test_vi6_the_file_shrinks_while_people_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row VI6: nine tenths of the rows leave; each slice is short, and reads go on."""
    monkeypatch.setattr(optimize, "KEPT_BYTES", 0)
    with Serving(tmp_path, cycle_detection={"enabled": False}) as s:
        for start in range(0, 1000, 100):
            names = [f"t{number}" for number in range(start, start + 100)]
            s.real.write([big(name) for name in names])
        s.done("sync", "batch_sync")
        s.done("index_optimization", "vacuum_sqlite")
        before = s.real.space()
        s.real.write([Remove(f"t{number}.py") for number in range(1000) if number % 10])
        stop = threading.Event()
        slowest = []

        def read() -> None:
            while not stop.is_set():
                began = time.monotonic()
                assert s.real.stored("t0.py") is not None
                slowest.append(time.monotonic() - began)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            job = s.trigger("index_optimization")
        finally:
            stop.set()
            reader.join()
        found = steps(job)
        assert found["unused contents"]["contents"] == 900
        after = s.real.space()
        assert after.file < before.file / 2
        assert after.free == 0
        assert found["checkpoint"]["moved"] > 0
        assert len(slowest) > 10
        assert s.real.check_search().none


def big(name: str) -> Put:
    """Put a file with many symbols."""
    return make_put(f"{name}.py", name, symbols=30)


def test_a_large_content_leaves_in_several_transactions(store: SqliteStore) -> None:
    store.write([make_put("large.py", "large", symbols=1000)])
    store.write([Remove("large.py")])
    left = store.unused_contents(0)
    turns = 0
    while left:
        left = store.drop_contents(left)
        turns += 1
        if turns == 1:
            # What is left of it is never taken for the extraction again.
            assert store.has_content([make_content("large").key]) == {}
    assert turns > 2
    store.close()


def test_a_content_that_is_used_again_stays(store: SqliteStore) -> None:
    store.write([make_put("a.py", "same")])
    store.write([Remove("a.py")])
    unused = store.unused_contents(0)
    store.write([make_put("b.py", "same", bare=True)])
    assert list(store.drop_contents(unused)) == []
    assert store.stored("b.py") is not None
    store.close()


def test_nothing_is_left_of_a_content_whose_end_was_interrupted(store: SqliteStore) -> None:
    store.write([make_put("large.py", "large", symbols=1000)])
    store.write([Remove("large.py")])
    store.drop_contents(store.unused_contents(0))
    store.write([make_put("large.py", "large", symbols=3)])  # it comes back meanwhile
    assert store.prune_contents(0) == 1
    assert len(store.symbols("large", 10)) == 3
    store.close()


def test_a_checkpoint_keeps_no_reader_and_no_writer_waiting(store: SqliteStore) -> None:
    store.write([make_put(f"{n}.py", f"t{n}") for n in range(50)])
    with store._database.snapshot() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM filemetadata").all()
        done = store.checkpoint()
        assert done.pages == done.moved > 0
        assert done.truncated is False  # somebody reads what is in it
    assert store.checkpoint().truncated is True
    assert store.space().wal == 0
    store.close()


def test_a_database_in_memory_has_nothing_to_check_point(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("no folder")
    opened = open_store(folder / "index.db", SystemClock())
    assert opened.checkpoint().skipped
    assert opened.space().file > 0
    opened.close()
