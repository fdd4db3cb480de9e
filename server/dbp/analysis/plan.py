"""How far plans are: tasks counted for a file, a folder and all of them. Pure.

A dropped task does not count, and one below another counts like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dbp.model import Task

NO_PLAN = "no file is a plan (the setting plan.globs says which are)"
NO_TASKS = "the plans hold no task"


class Progress(NamedTuple):
    """Tasks that are done, in work, and all that count; the rest is open."""

    done: int = 0
    doing: int = 0
    total: int = 0

    @property
    def percent(self) -> float:
        """See `percent`."""
        return percent(self.done, self.total)

    def plus(self, other: Progress) -> Progress:
        """Add what another one counts."""
        return Progress(self.done + other.done, self.doing + other.doing, self.total + other.total)


class Counted(NamedTuple):
    """The progress of a file or a folder."""

    path: str
    progress: Progress


class Plans(NamedTuple):
    """The progress of all plans: those with tasks, and the folders they lie in, in path order.

    `note` says why nothing is counted, or is empty.
    """

    whole: Progress
    files: tuple[Counted, ...]
    folders: tuple[Counted, ...]
    note: str


def percent(done: int, total: int) -> float:
    """Give the share that is done with one decimal; none of nothing is 0.

    Only all of them are 100.0, and some of them are never 0.0.
    """
    if done <= 0 or total <= 0:
        return 0.0
    if done >= total:
        return 100.0
    tenths = (2000 * done + total) // (2 * total)
    return min(max(tenths, 1), 999) / 10


def progress_of(tasks: Iterable[Task]) -> Progress:
    """Count tasks."""
    states = [task.state for task in tasks]
    total = len(states) - states.count("dropped")
    return Progress(states.count("done"), states.count("doing"), total)


def roll_up(plans: Iterable[tuple[str, Sequence[Task]]]) -> Plans:
    """Count the tasks of files, and of every folder below the root that holds one."""
    whole, found, looked_at = Progress(), [], 0
    folders: dict[str, Progress] = {}
    for path, tasks in plans:
        looked_at += 1
        one = progress_of(tasks)
        if not one.total:
            continue
        whole = whole.plus(one)
        found.append(Counted(path, one))
        folder = path.rpartition("/")[0]
        while folder:
            folders[folder] = folders.get(folder, Progress()).plus(one)
            folder = folder.rpartition("/")[0]
    note = "" if whole.total else NO_TASKS if looked_at else NO_PLAN
    found.sort()
    return Plans(
        whole, tuple(found), tuple(Counted(*item) for item in sorted(folders.items())), note
    )


def in_words(progress: Progress) -> str:
    """Say progress in a few words: `13 of 20 done (65 %)`."""
    share = f"{progress.percent:.1f}".removesuffix(".0")
    return f"{progress.done} of {progress.total} done ({share} %)"


def chooser(
    patterns: Sequence[str], matcher: Callable[[str], Callable[[str], bool]]
) -> Callable[[str], bool]:
    """Make the test whether patterns name a path; the last one that does decides, `!` takes out."""
    tests = [(not p.startswith("!"), matcher(p.removeprefix("!"))) for p in patterns]
    tests.reverse()

    def chosen(path: str) -> bool:
        return next((takes for takes, named in tests if named(path)), False)

    return chosen
