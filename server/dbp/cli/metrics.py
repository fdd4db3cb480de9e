"""`dbp metrics`: what enrichment did and cost, from the ledger and the record themselves."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK, cloud
from dbp.cli.session import ask, opened, root_of, settings_of
from dbp.enrichment.report import NOTHING, metrics_json
from dbp.errors import StoreError


def run(options: argparse.Namespace) -> int:
    """Print the JSON of `dbp/metrics`."""
    sys.stdout.write(json.dumps(_metrics(options), indent=2) + "\n")
    return OK


def _metrics(options: argparse.Namespace) -> Any:
    root = root_of(options)
    files: Any = None
    try:
        with opened(options, root=root, lead=False) as workspace:
            llm = workspace.effective.settings.llm
            files = ask(workspace, "dbp/metrics")["llm"]["enrichment"]
    except StoreError as error:
        if error.code != "store_missing":
            raise
        llm = settings_of(options, root).settings.llm
    with cloud.account() as account:
        spent = account.spent() if account is not None else NOTHING
    metrics = metrics_json(llm, spent, {})
    if files is not None:
        metrics["llm"]["enrichment"] = files
    return metrics
