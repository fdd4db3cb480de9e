"""`dbp preview FILE`: the exact bytes a call about a file would send. Sends nothing itself.

It takes the very way a call takes, and needs no provider, consent or credentials.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from dbp.app import open_model
from dbp.cli import OK, PROBLEMS, cloud, print_error
from dbp.cli.kit import Kit, make_kit
from dbp.cli.session import opened
from dbp.cli.show import bring_up_to_date, root_for
from dbp.enrichment.plan import Plan
from dbp.enrichment.prepare import Prepared
from dbp.errors import BadPathError
from dbp.paths import display
from dbp.ports import Stored
from dbp.workspace import Workspace

_PAID = "it is paid for already (dbp egress lists what was sent)"
_COMPLETE = "the file says everything itself, or the model was asked about all of it"


def run(options: argparse.Namespace) -> int:
    """Print the body of the request; 1 when the file is withheld, with the reason on stderr."""
    path = Path(options.file)
    if not options.file or not os.path.lexists(path):
        raise BadPathError(f"{options.file!r} does not exist", code="not_found")
    if path.is_dir():
        raise BadPathError(f"{path} is a folder", code="bad_params", hint="name a file")
    absolute = os.path.abspath(path)  # noqa: PTH100  # Path.resolve would follow links
    root = root_for(options, absolute)
    key = root.key(absolute)
    with opened(options, root=root) as workspace:
        bring_up_to_date(workspace, key)
        kit = make_kit(root, workspace.effective)
        prepared, nothing = _prepare(workspace, kit, key)
    body = _body(kit, prepared.plan)
    if options.json:
        sys.stdout.write(json.dumps(_json(key, prepared, body), indent=2) + "\n")
    elif body:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        if sys.stdout.isatty():
            sys.stdout.write("\n")
    if prepared.withheld is not None:
        print_error(f"{display(key)} is withheld: {prepared.withheld}")
        return PROBLEMS
    if not body:
        print_error(f"{display(key)}: nothing would be sent: {nothing}")
    return OK


def _prepare(workspace: Workspace, kit: Kit, key: str) -> tuple[Prepared, str]:
    """Prepare the question; the text says why there is none when nothing withholds the file."""
    reason = kit.out_of_scope(key)
    if reason is not None:
        return Prepared(reason), ""
    try:
        workspace.look_up(key)
    except BadPathError as error:
        if error.code != "ignored":
            raise
        return Prepared(error.message.removeprefix(f"{key}: ")), ""
    stored = workspace.view.stored(key) if workspace.view is not None else None
    if stored is None or stored.extraction is None:
        return Prepared("the record has nothing of it to ask about"), ""
    data, _ = kit.scanner.read(key)
    prepared = kit.prepare(key, data, stored)
    if prepared.withheld is None and _is_paid(kit, stored):
        return Prepared(None, None, prepared.redactions), _PAID
    return prepared, _COMPLETE


def _is_paid(kit: Kit, stored: Stored) -> bool:
    key = kit.key(stored)
    with cloud.account() as account:
        return account is not None and key in account.meanings([key])


def _body(kit: Kit, plan: Plan | None) -> bytes:
    if plan is None or plan.question is None:
        return b""
    model = open_model(kit.llm)
    if not model.region:
        # The body is the same for every region, and without any no request can be made up.
        model = open_model(kit.llm.model_copy(update={"region": "us-east-1"}))
    try:
        return model.render(plan.question)
    finally:
        model.close()


def _json(key: str, prepared: Prepared, body: bytes) -> dict[str, Any]:
    plan = prepared.plan
    return {
        "path": key,
        "withheld": prepared.withheld,
        "redactions": prepared.redactions,
        "truncated": plan.truncated if plan is not None else False,
        "body": json.loads(body) if body else None,
        "bytes": len(body),
        "tokens": {
            "input": plan.input_tokens if plan is not None else 0,
            "output": plan.output_tokens if plan is not None else 0,
        },
    }
