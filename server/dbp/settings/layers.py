"""One layer: what one place says, each value judged alone.

A value that is refused leaves no hole: the last good value of the same layer stays if there is one,
else the layers below decide. What was meant to forbid and cannot be understood forbids everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from dbp.settings.catalogue import SECTIONS, SETTINGS, Refused, find, nearest, shown

_MOST_PROBLEMS = 20  # of one layer: a file with a million wrong keys is told about once

Accepted = Mapping[str, Mapping[str, Any]]
"""For each layer the values it had when all was well, by dotted key."""


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """Something that was not taken over. `line` and `column` count from 1; 0 is unknown.

    `severity` is `error` when a value or a file was refused, `warning` when nothing the user asked
    for is lost or the workspace asked for what it may not.
    """

    key: str
    message: str
    origin: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Render as one line: what is wrong, then what to do."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


class Given(NamedTuple):
    """A value and where it came from."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says: accepted values by dotted key, and what was not accepted."""

    name: str
    values: Mapping[str, Given] = field(default_factory=dict)
    problems: tuple[SettingProblem, ...] = ()


class Builder:
    """Collects one layer."""

    def __init__(self, name: str, accepted: Accepted, *, repository: bool = False) -> None:
        self.name = name
        self.last_good = accepted.get(name, {})
        self.repository = repository
        self.values: dict[str, Given] = {}
        self.problems: list[SettingProblem] = []
        self._forbidden_by = ""

    def take(self, key: str, value: Any, origin: str) -> None:
        """Judge one value: take it, or note why not."""
        found = find(key)
        if found is None:
            self._unknown(key, value, origin)
            return
        setting, entry = found
        key = f"{setting.key}.{entry}" if entry else setting.key
        name = _plain(key)
        if self.repository and setting.user_only:
            message = f"{name}: a repository cannot set this (from {origin})"
            hint = "it is the user's to decide: set it in your own settings or the environment"
            self.problems.append(SettingProblem(key, message, origin, hint, "warning"))
            return
        try:
            checked = setting.check({entry: value} if entry else value)
        except Refused as refused:
            message = f"{name}: {shown(value)} is not allowed: must be {refused} (from {origin})"
            self.problems.append(SettingProblem(key, message, origin))
            self.keep(key, origin)
            if setting.narrows:
                self.forbid(origin)
            return
        self.values[key] = Given(checked[entry] if entry else checked, origin)

    def keep(self, key: str = "", origin: str = "") -> None:
        """Go on with the last good value of a key and of its entries, or with all of them."""
        for one, good in self.last_good.items():
            if not key or one == key or one.startswith(f"{key}."):
                self.values[one] = Given(good, origin or self.name)

    def forbid(self, origin: str) -> None:
        """Say no wherever this place can: what it meant to forbid could not be understood."""
        self._forbidden_by = origin

    def _unknown(self, key: str, value: Any, origin: str) -> None:
        name = _plain(key)
        if key in SECTIONS:
            message = f"{name}: {shown(value)} is not allowed: must be a table (from {origin})"
            self.problems.append(SettingProblem(key, message, origin))
            if any(one.section == key and one.narrows for one in SETTINGS.values()):
                self.forbid(origin)
            return
        meant = nearest(key) if len(self.problems) < _MOST_PROBLEMS else ""
        if key.startswith(f"{meant}."):  # the section it stands in says nothing new
            meant = ""
        message = f"{name}: there is no such setting (from {origin})"
        hint = f"did you mean {meant}?" if meant else ""
        self.problems.append(SettingProblem(key, message, origin, hint, "warning"))

    def layer(self) -> Layer:
        """Finish: the problems beyond the first few are only counted."""
        if self._forbidden_by:
            for setting in SETTINGS.values():
                if setting.narrows and setting.kind == "boolean":
                    self.values[setting.key] = Given(False, self._forbidden_by)
        problems = self.problems[:_MOST_PROBLEMS]
        more = len(self.problems) - len(problems)
        if more:
            text = f"{self.name}: {more} more problems"
            problems.append(SettingProblem("", text, self.name, severity="warning"))
        return Layer(self.name, self.values, tuple(problems))


def _plain(key: str) -> str:
    """Write a key for a message: a file chose it, so it may hold line ends and more."""
    return shown(key)[1:-1]
