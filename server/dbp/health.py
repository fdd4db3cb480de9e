"""`dbp/health`: three levels and their causes, made of a Status. Pure."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_LEVELS = ("healthy", "degraded", "unhealthy")


def health_json(status: Json) -> Json:
    """Judge a Status: the worst check decides."""
    checks = [_record(status), _watcher(status), _files(status), _enrichment(status)]
    worst = max(_LEVELS.index(check["status"]) for check in checks)
    return {"status": _LEVELS[worst], "checks": checks, "stuckJobs": 0}


def _check(name: str, level: str, detail: str) -> Json:
    return {"name": name, "status": level, "detail": detail}


def _record(status: Json) -> Json:
    reasons = "; ".join(status["reasons"])
    if status["database"] is None:
        return _check("record", "unhealthy", reasons or "the record is not open")
    if status["state"] == "degraded":
        return _check("record", "degraded", reasons)
    return _check("record", "healthy", status["database"]["path"])


def _watcher(status: Json) -> Json:
    watcher = status["watcher"]
    detail = watcher["warning"] or f"{watcher['backend']}, {watcher['directories']} folders"
    return _check("watcher", "degraded" if watcher["warning"] else "healthy", detail)


def _files(status: Json) -> Json:
    failed = status["files"]["failed"]
    detail = f"{status['files']['indexed']} recorded, {failed} failed"
    return _check("files", "degraded" if failed else "healthy", detail)


def _enrichment(status: Json) -> Json:
    extraction = status["extraction"]
    if extraction["provider"] == "local":
        return _check("enrichment", "healthy", "off: everything is local")
    if status["role"] == "follower":
        return _check("enrichment", "healthy", "done by the process that leads this folder")
    well = extraction["state"] == "ok" and extraction["egress"]
    detail = extraction["reason"] or f"{extraction['model']} at {extraction['endpoint']}"
    return _check("enrichment", "healthy" if well else "degraded", detail)
