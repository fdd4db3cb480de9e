"""`dbp health`, `dbp metrics` and the profiles of `dbp config`, as people and programs use them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from nova import Nova
from prometheus_client.parser import text_string_to_metric_families

from dbp.cli.health import text as health_text
from dbp.cli.metrics_prometheus import exposition
from dbp.cli.metrics_text import text as metrics_text
from dbp.settings.profiles import PROFILES

OFF = {"DBP_LLM_PROVIDER": "none"}
FIGURES: dict[str, Any] = {
    "completed": 3,
    "failed": 1,
    "retried": 2,
    "averageSeconds": 0.5,
    "p50": 0.4,
    "p95": 0.9,
    "p99": 1.25,
    "lastAt": "2025-04-24T23:38:00.000Z",
    "errorsLastHour": 3,
    "queue": 4,
}
LLM: dict[str, Any] = {
    "calls": 2,
    "tokens": 30,
    "inputTokens": 20,
    "outputTokens": 10,
    "costUsd": 0.25,
    "bytesSent": 999,
}
METRICS: dict[str, Any] = {
    "llm": LLM,
    "services": {
        "extraction": FIGURES,
        "sync": {**FIGURES, "averageSeconds": None, "p50": None, "p95": None, "p99": None},
    },
    "jobs": {
        "refresh": {
            **FIGURES,
            "count": 5,
            "cancelled": 1,
            "successRate": 0.75,
            "mean": 0.5,
            "errors": {"clone_failed": 3},
        }
    },
    "queue": {"queued": 7, "processing": 1, "files": {}},
    "files": {"indexed": 12, "pending": 0, "failed": 1, "excluded": 2},
    "resources": {
        "rssBytes": 104_857_600,
        "cpuSeconds": 12.5,
        "cpuPercent": 3.2,
        "threads": 14,
        "openFiles": 42,
        "loadAverage": None,
    },
    "usage": {"hover": 9},
    "cache": {"entries": 1, "bytes": 2, "hits": 3, "misses": 4},
    "database": {"sizeBytes": 4096, "walBytes": 0},
    "uptimeSeconds": 60.5,
}


# ── health ─────────────────────────────────────────────────────────────────────────────────────


def test_h26_health_is_0_only_when_all_is_well(nova: Nova) -> None:
    """Row H26."""
    nothing = nova.cli("health", env=OFF)
    assert nothing.returncode == 1
    assert "nothing is recorded of this folder yet: dbp index" in nothing.stdout
    assert nova.cli("index", env=OFF).returncode == 0
    well = nova.cli("health", env=OFF)
    assert (well.returncode, well.stdout.splitlines()[0]) == (0, "healthy")


@pytest.mark.slow
def test_h26_degraded_is_1_as_well_and_json_says_why(nova: Nova) -> None:
    """Rows H26 and X15: the model is on, nobody consented."""
    nova.index()
    done = nova.cli("health", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["status"] == "degraded"
    [check] = [check for check in found["checks"] if check["status"] != "healthy"]
    assert check["name"] == "enrichment"
    assert "dbp trust --cloud" in check["detail"]


@pytest.mark.slow
def test_h3_a_database_that_is_no_database_is_unhealthy(nova: Nova) -> None:
    """Row H3."""
    nova.cli("index", env=OFF)
    [database] = nova.state.glob("*/index.db")
    database.write_bytes(b"SQLite format 3\x00" + b"rubbish" * 1000)
    done = nova.cli("health", "--json", env=OFF)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["status"], found["databaseConnected"]) == ("unhealthy", False)


@pytest.mark.slow
def test_health_beside_a_server_is_the_servers_own(nova: Nova) -> None:
    with nova.editor(env=OFF) as editor:
        editor.settle()
        found = json.loads(nova.cli("health", "--json", env=OFF).stdout)
        assert found["status"] == "healthy"
        [workers] = [check for check in found["checks"] if check["name"] == "workers"]
        assert workers["detail"] == "2 of 2 are alive"


def test_the_text_is_aligned_with_what_is_wrong_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    checks = [
        {"name": "record", "status": "healthy", "detail": "fine"},
        {"name": "enrichment", "status": "degraded", "detail": "word " * 40},
        {"name": "database", "status": "unhealthy", "detail": "gone"},
    ]
    alert = {"code": "slow", "message": "sync became slower"}
    lines = health_text({"status": "unhealthy", "checks": checks, "alerts": [alert]}).splitlines()
    assert lines[:3] == [
        "unhealthy",
        "  ✗ database    gone",
        "  ! enrichment  " + ("word " * 17).rstrip(),
    ]
    assert lines[3].startswith(" " * 16 + "word")
    assert lines[-2:] == ["  ✓ record      fine", "  ! alert slow: sync became slower"]
    assert max(map(len, lines)) <= 100


# ── metrics ────────────────────────────────────────────────────────────────────────────────────


def test_h26_metrics_are_json_for_programs_and_prometheus_when_asked(nova: Nova) -> None:
    """Row H26."""
    plain = nova.cli("metrics", env=OFF)
    assert plain.returncode == 0, plain.stderr
    assert json.loads(plain.stdout)["services"]["sync"]["completed"] == 0
    assert nova.cli("index", env=OFF).returncode == 0
    found = json.loads(nova.cli("metrics", "--json", env=OFF).stdout)
    assert found["services"]["extraction"]["completed"] == found["files"]["indexed"] > 0
    prometheus = nova.cli("metrics", "--format", "prometheus", env=OFF).stdout
    families = {family.name for family in text_string_to_metric_families(prometheus)}
    assert {"dbp_operations", "dbp_files", "dbp_llm_calls"} <= families
    table = nova.cli("metrics", "--format", "text", env=OFF).stdout
    assert table.splitlines()[0].startswith("service ")


def test_prometheus_text_is_read_by_its_own_parser() -> None:
    families = {
        family.name: family
        for family in text_string_to_metric_families(exposition(METRICS, "/home/me/project"))
    }
    for family in families.values():
        assert family.name.startswith("dbp_")
        assert family.documentation
        assert family.type in {"counter", "gauge", "summary"}
        for sample in family.samples:
            assert sample.labels["workspace"] == "/home/me/project"
            assert family.type != "counter" or sample.name.endswith("_total")
    values = {
        (sample.name, *sorted((k, v) for k, v in sample.labels.items() if k != "workspace")): (
            sample.value
        )
        for family in families.values()
        for sample in family.samples
    }
    extraction = ("service", "extraction")
    assert values["dbp_operations_total", extraction, ("status", "retried")] == 2
    assert values["dbp_operation_duration_seconds", ("quantile", "0.99"), extraction] == 1.25
    assert values["dbp_jobs", ("status", "cancelled"), ("type", "refresh")] == 1
    assert values["dbp_resident_memory_bytes",] == 104_857_600
    assert values["dbp_requests_total", ("request", "hover")] == 9
    assert values["dbp_llm_tokens_total", ("direction", "output")] == 10
    assert "dbp_load_average" not in families
    sync = ("service", "sync")
    assert ("dbp_operation_duration_seconds", ("quantile", "0.5"), sync) not in values


def test_a_label_survives_any_path() -> None:
    path = 'C:\\my "folder"\n\udcff'
    [family] = [
        family
        for family in text_string_to_metric_families(exposition(METRICS, path))
        if family.name == "dbp_uptime_seconds"
    ]
    assert family.samples[0].labels["workspace"] == 'C:\\my "folder"\n\ufffd'


def test_tables_are_aligned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    lines = metrics_text(METRICS).splitlines()
    head, extraction, sync = lines[:3]
    assert head.split()[:3] == ["service", "done", "failed"]
    assert len(head) == len(extraction) == len(sync)
    assert extraction.endswith("500.0 ms  400.0 ms  900.0 ms  1.25 s")
    assert re.search(r"refresh +5 +1 +75 % +clone_failed 3 ", metrics_text(METRICS))
    assert "memory     104.9 MB, parsers included" in lines


# ── profiles ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "default"])
def test_c30_config_show_prints_a_profiles_values(nova: Nova, profile: str) -> None:
    """Rows C30, PR1, PR2 and PR3."""
    done = nova.cli("config", "show", "--profile", profile, env=OFF)
    assert done.returncode == 0, done.stderr
    shown = dict(line.split("  # ", 1)[0].split(" = ", 1) for line in done.stdout.splitlines())
    for key, value in PROFILES[profile].items():
        assert json.loads(shown[key]) == value, key


@pytest.mark.slow
def test_c30_an_explicit_key_wins_over_the_profile_shown(nova: Nova) -> None:
    nova.write(".dbp.toml", "[scheduler]\nbatch_size = 7\n")
    done = nova.cli("config", "show", "--profile", "low_resource", env=OFF)
    assert "scheduler.batch_size = 7  # workspace" in done.stdout
    assert 'profile = "low-resource"  # command line' in done.stdout


@pytest.mark.slow
def test_pr3_low_resource_asks_the_model_one_question_at_a_time(nova: Nova) -> None:
    """Row PR3: measured by the stand-in."""
    for number in range(6):
        nova.write(f"more{number}.py", f'def run{number}(task):\n    """Run."""\n    return task\n')
    nova.consent()
    nova.stand_in.latency = 0.1
    nova.index(DBP_PROFILE="low-resource")
    assert nova.calls >= 6
    assert nova.stand_in.peak == 1
