"""The composition root: the only module that knows every edge, and puts a workspace together.

It promises that nothing heavy is imported before it is needed: the database when a workspace
opens, the parsers when a file is extracted.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from dbp.checkouts import Checkouts
from dbp.clock import Clock, SystemClock
from dbp.enrichment.consent import Consents
from dbp.errors import BadPathError, StoreError
from dbp.listener import Listener
from dbp.logs import FileHandler
from dbp.paths import Root
from dbp.ports import (
    Account,
    Edges,
    EnrichmentEdges,
    Extractor,
    Json,
    Model,
    Scanner,
    Store,
    Watcher,
    WatchSink,
)
from dbp.runtime import start_thread
from dbp.settings import Effective, Settings, load
from dbp.settings.declaration import Llm
from dbp.workspace import Workspace


class FolderBell:
    """The bell of one workspace: `dbp.sources.bell` bound to its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def mark(self, name: str) -> None:
        """Create a marker file."""
        from dbp.sources import bell

        bell.mark(self._folder, name)

    def unmark(self, name: str) -> None:
        """Remove a marker."""
        from dbp.sources import bell

        bell.unmark(self._folder, name)

    def ring(self, request: Json) -> str:
        """Leave a request."""
        from dbp.sources import bell

        return bell.ring(self._folder, request)

    def read(self, name: str) -> Json | None:
        """Read the request or reply in a file that rang; a reply is taken away."""
        from dbp.sources import bell

        if name.endswith(".reply.json"):
            identity = name.removesuffix(".reply.json")
            reply = bell.read_reply(self._folder, identity)
            bell.unmark(self._folder, name)
            return reply
        return bell.read_request(self._folder, name)

    def answer(self, request_id: str, reply: Json) -> None:
        """Leave the reply to a request."""
        from dbp.sources import bell

        bell.answer(self._folder, request_id, reply)

    def sweep(self, older_than: float, now: float) -> None:
        """Take away what nobody came for."""
        from dbp.sources import bell

        bell.sweep(self._folder, older_than, now)

    def listen(self, on_name: Callable[[str], None]) -> Callable[[], None]:
        """Report each file that appears."""
        from dbp.sources import bell

        listener = bell.BellListener(self._folder, on_name)
        listener.start()
        return listener.stop


def processes(settings: Settings) -> int:
    """Choose how many parser processes to run: the setting, or one a core and worker."""
    chosen = settings.extraction.processes
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return chosen or max(1, min(cores or 1, settings.scheduler.worker_threads))


def open_extractor(settings: Settings, clock: Clock, *, background: bool = True) -> Extractor:
    """Make the extractor the settings ask for; in the `background` it yields to everybody."""
    from dbp.extract.pool import ParserPool

    return ParserPool(
        clock,
        max_processes=processes(settings),
        deadline_seconds=settings.extraction.timeout_seconds,
        memory_bytes=settings.extraction.memory_limit_mb * 1024 * 1024,
        background=background,
    )


