"""`dbp health`: whether all is well, and if not, why."""

from __future__ import annotations

import argparse
import json
import sys

from dbp.cli import OK, PROBLEMS
from dbp.cli.status import read_status
from dbp.health import health_json

_MARKS = {"healthy": "✓", "degraded": "!", "unhealthy": "✗"}


def run(options: argparse.Namespace) -> int:
    """Print every check; 1 when something is unhealthy."""
    health = health_json(read_status(options))
    if options.json:
        sys.stdout.write(json.dumps(health, indent=2) + "\n")
    else:
        for check in health["checks"]:
            sys.stdout.write(f"{_MARKS[check['status']]} {check['name']}: {check['detail']}\n")
    return PROBLEMS if health["status"] == "unhealthy" else OK
