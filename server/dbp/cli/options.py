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

    _serve_options(verb("serve", "run the language server that an editor starts"))
    index = verb("index", "bring the record up to date with the disk, once")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    index.add_argument(
        "--local", action="store_true", help="do not ask the model, even where it is turned on"
    )
    _service_switch(
        verb("watch", "keep the record up to date without an editor, until interrupted")
    )
    verb("status", "say what is recorded and who keeps it up to date")
    verb("health", "say whether all is well, and if not, why")
    show = verb("show", "show what a file says about itself")
    show.add_argument("file", metavar="FILE[:LINE]")
    _check_options(verb("check", "list findings, for people and for CI"))
    _refs_options(verb("refs", "list what a file refers to and what refers to it"))
    _cycles_options(verb("cycles", "list files that depend on each other in a circle"))
    _graph_options(verb("graph", "print which file refers to which"))
    _search_options(verb("search", "find files, symbols and documents by words"))
    plan = verb("plan", "say how far plans are, by the tasks that are ticked off")
    plan.add_argument("path", nargs="?", type=Path, metavar="PATH")
    verb("skills", "say what the project is made with: languages, frameworks, tools")
    _jobs_options(verb("jobs", "list, show, stop and retry background work"))
    _comparing_options(verb("refresh", "compare disk and record now, before all other jobs"))
    _comparing_options(verb("scan", "compare disk and record, in its turn"))
    _projects_options(verb("projects", "list, add or remove projects: folders and repositories"))
    _services_options(verb("services", "list background services, switch them, have them work"))
    _sync_options(verb("sync", "bring disk, record and search index in step"))
    _ending_options(verb("optimize", "tidy the database: what is unused goes, what is free too"))
    config = verb("config", "show, check or start the settings")
    config.add_argument("action", nargs="?", choices=["show", "validate", "init"], default="show")
    config.add_argument("--profile", help="show the values of this profile")
    verb("doctor", "check the installation and say what to do")
    _trust_options(verb("trust", "show, give or take back your consent for this folder"))
    preview = verb("preview", "print the exact bytes that would be sent about a file")
    preview.add_argument("file", metavar="FILE")
    _egress_options(verb("egress", "list what was sent, newest first"))
    verb("estimate", "say what turning the model on would send and cost; sends nothing")
    _metrics_options(verb("metrics", "print figures of services, jobs, tokens and cost"))
    config = verb("editor-config", "print what goes into your editor's configuration")
    config.add_argument("editor", choices=_EDITORS, metavar="EDITOR", help=", ".join(_EDITORS))
    return parser


