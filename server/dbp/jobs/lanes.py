"""Which types of jobs there are, and who shares workers with whom."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

from dbp.clock import Clock
from dbp.job import Job
from dbp.jobs.runner import JobRunner, Lane
from dbp.ports import JobStore
from dbp.settings import Settings
from dbp.upkeep import Upkeep

JOBS = ("scan", "refresh", "extract", "enrich", "check", "project_processing", "skills_extraction")
"""What people ask for."""

LOOKS = ("scan", "refresh", "extract")
"""Those that look at files."""

MAINTENANCE = ("sync", "cycle_check", "optimize")
"""What services do: in a lane of their own, so that nobody waits for it."""


def make_runner(
    store: JobStore,
    clock: Clock,
    upkeep: Upkeep,
    settings: Settings,
    *,
    spawn: Callable[[str, Callable[[], None]], threading.Thread],
    changed: Callable[[Job], None],
) -> JobRunner:
    """Make who does the jobs of one workspace."""
    return JobRunner(
        store,
        clock,
        upkeep,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        lanes=[
            Lane("jobs", JOBS, settings.jobs.workers),
            Lane("services", MAINTENANCE, settings.services.workers),
        ],
        settings=settings.jobs,
        spawn=spawn,
        changed=changed,
    )


def reconfigure(runner: JobRunner, settings: Settings) -> None:
    """Use other settings from now on."""
    runner.settings = settings.jobs
    runner.resize("jobs", settings.jobs.workers)
    runner.resize("services", settings.services.workers)
