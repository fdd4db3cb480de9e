"""What is done for each type of job that people ask for.

A handler runs on a thread of the job runner, in the process that leads the folder. It works in
slices and looks between them whether it is wanted still.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from dbp.desk import Desk
from dbp.engine import Engine
from dbp.errors import DbpError, RequestError
from dbp.model import Cause, Change, EnrichmentState, Priority
from dbp.ports import JobContext, JobHandler, Json
from dbp.services.feeding import LOOK, look_at
from dbp.services.slices import Slices
from dbp.status import PROCESSED

_COUNTED = (*PROCESSED, "failed")


def handlers(desk: Callable[[], Desk]) -> dict[str, JobHandler]:
    """Make the handlers of one folder; `desk` gives what is in force when a job begins."""
    return {
        "scan": lambda context: compare(desk(), context),
        "refresh": lambda context: compare(desk(), context),
        "extract": lambda context: extract(desk(), context),
        "enrich": lambda context: enrich(desk(), context),
        "check": lambda context: check(desk(), context),
    }


def compare(desk: Desk, context: JobContext) -> Json:
    """Compare a folder with the record and look at what differs; with `force` at everything."""
    engine = desk.leading()
    path = str(context.job.arguments.get("path", ""))
    force = bool(context.job.arguments.get("force"))
    context.progress(0, 0, "comparing disk and record")
    before = {name: engine.statistics.get(name) for name in _COUNTED}
    files, found = engine.compare(path, everything=force)
    changes = (replace(each, priority=Priority.FORCED, force=force) for each in found)
    look_at(engine, context, changes, len(found))
    done = {name: engine.statistics.get(name) - before[name] for name in _COUNTED}
    return {"path": path, "files": files, "changed": len(found), **done}


def extract(desk: Desk, context: JobContext) -> Json:
    """Look at one file at once."""
    path, force = str(context.job.arguments.get("path", "")), context.job.arguments.get("force")
    reason = desk.leading().scanner.why_excluded(path)
    if reason is not None:
        raise RequestError(f"{path}: {reason}", code="ignored", lasting=True)
    change = Change(path, Cause.REQUEST, Priority.FORCED, force=bool(force))
    look_at(desk.leading(), context, iter((change,)), 1)
    known = desk.store.known(path) if desk.store is not None else None
    if known is None:
        raise RequestError(f"there is no file {path}", code="not_found", lasting=True)
    return {"path": path, "state": str(known.state), "contentHash": known.content_hash}


def enrich(desk: Desk, context: JobContext) -> Json:
    """Wait until nothing more can be asked of the model now."""
    flow, store = desk.leading().flow, desk.store
    if flow is None or store is None:
        raise DbpError(
            "no model is asked: enrichment is off",
            hint="llm.provider turns it on, dbp trust --cloud allows it for this folder",
            code="disabled",
            lasting=True,
        )
    if context.job.arguments.get("again"):
        store.enrich_again([EnrichmentState.FAILED])
        flow.consent_changed()
    quiet = threading.Event()
    flow.finish(quiet.set)
    pause = Slices(desk.leading().clock, context)
    while not quiet.is_set():
        pause.rest(LOOK)
        counts = store.enrichment_counts()
        left = counts.get("", 0) + counts.get("pending", 0)
        total = sum(counts.values())
        context.progress(total - left, total, "asking the model")
    return {"enrichment": {name or "undecided": n for name, n in counts_of(desk).items()}}


def check(desk: Desk, context: JobContext) -> Json:
    """Apply every rule to every file of the record and count what is found, as `dbp check` does."""
    # Loaded with the first check: nobody else here needs the rules.
    from dbp.analysis.levels import make_levels
    from dbp.inspecting import Counts, Recorded, Subjects, baseline_at, judge_file

    engine, store, edges = desk.leading(), desk.store, desk.edges
    assert store is not None  # noqa: S101  # who leads has one
    matcher = edges.path_matcher if edges is not None else None
    context.progress(0, 0, "waiting for changed files")
    _wait_for_changes(engine, context)
    settings = desk.effective.settings.diagnostics
    levels = make_levels(settings.severity, settings.per_path, matcher)
    baseline = baseline_at(desk.root.absolute(settings.baseline))
    known = Recorded(desk.root, desk.effective, store, desk.template)
    subjects = Subjects(known, clock=engine.clock, check=context.check)
    counts, total = Counts(), sum(1 for _ in known.paths())
    for number, path in enumerate(known.paths()):
        context.progress(number, total, "checking files")
        judged = judge_file(known.stored(path), subjects, levels)
        if judged is not None:
            new, old, _ = baseline.split(path, judged.findings)
            counts.count(new, known=len(old), suppressed=len(judged.suppressed))
    counts.cut = subjects.cut
    return counts.json()


def _wait_for_changes(engine: Engine, context: JobContext) -> None:
    """Wait until what was offered so far is in the record; while paused nothing would be."""
    if engine.buffer.paused:
        return
    quiet = threading.Event()
    engine.finish(quiet.set)
    pause = Slices(engine.clock, context)
    while not quiet.is_set():
        pause.rest(LOOK)


def counts_of(desk: Desk) -> dict[str, int]:
    """Count files by the state of their enrichment."""
    return dict(desk.store.enrichment_counts()) if desk.store is not None else {}
