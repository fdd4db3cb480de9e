"""`dbp/health` and `dbp/metrics` of a folder led in this process, on a clock turned by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from nova import Listener

from dbp.alerts import Alert
from dbp.answers import health as health_answers
from dbp.app import make_workspace
from dbp.clock import TurnableClock
from dbp.engine import Engine
from dbp.errors import DbpError, StoreError
from dbp.health import Seen, health_json, queue_json, unreadable
from dbp.job import Job, JobStatus, RetryPolicy
from dbp.paths import Root
from dbp.ports import JobContext, Json, NewJob, Store
from dbp.settings import load
from dbp.workspace import Workspace


class Ears(Listener):
    """Keeps alerts and the ends of jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[Alert] = []
        self.ended = threading.Condition()
        self.jobs: list[Job] = []

    def alerted(self, alert: object) -> None:
        """An alert was raised, or is over."""
        assert isinstance(alert, Alert)
        self.alerts.append(alert)

    def job_changed(self, job: object) -> None:
        """A job moved."""
        assert isinstance(job, Job)
        with self.ended:
            self.jobs.append(job)
            self.ended.notify_all()


class Folder:
    """One folder, led here."""

    def __init__(self, root: Path, settings: Mapping[str, Any]) -> None:
        self.clock = TurnableClock()
        self.ears = Ears()
        effective = load(root, env={}, cli=settings)
        assert not effective.problems, effective.problems
        self.workspace: Workspace = make_workspace(
            Root(str(root)), effective, self.ears, clock=self.clock, watch=False, enrich=False
        )
        self.workspace.open()
        self.finish()

    @property
    def engine(self) -> Engine:
        """The engine."""
        assert self.workspace.engine is not None
        return self.workspace.engine

    @property
    def store(self) -> Store:
        """The record."""
        assert self.workspace._store is not None
        return self.workspace._store

    def finish(self) -> None:
        """Wait until all that was found is done."""
        done = threading.Event()
        self.engine.finish(done.set)
        assert done.wait(20)

    def ask(self, method: str, **params: Any) -> Any:
        """Ask and wait for the answer."""
        answered = threading.Event()
        answers: list[Any] = []

        def reply(answer: Any) -> None:
            answers.append(answer)
            answered.set()

        self.workspace.handle(method, params, reply)
        assert answered.wait(10), method
        assert not isinstance(answers[0], DbpError), answers[0]
        return answers[0]

    def health(self) -> Json:
        """Ask for health."""
        found: Json = self.ask("dbp/health")
        return found

    def metrics(self) -> Json:
        """Ask for figures."""
        found: Json = self.ask("dbp/metrics")
        return found

    def check(self, name: str) -> Json:
        """Ask for one check."""
        [found] = [check for check in self.health()["checks"] if check["name"] == name]
        return found

    def does(self, handler: Callable[[JobContext], Json], kind: str = "check") -> None:
        """Say what is done for a type of jobs."""
        self.engine.jobs.register({kind: handler})

    def submit(self, kind: str = "check", retries: int = 0, **more: Any) -> Job:
        """Submit a job."""
        new = NewJob(kind, more, policy=RetryPolicy(retries, base=2.0))
        return self.engine.jobs.submit(new).job

    def until(self, job: Job, *statuses: JobStatus) -> Job:
        """Wait until a job is where it should be, turning the clock for what waits."""
        for _ in range(2000):
            found = self.store.jobs.get(job.id)
            assert found is not None
            if found.status in statuses:
                # Its end is told after it is written.
                if found.status is JobStatus.PROCESSING or self._told(found):
                    return found
            elif found.scheduled_for is not None:
                self.clock.turn(1)
            with self.ears.ended:
                self.ears.ended.wait(0.01)
        raise AssertionError(f"{job} never ended")

    def _told(self, job: Job) -> bool:
        with self.ears.ended:
            return any(each.id == job.id and each.status is job.status for each in self.ears.jobs)

    def run(self, kind: str = "check", retries: int = 0, **more: Any) -> Job:
        """Submit a job and wait for its end."""
        job = self.submit(kind, retries, **more)
        return self.until(job, JobStatus.COMPLETED, JobStatus.FAILED)


