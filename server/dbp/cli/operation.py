"""One operation of a service, from the command line: submit, wait, tell.

The process that leads the folder does it; without one, the verb does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from dbp.cli import INTERRUPTED, OK, PROBLEMS, print_error
from dbp.cli.job_text import brief, outcome
from dbp.cli.job_wait import Watched
from dbp.cli.session import ANSWER_SECONDS, Events, ask, opened, root_of
from dbp.job import JobStatus
from dbp.paths import Root

Tell = Callable[[Mapping[str, Any]], str]
"""Says the result of a job that was done, in lines."""


def carry_out(
    options: argparse.Namespace,
    job_type: str,
    method: str,
    params: Callable[[Root], dict[str, Any]],
    tell: Tell,
) -> int:
    """Submit an operation, wait for its end unless told not to, print; 1 when it failed."""
    root = root_of(options)
    watched = Watched()
    mine = () if options.no_wait else (job_type,)
    with opened(options, root=root, events=Events(on_job=watched.changed), jobs=mine) as workspace:
        answer = ask(workspace, method, params(root), seconds=ANSWER_SECONDS)
        job_id = str(answer["jobId"])
        if answer["held"]:
            print_error("the service is switched off: this waits until it is switched on again")
        if options.no_wait or answer["held"]:
            sys.stdout.write(f"{json.dumps(answer) if options.json else f'submitted {job_id}'}\n")
            return OK
        try:
            [job] = watched.wait(workspace, [job_id])
        except KeyboardInterrupt:
            print_error(f"no longer waiting: {brief(job_id)} is done by who leads the folder next")
            return INTERRUPTED
    done = job["status"] == JobStatus.COMPLETED
    if options.json:
        sys.stdout.write(json.dumps(job, indent=2) + "\n")
    else:
        sys.stdout.write(tell(job["result"]) if done else f"{outcome(job)}\n")
    return OK if done else PROBLEMS
