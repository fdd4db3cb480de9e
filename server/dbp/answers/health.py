"""The answers about how it goes: `dbp/health`, `dbp/metrics`. Gathers; others judge and render.

Each question is answered from a thread of its own, because it asks the database.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from dbp.alerting import Alerting
from dbp.alerts import alert_json
from dbp.clock import SystemClock
from dbp.desk import Desk
from dbp.engine import Engine
from dbp.enrichment.consent import existing
from dbp.enrichment.report import metrics_json as llm_json
from dbp.errors import StoreError
from dbp.figures import HOUR, RING, Figures
from dbp.forwarding import Reply
from dbp.health import Seen, health_json, queue_json
from dbp.job import Job, JobStatus
from dbp.metrics import Counted, metrics_json
from dbp.ports import CallRecord, JobFigures, Json, Spent, Store
from dbp.resources import METER
from dbp.runtime import answer_on_thread

_T = TypeVar("_T")

LEADER_SECONDS = 5.0
"""Seconds the process that leads gets to answer before we say what we see ourselves."""

CALLS = 1000
"""Lines of the ledger that speak for enrichment where nobody leads."""

_FILES = ("extraction", "enrichment")
"""What is no job, and is counted in memory only."""

MAX_STUCK = 100
"""Stuck jobs that are named."""


def health(desk: Desk, _params: Json, reply: Reply) -> None:
    """Judge the folder. Whatever is broken, this is answered."""

    def body() -> Json:
        led = _leaders(desk, "dbp/health")
        return led if led is not None else look(desk, alone=desk.engine is None)

    answer_on_thread("health", body, reply)


def metrics(desk: Desk, _params: Json, reply: Reply) -> None:
    """Give all figures; of the leader, who counts."""

    def body() -> Json:
        led = _leaders(desk, "dbp/metrics")
        return led if led is not None else count(desk)

    answer_on_thread("metrics", body, reply)


def _leaders(desk: Desk, method: str) -> Json | None:
    """Ask the process that leads, if it is another one; None when it says nothing in time."""
    if desk.engine is not None or desk.ask_leader is None or desk.store is None:
        return None
    condition, answers = threading.Condition(), list[object]()

    def heard(answer: object) -> None:
        with condition:
            answers.append(answer)
            condition.notify_all()

    desk.ask_leader(method, {}, heard)
    clock = SystemClock()
    deadline = clock.monotonic() + LEADER_SECONDS
    with condition:
        while not answers and (left := deadline - clock.monotonic()) > 0:
            clock.wait(condition, left)
        answer = answers[0] if answers else None
    return answer if isinstance(answer, dict) else None


# ── health ─────────────────────────────────────────────────────────────────────────────────────


def look(desk: Desk, *, alone: bool = False, status: Json | None = None) -> Json:
    """Judge the folder by what this process sees. Blocking; raises nothing that can be wrong.

    `alone`: another process leads, and did not answer.
    """
    status = desk.status() if status is None else status
    settings, engine, store = desk.effective.settings, desk.engine, desk.store
    broken = _broken(store)
    by_type = _by_type(store)
    idle: Sequence[tuple[Job, float]] = ()
    running = _read(store, lambda found: found.jobs.running_since(), idle)
    figures = _job_figures(store, by_type, engine)
    after = settings.jobs.stuck_after_seconds
    operations = _operations(engine.alerting) if engine is not None else {}
    book = engine.alerting.book.active() if engine is not None else ()
    seen = Seen(
        broken=broken,
        alive=engine.runtime.workers if engine is not None else None,
        paused=engine.buffer.paused if engine is not None else False,
        queue=queue_json(by_type, settings.jobs.queue_size),
        stuck=[one for one in running if one[1] > after][:MAX_STUCK],
        stuck_after=after,
        unattended=_unattended(by_type, engine, led=status["role"] is not None),
        services=engine.service_states() if engine is not None else {},
        outcomes={name: figures.outcomes for name, figures in operations.items()},
        error_percent=settings.alerts.error_rate_percent,
        retries=sum(each.retried for each in figures.values())
        + sum(operations[name].retried for name in _FILES if name in operations),
        resources=METER.read(SystemClock().monotonic()),
        alerts=[alert_json(alert) for alert in book],
        leader="the process that leads this folder does not answer" if alone else "",
        most_bytes=settings.database.max_size_mb * 1024 * 1024,
    )
    return health_json(status, seen)


def _broken(store: Store | None) -> str:
    """Try the database; say why it cannot be asked."""
    if store is None:
        return "the record is not open: see the reasons, dbp doctor says more"
    try:
        if store.lost():
            return "the database was removed or replaced: it is made anew within half a minute"
        store.counts()
        store.jobs.counts()
    except StoreError as error:
        return str(error)
    return ""


def _read(store: Store | None, read: Callable[[Store], _T], otherwise: _T) -> _T:
    try:
        return read(store) if store is not None else otherwise
    except StoreError:
        return otherwise


def _by_type(store: Store | None) -> Mapping[str, Mapping[str, int]]:
    """Count jobs by type and status."""
    nothing: Mapping[str, Mapping[str, int]] = {}
    return _read(store, lambda found: found.jobs.counts(), nothing)


def _unattended(
    by_type: Mapping[str, Mapping[str, int]], engine: Engine | None, *, led: bool
) -> dict[str, int]:
    """Count the waiting jobs that nobody will do, by the reason."""
    found: Counter[str] = Counter()
    waiting = {kind: mine.get(JobStatus.QUEUED.value, 0) for kind, mine in by_type.items()}
    if engine is None:
        if not led and any(waiting.values()):
            found["and nobody does them: start an editor or dbp watch"] = sum(waiting.values())
        return dict(found)
    held = engine.jobs.held
    for kind, count in waiting.items():
        if count and kind in held:
            found[f"because {kind} is stopped or turned off: dbp/services/configure"] += count
        elif count and kind not in engine.jobs.types:
            found[f"but nobody here does {kind}: another version of dbp left them"] += count
    return dict(found)


# ── metrics ────────────────────────────────────────────────────────────────────────────────────


def count(desk: Desk, status: Json | None = None) -> Json:
    """Give all figures this process knows; those of the ledger are the user's. Blocking.

    Raises `StoreError` when the ledger cannot be read.
    """
    status = desk.status() if status is None else status
    engine, store, llm = desk.engine, desk.store, desk.effective.settings.llm
    by_type = _by_type(store)
    nothing: Mapping[str, int] = {}
    states = _read(store, lambda found: found.enrichment_counts(), nothing)
    spent, calls = _ledger(desk, alone=engine is None)
    now = SystemClock().now()
    counted = Counted(
        llm=llm_json(llm, spent, states),
        extraction=engine.statistics.operations.figures() if engine else _recorded(status),
        enrichment=engine.alerting.enrichment.figures() if engine else _of_calls(calls, now),
        jobs=_job_figures(store, by_type, engine),
        queue=queue_json(by_type, desk.effective.settings.jobs.queue_size),
        usage=desk.usage.to_json(),
        resources=METER.read(SystemClock().monotonic()) if engine else {},
        uptime=status["stats"]["uptimeSeconds"] if engine else None,
    )
    return metrics_json(status, counted)


def _operations(alerting: Alerting) -> dict[str, Figures]:
    return {name: each.figures() for name, each in alerting.operations().items()}


def _job_figures(
    store: Store | None, by_type: Mapping[str, Mapping[str, int]], engine: Engine | None
) -> Mapping[str, JobFigures]:
    types = sorted({*by_type, *(engine.jobs.types if engine is not None else ())})
    return _read(store, lambda found: found.jobs.figures(types), {})


def _ledger(desk: Desk, *, alone: bool) -> tuple[Spent | None, list[CallRecord]]:
    """Read what the user's ledger adds up to, and the last calls of this folder if wanted."""
    if desk.enrichment is None:
        return None, []
    with existing(desk.enrichment.read_account) as account:
        if account is None:
            return None, []
        calls = account.calls(CALLS, root=desk.root.path) if alone else []
        return account.spent(), list(calls)


def _recorded(status: Json) -> Figures:
    """Say what the record tells of extraction where nobody counts."""
    return Figures(completed=status["files"]["indexed"], failed=status["files"]["failed"])


def _of_calls(calls: list[CallRecord], now: float) -> Figures:
    """Say what the last lines of the ledger tell of enrichment, newest first in the ledger."""
    ended = [call for call in reversed(calls) if call.ended_at is not None]
    done = [call for call in ended if call.outcome == "done"]
    failed = [call for call in ended if call.outcome not in {"done", "cancelled", "refused"}]
    durations = [call.ended_at - call.at for call in done if call.ended_at is not None]
    retried = [call.attempts - 1 for call in ended if call.attempts > 1]
    recent = [call for call in failed if now - call.at < HOUR]
    return Figures(
        completed=len(done),
        failed=len(failed),
        retried=sum(retried),
        errors_last_hour=len(recent),
        durations=tuple(max(0.0, seconds) for seconds in durations[-RING:]),
        last_at=ended[-1].ended_at if ended else None,
    )
