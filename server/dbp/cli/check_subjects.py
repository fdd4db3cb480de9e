"""Subjects for the rules out of an open workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dbp.analysis.components import components
from dbp.analysis.edge import Edge
from dbp.analysis.edges import FAMILIES, Doors, places
from dbp.analysis.graph import Graph, build
from dbp.analysis.names import NameIndex
from dbp.analysis.subject import Subject
from dbp.clock import SystemClock
from dbp.ports import Stored

if TYPE_CHECKING:
    from dbp.workspace import Workspace


class Subjects:
    """Makes a subject of each file of a workspace; what is asked of all files is built once.

    `stale` says what is stale in each file; without it, the record does.
    """

    def __init__(
        self,
        workspace: Workspace,
        stale: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        settings = workspace.effective.settings
        self._workspace = workspace
        self._stale = stale
        self._clock = SystemClock()
        self._cycles = settings.cycle_detection.enabled
        self._seconds = settings.cycle_detection.detection_timeout_seconds
        self._names: NameIndex | None = None
        self._edges_of: Callable[[str], Iterable[Edge]] | None = None
        self.cut = False
        """Whether there was no time to look at all circles."""

    def of(self, stored: Stored) -> Subject:
        """Make the subject of a file that was read."""
        view, settings = self._workspace.view, self._workspace.effective.settings
        assert view is not None  # noqa: S101  # the workspace is open
        assert stored.extraction is not None  # noqa: S101  # the caller looked
        path = stored.record.path
        stale = tuple(stored.anchors) if self._stale is None else self._stale.get(path, ())
        return Subject(
            path=path,
            extraction=stored.extraction,
            exists=view.exists,
            extraction_of=view.extraction,
            facts_of=self._workspace.facts,
            stale=stale,
            template=self._workspace.template,
            source_roots=settings.references.source_roots,
            cycles=self._cycles,
            max_depth=settings.cycle_detection.max_detection_depth,
            files_named=self._files_named,
            edges_of=self._edges,
        )

    def _files_named(self, beginning: str) -> Sequence[str]:
        if self._names is None:
            self._names = NameIndex(self._workspace.paths())
        return self._names.files_named(beginning)

    def _edges(self, path: str) -> Iterable[Edge]:
        if self._edges_of is None:
            end = self._clock.monotonic() + self._seconds
            self._edges_of = partial(_in_circles, *self._circles(partial(self._after, end)))
            self.cut = self._after(end)
        return self._edges_of(path)

    def _after(self, end: float) -> bool:
        return self._clock.monotonic() > end

    def _circles(self, expired: Callable[[], bool]) -> tuple[Graph, Mapping[str, frozenset[int]]]:
        """Build the graph, and say which groups that can reach each other a file belongs to."""
        view = self._workspace.view
        assert view is not None  # noqa: S101  # the workspace is open
        recorded = places(self._workspace.paths()).__contains__
        doors = Doors(
            view.exists, recorded, self._workspace.effective.settings.references.source_roots
        )
        graph = build(self._workspace.all_facts(), doors, expired)
        groups: dict[str, set[int]] = {}
        number = 0
        for family in FAMILIES:
            for group in components(graph.neighbours(family)):
                number += 1
                for member in group:
                    groups.setdefault(graph.names[member], set()).add(number)
        return graph, {path: frozenset(numbers) for path, numbers in groups.items()}


def _in_circles(graph: Graph, groups: Mapping[str, frozenset[int]], path: str) -> Iterable[Edge]:
    """Give the edges of a file that can be part of a circle."""
    mine = groups.get(path)
    if mine is None:
        return ()
    none: frozenset[int] = frozenset()
    return [edge for edge in graph.outgoing(path) if mine & groups.get(edge.target, none)]
