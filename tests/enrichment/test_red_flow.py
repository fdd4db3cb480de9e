"""Files that must not stay where they are for ever, nor keep the others or the processor busy."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import USUAL, Action, Received, StandIn, answer, error, hang
from nova import Inside, Nova, inside
from nova_talk import honest, module

from dbp.clock import SystemClock
from dbp.enrichment import errand
from dbp.enrichment.backlog import Backlog
from dbp.enrichment.opening import Opener


@pytest.fixture
def nova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nova]:
    for name in USUAL:
        monkeypatch.delenv(name, raising=False)
    with StandIn(responder=honest) as stand_in:
        made = Nova(tmp_path, stand_in)
        made.consent()
        yield made


def cut_off(_request: Received) -> Action:
    return answer({"headerSections": {}}, stop="max_tokens")


def state(session: Inside, path: str) -> str:
    record = session.workspace.look_up(path).record
    assert record is not None
    return record.enrichment.value


def attempts(session: Inside, path: str) -> int:
    """Count the calls for a file at which the service failed."""
    store = session.workspace._store
    found = store.enrichment_of(path) if store is not None else None
    return found.attempts if found is not None else 0


def wait_for(true: Callable[[], bool]) -> None:
    """Look again and again until something holds."""
    nothing = threading.Event()
    assert any(true() or nothing.wait(0.01) for _ in range(2000))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"never_send": ["a.py"]}, {}),
        ({"max_file_size_kb": 1}, {"max_file_size_kb": 64}),
    ],
    ids=["never_send", "max_file_size_kb"],
)
def test_what_a_setting_kept_here_is_sent_when_the_setting_is_gone(
    nova: Nova, monkeypatch: Any, before: dict[str, Any], after: dict[str, Any]
) -> None:
    nova.write("a.py", module(*(f"grow_{number}" for number in range(8))))
    with inside(nova, monkeypatch, **before) as session:
        session.settle()
        assert state(session, "a.py") == "skipped"
    assert nova.calls == 0
    with inside(nova, monkeypatch, **after) as session:
        session.settle()
        assert state(session, "a.py") == "done"


def test_a_file_that_was_skipped_for_its_name_is_sent_under_another_one(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("id_rsa.py", module("grow"))
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert state(session, "id_rsa.py") == "skipped"
        (nova.root / "id_rsa.py").rename(nova.root / "b.py")
        session.settle()
        assert state(session, "b.py") == "done"


def test_an_answer_that_was_too_long_is_asked_for_again_when_it_may_be_longer(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))
    nova.stand_in.script = cut_off
    with inside(nova, monkeypatch, max_tokens=2000) as session:
        session.settle()
        assert state(session, "a.py") == "failed"
    nova.stand_in.script = None
    with inside(nova, monkeypatch, max_tokens=4000) as session:
        session.settle()
        assert state(session, "a.py") == "done"


def test_a_service_that_is_away_for_minutes_makes_no_file_fail(
    nova: Nova, monkeypatch: Any
) -> None:
    """One file alone never fails often enough in a row to stop the others and wait."""
    nova.write("a.py", module("grow"))
    nova.stand_in.script = lambda _request: error(503, "ServiceUnavailableException")
    with inside(nova, monkeypatch, attempts=1) as session:
        engine = session.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        for attempt, seconds in enumerate((15, 60), 1):
            wait_for(lambda attempt=attempt: attempts(session, "a.py") == attempt)
            session.turn(seconds)
        wait_for(lambda: attempts(session, "a.py") == 3)
        nova.stand_in.script = None
        session.turn(240)
        session.settle()
        assert state(session, "a.py") == "done"


def test_one_damaged_record_neither_stops_the_others_nor_whoever_waits(
    nova: Nova, monkeypatch: Any
) -> None:
    for number in range(6):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    with inside(nova, monkeypatch, provider="none") as session:
        session.finish()
        database = session.workspace.status()["database"]["path"]
    connection = sqlite3.connect(database)
    connection.execute(
        "UPDATE content SET payload = x'00112233' WHERE id ="
        " (SELECT content_id FROM filemetadata WHERE path = 'f2.py')"
    )
    connection.commit()
    connection.close()
    with inside(nova, monkeypatch) as session:
        session.settle()
        assert session.extraction()["files"]["done"] == 5


def counted(monkeypatch: Any, most: int) -> threading.Event:
    """Set an event when the record is paged through more often than that."""
    often, count = threading.Event(), [0]
    look_again: Callable[[Backlog], None] = Backlog.look_again

    def counting(backlog: Backlog) -> None:
        count[0] += 1
        if count[0] > most:
            often.set()
        look_again(backlog)

    monkeypatch.setattr(Backlog, "look_again", counting)
    return often


@pytest.mark.slow
def test_nothing_spins_while_a_file_that_was_due_is_asked_about(
    nova: Nova, monkeypatch: Any
) -> None:
    nova.write("a.py", module("grow"))

    def script(request: Received) -> Action:
        if request.number == 1:
            return error(503, "ServiceUnavailableException")
        return hang(answer(honest(request)))

    nova.stand_in.script = script
    monkeypatch.setattr(errand, "_RETRY_SECONDS", 0.5)
    often = counted(monkeypatch, 50)
    with inside(nova, monkeypatch, SystemClock(), attempts=1) as session:
        engine = session.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        nova.stand_in.until(lambda: len(nova.stand_in.requests) == 2)
        assert not often.wait(2)
        nova.stand_in.release()


@pytest.mark.slow
def test_nothing_spins_when_a_file_that_is_due_cannot_be_read(nova: Nova, monkeypatch: Any) -> None:
    path = nova.write("a.py", module("grow"))
    nova.stand_in.script = lambda _request: error(503, "ServiceUnavailableException")
    monkeypatch.setattr(errand, "_RETRY_SECONDS", 0.5)
    often = counted(monkeypatch, 50)
    with inside(nova, monkeypatch, SystemClock(), attempts=1) as session:
        engine = session.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        nova.stand_in.until(lambda: len(nova.stand_in.requests) == 1)
        engine.pause()
        path.write_text("x = 1\n", encoding="utf-8")
        assert not often.wait(2.5)
    assert nova.calls == 1


def test_stopping_while_it_opens_leaves_nothing_open(nova: Nova, monkeypatch: Any) -> None:
    nova.write("a.py", module("grow"))
    opening, goes_on = threading.Event(), threading.Event()
    real = Opener.open

    def slow(opener: Opener, settings: Any) -> Any:
        opening.set()
        assert goes_on.wait(10)
        return real(opener, settings)

    monkeypatch.setattr(Opener, "open", slow)
    with inside(nova, monkeypatch, SystemClock()) as session:
        assert opening.wait(10)
        engine = session.workspace.engine
        assert engine is not None
        flow = engine.flow
        assert flow is not None
        threading.Thread(target=goes_on.set).start()
    flow.join(10)
    handles = Path("/proc/self/fd")
    if handles.exists():
        held = [str(handle.readlink()) for handle in handles.iterdir() if handle.is_symlink()]
        assert [name for name in held if str(nova.state) in name] == []


def test_a_folder_that_holds_our_own_state_never_opens_our_databases(
    nova: Nova, monkeypatch: Any
) -> None:
    """To open and close one would drop the locks SQLite has on it in this process."""
    nova.state = nova.root / "state"
    nova.env["DBP_STATE_DIR"] = str(nova.state)
    nova.consent()
    nova.write("a.py", module("grow"))
    opened: list[str] = []
    real = os.open

    def noting(path: Any, *arguments: Any, **options: Any) -> int:
        opened.append(os.path.basename(os.fspath(path)))  # noqa: PTH119 - it may be bytes
        return real(path, *arguments, **options)

    monkeypatch.setattr("dbp.sources.beneath.os.open", noting)
    with inside(nova, monkeypatch) as session:
        for _ in range(3):
            session.settle()
        assert state(session, "a.py") == "done"
    databases = {
        f"{name}{ending}" for name in ("account.db", "index.db") for ending in ("", "-wal", "-shm")
    }
    assert "a.py" in opened
    assert databases.isdisjoint(opened)
