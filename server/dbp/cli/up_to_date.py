"""A workspace whose record was just compared with the disk, for verbs that read all of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from dbp.cli.index import progress_bar
from dbp.cli.session import finish, opened
from dbp.paths import Root
from dbp.workspace import Workspace


@contextmanager
def up_to_date(options: argparse.Namespace, root: Root) -> Iterator[Workspace]:
    """Open a workspace and wait until all that changed is recorded."""
    with opened(options, root=root, folders=[""]) as workspace:
        with progress_bar() as show:
            engine = workspace.engine
            finish(
                workspace,
                tick=(lambda: show(engine.statistics.handled(), None)) if engine else None,
            )
        yield workspace
