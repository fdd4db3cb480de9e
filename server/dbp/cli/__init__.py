"""The command line: verbs, options and exit codes (doc/protocol.md, section 1).

Exit codes: 0 fine, 1 the verb found problems or failed, 2 wrong usage or bad configuration, 130
interrupted. Results go to stdout, everything said to a person goes to stderr. A verb's module is
imported only when the verb is used.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from dbp.cli.options import build_parser
from dbp.paths import display

OK, PROBLEMS, USAGE, INTERRUPTED = 0, 1, 2, 130

_WRONG_USAGE = {"bad_params", "not_found", "outside_workspace"}

_VERBS = {
    "serve": "dbp.cli.serve",
    "index": "dbp.cli.index",
    "watch": "dbp.cli.watch",
    "status": "dbp.cli.status",
    "health": "dbp.cli.health",
    "show": "dbp.cli.show",
    "check": "dbp.cli.check",
    "refs": "dbp.cli.refs",
    "cycles": "dbp.cli.cycles",
    "graph": "dbp.cli.graph",
    "search": "dbp.cli.search",
    "plan": "dbp.cli.plan",
    "skills": "dbp.cli.skills",
    "jobs": "dbp.cli.jobs",
    "refresh": "dbp.cli.refresh",
    "scan": "dbp.cli.refresh",
    "projects": "dbp.cli.projects",
    "services": "dbp.cli.services",
    "sync": "dbp.cli.sync",
    "optimize": "dbp.cli.optimize",
    "config": "dbp.cli.config",
    "doctor": "dbp.cli.doctor",
    "trust": "dbp.cli.trust",
    "preview": "dbp.cli.preview",
    "egress": "dbp.cli.egress",
    "estimate": "dbp.cli.estimate",
    "metrics": "dbp.cli.metrics",
    "editor-config": "dbp.cli.editor_config",
}


def run(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    _open_closed_streams()
    _set_up_logging(options.verbose, serve=options.verb == "serve")
    if options.verb != "serve":  # whose own way to end it is
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = int(importlib.import_module(_VERBS[options.verb]).run(options))
        sys.stdout.flush()
    except KeyboardInterrupt:
        print_error("interrupted; what was done is kept")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the one error boundary of the command line
        return _explain(error)
    return code


def _explain(error: Exception) -> int:
    """Say an error in one line; returns the exit code it means."""
    from dbp.errors import DbpError, SettingsError

    if isinstance(error, DbpError):
        print_error(str(error))
        wrong_usage = isinstance(error, SettingsError) or error.code in _WRONG_USAGE
        return USAGE if wrong_usage else PROBLEMS
    if isinstance(error, BrokenPipeError):
        # `dbp check | head`: whoever read has seen enough. The signal itself stays ignored, because
        # a parser that dies while we write to it must not take us along.
        _give_up_stdout()
        return PROBLEMS
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        print_error(f"{where}{error.strerror or error}")
        _give_up_stdout()
        return PROBLEMS
    log = logging.getLogger(__name__)
    log.error("this is a defect of dbp; please report it", exc_info=error)
    print_error(f"internal error: {type(error).__name__}")
    return PROBLEMS


def print_error(text: str) -> None:
    """Say what went wrong, in one line on stderr; what a terminal would obey is escaped."""
    sys.stderr.write("dbp: " + "\\n".join(map(display, text.split("\n"))) + "\n")


def _open_closed_streams() -> None:
    """Write into nothing where the caller closed a stream: there is somebody who means it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # for good


def _give_up_stdout() -> None:
    """Keep Python from writing the rest into a full disk or a closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _set_up_logging(verbose: int, *, serve: bool) -> None:
    level = [logging.WARNING, logging.INFO, logging.DEBUG][min(verbose, 2)]
    chosen = os.environ.get("DBP_LOG_LEVEL", "").upper()
    if not verbose and chosen in logging.getLevelNamesMapping():
        level = logging.getLevelNamesMapping()[chosen]
    shape = "%(asctime)s %(levelname)s %(name)s: %(message)s" if serve else "dbp: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=shape)
    logging.getLogger("dbp").setLevel(level)
    # It warns of an event that comes while it ends, which is what a short command does to it.
    logging.getLogger("watchdog").setLevel(logging.ERROR)
