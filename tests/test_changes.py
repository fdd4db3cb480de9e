"""The change buffer, with a clock that is turned by hand."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from dbp.changes import ChangeBuffer
from dbp.clock import TurnableClock
from dbp.entries import Window
from dbp.model import Cause, Change, Priority


def disk(path: str, **fields: object) -> Change:
    return Change(path, Cause.DISK, **fields)  # type: ignore[arg-type]


def forced(path: str) -> Change:
    return Change(path, Cause.REQUEST, Priority.FORCED)


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def buffer(clock: TurnableClock) -> ChangeBuffer:
    return ChangeBuffer(clock, Window(delay=10, max_delay=30, capacity=100, batch_size=20))


def paths(buffer: ChangeBuffer, workers: int = 1) -> list[str]:
    return [change.path for change in buffer.take(workers, block=False)]


def test_nothing_is_handed_out_before_its_path_was_quiet(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    buffer.offer(disk("a"))
    clock.turn(9.99)
    assert paths(buffer) == []
    clock.turn(0.01)
    assert paths(buffer) == ["a"]


def test_a_file_saved_each_second_waits_no_longer_than_max_delay(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Row Q5: with delay 10 and max delay 30 it is handed out at 30 seconds."""
    for _ in range(30):
        buffer.offer(disk("a"))
        assert paths(buffer) == []
        clock.turn(1)
    assert paths(buffer) == ["a"]