Make = Callable[..., Folder]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"DBP_{name}_DIR", str(tmp_path / name.lower()))
    root = tmp_path / "project"
    root.mkdir()
    for number in range(3):
        (root / f"{number}.py").write_text(f'"""File {number}."""\n')
    made: list[Folder] = []

    def build(settings: Mapping[str, Any] | None = None) -> Folder:
        made.append(Folder(root, settings or {}))
        return made[-1]

    yield build
    for folder in made:
        folder.workspace.close()


def fails(_context: JobContext) -> Json:
    raise DbpError("it cannot be cloned", code="clone_failed")


# ── health ─────────────────────────────────────────────────────────────────────────────────────


def test_h1_health_has_three_levels_and_says_why(make: Make) -> None:
    """Rows H1 and R46."""
    folder = make()
    found = folder.health()
    assert found["status"] == "healthy"
    names = [check["name"] for check in found["checks"]]
    assert names == [
        *("record", "database", "workers", "watcher", "files"),
        *("jobs", "services", "errors", "enrichment"),
    ]
    assert all(check["detail"] for check in found["checks"])
    folder.engine.pause()
    paused = folder.health()
    assert paused["status"] == "degraded"
    assert "dbp/scheduler/start" in folder.check("workers")["detail"]
    folder.engine.runtime.stop()
    assert folder.health()["status"] == "unhealthy"


def test_s1_without_live_workers_it_neither_runs_nor_is_healthy(make: Make) -> None:
    """Row S1."""
    folder = make()
    assert folder.workspace.status()["running"] is True
    folder.engine.runtime.stop()
    assert folder.workspace.status()["running"] is False
    assert folder.check("workers")["status"] == "unhealthy"
    assert "start the server again" in folder.check("workers")["detail"]


def test_h2_and_h21_the_queue_is_that_of_queue_status(make: Make) -> None:
    """Rows H2 and H21."""
    folder = make()
    folder.does(lambda _context: {})
    folder.run()
    folder.does(fails)
    folder.run()
    queue = folder.health()["queue"]
    assert queue == folder.ask("dbp/jobs/queueStatus")
    assert (queue["completed"], queue["failed"], queue["pending"]) == (1, 1, 0)


def test_h3_and_h4_a_database_that_went_away_is_an_answer_and_no_error(
    make: Make, tmp_path: Path
) -> None:
    """Rows H3 and H4, fault B33: the database is really tried."""
    folder = make()
    assert folder.health()["databaseConnected"] is True
    database = Path(folder.store.status().path)
    away = tmp_path / "away.db"
    database.rename(away)
    found = folder.health()
    assert (found["status"], found["databaseConnected"]) == ("unhealthy", False)
    assert "removed or replaced" in folder.check("database")["detail"]
    away.rename(database)
    assert folder.health()["databaseConnected"] is True


