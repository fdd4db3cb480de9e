"""The search index: two FTS5 tables beside the record, and the triggers that say what left it.

The index keeps words and no texts (where SQLite can take rows out of such a table again, from 3.43
on). No write of the record touches it: what changed is marked in ordinary tables, and
`dbp.store.search` brings the index in step later, so that a damaged index never stops the record.
"""

from __future__ import annotations

from sqlalchemy.engine import Connection

from dbp.store.driver import driver

FILES_TABLE, SYMBOLS_TABLE = "filesearch", "symbolsearch"
BOTH = (FILES_TABLE, SYMBOLS_TABLE)

# A path is matched by its own words and those hidden in it; columns in the order of the weights.
COLUMNS = {FILES_TABLE: ("path", "words", "intent", "sections"), SYMBOLS_TABLE: ("name", "words")}

_CONTENTLESS_DELETE = (3, 43, 0)

# A row may leave by name, by cascade, or because another one took its path.
TRIGGERS = (
    """
    CREATE TRIGGER search_file_gone AFTER DELETE ON filemetadata
    BEGIN INSERT INTO searchgone (kind, number) VALUES ('file', OLD.id); END
    """,
    """
    CREATE TRIGGER search_file_replaced BEFORE UPDATE OF path ON filemetadata
    WHEN NEW.path IS NOT OLD.path
    BEGIN
        INSERT INTO searchgone (kind, number)
        SELECT 'file', id FROM filemetadata WHERE path = NEW.path;
    END
    """,
    """
    CREATE TRIGGER search_symbol_gone AFTER DELETE ON symbol
    BEGIN INSERT INTO searchgone (kind, number) VALUES ('symbol', OLD.id); END
    """,
)


def contentless() -> bool:
    """Tell whether this SQLite can take rows out of an index that keeps no texts."""
    return driver().version >= _CONTENTLESS_DELETE


def create_index(connection: Connection) -> None:
    """Create both tables, empty."""
    kept = ", content='', contentless_delete=1" if contentless() else ""
    for table in BOTH:
        columns = ", ".join(COLUMNS[table])
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {table} USING fts5("
            f"{columns}, tokenize = 'unicode61 remove_diacritics 2'{kept})"
        )
        merge_deletions(connection, table, 0)


def merge_deletions(connection: Connection, table: str, percent: int) -> None:
    """Have a part of the index written anew when so many percent of it are deleted; 0: never.

    Only upkeep wants it: at the end of whoever just deletes it takes a tenth of a second.
    """
    if contentless():
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({table}, rank) VALUES ('deletemerge', ?)",  # noqa: S608 - ours
            (percent,),
        )


def drop_index(connection: Connection) -> None:
    """Drop both tables, whatever state they are in."""
    for table in BOTH:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
