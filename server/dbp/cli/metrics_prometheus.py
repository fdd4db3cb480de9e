"""`dbp metrics --format prometheus`: the figures in Prometheus' text format 0.0.4.

Names begin with `dbp_`, counters end in `_total`, units are seconds and bytes. Quantiles are those
of the last hundred operations. What is not known is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

Sample = tuple[Mapping[str, str], float | None]
"""Labels and a value; None is left out."""

_QUANTILES = (("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99"))


def exposition(metrics: Json, workspace: str) -> str:
    """Render all figures of a folder."""
    lines: list[str] = []
    for name, kind, help_text, samples in _families(metrics):
        known = [(labels, value) for labels, value in samples if value is not None]
        if not known:
            continue
        lines += [f"# HELP {name} {_help(help_text)}", f"# TYPE {name} {kind}"]
        for labels, value in known:
            every = {"workspace": workspace, **labels}
            inside = ",".join(f'{key}="{_label(text)}"' for key, text in every.items())
            lines.append(f"{name}{{{inside}}} {_number(value)}")
    return "\n".join(lines) + "\n"


Family = tuple[str, str, str, Iterable[Sample]]


def _families(metrics: Json) -> Iterator[Family]:
    yield from _operations(metrics.get("services") or {})
    yield from _jobs(metrics.get("jobs") or {})
    yield from _process(metrics)
    yield from _record(metrics)
    yield from _model(metrics["llm"])


def _operations(services: Json) -> Iterator[Family]:
    statuses = ("completed", "failed", "retried")
    yield (
        "dbp_operations_total",
        "counter",
        "Operations of a service since it began to count.",
        [
            ({"service": name, "status": status}, service[status])
            for name, service in services.items()
            for status in statuses
        ],
    )
    yield (
        "dbp_operation_duration_seconds",
        "summary",
        "How long the last operations of a service took.",
        _quantiles("service", services),
    )
    gauges = (
        ("dbp_operation_errors_last_hour", "Errors of a service within an hour.", "errorsLastHour"),
        ("dbp_operation_queue", "What waits for a service.", "queue"),
    )
    for name, text, key in gauges:
        yield name, "gauge", text, [({"service": one}, of[key]) for one, of in services.items()]


def _jobs(jobs: Json) -> Iterator[Family]:
    statuses = ("completed", "failed", "cancelled")
    yield (
        "dbp_jobs",
        "gauge",
        "Jobs in the table that have ended.",
        [
            ({"type": kind, "status": status}, of[status])
            for kind, of in jobs.items()
            for status in statuses
        ],
    )
    yield (
        "dbp_job_duration_seconds",
        "summary",
        "How long the last jobs of a type took.",
        _quantiles("type", jobs),
    )


def _quantiles(label: str, figures: Json) -> list[Sample]:
    return [
        ({label: name, "quantile": quantile}, of[key])
        for name, of in figures.items()
        for quantile, key in _QUANTILES
    ]


def _process(metrics: Json) -> Iterator[Family]:
    resources, queue = metrics.get("resources") or {}, metrics.get("queue") or {}
    gauge, counter = "gauge", "counter"
    ones = (
        ("dbp_uptime_seconds", gauge, "Since the server leads.", metrics.get("uptimeSeconds")),
        ("dbp_resident_memory_bytes", gauge, "With its parsers.", resources.get("rssBytes")),
        ("dbp_cpu_seconds_total", counter, "With its parsers.", resources.get("cpuSeconds")),
        ("dbp_threads", gauge, "With its parsers.", resources.get("threads")),
        ("dbp_open_files", gauge, "With its parsers.", resources.get("openFiles")),
        ("dbp_load_average", gauge, "Of one minute.", resources.get("loadAverage")),
        ("dbp_queued_jobs", gauge, "Jobs that wait.", queue.get("queued")),
        ("dbp_running_jobs", gauge, "Jobs in work.", queue.get("processing")),
    )
    for name, kind, text, value in ones:
        yield name, kind, text, [({}, value)]
    used = metrics.get("usage") or {}
    requests = [({"request": name}, count) for name, count in used.items()]
    yield "dbp_requests_total", counter, "What people asked for.", requests


def _record(metrics: Json) -> Iterator[Family]:
    files = metrics.get("files") or {}
    yield "dbp_files", "gauge", "Files by state.", [({"state": s}, n) for s, n in files.items()]
    database, cache = metrics.get("database") or {}, metrics.get("cache") or {}
    for name, kind, text, value in (
        ("dbp_database_bytes", "gauge", "The database.", database.get("sizeBytes")),
        ("dbp_database_wal_bytes", "gauge", "Its write-ahead log.", database.get("walBytes")),
        ("dbp_cache_entries", "gauge", "Files kept in memory.", cache.get("entries")),
        ("dbp_cache_bytes", "gauge", "What they take, estimated.", cache.get("bytes")),
        ("dbp_cache_hits_total", "counter", "Reads from memory.", cache.get("hits")),
        ("dbp_cache_misses_total", "counter", "Reads from the database.", cache.get("misses")),
    ):
        yield name, kind, text, [({}, value)]


def _model(llm: Json) -> Iterator[Family]:
    counter = "counter"
    yield "dbp_llm_calls_total", counter, "Calls in the user's ledger.", [({}, llm["calls"])]
    tokens: list[Sample] = [
        ({"direction": "input"}, llm["inputTokens"]),
        ({"direction": "output"}, llm["outputTokens"]),
    ]
    yield "dbp_llm_tokens_total", counter, "Tokens in the user's ledger.", tokens
    yield "dbp_llm_cost_usd_total", counter, "Cost in the user's ledger.", [({}, llm["costUsd"])]
    yield "dbp_llm_sent_bytes_total", counter, "Bytes that left.", [({}, llm["bytesSent"])]


def _number(value: float) -> str:
    return repr(float(value)) if isinstance(value, float) else str(int(value))


def _label(text: str) -> str:
    """Escape a label's value; a path may hold any bytes, the format holds UTF-8."""
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
