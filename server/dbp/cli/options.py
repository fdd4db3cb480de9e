"""Every verb and option of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from dbp import __version__


def _common() -> argparse.ArgumentParser:
    """Declare what every verb takes, behind it or before it, where git and make have it.

    The defaults are the whole parser's: a verb's own would undo what was given before it.
    """
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "-C",
        "--workspace",
        metavar="DIR",
        type=Path,
        help="the workspace (default: the git root above the current folder, else that folder)",
    )
    common.add_argument("--json", action="store_true", help="print JSON on stdout")
    common.add_argument("-v", "--verbose", action="count", help="say more on stderr")
    common.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        help="a setting for this run, for example scheduler.delay_seconds=1",
    )
    return common


def build_parser() -> argparse.ArgumentParser:
    """Declare every verb and option."""
    parser = argparse.ArgumentParser(
        prog="dbp",
        description="The live documentation memory of a codebase.",
        parents=[_common()],
    )
    parser.set_defaults(workspace=None, json=False, verbose=0, set=[])
    parser.add_argument("--version", action="version", version=f"dbp {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        # A set of its own: an option object that is shared would take the defaults set above.
        return verbs.add_parser(name, help=text, description=text, parents=[_common()])

    serve = verb("serve", "run the language server that an editor starts")
    serve.add_argument("--stdio", action="store_true", help="speak on stdin and stdout (default)")
    serve.add_argument("--tcp", metavar="HOST:PORT", help="listen for one client instead")
    serve.add_argument(
        "--allow-remote", action="store_true", help="let --tcp listen on more than loopback"
    )
    index = verb("index", "bring the record up to date with the disk, once")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    index.add_argument(
        "--local", action="store_true", help="do not ask the model, even where it is turned on"
    )
    verb("watch", "keep the record up to date without an editor, until interrupted")
    verb("status", "say what is recorded and who keeps it up to date")
    verb("health", "say whether all is well, and if not, why")
    show = verb("show", "show what a file says about itself")
    show.add_argument("file", metavar="FILE[:LINE]")
    _check_options(verb("check", "list findings, for people and for CI"))
    _refs_options(verb("refs", "list what a file refers to and what refers to it"))
    _cycles_options(verb("cycles", "list files that depend on each other in a circle"))
    _graph_options(verb("graph", "print which file refers to which"))
    config = verb("config", "show, check or start the settings")
    config.add_argument("action", nargs="?", choices=["show", "validate", "init"], default="show")
    config.add_argument("--profile", help="show the values of this profile")
    verb("doctor", "check the installation and say what to do")
    trust = verb("trust", "show, give or take back your consent for this folder")
    trust.add_argument(
        "--cloud", action="store_true", help="let content go to the provider you configured"
    )
    trust.add_argument("--yes", action="store_true", help="do not ask")
    trust.add_argument("--revoke", action="store_true", help="take your consent back")
    preview = verb("preview", "print the exact bytes that would be sent about a file")
    preview.add_argument("file", metavar="FILE")
    egress = verb("egress", "list what was sent, newest first")
    egress.add_argument("action", nargs="?", choices=["list", "show"], default="list")
    egress.add_argument("id", nargs="?", type=int, metavar="ID", help="the call to show")
    egress.add_argument("--limit", type=int, default=50, metavar="N", help="(default: 50)")
    egress.add_argument("--all", action="store_true", help="of all folders")
    verb("estimate", "say what turning the model on would send and cost; sends nothing")
    verb("metrics", "print counters, tokens and cost as JSON")
    return parser


def _check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    check.add_argument("--format", choices=["text", "json", "sarif", "github"], default="text")
    check.add_argument(
        "--fail-on",
        choices=["error", "warning", "information", "hint", "never"],
        default="warning",
        help="exit with 1 when something at least this serious is found (default: warning)",
    )
    check.add_argument(
        "--changed-only",
        nargs="?",
        const="HEAD",
        metavar="REF",
        help="only files that changed since the commit where REF and HEAD part, uncommitted and "
        "untracked ones included (default: HEAD)",
    )
    check.add_argument(
        "--coverage", action="store_true", help="count what is documented, and what is left out"
    )
    known = check.add_argument_group("known findings")
    known.add_argument(
        "--baseline",
        metavar="FILE",
        help="do not show what this file says is known (default: the setting diagnostics.baseline)",
    )
    known.add_argument("--no-baseline", action="store_true", help="show known findings too")
    known.add_argument(
        "--write-baseline",
        nargs="?",
        const="",
        metavar="FILE",
        help="write all that is found now into the baseline",
    )
    known.add_argument(
        "--ratchet",
        action="store_true",
        help="exit with 1 when anything new is found, however harmless; take what was mended out "
        "of the baseline, which never grows",
    )


def _refs_options(refs: argparse.ArgumentParser) -> None:
    refs.add_argument("file", type=Path, metavar="FILE")
    refs.add_argument("--direction", choices=["in", "out", "both"], default="both")
    refs.add_argument(
        "--depth", type=_depth, default=1, metavar="N", help="follow N references (default: 1)"
    )


def _cycles_options(cycles: argparse.ArgumentParser) -> None:
    cycles.add_argument(
        "--kind",
        choices=["dependency", "documentation", "all"],
        default="all",
        help="cycles of code and declared dependencies, of documents, or both "
        "(default: all); exit with 1 when there is any",
    )


def _graph_options(graph: argparse.ArgumentParser) -> None:
    graph.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    graph.add_argument("--format", choices=["mermaid", "dot", "json"], default="mermaid")
    graph.add_argument(
        "--kind",
        action="append",
        choices=[*_EDGES, "dependency", "documentation"],
        help="only such edges; may be given more than once (default: all)",
    )
    graph.add_argument(
        "--depth",
        type=_depth,
        default=1,
        metavar="N",
        help="with PATH: how many references away from it the graph ends (default: 1)",
    )


_EDGES = ("header", "link", "import", "mention", "relation")


def _depth(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 10_000:  # noqa: PLR2004  # as `dbp/references` has it
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10000")
    return number
