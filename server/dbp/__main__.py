"""`dbp` and `python -m dbp`: the one error boundary of the command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command and end the process with its exit code."""
    try:
        _trust_no_folder()
        from dbp.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130  # it came before, or after, there was a verb to say so: as shells call it
    sys.exit(code)


def _trust_no_folder() -> None:
    """Import nothing from the current folder, which `python -m` puts first: it may be anybody's."""
    here = {"", os.path.realpath(os.curdir)}
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) not in here]


if __name__ == "__main__":
    main()
