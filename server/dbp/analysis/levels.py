"""How loud a finding is, by its code and by where its file lies.

The defaults stand beside the rules (`rules.catalogue`); settings change them for a code
(`diagnostics.severity`) and then for paths (`diagnostics.per_path`). Patterns are compiled by
whoever makes the levels: matching them is another room's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dbp.analysis.rules.catalogue import RULES
from dbp.model import Severity

Matcher = Callable[[str], Callable[[str], bool]]
"""Compiles a pattern in git's syntax into the test of a key."""

ByCode = Mapping[str, Severity | None]
"""How loud each code is; None is off."""

_LEVELS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "information": Severity.INFORMATION,
    "hint": Severity.HINT,
    "off": None,
}
_TEXT_PARTS = 3
_ALL = "*"


class PathLevel(NamedTuple):
    """One entry of `diagnostics.per_path`; `code` may be `*`."""

    matches: Callable[[str], bool]
    code: str
    level: Severity | None


def severities(setting: Mapping[str, str]) -> dict[str, Severity | None]:
    """Read the setting `diagnostics.severity`."""
    return {code: _LEVELS[level] for code, level in setting.items() if level in _LEVELS}


class Levels:
    """The levels of a workspace: one value for all of its files."""

    def __init__(self, by_code: ByCode | None = None, per_path: Sequence[PathLevel] = ()) -> None:
        """Make them: what is in neither has its default."""
        self._base = {rule.code: rule.severity for rule in RULES} | dict(by_code or {})
        self._per_path = tuple(per_path)

    def at(self, path: str) -> ByCode:
        """Give the level of every code for a file; the last entry that fits it wins."""
        levels = self._base
        for entry in self._per_path:
            if entry.matches(path):
                codes = levels if entry.code == _ALL else (entry.code,)
                levels = levels | dict.fromkeys(codes, entry.level)
        return levels


def make_levels(
    severity: Mapping[str, str], per_path: Sequence[str] = (), matcher: Matcher | None = None
) -> Levels:
    """Make the levels of the settings `diagnostics.severity` and `diagnostics.per_path`."""
    entries = []
    for text in per_path if matcher is not None else ():
        parts = text.rsplit(" ", _TEXT_PARTS - 1)
        if matcher is not None and len(parts) == _TEXT_PARTS and parts[2] in _LEVELS:
            entries.append(PathLevel(matcher(parts[0]), parts[1], _LEVELS[parts[2]]))
    return Levels(severities(severity), entries)
