"""`dbp check`: findings over the whole workspace, for people and for CI.

Files are judged one by one and printed as they come: a large workspace takes no more memory than a
small one. What is found in a file may depend on others, so the whole record is brought up to date,
whatever is asked about.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dbp.analysis.coverage import Coverage
from dbp.analysis.levels import Levels, make_levels
from dbp.cli.check_baseline import Ledger
from dbp.cli.check_formats import make_report
from dbp.cli.check_git import Changes, changes_since
from dbp.cli.check_results import FileResult, Summary
from dbp.cli.index import progress_bar
from dbp.cli.session import finish, keys_of, opened, root_of
from dbp.errors import RequestError
from dbp.inspecting import Subjects, judge_file
from dbp.model import Severity
from dbp.paths import is_below

if TYPE_CHECKING:
    from dbp.settings import Effective
    from dbp.workspace import Workspace

_PAGE = 500


def run(options: argparse.Namespace) -> int:
    """Index, apply every rule, print; 1 when something as serious as --fail-on is found."""
    _check_usage(options)
    root = root_of(options)
    keys = keys_of(root, options.paths) or [""]
    changes = None if options.changed_only is None else changes_since(root, options.changed_only)
    with opened(options, root=root, folders=[""]) as workspace:
        with progress_bar() as show:
            engine = workspace.engine
            finish(
                workspace,
                tick=(lambda: show(engine.statistics.handled(), None)) if engine else None,
            )
        ledger = Ledger.open(options, root, workspace.effective.settings.diagnostics.baseline)
        return _Check(options, workspace, ledger, changes, keys).run()


def _check_usage(options: argparse.Namespace) -> None:
    only_some = options.paths or options.changed_only is not None
    if options.write_baseline is not None and only_some:
        raise RequestError(
            "a baseline is written of the whole workspace", hint="leave PATH and --changed-only out"
        )
    if options.no_baseline and (options.ratchet or options.write_baseline is not None):
        raise RequestError("--no-baseline goes with neither --ratchet nor --write-baseline")
    if options.ratchet and options.write_baseline is not None:
        raise RequestError("--ratchet and --write-baseline are two ways to write the baseline")


class _Check:
    """One run over an open workspace."""

    def __init__(
        self,
        options: argparse.Namespace,
        workspace: Workspace,
        ledger: Ledger,
        changes: Changes | None,
        keys: list[str],
    ) -> None:
        self._options = options
        self._workspace = workspace
        self._ledger = ledger
        self._changes = changes
        self._keys = keys
        self._levels = levels_of(workspace.effective)
        self._subjects = Subjects(workspace, changes.stale(workspace) if changes else None)
        self._summary = Summary(baseline=ledger.name)
        self._report = make_report("json" if options.json else options.format, self._levels)

    def run(self) -> int:
        """Judge every file, print, keep the baseline; returns the exit code."""
        summary = self._summary
        if self._options.coverage:
            summary.coverage = self._coverage()
        self._report.begin()
        worst: Severity | None = None
        for path in self._paths():
            result = self._judge(path)
            if result is None:
                continue
            summary.add(result)
            for finding in result.new:
                worst = finding.severity if worst is None else min(worst, finding.severity)
            if result.new or result.known or result.suppressed:
                self._report.file(result)
        summary.said = self._ledger.close(self._workspace.view)
        summary.cut = self._subjects.cut
        self._report.end(summary)
        return self._exit_code(worst)

    def _paths(self) -> Iterator[str]:
        for path in self._workspace.paths(_PAGE):
            if self._changes is not None and path not in self._changes.paths:
                continue
            if any(is_below(path, key) for key in self._keys):
                yield path

    def _judge(self, path: str) -> FileResult | None:
        view = self._workspace.view
        stored = view.stored(path) if view is not None else None
        judged = judge_file(stored, self._subjects, self._levels)
        if judged is None:
            return None
        new, known = self._ledger.split(path, judged.findings, whole=judged.whole)
        return FileResult(path, tuple(new), tuple(known), tuple(judged.suppressed))

    def _exit_code(self, worst: Severity | None) -> int:
        options = self._options
        if options.fail_on == "never" or options.write_baseline is not None or worst is None:
            return 0
        return int(options.ratchet or worst <= Severity[options.fail_on.upper()])

    def _coverage(self) -> Coverage:
        """Count over what the run is about, and say what is left out and why."""
        coverage, view = Coverage(), self._workspace.view
        for path in self._paths():
            stored = view.stored(path) if view is not None else None
            if stored is not None and stored.extraction is not None:
                coverage.add(path, stored.extraction)
            else:
                coverage.leave_out("could not be read")
        for path, reason in self._workspace.excluded():
            if any(is_below(path, key) for key in self._keys):
                coverage.leave_out(reason)
        return coverage


def levels_of(effective: Effective) -> Levels:
    """Make the levels that the settings ask for."""
    from dbp.sources.patterns import path_matcher

    settings = effective.settings.diagnostics
    return make_levels(settings.severity, settings.per_path, path_matcher)
