"""What raises an alert, how often it is told, and when it is over: on a clock turned by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dbp.alerting import BASELINE, LEAST, MEMORY_BYTES, RECENT, Alerting
from dbp.alerts import Alert, Alerts, alert_json
from dbp.clock import TurnableClock
from dbp.job import Job, JobError, JobStatus
from dbp.paths import Root
from dbp.settings import Settings
from dbp.status import Statistics
from dbp.view import View

NO_FIELDS = {"code", "severity", "message", "hint", "at", "cleared"}


class Watch:
    """Alerting over facts that a test sets."""

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        self.clock = TurnableClock()
        self.told: list[Alert] = []
        self.book = Alerts(self.clock, self.told.append)
        self.statistics = Statistics(self.clock)
        self.waiting = 0
        self.warning: str | None = None
        self.resting = ("ok", "")
        self.services: dict[str, dict[str, Any]] = {}
        self.view: View | None = None
        self.resident = 0
        self.alerting = Alerting(
            self.book,
            Settings.model_validate(settings or {}),
            self.clock,
            self.statistics,
            waiting=lambda: self.waiting,
            warning=lambda: self.warning,
            resting=lambda: self.resting,
            services=lambda: self.services,
            view=lambda: self.view,
            resident=lambda: self.resident,
        )

    def look(self, seconds: float = 1.0) -> None:
        """Let time go by, then let something happen."""
        self.clock.turn(seconds)
        self.alerting.look()

    def codes(self) -> list[str]:
        """Name what is wrong now."""
        return [alert.code for alert in self.book.active()]

    def news(self) -> list[tuple[str, bool]]:
        """Give what was told since the last time, each with whether it is over."""
        found = [(alert.code, alert.cleared) for alert in self.told]
        self.told.clear()
        return found


def job(kind: str, status: JobStatus, number: int = 1, **more: Any) -> Job:
    return Job(str(number), kind, status, lease=f"{number}:1:me", **more)


# ── the book ───────────────────────────────────────────────────────────────────────────────────


def test_an_alert_is_told_once_and_once_more_when_it_is_over() -> None:
    watch = Watch()
    for _ in range(5):
        watch.book.raised(Alert("slow", "so slow"))
    assert watch.news() == [("slow", False)]
    watch.book.cleared("slow")
    watch.book.cleared("slow")
    assert watch.news() == [("slow", True)]


def test_one_that_comes_and_goes_is_told_once_a_minute() -> None:
    watch = Watch()
    for _ in range(10):
        watch.book.raised(Alert("queue_high", "many"))
        watch.book.cleared("queue_high")
        watch.clock.turn(5)
    assert watch.news() == [("queue_high", False), ("queue_high", True)]
    watch.clock.turn(20)
    watch.book.raised(Alert("queue_high", "many"))
    assert watch.news() == [("queue_high", False)]


def test_one_that_stays_is_told_as_soon_as_it_may_be() -> None:
    watch = Watch()
    watch.book.raised(Alert("queue_high", "many"))
    watch.book.cleared("queue_high")
    watch.book.raised(Alert("queue_high", "many again"))
    watch.news()
    assert watch.codes() == ["queue_high"]
    watch.clock.turn(60)
    watch.book.raised(Alert("queue_high", "many again"))
    assert watch.news() == [("queue_high", False)]


def test_an_alert_has_the_shape_of_the_contract() -> None:
    watch = Watch()
    watch.book.raised(Alert("service_failed", "sync failed", "see the log", "error", "sync"))
    found = alert_json(watch.told[0])
    assert found.keys() == NO_FIELDS | {"service"}
    assert found["at"] == "2023-11-14T22:13:20.000Z"
    assert alert_json(Alert("slow", "so slow")).keys() == NO_FIELDS


# ── what raises one ────────────────────────────────────────────────────────────────────────────


def test_h17_a_failed_service_is_told_and_cleared_by_its_next_success() -> None:
    """Row H17."""
    watch = Watch()
    error = JobError("store_busy", "the database is locked", "close the other program")
    watch.alerting.job_changed(job("sync", JobStatus.PROCESSING))
    watch.alerting.job_changed(job("sync", JobStatus.FAILED, error=error))
    [told] = watch.told
    assert (told.code, told.severity, told.service) == ("service_failed", "error", "sync")
    assert told.message == "sync failed: the database is locked"
    assert told.hint == "close the other program"
    watch.news()
    watch.alerting.job_changed(job("sync", JobStatus.PROCESSING, 2))
    watch.alerting.job_changed(job("sync", JobStatus.COMPLETED, 2))
    assert watch.news() == [("service_failed", True)]


def test_h17_a_persons_failed_job_is_no_failed_service() -> None:
    watch = Watch()
    watch.alerting.job_changed(job("refresh", JobStatus.FAILED, error=JobError("x", "y")))
    assert watch.news() == []


def test_h17_a_service_that_says_it_failed_is_told() -> None:
    watch = Watch()
    watch.services = {"sync": {"status": "failed", "error": "it ended"}, "x": {"status": "running"}}
    watch.look()
    assert [alert.message for alert in watch.told] == ["the service sync failed: it ended"]
    watch.services["sync"] = {"status": "running"}
    watch.look()
    assert watch.codes() == []


def test_h17_a_worker_that_died_is_told() -> None:
    watch = Watch()
    watch.statistics.restarted()
    watch.look()
    assert watch.news() == [("service_failed", False)]
    watch.look()
    assert watch.codes() == []


def test_h18_a_flood_is_told_once_and_over_below_four_fifths() -> None:
    """Row H18."""
    watch = Watch({"alerts": {"queue_threshold": 100}})
    for watch.waiting in (50, 99, 100, 300, 101, 99, 80):
        watch.alerting.grew()
    assert watch.news() == [("queue_high", False)]
    watch.waiting = 79
    watch.alerting.look()
    assert watch.news() == [("queue_high", True)]


def test_h18_jobs_that_wait_count_too() -> None:
    watch = Watch({"alerts": {"queue_threshold": 10}})
    for number in range(10):
        watch.alerting.job_changed(job("scan", JobStatus.QUEUED, number))
    assert watch.codes() == ["queue_high"]
    for number in range(10):
        watch.alerting.job_changed(job("scan", JobStatus.PROCESSING, number))
    assert watch.codes() == []


def test_h18_jobs_an_earlier_leader_left_count_too() -> None:
    watch = Watch({"alerts": {"queue_threshold": 2}})
    watch.alerting.started(["1", "2"])
    assert watch.codes() == ["queue_high"]


def test_h19_many_failures_are_told_by_service() -> None:
    """Row H19."""
    watch = Watch()
    for _ in range(LEAST - 1):
        watch.alerting.enrichment.failed()
    watch.look()
    assert watch.codes() == []
    watch.alerting.enrichment.failed()
    watch.look()
    [told] = watch.told
    assert (told.code, told.service) == ("error_rate", "enrichment")
    assert "100 % of the last 20 operations failed" in told.message
    for _ in range(2 * LEAST):
        watch.alerting.enrichment.done(0.1)
    watch.look()
    assert watch.codes() == []


def test_h19_a_model_that_is_not_asked_any_more_is_told_before_twenty_failed() -> None:
    watch = Watch()
    watch.look()
    watch.resting = ("open_circuit", "the service failed")
    watch.alerting.look(anew=True)
    [told] = watch.told
    assert (told.code, told.service) == ("error_rate", "enrichment")
    assert told.message.endswith("failed: the service failed")
    watch.resting = ("ok", "")
    watch.look()
    assert watch.codes() == []


def test_h19_few_failures_among_many_successes_are_not_told() -> None:
    watch = Watch()
    for number in range(100):
        watch.statistics.operations.done(0.01)
        if number % 4 == 0:
            watch.statistics.failed(f"{number}.py", "no")
    watch.look()
    assert watch.codes() == []


def test_h20_ten_times_slower_is_told() -> None:
    """Row H20."""
    watch = Watch()
    for _ in range(BASELINE):
        watch.alerting.enrichment.done(0.2)
    watch.look()
    for _ in range(RECENT):
        watch.alerting.enrichment.done(2.0)
    watch.look()
    [told] = watch.told
    assert (told.code, told.service) == ("slow", "enrichment")
    assert "10 times slower" in told.message
    for _ in range(RECENT):
        watch.alerting.enrichment.done(0.2)
    watch.look()
    assert watch.codes() == []


def test_h20_one_large_file_and_microseconds_are_no_slowness() -> None:
    watch = Watch()
    for seconds in [0.005] * 50 + [4.0, 0.005, 0.005, 0.005, 0.005]:
        watch.statistics.took(seconds, 1)
    watch.look()
    watch.statistics.took(100.0, 20)  # a batch that waited for a parser
    watch.look()
    for seconds in [1e-6] * 50 + [1e-3] * 10:
        watch.alerting.jobs["sync"].done(seconds)
    watch.look()
    assert watch.codes() == []


def test_h5_a_job_that_takes_too_long_is_told_when_anything_happens() -> None:
    watch = Watch({"jobs": {"stuck_after_seconds": 60}})
    watch.alerting.job_changed(job("scan", JobStatus.PROCESSING))
    watch.look(59)
    assert watch.codes() == []
    watch.look(2)
    assert watch.news() == [("job_stuck", False)]
    watch.alerting.job_changed(job("scan", JobStatus.CANCELLED))
    assert watch.news() == [("job_stuck", True)]


def test_h5_each_attempt_has_its_own_time() -> None:
    watch = Watch({"jobs": {"stuck_after_seconds": 60}})
    watch.alerting.job_changed(job("scan", JobStatus.PROCESSING))
    watch.clock.turn(50)
    watch.alerting.job_changed(job("scan", JobStatus.QUEUED, error=JobError("x", "y")))
    again = Job("1", "scan", JobStatus.PROCESSING, lease="1:2:me")
    watch.alerting.job_changed(again)
    watch.look(50)
    assert watch.codes() == []


@pytest.mark.parametrize("seconds", [0.25, 7.0])
def test_jobs_are_timed_by_their_attempts(seconds: float) -> None:
    watch = Watch()
    watch.alerting.job_changed(job("optimize", JobStatus.PROCESSING))
    watch.clock.turn(seconds)
    watch.alerting.job_changed(job("optimize", JobStatus.PROCESSING))
    watch.alerting.job_changed(job("optimize", JobStatus.COMPLETED))
    found = watch.alerting.jobs["index_optimization"].figures()
    assert (found.completed, found.durations) == (1, (seconds,))


def test_m7_a_process_that_outgrew_its_bound_lets_go_what_it_keeps(tmp_path: Path) -> None:
    """Row M7."""
    watch = Watch()
    watch.view = View(Root(str(tmp_path)), None, bounds=Settings().cache)  # type: ignore[arg-type]
    watch.view._cache["a"] = None
    watch.resident = MEMORY_BYTES + 1
    watch.look()
    assert watch.news() == [("memory", False)]
    assert watch.view.kept()[:2] == (0, 0)
    watch.resident = 100_000_000
    watch.look(11)
    assert watch.codes() == ["memory"]
    watch.look(60)
    assert watch.news() == [("memory", True)]


def test_the_database_that_went_away_is_told_and_over_when_the_next_engine_runs() -> None:
    watch = Watch()
    watch.alerting.database_lost("the database was removed")
    assert [(alert.code, alert.severity) for alert in watch.told] == [("database_lost", "error")]
    watch.alerting.stop()
    watch.news()
    other = Alerting(
        watch.book, Settings(), watch.clock, Statistics(watch.clock), waiting=lambda: 0
    )
    other.started([])
    assert watch.news() == [("database_lost", True)]


def test_what_watches_badly_and_an_empty_budget_are_told() -> None:
    watch = Watch()
    watch.warning, watch.resting = "too few watches", ("budget_exhausted", "1 USD is spent today")
    watch.look()
    assert watch.codes() == ["watcher", "budget"]
    watch.warning, watch.resting = None, ("ok", "")
    watch.look()
    assert watch.codes() == []


def test_nobody_hears_of_anything_where_alerts_are_off() -> None:
    watch = Watch({"alerts": {"enabled": False, "queue_threshold": 1}})
    watch.waiting, watch.warning = 10, "too few watches"
    watch.alerting.grew()
    watch.look()
    watch.alerting.database_lost("gone")
    watch.alerting.job_changed(job("sync", JobStatus.FAILED))
    assert watch.told == []


def test_turning_them_off_ends_what_was_told() -> None:
    watch = Watch({"alerts": {"queue_threshold": 1}})
    watch.waiting = 1
    watch.alerting.grew()
    watch.alerting.reconfigure(Settings.model_validate({"alerts": {"enabled": False}}))
    assert watch.news() == [("queue_high", False), ("queue_high", True)]


def test_an_engine_that_ends_alerts_nobody() -> None:
    watch = Watch()
    watch.alerting.stop()
    watch.alerting.database_lost("gone")
    assert watch.told == []


def test_while_all_is_well_the_shares_are_looked_at_twice_a_second_at_most() -> None:
    watch = Watch()
    watch.look()
    for _ in range(LEAST):
        watch.alerting.enrichment.failed()
    watch.alerting.look()
    assert watch.codes() == []
    watch.look(0.5)
    assert watch.codes() == ["error_rate"]
