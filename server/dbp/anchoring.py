"""Which documentation an edit makes stale, worked out as the edit is recorded.

Only files that were recorded before and have another content now are asked about: a first index
pays nothing for it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from dbp.analysis.staleness import carry, encode_anchors
from dbp.facts import Facts, decode_facts
from dbp.model import Content, ContentKey, FileState
from dbp.ports import Known, Marked, Reader

MAX_DEPARTED = 1000
"""Contents of files that went away which are remembered, for a moment."""


class Departed:
    """Files that went away: one may come back under another name, with what is stale in it.

    A rename is mostly seen as one; where its two sides come apart, as into a folder that is new
    itself, the old record may be gone before the new path is looked at. Thread-safe.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._anchors: OrderedDict[tuple[str, str], list[str | None]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, reader: Reader, gone: Sequence[Known]) -> None:
        """Remember files whose records are about to leave; one query."""
        files = {one.path: one for one in gone if one.state == FileState.INDEXED}
        marked = reader.marked(list(files)) if files else {}
        with self._lock:
            for path, one in files.items():
                found = marked.get(path)
                packed = encode_anchors(found.anchors) if found else None
                kept = self._anchors.setdefault((one.content_hash, one.language), [])
                if len(kept) < MAX_DEPARTED:
                    kept.append(packed)
            while len(self._anchors) > MAX_DEPARTED:
                self._anchors.popitem(last=False)

    def take(self, key: ContentKey) -> tuple[bool, str | None]:
        """Tell whether a file with this content went away, and give its anchors, packed; once."""
        with self._lock:
            kept = self._anchors.get((key.content_hash, key.language))
            if not kept:
                return False, None
            packed = kept.pop()
            if not kept:
                del self._anchors[key.content_hash, key.language]
            return True, packed


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
