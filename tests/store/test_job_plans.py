"""What is done for each job is served by indexes, however many jobs there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from job_values import fill, run
from sqlalchemy.dialects import sqlite

from dbp.clock import TurnableClock
from dbp.job import JobMove, JobStatus
from dbp.store import job_sql as sql
from dbp.store.documents import SqliteStore, open_store

# What is allowed beside a search in an index: a partial index of what runs, and single rows.
SMALL = (
    *("INDEX ix_job_running", "INDEX ix_job_lease", "CONSTANT ROW", "(subquery"),
    *("VIRTUAL TABLE", "SCAN types"),
)
HELD = {"result": "{}", "completed_at": 1.0, "lease": "", "ended_tick": 1.0, "boot": "b"}
STATEMENTS: dict[str, Any] = {
    "by id": sql.BY_ID,
    "same": sql.SAME,
    "join": sql.JOIN,
    "add": sql.ADD,
    "chores": sql.CHORES,
    "adopt": sql.ADOPT,
    "ripen": sql.RIPEN,
    "claim": sql.CLAIM,
    "expired": sql.EXPIRED,
    "of others": sql.OF_OTHERS,
    "leased": sql.LEASED,
    "renew": sql.RENEW,
    "progress": sql.PROGRESS,
    "look again": sql.LOOK_AGAIN,
    "complete": sql.moved(JobMove.COMPLETED, HELD),
    "retry": sql.moved(JobMove.RETRIED, HELD),
    "cancel": sql.moved_any(JobMove.CANCELLED, HELD),
    "restart": sql.moved_any(JobMove.RESTARTED, HELD),
    "next due": sql.NEXT_DUE,
    "not adopted": sql.NOT_ADOPTED,
    "running": sql.RUNNING,
    "events": sql.EVENTS,
    "durations": sql.DURATIONS,
    "retries": sql.RETRIES,
    "recent failures": sql.RECENT_FAILURES,
    "last": sql.LAST,
    "errors": sql.ERRORS,
    "clean up": sql.CLEAN_UP,
    "uses": sql.RATES.uses,
    "adopt uses": sql.RATES.adopt,
    "forget uses": sql.RATES.forget,
    "list": sql.listing(by_type=False, by_status=False, by_action=False),
    "list of types": sql.listing(by_type=True, by_status=False, by_action=False),
    "list of statuses": sql.listing(by_type=False, by_status=True, by_action=False),
    "list of both": sql.listing(by_type=True, by_status=True, by_action=False),
    "list of an action": sql.listing(by_type=True, by_status=True, by_action=True),
}
# Sorted in memory: the candidates of a claim, what runs, and the error codes of one type.
SORTED = {"claim", "running", "errors", "list of types", "list of statuses", "list of both"}


@pytest.fixture(scope="module", params=["analysed", "as it is"])
def full(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[SqliteStore]:
    store = open_store(tmp_path_factory.mktemp("plans") / "index.db", TurnableClock())
    for status in JobStatus:
        fill(store, 200, kind=status.value, status=status, events=2)
    if request.param == "analysed":
        # As the upkeep of the database does: with what it then knows it plans in other ways.
        run(store, "ANALYZE")
    yield store
    store.close()


def plan(store: SqliteStore, statement: Any) -> list[str]:
    compiled = statement.compile(dialect=sqlite.dialect())
    query = str(compiled)
    while "POSTCOMPILE" in query:
        start = query.index("__[POSTCOMPILE")
        query = f"{query[:start]}?, ?{query[query.index(']', start) + 1 :]}"
    with store._database.read() as connection:
        raw: Any = connection.connection.driver_connection
        unbound = [None] * query.count("?")
        return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}", unbound)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_walks_the_table(full: SqliteStore, name: str) -> None:
    found = plan(full, STATEMENTS[name])
    scans = [line for line in found if line.startswith("SCAN")]
    odd = [line for line in scans if not any(small in line for small in SMALL)]
    assert [line for line in odd if "VALUES CLAUSE" not in line and name != "list"] == []
    if name not in SORTED:
        assert not [line for line in found if "TEMP B-TREE" in line]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("claim", "ix_job_ready (type=? AND priority=?)"),
        ("same", "ix_job_waiting (type=? AND key=?)"),
        ("same", "ix_job_running (type=? AND key=?)"),
        ("ripen", "ix_job_due (boot=? AND due>? AND due<?)"),
        ("complete", "ix_job_lease (lease=?)"),
        ("progress", "ix_job_lease (lease=?)"),
        ("renew", "ix_job_lease (lease=?)"),
        ("clean up", "ix_job_completed_at (completed_at<?)"),
        ("list of types", "ix_job_type_status (type=? AND status=? AND number<?)"),
        ("list of statuses", "ix_job_type_status (type=? AND status=? AND number<?)"),
        ("list of an action", "ix_job_action (action=? AND rowid<?)"),
        ("last", "ix_jobevent_type (type=? AND move=?)"),
        ("uses", "ix_rateuse (requested_by=? AND action=?)"),
    ],
)
def test_its_own_index_serves(full: SqliteStore, name: str, index: str) -> None:
    assert any(index in line for line in plan(full, STATEMENTS[name]))


def test_what_is_counted_is_read_from_an_index_alone(full: SqliteStore) -> None:
    assert "COVERING INDEX" in plan(full, sql.COUNTS)[0]
    assert any("COVERING INDEX ix_job_waiting" in line for line in plan(full, sql.WAITING))
