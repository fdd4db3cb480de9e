"""One workspace folder: who leads it, and the answers to `dbp/*` requests about it.

The process that holds the leader lock runs the engine; every other one follows: it reads the same
record, keeps its own overlays, forwards what only the leader can do, and takes over when the lead
is free. `handle` is the one entry for the language server, the command line and other processes.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from dbp.alerts import Alerts
from dbp.answers import answer
from dbp.clock import Clock
from dbp.counts import Counts
from dbp.desk import Desk, user_name
from dbp.engine import Engine
from dbp.errors import DbpError, RequestError, StoreError
from dbp.figures import Usage
from dbp.forwarding import FORWARDED, Ear, Forwarding, Reply, Request
from dbp.handlers import handlers
from dbp.hooks import Hooks
from dbp.job import Job
from dbp.jobs.news import JobNews
from dbp.listener import Listener
from dbp.model import Cause, Change, Priority
from dbp.paths import Root
from dbp.ports import DeafSink, Edges, Json, Scanner, Store
from dbp.project_handlers import project_handlers
from dbp.reading import accept_params
from dbp.reporting import Reporting
from dbp.runtime import Scan, start_thread
from dbp.settings import Effective
from dbp.status import Statistics
from dbp.view import View

log = logging.getLogger(__name__)

EARLY = {"dbp/status", "dbp/config"}
"""What is answered before the folder is open."""

_MAKABLE = {"store_missing", "older_schema", "store_corrupt"}
"""What opening for writing mends, so that reading is possible afterwards."""

_BEGAN = "began.mark"
"""Rung by whoever takes the lead, perhaps over a new file: what nobody answered is asked again."""

_JOBS = "jobs-"
"""Begins the name of what the leader rings when a job moved: who follows looks for itself."""

_TEMPLATE = "template.mark"
"""Rung by the leader when the project's header template is another one."""


