"""The one place that opens SQLite for use: what every connection is set to.

`probe` looks at a file before it is opened, and copies are made through a connection of their own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from dbp.store.driver import driver

_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = NORMAL",  # with a WAL a power cut costs the last commits, never the file
    "trusted_schema = OFF",  # no function runs because a planted schema says so
    "cell_size_check = ON",  # a corrupt page is an error, not a wild read
    "mmap_size = 0",  # an I/O error stays an error and is no SIGBUS
    "journal_size_limit = 16777216",  # a storm's WAL shrinks again to 16 MB
    "temp_store = MEMORY",  # nothing of a workspace lands in a temporary directory
)


def make_engine(
    uri: str, *, query_only: bool, busy_seconds: float, lasting: bool = False
) -> Engine:
    """Make the engine of the writer or of the readers: nobody else makes one."""
    chosen = driver()
    pragmas = [*_PRAGMAS, f"query_only = {'ON' if query_only else 'OFF'}"]
    if lasting:
        pragmas.append("synchronous = FULL")
    if chosen.vulnerable:
        pragmas.append("wal_autocheckpoint = 0")

    def connect() -> Any:
        connection = chosen.module.connect(
            uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    options: dict[str, Any] = {"module": chosen.module, "creator": connect, "poolclass": NullPool}
    if query_only:
        # Nothing to roll back after a lone SELECT; `snapshot` ends its own transaction.
        options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
        return create_engine("sqlite://", **options)
    engine = create_engine("sqlite://", **options)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The driver begins nothing before a SELECT, and a lock taken at the first write comes too
        # late for what was read: updates would be lost without an error.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
