"""What lies before whoever answers a `dbp/*` request about one folder."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dbp.engine import Engine
from dbp.errors import BadPathError, RequestError
from dbp.figures import Usage
from dbp.forwarding import Reply
from dbp.paths import Root
from dbp.ports import Edges, EnrichmentEdges, Json, Store
from dbp.settings import Effective
from dbp.template import DEFAULT, Template

if TYPE_CHECKING:
    from dbp.covered import Covered


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before whoever answers; `engine` is None in a process that follows.

    `ask` asks the workspace anew, `ask_leader` the process that leads. `requester` names the user
    and the program that asks, `usage` counts what people ask for. `covered` lends what is counted
    of each folder.
    """

    root: Root
    effective: Effective
    store: Store | None
    engine: Engine | None
    status: Callable[[], Json]
    ask: Callable[[str, Json, Reply], None]
    edges: Edges | None = None
    requester: str = ""
    usage: Usage = field(default_factory=Usage)
    ask_leader: Callable[[str, Json, Reply], None] | None = None
    template: Template = DEFAULT
    covered: Callable[[], Covered] | None = None

    @property
    def enrichment(self) -> EnrichmentEdges | None:
        """Give what enrichment needs, where there is any."""
        return self.edges.enrichment if self.edges is not None else None

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


def user_name() -> str:
    """Name whoever runs this process; a number where the system has no name for them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError before Python 3.13
        return "somebody"
