"""One user with one small project, before a stand-in for Bedrock that is never asked by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bedrock import StandIn
from nova import Nova

RUNNER = '''\
"""Runs tasks."""

import json


def run(task, retries):
    """Run one task."""
    for attempt in range(retries):
        outcome = task(attempt)
        if outcome is None:
            continue
        if outcome == "later":
            retries += 1
            continue
        return json.dumps(outcome)
    raise TimeoutError(retries)


def stop(tasks):
    pending = [task for task in tasks if not task.done]
    for task in pending:
        task.cancel()
    pending.clear()
    for task in tasks:
        task.join()
    return tasks
'''
"""A file that lacks documentation: a call has something to ask."""


@pytest.fixture
def nova(tmp_path: Path) -> Iterator[Nova]:
    with StandIn() as stand_in:
        made = Nova(tmp_path, stand_in)
        made.write("runner.py", RUNNER)
        yield made
