"""What the graph of a folder is resolved with: what there is, and what Go calls its modules."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator

from dbp.analysis.edges import Doors, places
from dbp.clock import Clock, SystemClock
from dbp.errors import BadPathError
from dbp.model import FileState
from dbp.paths import Root
from dbp.ports import Reader
from dbp.settings import Settings
from dbp.view import on_disk

_MODULE = re.compile(rb"^module[ \t]+\"?([^\s\"]{1,500})", re.MULTILINE)
_GO_MOD_BYTES = 65_536


def deadline(seconds: float, clock: Clock | None = None) -> Callable[[], bool]:
    """Make the question whether so many seconds have gone by since now."""
    clock = clock or SystemClock()
    end = clock.monotonic() + seconds
    return lambda: clock.monotonic() >= end


def doors_of(root: Root, paths: Iterable[str], settings: Settings) -> Doors:
    """Make the doors that the edges of a folder are resolved with; `paths` are its files."""
    there = places(paths)
    return Doors(
        is_there=lambda key: on_disk(root, key),
        recorded=there.__contains__,
        source_roots=settings.references.source_roots,
        module_of=modules(root),
    )


def indexed(reader: Reader) -> Iterator[str]:
    """Name every indexed file of a record. Blocking."""
    return (one.path for one in reader.known_in_order() if one.state == FileState.INDEXED)


def modules(root: Root) -> Callable[[str], str | None]:
    """Make the question which Go module a folder is; each `go.mod` is read once."""
    known: dict[str, str | None] = {}

    def module_of(folder: str) -> str | None:
        if folder not in known:
            known[folder] = _module(root, f"{folder}/go.mod" if folder else "go.mod")
        return known[folder]

    return module_of


def _module(root: Root, key: str) -> str | None:
    """Read the module line of a go.mod; a link is not followed."""
    try:
        handle = os.open(root.absolute(key), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, BadPathError):
        return None
    with os.fdopen(handle, "rb") as file:
        match = _MODULE.search(file.read(_GO_MOD_BYTES))
    return match[1].decode("utf-8", "replace") if match else None
