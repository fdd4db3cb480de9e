"""The answers that need the graph of a folder: `dbp/references`, `dbp/cycles`, `dbp/impact`.

Each builds the graph anew, on a thread of its own, from the record; unsaved text is not in it.
"""

from __future__ import annotations

from collections.abc import Callable

from dbp.analysis.graph import Graph, build
from dbp.desk import Desk, key_of
from dbp.doors import deadline, doors_of, indexed
from dbp.errors import RequestError
from dbp.forwarding import Reply
from dbp.ports import Json
from dbp.runtime import answer_on_thread

DIRECTIONS = ("in", "out", "both")
KINDS = ("dependency", "documentation", "all")
MAX_DEPTH = 10_000


def references(desk: Desk, params: Json, reply: Reply) -> None:
    """List the edges around a file."""
    from dbp.analysis.graph_text import edge_json
    from dbp.analysis.travel import around

    path, depth = key_of(desk.root, params), _depth(params, 1)
    direction = _one_of(params, "direction", DIRECTIONS, "both")

    def answer(graph: Graph) -> Json:
        found = around(graph, path, direction, depth)
        edges = [{**edge_json(step.edge), "distance": step.distance} for step in found.steps]
        return {"path": path, "edges": edges, "truncated": found.truncated}

    _on_thread(desk, answer, reply)


def impact(desk: Desk, params: Json, reply: Reply) -> None:
    """Say what a change of a file touches."""
    from dbp.analysis.graph_text import edge_json
    from dbp.analysis.travel import impact as touched_by

    settings = desk.effective.settings.cycle_detection
    path, depth = key_of(desk.root, params), _depth(params, settings.max_detection_depth)
    expired = deadline(settings.detection_timeout_seconds)

    def answer(graph: Graph) -> Json:
        found = touched_by(graph, path, depth, expired)
        return {
            "path": path,
            "touched": [
                {
                    "path": one.path,
                    "uri": desk.root.uri_of(one.path),
                    "distance": one.distance,
                    "way": [edge_json(edge) for edge in one.way],
                }
                for one in found.touched
            ],
            "truncated": found.truncated,
            "depthLimited": found.depth_limited,
        }

    _on_thread(desk, answer, reply)


def cycles(desk: Desk, params: Json, reply: Reply) -> None:
    """List the cycles of the folder."""
    from dbp.analysis.cycles import all_cycles
    from dbp.analysis.graph_text import edge_json

    settings = desk.effective.settings.cycle_detection
    kind = _one_of(params, "kind", KINDS, "all")
    expired = deadline(settings.detection_timeout_seconds)

    def answer(graph: Graph) -> Json:
        found = all_cycles(graph, kind, settings.max_detection_depth, expired)
        return {
            "cycles": [
                {
                    "kind": cycle.family,
                    "paths": list(cycle.paths),
                    "edges": [edge_json(edge) for edge in cycle.edges],
                }
                for cycle in found.cycles
            ],
            "depthLimited": found.depth_limited,
            "timedOut": found.timed_out,
            "truncated": found.truncated,
            "tooLong": found.too_long,
        }

    _on_thread(desk, answer, reply)


def _on_thread(desk: Desk, answer: Callable[[Graph], Json], reply: Reply) -> None:
    """Build the graph and answer, off the loop. Every failure is an answer too."""
    store, root, settings = desk.store, desk.root, desk.effective.settings
    assert store is not None  # noqa: S101  # nothing is answered before the folder is open

    def work() -> Json:
        return answer(build(store.all_facts(), doors_of(root, indexed(store), settings)))

    answer_on_thread("graph", work, reply)


def _depth(params: Json, default: int) -> int:
    depth = params.get("depth")
    if depth is None:
        return default
    if not isinstance(depth, int) or isinstance(depth, bool) or not 1 <= depth <= MAX_DEPTH:
        raise RequestError(f"depth must be a number from 1 to {MAX_DEPTH}", code="bad_params")
    return depth


def _one_of(params: Json, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = params.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise RequestError(f"{name} must be one of {', '.join(allowed)}", code="bad_params")
    return str(value)
