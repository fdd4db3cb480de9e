"""What became stale by an edit: documentation whose code changed while its words did not.

The record keeps, for each file, its *anchors*: for every mark that is stale, the fingerprint its
code had when its words were written. A mark without an anchor is fresh. So a file nobody changed
costs nothing, and a change that is taken back makes its documentation fresh again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dbp.facts import Facts

Anchors = Mapping[str, str]
"""From the name of a stale mark to the fingerprint of the code its words were written for."""

NONE: Anchors = {}


def carry(old: Facts, anchors: Anchors, new: Facts) -> dict[str, str]:
    """Give the anchors after a file's content changed from `old` to `new`.

    Facts of two schemes cannot be compared: then nothing is known to be stale.
    """
    if old.scheme != new.scheme:
        return {}
    before = {mark.name: mark for mark in old.marks}
    stale: dict[str, str] = {}
    for mark in new.marks:
        was = before.get(mark.name)
        if was is None or was.doc != mark.doc:
            continue
        written_for = anchors.get(mark.name, was.code)
        if written_for != mark.code:
            stale[mark.name] = written_for
    return stale


def encode_anchors(anchors: Anchors) -> str | None:
    """Pack anchors for the record; None for none."""
    return json.dumps(anchors, separators=(",", ":")) if anchors else None


def decode_anchors(text: str | None) -> dict[str, str]:
    """Unpack them; damage costs the anchors and nothing else."""
    if not text:
        return {}
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {str(name): code for name, code in data.items() if isinstance(code, str)}
