"""Enrichment after the local commit: who is asked about next, when, and when not.

The record says which files are undecided; workers take them, people's files first, and hold the
model calls. Nothing here touches the pipeline: local results are there before and whatever happens.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from functools import partial

from dbp.clock import Clock
from dbp.enrichment import errand, gate
from dbp.enrichment.backlog import PAGE, Backlog, Demand, Item, settle_known
from dbp.enrichment.errand import Came, Tools
from dbp.enrichment.failures import HEALED
from dbp.enrichment.opening import Opener, Surroundings
from dbp.enrichment.parking import Parking, Ticket
from dbp.enrichment.prepare import TEMPLATES, key_of
from dbp.enrichment.report import FlowStatus
from dbp.enrichment.turnstile import AHEAD, Place, Turnstile
from dbp.errors import DbpError, StoreError
from dbp.model import EnrichmentState
from dbp.ports import Enrich, EnrichmentEdges, Later, ModelError, Spent
from dbp.settings import Settings

log = logging.getLogger(__name__)

_STORE_PAUSE = 5.0
"""Seconds until what a database could not do is tried again."""

_SOON = 60.0
"""A file that is due again within so many seconds is waited for in the foreground."""

_LOOK_SECONDS = 1.0
"""A file that stays due, because it is asked about right now, is looked for at most so often."""


class Flow:
    """The enrichment of one folder, in the process that leads it. `start` and `stop` once each."""

    def __init__(
        self, edges: EnrichmentEdges, around: Surroundings, settings: Settings, clock: Clock
    ) -> None:
        self._opener = Opener(edges, around, clock)
        self._around = around
        self._settings = settings
        self._clock = clock
        self._changed = threading.Condition()
        self._backlog = Backlog()
        self._parking = Parking(clock)
        calls = settings.llm.max_concurrency
        self._turnstile = Turnstile(self._changed, clock, calls, around.throttled)
        self._not_before = 0.0
        self._keys: set[str] = set()
        self._contents: dict[str, str] = {}  # by path, of the files that are worked on
        self._active = self._alive = 0
        self._loading = self._stopped = False
        self._threads: list[threading.Thread] = []
        self._wanted = calls + AHEAD
        self._tools: Tools | None = None
        self._generation = 0
        self._closed: str | None = "opening"
        self._place = ("", "")
        self._spent: Spent | None = None
        self._quiet: list[Callable[[], None]] = []
        self._failure: str | None = None
        self._retry_at: float | None = None
        self._looked_at = -math.inf

    # ── life ───────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Start the workers; the first one opens the account and the model."""
        with self._changed:
            for _ in range(self._alive, self._wanted):
                self._alive += 1
                self._threads.append(self._around.spawn("model", self._work))
            self._threads = [thread for thread in self._threads if thread.is_alive()]

    def stop(self) -> None:
        """Break off every call and tell the workers to end; returns at once."""
        with self._changed:
            self._stopped = True
            tools, quiet = self._tools, self._quiet
            self._quiet = []
            self._changed.notify_all()
        if tools is not None:
            tools.model.close()
        self._close_if_over()
        for callback in quiet:
            callback()

    def join(self, grace: float) -> None:
        """Wait for the workers to end, at most `grace` seconds in all."""
        deadline = self._clock.monotonic() + grace
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - self._clock.monotonic()))

    def reconfigure(self, settings: Settings) -> None:
        """Use other settings from the next call on."""
        with self._changed:
            self._settings = settings
            self._turnstile.calls = settings.llm.max_concurrency
            self._wanted = self._turnstile.calls + AHEAD
            self._forget_tools()
        self.start()

    def consent_changed(self) -> None:
        """Look at the consent again; one that was taken back breaks off what is on its way."""
        with self._changed:
            self._forget_tools()

    def _forget_tools(self) -> None:
        self._generation += 1
        tools, self._tools = self._tools, None
        self._failure = self._retry_at = None
        self._parking.open()
        self._not_before = 0.0
        self._backlog.clear()
        self._changed.notify_all()
        if tools is not None:
            self._around.spawn("model-end", tools.model.close)

    # ── what the engine tells ──────────────────────────────────────────────────────────────────

    def offer(self, paths: Sequence[str]) -> None:
        """Records changed. Quick."""
        with self._changed:
            for path in paths:
                if self._around.is_open(path):
                    self._backlog.call_for(path, "open in an editor")
            if any(path in TEMPLATES for path in paths):
                self._forget_tools()
            self._backlog.look_again()
            self._changed.notify_all()

    def opened(self, path: str) -> None:
        """Somebody opened a file: it goes first. Quick."""
        self.ask(path, "open in an editor")

    def ask(self, path: str, why: str) -> None:
        """Enrich this file before the others. Quick."""
        with self._changed:
            self._backlog.call_for(path, why)
            self._changed.notify_all()

    def finish(self, quiet: Callable[[], None]) -> None:
        """Call back once nothing more can be done now: all is done, or calls rest for long."""
        with self._changed:
            stopped = self._stopped
            if not stopped:
                self._quiet.append(quiet)
                self._changed.notify_all()
        if stopped:
            quiet()

    def status(self) -> FlowStatus:
        """Say how it stands. Quick."""
        with self._changed:
            reason = self._failure or self._parking.reason
            model, (region, host) = self._settings.llm.model, self._place
            state, active, spent = self._parking.state, self._turnstile.under_way, self._spent
            return FlowStatus(model, region, host, state, reason, self._closed, active, spent)

    # ── workers ────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while True:
            taken = self._take()
            if taken is None:
                return
            item, tools, ticket = taken
            place = Place(self._turnstile, partial(self._may_go, tools, ticket))
            try:
                self._run(item, tools, ticket, place)
            finally:
                with self._changed:
                    place.close()
                    self._active -= 1
                    self._keys.discard(item.key)
                    if self._contents.get(item.todo.path) == item.todo.content_hash:
                        del self._contents[item.todo.path]
                    if tools is not self._tools:
                        self._backlog.look_again()  # nothing was kept of it
                    self._changed.notify_all()
                self._close_if_over()

    def _close_if_over(self) -> None:
        """Close the account when it was stopped and nobody uses it any more."""
        with self._changed:
            over = self._stopped and not (self._active or self._loading)
        if over:
            self._opener.close()

    def _take(self) -> tuple[Item, Tools, Ticket] | None:
        """Wait for a file that may be asked about; None when this worker is to end."""
        while True:
            with self._changed:
                if self._stopped or self._alive > self._wanted:
                    self._alive -= 1
                    return None
                self._retry()
                tools, load = self._tools, False
                if tools is None or self._backlog.wants_more():
                    load = not self._loading and (tools is not None or self._failure is None)
                    self._loading = self._loading or load
                if not load:
                    found = self._next(tools) if tools is not None else None
                    if found is not None:
                        return found
                    self._rest()
                    continue
            try:
                self._load()
            finally:
                with self._changed:
                    self._loading = False
                    self._changed.notify_all()
                self._close_if_over()

    def _next(self, tools: Tools) -> tuple[Item, Tools, Ticket] | None:
        if self._closed is not None or self._pause() != 0.0:
            return None
        item = self._backlog.next(self._keys)
        if item is None:
            return None
        self._active += 1
        self._keys.add(item.key)
        self._contents[item.todo.path] = item.todo.content_hash
        return item, tools, self._parking.enter()

    def _retry(self) -> None:
        """Try again what a database could not do, when its time has come."""
        if self._retry_at is not None and self._clock.monotonic() >= self._retry_at:
            self._failure = self._retry_at = None
            self._backlog.look_again()

    def _may_go(self, tools: Tools, ticket: Ticket) -> bool:
        """Tell whether what was prepared may still be asked; the lock is held."""
        if self._stopped or tools is not self._tools or self._closed is not None:
            return False
        return ticket.probe or self._parking.state == "ok"

    def _pause(self) -> float | None:
        """Say how long calls rest: 0 not at all, None until something happens."""
        parked = self._parking.wait()
        if parked is None:
            return None
        return max(parked, self._not_before - self._clock.monotonic(), 0.0)

    def _rest(self) -> None:
        """Wait for news, or for the end of a pause; tell whoever waits for quiet."""
        pause = self._pause()
        if pause == 0.0:
            waits = self._tools is None or self._closed is not None or self._loading
            # What is left in the backlog waits for somebody who asks about the same content.
            pause = None if waits or len(self._backlog) else self._until_due()
        if self._retry_at is not None:
            left = max(self._retry_at - self._clock.monotonic(), 0.0)
            pause = left if pause is None else min(pause, left)
        if self._quiet and self._is_quiet(pause):
            quiet, self._quiet = self._quiet, []
            self._around.spawn("quiet", partial(_call_all, quiet))
        if pause is None or pause > 0:
            self._clock.wait(self._changed, pause)

    def _until_due(self) -> float | None:
        """Say when the next waiting file is due; then the record is paged through again."""
        try:
            due = self._around.store.next_enrichment()
        except StoreError:
            return _STORE_PAUSE
        if due is None:
            return None
        again = self._looked_at + _LOOK_SECONDS - self._clock.monotonic()
        if (wait := max(due - self._clock.now(), again)) > 0:
            return wait
        self._looked_at = self._clock.monotonic()
        self._backlog.look_again()
        return 0.0

    def _is_quiet(self, pause: float | None) -> bool:
        if self._active or self._loading:
            return False
        if self._tools is None or self._closed is not None or self._failure is not None:
            return True
        if self._parking.state != "ok":
            return not self._parking.passing
        if len(self._backlog) or self._backlog.wants_more():
            return False
        return pause is None or pause > _SOON

    # ── loading ────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> None:
        """Open what is needed and read what comes next. Without the lock: it blocks."""
        with self._changed:
            tools, generation, settings = self._tools, self._generation, self._settings
        try:
            if tools is None:
                tools = self._opener.open(settings)
                with self._changed:
                    if generation != self._generation or self._stopped:
                        self._around.spawn("model-end", tools.model.close)
                        return
                    self._tools = tools
            standing = tools.standing()
            closed = gate.closed(standing)
            with self._changed:
                news = closed != self._closed
                self._closed, self._place = closed, (standing.region, standing.host)
                demand = self._backlog.demand()
            if news and closed is not None:
                self._around.noticed(f"Nova Lite is on, but nothing is sent: {gate.CLOSED[closed]}")
            if closed is None:
                self._load_page(tools, generation, demand)
            else:
                with self._changed:
                    self._backlog.loaded(demand, (), (), last=None)
        except DbpError as error:
            log.warning("enrichment cannot go on: %s", error)
            self._hold(str(error), _STORE_PAUSE if isinstance(error, StoreError) else None)
        except Exception as error:
            log.exception("enrichment cannot go on")
            self._hold(f"internal error: {type(error).__name__}", None)

    def _hold(self, why: str, seconds: float | None) -> None:
        """Wait so many seconds, or for other settings, or for changes in the record."""
        with self._changed:
            self._failure = why
            self._retry_at = None if seconds is None else self._clock.monotonic() + seconds
            self._backlog.loaded(self._backlog.demand(), (), (), last=None)

    def _load_page(self, tools: Tools, generation: int, demand: Demand) -> None:
        urgent, cursor = demand.urgent, demand.cursor
        store, now = tools.store, self._clock.now()
        wanted = [todo for path in urgent if (todo := store.enrichment_of(path)) is not None]
        page = store.to_enrich(PAGE, cursor, now=now)
        last = page[-1].path if len(page) == PAGE else None
        with self._changed:
            page = [todo for todo in page if self._contents.get(todo.path) != todo.content_hash]
        key = partial(key_of, llm=tools.llm, template=tools.template)
        model = tools.model.name
        front, told = settle_known(store, tools.account, wanted, key, now, model=model)
        rest, also = settle_known(store, tools.account, page, key, now, model=model)
        if told or also:
            self._around.published([*told, *also])
        spent = tools.account.spent()
        with self._changed:
            if generation != self._generation:
                self._backlog.look_again()
                return
            self._spent, self._failure = spent, None
            self._backlog.loaded(
                demand,
                [Item(todo, key, urgent[todo.path]) for todo, key in front],
                [Item(todo, key, self._around.why(todo.path)) for todo, key in rest],
                last=last,
            )

    # ── what comes of a file ───────────────────────────────────────────────────────────────────

    def _run(self, item: Item, tools: Tools, ticket: Ticket, place: Place) -> None:
        try:
            came = errand.run(tools, item, place)
        except ModelError as error:
            self._service_failed(item, tools, ticket, error)
        except StoreError as error:
            log.warning("enrichment waits for the database: %s", error)
            self._put_back(item, tools, ticket, _STORE_PAUSE)
            if self._opener.lost():
                self.consent_changed()
        except Exception as error:
            log.exception("enriching %r failed", item.todo.path)
            reason = f"internal error: {type(error).__name__}"
            self._keep(tools, errand.ended(item, EnrichmentState.FAILED, reason, self._clock.now()))
            with self._changed:
                self._parking.leave(ticket)
        else:
            self._came(item, tools, ticket, came)

    def _came(self, item: Item, tools: Tools, ticket: Ticket, came: Came) -> None:
        if came.again:
            self._put_back(item, tools, ticket)
            return
        if came.decision is not None:
            self._not_now(item, tools, ticket, came.decision)
            return
        if came.write is not None:
            self._keep(tools, came.write)
        if came.settled:
            self._around.published(came.settled)
        if came.rubbish:
            # One file may confuse a model; a row of them is a network that answers for it.
            self._park(ticket, "invalid_response", came.rubbish, None)
        with self._changed:
            healed = came.asked and self._parking.code == "invalid_response"
            if came.asked:
                self._parking.succeeded(ticket)
            elif not came.rubbish:
                self._parking.leave(ticket)
        if came.asked:
            again = tools.failures.answered()
            for path in again if healed else ():
                self.ask(path, HEALED)
            self._count(tools)

    def _count(self, tools: Tools) -> None:
        try:
            spent = tools.account.spent()
        except StoreError as error:
            log.warning("what was spent cannot be read: %s", error)
            return
        with self._changed:
            self._spent = spent

    def _keep(self, tools: Tools, write: Enrich) -> None:
        """Write where a file stands and tell who shows it; not what other settings brought."""
        if tools is not self._tools:
            return
        try:
            self._around.store.write([write])
        except StoreError as error:
            log.warning("the enrichment of %r could not be kept: %s", write.path, error)
            with self._changed:
                self._retry_at = self._clock.monotonic() + _STORE_PAUSE
            return
        self._around.published([write.path])

    def _not_now(self, item: Item, tools: Tools, ticket: Ticket, decision: gate.Decision) -> None:
        """The gate said no: to this file, to the folder, or for now."""
        if decision.code == "scope":
            now = self._clock.now()
            self._keep(tools, errand.out_of_scope(item, decision.reason, now))
            with self._changed:
                self._parking.leave(ticket)
        elif decision.code == "budget":
            until = getattr(decision.answer, "until", None)
            self._park(ticket, "budget", gate.over_budget(decision.reason), until)
            self._return(item, tools)
        elif isinstance(decision.answer, Later) and decision.answer.why == "claimed":
            self._keep(tools, errand.later(item, decision.answer.seconds, self._clock.now()))
            with self._changed:
                self._parking.leave(ticket)
        elif isinstance(decision.answer, Later):
            self._put_back(item, tools, ticket, decision.answer.seconds)
        else:
            with self._changed:
                self._closed = decision.code
                self._parking.leave(ticket)
                self._backlog.clear()

    def _put_back(self, item: Item, tools: Tools, ticket: Ticket, seconds: float = 0.0) -> None:
        with self._changed:
            self._parking.leave(ticket)
            self._not_before = max(self._not_before, self._clock.monotonic() + seconds)
            self._return(item, tools)

    def _return(self, item: Item, tools: Tools) -> None:
        """Keep a file for later; under other settings its key is another one."""
        with self._changed:
            if tools is self._tools:
                self._backlog.put_back(item)
            else:
                self._backlog.look_again()

    def _service_failed(self, item: Item, tools: Tools, ticket: Ticket, error: ModelError) -> None:
        if error.code == "throttled":
            try:
                tools.account.throttled(tools.llm.model)
            except StoreError as broken:
                log.warning("the pace cannot be kept: %s", broken)
        if error.code == "cancelled" or tools is not self._tools:
            self._put_back(item, tools, ticket)
            return
        self._park(ticket, error.code, str(error), None)
        with self._changed:
            counts = not ticket.probe and self._parking.state == "ok"
        write = errand.after_failure(item, error, self._clock.now(), counts=counts)
        if write is not None:
            self._keep(tools, write)
        else:
            self._return(item, tools)

    def _park(self, ticket: Ticket, code: str, reason: str, until: float | None) -> None:
        with self._changed:
            news = self._parking.failed(ticket, code, reason, until=until)
        if news:
            log.warning("enrichment rests: %s", reason)
            if self._parking.state != "throttled":
                self._around.noticed(f"Nova Lite rests: {reason}")


def _call_all(callbacks: Sequence[Callable[[], None]]) -> None:
    for callback in callbacks:
        callback()
