"""The numbered steps from an older record to this one; see `dbp.store.schema`."""

from __future__ import annotations

from sqlalchemy import insert, text
from sqlalchemy.engine import Connection

from dbp.store import job_tables, migration_jobs, migration_search, search_tables, tables
from dbp.store.schema import Migration, Schema

# "dbp" and a 1.
_APPLICATION_ID = 0x64627001

_ENRICHMENT = """
    CREATE TABLE meaning (
        id INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        model TEXT NOT NULL,
        created_at FLOAT NOT NULL,
        payload BLOB NOT NULL,
        PRIMARY KEY (id),
        UNIQUE ("key")
    );
    ALTER TABLE filemetadata ADD COLUMN enrichment TEXT DEFAULT '' NOT NULL;
    ALTER TABLE filemetadata ADD COLUMN enrichment_reason TEXT;
    ALTER TABLE filemetadata ADD COLUMN enriched_at FLOAT;
    ALTER TABLE filemetadata ADD COLUMN enrichment_attempts INTEGER DEFAULT 0 NOT NULL;
    ALTER TABLE filemetadata ADD COLUMN enrichment_retry_at FLOAT;
    ALTER TABLE filemetadata ADD COLUMN meaning_id INTEGER
        REFERENCES meaning (id) ON DELETE SET NULL;
    DROP INDEX ix_filemetadata_state;
    CREATE INDEX ix_filemetadata_state ON filemetadata (state, enrichment);
    CREATE INDEX ix_filemetadata_meaning_id ON filemetadata (meaning_id)
        WHERE meaning_id IS NOT NULL;
    CREATE INDEX ix_filemetadata_to_enrich
        ON filemetadata (path, enrichment, enrichment_retry_at)
        WHERE state = 'indexed' AND enrichment IN ('', 'pending');
    CREATE INDEX ix_filemetadata_retry ON filemetadata (enrichment_retry_at)
        WHERE state = 'indexed' AND enrichment = 'pending';
"""

_FACTS = """
    ALTER TABLE filemetadata ADD COLUMN anchors TEXT;
    CREATE TABLE contentfacts (
        content_id INTEGER NOT NULL,
        facts BLOB NOT NULL,
        PRIMARY KEY (content_id),
        FOREIGN KEY(content_id) REFERENCES content (id) ON DELETE CASCADE
    );
"""


def _create_tables(connection: Connection) -> None:
    RECORD.create(connection)


def _add_enrichment(connection: Connection) -> None:
    """Every file is undecided; no extraction is touched."""
    _run(connection, _ENRICHMENT)


def _add_facts(connection: Connection) -> None:
    """The files are read again anyway: newer rules are in force."""
    _run(connection, _FACTS)


def _add_jobs(connection: Connection) -> None:
    """Nothing was a job before."""
    _run(connection, migration_jobs.TABLES)
    for statement in migration_jobs.TRIGGERS:
        connection.exec_driver_sql(statement)


def _add_search(connection: Connection) -> None:
    """Every file waits to be taken into the index; the words follow as files are read again."""
    _run(connection, migration_search.TABLES)
    for statement in migration_search.TRIGGERS:
        connection.exec_driver_sql(statement)
    search_tables.create_index(connection)


def _run(connection: Connection, statements: str) -> None:
    for statement in statements.strip().rstrip(";").split(";"):
        connection.exec_driver_sql(statement)


def _first_rows(connection: Connection) -> None:
    search_tables.create_index(connection)
    connection.execute(insert(tables.META), [{"key": "revision", "value": "0"}])


def _read_again(connection: Connection, latest: int) -> None:
    """Let the next scan read every file, while the old extractions can still be shown.

    No extraction is found by its key any more, and no file has the hash the need check compares.
    """
    connection.execute(
        text("UPDATE content SET extractor = 'before ' || :latest || ': ' || extractor"),
        {"latest": latest},
    )
    connection.execute(text("UPDATE filemetadata SET content_hash = '', size = -1"))


RECORD = Schema(
    noun="the record",
    application_id=_APPLICATION_ID,
    tables=(*tables.ALL, *job_tables.ALL),
    migrations=(
        Migration(1, "create the tables", _create_tables),
        Migration(2, "add enrichment", _add_enrichment),
        Migration(3, "add facts and anchors", _add_facts),
        Migration(4, "add jobs", _add_jobs),
        Migration(5, "add the search index", _add_search),
    ),
    seed=_first_rows,
    read_again=_read_again,
    extras=(*job_tables.TRIGGERS, *search_tables.TRIGGERS),
)
