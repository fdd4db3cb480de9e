"""The edges a search for circles walks, kept between two looks at open documents.

A search from one document may walk through most of a workspace; while somebody types, hardly ever
an edge changes. So edges are read once, and a document whose own edges are as they were is not
searched again until something else changed. `changed` may be called from any thread, the rest
belongs to the thread that judges.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from dbp.paths import parent

if TYPE_CHECKING:
    from dbp.analysis.edge import Edge
    from dbp.workspace import Workspace

MAX_FILES = 20_000
"""Files whose edges are kept; they take up to some tens of megabytes."""


class _Searched(NamedTuple):
    """What a search from a document found, and what it was true for."""

    generation: int
    edges: frozenset[tuple[str, str]]
    members: frozenset[str]


class Circles:
    """Edges of one workspace folder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._edges: dict[str, tuple[Edge, ...]] = {}
        self._there: dict[str, bool] = {}
        self._modules: Callable[[str], str | None] | None = None
        self._searched: dict[str, _Searched] = {}
        self._generation = 0
        self._lock = threading.Lock()
        self._news: set[str] = set()
        self._reshaped = False

    def changed(self, paths: Iterable[str]) -> None:
        """These records changed; none: an open document leads elsewhere now."""
        with self._lock:
            before = len(self._news)
            self._news.update(paths)
            self._reshaped = self._reshaped or len(self._news) == before

    def search(self, path: str) -> Callable[[str], Iterable[Edge]]:
        """Give the door `Subject.edges_of` for a look at a document."""
        self._hear()
        known = self._searched.get(path)
        own = frozenset((edge.target, edge.family) for edge in self.edges(path))
        if known is None or known.generation != self._generation or known.edges != own:
            self._searched[path] = _Searched(self._generation, own, frozenset())
            return self.edges
        members = known.members
        return lambda one: self.edges(one) if one in members else ()

    def found(self, path: str, members: Iterable[str], *, cut: bool) -> None:
        """Keep the files of the circles that a look found; one that was cut goes on next time."""
        known = self._searched.get(path)
        if known is not None and not cut:
            self._searched[path] = known._replace(members=frozenset(members))
        else:
            self._searched.pop(path, None)

    def edges(self, path: str) -> tuple[Edge, ...]:
        """Give the edges that begin at a file; an open document's are read from its buffer."""
        view = self._workspace.view
        if view is not None and view.overlay(path) is not None:
            return self._read(path)
        known = self._edges.get(path)
        if known is None:
            if len(self._edges) >= MAX_FILES:
                self._forget()
            self._edges[path] = known = self._read(path)
        return known

    def _read(self, path: str) -> tuple[Edge, ...]:
        from dbp.analysis.edges import Doors
        from dbp.doors import modules
        from dbp.inspecting import edges_at

        if self._modules is None:
            self._modules = modules(self._workspace.root)
        roots = self._workspace.effective.settings.references.source_roots
        doors = Doors(self._exists, self._exists, roots, self._modules)
        return edges_at(self._workspace, path, doors)

    def _exists(self, key: str) -> bool:
        there = self._there.get(key)
        if there is None:
            view = self._workspace.view
            self._there[key] = there = view is not None and view.exists(key)
        return there

    def _hear(self) -> None:
        """Drop what is not true any more: edges of what changed, all where files came or went."""
        with self._lock:
            news, self._news = self._news, set()
            reshaped, self._reshaped = self._reshaped, False
        if not news and not reshaped:
            return
        self._generation += 1
        view = self._workspace.view
        if any(path.endswith("go.mod") for path in news):
            self._forget()
        for path in news:
            self._edges.pop(path, None)
            above = path
            while above:
                there = self._there.get(above)
                if there is not None and view is not None and there != view.exists(above):
                    self._forget()
                    return
                above = parent(above)

    def _forget(self) -> None:
        self._edges.clear()
        self._there.clear()
        self._modules = None
