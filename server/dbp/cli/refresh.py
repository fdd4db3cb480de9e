"""`dbp refresh` and `dbp scan`: jobs that compare disk and record, and how they end.

The process that leads the folder does them; without one, the verb does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dbp.cli import INTERRUPTED, OK, PROBLEMS, print_error
from dbp.cli.job_text import brief, outcome
from dbp.cli.job_wait import Watched
from dbp.cli.session import ANSWER_SECONDS, Events, ask, keys_of, opened, root_of
from dbp.job import JobStatus
from dbp.paths import display

if TYPE_CHECKING:
    from dbp.workspace import Workspace


def run(options: argparse.Namespace) -> int:
    """Submit, wait, print; 1 when a job failed or was cancelled."""
    root = root_of(options)
    keys = keys_of(root, options.paths) or [""]
    watched = Watched()
    events = Events(on_job=watched.changed)
    mine = () if options.no_wait else (options.verb,)
    with opened(options, root=root, events=events, jobs=mine) as workspace:
        answers = [_submit(workspace, options, key) for key in keys]
        ids = list(dict.fromkeys(str(answer["jobId"]) for answer in answers))
        if options.no_wait:
            return _submitted(workspace, answers, as_json=options.json)
        ended = _wait(workspace, watched, ids)
    if ended is None:
        return INTERRUPTED
    if options.json:
        sys.stdout.write(json.dumps({"jobs": ended}, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{outcome(job)}\n" for job in ended)
    done = all(job["status"] == JobStatus.COMPLETED for job in ended)
    return OK if done else PROBLEMS


def _submit(workspace: Workspace, options: argparse.Namespace, key: str) -> dict[str, Any]:
    params = {"uri": workspace.root.uri_of(key), "force": options.force}
    answer: dict[str, Any] = ask(workspace, f"dbp/{options.verb}", params, seconds=ANSWER_SECONDS)
    return answer


def _wait(
    workspace: Workspace, watched: Watched, ids: Sequence[str]
) -> list[dict[str, Any]] | None:
    """Wait for the end of the jobs; None when the person did not want to."""
    try:
        return watched.wait(workspace, ids)
    except KeyboardInterrupt:
        names = ", ".join(brief(job_id) for job_id in ids)
        if workspace.engine is None:
            print_error(f"no longer waiting: {names} goes on in the process that leads the folder")
        else:
            print_error(
                f"interrupted: {names} waits for the next process that leads the folder "
                "(an editor, dbp watch, or this again)"
            )
        return None


def _submitted(workspace: Workspace, answers: Sequence[Mapping[str, Any]], *, as_json: bool) -> int:
    """Say what was submitted, and who does it."""
    if as_json:
        jobs = [ask(workspace, "dbp/jobs/get", {"id": answer["jobId"]}) for answer in answers]
        sys.stdout.write(json.dumps({"jobs": jobs}, indent=2) + "\n")
        return OK
    for answer in answers:
        said = "joined" if answer["deduplicated"] else "submitted"
        sys.stdout.write(f"{said} {display(answer['jobId'])}\n")
    if workspace.engine is not None:
        print_error(NOBODY)
    return OK


NOBODY = (
    "nobody leads this folder now: the next process that does (an editor, dbp watch) does the job"
)
"""What is said when a job stays in the table."""
