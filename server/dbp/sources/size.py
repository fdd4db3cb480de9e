"""Folders that are too large to be read unasked: what nobody means, or not all of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

from dbp.clock import SystemClock
from dbp.errors import ScanError
from dbp.paths import display

COUNTING_SECONDS = 3.0
"""How long counting may go on after the limit, to name the folders that hold most."""

_EVERY = 1000
_NAMED = 3


def home_folder(root: str) -> ScanError | None:
    """Say why a home folder, or one above it, is not read; None for any other.

    `root` is a real path.
    """
    home = os.path.realpath(os.path.expanduser("~"))
    if os.path.dirname(root) == root:
        what = "this is the whole file system"
    elif root == home:
        what = "this is your home folder"
    elif home.startswith(root.rstrip(os.sep) + os.sep):
        what = f"{display(root)} holds your home folder"
    else:
        return None
    return ScanError(
        f"{what}, not a project: nothing is read by itself",
        hint="open the folder of a project, or set fs_monitor.index_home = true "
        "in your own settings",
        code="home_folder",
        lasting=True,
    )


def too_many(keys: Iterable[str], limit: int) -> ScanError:
    """Say that there are too many files, and which folders hold most of them.

    All of `keys` are counted, as far as a few seconds go.
    """
    clock = SystemClock()
    end = clock.monotonic() + COUNTING_SECONDS
    count, more, below = 0, "", Counter[str]()
    for key in keys:
        count += 1
        folder, slash, _ = key.partition("/")
        if slash:
            below[folder] += 1
        if not count % _EVERY and clock.monotonic() > end:
            more = "more than "
            break
    largest = [f"{display(name)}/ ({number:,})" for name, number in below.most_common(_NAMED)]
    where = f", most of them below {', '.join(largest)}" if largest else ""
    return ScanError(
        f"{more}{count:,} files{where}: nothing is read by itself beyond {limit:,}",
        hint="leave folders out with .gitignore, .dbpignore or fs_monitor.ignore_patterns, "
        "or raise fs_monitor.max_files in your own settings",
        code="too_many_files",
        lasting=True,
    )
