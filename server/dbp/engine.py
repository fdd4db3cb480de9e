"""The engine of one workspace folder, run by its leader: sources → buffer → workers → store.

It owns the order of starting and stopping, and the barrier behind `dbp/settle`. It answers no
client: `dbp.workspace` does.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dbp.alerted import Alerted
from dbp.changes import ChangeBuffer
from dbp.clock import Clock
from dbp.entries import Window
from dbp.errors import DbpError, RequestError, StoreError
from dbp.hooks import Hooks
from dbp.job import Job, JobStatus
from dbp.jobs import lanes
from dbp.jobs.ends import Ends
from dbp.model import Cause, Change, Priority
from dbp.ports import Accept, Edges, Store, WatcherStatus
from dbp.runtime import GRACE, Runtime, Scan, start_thread
from dbp.services import make_services
from dbp.settings import Settings
from dbp.status import Statistics
from dbp.steps import Steps
from dbp.throttle import Throttle
from dbp.upkeep import Upkeep

if TYPE_CHECKING:
    from dbp.enrichment.flow import Flow

log = logging.getLogger(__name__)

MARK_PATIENCE = 2.0
"""Seconds the watcher gets to deliver a marker before everything is looked at instead."""

LIVENESS = 30.0
"""Seconds between looks at the watcher's own health: rare enough to cost nothing."""

REAP = 90.0
"""Seconds after work until idle parser processes are ended; they idle for a minute before."""

STALE_BELL = 3600.0
"""Seconds after which a request or reply in the bell folder belongs to nobody any more."""

Settled = Callable[[], None]


def window(settings: Settings) -> Window:
    """Read the buffer's timing and bounds from the settings."""
    scheduler = settings.scheduler
    return Window(
        delay=scheduler.delay_seconds,
        max_delay=scheduler.max_delay_seconds,
        capacity=scheduler.max_queue_size,
        batch_size=scheduler.batch_size,
    )


