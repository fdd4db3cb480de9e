"""Where the state of a workspace lies: in the user's state directory, never in the workspace.

A cloned folder could plant a database, and our own writes would wake the watcher. Every directory
is made for its owner alone, and one that belongs to somebody else is refused.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from dbp.errors import StoreError

log = logging.getLogger(__name__)

DATABASE = "index.db"
ACCOUNT = "account.db"
LEADER_LOCK = "leader.lock"
BELL = "bell"
LOGS = "logs"
CLONES = "clones"

# Enough to recognise a folder in `ls`, short enough for every file system.
_READABLE = 40


def state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the directory of all our state: `DBP_STATE_DIR`, else the system's place for user state.

    It is made if need be. When that is impossible (no HOME, a read-only disk), a private directory
    below the temporary one serves: the record is then lost at the next reboot, and nothing else.
    Raises `StoreError` when no place at all is usable, and for a relative `DBP_STATE_DIR`: it would
    be another place in every folder, most of them inside a workspace.
    """
    try:
        return _lasting(environ)
    except (OSError, RuntimeError, StoreError) as error:
        if getattr(error, "code", "") == "bad_params":
            raise
        return _temporary(error)


def account_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the place of the user's account: a file in the directory of all our state.

    A temporary directory does not do: what was spent would be forgotten at the next reboot. Raises
    `StoreError`.
    """
    try:
        return _lasting(environ) / ACCOUNT
    except (OSError, RuntimeError) as error:
        raise StoreError(
            f"there is no place for your account: {error}",
            hint="set DBP_STATE_DIR to a directory of your own",
            code="bad_state_dir",
        ) from error


def logs_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the private directory of the log files, in the directory of all our state.

    Where nothing lasts stderr must do. Raises `StoreError`, `OSError` or `RuntimeError`.
    """
    return private_dir(_lasting(environ) / LOGS)


def _lasting(environ: Mapping[str, str]) -> Path:
    """Give the directory of all our state, or raise what is wrong with it."""
    chosen = environ.get("DBP_STATE_DIR")
    if not chosen:
        import platformdirs

        return private_dir(Path(platformdirs.user_state_dir("dbp", appauthor=False)))
    if not Path(chosen).expanduser().is_absolute():
        raise StoreError(
            f"DBP_STATE_DIR={chosen} is not absolute", hint="name a full path", code="bad_params"
        )
    return private_dir(Path(chosen).expanduser(), chosen=True)


def workspace_dir(root: str | Path, state: Path | None = None) -> Path:
    """Give the private directory of the workspace whose real path is `root`.

    It holds `index.db`, `leader.lock` and `bell/`. It lies in `state`, else in `state_dir()`, with
    the same way out. Raises `StoreError`.
    """
    name = _name_of(root)
    if state is not None:
        return _workspace(state / name)
    try:
        return _workspace(state_dir() / name)
    except StoreError as error:
        if error.code == "bad_params":
            raise
        return _workspace(_temporary(error) / name)


def passing(directory: Path) -> str:
    """Say that a directory of ours does not last, and what to do; empty for one that does."""
    if not directory.is_relative_to(Path(tempfile.gettempdir()) / f"dbp-{_user()}"):
        return ""
    return (
        f"your state directory cannot be used: state is kept in {directory} and lost at the next "
        "reboot; set DBP_STATE_DIR to a directory of your own"
    )


def existing_database(root: str | Path) -> Path | None:
    """Give the database of the workspace whose real path is `root`, if there is one.

    Nothing is made. Raises `StoreError`.
    """
    found = state_dir() / _name_of(root) / DATABASE
    return found if found.is_file() else None


def clones_dir(environ: Mapping[str, str] = os.environ, *, make: bool = True) -> Path | None:
    """Give the private directory for temporary clones: in `DBP_CACHE_DIR`, else the user's cache.

    Without `make` only one that is there. Raises `StoreError`.
    """
    chosen = environ.get("DBP_CACHE_DIR")
    if not chosen:
        import platformdirs

        chosen = platformdirs.user_cache_dir("dbp", appauthor=False)
    folder = Path(chosen).expanduser()
    if not folder.is_absolute():
        raise StoreError(
            f"DBP_CACHE_DIR={chosen} is not absolute", hint="name a full path", code="bad_params"
        )
    if not make and not (folder / CLONES).is_dir():
        return None
    return private_dir(folder / CLONES)


def _name_of(root: str | Path) -> str:
    """Name the directory of a workspace: readable, and different for every path."""
    text = os.fspath(root)
    digest = blake2b(os.fsencode(text), digest_size=8).hexdigest()
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(text).name).strip("-.")[:_READABLE] or "root"
    return f"{readable}-{digest}"


def _workspace(directory: Path) -> Path:
    private_dir(directory)
    private_dir(directory / BELL)
    return directory


def _temporary(error: Exception) -> Path:
    directory = private_dir(Path(tempfile.gettempdir()) / f"dbp-{_user()}")
    _say_once(f"{error}: state is kept in {directory} and lost at the next reboot")
    return directory


@functools.cache
def _say_once(text: str) -> None:
    log.warning("%s", text)


def private_dir(path: Path, *, chosen: bool = False) -> Path:
    """Make a directory that only its owner may enter, or check and tighten one that is there.

    One a person has `chosen` is taken as it is: it may be shared on purpose, and what we make in it
    is private. Raises `StoreError` (`bad_state_dir`) when it is not ours or cannot be written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform != "win32" and not chosen:
            # A link that somebody else planted counts as theirs, wherever it points.
            for found in (path.lstat(), path.stat()):
                if found.st_uid != os.geteuid():
                    raise _refused(path, f"belongs to user {found.st_uid}")
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                path.chmod(0o700)
    except OSError as error:
        raise _refused(path, f"cannot be used: {error.strerror or error}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise _refused(path, "cannot be written")
    return path


def _refused(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the state directory {path} {why}",
        hint="set DBP_STATE_DIR to a directory of your own",
        code="bad_state_dir",
        path=str(path),
    )


def _user() -> str:
    if sys.platform != "win32":
        return str(os.geteuid())
    else:  # noqa: RET505 - mypy checks each system's branch on its own
        return "user"
