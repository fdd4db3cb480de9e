"""A workspace opened in the foreground for the time of one command.

Leads when nobody does; otherwise asks the process that leads (a running editor) through the bell.
"""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbp.alerts import Alert
from dbp.app import find_root, load_settings, log_as, make_workspace, open_root
from dbp.errors import BadPathError, DbpError, RequestError, ScanError, SettingsError
from dbp.job import Job
from dbp.paths import Root
from dbp.runtime import Scan
from dbp.settings import Effective, SettingProblem
from dbp.workspace import Workspace

ANSWER_SECONDS = 10.0
"""Seconds the leading process gets to answer a quick question."""


LOGGING = ("serve", "watch")
"""The verbs that go on for long: their log follows the settings, and goes to files too."""


class Events:
    """A listener that lets the main thread wait for what happens."""

    def __init__(
        self,
        on_published: Callable[[Sequence[str]], None] | None = None,
        on_job: Callable[[Job], None] | None = None,
    ) -> None:
        self.scan: Scan | None = None
        self.done: list[Scan] = []
        self._on_published = on_published
        self._on_job = on_job

    def published(self, paths: Sequence[str]) -> None:
        """Records changed."""
        if self._on_published is not None:
            self._on_published(paths)

    def scanned(self, scan: Scan) -> None:
        """A comparison went on."""
        self.scan = scan
        if scan.done:
            self.done.append(scan)

    def role_changed(self) -> None:
        """The folder is open."""

    def job_changed(self, job: Job) -> None:
        """A job moved or went on."""
        if self._on_job is not None:
            self._on_job(job)

    def alerted(self, alert: Alert) -> None:
        """Who watches is told; a verb that ends soon says what it has to say itself."""

    def noticed(self, text: str) -> None:
        """Something a person should know."""
        from dbp.cli import print_error

        print_error(text)


def root_of(options: argparse.Namespace) -> Root:
    """Find the workspace a command is about. Raises `BadPathError`."""
    if options.workspace is not None:
        return open_root(options.workspace.absolute())
    return Root(str(find_root(here())))


def here() -> Path:
    """Give the current folder. Raises `BadPathError` when it was removed under our feet."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise BadPathError(
            "the current folder does not exist any more", hint="cd elsewhere", code="not_found"
        ) from error


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Read the `--set` options, and `-v` of a verb that keeps a log.

    Raises `SettingsError` for one without a value.
    """
    given: dict[str, Any] = {}
    for item in options.set:
        key, equals, value = item.partition("=")
        if not equals:
            raise SettingsError(f"--set {item}: there is no value", hint="write KEY=VALUE")
        given[key.strip()] = value
    if options.verbose and options.verb in LOGGING:
        given["log_level"] = "info" if options.verbose == 1 else "debug"
    if getattr(options, "no_services", False):
        given["services.enabled"] = False
    return given


def settings_of(options: argparse.Namespace, root: Root | None) -> Effective:
    """Merge the settings for a command; what is refused is said, and errors on its own line fail.

    Raises `SettingsError` when something given on the command line is refused.
    """
    from dbp.cli import print_error

    effective = load_settings(root, cli=given_settings(options))
    for problem in effective.problems:
        refuse(problem)
        print_error(str(problem))
    return effective


def refuse(problem: SettingProblem) -> None:
    """Raise `SettingsError` for what this very command was given: it must not run without it."""
    if problem.origin == "command line":
        raise SettingsError(problem.message, hint="dbp config show lists every setting")


@contextmanager
def opened(
    options: argparse.Namespace,
    *,
    root: Root | None = None,
    events: Events | None = None,
    watch: bool = False,
    folders: Sequence[str] = (),
    lead: bool = True,
    enrich: bool | None = None,
    jobs: Sequence[str] = (),
) -> Iterator[Workspace]:
    """Open the workspace of a command and close it afterwards.

    A model is asked only by what watches, or says `enrich`. So it is with jobs: what watches does
    all that wait, others only the types they name in `jobs`.
    """
    root = root or root_of(options)
    effective = settings_of(options, root)
    if watch:
        log_as(effective.settings)
    workspace = make_workspace(
        root,
        effective,
        events or Events(),
        watch=watch,
        folders=folders,
        enrich=watch if enrich is None else enrich,
        jobs=None if watch else jobs,
    )
    try:
        workspace.open(lead=lead)
        yield workspace
    finally:
        workspace.close()


def ask(
    workspace: Workspace,
    method: str,
    params: Mapping[str, Any] | None = None,
    *,
    leader: bool = False,
    seconds: float | None = None,
) -> Any:
    """Ask a workspace and wait for the answer. Raises the `DbpError` it answers with."""
    answered = threading.Event()
    answers: list[Any] = []

    def reply(result: Any) -> None:
        answers.append(result)
        answered.set()

    send = workspace.ask_leader if leader else workspace.handle
    send(method, dict(params or {}), reply)
    if not answered.wait(seconds):
        raise RequestError(
            "the process that leads this folder does not answer",
            code="not_leader",
            hint="close the editor that runs dbp, or look at its log",
        )
    if isinstance(answers[0], DbpError):
        raise answers[0]
    return answers[0]


def finish(workspace: Workspace, *, tick: Callable[[], None] | None = None) -> None:
    """Wait until all that the workspace found is done, calling `tick` now and then.

    Raises `ScanError` when the folders it was opened with could not be compared with the record.
    """
    finished = threading.Event()
    if workspace.engine is not None:
        workspace.engine.finish(finished.set)
    else:
        workspace.handle("dbp/settle", {"flush": True}, lambda _result: finished.set())
    while not finished.wait(0.1 if tick else None):
        if tick is not None:
            tick()
    scan = workspace.engine.runtime.scan if workspace.engine is not None else None
    if scan is not None and scan.done and scan.error is not None:
        raise ScanError(scan.error)


def finish_enrichment(workspace: Workspace, *, tick: Callable[[], None] | None = None) -> None:
    """Wait until nothing more can be asked of the model now, calling `tick` now and then."""
    flow = workspace.engine.flow if workspace.engine is not None else None
    if flow is None:
        return
    quiet = threading.Event()
    flow.finish(quiet.set)
    while not quiet.wait(0.1 if tick else None):
        if tick is not None:
            tick()


def keys_of(root: Root, paths: Sequence[Path]) -> list[str]:
    """Turn paths of a command line into keys; relative ones count from the current folder.

    Raises `BadPathError` for one outside the workspace or that does not exist.
    """
    keys = []
    for path in paths:
        absolute = os.path.abspath(path)  # noqa: PTH100  # Path.resolve would follow links
        if not os.path.lexists(absolute):
            raise BadPathError(f"{path} does not exist", code="not_found")
        keys.append(root.key(absolute))
    return keys