class Engine(Alerted):
    """One folder's pipeline. `start` and `stop` are called once each, in that order."""

    def __init__(
        self,
        edges: Edges,
        store: Store,
        settings: Settings,
        clock: Clock,
        hooks: Hooks,
        *,
        root: str = "",
    ) -> None:
        self.settings = settings
        self.statistics = Statistics(clock)
        self.throttle = Throttle(clock)
        self.buffer = ChangeBuffer(clock, window(settings), self.throttle.active)
        self.store_error: StoreError | None = None
        self._edges = edges
        self._store = store
        self.clock = clock
        self._hooks = hooks
        self._root = root
        self.flow: Flow | None = None
        self._may_enrich = False
        self._upkeep = Upkeep(clock)
        self._marks: dict[str, Settled] = {}
        self._rules_changed = 0
        self._lock = threading.Lock()
        self._sources_lock = threading.Lock()
        self.stopped = False
        self._reap_planned = False
        self.alerting = self._make_alerting()
        self.extractor = edges.open_extractor(settings)
        self.scanner, self._watcher = edges.open_sources(settings, self)
        self._steps = self._make_steps()
        self.runtime = Runtime(
            buffer=self.buffer,
            steps=self._steps,
            statistics=self.statistics,
            upkeep=self._upkeep,
            clock=clock,
            workers=settings.scheduler.worker_threads,
            is_open=hooks.is_open,
            on_scan=hooks.scanned,
            on_store_error=self._store_failed,
        )
        self.jobs = lanes.make_runner(
            store.jobs,
            clock,
            self._upkeep,
            settings,
            spawn=start_thread,
            changed=self._job_changed,
        )
        self._ends = Ends()
        self.services = make_services(
            self, store, self._upkeep, root, publish=self._published, recheck=self._recheck
        )

    def _make_steps(self) -> Steps:
        return Steps(
            scanner=self.scanner,
            extractor=self.extractor,
            store=self._store,
            statistics=self.statistics,
            clock=self.clock,
            publish=self._published,
        )

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def start(
        self,
        *,
        watch: bool = True,
        enrich: bool = True,
        extract_everything: bool = False,
        folders: Sequence[str] = ("",),
        jobs: Sequence[str] | None = None,
    ) -> None:
        """Watch first, then compare: what changes in between is seen twice rather than never.

        `folders` are compared with the disk at once; a command may want only some, or none. Without
        `enrich` no model is asked, whatever the settings say. Of the jobs that wait only those of
        the types `jobs` are done (default: all), the others are left to the next one that leads.
        """
        self._edges.bell.sweep(STALE_BELL, self.clock.now())
        if watch:  # without it somebody waits for us to end
            self.throttle.limit = self.settings.throttle.max_load
            self._start_watcher()
        self.runtime.everything_once = extract_everything
        if watch and not self.settings.scheduler.enabled:
            self.buffer.pause()
        else:
            for folder in folders:
                self.look_at_everything(folder)
        self.runtime.start()
        self.alerting.started(self._queued_jobs())
        if jobs is not None:
            for kind in {*lanes.JOBS, *lanes.MAINTENANCE} - {*jobs}:
                self.jobs.hold(kind, held=True)
        if jobs is None or jobs:
            self.jobs.start()
        self._may_enrich = enrich
        self._enrich(self.settings)
        if watch:
            self._upkeep.every(LIVENESS, "watcher liveness", self._check_watcher)
            self.services.start()

    def stop(self) -> None:
        """Sources, buffer, workers, parsers; the store is closed by whoever opened it."""
        self.alerting.stop()
        self.services.stop()
        with self._sources_lock:
            self.stopped = True
            self._watcher.stop()
        self.jobs.stop()
        self.buffer.stop()
        self._pop_marks()
        self._ends.give_up()
        with self._sources_lock:
            flow, self.flow = self.flow, None
        if flow is not None:
            flow.stop()
        # A worker waiting for a parser ends at once when the parser does.
        self.extractor.close()
        self.runtime.stop()
        self.jobs.join(GRACE)
        if flow is not None:
            flow.join(GRACE)

    def _enrich(self, settings: Settings) -> None:
        """Begin, change or end enrichment as the settings say."""
        edges = self._edges.enrichment
        with self._sources_lock:
            flow, on = self.flow, self._may_enrich and settings.llm.provider != "none"
            if self.stopped or edges is None or not (on or flow):
                return
            if flow is not None and on:
                flow.reconfigure(settings)
                return
            if flow is not None:
                self.flow = None
                flow.stop()
                return
            # Loaded only where it is turned on: it would take memory and time from everybody.
            from dbp.enrichment.flow import Flow
            from dbp.enrichment.opening import Surroundings

            around = Surroundings(
                root=self._root,
                store=self._store,
                scanner=lambda: self.scanner,
                is_open=self._hooks.is_open,
                editor_trusts=self._hooks.editor_trusts,
                published=self._hooks.published,
                noticed=self._noticed,
                spawn=start_thread,
                throttled=self.throttle.active,
                timed=self._timed,
            )
            self.flow = Flow(edges, around, settings, self.clock)
            self.flow.start()

    def allow_enrichment(self, *, allowed: bool) -> None:
        """Let the model be asked where the settings say so, or not at all."""
        self._may_enrich = allowed
        self._enrich(self.settings)

    def _start_watcher(self) -> None:
        try:
            self._watcher.start()
        except OSError as error:
            log.warning("watching is not possible here: %s", error)

    def reconfigure(self, settings: Settings) -> None:
        """Apply what can change while running; ignore rules and the watcher are made anew."""
        old, self.settings = self.settings, settings
        self.buffer.resize(window(settings))
        self.throttle.limit = settings.throttle.max_load
        self.alerting.reconfigure(settings)
        if settings.scheduler.worker_threads != old.scheduler.worker_threads:
            self.runtime.resize(settings.scheduler.worker_threads)
        limit = settings.extraction.max_file_size_kb
        if settings.fs_monitor != old.fs_monitor or limit != old.extraction.max_file_size_kb:
            self._restart_sources()
        if (settings.llm, settings.fs_monitor) != (old.llm, old.fs_monitor):
            self._enrich(settings)
        if (settings.jobs, settings.services) != (old.jobs, old.services):
            lanes.reconfigure(self.jobs, settings)
        self.services.reconfigure()
        if settings.scheduler.enabled != old.scheduler.enabled:
            (self.resume if settings.scheduler.enabled else self.pause)()

    def use_template(self, text: str) -> None:
        """Expect other sections in headers from now on: all files are read again."""
        self.extractor.use_template(text)
        self._rules_changed += 1
        self.runtime.everything_once = True
        self.look_at_everything()

    def _restart_sources(self) -> None:
        with self._sources_lock:
            if self.stopped:
                return
            self._watcher.stop()
            self.scanner, self._watcher = self._edges.open_sources(self.settings, self)
            self._steps.use(self.scanner)
            self._start_watcher()
        self.look_at_everything()

    # ── control ────────────────────────────────────────────────────────────────────────────────

    def pause(self) -> None:
        """Stop automatic work; forced looks still run, the record still answers."""
        self.buffer.pause()

    def resume(self) -> None:
        """Go on; what happened meanwhile is found by looking."""
        if self.buffer.paused:
            self.buffer.resume()
            self.look_at_everything()

    def look_at_everything(self, folder: str = "", priority: Priority = Priority.SCAN) -> None:
        """Compare disk and record, in the background."""
        self.buffer.offer(Change(folder, Cause.SCAN, priority, tree=True))

    def compare(self, folder: str, *, everything: bool = False) -> tuple[int, list[Change]]:
        """Compare disk and record below a folder: how many files there are, and what differs.

        With `everything` all of them. Blocking. Raises `ScanError`.
        """
        began, scan = self.clock.monotonic(), Scan(folder, self.clock.now(), done=True)
        try:
            files, found = self._steps.compare(folder, everything=everything)
        except (DbpError, OSError) as error:
            self._hooks.scanned(replace(scan, error=str(error)))
            raise
        seconds = self.clock.monotonic() - began
        self._hooks.scanned(replace(scan, seconds=seconds, files=files, total=len(found)))
        return files, found

    def accept(self, path: str, names: Sequence[str]) -> None:
        """Record that these marks of a file (all: none given) are not stale. Blocking.

        Raises `StoreError`.
        """
        self._store.write([Accept(path, tuple(names))])
        self._published([path])

    def cancel_scan(self) -> None:
        """Stop what a scan started; the next one finds the rest."""
        self.runtime.cancel_scan()
        self.buffer.clear(Cause.SCAN)

    def finish(self, finished: Settled, *, enrich: bool = False) -> None:
        """Call back when all that was offered so far is done, without looking for more.

        With `enrich` also what the model is asked about it, as far as anything can be asked now.
        """
        self._barrier(self._enriched(finished) if enrich else finished, flush=True)

    def _barrier(self, then: Settled, *, flush: bool) -> None:
        """Wait for all that was offered, and for what it made necessary: other rules for all."""
        seen = self._rules_changed

        def done() -> None:
            if self._rules_changed != seen and not self.stopped:
                self._barrier(then, flush=flush)
            else:
                then()

        self.buffer.barrier(done, flush=flush)

    def _enriched(self, then: Settled) -> Settled:
        """Make a callback that waits for enrichment before it calls `then`."""

        def wait() -> None:
            flow = self.flow
            (then if flow is None else lambda: flow.finish(then))()

        return wait

    def settle(self, settled: Settled, *, flush: bool = False, enrich: bool = False) -> None:
        """Call back, from any thread, when every change made before now is committed.

        With `enrich` also when nothing more can be asked about it now.
        The barrier is a marker file that goes through the same kernel queue as the workspace's own
        events. Raises `RequestError` (`invalid_state`) while paused: nothing would ever settle.
        """
        if self.buffer.paused:
            raise RequestError(
                "nothing settles while automatic work is paused",
                code="invalid_state",
                hint="dbp/scheduler/start resumes it",
            )
        if enrich:
            settled = self._enriched(settled)
        if self.jobs.started:
            # A comparison that was asked for before finds what the watcher has not seen.
            self._ends.wait(self._comparing, lambda: self._settle(settled, flush=flush))
        else:
            self._settle(settled, flush=flush)

    def _comparing(self) -> Sequence[Job]:
        open_ones = (JobStatus.QUEUED, JobStatus.PROCESSING)
        return self._store.jobs.list(types=lanes.LOOKS, statuses=open_ones)[0]

    def _settle(self, settled: Settled, *, flush: bool) -> None:
        name = f"settle-{uuid.uuid4().hex}.mark"

        def seen() -> None:
            self._barrier(settled, flush=flush)

        if self._watcher.status().backend in {"off", "polling"} or not self._watcher.alive():
            self.look_at_everything()
            seen()
            return
        with self._lock:
            self._marks[name] = seen
        self._upkeep.once(MARK_PATIENCE, "overdue marker", lambda: self._overdue(name))
        try:
            self._edges.bell.mark(name)
        except OSError:
            self._overdue(name)

    def _overdue(self, name: str) -> None:
        """Fall back to a full comparison when the marker did not come through."""
        if self._pop_mark(name, look=True):
            log.warning("the watcher did not deliver a marker: looking at everything instead")

    def _pop_mark(self, name: str, *, look: bool = False) -> bool:
        with self._lock:
            seen = self._marks.pop(name, None)
        if seen is None:
            return False
        with suppress(OSError):
            self._edges.bell.unmark(name)
        if look:
            self.look_at_everything()
        seen()
        return True

    def _pop_marks(self) -> None:
        with self._lock:
            names = list(self._marks)
        for name in names:
            self._pop_mark(name)

    # ── what the watcher calls (`WatchSink`) ───────────────────────────────────────────────────

    def changed(self, change: Change) -> None:
        """Take a hint from the disk."""
        if self._hooks.is_open(change.path) and not change.tree:
            change = replace(change, priority=Priority.EDITOR)
        self.buffer.offer(change)
        self.alerting.grew()

    def overflowed(self) -> None:
        """Forget the list, remember to look."""
        log.warning("file events were lost: looking at everything")
        self.look_at_everything()
        # Markers may be among what was lost; the look just offered stands for them.
        self._pop_marks()

    def bell(self, name: str) -> None:
        """A marker came through, or another process rang."""
        if not self._pop_mark(name):
            self._hooks.bell(name)

    # ── duties ─────────────────────────────────────────────────────────────────────────────────

    def run_soon(self, name: str, run: Callable[[], None]) -> None:
        """Do something brief on the pump thread."""
        self._upkeep.once(0.0, name, run)

    def _check_watcher(self) -> None:
        if self._store.lost():
            self._break("the database was removed or replaced")
            return
        self.alerting.look()
        if self._watcher.status().backend == "off" or self._watcher.alive():
            return
        log.warning("the watcher went deaf: starting it anew")
        self._restart_sources()

    def _recheck(self) -> int:
        view = self._hooks.view()
        return view.recheck() if view is not None else 0

    def _job_changed(self, job: Job) -> None:
        self._ends.changed(job)
        self.services.job_changed(job)
        self.alerting.job_changed(job)
        self._hooks.job_changed(job)

    def _published(self, paths: Sequence[str]) -> None:
        self.store_error = None
        if not self._reap_planned:
            self._plan_reap()
        self._hooks.published(paths)
        self.alerting.look()
        if (flow := self.flow) is not None:
            flow.offer(paths)
        self.services.published(paths)

    def _plan_reap(self) -> None:
        self._reap_planned = True
        self._upkeep.once(REAP, "end idle parsers", self._reap)

    def _reap(self) -> None:
        self._reap_planned = False
        if self.extractor.reap(self.clock.monotonic()):
            self._plan_reap()  # some worked a moment ago: nothing else would come back for them

    def _store_failed(self, error: StoreError) -> None:
        self.store_error = error
        if error.code in {"store_lost", "store_corrupt"}:
            self._break(error.message)

    def watcher_status(self) -> WatcherStatus:
        """Say how the workspace is watched."""
        return self._watcher.status()
