"""The answers about the list of projects: `dbp/projects/add`, `list`, `remove`.

The list is the user's, not the folder's; adding to it fetches nothing, and nothing needs to be in
it to be opened.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from dbp.answers.jobs import rate
from dbp.clock import Clock, SystemClock, iso
from dbp.desk import Desk
from dbp.errors import BadPathError, RequestError, StoreError
from dbp.forwarding import Reply
from dbp.job import Job, JobStatus
from dbp.paths import Root, path_to_uri, uri_to_path
from dbp.ports import Json, Project, ProjectEdges, Store
from dbp.repository import JOBS, parse, parse_commit
from dbp.runtime import answer_on_thread

MAX_LOOKED_AT = 50
"""Folders whose record is opened for one answer: each takes some milliseconds."""

_LIVE = (JobStatus.QUEUED, JobStatus.PROCESSING)
_COMPARING = ("scan", "refresh", "sync")
_PAGE = 200
_MAX_NAME = 200


# ── requests ───────────────────────────────────────────────────────────────────────────────────


def add(desk: Desk, params: Json, reply: Reply) -> None:
    """Add a folder or a repository to the list."""
    allowed = rate(desk.effective.settings.rate_limits.create_project)
    edges = _edges(desk)

    def run() -> Json:
        wanted = project_of(params, SystemClock())
        account = edges.open_account()
        try:
            added = account.add_project(wanted, desk.requester, allowed)
        finally:
            account.close()
        return {**project_json(added.project), "added": not added.known}

    _on_thread(run, reply)


def listed(desk: Desk, _params: Json, reply: Reply) -> None:
    """List the projects, and of folders what their record says."""
    edges = _edges(desk)
    _on_thread(lambda: {"projects": list_json(edges)}, reply)


def remove(desk: Desk, params: Json, reply: Reply) -> None:
    """Cancel a project's jobs and take it off the list."""
    project_id = params.get("id")
    if not isinstance(project_id, str) or not project_id:
        raise RequestError("id is missing: the id of a project")
    edges = _edges(desk)

    def cancel_here(job: Job) -> None:
        # Through the one who leads, which ends what runs at once.
        desk.ask("dbp/jobs/cancel", {"id": job.id}, lambda _answer: None)

    def run() -> Json:
        return remove_project(edges, project_id, (desk.root.path, desk.store, cancel_here))

    _on_thread(run, reply)


def _edges(desk: Desk) -> ProjectEdges:
    if desk.edges is None or desk.edges.projects is None:
        raise RequestError("there is no list of projects here", code="disabled")
    return desk.edges.projects


def _on_thread(run: Callable[[], Json], reply: Reply) -> None:
    answer_on_thread("projects", run, reply)


# ── what is added ──────────────────────────────────────────────────────────────────────────────


def project_of(params: Json, clock: Clock) -> Project:
    """Read what is to be added: `{url, commit?}` or `{uri | path}`, and `name?`.

    Raises `RequestError` and `BadPathError`. What is returned holds no credentials.
    """
    url, uri, path = params.get("url"), params.get("uri"), params.get("path")
    name, commit = params.get("name") or "", params.get("commit") or ""
    given = [each for each in (url, uri, path) if each]
    if len(given) != 1 or not all(isinstance(each, str) for each in (given[0], name, commit)):
        raise RequestError("name one of url, uri and path; name and commit are strings, too")
    if url:
        found = parse(url)
        named = parse_commit(commit)
        title = name or found.name
        return _project(title, "repository", (found.url, found.key, named), clock)
    if commit:
        raise RequestError("a commit needs a url: a folder is taken as it is")
    folder = Path(uri_to_path(str(uri)) if uri else str(path))
    if not folder.is_absolute():
        raise BadPathError("the path of a folder must be absolute")
    root = Root(str(folder)).path
    if not Path(root).is_dir():
        raise BadPathError(f"there is no such folder: {root}", code="not_found")
    return _project(name or Path(root).name or root, "folder", (root, root, ""), clock)


def _project(name: str, kind: str, place: tuple[str, str, str], clock: Clock) -> Project:
    """Make a new one; `place` is its location, key and commit."""
    return Project(str(uuid.uuid4()), name[:_MAX_NAME], kind, *place, clock.now())


# ── what is shown ──────────────────────────────────────────────────────────────────────────────


