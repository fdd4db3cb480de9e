"""`dbp show FILE[:LINE]`: what a file says about itself, read anew when it is stale."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dbp import card
from dbp.app import find_root
from dbp.cli.session import ask, finish, opened, root_of
from dbp.enrichment.shown import EnrichmentFacts, enriched
from dbp.errors import BadPathError
from dbp.metadata import metadata_json
from dbp.model import Cause, Change, Priority, Symbol
from dbp.paths import Root

if TYPE_CHECKING:
    from dbp.view import FileView
    from dbp.workspace import Workspace

_WITH_LINE = re.compile(r"(.+?):(\d+)(?::\d+)?$", re.DOTALL)


def run(options: argparse.Namespace) -> int:
    """Print the metadata of a file, or the card of one of its symbols."""
    path, line = _parse(options.file)
    if not options.file or not os.path.lexists(path):
        raise BadPathError(f"{options.file!r} does not exist", code="not_found")
    if path.is_dir():
        raise BadPathError(
            f"{path} is a folder",
            code="bad_params",
            hint="name a file; dbp check PATH for a folder",
        )
    absolute = os.path.abspath(path)  # noqa: PTH100  # Path.resolve would follow links
    root = root_for(options, absolute)
    key = root.key(absolute)
    with opened(options, root=root) as workspace:
        bring_up_to_date(workspace, key)
        reason = workspace.why_excluded(key)
        if reason is not None:
            raise BadPathError(f"{key}: {reason}", code="ignored")
        view = workspace.look_up(key)
        assert workspace.view is not None  # noqa: S101  # look_up found something in it
        exists = workspace.view.exists
        if options.json:
            facts = workspace.enrichment_facts(view)
            roots = workspace.effective.settings.references.source_roots
            document = metadata_json(
                view, root.uri_of(key), exists, enrichment=facts, source_roots=roots
            )
            sys.stdout.write(json.dumps(document, indent=2) + "\n")
            return 0
        facts = workspace.enrichment_facts(view)
        print_markdown(_card(view, line, exists=exists, enrichment=facts))
    return 0


def root_for(options: argparse.Namespace, path: str) -> Root:
    """Take the innermost workspace: the file's own git work tree, else the one we stand in."""
    root = root_of(options)
    if options.workspace is not None:
        return root
    nearest = find_root(Path(path).parent)
    if (nearest / ".git").exists():
        return Root(str(nearest))
    root.key(path)  # raises for a file outside: no record is made of just any folder
    return root


def _parse(text: str) -> tuple[Path, int | None]:
    match = _WITH_LINE.fullmatch(text)
    if match and not os.path.lexists(text):
        return Path(match[1]), int(match[2]) - 1
    return Path(text), None


def bring_up_to_date(workspace: Workspace, key: str) -> None:
    """Have one file looked at, by whoever leads, and wait for it."""
    if workspace.engine is not None:
        workspace.engine.buffer.offer(Change(key, Cause.REQUEST, Priority.FORCED))
        finish(workspace)
        return
    uri = workspace.root.uri_of(key)
    ask(workspace, "dbp/processFile", {"uri": uri}, seconds=10)
    ask(workspace, "dbp/settle", {"flush": True}, seconds=60)


def _card(
    view: FileView, line: int | None, *, exists: card.Exists, enrichment: EnrichmentFacts
) -> str:
    if line is not None and view.extraction is not None:
        if not 0 <= line < view.extraction.lines:
            raise BadPathError(f"line {line + 1} of {view.extraction.lines}", code="bad_params")
        symbol = _innermost(view.extraction.symbols, line)
        if symbol is not None:
            return card.symbol_card(symbol, view)
    text = card.header_card(view, exists, enrichment=enrichment)
    own = view.extraction.symbols if view.extraction else ()
    if own:
        symbols = enriched(view.extraction, view.meaning, view.path, exists).extraction.symbols
        lines = _outline(symbols, own)
        told = card.provenance(view, text.split("\n"))
        text = "\n".join(
            [text, "", "**Symbols**", "", *lines, *([] if told else card.provenance(view, lines))]
        )
    return text


def _innermost(symbols: tuple[Symbol, ...], line: int) -> Symbol | None:
    for symbol in symbols:
        if symbol.range.start_line <= line <= symbol.range.end_line:
            return _innermost(symbol.children, line) or symbol
    return None


def _outline(symbols: tuple[Symbol, ...], own: tuple[Symbol, ...], depth: int = 0) -> list[str]:
    """List symbols with what they are for, marked where the file itself (`own`) does not say it."""
    lines = []
    for symbol, written in zip(symbols, own, strict=True):
        said = symbol.doc.intent or symbol.doc.summary
        mark = "" if written.doc.intent or written.doc.summary else card.MARK
        where = f"{symbol.range.start_line + 1}–{symbol.range.end_line + 1}"
        text = f"{'  ' * depth}- {symbol.kind} {card.code(symbol.name)} {where}"
        lines.append(text + (f": {card.escape(said, 80)}{mark}" if said else ""))
        lines += _outline(symbol.children, written.children, depth + 1)
    return lines


def print_markdown(text: str) -> None:
    """Print a card: rendered on a terminal, as it is elsewhere."""
    if not sys.stdout.isatty():
        sys.stdout.write(text + "\n")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
