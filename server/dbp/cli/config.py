"""`dbp config show | validate | init`: the settings in force, whether they are right, a start."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict

from dbp.app import load_settings
from dbp.cli import OK, PROBLEMS, print_error
from dbp.cli.session import given_settings, refuse, root_of
from dbp.errors import RequestError
from dbp.settings import effective_json, flat


def run(options: argparse.Namespace) -> int:
    """Run one of the actions."""
    root = root_of(options)
    if options.action == "init":
        return _init(root.path)
    given = given_settings(options)
    if options.profile is not None:
        given["profile"] = options.profile
    effective = load_settings(root, cli=given)
    for problem in effective.problems:
        refuse(problem)
        print_error(str(problem))
    errors = [problem for problem in effective.problems if problem.severity == "error"]
    if options.action == "validate":
        if options.json:
            found = {"problems": [asdict(problem) for problem in effective.problems]}
            sys.stdout.write(json.dumps(found, indent=2) + "\n")
        elif not errors:
            sys.stdout.write("the settings are right\n")
        return PROBLEMS if errors else OK
    if options.json:
        sys.stdout.write(json.dumps(effective_json(effective), indent=2, default=list) + "\n")
        return OK
    for key, value in flat(effective.settings).items():
        shown = json.dumps(value, default=_plain)
        sys.stdout.write(f"{key} = {shown}  # {effective.origins.get(key, 'default')}\n")
    return OK


def _plain(value: object) -> object:
    return dict(value) if hasattr(value, "keys") else list(value)  # type: ignore[call-overload]  # a mapping or a sequence


def _init(folder: str) -> int:
    """Write a commented `.dbp.toml`; one that is there is never touched."""
    from dbp.settings.document import template

    path = os.path.join(folder, ".dbp.toml")  # noqa: PTH118  # a folder's name may be any bytes
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        raise RequestError(
            f"{path} exists already", hint="edit it", code="invalid_state"
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(template())
    sys.stdout.write(f"wrote {path}\n")
    return OK
