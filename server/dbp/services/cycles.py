"""Looks for files that depend on each other in a circle.

When a file refers to another one than before, the circles through it are looked for; so many at
once that this would take longer than looking at everything mean just that. A full audit comes from
time to time; when it is due is kept in the database.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from dbp.actions.layout import language_at
from dbp.analysis.cycles import Cycle, Cycles, all_cycles, cycle_through
from dbp.analysis.edge import Edge
from dbp.analysis.edges import FAMILIES, Doors, edges_of
from dbp.analysis.graph import build
from dbp.doors import deadline, doors_of, indexed, modules
from dbp.ports import JobContext, Json
from dbp.services.alarm import Alarm
from dbp.services.base import Around, Service
from dbp.services.due import Due

MAX_PATHS = 200
"""Changed files that are looked at one by one; more are a look at everything."""

TOLD = 100
"""Cycles in one result."""

_REMEMBERED = 20_000
"""Files whose edges are remembered, as a number each."""

_BUSY_AGAIN = 5.0
"""Seconds until files that came while many were being extracted are looked at."""

Key = tuple[str, tuple[str, ...]]


class CycleService(Service):
    """Service `cycle_detection`."""

    name = "cycle_detection"
    job_type = "cycle_check"
    section = "cycle_detection"
    operations = {"check_cycles": (), "full_cycle_check": ()}  # noqa: RUF012 - read only

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._check = self._alarm("check", self._check_now)
        alarm = self._alarm("audit", self._audit_now)
        self._audit = Due(self._store, self._clock, alarm, "cycles_audited_at")
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}
        self._too_many = False
        self._edges: OrderedDict[str, int] = OrderedDict()
        self._known: dict[Key, Cycle] | None = None

    def alarms(self) -> Iterable[Alarm]:
        """Name the moments it waits for."""
        return self._check, self._audit.alarm

    def _begin(self) -> None:
        self._audit.plan(self._interval, at_once=True)
        if self._waiting or self._too_many:
            self._check.plan(self.own.check_delay_seconds)

    @property
    def _interval(self) -> float:
        return float(self.own.audit_interval_hours * 3600)

    def _end(self) -> None:
        self._check.cancel()
        self._audit.alarm.cancel()

    def target(self, path: str) -> Json:
        """Say what a trigger's target means to the operations."""
        return {"paths": [path]} if path else {}

    # ── what comes by itself ───────────────────────────────────────────────────────────────────

    def published(self, paths: Sequence[str]) -> None:
        """Look at these files, together with what else changes in a moment."""
        if not (self.enabled and self.own.check_on_dependency_add):
            return
        with self._lock:
            if not self._too_many:
                self._waiting |= dict.fromkeys(paths)
            if len(self._waiting) > MAX_PATHS:
                self._waiting, self._too_many = {}, True
        if self.automatic:
            self._check.plan(self.own.check_delay_seconds)

    def _check_now(self) -> None:
        if self.busy():
            self._check.plan(max(_BUSY_AGAIN, self.own.check_delay_seconds))
            return
        with self._lock:
            paths, everything = list(self._waiting), self._too_many
            self._waiting, self._too_many = {}, False
        if everything:
            self._automatically("full_cycle_check", None, self._check)
            return
        edges = _Edges(self._store.exists, self._around)
        changed = [path for path in paths if self._leads_elsewhere(path, edges)]
        if changed:
            self._automatically("check_cycles", {"paths": changed}, self._check)

    def _leads_elsewhere(self, path: str, edges: _Edges) -> bool:
        """Tell whether a file has other edges than when we last looked, and remember them."""
        now = hash(frozenset((edge.target, edge.family) for edge in edges.of(path)))
        before = self._edges.pop(path, None)
        self._edges[path] = now
        if len(self._edges) > _REMEMBERED:
            self._edges.popitem(last=False)
        return now != before

    def _audit_now(self) -> None:
        if self.busy():
            self._audit.alarm.plan(_BUSY_AGAIN)
            return
        self._automatically("full_cycle_check", None, self._audit.alarm)

    # ── operations ─────────────────────────────────────────────────────────────────────────────

    def _run(self, operation: str, arguments: Json, context: JobContext) -> Json:
        if operation == "full_cycle_check":
            return self._look_at_all(context)
        paths = [str(path) for path in arguments.get("paths") or ()]
        return self._look_at(paths, context) if paths else self._look_at_all(context)

    def _look_at(self, paths: Sequence[str], context: JobContext) -> Json:
        """Find the circles through some files, and see whether known ones are still there."""
        own = self.own
        expired = _watching(deadline(own.detection_timeout_seconds, self._clock), context)
        edges = _Edges(self._store.exists, self._around)
        found: dict[Key, Cycle] = {}
        limited = timed_out = False
        looked = 0
        for path in paths:
            for family in FAMILIES:
                result = cycle_through(path, edges.of, own.max_detection_depth, expired, family)
                limited, timed_out = limited or result.depth_limited, timed_out or result.timed_out
                if result.cycle is not None:
                    found[_key(result.cycle)] = result.cycle
            if timed_out:
                break
            looked += 1
        with self._lock:
            known = dict(self._known or {})
        cleared = [key for key, cycle in known.items() if not all(map(edges.has, cycle.edges))]
        new = [key for key in found if key not in known]
        for key in cleared:
            del known[key]
        known |= found
        with self._lock:
            self._known = known
        return {
            "checked": looked,
            "found": len(found),
            "new": len(new),
            "cleared": len(cleared),
            "known": len(known),
            "cycles": _told(found.values()),
            "depthLimited": limited,
            "timedOut": timed_out,
        }

    def _look_at_all(self, context: JobContext) -> Json:
        """Find the circles of the whole folder."""
        own, settings = self.own, self._host.settings
        context.progress(0, 0, "reading references")
        doors = doors_of(self._around.root, indexed(self._store), settings)
        graph = build(self._store.all_facts(), doors, _watching(lambda: False, context))
        context.progress(0, 0, "looking for cycles")
        expired = _watching(deadline(own.detection_timeout_seconds, self._clock), context)
        result: Cycles = all_cycles(graph, "all", own.max_detection_depth, expired)
        found = {_key(cycle): cycle for cycle in result.cycles}
        with self._lock:
            before, self._known = self._known or {}, found
        self._audit.done(self._interval)
        return {
            "files": len(graph.names),
            "edges": len(graph),
            "found": len(found),
            "new": len(found.keys() - before.keys()),
            "cleared": len(before.keys() - found.keys()),
            "known": len(found),
            "cycles": _told(result.cycles),
            "depthLimited": result.depth_limited,
            "timedOut": result.timed_out,
            "truncated": result.truncated,
            "tooLong": result.too_long,
        }

    def details(self) -> Json:
        """Say what is known: None before the first look."""
        with self._lock:
            known = None if self._known is None else len(self._known)
            return {"cycles": known, "waiting": len(self._waiting)}


