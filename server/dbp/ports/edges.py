"""All edges of a workspace in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.ports.enrichment import EnrichmentEdges
from dbp.ports.extraction import Extractor
from dbp.ports.files import Scanner, Watcher, WatchSink
from dbp.ports.processes import Bell, Leader
from dbp.ports.projects import ProjectEdges
from dbp.ports.store import Store

if TYPE_CHECKING:
    # The settings bring pydantic along, which the answer to `initialize` must not wait for.
    from dbp.settings import Settings


@dataclass(frozen=True, slots=True)
class Edges:
    """How a workspace gets its edges; the composition root (`dbp.app`) fills this in.

    `open_store` takes whether to open for reading only. The others take the settings in force.
    Without `enrichment` or `projects` there are none. `path_matcher` makes a pattern in git's
    syntax the test of a key.
    """

    leader: Leader
    bell: Bell
    open_store: Callable[[bool], Store]
    open_extractor: Callable[[Settings], Extractor]
    open_sources: Callable[[Settings, WatchSink], tuple[Scanner, Watcher]]
    enrichment: EnrichmentEdges | None = None
    path_matcher: Callable[[str], Callable[[str], bool]] | None = None
    projects: ProjectEdges | None = None
