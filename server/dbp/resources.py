"""What this process and its parsers take of the machine: the only user of psutil's figures."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident_bytes() -> int:
    """Measure the memory of this process. Quick; 0 where the system does not say."""
    import psutil

    try:
        if _STATM.exists():  # a tenth of what psutil takes, and this is asked beside commits
            return int(_STATM.read_text("ascii").split()[1]) * _PAGE
        return int(psutil.Process().memory_info().rss)
    except (OSError, ValueError, IndexError, psutil.Error):
        return 0


class Meter:
    """Measures this process with its children; knows when it was asked last. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[float, float] | None = None

    def read(self, now: float) -> dict[str, Any]:
        """Render the `resources` object of `dbp/metrics`.

        `cpuPercent` is of one core, since the last question, or since the start: `now` is the
        clock's `monotonic`. Blocking for some milliseconds.
        """
        import psutil

        me = psutil.Process()
        found = [_of(process) for process in (me, *_children(me))]
        # What parsers that ended took is this process's by now.
        gone = _ended_children(me)
        cpu = sum(each["cpu"] for each in found) + gone
        with self._lock:
            last, self._last = self._last, (now, cpu)
        if last is None:
            # Older than any clock of ours: the system knows when we began.
            last = (now - max(1e-3, _age(me)), 0.0)
        percent = 100 * max(0.0, cpu - last[1]) / max(1e-3, now - last[0])
        return {
            "rssBytes": int(sum(each["rss"] for each in found)),
            "cpuSeconds": round(cpu, 3),
            "cpuPercent": round(percent, 1),
            "threads": int(sum(each["threads"] for each in found)),
            "openFiles": int(sum(each["files"] for each in found)),
            "processes": len(found),
            "loadAverage": _load(),
        }


def _children(process: Any) -> list[Any]:
    import psutil

    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _of(process: Any) -> dict[str, float]:
    """Measure one process; one that is gone by now takes nothing."""
    import psutil

    try:
        with process.oneshot():
            times = process.cpu_times()
            return {
                "rss": process.memory_info().rss,
                "cpu": times.user + times.system,
                "threads": process.num_threads(),
                "files": _files(process),
            }
    except (psutil.Error, OSError):
        return {"rss": 0, "cpu": 0.0, "threads": 0, "files": 0}


def _files(process: Any) -> int:
    count = getattr(process, "num_fds", None) or getattr(process, "num_handles", None)
    return int(count()) if count is not None else 0


def _ended_children(process: Any) -> float:
    import psutil

    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    user: float = getattr(times, "children_user", 0.0)
    system: float = getattr(times, "children_system", 0.0)
    return user + system


def _age(process: Any) -> float:
    import time

    return time.time() - float(process.create_time())


def _load() -> float | None:
    import psutil

    try:
        return round(float(psutil.getloadavg()[0]), 2)
    except OSError:
        return None


METER = Meter()
"""This process's."""
