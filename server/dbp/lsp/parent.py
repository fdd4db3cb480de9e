"""Notices that the editor is gone although nobody closed stdin.

A sibling process can hold our stdin open after the editor was killed. So the process that started
us is watched until the client names its own (`processId`), and then that one. It waits in daemon
threads, on a pidfd where the system has them: an idle server uses no CPU. It never kills anything.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

_MAX_PID = 2**31 - 1  # pid_t; Windows stays far below


class ParentWatch:
    """Calls `on_death(why)` once, from a thread, when the watched process ends."""

    def __init__(self, on_death: Callable[[str], None]) -> None:
        self._on_death = on_death
        self._lock = threading.Lock()
        self._told = False
        self._pid: int | None = None

    def start(self) -> None:
        """Watch the process that started us; init is nobody's editor."""
        parent = os.getppid()
        if parent > 1:
            self._watch(parent, "the process that started the server")

    def watch(self, pid: object) -> bool:
        """Watch the client's `processId` instead; tell whether it is a process to watch.

        None, zero, our own and impossible numbers are ignored, and the parent stays watched. A
        process that is not there counts as ended, as the specification says.
        """
        if not isinstance(pid, int) or isinstance(pid, bool):
            return False
        if not 0 < pid <= _MAX_PID or pid == os.getpid():
            return False
        self._watch(pid, "the client")
        return True

    def stop(self) -> None:
        """Say nothing any more."""
        with self._lock:
            self._told = True

    def _watch(self, pid: int, who: str) -> None:
        with self._lock:
            if self._pid == pid or self._told:
                return
            self._pid = pid
        threading.Thread(
            target=self._run, args=(pid, who), name=f"dbp-lsp-parent-{pid}", daemon=True
        ).start()

    def _run(self, pid: int, who: str) -> None:
        try:
            wait_for_end(pid)
        except Exception:
            log.exception("cannot watch process %d", pid)
            return
        with self._lock:
            if self._told or self._pid != pid:
                return
            self._told = True
        self._on_death(f"{who} (process {pid}) ended")


def wait_for_end(pid: int) -> None:
    """Block until a process has ended, or return at once when there is none."""
    if hasattr(os, "pidfd_open"):
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        except OSError:
            log.debug("no pidfd for process %d", pid)
        else:
            try:
                poll = select.poll()
                poll.register(fd, select.POLLIN)
                poll.poll()
            finally:
                os.close(fd)
            return
    import psutil

    try:
        psutil.Process(pid).wait()
    except psutil.NoSuchProcess:
        return
