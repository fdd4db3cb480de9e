"""Projects outside the open folder: the list in the user's account, and repositories for a job.

Part of the composition root: it knows where state lies and how a workspace is put together. A
repository becomes a workspace of its own for as long as a job looks at it: a temporary folder, a
record in it, nothing watched, no model asked, none of its settings read; then all of it is gone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbp.alerts import Alert
from dbp.clock import Clock
from dbp.errors import DbpError, ScanError, StoreError
from dbp.job import Job
from dbp.paths import Root
from dbp.ports import Account, Edges, Indexed, JobContext, Leader, Store
from dbp.repository import Repository
from dbp.runtime import Scan
from dbp.settings import Effective, Settings
from dbp.workspace import Workspace

if TYPE_CHECKING:
    from dbp.sources.clone_space import Spaces

log = logging.getLogger(__name__)

MAX_FILES = 200_000
"""Files of a commit that are looked at: twice those of the largest kernels and browsers."""

_BUSY = 0.5
"""Seconds another folder's record may keep us waiting: a list is no reason to wait longer."""

_LOOK = 0.1

MakeEdges = Callable[[Root, Settings, Path], Edges]
"""Binds the edges of a folder whose state lies in the given one."""


class Checkouts:
    """How workspaces get at projects (`dbp.ports.ProjectEdges`)."""

    def __init__(
        self,
        clock: Clock,
        open_account: Callable[..., Account],
        make_edges: MakeEdges,
        guard: Callable[[Path], AbstractContextManager[None]],
    ) -> None:
        """Make it; `open_account` takes `read_only`, `guard` keeps readers off a database."""
        self._clock = clock
        self._open_account = open_account
        self._make_edges = make_edges
        self._guard = guard

    def open_account(self) -> Account:
        """Open the user's account, where the list is kept."""
        return self._open_account()

    def read_account(self) -> Account:
        """Open it for reading."""
        return self._open_account(read_only=True)

    # ── folders ────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def records(self, path: str) -> Iterator[Store | None]:
        """Lend the record of a folder for reading; None where there is none that can be read."""
        with self._record(path, read_only=True) as store:
            yield store

    @contextmanager
    def writable(self, path: str) -> Iterator[Store | None]:
        """Lend the record of a folder for changing its jobs; None where there is none.

        One that would have to be made anew or brought up to date first is left as it is.
        """
        with self._record(path, read_only=True) as found:
            usable = found is not None
        if not usable:
            yield None
            return
        with self._record(path, read_only=False) as store:
            yield store

    @contextmanager
    def _record(self, path: str, *, read_only: bool) -> Iterator[Store | None]:
        from dbp.store import location
        from dbp.store.documents import open_store

        database = None
        with suppress(StoreError):
            database = location.existing_database(path)
        if database is None:
            yield None
            return
        with self._guard(database):
            found: Store | None = None
            with suppress(StoreError):
                found = open_store(database, self._clock, read_only=read_only, busy_seconds=_BUSY)
            try:
                yield found
            finally:
                if found is not None:
                    found.close()

    def opened(self, path: str) -> None:
        """Note in the list that a folder was opened, and sweep what killed processes left."""
        try:
            if (spaces := _spaces(make=False)) is not None:
                spaces.sweep()
            account = self.read_account()
            try:
                listed = any(
                    each.kind == "folder" and each.key == path for each in account.projects()
                )
            finally:
                account.close()
            if listed:
                account = self.open_account()
                try:
                    account.project_opened("folder", path, self._clock.now())
                finally:
                    account.close()
        except (DbpError, OSError) as error:
            if getattr(error, "code", "") not in {"store_missing", "older_schema"}:
                log.info("the list of projects: %s", error)

    # ── repositories ───────────────────────────────────────────────────────────────────────────

    @contextmanager
    def indexed(
        self, repository: Repository, commit: str, effective: Effective, context: JobContext
    ) -> Iterator[Indexed]:
        """Fetch a commit into a temporary folder, index it, and lend it; then all is removed."""
        from dbp.sources import clone
        from dbp.store import location

        spaces = _spaces()
        assert spaces is not None  # noqa: S101  # it was made
        spaces.sweep()
        space = spaces.make()
        try:
            context.progress(0, 0, f"fetching {repository.key}")
            settings = _settings(effective.settings)
            checkout = clone.fetch(
                repository,
                commit,
                space,
                bounds=clone.Bounds(
                    seconds=settings.clone.timeout_seconds,
                    bytes=settings.clone.max_mb * 1_000_000,
                    files=MAX_FILES,
                    file_bytes=settings.extraction.max_file_size_kb * 1024,
                ),
                depth=settings.clone.depth,
                clock=self._clock,
                check=context.check,
                on_cancel=context.on_cancel,
            )
            written = checkout.written
            root, state = Root(space.tree), Path(space.state)
            edges = self._make_edges(root, settings, state)
            own = replace(effective, settings=settings, root=None)
            database = location.workspace_dir(root.path, state) / location.DATABASE

            def make(listener: _Listener) -> Workspace:
                return Workspace(
                    root, own, edges, self._clock, listener, watch=False, enrich=False, jobs=()
                )

            with (
                self._guard(database),
                _open(make, self._clock, context, written.files) as workspace,
            ):
                yield Indexed(workspace.desk(), checkout.commit, written.files, written.note)
        finally:
            spaces.remove(space)


