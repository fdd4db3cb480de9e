"""What raises an alert, judged when something happened: a commit, a job, a hint, a call.

Nothing here wakes up by itself. Judging costs a comparison or two where nothing is wrong, because
it stands behind every commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dbp.alerts import QUIET, Alert, Alerts
from dbp.clock import Clock
from dbp.figures import Figures, Operations, percentile
from dbp.job import FINAL, Job, JobStatus
from dbp.settings import Settings
from dbp.status import Statistics
from dbp.view import View

SERVICES = {
    "sync": "sync",
    "cycle_check": "cycle_detection",
    "optimize": "index_optimization",
}
"""The service each type of maintenance job belongs to."""

JOBS = "jobs"
"""Where all other jobs are counted together."""

LEAST = 20
"""Operations that are enough to speak of a share of failures."""

RECENT, BASELINE = 5, 10
"""Operations that say how fast it is now, and how many before them at least say how it was."""

SLOW_SECONDS = 0.05
"""Nobody notices an operation that is faster, however many times slower it became."""

OVER = 0.8
"""A threshold is left when a figure falls below so much of it: it must not flutter."""

MEMORY_BYTES = 1 << 30
"""What this process may take at most: ten times what it takes at rest. Beyond it, what is kept in
memory for hovers is let go."""

MEMORY_LOOK = 10.0
"""Seconds between two looks at the memory."""

LOOK = 0.5
"""Seconds between two looks at the shares while nothing is wrong."""


class Alerting:
    """Judges one folder for its leader. Any thread."""

    def __init__(
        self,
        book: Alerts,
        settings: Settings,
        clock: Clock,
        statistics: Statistics,
        *,
        waiting: Callable[[], int],
        warning: Callable[[], str | None] = lambda: None,
        resting: Callable[[], tuple[str, str]] = lambda: ("ok", ""),
        services: Callable[[], Mapping[str, Mapping[str, Any]]] = dict,
        view: Callable[[], View | None] = lambda: None,
        resident: Callable[[], int] = lambda: 0,
    ) -> None:
        """Make it. All of these are quick.

        `waiting` counts the changed files that wait, `warning` is the watcher's, `resting` says
        the state of enrichment and why it rests, `services` describes the services, `view` keeps
        files in memory, `resident` measures this process.
        """
        self.book = book
        self.enrichment = Operations(clock)
        self.jobs = {name: Operations(clock) for name in (*SERVICES.values(), JOBS)}
        self._settings = settings
        self._clock = clock
        self._statistics = statistics
        self._waiting = waiting
        self._warning = warning
        self._resting = resting
        self._services = services
        self._view = view
        self._resident = resident
        self._measured = self._overfull = float("-inf")
        self._lock = threading.Lock()
        self._queued: set[str] = set()
        self._running: dict[str, tuple[str, Job, float]] = {}
        self._looked = float("-inf")
        self._restarted = 0
        self._crashed: set[str] = set()
        self._closed = False

    # ── what happens ───────────────────────────────────────────────────────────────────────────

    def started(self, queued: Sequence[str]) -> None:
        """The engine runs, over a database that is there; these jobs wait already."""
        self._queued.update(queued)
        self.book.cleared("database_lost")
        self.look()

    def stop(self) -> None:
        """Judge nothing more: an engine that ends looks broken."""
        self._closed = True

    def reconfigure(self, settings: Settings) -> None:
        """Use other thresholds from now on."""
        self._settings = settings
        if not settings.alerts.enabled:
            self.book.clear_all()
        self.look()

    def grew(self) -> None:
        """Another change waits. Very quick."""
        if self._on:
            self._judge_queue()

    def look(self, *, anew: bool = False) -> None:
        """Look at everything; while nothing is wrong not more often than worth while.

        `anew`: something is known to be otherwise than a moment ago.
        """
        if not self._on:
            return
        self._judge_queue()
        now = self._clock.monotonic()
        if now - self._looked < LOOK and not anew and not self.book.active():
            return
        self._looked = now
        for name, operations in self.operations().items():
            figures = operations.figures()
            self._judge_errors(name, figures)
            if name != JOBS:  # a job of a person may be about one file or about all
                self._judge_pace(name, figures)
        self._judge_stuck(now)
        self._judge_memory(now)
        self._judge_surroundings()

    def job_changed(self, job: Job) -> None:
        """A job moved or went on."""
        name, now = SERVICES.get(job.type, JOBS), self._clock.monotonic()
        with self._lock:
            known = self._running.get(job.id)
            (self._queued.add if job.status is JobStatus.QUEUED else self._queued.discard)(job.id)
            if job.status is JobStatus.PROCESSING:
                if known is None or known[0] != job.lease:
                    self._running[job.id] = (job.lease, job, now)
            else:
                self._running.pop(job.id, None)
        if known is not None and job.status is JobStatus.COMPLETED:
            self.jobs[name].done(now - known[2])
        elif job.status is JobStatus.FAILED:
            self.jobs[name].failed()
        elif known is not None and job.status is JobStatus.QUEUED and job.error is not None:
            self.jobs[name].failed(again=True)
        if self._on and name != JOBS and job.status in FINAL:
            self._judge_service(name, job)
        self.look()

    def database_lost(self, why: str) -> None:
        """The database went away under us, or is damaged."""
        if self._on:
            hint = "dbp makes it anew by itself; dbp health says when all is well"
            self.book.raised(Alert("database_lost", why, hint, "error"))

    def cache_full(self, used: int) -> None:
        """What is kept in memory for hovers outgrew its bound, and was made smaller."""
        view = self._view()
        if self._on and view is not None:
            self._overfull = self._clock.monotonic()
            self._memory("what is kept for hovers", used, view.max_bytes)

    def _memory(self, what: str, used: int, bound: int) -> None:
        text = f"{what} takes {used / 1e6:.1f} MB, more than {bound / 1e6:.1f} MB: made smaller"
        hint = "nothing is lost, hovers read the database again; cache.max_memory_mb allows more"
        self.book.raised(Alert("memory", text, hint))

    # ── judging ────────────────────────────────────────────────────────────────────────────────

    @property
    def _on(self) -> bool:
        return self._settings.alerts.enabled and not self._closed

    def operations(self) -> dict[str, Operations]:
        """Lay out what is counted, by service."""
        extraction = {"extraction": self._statistics.operations}
        return {**extraction, "enrichment": self.enrichment, **self.jobs}

    def _judge_queue(self) -> None:
        threshold = self._settings.alerts.queue_threshold
        files, jobs = self._waiting(), len(self._queued)
        if files + jobs >= threshold:
            text = f"{files} changed files and {jobs} jobs wait (alerts.queue_threshold is"
            hint = "they are worked off by themselves; dbp status says how far it is"
            self.book.raised(Alert("queue_high", f"{text} {threshold})", hint))
        elif files + jobs < threshold * OVER:
            self.book.cleared("queue_high")

    def _judge_errors(self, name: str, figures: Figures) -> None:
        outcomes = figures.outcomes[-LEAST * 2 :]
        enough = len(outcomes) >= LEAST
        percent = 100 * outcomes.count(False) / len(outcomes) if enough else 0.0
        threshold = self._settings.alerts.error_rate_percent
        state, why = self._resting() if name == "enrichment" else ("ok", "")
        if state == "open_circuit":
            # It stopped asking before that many failed, so as not to pay for more.
            text = f"enrichment rests, because one call after the other failed: {why}"
            hint = "it tries again by itself, dbp health says how it stands"
            self.book.raised(Alert("error_rate", text, hint, service=name))
        elif percent >= threshold:
            text = f"{name}: {percent:.0f} % of the last {len(outcomes)} operations failed"
            hint = "dbp status lists files that failed, dbp health says what is wrong"
            self.book.raised(Alert("error_rate", text, hint, service=name))
        elif percent < threshold * OVER:
            self.book.cleared("error_rate", name)

    def _judge_pace(self, name: str, figures: Figures) -> None:
        """Compare the middle of the last few durations with the middle of those before.

        The middle, not the mean: one large file among small ones is no slowness. What was measured
        together counts once: one batch that waited for a new parser is none either.
        """
        before, recent = figures.paces[:-RECENT], figures.paces[-RECENT:]
        if len(before) < BASELINE:
            return
        usual, now = percentile(before, 50) or 0.0, percentile(recent, 50) or 0.0
        factor = self._settings.alerts.slow_factor
        if now > max(SLOW_SECONDS, usual * factor):
            times = f"{now / usual:.0f} times" if usual else "far"
            text = f"{name} became {times} slower: {now:.2f} s an operation, {usual:.3f} s before"
            hint = "is the machine, the disk or the network busy? dbp metrics shows figures"
            self.book.raised(Alert("slow", text, hint, service=name))
        else:
            self.book.cleared("slow", name)

    def _judge_stuck(self, now: float) -> None:
        limit = self._settings.jobs.stuck_after_seconds
        with self._lock:
            running = list(self._running.values())
        stuck = {job.type: (job, now - since) for _, job, since in running if now - since > limit}
        for kind, (job, seconds) in stuck.items():
            text = f"job {job.id} ({kind}) runs for {seconds:.0f} s, jobs.stuck_after_seconds is"
            hint = f"dbp jobs cancel {job.id} stops it"
            self.book.raised(Alert("job_stuck", f"{text} {limit}", hint, service=kind))
        for alert in self.book.active():
            if alert.code == "job_stuck" and alert.service not in stuck:
                self.book.cleared("job_stuck", alert.service)

    def _judge_memory(self, now: float) -> None:
        if now - self._measured < MEMORY_LOOK:
            return
        self._measured = now
        used, view = self._resident(), self._view()
        if used > MEMORY_BYTES and view is not None:
            self._overfull = now
            view.empty()
            self._memory("dbp", used, MEMORY_BYTES)
        elif now - self._overfull >= QUIET:
            self.book.cleared("memory")

    def _judge_service(self, name: str, job: Job) -> None:
        if job.status is JobStatus.FAILED:
            error = job.error
            text = f"{name} failed: {error.message if error else 'no reason is known'}"
            hint = (error.hint if error else "") or f"dbp jobs show {job.id} says more"
            self.book.raised(Alert("service_failed", text, hint, "error", name))
        elif job.status is JobStatus.COMPLETED:
            self.book.cleared("service_failed", name)

    def _judge_surroundings(self) -> None:
        """Look at what others say of themselves: the watcher, enrichment, services, workers."""
        if warning := self._warning():
            hint = "everything is compared with the disk from time to time instead"
            self.book.raised(Alert("watcher", warning, hint))
        else:
            self.book.cleared("watcher")
        state, why = self._resting()
        if state == "budget_exhausted":
            self.book.raised(Alert("budget", why, "llm.daily_budget_usd and its like allow more"))
        else:
            self.book.cleared("budget")
        for name, service in self._services().items():
            if service.get("status") in {"failed", "crashed", "error"}:
                self._crashed.add(name)
                why = str(service.get("error") or "it ended by itself")
                hint = "dbp/services/status says more"
                text = f"the service {name} failed: {why}"
                self.book.raised(Alert("service_failed", text, hint, "error", name))
            elif name in self._crashed:
                self._crashed.discard(name)
                self.book.cleared("service_failed", name)
        restarted = self._statistics.get("restarted")
        if restarted != self._restarted:
            self._restarted = restarted
            text = "a worker died of a defect, and another one took its place"
            self.book.raised(Alert("service_failed", text, "see the log", "error", "extraction"))
        else:
            self.book.cleared("service_failed", "extraction")
