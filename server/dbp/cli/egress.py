"""`dbp egress`: the ledger of every call that sent something, for this folder or for all."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from dbp.card import plain
from dbp.cli import OK, cloud
from dbp.cli.cloud import budget_lines
from dbp.cli.session import root_of, settings_of
from dbp.clock import iso
from dbp.enrichment.report import NOTHING, budget_json
from dbp.errors import RequestError
from dbp.paths import display
from dbp.ports import CallRecord
from dbp.settings.declaration import Llm

_HEAD = ("id", "time", "path", "model", "bytes", "in", "out", "USD", "outcome", "reason")
_NUMBERS = {"id", "bytes", "in", "out", "USD"}
_TIMES = {"at", "ended_at"}


def run(options: argparse.Namespace) -> int:
    """List calls, newest first, or show one."""
    root = root_of(options)
    llm = settings_of(options, root).settings.llm
    if options.action == "show":
        return _show(options)
    if options.id is not None:
        raise RequestError(f"{options.id}: what about it?", hint="dbp egress show ID")
    if options.limit < 1:
        raise RequestError(f"--limit {options.limit}: nothing to list", hint="give a number from 1")
    where = "" if options.all else root.path
    with cloud.account() as account:
        calls = list(account.calls(options.limit, None, where)) if account else []
        spent = account.spent() if account else NOTHING
    if options.json:
        shown = {"calls": [_json(call) for call in calls], "totals": budget_json(llm, spent)}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return OK
    if not calls:
        place = "anywhere" if options.all else f"for {display(root.path)}"
        sys.stdout.write(f"nothing was ever sent {place}\n")
    else:
        sys.stdout.write(_table(calls, roots=options.all))
    sys.stdout.write(_totals(llm, spent) if spent.calls else "")
    return OK


def _totals(llm: Llm, spent: Any) -> str:
    return f"all folders: {'; '.join(budget_lines(llm, spent))}; {cloud.calls(spent)}\n"


def _show(options: argparse.Namespace) -> int:
    if options.id is None:
        raise RequestError("which call?", hint="dbp egress lists their ids")
    with cloud.account() as account:
        call = account.call(options.id) if account else None
    if call is None:
        raise RequestError(f"there is no call {options.id}", code="not_found", hint="dbp egress")
    if options.json:
        sys.stdout.write(json.dumps(_json(call), indent=2) + "\n")
        return OK
    for name, value in _json(call).items():
        sys.stdout.write(f"{name:<16} {_cell(value)}\n")
    return OK


def _json(call: CallRecord) -> dict[str, Any]:
    """Render every field of a call; the names are those of the record in camelCase."""
    shown: dict[str, Any] = {}
    for one in fields(call):
        value = getattr(call, one.name)
        first, *rest = one.name.split("_")
        shown[first + "".join(word.title() for word in rest)] = (
            iso(value) if one.name in _TIMES else value
        )
    shown["id"] = shown.pop("callId")
    return {"id": shown.pop("id"), **shown}


def _cell(value: Any) -> str:
    """Make what a file or a service named fit for a terminal."""
    return "-" if value is None or value == "" else display(plain(str(value), 200))


def _table(calls: Sequence[CallRecord], *, roots: bool) -> str:
    rows = [_HEAD, *(_row(call, roots=roots) for call in calls)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for cell, width, name in zip(row, widths, _HEAD, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _row(call: CallRecord, *, roots: bool) -> tuple[str, ...]:
    path = f"{call.root}/{call.path}" if roots else call.path
    at = datetime.fromtimestamp(call.at).astimezone()
    read = call.input_tokens + call.cache_read_tokens + call.cache_write_tokens
    return (
        str(call.call_id),
        f"{at:%Y-%m-%d %H:%M:%S}",
        _cell(path),
        _cell(call.model),
        str(call.body_bytes),
        str(read),
        str(call.output_tokens),
        f"{call.usd:.6f}",
        _cell(call.outcome),
        _cell(call.reason),
    )
