"""What the engine tells its workspace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbp.alerts import Alerts
from dbp.job import Job
from dbp.runtime import Scan
from dbp.view import View


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the engine tells its workspace; all may be called from any thread."""

    published: Callable[[Sequence[str]], None]
    bell: Callable[[str], None]
    scanned: Callable[[Scan], None]
    is_open: Callable[[str], bool]
    store_broken: Callable[[], None]
    noticed: Callable[[str], None] = lambda _text: None
    job_changed: Callable[[Job], None] = lambda _job: None
    editor_trusts: Callable[[], bool | None] = lambda: None
    alerts: Alerts | None = None
    view: Callable[[], View | None] = lambda: None