class _Edges:
    """The edges of a folder as far as they are asked for, kept for one look."""

    def __init__(self, exists: Callable[[str], bool], around: Around) -> None:
        there: dict[str, bool] = {}

        def is_there(key: str) -> bool:
            found = there.get(key)
            if found is None:
                found = there[key] = exists(key)
            return found

        roots = around.host.settings.references.source_roots
        self._doors = Doors(is_there, is_there, roots, modules(around.root))
        self._store = around.store
        self._known: dict[str, tuple[Edge, ...]] = {}

    def of(self, path: str) -> tuple[Edge, ...]:
        """Give the edges that begin at a file and may close a circle."""
        known = self._known.get(path)
        if known is None:
            facts, language = self._store.facts(path), language_at(path).name
            found = edges_of(path, language, facts, self._doors) if facts is not None else ()
            self._known[path] = known = tuple(edge for edge in found if edge.family)
        return known

    def has(self, edge: Edge) -> bool:
        """Tell whether an edge is still there."""
        return any(
            one.target == edge.target and one.family == edge.family for one in self.of(edge.source)
        )


def _key(cycle: Cycle) -> Key:
    return cycle.family, cycle.paths


def _told(cycles: Iterable[Cycle]) -> list[Json]:
    told = [{"kind": cycle.family, "paths": list(cycle.paths)} for cycle in cycles]
    return told[:TOLD]


def _watching(expired: Callable[[], bool], context: JobContext) -> Callable[[], bool]:
    """Ask, too, whether the job is wanted still."""

    def ask() -> bool:
        context.check()
        return expired()

    return ask
