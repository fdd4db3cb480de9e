"""`dbp sync`: bring disk, record and search index in step."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import Any

from dbp.cli.operation import carry_out
from dbp.paths import Root

_PLACES = {"record": "the record", "memory": "memory", "search": "the search index"}
"""Where something can differ, as it is said."""


def run(options: argparse.Namespace) -> int:
    """Submit, wait, print; 1 when it failed."""

    def params(root: Root) -> dict[str, Any]:
        if options.path is None:
            return {"full": options.full}
        # It need not be there: its record leaves then.
        key = root.key(os.path.abspath(options.path))  # noqa: PTH100 - Path.resolve follows links
        return {"full": options.full, "uri": root.uri_of(key)}

    return carry_out(options, "sync", "dbp/sync", params, _text)


def _text(result: Mapping[str, Any]) -> str:
    lines = []
    if "files" in result:
        differences = result["differences"]
        counted = ", ".join(f"{differences[name]:,} in {where}" for name, where in _PLACES.items())
        lines.append(f"{result['files']:,} files; differences: {counted}")
        lines.append(f"repaired: {result['repaired']:,}")
    if "state" in result:
        lines.append(f"the file is {result['state']}")
    search = result["search"]
    left = f", {search['pending']:,} wait" if search["pending"] else ""
    lines.append(f"search index: {search['taken']:,} taken in{left}")
    return "\n".join(lines) + "\n"
