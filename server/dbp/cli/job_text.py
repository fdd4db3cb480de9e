"""Jobs in words, for people on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dbp.paths import display

SHORT = 8
"""Characters of an id that tell a job from the others in practice."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

_COUNTED = ("extracted", "reused", "renamed", "deleted", "failed")


def brief(job_id: str) -> str:
    """Shorten an id."""
    return job_id[:SHORT]


def name(job: Mapping[str, Any]) -> str:
    """Say what a job does: its type, and with which file or folder."""
    path = job["arguments"].get("path")
    again = " (force)" if job["arguments"].get("force") is True else ""
    where = f" {path}" if isinstance(path, str) and path else ""
    return display(f"{job['type']}{where}{again}")


def line(job: Mapping[str, Any]) -> str:
    """Say in one line where a job stands."""
    return f"{brief(job['id'])} {name(job)}: {job['status']}"


def outcome(job: Mapping[str, Any]) -> str:
    """Say in one line how a job ended."""
    took = seconds(job)
    within = f" in {took:.2f} s" if took is not None else ""
    return f"{name(job)} {job['status']}{within}{_colon(detail(job))}"


def _colon(text: str) -> str:
    return f": {text}" if text else ""


def detail(job: Mapping[str, Any]) -> str:
    """Say what came of a job, why it failed, or how far it is."""
    error, result, progress = job["error"], job["result"], job["progress"]
    if job["status"] == "processing":
        counted = f" {progress['done']:,}/{progress['total']:,}" if progress["total"] else ""
        return display(progress["step"]) + counted
    if error is not None and job["status"] != "completed":
        again = f"{error['message']}" + (f" ({error['hint']})" if error["hint"] else "")
        waits = "; will be tried again" if job["status"] == "queued" else ""
        return display(again) + waits
    return _result(result) if result is not None else ""


def _result(result: Mapping[str, Any]) -> str:
    """Say a result of one of our own handlers; what others return is shown by `dbp jobs show`."""
    if isinstance(result.get("files"), int) and "changed" in result:
        counted = [f"{result[key]:,} {key}" for key in _COUNTED if result.get(key)]
        return ", ".join([_files(result["files"]), *(counted or ["nothing new"])])
    if isinstance(result.get("findings"), int):
        return f"{result['findings']:,} findings in {_files(result['files'])}"
    if isinstance(result.get("bytesBefore"), int) and isinstance(result.get("bytesAfter"), int):
        before, after = result["bytesBefore"] / 1e6, result["bytesAfter"] / 1e6
        return f"{before:.1f} MB before, {after:.1f} MB after"
    plain = [
        f"{value:,} {key}"
        for key, value in result.items()
        if isinstance(value, int) and not isinstance(value, bool) and value
    ]
    return display(", ".join(plain[:3]))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def seconds(job: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """Give how long the last attempt took, or takes so far."""
    started, ended = moment(job["startedAt"]), moment(job["completedAt"])
    if started is None or (ended is None and now is None):
        return None
    return max(0.0, ((ended or now or started) - started).total_seconds())


def moment(text: str | None) -> datetime | None:
    """Read a time of the protocol."""
    return datetime.fromisoformat(text) if text is not None else None


def local(text: str) -> str:
    """Write a time of the protocol as the clock on the wall shows it."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"


def ago(text: str | None, now: datetime) -> str:
    """Say how long ago something was, or in how long it will be."""
    then = moment(text)
    if then is None:
        return ""
    passed = int((now - then).total_seconds())
    return f"in {_roughly(-passed)}" if passed < 0 else f"{_roughly(passed)} ago"


def _roughly(passed: int) -> str:
    if passed < _MINUTE:
        return f"{passed} s"
    if passed < _HOUR:
        return f"{passed // _MINUTE} min"
    if passed < _DAY:
        return f"{passed // _HOUR} h"
    return f"{passed // _DAY} d"


def length(took: float | None) -> str:
    """Say how long something took."""
    if took is None:
        return ""
    if took < _MINUTE:
        return f"{took:.1f} s"
    if took < _HOUR:
        return f"{int(took) // _MINUTE}:{int(took) % _MINUTE:02d} min"
    return f"{int(took) // _HOUR}:{int(took) % _HOUR // _MINUTE:02d} h"


def now() -> datetime:
    """Give the time to compare with."""
    from dbp.clock import SystemClock

    return datetime.fromtimestamp(SystemClock().now(), tz=UTC)
