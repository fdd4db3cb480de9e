"""`dbp` and `python -m dbp`: the one error boundary of the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Run a command and end the process with its exit code."""
    from dbp.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
