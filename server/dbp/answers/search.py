"""The answer to `dbp/search`: what the record's search index finds, and why.

It reads the record on a thread of its own, whoever leads; unsaved text is not in it. What changed a
moment ago is taken into the index first, as long as that takes no time worth mentioning and this
process leads; `pending` says how many files still wait.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from dbp.desk import Desk
from dbp.errors import BadPathError, RequestError, StoreError
from dbp.forwarding import Reply
from dbp.paths import Root
from dbp.ports import Hit, Json, Store
from dbp.ports.search import KINDS, MAX_HITS
from dbp.runtime import answer_on_thread

log = logging.getLogger(__name__)

DEFAULT_HITS = 20
FRESHEN_SECONDS = 0.1
"""How long a search may spend on what waits to be taken into the index."""

METHOD = "fts"
"""How results were found: words, in a full-text index."""


def search(desk: Desk, params: Json, reply: Reply) -> None:
    """Find files, symbols and documents. Raises `RequestError` and `BadPathError`."""
    store, root = desk.store, desk.root
    assert store is not None  # noqa: S101  # nothing is answered before the folder is open
    query, language = _text(params, "query") or "", _text(params, "language")
    kind, limit = _text(params, "kind"), params.get("limit", DEFAULT_HITS)
    if kind is not None and kind not in KINDS:
        raise RequestError(f"kind must be one of {', '.join(KINDS)}", code="bad_params")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_HITS:
        raise RequestError(f"limit must be a number from 1 to {MAX_HITS}", code="bad_params")
    folder = folder_key(root, _text(params, "folder") or "")

    def work() -> Json:
        _freshen(desk, store)
        hits = store.search(query, limit, (kind,) if kind else (), language, folder)
        results = [hit_json(hit, root) for hit in hits]
        pending = store.search_state().pending
        return {"query": query, "method": METHOD, "results": results, "pending": pending}

    answer_on_thread("search", work, reply)


def _freshen(desk: Desk, store: Store) -> None:
    """Take in what was recorded a moment ago: somebody searches for what they just wrote."""
    engine = desk.engine
    settings = desk.effective.settings
    own = settings.incremental_sync
    if engine is None or not (settings.services.enabled and own.enabled):
        return
    if engine.services.held("sync"):
        return  # switched off while it runs
    only = {"new": own.sync_on_create, "changed": own.sync_on_update}
    end = engine.clock.monotonic() + FRESHEN_SECONDS
    try:
        while store.search_state().pending and engine.clock.monotonic() < end:
            if engine.stopped or not store.sync_search(own.batch_size, engine.clock.now(), **only):
                return
    except StoreError as error:
        log.info("the index could not be brought up to date for a search: %s", error)


def folder_key(root: Root, folder: str) -> str:
    """Turn a folder given as a URI, as an absolute path or below the root into a key."""
    if folder.startswith("file:"):
        return root.key_of_uri(folder)
    if os.path.isabs(folder):  # noqa: PTH117  # a key is no path of this system
        return root.key(folder)
    key = os.path.normpath(folder.replace(os.sep, "/")).replace(os.sep, "/") if folder else ""
    if key == ".." or key.startswith("../"):
        raise BadPathError(f"{folder} lies outside the workspace", code="outside_workspace")
    return "" if key == "." else key


def hit_json(hit: Hit, root: Root) -> dict[str, Any]:
    """Render one result (doc/protocol.md, section 4)."""
    named = {
        "name": hit.name,
        "qualifiedName": hit.qualified_name,
        "symbolKind": hit.symbol_kind,
    }
    return {
        "path": hit.path,
        "uri": root.uri_of(hit.path),
        "kind": hit.kind,
        **(named if hit.name is not None else {}),
        "line": hit.line,
        "language": hit.language,
        "intent": hit.intent,
        "score": round(hit.score, 2),
        "why": [{"field": why.field, "words": list(why.words)} for why in hit.why],
        "snippet": hit.snippet,
    }


def _text(params: Json, name: str) -> str | None:
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestError(f"{name} must be a string", code="bad_params")
    return value
