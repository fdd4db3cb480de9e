"""What goes wrong on the way: it is counted, tried again or found again, and hurts nothing else."""

from __future__ import annotations

import errno
import threading

import pytest
from fakes import OLD, Harness

from dbp.clock import TurnableClock
from dbp.engine import LIVENESS, MARK_PATIENCE, REAP
from dbp.errors import ScanError, StoreError
from dbp.model import Cause, Change, FileState
from dbp.ports import ExtractionRequest, Failure
from dbp.settings import Settings
from dbp.status import Statistics

DENIED = OSError(errno.EACCES, "Permission denied")


def raise_for(path: str, request: ExtractionRequest) -> None:
    """Stand for a defect in an extractor."""
    if request.path == path:
        raise ZeroDivisionError(path)


# ── changes while work goes on ─────────────────────────────────────────────────────────────────


def test_a_file_that_changes_while_it_is_extracted_is_looked_at_again() -> None:
    """Row W8: the stale result is dropped, never stored."""
    with Harness() as h:

        def change_once(request: ExtractionRequest) -> None:
            if request.data == b"first\n":
                h.disk.write("a.py", b"second\n")

        h.extractor.during = change_once
        h.save("a.py", b"first\n")
        h.settle()
        assert h.extractor.seen == [("a.py", b"first\n"), ("a.py", b"second\n")]
        assert h.store.intents() == {"a.py": "second\n"}
        assert [len(commit) for commit in h.store.commits] == [1]
        assert h.engine.statistics.get("extracted") == 1


def test_a_file_that_goes_away_while_it_is_extracted_leaves_no_record() -> None:
    with Harness() as h:

        def remove(_request: ExtractionRequest) -> None:
            h.disk.remove("a.py")

        h.extractor.during = remove
        h.save("a.py")
        h.settle()
        assert h.store.records == {}
        assert h.engine.statistics.get("failed") == 0


def test_one_file_is_never_in_two_workers() -> None:
    """Row Q15: what happens meanwhile comes after."""
    inside, most = 0, 0
    began, go_on = threading.Event(), threading.Event()
    with Harness({"delay_seconds": 1}) as h:

        def hold(request: ExtractionRequest) -> None:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            if request.data == b"one\n":
                began.set()
                assert go_on.wait(10)
            inside -= 1

        h.extractor.during = hold
        h.save("a.py", b"one\n")
        h.turn(1)
        assert began.wait(10)
        h.save("a.py", b"two\n")
        h.turn(1)
        h.until(lambda: h.engine.buffer.sizes().waiting == 1, "the second change to wait")
        go_on.set()
        h.settle()
        assert most == 1
        assert h.store.intents() == {"a.py": "two\n"}


def test_a_rename_moves_the_record_and_extracts_nothing() -> None:
    with Harness() as h:
        h.save("a.py", b"same\n")
        h.settle()
        h.disk.rename("a.py", "b.py")
        h.watcher.sink.changed(Change("b.py", Cause.DISK, old_path="a.py"))
        h.touch("a.py")
        h.settle()
        assert h.store.intents() == {"b.py": "same\n"}
        assert h.extractor.paths() == ["a.py"]
        assert h.engine.statistics.get("renamed") == 1
        assert h.engine.statistics.get("deleted") == 0


# ── files that fail ────────────────────────────────────────────────────────────────────────────


def test_a_poisonous_file_does_not_stop_its_batch() -> None:
    """Row W13: one defect among ten leaves nine rows, and says which one it was."""
    with Harness({"worker_threads": 1}) as h:
        h.extractor.during = lambda request: raise_for("f3.py", request)
        for number in range(10):
            h.save(f"f{number}.py", b"%d\n" % number)
        h.settle()
        assert len(h.store.intents()) == 9
        assert "f3.py" not in h.store.intents()
        [failure] = h.engine.statistics.to_json()["recentFailures"]
        assert (failure["path"], failure["code"]) == ("f3.py", "defect")
        h.save("after.py")
        h.settle()
        assert "after.py" in h.store.intents()


