"""Who wants to know what happens in a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dbp.alerts import Alert
from dbp.job import Job
from dbp.runtime import Scan


class Listener(Protocol):
    """Who wants to know. Called from any thread; must not block."""

    def published(self, paths: Sequence[str]) -> None:
        """These files' records changed."""

    def scanned(self, scan: Scan) -> None:
        """A comparison of disk and record went on or ended."""

    def role_changed(self) -> None:
        """The folder is open now, or this process took the lead."""

    def job_changed(self, job: Job) -> None:
        """A job moved or went on."""

    def noticed(self, text: str) -> None:
        """Something a person should know, said once: calls of the model rest, and why."""

    def alerted(self, alert: Alert) -> None:
        """An alert was raised, or is over."""