class Workspace(Reporting):
    """One folder. `open` and `close` block; everything else is quick."""

    def __init__(
        self,
        root: Root,
        effective: Effective,
        edges: Edges,
        clock: Clock,
        listener: Listener,
        *,
        watch: bool = True,
        folders: Sequence[str] = ("",),
        enrich: bool = True,
        jobs: Sequence[str] | None = None,
    ) -> None:
        """Make it; `folders` are compared with the disk as soon as it leads.

        Without `enrich` it asks no model, even where one is turned on: a command that only looks.
        With `jobs` it does only jobs of these types, with none of them none.
        """
        self.root = root
        self.effective = effective
        self.view: View | None = None
        self.engine: Engine | None = None
        self.open_files: set[str] = set()
        self.editor_trusts: bool | None = None
        self.requester = f"{user_name()}/dbp"
        self._edges = edges
        self._clock = clock
        self._listener = listener
        self._watch = watch
        self._folders = folders
        self._enrich = enrich
        self._jobs = jobs
        self._news = JobNews(listener.job_changed)
        self._store: Store | None = None
        self._lock = threading.RLock()
        self._opening: list[Request] = []
        self._forwarding = Forwarding(edges.bell)
        self._no_statistics = Statistics(clock)
        self._closed = self._settled_role = self._reopening = self._scan_unwanted = False
        self._failure: DbpError | None = None
        self._ear = Ear(edges.bell, self._rang)
        self._scanner: Scanner | None = None
        self._scanned: Scan | None = None
        self._counts = Counts()
        self.alerts = Alerts(clock, listener.alerted)
        self.usage = Usage()

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def open(self, *, lead: bool = True) -> None:
        """Open the record and lead or follow; with `lead=False` only read, whoever leads.

        Raises `StoreError` when the record cannot be used.
        """
        try:
            if not lead:
                self._read_only()
            elif self._edges.leader.try_acquire():
                self._lead()
            else:
                self._follow()
        except Exception as error:
            self._give_up(error)
            raise

    def _lead(self) -> None:
        store = self._edges.open_store(False)
        hooks = Hooks(
            published=self._published,
            bell=self._rang,
            scanned=self._on_scan,
            is_open=self.open_files.__contains__,
            store_broken=self._store_broken,
            noticed=self._listener.noticed,
            job_changed=self._job_changed,
            editor_trusts=lambda: self.editor_trusts,
            alerts=self.alerts,
            view=lambda: self.view,
        )
        with self._lock:
            self._use(store)
            self._scan_unwanted = False
        effective = self.effective
        settings, root = effective.settings, self.root.path
        engine = Engine(self._edges, store, settings, self._clock, hooks, root=root)
        self._scanner = engine.scanner
        self.read_template(engine.scanner)
        engine.extractor.use_template(self.template_text)
        desk = partial(self.desk, engine, store)  # jobs begin before, and end after, we have them
        engine.jobs.register(handlers(desk) | project_handlers(desk))
        stale = bool(store.outdated(engine.extractor.version))
        engine.start(
            watch=self._watch,
            enrich=self._enrich,
            extract_everything=stale,
            folders=self._folders,
            jobs=self._jobs,
        )
        with self._lock:
            self.engine = engine
            reconfigured, unwanted = self.effective is not effective, self._scan_unwanted
        if unwanted:
            engine.cancel_scan()
        if reconfigured:
            engine.reconfigure(self.effective.settings)
        self._listen_beside(engine)
        log.info("leading %s, watched by %s", self.root.path, engine.watcher_status().backend)
        self._settled()
        self._ring(_BEGAN)

    def _listen_beside(self, engine: Engine) -> None:
        """Hear the bell where the engine's watcher does not: twice heard is twice served."""
        deaf = not self._watch or engine.watcher_status().backend == "off"
        self._ear.listen(wanted=deaf and not self._closed)

    def _follow(self) -> None:
        try:
            store = self._edges.open_store(True)
        except StoreError as error:
            if error.code not in _MAKABLE:
                raise
            # The leader is only just creating it; whoever comes first does.
            self._edges.open_store(False).close()
            store = self._edges.open_store(True)
        with self._lock:
            self._use(store)
        self._ear.listen(wanted=True)
        self.read_template(self.look_through())
        log.info("following %s: another process leads it", self.root.path)
        self._settled()
        self._look_at_jobs()
        start_thread("follower", self._wait_for_lead)

    def _settled(self) -> None:
        """It leads or follows now: what was asked meanwhile can be answered."""
        self._settled_role = True
        if self._closed:
            # It was closed while it opened: what came into being since goes as well.
            self.close()
            return
        self._answer_waiting()
        self._listener.role_changed()
        if self._watch and self._edges.projects is not None:
            start_thread("projects", partial(self._edges.projects.opened, self.root.path))

    def _give_up(self, error: Exception) -> None:
        """It cannot be used: say so to whoever asks, and let another process lead."""
        self._failure = (
            error if isinstance(error, DbpError) else DbpError(f"internal error: {error!r}")
        )
        self._let_go()

    def _store_broken(self) -> None:
        """The database went away or is damaged: begin anew, with all that was paid for gone."""
        with self._lock:
            if self._reopening or self._closed:
                return
            self._reopening = True
        start_thread("reopen", self._reopen)

    def _reopen(self) -> None:
        log.warning("the record of %s is lost or damaged: making it anew", self.root.path)
        with self._lock:
            engine, self.engine = self.engine, None
            old, self._store = self._store, None
            self._settled_role = False
        if engine is not None:
            engine.stop()
        if old is not None:
            old.close()
        self._lead_or_give_up()
        self._reopening = False

    def _lead_or_give_up(self) -> None:
        try:
            self._lead()
        except Exception as error:
            defect = None if isinstance(error, DbpError) else error
            log.warning("%s cannot be led: %s", self.root.path, error, exc_info=defect)
            self._give_up(error)

    def _follow_the_new_leader(self) -> None:
        old = self._store
        if self.engine is not None or old is None:
            return
        if old.lost():
            new = self._edges.open_store(True)
            with self._lock:
                self._use(new)
            old.close()
        for request in self._forwarding.take_back():
            self._forwarding.send(*request)

    def _read_only(self) -> None:
        with self._lock:
            self._use(self._edges.open_store(True))
            self._ear.listen(wanted=True)
            self._settled_role = True
        self._look_at_jobs()

    def led_elsewhere(self) -> bool:
        """Tell whether another process leads this folder now."""
        if self.engine is not None:
            return False
        if self._edges.leader.try_acquire():
            self._edges.leader.release()
            return False
        return True

    def ask_leader(self, method: str, params: Json, reply: Reply) -> None:
        """Send a request to the process that leads, even one that we could answer."""
        self._forwarding.send(method, self._signed(params), reply)

    def _signed(self, params: Json) -> Json:
        """Say in whose name the leader is asked; what another process signed stays."""
        return {"requestedBy": self.requester, **params}

    def _wait_for_lead(self) -> None:
        self._edges.leader.acquire_blocking()
        if self._closed:
            self._edges.leader.release()
            return
        log.info("taking the lead of %s", self.root.path)
        with self._lock:
            self._settled_role = False
            old, self._store = self._store, None
        self._ear.listen(wanted=False)
        self._lead_or_give_up()
        if old is not None:
            old.close()
        for method, params, reply in self._forwarding.take_back():
            self.handle(method, params, reply)

    def _use(self, store: Store) -> None:
        self._store = store
        if self.view is None:
            bounds = self.effective.settings.cache
            again, full = self._extract_again, self._cache_full
            self.view = View(self.root, store, bounds=bounds, on_damaged=again, on_full=full)
        else:
            self.view.replace(store)

    def close(self) -> None:
        """Stop the engine and close the record, within about a second."""
        self._closed = True
        self._failure = self._failure or RequestError("the folder is closed", code="not_found")
        self._let_go()

    def _let_go(self) -> None:
        """Stop the engine, close the record, give the lead away, leave no question open."""
        self._ear.listen(wanted=False)
        with self._lock:
            engine, self.engine = self.engine, None
            store, self._store = self._store, None
        if engine is not None:
            engine.stop()
        if store is not None:
            store.close()
        self._edges.leader.release()
        self._answer_waiting()

    def _answer_waiting(self) -> None:
        with self._lock:
            waiting, self._opening = self._opening, []
        for method, params, reply in waiting:
            self.handle(method, params, reply)

    @property
    def ended(self) -> bool:
        """Whether it was closed or failed: it has no engine, and gets none."""
        return self._failure is not None

    def reconfigure(self, effective: Effective) -> None:
        """Use other settings from now on, as far as they apply without a restart.

        They are shown once they hold: who reads them in `dbp/config` may rely on them.
        """
        if self.view is not None:
            self.view.resize(effective.settings.cache)
        with self._lock:
            engine = self.engine
            if engine is None:
                # An engine that is only just starting looks again when it has started.
                self.effective, self._scanner = effective, None
        if engine is not None:
            engine.reconfigure(effective.settings)
            self._listen_beside(engine)
            self.effective = effective
        if self._settled_role:
            self._look_at_template()

    def _extract_again(self, path: str) -> None:
        self.hint(Change(path, Cause.REQUEST, Priority.FORCED, force=True))

    def cancel_scan(self) -> None:
        """Stop what a comparison started, also one of an engine that is only just starting."""
        with self._lock:
            engine = self.engine
            self._scan_unwanted = engine is None
        if engine is not None:
            engine.cancel_scan()

    def accept(self, path: str, names: Sequence[str] = ()) -> None:
        """Somebody says that what these marks (all: empty) say is still right."""
        uri = self.root.uri_of(path)
        self.handle("dbp/accept", accept_params(uri, names), lambda _answer: None)

    # ── hints from the editor ──────────────────────────────────────────────────────────────────

    def hint(self, change: Change) -> None:
        """Offer a change an editor saw. A follower needs none: the leader watches the disk."""
        if (engine := self.engine) is not None:
            engine.buffer.offer(change)

    def opened_file(self, path: str, *, is_open: bool) -> None:
        """A file was opened or closed in the editor; open ones are looked at and enriched first."""
        (self.open_files.add if is_open else self.open_files.discard)(path)
        engine = self.engine
        if is_open and engine is not None and engine.flow is not None:
            engine.flow.opened(path)

    def typing(self, path: str) -> None:
        """Someone types in an open file: what waits for it waits a little longer."""
        if (engine := self.engine) is not None:
            engine.buffer.rearm(path)

    # ── requests ───────────────────────────────────────────────────────────────────────────────

    def handle(self, method: str, params: Json, reply: Reply) -> None:
        """Answer a `dbp/*` request through `reply`, at once or later."""
        try:
            with self._lock:
                failed = self._failure is not None
                early = method in EARLY or (failed and method == "dbp/health")
                if self._failure is not None and not early:
                    raise self._failure
                unready = self._store is None or (method in FORWARDED and not self._settled_role)
                if unready and not early:
                    self._opening.append((method, params, reply))
                    return
            self._dispatch(method, params, reply)
        except DbpError as error:
            reply(error)

    def _dispatch(self, method: str, params: Json, reply: Reply) -> None:
        if method in FORWARDED and self.engine is None:
            self._forwarding.send(method, self._signed(params), reply)
            return
        answer(self.desk(), method, params, reply)

    def desk(self, engine: Engine | None = None, store: Store | None = None) -> Desk:
        """Lay out what answers and jobs work with now."""
        return Desk(
            self.root,
            self.effective,
            store or self._store,
            engine or self.engine,
            self.status,
            self.handle,
            self._edges,
            self.requester,
            template=self.template,
            usage=self.usage,
            ask_leader=self.ask_leader,
            covered=self.covered,
        )

    def look_through(self) -> Scanner:
        """Give the engine's scanner; who follows has one that no watcher tells of new rules."""
        if (engine := self.engine) is not None:
            return engine.scanner
        if self._scanner is None:
            self._scanner, _ = self._edges.open_sources(self.effective.settings, DeafSink())
        self._scanner.forget()
        return self._scanner

    # ── other processes ────────────────────────────────────────────────────────────────────────

    def _rang(self, name: str) -> None:
        """Hear the bell: requests are the leader's, a reply is for the one who asked."""
        if name == _BEGAN:
            self._follow_the_new_leader()
        if name == _BEGAN or name.startswith(_JOBS):
            self._look_at_jobs()
        if name == _TEMPLATE and self.engine is None:
            self._look_at_template()
        request_id, _, kind = name.partition(".")
        if kind == "request.json" and self.engine is not None:
            message = self._edges.bell.read(name)
            if message is not None and "method" in message:
                serve = partial(self._forwarding.serve, request_id, message, self.handle)
                self.engine.run_soon("bell", serve)
        elif kind == "reply.json":
            self._forwarding.hear(name)

    def _job_changed(self, job: Job) -> None:
        self._listener.job_changed(job)
        # A name of its own each time: two at once must not hide each other.
        self._ring(f"{_JOBS}{uuid.uuid4().hex}.mark")

    def _look_at_jobs(self) -> None:
        """Tell of the leader's jobs; blocks for a moment."""
        store = self._store
        if self.engine is None and store is not None:
            with suppress(StoreError):
                self._news.look(store.jobs)

    def _published(self, paths: Sequence[str]) -> None:
        if self.view is not None:
            self.view.forget(paths)
        if self.is_template(paths):
            self._look_at_template()
        self._listener.published(paths)

    def _look_at_template(self) -> None:
        """With other sections expected, every header is read again; who follows hears of it."""
        if not self.read_template(self.look_through()):
            return
        if (engine := self.engine) is None:
            self._listener.published([self.effective.settings.headers.template])
            return
        engine.use_template(self.template_text)
        self._ring(_TEMPLATE)

    def _ring(self, name: str) -> None:
        with suppress(OSError):
            self._edges.bell.mark(name)
            self._edges.bell.unmark(name)

    def _on_scan(self, scan: Scan) -> None:
        if scan.done:
            self._scanned = scan
            self._look_at_template()  # nobody watches one that git ignores
            log.info("%d files compared in %.2f s, %d differ", scan.files, scan.seconds, scan.total)
            if self._watch and (refusal := self.refusal()):
                log.warning("%s: %s", self.root.path, refusal)
        self._listener.scanned(scan)
