"""What is done for jobs about a project: on the open workspace, or on a commit of a repository.

A repository is fetched only because a person asked for a job that names it, and only where the
user's own settings allow that; what is fetched is gone when the job is, however it ends.
"""

from __future__ import annotations

from collections.abc import Callable

from dbp.desk import Desk
from dbp.errors import RequestError
from dbp.ports import JobContext, JobHandler, Json

TYPES = ("project_processing", "skills_extraction")
"""What may be about a repository instead of the workspace."""


def project_handlers(desk: Callable[[], Desk]) -> dict[str, JobHandler]:
    """Make the handlers of one folder; `desk` gives what is in force when a job begins."""
    return {kind: lambda context: _run(desk(), context) for kind in TYPES}


def _run(desk: Desk, context: JobContext) -> Json:
    """Do the work where the job's arguments say."""
    from dbp import plan_answers
    from dbp.repository import parse, parse_commit, permit

    kinds = {
        "project_processing": plan_answers.project_processing,
        "skills_extraction": plan_answers.skills_extraction,
    }
    make = kinds[context.job.type]
    url = context.job.arguments.get("url")
    if not url:
        return make(desk)(context)
    repository = parse(str(url))
    commit = parse_commit(str(context.job.arguments.get("commit") or ""))
    permit(repository, desk.effective.settings.clone)
    if desk.edges is None or desk.edges.projects is None:
        raise RequestError("no repository can be fetched here", code="disabled", lasting=True)
    with desk.edges.projects.indexed(repository, commit, desk.effective, context) as found:
        result = make(found.desk)(context)
    notes = [note for note in (result.get("note"), found.note) if note]
    return {
        **result,
        **({"note": "; ".join(notes)} if notes else {}),
        "commit": found.commit,
        "repository": {"url": repository.url, "files": found.files},
    }
