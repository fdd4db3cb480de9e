"""`dbp jobs`: background work a person can see, stop and try again.

Reading opens the record read-only, whoever leads. What changes a job is asked of the process that
leads the folder; without one it is done in the table, and the next one that leads does the work.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dbp.cli import OK, print_error
from dbp.cli.job_text import SHORT, ago, brief, detail, line, local, name, now
from dbp.cli.job_wait import Watched
from dbp.cli.refresh import NOBODY
from dbp.cli.session import ANSWER_SECONDS, Events, ask, opened
from dbp.errors import RequestError, StoreError
from dbp.paths import display

if TYPE_CHECKING:
    from dbp.workspace import Workspace

Json = dict[str, Any]

_USUAL = 20
_PAGE = 1000
_UUID = 36


def run(options: argparse.Namespace) -> int:
    """Do what is asked; 1 when a job cannot be changed."""
    action = {"cleanup": "clean"}.get(options.action, options.action)
    if action in {"show", "retry", "cancel"} and options.id is None:
        raise RequestError(f"dbp jobs {action} needs the id of a job", hint="dbp jobs lists them")
    if action not in {"show", "retry", "cancel"} and options.id is not None:
        raise RequestError(f"dbp jobs {action} takes no id")
    return int(_ACTIONS[action](options))


# ── reading ────────────────────────────────────────────────────────────────────────────────────


def _list(options: argparse.Namespace) -> int:
    watched = Watched()
    try:
        with opened(options, lead=False, events=Events(on_job=watched.changed)) as workspace:

            def look() -> list[Json]:
                return list(ask(workspace, "dbp/jobs/list", _filter(options, _USUAL))["jobs"])

            if options.watch:
                jobs = watched.follow(look)
                found: Json = {"jobs": jobs, "cursor": None}
            else:
                found = ask(workspace, "dbp/jobs/list", _filter(options, _USUAL))
    except StoreError as error:
        found = _none(error)
    if options.json:
        _print(found)
    elif not found["jobs"]:
        print_error("there are no such jobs" if options.type or options.status else "no jobs yet")
    elif sys.stdout.isatty():
        from dbp.cli.job_table import print_table

        print_table(found["jobs"])
    else:
        sys.stdout.writelines(f"{_row(job)}\n" for job in found["jobs"])
    return OK


def _none(error: StoreError) -> Json:
    """Answer where nothing was ever recorded."""
    if error.code != "store_missing":
        raise error
    return {"jobs": [], "cursor": None}


def _filter(options: argparse.Namespace, limit: int) -> Json:
    return {
        "type": options.type or [],
        "status": options.status or [],
        "limit": options.limit or limit,
    }


def _row(job: Json) -> str:
    """Lay out a job for other programs and for files: whole ids, no colours."""
    cells = [job["id"], f"{job['status']:<10}", job["createdAt"], f"{name(job):<16}", detail(job)]
    return "  ".join(cells).rstrip()


def _show(options: argparse.Namespace) -> int:
    try:
        with opened(options, lead=False) as workspace:
            job = ask(workspace, "dbp/jobs/get", {"id": find(workspace, options.id)})
    except StoreError as error:
        _none(error)
        raise RequestError(f"there is no job {options.id!r}", code="not_found") from error
    if options.json:
        _print(job)
    else:
        sys.stdout.writelines(f"{text}\n" for text in _lines(job))
    return OK


def _lines(job: Json) -> Iterator[str]:
    """Tell all that is known of a job."""
    at, progress = now(), job["progress"]
    yield display(f"{job['id']}  {name(job)}")
    yield f"  {'status':<10} {job['status']}, {progress['percent']} %, priority {job['priority']}"
    if text := detail(job):
        yield f"  {'':<10} {text}"
    for title, key in (
        ("submitted", "createdAt"),
        ("waits till", "scheduledFor"),
        ("started", "startedAt"),
        ("ended", "completedAt"),
    ):
        if job[key] is not None and (key != "scheduledFor" or job["status"] == "queued"):
            yield f"  {title:<10} {local(job[key])} ({ago(job[key], at)})"
    yield f"  {'asked by':<10} {display(job['requestedBy'])}"
    yield f"  {'retries':<10} {job['retryCount']} of {job['maxRetries']}"
    if job["arguments"]:
        yield f"  {'arguments':<10} {display(json.dumps(job['arguments']))}"
    if job["result"] is not None:
        yield f"  {'result':<10} {display(json.dumps(job['result']))}"
    for number, event in enumerate(job["events"]):
        told = f" ({display(event['detail'])})" if event["detail"] else ""
        title = "history" if number == 0 else ""
        yield f"  {title:<10} {local(event['at'])} {event['move'].replace('_', ' ')}{told}"


def _export(options: argparse.Namespace) -> int:
    """Print every job in one flat shape, newest first."""
    jobs: list[Json] = []
    try:
        with opened(options, lead=False) as workspace:
            for job in every(workspace, options):
                jobs.append(flat(job))
                if options.limit is not None and len(jobs) >= options.limit:
                    break
    except StoreError as error:
        _none(error)
    _print(jobs)
    return OK


def flat(job: Json) -> Json:
    """Render a job with one level of names in snake_case."""
    progress, error = job["progress"], job["error"] or {}
    return {
        "job_id": job["id"],
        "type": job["type"],
        "status": job["status"],
        "priority": job["priority"],
        "created_at": job["createdAt"],
        "scheduled_for": job["scheduledFor"],
        "started_at": job["startedAt"],
        "completed_at": job["completedAt"],
        "error_message": error.get("message"),
        "error_code": error.get("code"),
        "progress": progress["step"],
        "progress_percentage": progress["percent"],
        "retry_count": job["retryCount"],
        "max_retries": job["maxRetries"],
        "requested_by": job["requestedBy"],
        "arguments": job["arguments"],
        "result": job["result"],
    }


def every(workspace: Workspace, options: argparse.Namespace | None = None) -> Iterator[Json]:
    """Go through all jobs, newest first."""
    wanted = {} if options is None else _filter(options, _PAGE)
    cursor: str | None = None
    while True:
        page = ask(workspace, "dbp/jobs/list", {**wanted, "limit": _PAGE, "cursor": cursor})
        yield from page["jobs"]
        cursor = page["cursor"]
        if cursor is None:
            return


def find(workspace: Workspace, given: str) -> str:
    """Give the id of the one job that begins like this. Raises `RequestError`."""
    if len(given) >= _UUID:
        return given
    found = [job["id"] for job in every(workspace) if job["id"].startswith(given.lower())]
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise RequestError(
            f"there is no job {given!r}", hint="dbp jobs lists them", code="not_found"
        )
    some = ", ".join(brief(job_id) if len(given) < SHORT else job_id for job_id in found[:3])
    raise RequestError(f"{len(found)} jobs begin with {given!r}: {some} …")


# ── changing ───────────────────────────────────────────────────────────────────────────────────


def _retry(options: argparse.Namespace) -> int:
    return _change(options, "dbp/jobs/retry", {"force": options.force})


def _cancel(options: argparse.Namespace) -> int:
    return _change(options, "dbp/jobs/cancel", {})


def _change(options: argparse.Namespace, method: str, params: Json) -> int:
    with opened(options) as workspace:
        job_id = find(workspace, options.id)
        job = ask(workspace, method, {"id": job_id, **params}, seconds=ANSWER_SECONDS)
        if workspace.engine is not None and job["status"] == "queued":
            print_error(NOBODY)
    if options.json:
        _print(job)
    else:
        sys.stdout.write(line(job) + "\n")
    return OK


def _clean(options: argparse.Namespace) -> int:
    params = {} if options.days is None else {"days": options.days}
    with opened(options) as workspace:
        answer = ask(workspace, "dbp/jobs/cleanup", params, seconds=None)
    if options.json:
        _print(answer)
    else:
        removed = answer["removed"]
        sys.stdout.write(f"{removed:,} {'job' if removed == 1 else 'jobs'} forgotten\n")
    return OK


def _print(found: Any) -> None:
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


_ACTIONS = {
    "list": _list,
    "show": _show,
    "export": _export,
    "retry": _retry,
    "cancel": _cancel,
    "clean": _clean,
}

__all__ = ["every", "find", "flat", "run"]
