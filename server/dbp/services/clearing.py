"""Throwing a folder's record away, in slices: whoever reads meanwhile finds less and less in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbp.ports import Remove, Store
from dbp.services.slices import Slices

_FILES = (20, 320)
_ROWS = (20, 640)
"""The least and the most of a slice."""


def clear(store: Store, slices: Slices, publish: Callable[[Sequence[str]], None]) -> int:
    """Remove every file, then what was read out of them; return how many files there were.

    What is recorded meanwhile stays.
    """
    left = [known.path for known in store.known_in_order()]
    removed = len(left)

    def files(count: int) -> int:
        nonlocal left
        some, left = left[:count], left[count:]
        if some:
            store.write([Remove(path) for path in some])
            publish(some)
        return len(some)

    _until_none(slices, files, _FILES)
    contents = store.unused_contents(0)

    def drop(rows: int) -> int:
        nonlocal contents
        contents = store.drop_contents(contents, rows) if contents else ()
        return len(contents)

    _until_none(slices, drop, _ROWS)
    _until_none(slices, lambda rows: store.drop_meanings(0, rows), _ROWS)
    return removed


def _until_none(slices: Slices, some: Callable[[int], int], sizes: tuple[int, int]) -> None:
    for done in slices.fill(some, *sizes):
        if not done:
            return
