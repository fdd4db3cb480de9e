"""The usual queries are served by indexes (EXPLAIN QUERY PLAN)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from store_values import make_put

from dbp.store import enrichments, queries
from dbp.store.documents import SqliteStore

QUERIES = {
    "known": queries.KNOWN_ONE,
    "inode": queries.KNOWN_INODE,
    "stored": queries.STORED,
    "below, text": queries.KNOWN_PAGE,
    "below, blob": queries.KNOWN_ODD_BELOW,
    "many": "SELECT state FROM filemetadata WHERE path IN ('a', 'b')",
    "exists": queries.EXISTS,
    "counts": queries.COUNTS,
    "revision": queries.REVISION,
    "note": queries.NOTE,
    "to enrich": enrichments.TO_ENRICH,
    "enrichment of one": enrichments.ONE,
    "enrichment counts": enrichments.COUNTS,
    "next enrichment": enrichments.NEXT,
    "has meaning": enrichments.HAS_MEANING,
    "again": "UPDATE filemetadata SET reason = '' WHERE state = 'indexed' AND enrichment = 'done'",
    "files of a meaning": "SELECT path FROM filemetadata WHERE meaning_id = 1",
    "symbol": "SELECT content_id FROM symbol WHERE name = 'x'",
    "reference": "SELECT content_id FROM docreference WHERE target = 'x'",
    "files of a content": "SELECT path FROM filemetadata WHERE content_id = 1",
    "symbols of a content": "SELECT name FROM symbol WHERE content_id = 1",
    "references of a content": "SELECT target FROM docreference WHERE content_id = 1",
    "content": "SELECT id FROM content WHERE content_hash IN ('a', 'b')",
    "state": "SELECT path FROM filemetadata WHERE state = 'failed'",
    "page": "SELECT path FROM filemetadata WHERE path > 'a' ORDER BY path LIMIT 9",
}


@pytest.mark.parametrize("name", QUERIES)
def test_an_index_serves(store: SqliteStore, name: str) -> None:
    store.write([make_put(f"f{number}", f"t{number}", number) for number in range(50)])
    query: Any = QUERIES[name]
    if not isinstance(query, str):
        query = str(query.compile(dialect=sqlite.dialect()))
    with store._database.read() as connection:
        raw: Any = connection.connection.driver_connection
        unbound = [None] * query.count("?")
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {query}", unbound)]
    touches = [line for line in plan if line.startswith(("SCAN", "SEARCH"))]
    full = [line for line in touches if line.startswith("SCAN") and "COVERING INDEX" not in line]
    assert touches
    assert [line for line in full if line != "SCAN CONSTANT ROW"] == []
    assert not any("TEMP B-TREE" in line for line in plan if name != "inode")
