"""Profiles: what each of them sets, what wins over them, and that it is so at run time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from settings_places import Places

from dbp.settings import flat
from dbp.settings.profiles import PROFILES

DEVELOPMENT: Mapping[str, Any] = {
    "log_level": "debug",
    "cycle_detection.check_delay_seconds": 1.0,
    "incremental_sync.sync_delay_seconds": 2.0,
    "scheduler.batch_size": 5,
    "incremental_sync.batch_size": 10,
    "index_optimization.optimize_interval_hours": 6,
    "index_optimization.large_change_threshold": 20,
}
PRODUCTION: Mapping[str, Any] = {
    "services.workers": 5,
    "scheduler.batch_size": 50,
    "incremental_sync.batch_size": 50,
    "index_optimization.optimize_interval_hours": 72,
    "index_optimization.large_change_threshold": 500,
    "jobs.max_retries": 5,
    "incremental_sync.max_retries": 5,
    "cycle_detection.max_retries": 5,
    "index_optimization.max_retries": 5,
    "jobs.retry_base": 5,
}
LOW_RESOURCE: Mapping[str, Any] = {
    "scheduler.worker_threads": 1,
    "services.workers": 1,
    "jobs.workers": 1,
    "llm.max_concurrency": 1,
    "extraction.processes": 1,
    "scheduler.batch_size": 5,
    "incremental_sync.batch_size": 5,
    "cycle_detection.check_delay_seconds": 10.0,
    "incremental_sync.sync_delay_seconds": 15.0,
    "index_optimization.large_change_threshold": 1000,
}


def values(places: Places, profile: str, **given: Any) -> dict[str, Any]:
    effective = places.load(cli={"profile": profile, **given})
    assert effective.problems == ()
    return dict(flat(effective.settings))


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("development", DEVELOPMENT), ("production", PRODUCTION), ("low-resource", LOW_RESOURCE)],
    ids=["pr1_development", "pr2_production", "pr3_low_resource"],
)
def test_a_profile_sets_what_its_row_says(
    places: Places, profile: str, expected: Mapping[str, Any]
) -> None:
    """Rows PR1, PR2, PR3 and C30."""
    found = values(places, profile)
    assert {key: found[key] for key in expected} == expected


def test_pr1_development_is_quicker_and_says_more_than_the_default(places: Places) -> None:
    """Row PR1, fault B52."""
    usual, found = values(places, "default"), values(places, "development")
    assert found["log_level"] == "debug" != usual["log_level"]
    for key in (
        "scheduler.delay_seconds",
        "scheduler.max_delay_seconds",
        "cycle_detection.check_delay_seconds",
        "incremental_sync.sync_delay_seconds",
        "index_optimization.optimize_interval_hours",
        "index_optimization.large_change_threshold",
    ):
        assert found[key] < usual[key], key


def test_pr2_production_tidies_up_less_often_than_the_default(places: Places) -> None:
    """Row PR2, fault B52: its interval really is longer."""
    usual, found = values(places, "default"), values(places, "production")
    for key in (
        "index_optimization.optimize_interval_hours",
        "index_optimization.large_change_threshold",
        "jobs.max_retries",
        "jobs.retry_base",
        "scheduler.worker_threads",
    ):
        assert found[key] > usual[key], key


def test_pr3_low_resource_does_less_at_a_time_and_less_often(places: Places) -> None:
    """Row PR3."""
    usual, found = values(places, "default"), values(places, "low-resource")
    assert found["index_optimization.optimize_interval_hours"] >= 72
    for key in ("cache.max_entries", "cache.max_memory_mb", "scheduler.batch_size"):
        assert found[key] < usual[key], key
    for key in ("scheduler.delay_seconds", "fs_monitor.poll_interval_seconds"):
        assert found[key] > usual[key], key


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "default"])
def test_c30_what_is_said_explicitly_wins_over_a_profile(places: Places, profile: str) -> None:
    """Row C30."""
    places.write(".dbp.toml", "[scheduler]\nbatch_size = 7\n")
    effective = places.load(cli={"profile": profile})
    assert effective.settings.scheduler.batch_size == 7
    assert effective.origins["scheduler.batch_size"].startswith("workspace")
    key = "index_optimization.large_change_threshold"
    assert effective.origins[key] == f"profile:{profile}"


def test_c32_the_settings_of_each_service_say_where_they_come_from(places: Places) -> None:
    """Row C32."""
    places.write(".dbp.toml", 'profile = "production"\n[incremental_sync]\nbatch_size = 3\n')
    effective = places.load(cli={"services.workers": 2})
    origins = effective.origins
    assert origins["services.workers"] == "command line"
    assert origins["incremental_sync.batch_size"].startswith("workspace")
    assert origins["incremental_sync.max_retries"] == "profile:production"
    assert origins.get("incremental_sync.enabled", "default") == "default"


def test_the_other_spelling_of_low_resource_is_understood(places: Places) -> None:
    found = places.load(env={"DBP_PROFILE": "low_resource"})
    assert found.problems == ()
    assert found.settings.profile == "low-resource"
