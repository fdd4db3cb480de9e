"""The settings of jobs, services and what watches over them, declared once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from dbp.settings.fields import Section, setting

Rate = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}/[1-9][0-9]{0,6}$")]
Glob = Annotated[str, StringConstraints(pattern=r"^[^\x00\r\n]{1,1000}$")]
Globs = Annotated[tuple[Glob, ...], Field(max_length=1000)]

_RATE = 'two numbers like "5/300": so many in so many seconds'
_RETRIES = "Times a failed operation of this service is tried again."


class Jobs(Section):
    """Work a person would call a job: scans, refreshes, checks, maintenance."""

    workers: int = setting(1, "Jobs that run at the same time.", ge=1, le=8)
    queue_size: int = setting(
        100, "Jobs that may wait; beyond that a new one is refused.", ge=1, le=1_000_000
    )
    max_retries: int = setting(3, "Times a failed job is tried again by itself.", ge=0, le=20)
    retry_base: float = setting(
        2,
        "The first retry comes after this many seconds, each further one after twice the pause of "
        "the one before.",
        ge=0.1,
        le=60,
    )
    retry_max_seconds: float = setting(300, "The longest pause before a retry.", ge=1, le=86_400)
    ageing_seconds: int = setting(
        60, "A waiting job rises a priority class after each such time.", ge=1, le=86_400
    )
    stuck_after_seconds: int = setting(
        3600, "A job that runs longer counts as stuck in `dbp health`.", ge=1, le=604_800
    )
    cleanup_days: int = setting(
        30, "Finished jobs are forgotten after so many days.", ge=1, le=3650
    )


class RateLimits(Section):
    """How often something may be asked for, for one person and folder."""

    refresh: Rate = setting("5/300", "Refreshes.", expects=_RATE)
    create_project: Rate = setting("10/3600", "Projects added.", expects=_RATE)


class Clone(Section):
    """Repositories fetched for a job: only those you name, and only where you allow it here."""

    enabled: bool = setting(
        False,
        "Fetch repositories from other machines, over https or ssh, when you ask for a job about "
        "one. Nothing is fetched for any other reason.",
        user_only=True,
    )
    allow_local: bool = setting(
        False,
        "Fetch repositories of this machine: `file:` addresses, and servers on a loopback address.",
        user_only=True,
    )
    timeout_seconds: int = setting(
        300, "A fetch that takes longer is given up.", ge=1, le=86_400, user_only=True
    )
    depth: int = setting(
        1,
        "Commits of history that are fetched; 0 is all of it.",
        ge=0,
        le=1_000_000,
        user_only=True,
    )
    max_mb: int = setting(
        2048, "What a clone may take on the disk.", ge=1, le=1_000_000, user_only=True
    )


class Services(Section):
    """The background services together."""

    enabled: bool = setting(
        True, "Run background services. When off, files are still extracted and requests answered."
    )
    workers: int = setting(1, "Operations of services that run at the same time.", ge=1, le=8)


class IncrementalSync(Section):
    """Keeps record, search index and disk in step."""

    enabled: bool = setting(True, "Bring them in step by itself.")
    sync_on_create: bool = setting(
        True, "Take new files into the search index.", old_names=("sync_on_task_create",)
    )
    sync_on_update: bool = setting(
        True, "Follow changed files in the search index.", old_names=("sync_on_task_update",)
    )
    batch_size: int = setting(20, "Files taken over in one transaction.", ge=1, le=1000)
    sync_delay_seconds: float = setting(
        5.0, "Changes within this time are taken over together.", ge=0, le=3600
    )
    interval_seconds: int = setting(
        600,
        "Disk and record are compared this often: some writes make no events.",
        ge=10,
        le=86_400,
        old_names=("interval",),
    )
    max_retries: int = setting(3, _RETRIES, ge=0, le=20)


class IndexOptimization(Section):
    """Upkeep of the database."""

    enabled: bool = setting(True, "Do it by itself, when it is due and nothing else is done.")
    optimize_interval_hours: float = setting(24, "Hours between two times.", ge=0.01, le=8760)
    large_change_threshold: int = setting(
        100, "Done earlier after so many operations of the services.", ge=1, le=1_000_000
    )
    vacuum_sqlite: bool = setting(True, "Give free space back and refresh what SQLite plans with.")
    optimize_search_index: bool = setting(
        True, "Merge the search index.", old_names=("optimize_chroma_indices",)
    )
    optimize_graph_index: bool = setting(
        True, "Tidy what the reference graph is read from.", old_names=("optimize_kuzu_indices",)
    )
    max_retries: int = setting(3, _RETRIES, ge=0, le=20)


class Alerts(Section):
    """What a person is told without asking."""

    enabled: bool = setting(True, "Tell it.")
    queue_threshold: int = setting(
        500, "Changed files and jobs waiting, from which on it is told.", ge=1, le=1_000_000
    )
    error_rate_percent: int = setting(
        50, "Failures among the last operations, from which on it is told.", ge=1, le=100
    )
    slow_factor: float = setting(
        5, "Operations this many times slower than before are told.", ge=1.5, le=1000
    )


class Throttle(Section):
    """Gives way when the machine is busy."""

    max_load: float = setting(
        4.0,
        "Load average a core, from which on one file is worked on at a time and the quiet time is "
        "twice as long. 0 never gives way.",
        ge=0,
        le=1000,
    )


class Plan(Section):
    """Plans: Markdown files with tasks that can be ticked off."""

    globs: Globs = setting(
        (
            "**/*[Pp][Ll][Aa][Nn]*.md",
            "**/*[Pp][Rr][Oo][Gg][Rr][Ee][Ss][Ss]*.md",
            "**/[Tt][Oo][Dd][Oo]*.md",
            "**/[Rr][Oo][Aa][Dd][Mm][Aa][Pp]*.md",
        ),
        "Which files are plans, in the syntax of `.gitignore`.",
        expects="a list of at most 1000 patterns in the syntax of .gitignore",
    )
