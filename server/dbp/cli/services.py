"""`dbp services`: what works in the background, and having it work."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from dbp.cli import OK
from dbp.cli.job_text import ago, now
from dbp.cli.operation import carry_out
from dbp.cli.session import ANSWER_SECONDS, ask, opened
from dbp.errors import RequestError
from dbp.paths import Root, display

JOB_TYPES = {"sync": "sync", "cycle_detection": "cycle_check", "index_optimization": "optimize"}
"""The type of job of each service that has operations."""


def run(options: argparse.Namespace) -> int:
    """List, switch or trigger."""
    if options.action == "trigger":
        return _trigger(options)
    with opened(options) as workspace:
        if options.action == "list":
            answer = ask(workspace, "dbp/services/status", seconds=ANSWER_SECONDS)
            here = workspace.engine is not None
            if here:
                # We lead for as long as it takes to ask: nobody runs anything in truth.
                for service in answer["services"].values():
                    if service["status"] == "running":
                        service["status"] = "stopped"
            found = {**answer, "running": not here}
            sys.stdout.write(
                json.dumps(found, indent=2) + "\n" if options.json else _text(answer, here=here)
            )
            return OK
        service = _named(options)
        if workspace.engine is not None:
            raise RequestError(
                "no process runs services of this folder: there is nothing to switch",
                hint="an editor does, or dbp watch; the settings switch them for good",
                code="invalid_state",
            )
        params = {"service": service, "enabled": options.action == "enable"}
        state = ask(workspace, "dbp/services/configure", params, seconds=ANSWER_SECONDS)
    sys.stdout.write(json.dumps(state, indent=2) + "\n" if options.json else _line(service, state))
    return OK


def _named(options: argparse.Namespace) -> str:
    if options.service is None:
        raise RequestError(
            f"dbp services {options.action} needs the name of a service",
            hint="dbp services lists them",
        )
    return str(options.service)


def _trigger(options: argparse.Namespace) -> int:
    service = _named(options)

    def params(root: Root) -> dict[str, Any]:
        found = {"service": service, "operation": options.operation or ""}
        if options.target is not None:
            path = os.path.abspath(options.target)  # noqa: PTH100 - Path.resolve follows links
            found["uri"] = root.uri_of(root.key(path))
        return {**found, "priority": options.priority}

    kind = JOB_TYPES.get(service, "")
    return carry_out(options, kind, "dbp/services/trigger", params, _result)


def _result(result: Mapping[str, Any]) -> str:
    return json.dumps(result, indent=2) + "\n"


def _text(answer: Mapping[str, Any], *, here: bool) -> str:
    lines = [_line(name, state) for name, state in answer["services"].items()]
    if here:
        lines.append("nobody runs them now: an editor does, or dbp watch\n")
    return "".join(lines)


def _line(name: str, state: Mapping[str, Any]) -> str:
    figures = [
        f"{state[key]:,} {key}"
        for key in ("queued", "processing", "completed", "failed", "retried")
        if state.get(key)
    ]
    if state.get("nextDueAt"):
        figures.append(f"next {ago(state['nextDueAt'], now())}")
    if state.get("error"):
        figures.append(display(state["error"]))
    told = f"{name:<19} {state['status']:<9} {', '.join(figures)}"
    return told.rstrip() + "\n"
