"""How many files are in which state: counted once for each state of the record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from dbp.errors import StoreError
from dbp.ports import Store

log = logging.getLogger(__name__)


class Counts:
    """Counts of one record, kept until it changes; what cannot be counted stays as it was."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, Mapping[str, int]]] = {}

    def files(self, store: Store | None) -> Mapping[str, int]:
        """Count the files by state."""
        return self._count("files", store, lambda store: store.counts())

    def enriched(self, store: Store | None) -> Mapping[str, int]:
        """Count the indexed files by the state of their enrichment."""
        return self._count("enriched", store, lambda store: store.enrichment_counts())

    def _count(
        self, what: str, store: Store | None, count: Callable[[Store], Mapping[str, int]]
    ) -> Mapping[str, int]:
        try:
            if store is not None:
                version = store.version()
                if what not in self._kept or self._kept[what][0] != version:
                    self._kept[what] = (version, count(store))
        except StoreError as error:
            log.warning("the files cannot be counted: %s", error)
        return self._kept[what][1] if what in self._kept else {}