def test_a_file_that_cannot_be_extracted_is_recorded_with_its_reason() -> None:
    with Harness() as h:
        h.extractor.during = lambda _request: Failure("timeout", "it took too long")
        h.save("a.py")
        h.settle()
        record = h.store.records["a.py"]
        assert (record.state, record.reason) == (FileState.FAILED, "it took too long")
        h.turn(60)
        h.rest()
        assert len(h.extractor.seen) == 1, "it was tried again although it cannot go better"
        h.extractor.during = lambda _request: None
        h.save("a.py", b"better\n")
        h.settle()
        assert h.store.intents() == {"a.py": "better\n"}


def test_a_file_without_permission_is_tried_again_after_2_4_and_8_seconds() -> None:
    """Row E3."""
    with Harness() as h:
        h.disk.broken["a.py"] = DENIED
        h.save("a.py")
        h.settle()
        attempts = [h.store.records["a.py"].attempts]
        for pause in (2, 4, 8):
            h.turn(pause - 0.1)
            h.rest()
            attempts.append(h.store.records["a.py"].attempts)
            h.turn(0.1)
            h.rest()
            attempts.append(h.store.records["a.py"].attempts)
        assert attempts == [1, 1, 2, 2, 3, 3, 4]
        assert h.store.records["a.py"].reason == "EACCES: Permission denied"
        h.turn(100)
        h.rest()
        assert h.store.records["a.py"].attempts == 4
        stats = h.engine.statistics
        assert (stats.get("failed"), stats.get("retried")) == (4, 3)


def test_permission_given_back_within_the_retries_needs_no_edit() -> None:
    """Row E3."""
    with Harness() as h:
        h.disk.broken["a.py"] = DENIED
        h.save("a.py", b"readable\n")
        h.settle()
        h.disk.broken.clear()
        h.turn(2)
        h.rest()
        assert h.store.intents() == {"a.py": "readable\n"}


def test_a_file_that_cannot_be_read_is_tried_by_scans_and_told_once() -> None:
    """It may be readable since nobody watched; that it is not makes no commit and no failure."""
    with Harness() as h:
        h.disk.broken["a.py"] = DENIED
        h.save("a.py", b"readable\n")
        h.settle()
        for pause in (2, 4, 8):
            h.turn(pause)
            h.rest()
        commits = len(h.store.commits)
        for _ in range(3):
            h.engine.look_at_everything()
            h.settle()
        assert h.store.records["a.py"].attempts == 4
        assert len(h.store.commits) == commits
        assert h.engine.statistics.get("failed") == 4
        h.disk.broken.clear()
        h.engine.look_at_everything()
        h.settle()
        assert h.store.intents() == {"a.py": "readable\n"}


def test_a_failure_beside_a_defect_is_counted_once() -> None:
    with Harness({"worker_threads": 1}) as h:
        h.disk.broken["bad.py"] = DENIED
        h.extractor.during = lambda request: raise_for("poison.py", request)
        h.save("bad.py")
        h.save("poison.py", b"poison\n")
        h.settle()
        failures = h.engine.statistics.to_json()["recentFailures"]
        assert sorted(failure["path"] for failure in failures) == ["bad.py", "poison.py"]


def test_no_barrier_waits_for_a_retry() -> None:
    with Harness() as h:
        h.disk.broken["a.py"] = DENIED
        h.save("a.py")
        h.settle()
        h.settle()
        assert h.store.records["a.py"].attempts == 1


# ── the record cannot be written ───────────────────────────────────────────────────────────────


def test_a_batch_the_database_cannot_take_is_tried_again() -> None:
    """Rows E2, E11: nothing is lost, nothing spins, and the trouble is known meanwhile."""
    with Harness() as h:
        h.store.fails = [StoreError("the disk is full"), StoreError("the disk is full")]
        h.save("a.py", b"kept\n")
        h.settle()
        assert h.store.records == {}
        assert h.engine.store_error is not None
        assert h.engine.store_error.message == "the disk is full"
        h.turn(5)
        h.rest()
        assert h.store.records == {}
        h.turn(5)
        h.rest()
        assert h.store.intents() == {"a.py": "kept\n"}
        assert h.engine.store_error is None
        assert h.engine.statistics.get("retried") == 2


def test_the_trouble_is_known_until_something_could_be_written() -> None:
    with Harness() as h:
        h.store.fails = [StoreError("the disk is full")]
        h.save("a.py")
        h.settle()
        h.disk.remove("a.py")
        h.turn(5)
        h.rest()
        assert h.engine.store_error is not None
        h.save("b.py")
        h.settle()
        assert h.engine.store_error is None