def test_many_hints_for_one_path_are_one_entry(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    for _ in range(100):
        buffer.offer(disk("a"))
    assert buffer.sizes().waiting == 1
    clock.turn(10)
    assert paths(buffer) == ["a"]
    buffer.done("a")
    assert buffer.sizes().total == 0


def test_the_oldest_change_goes_first_within_a_class(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    for path in ("c", "a", "b"):
        buffer.offer(disk(path))
        clock.turn(1)
    clock.turn(10)
    assert paths(buffer) == ["c", "a", "b"]


def test_an_editors_file_goes_before_the_disks(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    buffer.offer(disk("a"))
    buffer.offer(Change("b", Cause.EDITOR, Priority.EDITOR))
    clock.turn(10)
    assert paths(buffer) == ["b"]
    assert paths(buffer) == ["a"]


def test_a_waiting_change_rises_a_class_per_max_delay(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    buffer.offer(disk("old"))
    clock.turn(60)
    buffer.offer(Change("new", Cause.EDITOR, Priority.EDITOR))
    clock.turn(10)
    assert paths(buffer)[0] == "old"


def test_forced_work_waits_for_nothing(buffer: ChangeBuffer) -> None:
    buffer.offer(disk("a"))
    buffer.offer(forced("a"))
    buffer.offer(forced("b"))
    assert sorted(paths(buffer)) == ["a", "b"]


def test_forcing_a_path_that_is_due_in_a_lower_class_moves_it_up(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    for path in ("a", "b", "c"):
        buffer.offer(disk(path))
    clock.turn(10)
    assert paths(buffer, workers=3) == ["a"]
    buffer.offer(forced("c"))
    assert paths(buffer) == ["c"]
    assert paths(buffer) == ["b"]
    assert paths(buffer) == []


def test_a_path_in_flight_is_not_handed_out_twice(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Row Q15: a change meanwhile waits until the first worker is done."""
    buffer.offer(forced("a"))
    assert paths(buffer) == ["a"]
    buffer.offer(forced("a"))
    assert paths(buffer) == []
    buffer.done("a")
    assert paths(buffer) == ["a"]
    clock.turn(100)
    assert paths(buffer) == []


def test_work_is_shared_among_the_workers(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    """Row Q8: twenty files and two workers make two batches of ten."""
    for number in range(20):
        buffer.offer(disk(f"f{number}"))
    clock.turn(10)
    assert len(paths(buffer, workers=2)) == 10


def test_a_batch_is_never_larger_than_batch_size(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    for number in range(50):
        buffer.offer(disk(f"f{number}"))
    clock.turn(10)
    assert len(paths(buffer)) == 20


def test_a_full_buffer_remembers_to_look_at_the_folder(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Row Q7: nothing is dropped silently."""
    for number in range(150):
        buffer.offer(disk(f"src/deep/f{number}"))
    sizes = buffer.sizes()
    assert (sizes.waiting, sizes.overflows, sizes.folders) == (100, 50, 1)
    clock.turn(10)
    taken = buffer.take_folder(block=False)
    assert taken is not None
    assert taken[0] == "src/deep"


def test_many_folders_become_one_look_at_their_common_folder(buffer: ChangeBuffer) -> None:
    for number in range(40):
        buffer.offer(disk(f"src/d{number}", tree=True))
    assert buffer.sizes().folders == 1


def test_a_folder_stands_for_the_folders_below_it(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    sequence = buffer.offer(disk("a/b", tree=True))
    buffer.offer(disk("a", tree=True))
    buffer.offer(disk("a/c", tree=True))
    clock.turn(20)
    assert buffer.take_folder(block=False) == ("a", sequence)
    assert buffer.take_folder(block=False) is None


def test_clear_forgets_what_waits_and_only_that(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    """Rows A16 and Q11: what was due a moment ago does not come back."""
    buffer.offer(forced("a"))
    assert paths(buffer) == ["a"]
    for number in range(20):
        buffer.offer(disk(f"f{number}"))
    clock.turn(10)
    assert len(paths(buffer, workers=20)) == 1
    assert buffer.clear() == 19
    assert paths(buffer) == []
    assert buffer.sizes().in_flight == 2


def test_typing_postpones_what_waits_but_creates_nothing(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Row K11."""
    buffer.rearm("a")
    assert buffer.sizes().total == 0
    buffer.offer(disk("a"))
    for _ in range(2):
        clock.turn(9)
        buffer.rearm("a")
        assert paths(buffer) == []
    clock.turn(10)
    assert paths(buffer) == ["a"]


def test_a_barrier_waits_for_what_was_offered_before_it(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    reached: list[str] = []
    buffer.barrier(lambda: reached.append("empty"))
    assert reached == ["empty"]
    buffer.offer(disk("a"))
    buffer.barrier(lambda: reached.append("a"))
    buffer.offer(disk("b"))
    clock.turn(10)
    assert paths(buffer) == ["a", "b"]
    buffer.done("b")
    assert reached == ["empty"]
    buffer.done("a")
    assert reached == ["empty", "a"]


def test_a_flushed_barrier_skips_the_rest_of_the_debounce(buffer: ChangeBuffer) -> None:
    reached: list[str] = []
    buffer.offer(disk("a"))
    buffer.barrier(lambda: reached.append("a"), flush=True)
    assert paths(buffer) == ["a"]
    buffer.done("a", again=True)
    assert reached == []
    assert paths(buffer) == ["a"]
    buffer.done("a")
    assert reached == ["a"]


def test_a_barrier_waits_for_what_a_folder_held(buffer: ChangeBuffer) -> None:
    reached: list[str] = []
    buffer.offer(disk("d", tree=True))
    buffer.barrier(lambda: reached.append("done"), flush=True)
    taken = buffer.take_folder(block=False)
    assert taken is not None
    assert buffer.feed(Change("d/a", Cause.SCAN, Priority.SCAN), taken[1])
    buffer.folder_done()
    assert reached == []
    assert paths(buffer) == ["d/a"]
    buffer.done("d/a")
    assert reached == ["done"]


def test_a_planned_retry_holds_back_no_barrier(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    reached: list[str] = []
    buffer.offer_later(Change("a", Cause.RETRY), 2)
    buffer.barrier(lambda: reached.append("done"))
    assert reached == ["done"]
    assert buffer.sizes().waiting == 0
    clock.turn(2)
    assert paths(buffer) == ["a"]


def test_an_event_replaces_a_planned_retry(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    buffer.offer_later(Change("a", Cause.RETRY), 300)
    buffer.offer(disk("a"))
    clock.turn(10)
    assert paths(buffer) == ["a"]
    clock.turn(300)
    buffer.done("a")
    assert paths(buffer) == []


def test_paused_only_forced_work_is_handed_out(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    """Rows A10, A15, R34."""
    buffer.offer(disk("before"))
    buffer.pause()
    buffer.offer(disk("during"))
    buffer.offer(forced("asked"))
    clock.turn(10)
    assert paths(buffer) == ["asked"]
    assert paths(buffer) == []
    assert buffer.resume()
    assert paths(buffer) == ["before"]


def test_a_stepped_wall_clock_moves_no_deadline(buffer: ChangeBuffer, clock: TurnableClock) -> None:
    """Row Q18."""
    buffer.offer(disk("a"))
    clock.step_wall(3600)
    assert paths(buffer) == []
    clock.step_wall(-7200)
    clock.turn(10)
    assert paths(buffer) == ["a"]


def test_stopping_wakes_everyone_up(buffer: ChangeBuffer) -> None:
    ended = [threading.Event() for _ in range(2)]

    def take() -> None:
        buffer.take()
        ended[0].set()

    def take_folder() -> None:
        buffer.take_folder()
        ended[1].set()

    for body in (take, take_folder):
        threading.Thread(target=body, daemon=True).start()
    buffer.stop()
    assert all(event.wait(5) for event in ended)


def test_eight_producers_lose_nothing_and_double_nothing() -> None:
    """Row Q1: every distinct path is handed out at least once, none twice at a time."""
    clock = TurnableClock()
    buffer = ChangeBuffer(clock, Window(delay=0, max_delay=30, capacity=10_000, batch_size=20))
    seen: Counter[str] = Counter()
    busy: set[str] = set()
    lock = threading.Lock()
    errors: list[str] = []
    settled = threading.Event()

    def work() -> None:
        while batch := buffer.take(4):
            with lock:
                for change in batch:
                    if change.path in busy:
                        errors.append(change.path)
                    busy.add(change.path)
                    seen[change.path] += 1
            for change in batch:
                with lock:
                    busy.discard(change.path)
                buffer.done(change.path)

    def produce(number: int) -> None:
        for count in range(5000):
            buffer.offer(disk(f"f{(count * 7 + number) % 3000}"))

    workers = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    producers = [threading.Thread(target=produce, args=(n,)) for n in range(8)]
    for thread in workers + producers:
        thread.start()
    for thread in producers:
        thread.join(30)
    buffer.barrier(settled.set, flush=True)
    assert settled.wait(30)
    buffer.stop()
    assert errors == []
    assert len(seen) == 3000


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("offer"), st.integers(0, 6), st.sampled_from(list(Priority))),
            st.tuples(st.just("turn"), st.integers(0, 20), st.just(Priority.DISK)),
            st.tuples(st.just("take"), st.integers(1, 3), st.just(Priority.DISK)),
            st.tuples(st.just("done"), st.integers(0, 6), st.just(Priority.DISK)),
            st.tuples(st.just("again"), st.integers(0, 6), st.just(Priority.DISK)),
            st.tuples(st.just("flush"), st.just(0), st.just(Priority.DISK)),
        ),
        max_size=60,
    )
)
def test_whatever_happens_every_hint_is_worked_on_after_it_was_given(
    script: list[tuple[str, int, Priority]],
) -> None:
    """A model of what must hold: after a hint for a path, that path is handed out once more."""
    clock = TurnableClock()
    buffer = ChangeBuffer(clock, Window(delay=10, max_delay=30, capacity=5, batch_size=3))
    owed: set[str] = set()
    flying: set[str] = set()

    def take(workers: int) -> None:
        for change in buffer.take(workers, block=False):
            assert change.path not in flying
            flying.add(change.path)
            owed.discard(change.path)
        folder = buffer.take_folder(block=False)
        if folder is not None:
            for path in sorted(owed):
                feedable = buffer.sizes().waiting < 5
                if feedable:
                    buffer.feed(Change(path, Cause.SCAN, Priority.SCAN), folder[1])
                else:
                    buffer.offer(forced(path))
            buffer.folder_done()

    for action, number, priority in script:
        path = f"p{number}"
        if action == "offer":
            buffer.offer(Change(path, Cause.DISK, priority))
            owed.add(path)
        elif action == "turn":
            clock.turn(number)
        elif action == "take":
            take(number)
        elif action in {"done", "again"} and path in flying:
            flying.discard(path)
            buffer.done(path, again=action == "again")
            if action == "again":
                owed.add(path)
        elif action == "flush":
            buffer.barrier(lambda: None, flush=True)

    for _ in range(20):
        clock.turn(50)
        take(1)
        for path in list(flying):
            flying.discard(path)
            buffer.done(path)
    assert owed == set()
    assert buffer.sizes().total == 0
    reached: list[int] = []
    buffer.barrier(lambda: reached.append(1))
    assert reached == [1]


@pytest.mark.parametrize("order", ["new first", "old first"])
def test_both_sides_of_a_rename_go_to_one_worker(
    buffer: ChangeBuffer, clock: TurnableClock, order: str
) -> None:
    """Row Q14: another worker must not see the old path gone before the record has moved."""
    hints = [disk("b", old_path="a"), disk("a")]
    for hint in hints if order == "new first" else reversed(hints):
        buffer.offer(hint)
    clock.turn(10)
    assert paths(buffer, workers=2) == ["b", "a"]
    assert paths(buffer) == []
    buffer.done("b")
    buffer.done("a")
    assert buffer.sizes().total == 0
    assert buffer._oldest_outstanding() > 2


def test_a_path_that_is_in_flight_stays_out_of_its_renames_batch(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    buffer.offer(forced("a"))
    assert paths(buffer) == ["a"]
    buffer.offer(disk("b", old_path="a"))
    buffer.offer(disk("a"))
    clock.turn(10)
    assert paths(buffer) == ["b"]
    buffer.done("a")
    assert paths(buffer) == ["a"]


def test_a_change_to_a_renamed_file_in_flight_is_not_lost(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Both sides were handed out together before the new one was quiet, then it changed again."""
    reached: list[str] = []
    buffer.offer(disk("a"))
    clock.turn(5)
    buffer.offer(disk("b", old_path="a"))
    buffer.offer(disk("a"))
    buffer.barrier(lambda: None, flush=True)
    assert paths(buffer) == ["b", "a"]
    buffer.offer(forced("b"))
    assert paths(buffer) == []
    clock.turn(5)
    assert paths(buffer) == []
    buffer.done("b")
    buffer.done("a")
    assert paths(buffer) == ["b"]
    buffer.barrier(lambda: reached.append("b"))
    buffer.done("b")
    assert reached == ["b"]


def test_a_file_saved_atomically_each_second_waits_as_any_other(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """Rows Q4 and Q5: each temporary file becomes due and must not take the real one along."""
    for second in range(30):
        buffer.offer(disk(f"a.{second}.tmp"))
        buffer.offer(disk("a", old_path=f"a.{second}.tmp"))
        taken = paths(buffer)
        assert "a" not in taken
        for path in taken:
            buffer.done(path)
        clock.turn(1)
    assert "a" in paths(buffer)
    assert len(buffer._renamed) <= 1


def test_a_folder_that_is_due_is_not_put_off_again(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    """A scan, and what somebody waits for: neither is postponed by a folder made meanwhile."""
    buffer.offer(Change("", Cause.SCAN, Priority.SCAN, tree=True))
    buffer.offer(disk("made", tree=True))
    assert buffer.take_folder(block=False) == ("", 1)
    buffer.folder_done()
    for first, then, taken in (("d", "d/made", "d"), ("e/made", "e", "e")):
        sequence = buffer.offer(disk(first, tree=True))
        buffer.barrier(lambda: None, flush=True)
        buffer.offer(disk(then, tree=True))
        assert buffer.take_folder(block=False) == (taken, sequence)
        buffer.folder_done()
    buffer.offer(disk("f/made", tree=True))
    clock.turn(6)
    buffer.offer(disk("f", tree=True))
    clock.turn(6)
    assert buffer.take_folder(block=False) is None


@pytest.mark.parametrize("asked", ["other", "waiting"])
def test_a_forced_look_at_a_folder_is_taken_while_paused(
    buffer: ChangeBuffer, clock: TurnableClock, asked: str
) -> None:
    buffer.offer(disk("waiting", tree=True))
    buffer.pause()
    clock.turn(20)
    assert buffer.take_folder(block=False) is None
    buffer.offer(Change(asked, Cause.SCAN, Priority.FORCED, tree=True))
    taken = buffer.take_folder(block=False)
    assert taken is not None
    assert taken[0] == asked


def test_clearing_what_a_scan_found_leaves_what_else_happened(
    buffer: ChangeBuffer, clock: TurnableClock
) -> None:
    buffer.offer(disk("saved"))
    buffer.feed(Change("found", Cause.SCAN, Priority.SCAN), 1)
    assert buffer.clear(Cause.SCAN) == 1
    clock.turn(10)
    assert paths(buffer) == ["saved"]


def test_who_waits_at_a_barrier_hears_of_the_end(buffer: ChangeBuffer) -> None:
    reached: list[str] = []
    buffer.offer(disk("a"))
    buffer.barrier(lambda: reached.append("before"))
    buffer.stop()
    buffer.barrier(lambda: reached.append("after"))
    assert reached == ["before", "after"]


def test_a_callback_that_fails_hurts_nobody_else(buffer: ChangeBuffer) -> None:
    reached: list[str] = []

    def fail() -> None:
        raise OSError("no space left")

    for path in ("a", "b"):
        buffer.offer(forced(path))
    assert paths(buffer) == ["a", "b"]
    buffer.barrier(fail)
    buffer.barrier(lambda: reached.append("done"))
    for path in ("a", "b"):
        buffer.done(path)
    assert reached == ["done"]
    assert buffer.sizes().total == 0


def test_a_path_written_under_every_look_is_looked_at_again_soon() -> None:
    """A program that saves each second, in step with the longest wait, hides nothing."""
    clock = TurnableClock()
    buffer = ChangeBuffer(clock, Window(delay=10, max_delay=30, capacity=100, batch_size=5))
    change = Change("log.py", Cause.DISK)
    for _ in range(30):
        buffer.offer(change)
        clock.turn(1)
    for _ in range(3):
        assert [taken.path for taken in buffer.take(block=False)] == ["log.py"]
        buffer.offer(change)
        buffer.done("log.py", again=True)
        assert buffer.take(block=False) == []
        clock.turn(0.4)
    assert [taken.path for taken in buffer.take(block=False)] == ["log.py"]
    looks = 0
    for _ in range(20):
        if buffer.left_of(["log.py"]) and not buffer.sizes().in_flight:
            break
        buffer.done("log.py", again=True)
        clock.turn(0.4)
        looks += len(buffer.take(block=False))
    assert looks < 5, "what changes all the time is not looked at all the time"
