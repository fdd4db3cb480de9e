"""What a workspace says of itself: its Status, and where the enrichment of a file stands."""

from __future__ import annotations

from dbp.counts import Counts
from dbp.engine import Engine
from dbp.enrichment.gate import CLOSED
from dbp.enrichment.shown import EnrichmentFacts, enrichment_facts
from dbp.errors import DbpError
from dbp.paths import Root
from dbp.ports import Json, Scanner, Store
from dbp.reading import Reading
from dbp.report import Facts, status_json, with_engine
from dbp.runtime import Scan
from dbp.settings import Effective
from dbp.status import Statistics
from dbp.view import FileView


class Reporting(Reading):
    """The part of `dbp.workspace.Workspace` that reports."""

    root: Root
    effective: Effective
    engine: Engine | None
    _store: Store | None
    _scanner: Scanner | None
    _failure: DbpError | None
    _scanned: Scan | None
    _watch: bool
    _settled_role: bool
    _counts: Counts
    _no_statistics: Statistics

    @property
    def role(self) -> str | None:
        """`leader` or `follower`; None while that is not settled."""
        if self.engine is not None:
            return "leader"
        return "follower" if self._settled_role else None

    def catching_up(self) -> bool:
        """Tell whether files may still be unread, as far as this process knows. Quick."""
        engine = self.engine
        if engine is None:
            return self.role is None and self._failure is None
        scan = engine.runtime.scan
        return scan is None or not scan.done or engine.buffer.sizes().total > 0

    def _cache_full(self, used: int) -> None:
        """Files had to leave what is kept in memory."""
        if (engine := self.engine) is not None:
            engine.alerting.cache_full(used)

    def status(self) -> Json:
        """Render Status."""
        view, engine, store, role = self.view, self.engine, self._store, self.role
        on = self.effective.settings.llm.provider != "none"
        facts = Facts(
            uri=self.root.uri,
            role=role,
            scheduler=self.effective.settings.scheduler,
            counts=self._counts.files(self._store),
            store=store.status() if store else None,
            starting=role is None and self._failure is None,
            cache=view.kept() if view else (0, 0, 0, 0),
            scanned=self._scanned,
            degraded=self._degradations(),
            refused=self._reservations(),
            statistics=self._no_statistics,
            llm=self.effective.settings.llm,
            enrichment=self._counts.enriched(self._store) if on else {},
        )
        return status_json(facts if engine is None else with_engine(facts, engine))

    def _degradations(self) -> tuple[str, ...]:
        reasons = [str(self._failure)] if self._failure else []
        if (engine := self.engine) is not None:
            if engine.store_error is not None:
                reasons.append(str(engine.store_error))
            if self._watch and not engine.watcher_status().backend:
                reasons.append("the workspace is not watched")
        if refusal := self.refusal():
            reasons.append(refusal)
        return tuple(reasons)

    def refusal(self) -> str:
        """Say why the folder as a whole is not read, and what to do; empty when it is."""
        engine = self.engine
        scanner = engine.scanner if engine is not None else self._scanner
        return str(scanner.refusal) if scanner is not None and scanner.refusal else ""

    def _reservations(self) -> tuple[str, ...]:
        """Say what a person should know though all goes on."""
        reasons = [p.message for p in self.effective.problems if p.severity == "error"]
        store = self._store
        if store is not None and (passing := store.status().passing):
            reasons.append(passing)
        return tuple(reasons)

    def enrichment_facts(self, view: FileView) -> EnrichmentFacts:
        """Say where the enrichment of a file stands. Quick."""
        on = self.effective.settings.llm.provider != "none"
        engine = self.engine
        waits = None
        if on and engine is not None and engine.flow is not None:
            flow = engine.flow.status()
            waits = CLOSED[flow.closed] if flow.closed else flow.reason or None
        return enrichment_facts(view.record, on=on, waits=waits)
