"""`dbp watch`: the engine without an editor, until interrupted."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence

from dbp.cli.session import Events, opened
from dbp.paths import display


def run(options: argparse.Namespace) -> int:
    """Watch until SIGINT or SIGTERM; each path whose record changed is a line on stdout."""

    def published(paths: Sequence[str]) -> None:
        for path in paths:
            sys.stdout.write(display(path) + "\n")
        sys.stdout.flush()

    with opened(options, events=Events(published), watch=True, folders=[""]) as workspace:
        place = display(workspace.root.path)
        if workspace.engine is not None:
            sys.stderr.write(f"dbp: watching {place}\n")
        else:
            sys.stderr.write(
                f"dbp: another process (an editor, perhaps) keeps {place} up to date already; "
                "waiting to take over, nothing is printed before\n"
            )
        # Only a signal ends this, and it arrives as KeyboardInterrupt.
        threading.Event().wait()
    return 0
