"""`dbp metrics`: figures of services, jobs and the model: for people, programs and Prometheus."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from dbp.cli import OK
from dbp.cli.session import ANSWER_SECONDS, ask, opened, root_of, settings_of
from dbp.errors import RequestError, StoreError

if TYPE_CHECKING:
    from dbp.settings.declaration import Llm


def run(options: argparse.Namespace) -> int:
    """Print the figures of `dbp/metrics` in the shape that is wanted."""
    shape = options.format or ("text" if sys.stdout.isatty() else "json")
    if options.json:
        shape = "json"
    metrics = read_metrics(options)
    if shape == "prometheus":
        from dbp.cli.metrics_prometheus import exposition

        sys.stdout.write(exposition(metrics, root_of(options).path))
    elif shape == "text":
        from dbp.cli.metrics_text import text

        sys.stdout.write(text(metrics))
    else:
        sys.stdout.write(json.dumps(metrics, indent=2) + "\n")
    return OK


def read_metrics(options: argparse.Namespace) -> dict[str, Any]:
    """Ask the process that leads; where nobody does, read the record and the ledger."""
    from dbp.answers import health as health_answers
    from dbp.cli.status import stopped

    root = root_of(options)
    try:
        with opened(options, root=root, lead=False) as workspace:
            if workspace.led_elsewhere():
                try:
                    led: dict[str, Any] = ask(
                        workspace, "dbp/metrics", leader=True, seconds=ANSWER_SECONDS
                    )
                except RequestError:
                    # It is busy or stopped: what is written down is there all the same.
                    return health_answers.count(workspace.desk())
                return led
            return health_answers.count(workspace.desk(), stopped(workspace))
    except StoreError as error:
        if error.code != "store_missing":
            raise
    return _of_ledger(settings_of(options, root).settings.llm)


def _of_ledger(llm: Llm) -> dict[str, Any]:
    """Give what the user's ledger says where nothing is recorded of the folder."""
    from dbp.cli import cloud
    from dbp.enrichment.report import NOTHING, metrics_json as llm_json
    from dbp.metrics import UNRECORDED, Counted, metrics_json

    with cloud.account() as account:
        spent = account.spent() if account is not None else NOTHING
    return metrics_json(UNRECORDED, Counted(llm=llm_json(llm, spent, {})))
