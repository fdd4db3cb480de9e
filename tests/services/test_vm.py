"""The manager: services live, are switched, shown, steered and left out.

Not here: forcing an embedding, which comes with embeddings. Services are tried over stand-ins for
files, parsers and watcher throughout.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from serving import Serving

from dbp.errors import DbpError, RequestError, StoreError
from dbp.job import JobPriority, JobStatus
from dbp.services.base import ServiceState
from dbp.settings import Settings

NAMES = ["sync", "cycle_detection", "index_optimization", "extraction", "enrichment"]
OWN = NAMES[:3]


def test_vm1_a28_services_work_on_events_without_a_request(tmp_path: Path) -> None:
    """Rows VM1, A28, A30: nobody asks for anything."""
    with Serving(tmp_path, index_optimization={"large_change_threshold": 1}) as s:
        s.record("a.py", "-> b.py\nalpha")
        s.record("b.py", "-> a.py\nbeta")
        s.turn(10)
        for kind in ("sync", "cycle_check", "optimize"):
            assert {job.status for job in s.wait_for(kind)} == {JobStatus.COMPLETED}
            assert {job.requested_by.partition(":")[0] for job in s.jobs(kind)} == {"service"}


def test_vm2_operations_are_jobs(tmp_path: Path) -> None:
    """Row VM2."""
    with Serving(tmp_path) as s:
        job = s.trigger("sync", "batch_sync")
        assert [one.id for one in s.jobs("sync")] == [job.id]
        assert job.arguments["operation"] == "batch_sync"


def test_vm3_a29_services_start_and_stop_with_the_engine(tmp_path: Path) -> None:
    """Rows VM3, A28, A29: each the same way."""
    s = Serving(tmp_path)
    assert {s.service(name).state for name in OWN} == {ServiceState.STOPPED}
    with s:
        assert s.engine.services.running
        assert {s.service(name).state for name in OWN} == {ServiceState.RUNNING}
        s.engine.services.stop()
        assert not s.engine.services.running
        assert {s.service(name).state for name in OWN} == {ServiceState.STOPPED}
        assert all(alarm.left is None for name in OWN for alarm in s.service(name).alarms())
        s.engine.services.start()
        assert {s.service(name).state for name in OWN} == {ServiceState.RUNNING}


def test_vm4_what_is_asked_of_a_service_switched_off_waits(tmp_path: Path) -> None:
    """Rows VM4, B49: it is no failure, and is done when the service is on again."""
    with Serving(tmp_path) as s:
        state = s.engine.services.configure("sync", enabled=False)
        assert (state["status"], state["held"]) == ("disabled", True)
        job = s.engine.services.trigger("sync", "batch_sync").job
        s.trigger("cycle_detection")  # another service goes on
        s.turn(1000)
        found = s.real.jobs.get(job.id)
        assert found is not None
        assert found.status is JobStatus.QUEUED
        assert s.services["sync"]["failed"] == 0
        s.engine.services.configure("sync", enabled=True)
        assert s.end_of(job.id).status is JobStatus.COMPLETED
        assert s.services["sync"]["status"] == "running"


def test_vm4_a_setting_stops_only_what_comes_by_itself(tmp_path: Path) -> None:
    """Rows C19, C24, VM4."""
    off = {name: {"enabled": False} for name in ("incremental_sync", "index_optimization")}
    with Serving(tmp_path, **off) as s:
        s.record("a.py")
        s.turn(100_000)
        assert s.services["sync"]["status"] == "disabled"
        assert s.jobs("sync") == s.jobs("optimize") == []
        assert s.done("sync", "reconcile")["files"] == 1
        assert s.done("index_optimization")["steps"]
        # The switch is stronger than the setting.
        s.engine.services.configure("sync", enabled=True)
        s.record("b.py")
        s.turn(10)
        s.wait_for("sync", "batch_sync")


def test_vm5_every_state_is_reached_and_shown(tmp_path: Path) -> None:
    """Rows VM5, E5: an error ends by itself, after longer and longer pauses."""
    seen = []
    with Serving(tmp_path, incremental_sync={"max_retries": 0}) as s:
        service = s.service("sync")
        begin, end = service._begin, service._end
        service._begin = lambda: (seen.append(service.state.value), begin())[-1]  # type: ignore[method-assign]
        service._end = lambda: (seen.append(service.state.value), end())[-1]  # type: ignore[method-assign]
        broken = fail_sync(s, times=2)
        s.record("a.py")
        for pause in (2.0, 4.0):
            s.turn(10)
            s.until(lambda: service.state is ServiceState.ERROR, "the error")
            shown = s.engine.services.status()["sync"]
            assert (shown["status"], shown["error"]) == ("error", "no room")
            assert shown["lastError"]["code"] == "store_full"
            assert service._restart.left == pytest.approx(pause, abs=0.1)
            s.turn(pause)
            s.until(lambda: service.state is ServiceState.RUNNING, "the restart")
        s.turn(10)
        s.until(lambda: s.services["sync"]["search"]["pending"] == 0, "the index")
        assert broken == []
        shown = s.services["sync"]
        assert (shown["status"], shown["error"], shown["restarts"]) == ("running", None, 2)
        s.engine.services.configure("sync", enabled=False)
        assert s.services["sync"]["status"] == "disabled"
        s.engine.services.stop()
        assert s.services["sync"]["status"] == "stopped"
    assert {"starting", "stopping"} <= set(seen)


def fail_sync(s: Serving, times: int) -> list[StoreError]:
    """Let the search index refuse the next writes; gives those that are left."""
    broken = [StoreError("no room", code="store_full") for _ in range(times)]
    real = s.real.sync_search

    def sync_search(limit: int, now: float, **more: bool) -> int:
        if broken:
            raise broken.pop()
        return real(limit, now, **more)

    s.real.sync_search = sync_search  # type: ignore[method-assign]
    return broken


def test_vm6_all_services_are_described(tmp_path: Path) -> None:
    """Row VM6: with what they did; counted from the table of jobs."""
    with Serving(tmp_path) as s:
        s.record("a.py")
        s.trigger("sync", "batch_sync")
        with_wrong = s.engine.services.trigger("sync", "sync_file").job
        assert s.end_of(with_wrong.id).status is JobStatus.FAILED
        found = s.services
        assert sorted(found) == sorted(NAMES)
        keys = {"status", "enabled", "error", "completed", "failed", "retried", "queued"}
        assert all(keys <= set(state) for state in found.values())
        assert (found["sync"]["completed"], found["sync"]["failed"]) == (1, 1)
        assert found["sync"]["status"] == "running"  # a person's wrong request is no fault of it
        assert found["extraction"]["completed"] == 1


def test_vm7_an_unknown_service_or_setting_is_refused_by_name(tmp_path: Path) -> None:
    """Rows VM7, B53."""
    with Serving(tmp_path) as s:
        services = s.engine.services
        with pytest.raises(RequestError) as caught:
            services.configure("chroma", enabled=True)
        assert all(name in str(caught.value) for name in NAMES)
        with pytest.raises(RequestError, match="no setting 'colour'"):
            services.configure("sync", colour="red")
        with pytest.raises(RequestError, match="batch_size"):
            services.configure("sync", batch_size=0)
        with pytest.raises(RequestError, match="batch_sync"):
            services.trigger("sync", "dance")
        assert services.configure("sync", batch_size=7)["settings"]["batch_size"] == 7
        s.record("a.py")
        assert s.services["sync"]["settings"]["batch_size"] == 7


def test_vm7_what_is_changed_at_run_time_counts_at_once(tmp_path: Path) -> None:
    """Row VM7."""
    with Serving(tmp_path) as s:
        s.engine.services.configure("sync", sync_delay_seconds=100.0)
        s.turn(6)
        s.record("a.py")
        s.turn(50)
        assert s.jobs("sync") == []
        s.turn(60)
        s.wait_for("sync")


def test_vm8_optimisation_by_hand_gives_a_job_and_a_result(tmp_path: Path) -> None:
    """Rows VM8, VI4."""
    with Serving(tmp_path) as s:
        submitted = s.engine.services.trigger("index_optimization", by="ann/test")
        job = s.end_of(submitted.job.id)
        assert job.requested_by == "ann/test"
        assert job.result is not None
        assert [step["step"] for step in job.result["steps"]][-2:] == ["vacuum", "checkpoint"]


def test_vm10_a_high_operation_overtakes_earlier_low_ones(tmp_path: Path) -> None:
    """Rows VM10, B46."""
    with Serving(tmp_path) as s:
        s.record("a.py")
        s.engine.services.configure("sync", enabled=False)
        names = ["batch_sync", "reconcile", "full_resync"]
        trigger = s.engine.services.trigger
        low = [trigger("sync", name, priority=JobPriority.LOW).job.id for name in names]
        high = trigger("sync", "sync_file", "a.py", priority=JobPriority.HIGH).job.id
        s.engine.services.configure("sync", enabled=True)
        for job_id in (*low, high):
            s.end_of(job_id)
        starts = [job.id for job in s.moves if job.status is JobStatus.PROCESSING]
        assert next(one for one in starts if one in {*low, high}) == high


def test_vm11_vm15_edits_within_the_delay_are_one_operation(tmp_path: Path) -> None:
    """Rows VM11, VM15, VS2, C23: one sync, however many files; the next edit brings the next."""
    with Serving(tmp_path) as s:
        s.turn(6)
        for number in range(5):
            s.record(f"f{number}.py", f"word{number}")
        assert s.jobs("sync") == []
        s.turn(5)
        [job] = s.wait_for("sync")
        assert job.result is not None
        assert job.result["search"]["pending"] == 0
        s.turn(100)
        assert len(s.jobs("sync")) == 1
        s.record("f1.py", "another")
        s.turn(5)
        assert len(s.wait_for("sync", count=2)) == 2


def test_vm12_a_file_is_pending_until_the_index_has_it(tmp_path: Path) -> None:
    """Row VM12."""
    with Serving(tmp_path) as s:
        s.record("a.py")
        assert s.real.search_state() == (1, 0, 0)
        s.turn(5)
        s.wait_for("sync")
        assert s.real.search_state() == (0, 1, 0)


def test_vm13_services_can_be_left_out(tmp_path: Path) -> None:
    """Row VM13: files are recorded, nothing else comes by itself; who asks is served."""
    with Serving(tmp_path, services={"enabled": False}) as s:
        s.record("a.py")
        s.turn(1_000_000)
        assert s.real.known("a.py") is not None
        assert s.jobs() == []
        assert {s.services[name]["status"] for name in OWN} == {"stopped"}
        s.done("sync", "batch_sync")
        on = Settings.model_validate({"throttle": {"max_load": 0}})
        s.engine.reconfigure(on)
        assert {s.services[name]["status"] for name in OWN} == {"running"}


def test_vm13_a_command_that_ends_soon_runs_none(tmp_path: Path) -> None:
    """Row VM13."""
    with Serving(tmp_path, watch=False) as s:
        assert not s.engine.services.running
        assert {s.services[name]["status"] for name in OWN} == {"stopped"}


def test_vm14_no_thread_is_left_after_the_end(tmp_path: Path) -> None:
    """Row VM14: not of an operation either that runs when it comes."""
    before = set(threading.enumerate())
    with Serving(tmp_path) as s:
        s.record("a.py")
        entered = threading.Event()
        real = s.real.check_search

        def slow() -> Any:
            entered.set()
            return real()

        s.real.check_search = slow  # type: ignore[method-assign]
        s.engine.services.trigger("sync", "full_resync")
        assert entered.wait(10)
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(1)
    assert not [thread for thread in left if thread.is_alive()]


def test_vm17_c35_retries_differ_by_service(tmp_path: Path) -> None:
    """Rows VM17, C35."""
    own = {"incremental_sync": {"max_retries": 1}, "index_optimization": {"max_retries": 5}}
    with Serving(tmp_path, jobs={"max_retries": 7}, **own) as s:
        tries = {name: s.trigger(name).max_retries for name in OWN}
        assert tries == {"sync": 1, "index_optimization": 5, "cycle_detection": 3}


def test_extraction_is_switched_like_a_service(tmp_path: Path) -> None:
    """Row A29: pausing and resuming is the switch of extraction."""
    with Serving(tmp_path) as s:
        assert s.engine.services.configure("extraction", enabled=False)["status"] == "disabled"
        assert s.engine.buffer.paused
        assert s.engine.services.configure("extraction", enabled=True)["status"] == "running"
        with pytest.raises(DbpError, match="no model is configured"):
            s.engine.services.configure("enrichment", enabled=True)
        assert s.services["enrichment"]["status"] == "disabled"


def test_an_operation_that_finds_the_queue_full_comes_again(tmp_path: Path) -> None:
    with Serving(tmp_path, jobs={"queue_size": 1}) as s:
        s.engine.services.configure("index_optimization", enabled=False)
        s.engine.services.trigger("index_optimization")  # waits, and fills the queue
        s.record("a.py")
        s.turn(6)
        s.until(lambda: (s.service("sync")._follow.left or 0) > 30, "another try")
        s.engine.services.configure("index_optimization", enabled=True)
        s.wait_for("optimize")
        s.turn(61)
        s.wait_for("sync", "batch_sync")
