"""Having the workers look at many files: some at a time, and wait until each was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from dbp.changes import ChangeBuffer
from dbp.clock import Clock
from dbp.entries import NEVER
from dbp.model import Change, Priority
from dbp.ports import JobContext
from dbp.services.slices import Slices

SLICE = 400
"""Changes a job has in the buffer at a time: enough for every worker, little enough to stop."""

LOOK = 0.05
"""Seconds between two looks at how far the files of a job are, while it runs."""


class Feeder(Protocol):
    """What it needs of the engine."""

    clock: Clock
    buffer: ChangeBuffer
    stopped: bool


def look_at(engine: Feeder, context: JobContext, changes: Iterator[Change], total: int) -> None:
    """Feed changes to the workers until each was looked at; `total` is how many there are.

    What is not forced is left alone as soon as automatic work is paused.
    """
    pause = Slices(engine.clock, context)
    waiting: set[str] = set()
    fed = 0

    def look() -> None:
        nonlocal waiting
        pause.rest(LOOK)
        waiting = engine.buffer.left_of(waiting)
        context.progress(fed - len(waiting), total, "looking at files")

    def scanned(change: Change) -> None:
        engine.buffer.feed(change, NEVER)

    forced = True
    for change in changes:
        forced = change.priority is Priority.FORCED
        if engine.buffer.paused and not forced:
            return
        waiting.add(change.path)
        # What a comparison found has been quiet for long: it need not wait.
        (engine.buffer.offer if forced else scanned)(change)
        fed += 1
        while len(waiting) >= SLICE and (forced or not engine.buffer.paused):
            look()
    while waiting and (forced or not engine.buffer.paused):
        look()
    if engine.stopped:
        context.check()
