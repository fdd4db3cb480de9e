"""One edge of the graph: a value, apart from how edges are found (`dbp.analysis.edges`)."""

from __future__ import annotations

from typing import NamedTuple


class Edge(NamedTuple):
    """One file names another. `line` is where, in the file `where`: mostly the source itself.

    `kind` and `role` are as in `model.Reference`; `family` is as said in `dbp.analysis.edges`.
    """

    source: str
    target: str
    kind: str
    line: int
    role: str
    family: str
    where: str