def test_h4_a_query_that_fails_is_an_answer_too(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make()

    def broken() -> Mapping[str, int]:
        raise StoreError("the disk does not answer", hint="is it mounted?", code="store_failed")

    monkeypatch.setattr(folder.store, "counts", broken)
    found = folder.health()
    assert (found["status"], found["databaseConnected"]) == ("unhealthy", False)
    assert folder.check("database")["detail"] == "the disk does not answer (is it mounted?)"


def test_h4_a_folder_that_could_not_be_opened_is_unhealthy(make: Make) -> None:
    folder = make()
    folder.workspace._give_up(StoreError("the disk is full", hint="make room"))
    found = folder.health()
    assert (found["status"], found["databaseConnected"]) == ("unhealthy", False)
    assert "the disk is full" in folder.check("record")["detail"]


def test_h5_and_c45_a_stuck_job_is_not_healthy(make: Make) -> None:
    """Rows H5 and C45, fault B33."""
    folder = make({"jobs": {"stuck_after_seconds": 60}})
    begun, goes = threading.Event(), threading.Event()

    def waits(_context: JobContext) -> Json:
        begun.set()
        assert goes.wait(20)
        return {}

    folder.does(waits)
    job = folder.submit()
    assert begun.wait(10)
    folder.clock.turn(59)
    assert folder.health()["stuckJobs"] == 0
    folder.clock.turn(2)
    found = folder.health()
    assert (found["stuckJobs"], found["stuck"]) == (1, [job.id])
    assert found["status"] == "unhealthy"
    assert f"dbp jobs cancel {job.id}" in folder.check("jobs")["detail"]
    goes.set()
    folder.until(job, JobStatus.COMPLETED)
    assert folder.health()["status"] == "healthy"


def test_h6_a_job_left_by_a_dead_owner_is_queued_once_more_and_recorded(make: Make) -> None:
    """Row H6."""
    folder = make()
    folder.engine.jobs.hold("check", held=True)
    folder.does(lambda _context: {})
    job = folder.submit(retries=3)
    jobs = folder.store.jobs
    taken = jobs.claim(["check"], "somebody else", lease_seconds=60, ageing_seconds=60)
    assert taken is not None
    assert folder.health()["queue"]["processing"] == 1
    folder.clock.turn(61)
    folder.engine.jobs.hold("check", held=False)
    found = folder.until(job, JobStatus.COMPLETED)
    assert found.retry_count == 1
    assert [event.move for event in jobs.events(job.id)].count("rescued") == 1


def test_a_job_that_nobody_does_degrades_health_with_the_reason(make: Make) -> None:
    folder = make()
    folder.does(lambda _context: {}, "optimize")
    folder.engine.jobs.hold("optimize", held=True)
    job = folder.submit("optimize")
    assert folder.check("jobs") == {
        "name": "jobs",
        "status": "degraded",
        "detail": "1 wait, because optimize is stopped or turned off: dbp/services/configure",
    }
    folder.engine.jobs.hold("optimize", held=False)
    folder.until(job, JobStatus.COMPLETED)
    assert folder.check("jobs")["status"] == "healthy"


def test_jobs_without_a_leader_degrade_health(make: Make) -> None:
    folder = make()
    folder.engine.jobs.hold("scan", held=True)
    folder.submit("scan", path="", force=False)
    desk = folder.workspace.desk()
    lone = {**folder.workspace.status(), "role": None}
    found = health_answers.look(_without_engine(desk), status=lone)
    assert found["status"] == "degraded"
    assert [check["detail"] for check in found["checks"] if check["name"] == "jobs"] == [
        "1 wait, and nobody does them: start an editor or dbp watch"
    ]


def _without_engine(desk: Any) -> Any:
    from dataclasses import replace

    return replace(desk, engine=None)


def test_a_leader_that_does_not_answer_degrades_health(make: Make) -> None:
    folder = make()
    desk = _without_engine(folder.workspace.desk())
    found = health_answers.look(desk, alone=True)
    assert found["status"] == "degraded"
    assert found["checks"][-1]["detail"] == "the process that leads this folder does not answer"


def test_h13_services_stand_in_health(make: Make) -> None:
    """Row H13: a service that failed is a cause."""
    folder = make()
    status = folder.workspace.status()
    well = {"sync": {"status": "running", "enabled": True}}
    found = health_json(status, Seen(alive=2, services=well))
    assert found["services"] == well
    assert found["status"] == "healthy"
    broken = {"sync": {"status": "failed", "error": "it ended by itself"}}
    found = health_json(status, Seen(alive=2, services=broken))
    assert found["status"] == "degraded"
    [check] = [check for check in found["checks"] if check["name"] == "services"]
    assert check["detail"] == "sync failed: it ended by itself"


def test_h13_a_failed_job_of_a_service_degrades_health_until_it_succeeds(make: Make) -> None:
    folder = make()
    folder.does(fails, "optimize")
    folder.run("optimize")
    assert folder.check("services")["status"] == "degraded"
    assert "it cannot be cloned" in folder.check("services")["detail"]
    assert [alert["code"] for alert in folder.health()["alerts"]] == ["service_failed"]
    assert [alert.severity for alert in folder.ears.alerts] == ["error"]
    folder.does(lambda _context: {}, "optimize")
    folder.run("optimize")
    assert folder.check("services")["status"] == "healthy"
    assert folder.ears.alerts[-1].cleared


def test_h14_to_h16_health_has_sizes_rates_and_resources(make: Make) -> None:
    """Rows H14, H15, H16 and P6."""
    folder = make()
    found = folder.health()
    assert (found["errorRate"], found["retries"]) == (0.0, 0)
    assert found["queue"]["total"] == 0
    resources = found["resources"]
    assert 20_000_000 < resources["rssBytes"] < 10_000_000_000
    assert resources["cpuSeconds"] > 0
    assert resources["threads"] >= 3
    assert resources["openFiles"] > 3
    assert 0 <= resources["cpuPercent"] < 100_000


def test_h15_many_failures_degrade_health(make: Make) -> None:
    folder = make()
    for number in range(60):
        folder.engine.statistics.failed(f"{number}.py", "no")
    found = folder.health()
    assert found["status"] == "degraded"
    assert found["errorRate"] > 0.9
    assert "% of the last 63 operations failed" in folder.check("errors")["detail"]


def test_what_cannot_be_opened_has_the_same_shape(make: Make) -> None:
    assert unreadable("no").keys() == make().health().keys()
    assert unreadable("no")["status"] == "unhealthy"


def test_counts_of_nothing_are_zeros() -> None:
    assert queue_json({}, 100) == {
        **dict.fromkeys(("pending", *(status.value for status in JobStatus)), 0),
        "total": 0,
        "capacity": 100,
        "byType": {},
    }


# ── metrics ────────────────────────────────────────────────────────────────────────────────────


def test_h7_and_s3_completed_rises_by_the_number_done(make: Make) -> None:
    """Rows H7 and S3."""
    folder = make()
    assert folder.metrics()["services"]["extraction"]["completed"] == 3
    folder.does(lambda _context: {}, "optimize")
    for _ in range(4):
        folder.run("optimize")
    found = folder.metrics()["services"]["index_optimization"]
    assert (found["completed"], found["failed"], found["retried"]) == (4, 0, 0)


def test_h8_h9_and_h12_one_that_fails_three_times_failed_once(make: Make) -> None:
    """Rows H8, H9 and H12, fault B51."""
    folder = make()
    folder.does(fails, "optimize")
    folder.run("optimize", retries=2)
    found = folder.metrics()["services"]["index_optimization"]
    assert (found["completed"], found["failed"], found["retried"]) == (0, 1, 2)
    assert found["errorsLastHour"] == 3
    folder.clock.turn(3601)
    assert folder.metrics()["services"]["index_optimization"]["errorsLastHour"] == 0
    assert folder.health()["retries"] == 2


def test_h10_and_h11_durations_and_the_last_time_are_the_clocks(make: Make) -> None:
    """Rows H10 and H11."""
    folder = make()
    took = iter([1.0, 2.0, 3.0, 10.0])

    def work(_context: JobContext) -> Json:
        folder.clock.turn(next(took))
        return {}

    folder.does(work, "sync")
    for _ in range(4):
        folder.run("sync")
    found = folder.metrics()["services"]["sync"]
    assert found["averageSeconds"] == pytest.approx(4.0)
    assert (found["p50"], found["p95"], found["p99"]) == pytest.approx((2.0, 10.0, 10.0))
    assert found["lastAt"] == "2023-11-14T22:13:36.000Z"


def test_h22_jobs_have_durations_and_a_rate_of_success(make: Make) -> None:
    """Row H22."""
    folder = make()
    folder.does(lambda _context: {})
    for _ in range(4):
        folder.run()
    folder.does(fails)
    folder.run()
    found = folder.metrics()["jobs"]["check"]
    assert (found["count"], found["successRate"]) == (5, 0.8)
    assert found["mean"] is not None
    assert found["p95"] is not None


def test_h23_failures_are_grouped_by_their_cause(make: Make) -> None:
    """Row H23."""
    folder = make()
    folder.does(fails)
    for number in range(3):
        folder.run(number=number)

    def defect(_context: JobContext) -> Json:
        raise RuntimeError("no")

    folder.does(defect)
    folder.run()
    assert folder.metrics()["jobs"]["check"]["errors"] == {"clone_failed": 3, "defect": 1}


def test_h24_what_people_ask_for_is_counted_here_and_nowhere_else(make: Make) -> None:
    """Row H24."""
    folder = make()
    for _ in range(3):
        folder.ask("dbp/files")
    folder.ask("dbp/refresh")
    folder.workspace.usage.count("hover")
    used = folder.metrics()["usage"]
    assert (used["files"], used["refresh"], used["hover"]) == (3, 1, 1)
    # Kept in memory only: the next one begins anew.
    folder.workspace.close()
    assert make().metrics()["usage"] == {"metrics": 1}


def test_h25_what_figures_are_made_of_is_bounded(make: Make) -> None:
    """Row H25: rings and windows in memory; finished jobs leave with `jobs.cleanup_days`."""
    folder = make({"jobs": {"cleanup_days": 1}})
    folder.does(lambda _context: {})
    folder.run()
    folder.clock.turn(2 * 86_400)
    assert folder.ask("dbp/jobs/cleanup")["removed"] == 1
    assert folder.metrics()["jobs"]["check"]["count"] == 0
    for _ in range(1000):
        folder.engine.statistics.operations.done(0.1)
    assert len(folder.engine.statistics.operations.figures().durations) == 100


def test_p6_resources_are_measured_with_the_parsers(make: Make) -> None:
    """Row P6."""
    folder = make()
    first, second = folder.metrics()["resources"], folder.metrics()["resources"]
    assert first["processes"] >= 2
    assert second["cpuSeconds"] >= first["cpuSeconds"] > 0


def test_s4_and_s5_a_hundred_failures_and_successes_are_kept(make: Make) -> None:
    """Rows S4 and S5."""
    statistics = make().engine.statistics
    for number in range(120):
        statistics.failed(f"{number}.py", "x" * 1000, code="EIO")
        statistics.count("extracted", f"{number}.py")
    found = statistics.to_json()
    assert [entry["path"] for entry in found["recentFailures"]] == [
        f"{number}.py" for number in range(20, 120)
    ]
    assert found["recentFailures"][-1]["code"] == "EIO"
    assert len(found["recentFailures"][-1]["error"]) == 300
    assert len(found["recentSuccesses"]) == 100
    assert found["recentSuccesses"][-1]["path"] == "119.py"


def test_s6_and_s7_uptime_grows_and_an_idle_minute_has_no_rate(make: Make) -> None:
    """Rows S6 and S7."""
    folder = make()
    before = folder.metrics()["uptimeSeconds"]
    assert folder.workspace.status()["stats"]["filesPerSecond"] > 0
    folder.clock.turn(61)
    assert folder.metrics()["uptimeSeconds"] == pytest.approx(before + 61)
    assert folder.workspace.status()["stats"]["filesPerSecond"] == 0


def test_m7_a_tiny_cache_lets_files_go_and_says_so(make: Make, tmp_path: Path) -> None:
    """Row M7."""
    functions = "".join(f'def f{n}():\n    """Does {n}."""\n\n\n' for n in range(400))
    for number in range(40):
        (tmp_path / "project" / f"large{number}.py").write_text(f"# {number}\n{functions}")
    folder = make({"cache": {"max_memory_mb": 1}})
    view = folder.workspace.view
    assert view is not None
    for number in range(40):
        found = view.get(f"large{number}.py")
        assert found is not None
        assert found.extraction is not None
    entries, size, _, _ = view.kept()
    assert entries < 40
    assert size <= 1024 * 1024
    assert [alert.code for alert in folder.ears.alerts] == ["memory"]


def test_an_idle_folder_is_woken_by_nothing_of_this(make: Make) -> None:
    folder = make()
    names = {duty.name for duty in folder.engine._upkeep._duties}
    assert not {name for name in names if "alert" in name or "health" in name}


def test_a_database_beyond_its_size_is_a_cause(make: Make) -> None:
    status = make().workspace.status()
    assert health_json(status, Seen(alive=2, most_bytes=10**9))["status"] == "healthy"
    found = health_json(status, Seen(alive=2, most_bytes=1))
    assert found["status"] == "degraded"
    assert "database.max_size_mb" in found["checks"][1]["detail"]
