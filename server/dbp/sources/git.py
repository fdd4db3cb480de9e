"""Asking git which files belong: the only module that runs git in a workspace.

A few commands that only read: `rev-parse`, `ls-files`, `check-ignore`, and for what changed
(`dbp.sources.git_changes`) `merge-base`, `diff --raw`, `cat-file` and `config`. A workspace is not
trusted: its configuration could name programs (`core.fsmonitor`), so every run overrides those,
takes no optional lock, speaks no network protocol, has a deadline and its own process group, and
inherits no `GIT_*` variable that points elsewhere. Names are bytes at git's side and keys at ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Sequence

from dbp.paths import display

DEADLINE = (
    30.0  # a listing of 78,579 files takes 0.1 to 0.4 s; a cold disk may need a hundred times
)

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "protocol.allow=never"),
    "--no-optional-locks",
)
# What a person may have set for every git they run; anything else named GIT_* is left behind.
_KEPT = {
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
}


class GitError(Exception):
    """Git is missing, failed or took too long; the text is one line for people.

    With `lasting` the next run would go the same way.
    """

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


def run(
    folder: str,
    arguments: Sequence[str],
    data: bytes = b"",
    ok: Sequence[int] = (0,),
    settings: Sequence[str] = (),
) -> bytes:
    """Run one git command in `folder`; give its standard output. Raises `GitError`. Blocking.

    `settings` hold for this run, each `name=value`.
    """
    environment = {
        key: value for key, value in os.environ.items() if key[:4] != "GIT_" or key in _KEPT
    }
    environment |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }
    try:
        process = subprocess.Popen(
            ["git", *_SAFE, *(word for item in settings for word in ("-c", item)), *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}", lasting=True) from error
    with process:
        try:
            output, errors = process.communicate(data, timeout=DEADLINE)
        except subprocess.TimeoutExpired as error:
            _kill(process)
            message = f"git {arguments[0]} took longer than {DEADLINE:g} s"
            raise GitError(message, lasting=True) from error
        except BaseException:
            _kill(process)
            raise
    if process.returncode not in ok:
        line = errors.decode("utf-8", "replace").strip().partition("\n")[0][:200]
        raise GitError(f"git {arguments[0]} failed: {line or process.returncode}")
    return output


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End git and whatever it started; the group is its own."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def governs(root: str) -> bool:
    """Tell whether git decides about the files of `root`: it lies in a work tree that wants it.

    A folder that an outer work tree ignores (a home folder under git) is not governed by it.
    Raises `GitError` when git is there but refuses, so that the reason can be shown.
    """
    if not _marked(root):
        return False
    output = run(root, ["rev-parse", "--is-inside-work-tree", "--show-prefix"])
    inside, _, prefix = output.decode("utf-8", "surrogateescape").partition("\n")
    if inside != "true":
        return False
    if not prefix.strip("\n"):
        return True
    ignored = run(root, ["check-ignore", "-z", "--stdin"], os.fsencode(root) + b"\0", ok=(0, 1))
    return not ignored


def _marked(root: str) -> bool:
    """Look for `.git` here or above, so that a plain folder costs no process."""
    folder = root
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def listed(root: str, prefix: str = "") -> set[str]:
    """Give the keys git counts in, tracked or not ignored; some may be gone or be folders."""
    scope = ["--", f":(literal){prefix}"] if prefix else []
    output = run(root, ["ls-files", "-co", "--exclude-standard", "-z", *scope])
    return {name for name in names(output) if not name.endswith("/")}


def ignored_folders(root: str) -> dict[str, str]:
    """Give the reason for each folder that git ignores as a whole; those below it may be missing.

    `ls-files` also names folders that merely hold nothing but ignored files: `check-ignore` tells
    them apart, because a new file there would count.
    """
    output = run(root, ["ls-files", "-oi", "--exclude-standard", "--directory", "-z"])
    folders = [name for name in names(output) if name.endswith("/")]
    return {name[:-1]: why for name, why in verdicts(root, folders).items()}


def verdicts(root: str, keys: Iterable[str]) -> dict[str, str]:
    """Give the reason for each of `keys` that git ignores; folders are given with `/` at the end.

    A reason quotes a line of a file that anybody wrote, made safe to show.
    No key may lie below a link or in another work tree: git ends the whole batch for one of them.
    """
    data = b"".join(b"./" + os.fsencode(key) + b"\0" for key in keys)
    if not data:
        return {}
    output = run(root, ["check-ignore", "-z", "--stdin", "-n", "-v"], data, ok=(0, 1))
    fields = os.fsdecode(output).split("\0")
    reasons = {}
    for source, line, pattern, name in zip(*(fields[i:-1:4] for i in range(4)), strict=False):
        if source and not pattern.startswith("!"):
            reasons[name.removeprefix("./")] = display(f"ignored by {source}:{line} {pattern}")
    return reasons


def names(output: bytes) -> list[str]:
    """Split what git ends with NUL each, as keys."""
    return os.fsdecode(output).split("\0")[:-1]
