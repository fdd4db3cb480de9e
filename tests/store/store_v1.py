"""A database as the first release made it, written without any code of ours."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from store_values import make_content

from dbp.store.driver import driver

_SCHEMA = """
    CREATE TABLE content (
        id INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        language TEXT NOT NULL,
        extractor TEXT NOT NULL,
        intent TEXT,
        created_at FLOAT NOT NULL,
        payload BLOB NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (content_hash, language, extractor)
    );
    CREATE TABLE filemetadata (
        id INTEGER NOT NULL,
        path BLOB NOT NULL,
        size BIGINT NOT NULL,
        mtime_ns BIGINT NOT NULL,
        inode BIGINT NOT NULL,
        language TEXT NOT NULL,
        state TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        content_id INTEGER,
        intent TEXT,
        extracted_at FLOAT,
        reason TEXT,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (path),
        FOREIGN KEY(content_id) REFERENCES content (id)
    );
    CREATE INDEX ix_filemetadata_state ON filemetadata (state);
    CREATE INDEX ix_filemetadata_content_id ON filemetadata (content_id);
    CREATE INDEX ix_filemetadata_inode ON filemetadata (inode);
    CREATE TABLE symbol (
        id INTEGER NOT NULL,
        content_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        qualified_name TEXT NOT NULL,
        kind TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(content_id) REFERENCES content (id) ON DELETE CASCADE
    );
    CREATE INDEX ix_symbol_content_id ON symbol (content_id);
    CREATE INDEX ix_symbol_name ON symbol (name);
    CREATE TABLE docreference (
        id INTEGER NOT NULL,
        content_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        target TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(content_id) REFERENCES content (id) ON DELETE CASCADE
    );
    CREATE INDEX ix_docreference_target ON docreference (target);
    CREATE INDEX ix_docreference_content_id ON docreference (content_id);
    CREATE TABLE meta ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
    INSERT INTO meta VALUES ('revision', '7'), ('note:extractor', 'v1');
    PRAGMA application_id = 1684172801;
    PRAGMA user_version = 1;
"""


def make_v1(path: Path, files: int) -> None:
    """Make one with `files` indexed files `f0`, …, a failed one and one with an odd name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(driver().module.connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.executescript(_SCHEMA)
        for number in range(files):
            content = make_content(f"t{number}")
            connection.execute(
                "INSERT INTO content VALUES (?, ?, 'python', 'v1', ?, 1.5, ?)",
                (number + 1, content.key.content_hash, content.intent, content.payload),
            )
            connection.execute(
                "INSERT INTO filemetadata VALUES"
                " (NULL, ?, 5, 6, ?, 'python', 'indexed', ?, ?, ?, 2.5, NULL, 0)",
                (f"f{number}", number, content.key.content_hash, number + 1, content.intent),
            )
            for symbol in content.symbols:
                connection.execute(
                    "INSERT INTO symbol VALUES (NULL, ?, ?, ?, ?, ?)", (number + 1, *symbol[:4])
                )
        connection.execute(
            "INSERT INTO filemetadata VALUES"
            " (NULL, 'bad', 1, 1, 9, 'python', 'failed', '', NULL, NULL, NULL, 'too deep', 2),"
            " (NULL, x'6fff', 1, 1, 9, 'text', 'excluded', '', NULL, NULL, NULL, 'binary', 0)"
        )
