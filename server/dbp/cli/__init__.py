"""The command line: verbs, options and exit codes (doc/protocol.md, section 1).

Exit codes: 0 fine, 1 the verb found problems or failed, 2 wrong usage or bad configuration, 130
interrupted. Results go to stdout, everything said to a person goes to stderr. A verb's module is
imported only when the verb is used.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from dbp import __version__

OK, PROBLEMS, USAGE, INTERRUPTED = 0, 1, 2, 130

_VERBS = {
    "serve": "dbp.cli.serve",
    "index": "dbp.cli.index",
    "watch": "dbp.cli.watch",
    "status": "dbp.cli.status",
    "show": "dbp.cli.show",
    "check": "dbp.cli.check",
    "config": "dbp.cli.config",
    "doctor": "dbp.cli.doctor",
}


def build_parser() -> argparse.ArgumentParser:
    """Declare every verb and option."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "-C",
        "--workspace",
        metavar="DIR",
        type=Path,
        help="the workspace (default: the git root above the current folder, else that folder)",
    )
    common.add_argument("--json", action="store_true", help="print JSON on stdout")
    common.add_argument("-v", "--verbose", action="count", default=0, help="say more on stderr")
    common.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a setting for this run, for example scheduler.delay_seconds=1",
    )
    parser = argparse.ArgumentParser(
        prog="dbp", description="The live documentation memory of a codebase."
    )
    parser.add_argument("--version", action="version", version=f"dbp {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text, parents=[common])

    serve = verb("serve", "run the language server that an editor starts")
    serve.add_argument("--stdio", action="store_true", help="speak on stdin and stdout (default)")
    serve.add_argument("--tcp", metavar="HOST:PORT", help="listen for one client instead")
    serve.add_argument(
        "--allow-remote", action="store_true", help="let --tcp listen on more than loopback"
    )
    index = verb("index", "bring the record up to date with the disk, once")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    verb("watch", "keep the record up to date without an editor, until interrupted")
    verb("status", "say what is recorded and who keeps it up to date")
    show = verb("show", "show what a file says about itself")
    show.add_argument("file", metavar="FILE[:LINE]")
    check = verb("check", "list findings, for people and for CI")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    check.add_argument("--format", choices=["text", "json", "github"], default="text")
    check.add_argument(
        "--fail-on",
        choices=["error", "warning", "information", "hint", "never"],
        default="warning",
        help="exit with 1 when something at least this serious is found (default: warning)",
    )
    config = verb("config", "show, check or start the settings")
    config.add_argument("action", nargs="?", choices=["show", "validate", "init"], default="show")
    config.add_argument("--profile", help="show the values of this profile")
    verb("doctor", "check the installation and say what to do")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    _set_up_logging(options.verbose, serve=options.verb == "serve")
    if options.verb != "serve" and hasattr(signal, "SIGPIPE"):
        # A closed pipe (`dbp check | head`) ends us quietly, as it does any Unix tool.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    from dbp.errors import DbpError, SettingsError

    try:
        return int(importlib.import_module(_VERBS[options.verb]).run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except SettingsError as error:
        print_error(str(error))
        return USAGE
    except DbpError as error:
        print_error(str(error))
        return USAGE if error.code in {"bad_params", "not_found", "outside_workspace"} else PROBLEMS
    except Exception as error:
        logging.getLogger(__name__).exception("this is a defect of dbp; please report it")
        print_error(f"internal error: {type(error).__name__}")
        return PROBLEMS


def print_error(text: str) -> None:
    """Say what went wrong, in one line on stderr."""
    sys.stderr.write(f"dbp: {text}\n")


def _set_up_logging(verbose: int, *, serve: bool) -> None:
    level = [logging.WARNING, logging.INFO, logging.DEBUG][min(verbose, 2)]
    chosen = os.environ.get("DBP_LOG_LEVEL", "").upper()
    if not verbose and chosen in logging.getLevelNamesMapping():
        level = logging.getLevelNamesMapping()[chosen]
    shape = "%(asctime)s %(levelname)s %(name)s: %(message)s" if serve else "dbp: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=shape)
    logging.getLogger("dbp").setLevel(level)
