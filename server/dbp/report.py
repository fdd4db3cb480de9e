"""The Status value of doc/protocol.md, made of what the parts say. Pure but for quick reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbp import __version__
from dbp.clock import iso
from dbp.entries import Sizes
from dbp.ports import StoreStatus, WatcherStatus
from dbp.runtime import Scan

PROTOCOL_VERSION = 1

_OFF = WatcherStatus("off")
_NO_SIZES = Sizes(waiting=0, in_flight=0, folders=0, oldest=0.0, overflows=0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status is made of; a follower has no sizes, workers or watcher of its own."""

    uri: str
    role: str
    counts: Mapping[str, int]
    store: StoreStatus | None
    stats: Mapping[str, Any]
    processed: int
    capacity: int
    configured_workers: int
    current: tuple[str, ...] = ()
    sizes: Sizes = _NO_SIZES
    watcher: WatcherStatus = _OFF
    scan: Scan | None = None
    scanned: Scan | None = None
    paused: bool = False
    starting: bool = False
    running: bool = False
    degraded: tuple[str, ...] = ()
    cache: tuple[int, int, int] = (0, 0, 0)


def state(facts: Facts) -> str:
    """Name the one state that matters most to a person."""
    if facts.starting:
        return "starting"
    if facts.degraded:
        return "degraded"
    if facts.paused:
        return "paused"
    if not facts.running and facts.role == "leader":
        return "stopped"
    if facts.scan is not None and not facts.scan.done:
        return "scanning"
    return "busy" if facts.sizes.total else "idle"


def status_json(facts: Facts) -> dict[str, Any]:
    """Render Status."""
    scanned = facts.scanned
    entries, hits, misses = facts.cache
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "version": __version__,
        "workspaceFolder": facts.uri,
        "state": state(facts),
        "reasons": list(facts.degraded),
        "role": facts.role,
        "running": facts.running and not facts.paused,
        "files": {
            "indexed": facts.counts.get("indexed", 0),
            "pending": facts.sizes.waiting + facts.sizes.in_flight,
            "failed": facts.counts.get("failed", 0),
            "excluded": facts.counts.get("excluded", 0),
        },
        "queue": {
            "size": facts.sizes.waiting + facts.sizes.in_flight,
            "capacity": facts.capacity,
            "oldestSeconds": round(facts.sizes.oldest, 3),
            "overflows": facts.sizes.overflows,
            "folders": facts.sizes.folders,
        },
        "workers": {
            "configured": facts.configured_workers,
            "active": len(facts.current),
            "current": list(facts.current),
        },
        "processedFiles": facts.processed,
        "failedFiles": facts.stats.get("failed", 0),
        "stats": dict(facts.stats),
        "watcher": _watcher(facts.watcher),
        "extraction": {
            "provider": "local",
            "model": None,
            "calls": 0,
            "inputTokens": 0,
            "outputTokens": 0,
            "costUsd": 0.0,
            "budget": None,
            "egress": False,
            "state": "ok",
        },
        "cache": {"entries": entries, "bytes": None, "hits": hits, "misses": misses},
        "database": _database(facts.store),
        "lastScan": None
        if scanned is None
        else {
            "at": iso(scanned.at),
            "seconds": round(scanned.seconds, 3),
            "files": scanned.files,
            "folder": scanned.folder,
            "error": scanned.error,
        },
    }


def _watcher(watcher: WatcherStatus) -> dict[str, Any]:
    return {
        "backend": watcher.backend,
        "directories": watcher.directories,
        "overflows": watcher.overflows,
        "lastEventAt": iso(watcher.last_event_at),
        "warning": watcher.warning,
    }


def _database(store: StoreStatus | None) -> dict[str, Any] | None:
    if store is None:
        return None
    return {
        "backend": store.backend,
        "path": store.path,
        "sizeBytes": store.size_bytes,
        "walBytes": store.wal_bytes,
        "schemaVersion": store.schema_version,
        "notes": list(store.notes),
    }
