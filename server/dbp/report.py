"""The Status value of doc/protocol.md, made of what the parts say. Pure but for quick reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dbp import __version__
from dbp.clock import iso, iso_ns
from dbp.engine import Engine
from dbp.enrichment.report import extraction_json
from dbp.entries import Sizes
from dbp.ports import FilePage, StoreStatus, WatcherStatus
from dbp.runtime import Scan
from dbp.settings.declaration import Llm, Scheduler
from dbp.status import Statistics

if TYPE_CHECKING:
    from dbp.enrichment.report import FlowStatus

PROTOCOL_VERSION = 1

_OFF = WatcherStatus("off")
_NO_SIZES = Sizes(waiting=0, in_flight=0, folders=0, oldest=0.0, overflows=0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status is made of; a follower has no sizes, workers or watcher of its own."""

    uri: str
    role: str | None
    scheduler: Scheduler
    counts: Mapping[str, int]
    statistics: Statistics
    store: StoreStatus | None = None
    current: tuple[str, ...] = ()
    sizes: Sizes = _NO_SIZES
    watcher: WatcherStatus = _OFF
    scan: Scan | None = None
    scanned: Scan | None = None
    paused: bool = False
    starting: bool = False
    running: bool = False
    throttled: bool = False
    degraded: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    cache: tuple[int, int, int, int] = (0, 0, 0, 0)
    llm: Llm = field(default_factory=Llm)
    flow: FlowStatus | None = None
    enrichment: Mapping[str, int] = field(default_factory=dict)


def with_engine(facts: Facts, engine: Engine) -> Facts:
    """Add what only the leader knows."""
    return replace(
        facts,
        statistics=engine.statistics,
        current=tuple(engine.statistics.current()),
        sizes=engine.buffer.sizes(),
        watcher=engine.watcher_status(),
        scan=engine.runtime.scan,
        paused=engine.buffer.paused,
        running=engine.runtime.workers > 0,
        throttled=engine.throttle.active(),
        flow=engine.flow.status() if engine.flow else None,
    )


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
    stats = facts.statistics.to_json()
    entries, size, hits, misses = facts.cache
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "version": __version__,
        "workspaceFolder": facts.uri,
        "state": state(facts),
        "reasons": [*facts.degraded, *facts.refused],
        "role": facts.role,
        "running": facts.running and not facts.paused,
        "throttled": facts.throttled,
        "files": {
            "indexed": facts.counts.get("indexed", 0),
            "pending": facts.sizes.waiting + facts.sizes.in_flight,
            "failed": facts.counts.get("failed", 0),
            "excluded": facts.counts.get("excluded", 0),
        },
        "queue": {
            "size": facts.sizes.waiting + facts.sizes.in_flight,
            "capacity": facts.scheduler.max_queue_size,
            "oldestSeconds": round(facts.sizes.oldest, 3),
            "overflows": facts.sizes.overflows,
            "folders": facts.sizes.folders,
        },
        "workers": {
            "configured": facts.scheduler.worker_threads,
            "active": len(facts.current),
            "current": list(facts.current),
        },
        "processedFiles": facts.statistics.processed(),
        "failedFiles": stats["failed"],
        "stats": stats,
        "watcher": _watcher(facts.watcher),
        "extraction": extraction_json(facts.llm, facts.flow, facts.enrichment),
        "cache": {"entries": entries, "bytes": size, "hits": hits, "misses": misses},
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
        "backend": store.backend.partition(" ")[0].lower(),
        "library": store.backend,
        "path": store.path,
        "sizeBytes": store.size_bytes,
        "walBytes": store.wal_bytes,
        "schemaVersion": store.schema_version,
        "notes": list(store.notes),
        "passing": store.passing or None,
    }


def files_json(page: FilePage, uri_of: Callable[[str], str]) -> dict[str, Any]:
    """Render a page of `dbp/files`."""
    return {
        "files": [
            {
                "path": record.path,
                "uri": uri_of(record.path),
                "language": record.language,
                "state": record.state.value,
                "intent": record.intent,
                "modifiedAt": iso_ns(record.stat.mtime_ns),
            }
            for record in page.files
        ],
        "cursor": page.cursor,
        "total": page.total,
    }
