"""Which documentation an edit makes stale, worked out as the edit is recorded.

Only files that were recorded before and have another content now are asked about: a first index
pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dbp.analysis.staleness import carry, encode_anchors
from dbp.facts import Facts, decode_facts
from dbp.model import Content, ContentKey, FileState
from dbp.ports import Known, Marked, Reader


class Anchoring:
    """The anchors of one batch. Reads what it needs when it is made, in two queries."""

    def __init__(
        self, reader: Reader, batch: Iterable[tuple[str, Known | None, ContentKey]]
    ) -> None:
        """Read what is known of the files of a batch whose content changed.

        An item is a path, what the record knows of it, and the content it has now.
        """
        changed = [(path, key) for path, known, key in batch if _changed(known, key)]
        self._marked: Mapping[str, Marked] = {}
        self._facts: Mapping[ContentKey, Facts] = {}
        if changed:
            self._marked = reader.marked([path for path, _ in changed])
            self._facts = reader.content_facts({key for _, key in changed})

    def of(self, path: str, key: ContentKey, content: Content | None = None) -> str | None:
        """Pack the anchors of a file that has this content now; None when nothing is stale."""
        marked = self._marked.get(path)
        if marked is None or not marked.facts.marks:
            return None
        new = self._facts.get(key) if content is None else _read(content)
        return encode_anchors(carry(marked.facts, marked.anchors, new)) if new else None


def _changed(known: Known | None, key: ContentKey) -> bool:
    if known is None or known.state != FileState.INDEXED:
        return False
    return known.content_hash != key.content_hash


def _read(content: Content) -> Facts | None:
    try:
        return decode_facts(content.facts)
    except ValueError:
        return None
