"""`dbp metrics` on a terminal: the figures in tables."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from dbp.paths import display

Json = Mapping[str, Any]

_TIMES = ("mean", "p50", "p95", "p99")
_FEW_TIMES = ("p50", "p95")
_WIDE = 100
"""Columns of a terminal from which all times have room."""


def text(metrics: Json) -> str:
    """Lay out all figures."""
    wide = shutil.get_terminal_size((_WIDE, 24)).columns >= _WIDE
    parts = [_services(metrics["services"], _TIMES if wide else _FEW_TIMES)]
    jobs = {kind: of for kind, of in metrics["jobs"].items() if of["count"]}
    if jobs:
        parts.append(_jobs(jobs, _TIMES if wide else _FEW_TIMES))
    parts.append(_rest(metrics))
    return "\n".join(parts)


def _services(services: Json, times: Sequence[str]) -> str:
    head = (
        "service",
        "done",
        "failed",
        "retried",
        "errors/h",
        "queue",
        *times,
    )
    rows = [
        (
            name,
            *(f"{of[key]:,}" for key in ("completed", "failed", "retried", "errorsLastHour")),
            f"{of['queue']:,}",
            *(_seconds(of["averageSeconds" if key == "mean" else key]) for key in times),
        )
        for name, of in services.items()
    ]
    return _table([head, *rows])


def _jobs(jobs: Json, times: Sequence[str]) -> str:
    head = ("job", "count", "failed", "success", "errors", *times)
    rows = [
        (
            kind,
            f"{of['count']:,}",
            f"{of['failed']:,}",
            "-" if of["successRate"] is None else f"{100 * of['successRate']:.0f} %",
            ", ".join(f"{code} {count}" for code, count in of["errors"].items()) or "-",
            *(_seconds(of[key]) for key in times),
        )
        for kind, of in jobs.items()
    ]
    return _table([head, *rows])


def _rest(metrics: Json) -> str:
    llm, resources, database = metrics["llm"], metrics["resources"], metrics["database"]
    rows = []
    if resources:
        rows.append(("memory", f"{_bytes(resources['rssBytes'])}, parsers included"))
        percent, seconds = resources["cpuPercent"], resources["cpuSeconds"]
        rows.append(("processor", f"{percent:g} % of a core, {seconds:,.1f} s in all"))
        threads, files = resources["threads"], resources["openFiles"]
        rows.append(("threads", f"{threads}, open files {files}"))
    if database:
        rows.append(("database", _bytes(database["sizeBytes"])))
    if metrics["cache"]:
        hits, misses = metrics["cache"]["hits"], metrics["cache"]["misses"]
        rows.append(
            ("cache", f"{metrics['cache']['entries']:,} files, {hits:,} hits, {misses:,} misses")
        )
    tokens = f"{llm['tokens']:,} tokens"
    rows.append(("model", f"{llm['calls']:,} calls, {tokens}, {llm['costUsd']:.4f} USD"))
    used = ", ".join(f"{name} {count:,}" for name, count in metrics["usage"].items())
    if used:
        rows.append(("asked for", used))
    width = max(len(name) for name, _ in rows)
    return "".join(f"{name:<{width}}  {display(said)}\n" for name, said in rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Align the columns: the first to the left, figures to the right."""
    rows = [[display(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [f"{row[0]:<{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.1f} ms"


def _bytes(value: float) -> str:
    return f"{value / 1e6:,.1f} MB"
