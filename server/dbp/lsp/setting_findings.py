"""What was refused of a settings file, shown in that file while it is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dbp.errors import BadPathError
from dbp.model import Finding, Range, Severity

if TYPE_CHECKING:
    from dbp.settings.layers import SettingProblem
    from dbp.workspace import Workspace

CODE = "setting-refused"

_JSON = ".dbp.json"


def setting_findings(workspace: Workspace | None, path: str) -> Sequence[Finding]:
    """Give the problems of a file that settings are read from, each at its line.

    They speak of the file as it was saved: that is what was read.
    """
    if workspace is None:
        return ()
    from dbp.settings.files import WORKSPACE_FILES

    if path not in WORKSPACE_FILES:
        return ()
    origin = f"workspace file {path}"
    problems = [one for one in workspace.effective.problems if one.origin == origin]
    if not problems:
        return ()
    try:
        lines = workspace.read_text(path, "utf-8").split("\n")
    except (OSError, BadPathError):
        lines = []
    return [_finding(path, lines, problem) for problem in problems]


def _finding(path: str, lines: Sequence[str], problem: SettingProblem) -> Finding:
    line = problem.line - 1 if problem.line else _line_of(path, lines, problem.key)
    text = lines[line].rstrip("\r") if line < len(lines) else ""
    # A range is given in UTF-16 units.
    width = len(text.encode("utf-16-le", "surrogatepass")) // 2
    start = len(text) - len(text.lstrip())
    severity = Severity.ERROR if problem.severity == "error" else Severity.WARNING
    where = Range(line, min(start, width), line, width)
    return Finding(path, CODE, str(problem), severity, where, about=problem.key)


def _line_of(path: str, lines: Iterable[str], key: str) -> int:
    """Find the line that sets a key, as files are mostly written; else the first line."""
    section, _, name = key.rpartition(".")
    word = re.escape(name)
    sets = re.compile(rf'\s*"{word}"\s*:' if path == _JSON else rf'\s*["\']?{word}["\']?\s*=')
    table = re.compile(r"\s*\[([^\[\]]*)\]")
    inside, found = "", 0
    for number, line in enumerate(lines):
        header = table.match(line) if path != _JSON else None
        if header:
            inside = header[1].strip().removeprefix("tool.dbp").lstrip(".")
            if inside == key:
                return number
        elif name and sets.match(line):
            if path == _JSON or inside == section:
                return number
            found = found or number
    return found
