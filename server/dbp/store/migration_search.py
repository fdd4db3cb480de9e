"""The step that adds the search index, as it was released."""

from __future__ import annotations

TABLES = """
    ALTER TABLE filemetadata ADD COLUMN sync_state INTEGER DEFAULT 0 NOT NULL;
    ALTER TABLE filemetadata ADD COLUMN synced_at FLOAT;
    ALTER TABLE filemetadata ADD COLUMN words TEXT;
    CREATE INDEX ix_filemetadata_sync ON filemetadata (sync_state) WHERE sync_state = 0;
    ALTER TABLE symbol ADD COLUMN words TEXT DEFAULT '' NOT NULL;
    CREATE TABLE contentsearch (
        content_id INTEGER NOT NULL,
        next_symbol INTEGER,
        sections TEXT NOT NULL,
        PRIMARY KEY (content_id),
        FOREIGN KEY(content_id) REFERENCES content (id) ON DELETE CASCADE
    );
    CREATE TABLE searchgone (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (id)
    );
    INSERT INTO contentsearch (content_id, next_symbol, sections) SELECT id, 0, '' FROM content;
"""

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
