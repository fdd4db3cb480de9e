"""`dbp check`: findings over the whole workspace, for people and for CI."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dbp.analysis.findings import findings, severities
from dbp.cli.index import progress_bar
from dbp.cli.session import finish, keys_of, opened, root_of
from dbp.metadata import range_json
from dbp.model import Finding, Severity
from dbp.paths import display, is_below

if TYPE_CHECKING:
    from dbp.workspace import Workspace

_PAGE = 500
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def run(options: argparse.Namespace) -> int:
    """Index, apply every rule, print; 1 when something as serious as --fail-on is found."""
    root = root_of(options)
    keys = keys_of(root, options.paths) or [""]
    with opened(options, root=root, folders=[""]) as workspace:
        with progress_bar() as show:
            engine = workspace.engine
            finish(
                workspace,
                tick=(lambda: show(engine.statistics.handled(), None)) if engine else None,
            )
        found = [f for f in _all(workspace) if any(is_below(f.path, key) for key in keys)]
    kind = "json" if options.json else options.format
    sys.stdout.write({"text": _text, "json": _json, "github": _github}[kind](found))
    if options.fail_on == "never":
        return 0
    limit = Severity[options.fail_on.upper()]
    return int(any(finding.severity <= limit for finding in found))


def _all(workspace: Workspace) -> Iterator[Finding]:
    view = workspace.view
    assert view is not None  # noqa: S101  # the workspace is open
    settings = workspace.effective.settings.diagnostics
    levels = severities(settings.severity)
    for path in workspace.paths(_PAGE):
        stored = view.stored(path)
        if stored is not None and stored.extraction is not None:
            yield from findings(path, stored.extraction, view.exists, levels)


def _text(found: list[Finding]) -> str:
    lines = [
        f"{display(f.path)}:{f.range.start_line + 1}:{f.range.start_character + 1}: "
        f"{f.severity.name.lower()} [{f.code}] {f.message}"
        for f in found
    ]
    files = len({f.path for f in found})
    summary = f"{len(found)} findings in {files} files" if found else "no findings"
    return "\n".join([*lines, summary]) + "\n"


def _json(found: list[Finding]) -> str:
    items = [
        {
            "path": f.path,
            "code": f.code,
            "severity": f.severity.name.lower(),
            "message": f.message,
            "range": range_json(f.range),
            "data": f.data,
        }
        for f in found
    ]
    return json.dumps({"findings": items}, indent=2) + "\n"


def _github(found: list[Finding]) -> str:
    """Render workflow commands; their values are percent-encoded as GitHub wants it."""

    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def value(text: str) -> str:
        return data(text).replace(":", "%3A").replace(",", "%2C")

    return "".join(
        f"::{_GITHUB.get(f.severity, 'notice')} file={value(display(f.path))},"
        f"line={f.range.start_line + 1},col={f.range.start_character + 1},"
        f"title={value('dbp ' + f.code)}::{data(f.message)}\n"
        for f in found
    )
