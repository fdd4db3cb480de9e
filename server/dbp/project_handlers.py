"""What is done for jobs about a project: on the open workspace, or on a commit of a repository.

A repository is fetched only because a person asked for a job that names it, and only where the
user's own settings allow that; what is fetched is gone when the job is, however it ends.
"""

from __future__ import annotations

from collections.abc import Callable

from dbp.desk import Desk
from dbp.errors import RequestError
from dbp.job import JobStatus
from dbp.ports import JobContext, JobHandler, Json

TYPES = ("project_processing", "skills_extraction")
"""What may be about a repository instead of the workspace."""

_REMEMBERED = 1000
"""Finished jobs that are looked through for an equal one."""


def project_handlers(desk: Callable[[], Desk]) -> dict[str, JobHandler]:
    """Make the handlers of one folder; `desk` gives what is in force when a job begins."""
    return {kind: lambda context: _run(desk(), context) for kind in TYPES}


def _run(desk: Desk, context: JobContext) -> Json:
    """Do the work where the job's arguments say."""
    from dbp.answers import plans as plan_answers
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
    rules = desk.leading().extractor.version
    known = _known(desk, context, repository.url, f"{commit} {rules}")
    if known is not None:
        return {**known, "cached": True}
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
        "madeOf": f"{found.commit} {rules}",
        "cached": False,
    }


def _known(desk: Desk, context: JobContext, url: str, made_of: str) -> Json | None:
    """Find what an earlier job said of the same commit by the same rules.

    Only a commit that is named in full is the same for ever: a branch may have moved, and its name
    is no commit.
    """
    if desk.store is None:
        return None
    jobs, _ = desk.store.jobs.list(
        types=[context.job.type], statuses=[JobStatus.COMPLETED], limit=_REMEMBERED
    )
    for job in jobs:
        result = job.result or {}
        if result.get("madeOf") == made_of and result.get("repository", {}).get("url") == url:
            return result
    return None
