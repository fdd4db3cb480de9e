"""Who leads a folder when something goes wrong on the way: nobody is left without an answer."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import fakes
import pytest
from fakes import Harness

from dbp.errors import DbpError, NewerSchemaError, StoreError
from dbp.paths import Root
from dbp.ports import Json, Store, WatcherStatus, WatchSink
from dbp.runtime import Scan
from dbp.settings import Effective, Settings, load
from dbp.workspace import Workspace


class Ears:
    """A listener that remembers nothing."""

    def published(self, paths: Sequence[str]) -> None:
        """Ignore."""

    def scanned(self, scan: Scan) -> None:
        """Ignore."""

    def job_changed(self, job: object) -> None:
        """Nobody looks at jobs here."""

    def alerted(self, alert: object) -> None:
        """Nobody watches alerts here."""

    def noticed(self, text: str) -> None:
        """Nothing is enriched here."""

    def role_changed(self) -> None:
        """Ignore."""


class Rival(fakes.Leader):
    """A lock that another process holds until `goes` is set."""

    def __init__(self) -> None:
        self.goes = threading.Event()
        self.held = False

    def try_acquire(self) -> bool:
        """Find it taken."""
        return False

    def acquire_blocking(self) -> None:
        """Wait for the other one."""
        assert self.goes.wait(10)
        self.held = True

    def release(self) -> None:
        """Give it up."""
        self.held = False


class Bell(fakes.Bell):
    """A bell that remembers what was rung and who listens."""

    def __init__(self) -> None:
        super().__init__()
        self.rung: list[Json] = []
        self.hear: Callable[[str], None] = lambda _name: None
        self.ears = 0

    def ring(self, request: Json) -> str:
        """Leave a request."""
        self.rung.append(request)
        return str(len(self.rung))

    def listen(self, on_name: Callable[[str], None]) -> Callable[[], None]:
        """Remember who hears."""
        self.hear = on_name
        self.ears += 1

        def stop() -> None:
            self.ears -= 1

        return stop


def make(harness: Harness, folder: Path, **edges: Any) -> Workspace:
    """Put a workspace over the fakes of a harness."""
    made = replace(harness.edges(), **edges)
    return Workspace(Root(str(folder)), load(None, env={}), made, harness.clock, Ears())


def code(harness: Harness, answers: list[Any]) -> str:
    """Wait for an answer that is an error."""
    harness.until(lambda: bool(answers), "an answer")
    assert isinstance(answers[0], DbpError)
    return answers[0].code


def test_who_cannot_use_the_record_leaves_the_lead_to_others(tmp_path: Path) -> None:
    leader = Rival()
    leader.held = True

    def refuse(_read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        raise NewerSchemaError("written by a newer dbp")

    workspace = make(Harness(), tmp_path, leader=leader, open_store=refuse)
    with pytest.raises(NewerSchemaError):
        workspace.open()
    assert not leader.held


def test_an_opening_that_fails_unexpectedly_answers_what_waits(tmp_path: Path) -> None:
    harness = Harness()

    def refuse(_read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        raise OSError(errno.EACCES, "Permission denied")

    workspace = make(harness, tmp_path, open_store=refuse)
    answers: list[Any] = []
    workspace.handle("dbp/files", {}, answers.append)
    with pytest.raises(OSError, match="Permission denied"):
        workspace.open()
    assert code(harness, answers) == "failed"
    assert workspace.status()["state"] == "degraded"


def test_a_take_over_that_fails_answers_what_was_asked_meanwhile(tmp_path: Path) -> None:
    harness, leader, bell = Harness(), Rival(), Bell()
    sent: list[Any] = []
    queued: list[Any] = []

    def only_to_read(read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        if not read_only:
            workspace.handle("dbp/settle", {}, queued.append)
            raise StoreError("the disk is gone", code="store_io")
        return harness.store

    workspace = make(harness, tmp_path, leader=leader, bell=bell, open_store=only_to_read)
    workspace.open()
    workspace.handle("dbp/settle", {}, sent.append)
    assert sent == []
    leader.goes.set()
    assert code(harness, queued) == "store_io"
    assert code(harness, sent) == "store_io"
    harness.until(lambda: not leader.held, "the lead to be given away")


def test_a_folder_closed_while_it_takes_the_lead_is_not_watched(tmp_path: Path) -> None:
    harness, leader = Harness(), Rival()
    closed = threading.Event()

    def close_meanwhile(read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        if not read_only:
            workspace.close()
            closed.set()
        return harness.store

    workspace = make(harness, tmp_path, leader=leader, open_store=close_meanwhile)
    workspace.open()
    leader.goes.set()
    assert closed.wait(10)
    made = harness.watchers  # the follower made one to look through, and never started it
    harness.until(lambda: len(made) == 3 and not made[2].running, "the watcher to end")
    harness.until(lambda: workspace.engine is None, "the engine to go")


def test_what_no_leader_answered_is_asked_again_when_one_begins(tmp_path: Path) -> None:
    """The request was left while nobody led, or the one who heard it died."""
    harness, bell = Harness(), Bell()
    workspace = make(harness, tmp_path, leader=Rival(), bell=bell)
    workspace.open()
    workspace.handle("dbp/settle", {"flush": True}, lambda _answer: None)
    bell.hear("began.mark")
    signed = {"flush": True, "requestedBy": workspace.requester}
    asked = {"method": "dbp/settle", "params": signed}
    assert bell.rung == [asked, asked]
    workspace.close()


def test_settings_that_come_while_a_folder_opens_hold(tmp_path: Path) -> None:
    harness = Harness()

    class Reconfigured(fakes.Watcher):
        """A watcher whose start takes a while: the editor says its settings meanwhile."""

        def start(self) -> None:
            super().start()
            workspace.reconfigure(load(None, env={}, cli={"scheduler.delay_seconds": 3}))

    def open_sources(_settings: Settings, sink: WatchSink) -> tuple[fakes.Scanner, fakes.Watcher]:
        harness.watchers.append(Reconfigured(sink))
        return harness.scanner, harness.watchers[-1]

    workspace = make(harness, tmp_path, open_sources=open_sources)
    workspace.open()
    assert workspace.engine is not None
    assert workspace.engine.settings.scheduler.delay_seconds == 3
    assert workspace.effective.settings.scheduler.delay_seconds == 3
    workspace.close()


def test_a_settle_does_not_outlive_its_folder(tmp_path: Path) -> None:
    harness = Harness()
    workspace = make(harness, tmp_path)
    workspace.open()
    answers: list[Any] = []
    harness.save("a.py")
    workspace.handle("dbp/settle", {}, answers.append)
    workspace.close()
    assert code(harness, answers) == "not_found"


@pytest.mark.parametrize("delivers", [True, False], ids=["marked", "unmarked"])
def test_a_settle_waits_for_a_record_that_is_made_anew(tmp_path: Path, delivers: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    harness = Harness()
    workspace = make(harness, tmp_path)
    workspace.open()
    engine = workspace.engine
    assert engine is not None
    harness.bell.delivers = delivers
    answers: list[Any] = []
    harness.save("a.py")
    workspace.handle("dbp/settle", {"flush": True}, answers.append)
    engine._hooks.store_broken()
    harness.bell.delivers = True
    harness.until(lambda: bool(answers), "the settle")
    assert answers[0]["settled"] is True
    assert "a.py" in harness.store.intents()
    workspace.close()


def test_a_status_is_given_when_the_files_cannot_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = Harness()
    workspace = make(harness, tmp_path)
    workspace.open()

    def refuse() -> int:
        raise StoreError("the database is closed", code="store_closed")

    monkeypatch.setattr(harness.store, "version", refuse)
    assert workspace.status()["role"] == "leader"
    workspace.close()


class Choosing(fakes.Watcher):
    """A watcher that is off when the settings say so."""

    def __init__(self, sink: WatchSink, backend: str) -> None:
        super().__init__(sink)
        self.backend = backend

    def status(self) -> WatcherStatus:
        """Say which it is."""
        return WatcherStatus("off" if self.backend == "off" else "inotify")


def test_the_bell_has_one_listener_however_often_watching_is_switched(tmp_path: Path) -> None:
    harness, bell = Harness(), Bell()

    def open_sources(settings: Settings, sink: WatchSink) -> tuple[fakes.Scanner, fakes.Watcher]:
        return harness.scanner, Choosing(sink, settings.fs_monitor.backend)

    def settings(backend: str) -> Effective:
        return load(None, env={"DBP_FS_MONITOR_BACKEND": backend})

    edges = replace(harness.edges(), bell=bell, open_sources=open_sources)
    workspace = Workspace(
        Root(str(tmp_path)), settings("off"), edges, harness.clock, Ears(), watch=True
    )
    workspace.open()
    heard = [bell.ears]
    for backend in ("native", "native", "off", "off", "native"):
        workspace.reconfigure(settings(backend))
        heard.append(bell.ears)
    workspace.close()
    assert heard == [1, 0, 0, 1, 1, 0], "a watcher hears it, or else we do"
    assert bell.ears == 0


def test_a_role_that_is_not_settled_is_none(tmp_path: Path) -> None:
    harness = Harness()
    said: list[Json] = []

    rival = Rival()

    def open_store(read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        said.append({**workspace.status(), "read_only": read_only})
        return harness.store

    workspace = make(harness, tmp_path, leader=rival, bell=Bell(), open_store=open_store)
    workspace.open()
    assert (workspace.status()["role"], workspace.status()["state"]) == ("follower", "idle")
    rival.goes.set()
    harness.until(lambda: workspace.status()["role"] == "leader", "the lead")
    workspace.close()
    assert [(one["role"], one["state"]) for one in said] == [(None, "starting")] * 2