def test_a_lost_database_is_told_to_the_workspace() -> None:
    with Harness() as h:
        h.store.fails = [StoreError("it is gone", code="store_lost")]
        h.save("a.py")
        assert not h.broken.is_set()
        h.turn(10)
        assert h.broken.wait(10)


# ── scans and the watcher ──────────────────────────────────────────────────────────────────────


def test_a_scan_that_fails_is_reported_and_the_next_one_works() -> None:
    with Harness() as h:
        h.disk.write("a.py")
        h.scanner.fails = [ScanError("the workspace cannot be listed")]
        h.engine.look_at_everything()
        h.settle()
        assert (h.scans[-1].done, h.scans[-1].error) == (True, "the workspace cannot be listed")
        assert h.store.records == {}
        h.engine.look_at_everything()
        h.settle()
        assert (h.scans[-1].error, h.scans[-1].files) == (None, 1)
        assert h.store.intents() == {"a.py": "text\n"}


def test_a_defect_in_a_scan_ends_neither_the_scans_nor_the_server() -> None:
    with Harness() as h:
        h.scanner.fails = [ZeroDivisionError()]
        h.engine.look_at_everything()
        h.settle()
        assert h.scans[-1].error == "internal error, see the log"
        h.disk.write("a.py")
        h.engine.look_at_everything()
        h.settle()
        assert "a.py" in h.store.intents()


def test_lost_events_are_answered_by_looking_at_everything() -> None:
    with Harness() as h:
        for number in range(50):
            h.disk.write(f"f{number}.py", b"%d\n" % number)
        h.watcher.sink.overflowed()
        h.settle()
        assert len(h.store.intents()) == 50


def test_a_full_buffer_loses_nothing() -> None:
    """Row Q7: bounded in memory, complete in the end."""
    with Harness({"max_queue_size": 100}) as h:
        for number in range(1000):
            h.save(f"d{number % 7}/f{number}.py", b"%d\n" % number)
        sizes = h.engine.buffer.sizes()
        assert sizes.waiting == 100
        assert sizes.overflows == 900
        h.settle()
        assert len(h.store.intents()) == 1000
        assert len(h.extractor.seen) == 1000


def test_a_deaf_watcher_is_started_anew_and_what_it_missed_is_found() -> None:
    """Row E4."""
    with Harness() as h:
        h.watcher.deaf = True
        h.disk.write("missed.py")
        h.turn(LIVENESS)
        h.until(lambda: len(h.watchers) == 2, "another watcher")
        h.until(lambda: "missed.py" in h.store.intents(), "what was missed")
        assert not h.watchers[0].running
        assert h.watcher.running


def test_a_marker_that_does_not_come_through_is_answered_by_looking() -> None:
    with Harness() as h:
        h.bell.delivers = False
        h.disk.write("unseen.py")
        done = threading.Event()
        h.engine.settle(done.set, flush=True)
        assert not done.is_set()
        h.turn(MARK_PATIENCE)
        assert done.wait(10)
        assert "unseen.py" in h.store.intents()


def test_a_cancelled_scan_takes_nothing_along_that_was_saved() -> None:
    with Harness() as h:
        h.save("mine.py")
        h.engine.cancel_scan()
        h.turn(10)
        h.rest()
        assert "mine.py" in h.store.intents()


def test_nothing_is_watched_again_after_the_end() -> None:
    h = Harness()
    h.engine.start()
    h.engine.stop()
    h.engine.reconfigure(Settings.model_validate({"fs_monitor": {"ignore_patterns": ("x",)}}))
    assert [watcher.running for watcher in h.watchers] == [False]


def test_writes_without_events_are_found_in_time() -> None:
    with Harness() as h:
        h.disk.write("quiet.py")
        h.turn(h.settings.incremental_sync.interval_seconds)
        h.until(lambda: "quiet.py" in h.store.intents(), "the reconcile")


# ── workers ────────────────────────────────────────────────────────────────────────────────────


