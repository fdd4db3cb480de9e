"""Counting what would be sent of a folder: each content is prepared as a call would prepare it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from dbp.enrichment.plan import Plan
from dbp.errors import BadPathError
from dbp.hashing import content_hash
from dbp.model import FileState

if TYPE_CHECKING:
    from dbp.cli.kit import Kit
    from dbp.ports import Account, Stored
    from dbp.workspace import Workspace

_PAGE = 200
_MOST_PATHS = 1000
"""Withheld paths kept for each reason: a list for a person, not a second record."""


@dataclass
class Tally:
    """What was counted; files that share a content are asked about once."""

    files: int = 0
    contents: int = 0
    paid: int = 0
    nothing: int = 0
    changed: int = 0
    calls: int = 0
    truncated: int = 0
    redactions: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    withheld: Counter[str] = field(default_factory=Counter)
    paths: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def withhold(self, path: str, reason: str) -> None:
        """Count a file that stays here."""
        self.withheld[reason] += 1
        if len(self.paths[reason]) < _MOST_PATHS:
            self.paths[reason].append(path)

    def ask(self, plan: Plan) -> None:
        """Count a content that would be asked about."""
        self.calls += 1
        self.truncated += plan.truncated
        self.input_tokens += plan.input_tokens
        self.output_tokens += plan.output_tokens


def count(
    workspace: Workspace,
    kit: Kit,
    account: Account | None,
    tally: Tally,
    show: Callable[[int, int | None], None],
) -> None:
    """Count every file of the record; `show` hears how many are done, and of how many."""
    total = workspace.status()["files"]["indexed"]
    seen: set[str] = set()
    for page in _pages(workspace):
        keys = {kit.key(stored) for stored in page} - seen
        paid = set(account.meanings(keys)) if account is not None else set()
        for stored in page:
            tally.files += 1
            show(tally.files, total)
            key = kit.key(stored)
            if key in seen:
                continue
            if key in paid:
                tally.paid += 1
                seen.add(key)
            elif _judge(kit, stored, tally):
                seen.add(key)
    tally.contents = len(seen)


def _pages(workspace: Workspace) -> Iterator[list[Stored]]:
    view = workspace.view
    assert view is not None  # noqa: S101  # the workspace is open
    paths = workspace.paths()
    while page := list(islice(paths, _PAGE)):
        yield [
            stored
            for path in page
            if (stored := view.stored(path)) is not None
            and stored.record.state == FileState.INDEXED
            and stored.extraction is not None
        ]


def _judge(kit: Kit, stored: Stored, tally: Tally) -> bool:
    """Count what one file would bring; tells whether its content is settled by that.

    A withheld file settles nothing: its content may have another name that is not withheld.
    """
    path = stored.record.path
    try:
        data, _ = kit.scanner.read(path)
    except (OSError, BadPathError):
        tally.changed += 1
        return False
    if content_hash(data) != stored.record.content_hash:
        tally.changed += 1
        return False
    ignored = kit.ignored(path)
    prepared = kit.prepare(path, data, stored)
    reason = ignored or prepared.withheld
    if reason is not None or prepared.plan is None:
        tally.withhold(path, reason or "")
        return False
    if prepared.plan.question is None:
        tally.nothing += 1
    else:
        tally.redactions += prepared.redactions
        tally.ask(prepared.plan)
    return True
