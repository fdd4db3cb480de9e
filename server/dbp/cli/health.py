"""`dbp health`: whether all is well, and if not, why and what to do."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from typing import Any

from dbp.cli import OK, PROBLEMS
from dbp.cli.session import ANSWER_SECONDS, ask, opened
from dbp.errors import DbpError, RequestError, StoreError
from dbp.health import unreadable
from dbp.paths import display

_MARKS = {"healthy": "✓", "degraded": "!", "unhealthy": "✗"}
_WIDTH = 100
"""Columns of a line where there is no wider or narrower terminal to fit into."""


def run(options: argparse.Namespace) -> int:
    """Print every check; 1 unless all is well."""
    health = read_health(options)
    if options.json:
        sys.stdout.write(json.dumps(health, indent=2) + "\n")
    else:
        sys.stdout.write(text(health))
    return OK if health["status"] == "healthy" else PROBLEMS


def read_health(options: argparse.Namespace) -> dict[str, Any]:
    """Ask the process that leads, or look ourselves where nobody does."""
    from dbp.answers import health as health_answers
    from dbp.cli.status import stopped

    try:
        with opened(options, lead=False) as workspace:
            desk = workspace.desk()
            if not workspace.led_elsewhere():
                return health_answers.look(desk, status=stopped(workspace))
            try:
                led: dict[str, Any] = ask(
                    workspace, "dbp/health", leader=True, seconds=ANSWER_SECONDS
                )
            except RequestError:
                return health_answers.look(desk, alone=True)
            return led
    except StoreError as error:
        return unreadable(_why(error))


def _why(error: DbpError) -> str:
    if error.code == "store_missing":
        return "nothing is recorded of this folder yet: dbp index records it"
    return str(error)


def text(health: dict[str, Any]) -> str:
    """Lay out the checks in columns, what is wrong first."""
    checks = sorted(health["checks"], key=lambda check: _ORDER[check["status"]])
    width = max(len(check["name"]) for check in checks)
    columns = max(40, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))
    lines = [health["status"]]
    for check in checks:
        head = f"  {_MARKS[check['status']]} {check['name']:<{width}}  "
        lines += textwrap.wrap(
            display(check["detail"]) or "-",
            columns,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_long_words=False,
            break_on_hyphens=False,
        )
    for alert in health["alerts"]:
        lines.append(f"  ! alert {display(alert['code'])}: {display(alert['message'])}")
    return "\n".join(lines) + "\n"


_ORDER = {"unhealthy": 0, "degraded": 1, "healthy": 2}