def test_the_number_of_workers_changes_while_they_work() -> None:
    """Rows W2, W15, W17."""
    with Harness({"worker_threads": 2, "delay_seconds": 1}) as h:
        inside: set[str] = set()
        gate = threading.Semaphore(0)

        def hold(request: ExtractionRequest) -> None:
            inside.add(request.path)
            assert gate.acquire(timeout=10)
            inside.discard(request.path)

        h.extractor.during = hold
        for number in range(8):
            h.save(f"f{number}.py", b"%d\n" % number)
        h.turn(1)
        h.until(lambda: len(inside) == 2, "two at work")
        assert len(h.engine.statistics.current()) == 2
        h.engine.reconfigure(Harness({"worker_threads": 4, "delay_seconds": 1}).settings)
        for number in range(8, 16):
            h.save(f"f{number}.py", b"%d\n" % number)
        h.turn(1)
        h.until(lambda: len(inside) == 4, "four at work")
        h.engine.reconfigure(Harness({"worker_threads": 1, "delay_seconds": 1}).settings)
        for _ in range(16):
            gate.release()
        h.settle()
        assert len(h.store.intents()) == 16
        h.until(lambda: h.engine.runtime.workers == 1, "one worker left")
        assert h.engine.statistics.current() == []


def test_stopping_does_not_wait_for_a_worker_that_hangs() -> None:
    """Row A17: the grace is a second in all."""
    h = Harness({"delay_seconds": 1})
    h.engine.start()
    began, go_on = threading.Event(), threading.Event()

    def hang(_request: ExtractionRequest) -> None:
        began.set()
        go_on.wait(10)

    h.extractor.during = hang
    h.save("a.py")
    h.turn(1)
    assert began.wait(10)
    stopper = threading.Thread(target=h.engine.stop)
    stopper.start()
    stopper.join(5)
    assert not stopper.is_alive()
    assert h.extractor.closed
    go_on.set()


def test_twenty_files_are_shared_fairly_and_written_together() -> None:
    """Rows Q8 and W19."""
    with Harness({"worker_threads": 2, "batch_size": 20, "delay_seconds": 1}) as h:
        for number in range(200):
            h.save(f"f{number}.py", b"%d\n" % number)
        h.turn(1)
        h.rest()
        assert len(h.store.intents()) == 200
        assert max(len(batch) for batch in h.extractor.batches) == 20
        assert len(h.store.commits) <= 20


@pytest.mark.parametrize("age", ["old", "fresh"])
def test_a_change_within_one_tick_of_the_clock_is_not_missed(age: str) -> None:
    """Same size, same time, same inode: only a file that was quiet is trusted by its stat."""
    with Harness() as h:
        h.save("a.py", b"one\n")
        if age == "fresh":
            h.clock.step_wall(OLD / 1e9 - h.clock.now() + 1)
        h.settle()
        h.disk.files["a.py"] = b"two\n"
        h.touch("a.py")
        h.settle()
        expected = "one\n" if age == "old" else "two\n"
        assert h.store.intents() == {"a.py": expected}


def test_files_per_second_are_those_of_the_last_minute() -> None:
    """Row S7."""
    clock = TurnableClock()
    statistics = Statistics(clock)
    for _ in range(90):
        for _ in range(500):
            statistics.count("extracted", "a.py")
        clock.turn(1)
    assert statistics.to_json()["filesPerSecond"] == pytest.approx(500, rel=0.02)
    clock.turn(61)
    assert statistics.to_json()["filesPerSecond"] == 0


def test_a_worker_that_dies_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows W14 and E4: and its files are looked at again."""
    with Harness({"worker_threads": 1}) as h:
        working = h.engine.statistics.working
        deaths = iter([RuntimeError("killed by the test")])

        def deadly(worker: int, path: str | None) -> None:
            if path is not None and (death := next(deaths, None)) is not None:
                raise death
            working(worker, path)

        monkeypatch.setattr(h.engine.statistics, "working", deadly)
        h.save("a.py")
        h.settle()
        assert "a.py" in h.store.records
        assert h.engine.runtime.workers == 1
        assert h.engine.statistics.get("restarted") == 1


def test_a_parser_that_worked_a_moment_ago_is_ended_later() -> None:
    """The look that finds it busy is not the last one, and none comes when all are gone."""
    with Harness() as h:
        h.save("a.py")
        h.settle()
        h.extractor.busy_until = h.clock.monotonic() + REAP + 1
        for looks in (1, 2):
            h.turn(REAP)
            h.until(lambda looks=looks: len(h.extractor.reaped) == looks, "a look at the parsers")
        h.until(lambda: not h.engine._reap_planned, "the last look to end")
