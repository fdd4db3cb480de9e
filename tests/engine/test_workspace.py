"""What a workspace answers when something is wrong, over fakes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import Harness

from dbp.changes import ChangeBuffer
from dbp.errors import DbpError, NewerSchemaError, ScanError, StoreError
from dbp.jobs import JobRunner
from dbp.paths import Root
from dbp.ports import Store
from dbp.runtime import Scan
from dbp.settings import load
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


def make(harness: Harness, folder: Path, **edges: Any) -> Workspace:
    """Put a workspace over the fakes of a harness."""
    made = replace(harness.edges(), **edges)
    return Workspace(Root(str(folder)), load(None, env={}), made, harness.clock, Ears())


@pytest.fixture
def fakes() -> Harness:
    return Harness()


@pytest.fixture
def workspace(fakes: Harness, tmp_path: Path) -> Iterator[Workspace]:
    made = make(fakes, tmp_path)
    made.open()
    yield made
    made.close()


def ask(workspace: Workspace, method: str, **params: Any) -> Any:
    """Ask for what is answered at once."""
    answers: list[Any] = []
    workspace.handle(method, params, answers.append)
    [answer] = answers
    return answer


def settle(harness: Harness, workspace: Workspace) -> None:
    """Wait until a workspace is settled."""
    answers: list[Any] = []
    workspace.handle("dbp/settle", {"flush": True}, answers.append)
    harness.until(lambda: bool(answers), "the workspace to settle")
    assert answers[0]["settled"] is True


def test_a_database_that_takes_nothing_is_a_degraded_state(
    fakes: Harness, workspace: Workspace
) -> None:
    settle(fakes, workspace)
    fakes.store.fails = [StoreError("the disk is full", hint="make room")]
    fakes.save("a.py")
    settle(fakes, workspace)
    status = ask(workspace, "dbp/status")
    assert status["state"] == "degraded"
    assert status["reasons"] == ["the disk is full (make room)"]
    fakes.turn(5)
    fakes.until(lambda: ask(workspace, "dbp/status")["state"] == "idle", "the state to be idle")
    assert ask(workspace, "dbp/status")["files"]["indexed"] == 1


def test_a_scan_that_failed_says_so_in_the_status(fakes: Harness, workspace: Workspace) -> None:
    settle(fakes, workspace)
    fakes.scanner.fails = [ScanError("the workspace cannot be listed", hint="is it mounted?")]
    answers: list[Any] = []
    workspace.handle("dbp/scan", {}, answers.append)
    fakes.until(lambda: bool(answers), "the scan to be submitted")
    settle(fakes, workspace)
    last = ask(workspace, "dbp/status")["lastScan"]
    assert last["error"] == "the workspace cannot be listed (is it mounted?)"


def test_status_and_settings_answer_when_the_database_cannot_be_opened(
    fakes: Harness, tmp_path: Path
) -> None:
    def refuse(_read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        raise NewerSchemaError("the record was written by a newer dbp", code="newer_schema")

    workspace = make(fakes, tmp_path, open_store=refuse)
    with pytest.raises(NewerSchemaError):
        workspace.open()
    status = ask(workspace, "dbp/status")
    assert status["state"] == "degraded"
    assert status["reasons"] == ["the record was written by a newer dbp"]
    assert "settings" in ask(workspace, "dbp/config")
    refused = ask(workspace, "dbp/files")
    assert isinstance(refused, DbpError)
    assert refused.code == "newer_schema"
    workspace.close()


def test_questions_asked_before_the_record_is_open_are_answered_after(
    fakes: Harness, tmp_path: Path
) -> None:
    workspace = make(fakes, tmp_path)
    answers: list[Any] = []
    workspace.handle("dbp/files", {}, answers.append)
    assert answers == []
    assert ask(workspace, "dbp/status")["state"] == "starting"
    workspace.open()
    assert answers == [{"files": [], "cursor": None, "total": 0}]
    workspace.close()


def test_a_folder_removed_while_it_opens_is_not_watched(fakes: Harness, tmp_path: Path) -> None:
    """Row A34: closing wins over an opening that is under way."""
    workspace: Workspace

    def closed_meanwhile(_read_only: bool) -> Store:  # noqa: FBT001  # the port's one argument
        workspace.close()
        return fakes.store

    workspace = make(fakes, tmp_path, open_store=closed_meanwhile)
    workspace.open()
    assert not any(watcher.running for watcher in fakes.watchers)
    assert workspace.engine is None


def test_a_scan_cancelled_before_the_workspace_leads_is_cancelled_all_the_same(
    fakes: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar of the first comparison can be closed while jobs and services still start."""
    for number in range(300):
        fakes.disk.write(f"f{number}.py")
    compared = threading.Event()
    seen: list[object] = []

    class Person(Ears):
        def scanned(self, scan: Scan) -> None:
            """Want none of it as soon as it is told, and long before the engine has started."""
            if not scan.done:
                seen.append(workspace.engine)
                workspace.cancel_scan()
            compared.set()

    start = JobRunner.start
    take = ChangeBuffer.take

    def slow(jobs: JobRunner) -> None:
        assert compared.wait(10)
        start(jobs)

    def held(buffer: ChangeBuffer, *given: Any, **more: Any) -> Any:
        # No worker is quicker than the one who cancels.
        fakes.until(lambda: workspace.engine is not None, "the workspace to lead")
        return take(buffer, *given, **more)

    monkeypatch.setattr(JobRunner, "start", slow)
    monkeypatch.setattr(ChangeBuffer, "take", held)
    workspace = Workspace(
        Root(str(tmp_path)), load(None, env={}), fakes.edges(), fakes.clock, Person()
    )
    workspace.open()
    settle(fakes, workspace)
    assert seen == [None]
    assert ask(workspace, "dbp/status")["files"]["indexed"] < 300
    workspace.close()
