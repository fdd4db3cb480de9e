"""The places settings come from: command line, environment, editor, and two kinds of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbp.settings import files, parse
from dbp.settings.catalogue import SECTIONS, SETTINGS, find, nearest
from dbp.settings.layers import Accepted, Builder, Layer, SettingProblem

_NOT_SETTINGS = frozenset({"DBP_STATE_DIR", "DBP_CACHE_DIR", "DBP_CONFIG_DIR"})
# What the extension keeps for itself; the server is sent it with everything else under `dbp`.
_EDITOR_ONLY = frozenset(
    {"trace", "server", "interpreter", "path", "args", "importStrategy", "showNotifications"}
    | {"showEditorButton", "statusBar"}
)


def command_line(given: Mapping[str, Any], accepted: Accepted) -> Layer:
    """Take what the command line says: dotted or nested; texts are read by the setting's kind."""
    name = "command line"
    builder = Builder(name, accepted)
    for key, value in parse.pairs(given):
        found = find(key)
        if found and not found[1] and isinstance(value, str):
            for one, read in parse.pairs({key: parse.from_text(found[0], value)}):
                builder.take(one, read, name)
        else:
            builder.take(key, value, name)
    return builder.layer()


def environment(env: Mapping[str, str], accepted: Accepted) -> Layer:
    """Take `DBP_<SECTION>_<KEY>`. An empty text is an empty list, else it means "not set"."""
    builder = Builder("environment", accepted)
    known = set(_NOT_SETTINGS)
    for setting in SETTINGS.values():
        known.update(setting.environment)
        variable = next((name for name in setting.environment if env.get(name) is not None), None)
        if variable is None or not (env[variable] or setting.kind == "list"):
            continue
        value = parse.from_text(setting, env[variable])
        for key, one in parse.pairs({setting.key: value}):
            builder.take(key, one, f"environment {variable}")
    unknown = [name for name in env if name.startswith("DBP_") and name not in known]
    for variable in sorted(unknown):
        meant = nearest(_as_key(variable))
        hint = f"did you mean {SETTINGS[meant].environment[0]}?" if meant in SETTINGS else ""
        message = f"{variable}: there is no such setting (from environment {variable})"
        origin = f"environment {variable}"
        builder.problems.append(SettingProblem(variable, message, origin, hint, "warning"))
    return builder.layer()


def _as_key(variable: str) -> str:
    name = variable.removeprefix("DBP_").lower()
    for section in SECTIONS:
        if name.startswith(section + "_"):
            return f"{section}.{name[len(section) + 1 :]}"
    return name


def editor(given: Mapping[str, Any], accepted: Accepted) -> Layer:
    """Take what the editor sent under `dbp`; the extension's own keys are not the server's."""
    builder = Builder("editor", accepted)
    for key, value in parse.editor_pairs(given):
        if key.partition(".")[0] not in _EDITOR_ONLY:
            builder.take(key, value, "editor")
    return builder.layer()


def user(env: Mapping[str, str], accepted: Accepted) -> Layer:
    """Take the user's own file."""
    read = files.read_user(env)
    return _file(read, accepted, repository=False) if read else Layer("user file")


def workspace(root: Path | None, accepted: Accepted) -> Layer:
    """Take the first file of the workspace that holds settings; others are named and left.

    But what the others forbid is forbidden: a no in any place wins.
    """
    read = files.read_workspace(root) if root else []
    if not read:
        return Layer("workspace file")
    layer = _file(read[0], accepted, repository=True)
    for file in read[1:]:
        layer = _narrowed(layer, _file(file, accepted, repository=True))
    others = [file for file in read[1:] if not file.broken]
    if not others:
        return layer
    names = " and ".join(file.label.removeprefix("workspace file ") for file in others)
    there = read[0].path.name
    message = f"{names}: these settings are not read but for what they forbid: there is a {there}"
    problem = SettingProblem(
        "", message, others[0].label, "keep them in one file", "warning", str(others[0].path)
    )
    return Layer(layer.name, layer.values, (problem, *layer.problems))


def _narrowed(layer: Layer, other: Layer) -> Layer:
    """Add what another place forbids."""
    values = dict(layer.values)
    for key, given in other.values.items():
        if (found := find(key)) is None or not found[0].narrows:
            continue
        mine = values.get(key)
        if mine is None:
            values[key] = given
        elif isinstance(given.value, tuple):
            values[key] = mine._replace(value=tuple(dict.fromkeys((*mine.value, *given.value))))
        elif not given.value:
            values[key] = given
    return Layer(layer.name, values, layer.problems)


def _file(read: files.File, accepted: Accepted, *, repository: bool) -> Layer:
    """Take one file; a broken one keeps what it said last, and may have meant to forbid."""
    builder = Builder(read.label, accepted, repository=repository)
    if read.broken is None:
        for key, value in parse.pairs(read.table):
            builder.take(key, value, read.label)
        return builder.layer()
    line, column = read.broken.line, read.broken.column
    place = f" at line {line}, column {column}" if line else ""
    builder.problems.append(
        SettingProblem(
            key="",
            message=f"{read.label}: {read.broken}{place}",
            origin=read.label,
            hint="what it said before stays in force" if builder.last_good else "it is left out",
            path=str(read.path),
            line=line,
            column=column,
        )
    )
    builder.keep()
    builder.forbid(read.label)
    return builder.layer()