def _settings(settings: Settings) -> Settings:
    """Give the settings a repository is looked at with: the user's, as far as they fit.

    All files of the commit belong, whatever it ignores; its record is its own; no model is asked.
    """
    fresh = Settings()
    monitor = settings.fs_monitor.model_copy(
        update={"include": ("*",), "ignore_patterns": (), "backend": "off"}
    )
    update = {"fs_monitor": monitor, "database": fresh.database, "llm": fresh.llm}
    return settings.model_copy(update=update)


@contextmanager
def _open(
    make: Callable[[_Listener], Workspace], clock: Clock, context: JobContext, files: int
) -> Iterator[Workspace]:
    """Open a workspace and wait until all of it is indexed."""
    listener = _Listener()
    workspace = make(listener)
    try:
        workspace.open()
        engine = workspace.engine
        assert engine is not None  # noqa: S101  # nobody else knows this folder
        waiting = threading.Condition()
        done = threading.Event()

        def wake() -> None:
            with waiting:
                waiting.notify_all()

        def finished() -> None:
            done.set()
            wake()

        context.on_cancel(wake)
        engine.finish(finished)
        while not done.is_set():
            context.progress(min(engine.statistics.handled(), files), files, "indexing")
            with waiting:
                if not done.is_set():
                    clock.wait(waiting, _LOOK)
        context.check()
        if listener.failed:
            raise ScanError(listener.failed)
        if engine.store_error is not None:
            raise engine.store_error
        yield workspace
    finally:
        workspace.close()


class _Listener:
    """Hears whether the folder could be compared."""

    def __init__(self) -> None:
        self.failed = ""

    def published(self, paths: Sequence[str]) -> None:
        """Nobody looks at single files."""

    def scanned(self, scan: Scan) -> None:
        """A comparison went on or ended."""
        self.failed = scan.error or self.failed

    def role_changed(self) -> None:
        """It leads: nobody else knows this folder."""

    def job_changed(self, job: Job) -> None:
        """It has no jobs."""

    def noticed(self, text: str) -> None:
        """No model is asked."""

    def alerted(self, alert: Alert) -> None:
        """Nobody watches over it."""


def _spaces(*, make: bool = True) -> Spaces | None:
    from dbp.sources.clone_space import Spaces
    from dbp.store import location
    from dbp.store.leader import LeaderLock

    def make_lock(path: str) -> Leader:
        return LeaderLock(Path(path))

    folder = location.clones_dir(make=make)
    return None if folder is None else Spaces(str(folder), make_lock)
