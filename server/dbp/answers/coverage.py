"""The answer to `dbp/coverage`: how much of a folder, and of each of its children, is documented.

It reads the record on a thread of its own, whoever leads; unsaved text is not in it.
"""

from __future__ import annotations

from typing import Any

from dbp.analysis.coverage import percent
from dbp.analysis.levels import make_levels
from dbp.answers.search import folder_key
from dbp.covered import Counts, Judge
from dbp.desk import Desk
from dbp.errors import RequestError, StoreError
from dbp.forwarding import Reply
from dbp.model import Extraction
from dbp.ports import Json
from dbp.runtime import answer_on_thread
from dbp.view import on_disk

MAX_CHILDREN = 2000
"""More than a person scrolls through; the folder's own counts are whole all the same."""


def coverage(desk: Desk, params: Json, reply: Reply) -> None:
    """Count one level of the tree. Raises `RequestError` and `BadPathError`."""
    store, covered = desk.store, desk.covered
    assert store is not None  # noqa: S101  # nothing is answered before the folder is open
    assert covered is not None  # noqa: S101  # a workspace has one
    named = params.get("uri") or params.get("path") or ""
    if not isinstance(named, str):
        raise RequestError("uri and path must be strings", code="bad_params")
    folder = folder_key(desk.root, named)

    def extraction(path: str) -> Extraction | None:
        try:
            stored = store.stored(path)
        except StoreError:
            return None
        return stored.extraction if stored is not None else None

    def work() -> Json:
        settings = desk.effective.settings.diagnostics
        matcher = desk.edges.path_matcher if desk.edges is not None else None
        judge = Judge(
            same=(settings.severity, settings.per_path),
            levels=make_levels(settings.severity, settings.per_path, matcher),
            exists=lambda key: on_disk(desk.root, key),
            extraction=extraction,
        )
        found = covered().below(folder, store, judge)
        if found is None:
            raise RequestError(f"nothing is recorded of {folder}", code="not_found")
        counts, (folders, files) = found
        children = [
            *((path, "folder", folders[path]) for path in sorted(folders)),
            *((path, "file", files[path]) for path in sorted(files)),
        ]
        shown = children[:MAX_CHILDREN]
        intents = store.intents([path for path, kind, _ in shown if kind == "file"])
        return {
            "path": folder,
            **counts_json(counts),
            "children": [
                {
                    "path": path,
                    "uri": desk.root.uri_of(path),
                    "kind": kind,
                    "intent": intents.get(path),
                    **counts_json(mine),
                }
                for path, kind, mine in shown
            ],
            "truncated": len(children) > len(shown),
        }

    answer_on_thread("coverage", work, reply)


def counts_json(counts: Counts) -> dict[str, Any]:
    """Render counts (doc/protocol.md, section 4)."""
    return {
        "files": counts.files,
        "withIntent": counts.with_intent,
        "percent": percent(counts.with_intent, counts.files),
        "symbols": counts.symbols,
        "documented": counts.documented,
        "stale": counts.stale,
        "broken": counts.broken,
        "failed": counts.failed,
    }