def project_json(project: Project) -> Json:
    """Render a project (doc/protocol.md, section 4)."""
    folder = project.kind == "folder"
    return {
        "id": project.id,
        "name": project.name,
        "kind": project.kind,
        **({"path": project.location, "uri": path_to_uri(project.location)} if folder else {}),
        **({} if folder else {"url": project.location, "commit": project.commit or None}),
        "addedAt": iso(project.added_at),
        "lastOpenedAt": iso(project.last_opened_at),
    }


def list_json(edges: ProjectEdges) -> list[Json]:
    """Render the list; `record` is there for folders, null where none can be read. Blocking."""
    left, shown = MAX_LOOKED_AT, []
    for project in _projects(edges):
        one = project_json(project)
        if project.kind == "folder":
            left -= 1
            one["record"] = _record_json(edges, project.location) if left >= 0 else None
        shown.append(one)
    return shown


def _projects(edges: ProjectEdges) -> list[Project]:
    try:
        account = edges.read_account()
    except StoreError as error:
        if error.code not in {"store_missing", "older_schema"}:
            raise
        return []  # nothing was ever added
    try:
        return list(account.projects())
    finally:
        account.close()


def _record_json(edges: ProjectEdges, path: str) -> Json | None:
    with edges.records(path) as store:
        if store is None:
            return None
        try:
            status = store.status()
            ended = (each.last_at for each in store.jobs.figures(_COMPARING).values())
            return {
                "files": store.counts().get("indexed", 0),
                "databaseBytes": status.size_bytes + status.wal_bytes,
                "lastScanAt": iso(max((at for at in ended if at is not None), default=None)),
            }
        except StoreError:
            return None


# ── what is removed ────────────────────────────────────────────────────────────────────────────


Here = tuple[str, Store | None, Callable[[Job], None]]
"""The open folder: its path, its record, and what cancels one of its jobs."""


def remove_project(edges: ProjectEdges, project_id: str, here: Here | None) -> Json:
    """Cancel the jobs of a project wherever they wait or run, then forget it. Blocking.

    The record of a folder stays: an editor may have it open, and it is made anew at any time.
    Raises `RequestError` (`not_found`).
    """
    project = next((each for each in _projects(edges) if each.id == project_id), None)
    if project is None:
        raise RequestError(
            f"there is no project {project_id!r}",
            hint="dbp projects list shows all",
            code="not_found",
        )
    cancelled = 0
    for path in _folders(edges, project, here):
        if here is not None and path == here[0]:
            cancelled += _cancel_here(project, here)
        else:
            with edges.writable(path) as store:
                cancelled += _cancel(project, path, store)
    account = edges.open_account()
    try:
        removed = account.remove_project(project_id)
    finally:
        account.close()
    return {"removed": removed, "jobsCancelled": cancelled}


def _folders(edges: ProjectEdges, project: Project, here: Here | None) -> Iterable[str]:
    """Name the folders that may have jobs of a project."""
    folders = {} if here is None else {here[0]: None}
    if project.kind == "folder":
        return {project.location: None}
    # A job about a repository waits in the folder it was asked for from.
    folders |= dict.fromkeys(each.location for each in _projects(edges) if each.kind == "folder")
    return folders


def _cancel_here(project: Project, here: Here) -> int:
    path, store, cancel = here
    count = 0
    if store is not None:
        for job in _jobs_of(project, path, store):
            cancel(job)
            count += 1
    return count


def _cancel(project: Project, path: str, store: Store | None) -> int:
    """Cancel jobs in the record of another folder; whoever runs one notices within its lease."""
    count = 0
    if store is not None:
        with suppress(StoreError):
            for job in _jobs_of(project, path, store):
                with suppress(RequestError):
                    store.jobs.cancel(job.id)
                    count += 1
    return count


def _jobs_of(project: Project, path: str, store: Store) -> list[Job]:
    """List the jobs of a project that wait or run."""
    if project.kind == "folder":
        return list(_live(store, ())) if project.location == path else []
    return [job for job in _live(store, tuple(sorted(JOBS))) if _is_about(job, project)]


def _is_about(job: Job, project: Project) -> bool:
    url = job.arguments.get("url")
    if not isinstance(url, str) or not url:
        return False
    if (job.arguments.get("commit") or "") != project.commit:
        return False
    with suppress(RequestError):
        return parse(url).key == project.key
    return False


def _live(store: Store, types: tuple[str, ...]) -> Iterator[Job]:
    cursor: str | None = None
    while True:
        found, cursor = store.jobs.list(types=types, statuses=_LIVE, limit=_PAGE, cursor=cursor)
        yield from found
        if cursor is None:
            return
