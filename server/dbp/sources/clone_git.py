"""Running git for a clone: cut off from every configuration, with bounds, and ended whole.

The server and the repository are strangers. No configuration of the system, the user, or the
repository is read, no hook, filter, helper, pager or prompt runs, one protocol is open and no
redirect is followed. All runs of one clone share a deadline and a bound of disk; each is a
process group of its own, which is killed as one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, NamedTuple

from dbp.clock import Clock
from dbp.errors import DbpError
from dbp.runtime import start_thread
from dbp.sources.clone_space import Space

LOOK = 0.25
"""Seconds between two looks at what git has written: a fast line brings some 30 MB meanwhile."""

_SAID = 4000
"""Letters of what git says that are looked at: the end, where it says why it failed."""

_NOTHING = os.devnull

_SAFE = (
    *("core.fsmonitor=false", f"core.hooksPath={_NOTHING}", f"core.attributesFile={_NOTHING}"),
    *("core.symlinks=false", "core.askPass=", "credential.helper=", "core.sshCommand="),
    *("submodule.recurse=false", "fetch.recurseSubmodules=false", "fetch.bundleURI="),
    *("fetch.fsckObjects=false", "transfer.bundleURI=false", "core.gitProxy="),
    # One pack, whatever its size: a million loose objects would be a million files.
    *("fetch.unpackLimit=1", "gc.auto=0", "maintenance.auto=false"),
    *("http.followRedirects=false", "http.lowSpeedLimit=1", "http.lowSpeedTime=60"),
    *("http.emptyAuth=false", "protocol.allow=never", "pack.threads=1", "index.threads=1"),
)
_SSH = (
    "ssh -oBatchMode=yes -oPermitLocalCommand=no -oForwardAgent=no -oForwardX11=no "
    "-oClearAllForwardings=yes -oControlMaster=no -oControlPath=none -oServerAliveInterval=15"
)


class CloneError(DbpError):
    """A repository could not be fetched; `data["reason"]` says what kind of trouble it was."""

    code = "clone_failed"


class Bounds(NamedTuple):
    """What a clone may take."""

    seconds: float
    bytes: int
    files: int
    file_bytes: int


class Ended(NamedTuple):
    """How a run of git ended, and the end of what it said."""

    code: int
    said: str


class Git:
    """The git of one clone. One run at a time; `stop` may be called from any thread."""

    def __init__(
        self, space: Space, bounds: Bounds, clock: Clock, check: Callable[[], None]
    ) -> None:
        """Make it; `check` raises when the clone is not wanted any more."""
        self.bounds = bounds
        self.space = space
        self._clock = clock
        self._check = check
        self._deadline = clock.monotonic() + bounds.seconds
        self._condition = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def stop(self) -> None:
        """End whatever runs; nothing runs from now on."""
        with self._condition:
            self._stopping = True
            self._kill()
            self._condition.notify_all()

    def look(self) -> None:
        """Raise when it is not wanted, takes too long or too much."""
        self._check()
        if self._clock.monotonic() >= self._deadline:
            raise CloneError(
                f"fetching the repository took longer than {self.bounds.seconds:g} s",
                hint="try again later, or raise clone.timeout_seconds",
                code="clone_timeout",
                reason="timeout",
                lasting=True,
            )

    def run(
        self,
        arguments: Sequence[str],
        *,
        settings: Sequence[str] = (),
        protocol: str = "",
        source: str = _NOTHING,
        target: str = _NOTHING,
    ) -> Ended:
        """Run a command from file to file, and wait for its end."""
        with open(source, "rb") as incoming, open(target, "wb") as outgoing:
            with self._started(arguments, settings, protocol, incoming, outgoing) as process:
                self._wait(process)
            return Ended(process.returncode, self._said())

    @contextmanager
    def reading(self, arguments: Sequence[str], source: str) -> Iterator[IO[bytes]]:
        """Run a command that reads a file, and lend its output."""
        with (
            open(source, "rb") as incoming,
            self._started(arguments, (), "", incoming, subprocess.PIPE) as process,
        ):
            assert process.stdout is not None  # noqa: S101  # it was asked for
            with process.stdout:
                yield process.stdout

    @contextmanager
    def _started(
        self,
        arguments: Sequence[str],
        settings: Sequence[str],
        protocol: str,
        incoming: IO[bytes],
        outgoing: IO[bytes] | int,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start git, and see to it that nothing of it is left."""
        self.look()
        options = [word for item in (*_SAFE, *settings) for word in ("-c", item)]
        command = ["git", *options, "--no-optional-locks", *arguments]
        with open(self.space.file("said"), "wb") as said, self._condition:
            self._check()
            try:
                process = self._process = subprocess.Popen(
                    command,
                    cwd=self.space.git,
                    env=environment(self.space.path, protocol),
                    stdin=incoming,
                    stdout=outgoing,
                    stderr=said,
                    start_new_session=True,
                )
            except OSError as error:
                raise CloneError(
                    f"git cannot be run: {error.strerror}", hint="install git", lasting=True
                ) from error
            self.space.remember(process.pid)
            if self._stopping:
                self._kill()
        try:
            yield process
        finally:
            with self._condition:
                self._kill()
                process.wait()
                self._process = None
            self.space.forget()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        ended = threading.Event()

        def wait() -> None:
            _await_end(process)
            with self._condition:
                ended.set()
                self._condition.notify_all()

        start_thread("git", wait)
        while True:
            with self._condition:
                if not ended.is_set():
                    self._clock.wait(self._condition, LOOK)
                if ended.is_set():
                    break
            self.look()
            self._measure()
        process.wait()
        self.look()
        self._measure()

    def _measure(self) -> None:
        if used(self.space.path) > self.bounds.bytes:
            raise too_large(self.bounds)

    def _kill(self) -> None:
        """End git and whatever it started; the caller holds the condition."""
        process = self._process
        if process is None or process.returncode is not None:
            return  # its number may be somebody else's by now
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()

    def _said(self) -> str:
        with open(self.space.file("said"), "rb") as said:
            size = said.seek(0, os.SEEK_END)
            said.seek(max(0, size - _SAID))
            return said.read().decode("utf-8", "replace")


def too_large(bounds: Bounds) -> CloneError:
    """Say that a repository takes more than it may."""
    return CloneError(
        f"the repository is too large: more than {bounds.bytes // 1_000_000} MB "
        f"or {bounds.files:,} files",
        hint="clone.max_mb in your own settings says how much a clone may take",
        reason="too_large",
        lasting=True,
    )


def environment(home: str, protocol: str) -> dict[str, str]:
    """Give what git finds around itself: nothing of the user's git, and an empty home.

    Proxies and certificates of the user's stay: they say how this machine reaches others.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "SSH_"))}
    agent = os.environ.get("SSH_AUTH_SOCK")
    return {
        **kept,
        **({"SSH_AUTH_SOCK": agent} if agent and protocol == "ssh" else {}),
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": _NOTHING,
        "GIT_CONFIG_GLOBAL": _NOTHING,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": home,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_SSH_COMMAND": _SSH,
        "GIT_SSH_VARIANT": "ssh",
        # Wins over every configuration; empty is none.
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }


def used(folder: str) -> int:
    """Add up what the files of a folder take on the disk; no link is followed."""
    total, folders = 0, [folder]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        found = entry.stat(follow_symlinks=False)
                        total += max(getattr(found, "st_blocks", 0) * 512, found.st_size)
    return total


if hasattr(os, "waitid"):

    def _await_end(process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has ended, and leave its number taken: nobody else may get it."""
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

else:

    def _await_end(process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has ended."""
        process.wait()
