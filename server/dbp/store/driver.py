"""Which SQLite serves this process, and what is known to be wrong with it.

Two copies of SQLite that open one file in one process cancel each other's POSIX locks, so the
choice is made once and everybody asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

# https://sqlite.org/wal.html#walresetbug: writers and checkpoints of several processes can corrupt
# a WAL database before this release; two older lines carry the fix as a backport.
_FIXED = (3, 51, 3)
_BACKPORTS = {(3, 50): 7, (3, 44): 6}


@dataclass(frozen=True, slots=True)
class Driver:
    """A DB-API module with its SQLite; `version` is SQLite's."""

    module: Any
    name: str
    version: tuple[int, int, int]

    @property
    def vulnerable(self) -> bool:
        """Tell whether this SQLite has the WAL-reset bug."""
        return is_vulnerable(self.version)

    @property
    def backend(self) -> str:
        """Name it for people: `SQLite 3.53.4 (pysqlite3)`."""
        return f"SQLite {'.'.join(map(str, self.version))} ({self.name})"


def is_vulnerable(version: tuple[int, int, int]) -> bool:
    """Tell whether a SQLite release has the WAL-reset bug."""
    backport = _BACKPORTS.get(version[:2])
    return version < _FIXED and (backport is None or version[2] < backport)


@cache
def driver() -> Driver:
    """Choose the SQLite of this process: the standard library's, or pysqlite3's when it is safer.

    Raises `ImportError` when Python was built without SQLite and pysqlite3 is missing.
    """
    found = [
        Driver(module, name, module.sqlite_version_info)
        for name in ("sqlite3", "pysqlite3")
        if (module := _load(f"{name}.dbapi2")) is not None
    ]
    if not found:
        raise ImportError("neither sqlite3 nor pysqlite3 can be imported")
    return next((each for each in found if not each.vulnerable), found[0])


def _load(name: str) -> Any:
    try:
        module: ModuleType = import_module(name)
    except ImportError:
        return None
    return module
