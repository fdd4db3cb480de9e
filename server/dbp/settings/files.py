"""Reading settings files: bounded, regular files only, never executed.

A file of the workspace is hostile data: no link is followed to it, nothing in it names another
file, and no other file of the workspace (`.env`, `.aws/`) is looked at.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOML, JSON, PYPROJECT = ".dbp.toml", ".dbp.json", "pyproject.toml"
WORKSPACE_FILES = (TOML, JSON, PYPROJECT)
"""The files of a workspace that can hold settings; the first that does wins."""

_MAX_BYTES = 1 << 20  # hundreds of times the longest settings file; pyproject.toml may be big


class Broken(ValueError):  # noqa: N818 - it stays within this room
    """A file that is there and cannot be used; `line` and `column` count from 1, or are 0."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class File:
    """What one file said: a table, or why it could not be used."""

    label: str
    path: Path
    table: Mapping[str, Any] = field(default_factory=dict)
    broken: Broken | None = None


def user_file(env: Mapping[str, str]) -> Path:
    """Where the user's own settings stand; `DBP_CONFIG_DIR` moves the folder."""
    folder = env.get("DBP_CONFIG_DIR")
    if folder:
        return Path(folder) / "config.toml"
    from platformdirs import user_config_path

    return user_config_path("dbp", appauthor=False) / "config.toml"


def read_user(env: Mapping[str, str]) -> File | None:
    """Read the user's file. It may be a link: people keep their dotfiles elsewhere."""
    path = user_file(env)
    return _read(path, f"user file {path}", follow=True)


def read_workspace(root: Path) -> list[File]:
    """Read every file of the workspace that holds settings, the winning one first."""
    read = (_read(root / name, f"workspace file {name}", follow=False) for name in WORKSPACE_FILES)
    return [file for file in read if file]


def _read(path: Path, label: str, *, follow: bool) -> File | None:
    """Read one file: None when it is not there or says nothing about dbp."""
    ours = False
    try:
        data = _bytes(path, follow=follow)
        # A pyproject.toml that does not speak of dbp, broken or not, is none of our business.
        if path.name == PYPROJECT and b"dbp" not in data:
            return None
        ours = bool(re.search(rb"tool[\]\s.\"']+dbp", data))
        table = _table(path.name, _text(data))
    except Broken as broken:
        if path.name == PYPROJECT and not ours:
            return None
        return File(label, path, broken=broken)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return File(label, path, broken=Broken(error.strerror or str(error)))
    return None if table is None else File(label, path, table)


def _bytes(path: Path, *, follow: bool) -> bytes:
    if not follow and path.is_symlink():  # the flag below is missing on Windows
        raise Broken("it is a symbolic link")
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_NONBLOCK", 0)  # opening a pipe must not wait for its writer
    flags |= 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Broken("it is not a regular file")
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise Broken(f"it is larger than {_MAX_BYTES >> 10} KB")
    return data


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8-sig")) + 1
        raise Broken("it is not UTF-8", before.count(b"\n") + 1, column) from None


def _table(name: str, text: str) -> Mapping[str, Any] | None:
    """Parse; None when a pyproject.toml has no `[tool.dbp]`."""
    try:
        table = _json(text) if name.endswith(".json") else _toml(text)
    except RecursionError:
        raise Broken("it is nested too deeply") from None
    if name == PYPROJECT:
        tool = table.get("tool")
        table = tool.get("dbp") if isinstance(tool, Mapping) else None
        if table is None:
            return None
    if not isinstance(table, Mapping):
        raise Broken("it must hold a table of settings")
    return table


def _json(text: str) -> Any:
    import json

    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError as error:
        raise Broken(error.msg, error.lineno, error.colno) from None
    except ValueError as error:  # a number with thousands of digits
        raise Broken(str(error)) from None


def _toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:
        message = str(error)
        # The position has no attributes before Python 3.14; its wording is fixed.
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
        if not found:
            raise Broken(message) from None
        line, column = found.groups()
        if line is None:
            last = text.rpartition("\n")[2]
            line, column = text.count("\n") + 1, len(last) + 1
        raise Broken(message[: found.start()], int(line), int(column)) from None
