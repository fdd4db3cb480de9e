"""`dbp projects`: the user's list of folders and repositories. Adding one fetches nothing."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from dbp.answers.jobs import rate
from dbp.answers.projects import list_json, project_json, project_of, remove_project
from dbp.app import checkouts, load_settings
from dbp.cli import OK
from dbp.cli.session import given_settings
from dbp.clock import SystemClock
from dbp.desk import user_name
from dbp.paths import display
from dbp.ports import Json, ProjectEdges


def run(options: argparse.Namespace) -> int:
    """List the projects, add one, or remove one."""
    edges = checkouts(SystemClock())
    if options.action not in {"add", "remove"}:
        return _list(edges, as_json=options.json)
    answer = _add(edges, options) if options.action == "add" else _remove(edges, options)
    if options.json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return OK


def _list(edges: ProjectEdges, *, as_json: bool) -> int:
    projects = list_json(edges)
    if as_json:
        sys.stdout.write(json.dumps({"projects": projects}, indent=2) + "\n")
    else:
        sys.stdout.write(
            "".join(map(_text, projects)) or "no projects: dbp projects add PATH|URL\n"
        )
    return OK


def _add(edges: ProjectEdges, options: argparse.Namespace) -> Json:
    # Whose limits hold is the user's own matter, not that of any folder.
    settings = load_settings(None, cli=given_settings(options)).settings
    wanted = project_of(
        {**_place(options.place), "name": options.name, "commit": options.commit}, SystemClock()
    )
    account = edges.open_account()
    try:
        added = account.add_project(
            wanted, f"{user_name()}/dbp", rate(settings.rate_limits.create_project)
        )
    finally:
        account.close()
    if not options.json:
        sys.stdout.write(
            f"{'known' if added.known else 'added'}: {_text(project_json(added.project))}"
        )
    return {**project_json(added.project), "added": not added.known}


def _place(what: str) -> dict[str, str]:
    """Tell a folder from an address: what is there is a folder, whatever it looks like."""
    path = os.path.abspath(os.path.expanduser(what))  # noqa: PTH100, PTH111  # links stay as given
    looks_like_one = "://" in what or (":" in what and not what.startswith((".", "/", "~")))
    if looks_like_one and not os.path.isdir(path):  # noqa: PTH112  # the same text
        return {"url": what}
    return {"path": path}


def _remove(edges: ProjectEdges, options: argparse.Namespace) -> Json:
    answer = remove_project(edges, options.id, None)
    if not options.json:
        jobs = answer["jobsCancelled"]
        sys.stdout.write("removed" + (f"; {jobs} jobs cancelled" if jobs else "") + "\n")
    return answer


def _text(project: dict[str, Any]) -> str:
    """Say a project in one line."""
    place = project.get("path") or project["url"]
    commit = f" at {project['commit']}" if project.get("commit") else ""
    known = ""
    if record := project.get("record"):
        scanned = f", compared {record['lastScanAt'][:16]}Z" if record["lastScanAt"] else ""
        megabytes = record["databaseBytes"] / 1e6
        known = f"  ({record['files']:,} files, {megabytes:.1f} MB{scanned})"
    name = display(project["name"])
    return f"{project['id']}  {name:<20} {display(place)}{display(commit)}{known}\n"