def build_edges(
    root: Root, settings: Settings, clock: Clock, *, background: bool, place: Path | None = None
) -> Edges:
    """Bind every edge to one folder; its state lies in `place`, else in the user's state directory.

    Raises `StoreError` when there is no place for its state.
    """
    from dbp.store import location
    from dbp.store.leader import LeaderLock

    state = location.workspace_dir(root.path, place)
    database = Path(settings.database.path or state / location.DATABASE)
    bell_dir = state / location.BELL
    # A folder may hold the state of this user: a home folder does.
    if place is None:
        ours.add(database)
    with suppress(StoreError):
        ours.add(location.account_path())

    def open_store(read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        from dbp.store.documents import open_store as open_sqlite

        passing = "" if settings.database.path else location.passing(state)
        return open_sqlite(database, clock, read_only=read_only, passing=passing)

    return Edges(
        leader=LeaderLock(state / location.LEADER_LOCK),
        bell=FolderBell(bell_dir),
        open_store=open_store,
        open_extractor=lambda chosen: open_extractor(chosen, clock, background=background),
        open_sources=partial(_open_sources, root, clock, str(bell_dir), checkout=place is not None),
        enrichment=enrichment_edges(root, clock) if place is None else None,
        path_matcher=_path_matcher,
        projects=checkouts(clock) if place is None else None,
    )


def _open_sources(
    root: Root,
    clock: Clock,
    bell_dir: str,
    chosen: Settings,
    sink: WatchSink,
    *,
    checkout: bool,
) -> tuple[Scanner, Watcher]:
    """Make what lists and reads a folder, and what watches it; a `checkout` is one of ours."""
    from dbp.extract.registry import binary_by_name
    from dbp.sources.ignore import Scope
    from dbp.sources.scanner import Scanner as DiskScanner
    from dbp.sources.watcher import make_watcher

    monitor = chosen.fs_monitor
    scope = Scope(root, exclude=monitor.ignore_patterns, include=monitor.include)
    scanner = DiskScanner(
        root,
        scope,
        max_file_bytes=chosen.extraction.max_file_size_kb * 1024,
        binary_by_name=binary_by_name,
        forbidden=ours,
        max_files=monitor.max_files,
        home=monitor.index_home or checkout,
    )
    watcher = make_watcher(
        root,
        scope,
        sink,
        # Watching a home folder is as much work as reading it.
        backend="off" if scanner.refusal else monitor.backend,
        poll_interval=monitor.poll_interval_seconds,
        bell_dir=bell_dir,
        clock=clock,
    )
    return scanner, watcher


def checkouts(clock: Clock) -> Checkouts:
    """Bind what the list of projects, and jobs about repositories, need."""

    def make_edges(root: Root, settings: Settings, place: Path) -> Edges:
        return build_edges(root, settings, clock, background=True, place=place)

    return Checkouts(clock, partial(open_account, clock), make_edges, ours.lent)


def enrichment_edges(root: Root, clock: Clock) -> EnrichmentEdges:
    """Bind what enrichment needs to one folder; nothing is opened or imported yet."""
    return EnrichmentEdges(
        open_account=partial(open_account, clock),
        read_account=partial(open_account, clock, read_only=True),
        open_model=open_model,
        never_send=_never_send,
        ignored=partial(_ignored, root, clock),
        hard_links=partial(_hard_links, root),
        folder=partial(_device_inode, root),
    )


def open_account(clock: Clock | None = None, *, read_only: bool = False) -> Account:
    """Open the user's account: paid meanings, ledger, consent. Raises `StoreError`."""
    from dbp.store import location
    from dbp.store.account import open_account as open_sqlite

    return open_sqlite(location.account_path(), clock or SystemClock(), read_only=read_only)


def consents() -> Consents:
    """Lend what reads and changes the user's consents."""
    clock = SystemClock()
    return Consents(partial(enrichment_edges, clock=clock), clock)


def open_model(llm: Llm) -> Model:
    """Make the model the settings name; boto3 is imported when it is first asked."""
    from dbp.extract.bedrock import BedrockModel

    return BedrockModel(
        model=llm.model,
        region=llm.region,
        profile=llm.profile,
        endpoint_url=llm.endpoint_url,
        instance_metadata=llm.instance_metadata,
        service_tier=llm.service_tier,
        timeout_seconds=llm.timeout_seconds,
        temperature=llm.temperature,
        attempts=llm.attempts,
        max_connections=llm.max_concurrency,
    )


def _path_matcher(pattern: str) -> Callable[[str], bool]:
    from dbp.sources.patterns import path_matcher

    return path_matcher(pattern)


def _never_send(llm: Llm) -> Callable[[str], bool]:
    from dbp.sources.patterns import never_sent

    return never_sent(llm.never_send)


_FRESH_SECONDS = 1.0
"""How old the verdict of an ignore file may be when it decides what leaves this machine."""


def _ignored(root: Root, clock: Clock, settings: Settings) -> Callable[[str], str | None]:
    """Make the test whether the ignore files alone leave a path out, whatever is taken in.

    It waits for no watcher to hear of a changed rule, and what git cannot say counts as ignored.
    """
    from dbp.sources.ignore import Scope

    scope = Scope(root, exclude=settings.fs_monitor.ignore_patterns, strict=True)
    looked_at = clock.monotonic()

    def why(path: str) -> str | None:
        nonlocal looked_at
        if clock.monotonic() - looked_at >= _FRESH_SECONDS:
            looked_at = clock.monotonic()
            scope.forget()
        return scope.why(path)

    return why


def _hard_links(root: Root, path: str) -> int:
    try:
        return os.lstat(root.absolute(path)).st_nlink
    except (OSError, BadPathError):
        return 0


def _device_inode(root: Root) -> tuple[int, int]:
    found = Path(root.path).stat()
    return found.st_dev, found.st_ino


class Identities:
    """The (device, inode) pairs of the databases this process uses, looked up when asked.

    Opening and closing one of these files in this process would drop SQLite's locks on it, so no
    reader of any workspace may ever touch them.
    """

    def __init__(self) -> None:
        self._paths: frozenset[str] = frozenset()
        self._lent: tuple[frozenset[str], ...] = ()
        self._lock = threading.Lock()

    def add(self, database: Path) -> None:
        """Take a database in, with the files SQLite puts beside it."""
        with self._lock:
            self._paths |= _with_its_files(database)

    @contextmanager
    def lent(self, database: Path) -> Iterator[None]:
        """Take a database in for a while: every look costs a little for each."""
        paths = _with_its_files(database)
        with self._lock:
            self._lent += (paths,)
        try:
            yield
        finally:
            with self._lock:
                left = list(self._lent)
                left.remove(paths)
                self._lent = tuple(left)

    def _pairs(self) -> set[tuple[int, int]]:
        found = set()
        for path in self._paths.union(*self._lent):
            try:
                status = os.stat(path)  # noqa: PTH116 - called before every read
            except OSError:
                continue
            found.add((status.st_dev, status.st_ino))
        return found

    def __contains__(self, pair: object) -> bool:
        return pair in self._pairs()

    def __iter__(self) -> Any:
        return iter(self._pairs())

    def __len__(self) -> int:
        return len(self._paths)


def _with_its_files(database: Path) -> frozenset[str]:
    return frozenset(f"{database}{suffix}" for suffix in ("", "-wal", "-shm", "-journal"))


ours = Identities()
"""Every folder's, since one server has many folders."""


def find_root(start: Path) -> Path:
    """Find the workspace a command means: the git root above a folder, else the folder."""
    resolved = start.resolve()
    for folder in (resolved, *resolved.parents):
        if (folder / ".git").exists():
            return folder
    return resolved


def load_settings(
    root: Root | None,
    *,
    cli: Mapping[str, Any] | None = None,
    editor: Mapping[str, Any] | None = None,
    previous: Effective | None = None,
) -> Effective:
    """Merge every layer of settings for a folder."""
    return load(
        Path(root.path) if root else None,
        env=os.environ,
        cli=cli or {},
        editor=editor or {},
        previous=previous,
    )


def open_root(path: str | Path) -> Root:
    """Make a root of a folder. Raises `BadPathError` with `not_found` when it is none."""
    if not Path(path).is_dir():
        raise BadPathError(
            f"{path} is not a folder", code="not_found", hint="name an existing folder with -C"
        )
    return Root(str(path))


def make_workspace(
    root: Root,
    effective: Effective,
    listener: Listener,
    *,
    clock: Clock | None = None,
    watch: bool = True,
    folders: Sequence[str] = ("",),
    enrich: bool = True,
    jobs: Sequence[str] | None = None,
) -> Workspace:
    """Put a workspace together; it still has to be opened."""
    clock = clock or SystemClock()
    # A command works in the foreground: somebody waits for it to end.
    edges = build_edges(root, effective.settings, clock, background=watch)
    return Workspace(
        root,
        effective,
        edges,
        clock,
        listener,
        watch=watch,
        folders=folders,
        enrich=enrich,
        jobs=jobs,
    )


def _log_folder() -> Path:
    from dbp.store import location

    return location.logs_dir()


_log_files = FileHandler(_log_folder, start_thread)


def log_as(settings: Settings) -> None:
    """Log as these settings say. The log is the process's: of several folders the last one wins."""
    logging.getLogger("dbp").setLevel(settings.log_level.upper())
    root = logging.getLogger()
    _log_files.configure(enabled=settings.log_file, max_mb=settings.log_max_mb, logger=root)


class ServerHost:
    """What `dbp serve` lends the language server (`dbp.lsp.sidecar.Host`)."""

    def __init__(self, cli: Mapping[str, Any]) -> None:
        self._cli = cli

    def open_root(self, path: str) -> Root:
        """Make a root of a folder."""
        return open_root(path)

    def load_settings(
        self, root: Root | None, editor: Mapping[str, Any], previous: Effective | None
    ) -> Effective:
        """Merge the settings of a folder, and log as they say."""
        effective = load_settings(root, cli=self._cli, editor=editor, previous=previous)
        log_as(effective.settings)
        return effective

    def make_workspace(self, root: Root, effective: Effective, listener: Listener) -> Workspace:
        """Put a workspace together."""
        return make_workspace(root, effective, listener)

    def open_extractor(self) -> Extractor:
        """Make an extractor for open buffers."""
        return open_extractor(load_settings(None, cli=self._cli).settings, SystemClock())

    def consents(self) -> Consents:
        """Lend what reads and changes the user's consents."""
        return consents()

    def path_matcher(self, pattern: str) -> Callable[[str], bool]:
        """Compile a pattern in git's syntax into the test of a key."""
        return _path_matcher(pattern)
