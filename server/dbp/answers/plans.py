"""The answers about plans and skills: `dbp/plan`, `dbp/skills`, and the jobs that keep them.

Each reads the record on a thread of its own; unsaved text is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from dbp.analysis.plan import NO_TASKS, Counted, Progress, chooser, progress_of, roll_up
from dbp.desk import Desk, key_of
from dbp.errors import BadPathError, DbpError, StoreError
from dbp.forwarding import Reply
from dbp.model import FileState, Task
from dbp.ports import DeafSink, Json, Scanner, Store
from dbp.ports.jobs import JobContext, JobHandler
from dbp.runtime import answer_on_thread

SKILLS_NOTE = "skills"
"""The note beside the record that holds what the last job found."""


def plan(desk: Desk, params: Json, reply: Reply) -> None:
    """Say how far the plans of a folder are, or what tasks one file has."""
    path = key_of(desk.root, params) if params.get("uri") else ""
    _on_thread("plan", lambda: _plan(desk, path), reply)


def skills(desk: Desk, _params: Json, reply: Reply) -> None:
    """Say what the project is made with."""
    _on_thread("skills", lambda: _skills(desk, lambda _done, _total: None), reply)


def project_processing(desk: Desk) -> JobHandler:
    """Make what counts the tasks of all plans as a job."""

    def work(context: JobContext) -> Json:
        store = _store(desk)
        paths = list(_plan_files(desk, store, "", context.check))
        plans: list[tuple[str, Sequence[Task]]] = []
        for done, path in enumerate(paths):
            context.progress(done, len(paths), path)
            plans.append((path, _tasks(store, path)))
        found = roll_up(plans)
        context.progress(len(paths), len(paths))
        result: Json = {
            "tasksCount": found.whole.total,
            "doneCount": found.whole.done,
            "progressPercentage": found.whole.percent,
            "files": len(found.files),
        }
        return {**result, "note": found.note} if found.note else result

    return work


def skills_extraction(desk: Desk) -> JobHandler:
    """Make what finds the skills of the project as a job, and keeps them beside the record."""

    def work(context: JobContext) -> Json:
        context.check()
        found = _skills(desk, lambda done, total: context.progress(done, total, "manifests"))
        context.check()
        if desk.engine is not None:  # who follows reads only
            kept = json.dumps(found, separators=(",", ":"))
            _store(desk).set_note(SKILLS_NOTE, kept)
        return found

    return work


def _store(desk: Desk) -> Store:
    assert desk.store is not None  # noqa: S101  # nothing is answered before the folder is open
    return desk.store


def _plan(desk: Desk, path: str) -> Json:
    store = _store(desk)
    if path and store.known(path) is not None:
        return _one_file(desk, path, _tasks(store, path))
    if path and not store.exists(path):
        raise BadPathError(f"{path}: nothing is recorded of this file", code="not_found")
    files = _plan_files(desk, store, path, lambda: None)
    found = roll_up((key, _tasks(store, key)) for key in files)
    answer: Json = {
        "path": path,
        **_counts(found.whole),
        "files": [_file(desk, one) for one in found.files],
        "folders": [{"path": one.path, **_counts(one.progress)} for one in found.folders],
    }
    return {**answer, "note": found.note} if found.note else answer


def _one_file(desk: Desk, path: str, tasks: Sequence[Task]) -> Json:
    progress = progress_of(tasks)
    answer: Json = {
        "path": path,
        **_counts(progress),
        "files": [_file(desk, Counted(path, progress))],
        "folders": [],
        "items": [task._asdict() for task in tasks],
    }
    return answer if progress.total else {**answer, "note": NO_TASKS}


def _counts(progress: Progress) -> Json:
    return {
        "tasks": progress.total,
        "done": progress.done,
        "doing": progress.doing,
        "percent": progress.percent,
    }


def _file(desk: Desk, one: Counted) -> Json:
    uri = desk.root.uri_of(one.path)
    return {"path": one.path, "uri": uri, **_counts(one.progress)}


def _plan_files(desk: Desk, store: Store, folder: str, check: Callable[[], None]) -> Iterator[str]:
    """Name the indexed files at or below a folder that the setting `plan.globs` calls plans."""
    assert desk.edges is not None  # noqa: S101  # a workspace gives them
    assert desk.edges.path_matcher is not None  # noqa: S101  # and the composition root this one
    is_plan = chooser(desk.effective.settings.plan.globs, desk.edges.path_matcher)
    for one in store.known_in_order(folder):
        # Only documents have tasks: the patterns are tried on few files.
        if one.language == "markdown" and one.state == FileState.INDEXED and is_plan(one.path):
            check()
            yield one.path


def _tasks(store: Store, path: str) -> Sequence[Task]:
    try:
        stored = store.stored(path)
    except StoreError as error:
        if error.code != "content_damaged":
            raise
        return ()  # whoever looks at the file itself has it read again
    return stored.extraction.tasks if stored is not None and stored.extraction is not None else ()


def _skills(desk: Desk, step: Callable[[int, int], None]) -> Json:
    from dbp.analysis.skills import collect, skills_json
    from dbp.analysis.skills_manifests import MAX_BYTES

    store, scanner = _store(desk), _scanner(desk)

    def read(path: str) -> str | None:
        try:
            data, _ = scanner.read(path)
        except (OSError, DbpError):
            return None  # gone, or no regular file any more
        return data[:MAX_BYTES].decode("utf-8-sig", "replace")

    files = (
        (one.path, one.language if one.state == FileState.INDEXED else "")
        for one in store.known_in_order()
    )
    return skills_json(collect(files, read, step))


def _scanner(desk: Desk) -> Scanner:
    """Give what reads files within the rules of scope; who follows opens one of its own."""
    if desk.engine is not None:
        return desk.engine.scanner
    assert desk.edges is not None  # noqa: S101  # a workspace gives them
    return desk.edges.open_sources(desk.effective.settings, DeafSink())[0]


def _on_thread(name: str, answer: Callable[[], Json], reply: Reply) -> None:
    """Answer off the loop. Every failure is an answer too."""
    answer_on_thread(name, answer, reply)