def _serve_options(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--stdio", action="store_true", help="speak on stdin and stdout (default)")
    serve.add_argument("--tcp", metavar="HOST:PORT", help="listen for one client instead")
    serve.add_argument(
        "--allow-remote", action="store_true", help="let --tcp listen on more than loopback"
    )
    _service_switch(serve)


def _trust_options(trust: argparse.ArgumentParser) -> None:
    trust.add_argument(
        "--cloud", action="store_true", help="let content go to the provider you configured"
    )
    trust.add_argument("--yes", action="store_true", help="do not ask")
    trust.add_argument("--revoke", action="store_true", help="take your consent back")


def _egress_options(egress: argparse.ArgumentParser) -> None:
    egress.add_argument("action", nargs="?", choices=["list", "show"], default="list")
    egress.add_argument("id", nargs="?", type=int, metavar="ID", help="the call to show")
    egress.add_argument("--limit", type=int, default=50, metavar="N", help="(default: 50)")
    egress.add_argument("--all", action="store_true", help="of all folders")


def _service_switch(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--no-services", action="store_true", help="run no background services, only extraction"
    )


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


def _search_options(search: argparse.ArgumentParser) -> None:
    search.add_argument(
        "query",
        nargs="+",
        metavar="QUERY",
        help='words, "words that stand together", parts of names; -word is unwanted (behind --)',
    )
    search.add_argument(
        "--limit", type=_hits, default=20, metavar="N", help="at most N results (default: 20)"
    )
    search.add_argument("--kind", choices=["file", "symbol", "document"], help="only such results")
    search.add_argument("--language", metavar="NAME", help="only files in this language")
    search.add_argument("--folder", type=Path, metavar="DIR", help="only below this folder")


def _comparing_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    verb.add_argument("--force", action="store_true", help="read unchanged files again, too")
    verb.add_argument("--no-wait", action="store_true", help="do not wait for the end of it")


def _jobs_options(jobs: argparse.ArgumentParser) -> None:
    actions = ["list", "show", "retry", "cancel", "clean", "cleanup", "export"]
    jobs.add_argument("action", nargs="?", choices=actions, default="list", metavar="ACTION")
    jobs.description = f"{jobs.description}: {', '.join(actions[:5])}, export (default: list)"
    jobs.add_argument(
        "id", nargs="?", metavar="ID", help="a job: its id, or the beginning of it if no other has"
    )
    shown = jobs.add_argument_group("list and export")
    shown.add_argument("--type", action="append", metavar="T", help="only jobs of this type")
    shown.add_argument(
        "--status",
        action="append",
        choices=["queued", "processing", "completed", "failed", "cancelled"],
        metavar="S",
        help="only queued, processing, completed, failed or cancelled ones",
    )
    shown.add_argument(
        "--limit", type=_jobs_number, metavar="N", help="the newest N (list: 20, export: all)"
    )
    shown.add_argument(
        "--watch", action="store_true", help="list: go on until no job waits or runs"
    )
    jobs.add_argument(
        "--force", action="store_true", help="retry: even when it was tried as often as it may"
    )
    jobs.add_argument(
        "--days",
        type=_days,
        metavar="N",
        help="clean: forget what ended before (default: the setting jobs.cleanup_days)",
    )


def _projects_options(projects: argparse.ArgumentParser) -> None:
    actions = projects.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="list them (the default)", parents=[_common()])
    add = actions.add_parser("add", help="add a folder or a repository", parents=[_common()])
    add.add_argument("place", metavar="PATH|URL", help="a folder, or the address of a repository")
    add.add_argument("--name", metavar="NAME", help="what to call it")
    add.add_argument(
        "--commit", metavar="REF", help="of a repository: a commit, branch or tag (default: newest)"
    )
    remove = actions.add_parser("remove", help="take one off the list", parents=[_common()])
    remove.add_argument("id", metavar="ID", help="as the list shows it")


def _services_options(services: argparse.ArgumentParser) -> None:
    services.add_argument(
        "action", nargs="?", choices=["list", "enable", "disable", "trigger"], default="list"
    )
    services.add_argument("service", nargs="?", metavar="SERVICE", help="its name in the list")
    services.add_argument("operation", nargs="?", metavar="OPERATION", help="what to trigger")
    services.add_argument("--target", type=Path, metavar="PATH", help="trigger: for this path only")
    services.add_argument(
        "--priority", choices=["high", "normal", "low"], default="normal", help="(default: normal)"
    )
    _ending_options(services)


def _sync_options(sync: argparse.ArgumentParser) -> None:
    sync.add_argument("path", nargs="?", type=Path, metavar="PATH", help="only this file")
    sync.add_argument("--full", action="store_true", help="compare contents, too, and mend all")
    _ending_options(sync)


def _ending_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--no-wait", action="store_true", help="do not wait for the end of it")


def _metrics_options(metrics: argparse.ArgumentParser) -> None:
    metrics.add_argument(
        "--format",
        choices=["text", "json", "prometheus"],
        help="(default: text on a terminal, else json)",
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


_EDITORS = ("neovim", "vim", "emacs", "helix", "zed", "sublime", "kate", "vscode")
_EDGES = ("header", "link", "import", "mention", "relation")


def _depth(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 10_000:  # noqa: PLR2004  # as `dbp/references` has it
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10000")
    return number


def _jobs_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 1000:  # noqa: PLR2004  # as `dbp/jobs/list` has it
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000")
    return number


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days <= 36_500:  # noqa: PLR2004  # a century
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 0 to 36500")
    return days


def _hits(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 200:  # noqa: PLR2004  # as `dbp/search` has it
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 200")
    return number
