"""An engine over a real record, with fake files, parsers and watcher, on a clock turned by hand.

A file's text makes its facts: each line `-> other.py` is an import that runs when it is loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

import fakes
from fakes import Disk, Extractor, Harness, Scanner, Watcher

from dbp.clock import TurnableClock
from dbp.codec import encode
from dbp.engine import Engine
from dbp.facts import Facts, Link, encode_facts
from dbp.hooks import Hooks
from dbp.job import FINAL, Job, JobStatus
from dbp.model import Content, Extraction, SymbolRow
from dbp.ports import ExtractionRequest, Json
from dbp.runtime import Scan
from dbp.services.base import Service
from dbp.settings import Settings
from dbp.store.documents import SqliteStore, open_store
from dbp.view import View


class Parsers(Extractor):
    """Parsers that understand arrows."""

    def language(self, _path: str, _head: bytes) -> str:
        """Everything is Python, where a circle of imports is worth a word."""
        return "python"

    def _extract(self, request: ExtractionRequest) -> Content:
        self.seen.append((request.path, request.data))
        lines = request.data.decode().splitlines()
        links = tuple(
            Link("header", line[3:].strip(), number)
            for number, line in enumerate(lines)
            if line.startswith("-> ")
        )
        words = [line for line in lines if line.isidentifier()]
        return Content(
            request.key,
            encode(Extraction("python", len(lines), "utf-8", ascii=True)),
            lines[0] if lines else None,
            tuple(SymbolRow(word, word, "function", 0) for word in words),
            facts=encode_facts(Facts(links)),
            sections=" ".join(lines),
        )


class Serving(Harness):
    """`with Serving(tmp_path) as s: s.save("a.py", b"-> b.py"); s.turn(10)`."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: TurnableClock | None = None,
        disk: Disk | None = None,
        store: SqliteStore | None = None,
        watch: bool = True,
        **settings: Mapping[str, Any],
    ) -> None:
        """Make it; the record lies in `folder` and outlives it."""
        self.clock = clock or TurnableClock()
        self.disk = disk or Disk()
        self.extractor = Parsers()
        self.real = store or open_store(folder / "index.db", self.clock)
        self.store = cast("fakes.Store", self.real)
        self.bell = fakes.Bell()
        self.published: list[str] = []
        self.scans: list[Scan] = []
        self.broken = threading.Event()
        self.open_files: set[str] = set()
        self.scanner = Scanner(self.disk)
        self.watchers: list[Watcher] = []
        self.moves: list[Job] = []
        self.watch = watch
        self.settings = Settings.model_validate(
            {"scheduler": {"delay_seconds": 1}, "throttle": {"max_load": 0}, **settings}
        )
        self.folder = folder
        hooks = Hooks(
            published=self.published.extend,
            bell=lambda _name: None,
            scanned=self.scans.append,
            is_open=self.open_files.__contains__,
            store_broken=self.broken.set,
            job_changed=self.moves.append,
            view=lambda: self.view,
        )
        root = folder / "root"
        root.mkdir(exist_ok=True)
        self.engine = Engine(
            self.edges(), self.real, self.settings, self.clock, hooks, root=str(root)
        )
        self.view: View | None = None

    def __enter__(self) -> Self:
        self.engine.start(watch=self.watch)
        if self.watch:
            self.settle()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.engine.stop()
        self.real.close()

    def turn(self, seconds: float) -> None:
        """Let time go by, and wait until what fell due by it was begun: no later turn counts."""
        super().turn(seconds)
        begun = threading.Event()
        self.engine._upkeep.once(0, "turned", begun.set)
        self.until(begun.is_set, "what is due")

    @property
    def services(self) -> dict[str, Json]:
        """All that is said of the services."""
        return self.engine.services.described()

    def service(self, name: str) -> Service:
        """Give one service."""
        return self.engine.services._services[name]

    def jobs(self, kind: str = "", operation: str = "") -> list[Job]:
        """List jobs, oldest first."""
        found, _ = self.real.jobs.list(types=[kind] if kind else [], limit=1000)
        of = [job for job in found if operation in {"", job.arguments.get("operation")}]
        return of[::-1]

    def ended(self, kind: str = "", operation: str = "") -> list[Job]:
        """List those that are final."""
        return [job for job in self.jobs(kind, operation) if job.status in FINAL]

    def trigger(self, service: str, operation: str = "", target: str = "", **more: Any) -> Job:
        """Trigger an operation and wait for its end."""
        job = self.engine.services.trigger(service, operation, target, **more).job
        return self.end_of(job.id)

    def end_of(self, job_id: str) -> Job:
        """Wait for the end of a job, which must not need the clock."""

        def final() -> bool:
            job = self.real.jobs.get(job_id)
            return job is not None and job.status in FINAL

        self.until(final, "a job to end")
        found = self.real.jobs.get(job_id)
        assert found is not None
        return found

    def done(self, service: str, operation: str = "", target: str = "", **more: Any) -> Json:
        """Trigger an operation and give the result; it must succeed."""
        job = self.trigger(service, operation, target, **more)
        assert job.status is JobStatus.COMPLETED, job.error
        assert job.result is not None
        return job.result

    def wait_for(self, kind: str, operation: str = "", count: int = 1) -> Sequence[Job]:
        """Wait until so many jobs ended."""
        self.until(lambda: len(self.ended(kind, operation)) >= count, f"{count} {kind}")
        return self.ended(kind, operation)

    def record(self, path: str, text: str = "") -> None:
        """Save a file and have it recorded."""
        self.save(path, text.encode() or f"{path}\n".encode())
        self.turn(1)
        self.settle()

    def quiet(self) -> None:
        """Wait until no job waits to run at once, or runs."""

        def resting() -> bool:
            counts = self.real.jobs.counts()
            open_ones = (
                mine.get(JobStatus.PROCESSING, 0) + mine.get(JobStatus.QUEUED, 0)
                for mine in counts.values()
            )
            return not sum(open_ones)

        self.until(resting, "the jobs to rest")
