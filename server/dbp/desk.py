"""What lies before whoever answers a `dbp/*` request about one folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbp.engine import Engine
from dbp.errors import BadPathError, RequestError
from dbp.forwarding import Reply
from dbp.paths import Root
from dbp.ports import EnrichmentEdges, Json, Store
from dbp.settings import Effective


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before whoever answers; `engine` is None in a process that follows.

    `ask` asks the workspace anew.
    """

    root: Root
    effective: Effective
    store: Store | None
    engine: Engine | None
    status: Callable[[], Json]
    ask: Callable[[str, Json, Reply], None]
    enrichment: EnrichmentEdges | None = None

    def leading(self) -> Engine:
        """Give the engine. Raises `RequestError` (`not_leader`)."""
        if self.engine is None:
            raise RequestError("another process leads this folder", code="not_leader")
        return self.engine


def key_of(root: Root, params: Json) -> str:
    """Read the `uri` of a request as a key. Raises `BadPathError`."""
    uri = params.get("uri")
    if not isinstance(uri, str):
        raise BadPathError("uri is missing", code="bad_params")
    return root.key_of_uri(uri)
