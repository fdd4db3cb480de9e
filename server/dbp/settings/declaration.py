"""Every setting of dbp, declared once.

A setting that changes nothing is not offered.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from dbp.settings.background import (
    Alerts,
    Clone,
    IncrementalSync,
    IndexOptimization,
    Jobs,
    Plan,
    RateLimits,
    Services,
    Throttle,
)
from dbp.settings.fields import Section, setting
from dbp.settings.monitor import MOST_OF_ONE_PLACE, FsMonitor, Pattern, no_bad_pattern

# What six places say together.
AddedPatterns = Annotated[tuple[Pattern, ...], Field(max_length=6 * MOST_OF_ONE_PLACE)]
Severity = Literal["off", "hint", "information", "warning", "error"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
PathLevel = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00\r\n]{1,1000} ([a-z0-9][a-z0-9-]{0,63}|\*)"
        r" (off|hint|information|warning|error)$"
    ),
]


def _only_adding(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a pattern that takes another one back: lists of several places add up."""
    if any(pattern.lstrip().startswith("!") for pattern in patterns):
        raise ValueError("takes back")
    return no_bad_pattern(patterns)


def _absolute(path: str) -> str:
    """Expand `~`; a relative path would mean another file in every working folder."""
    expanded = os.path.expanduser(path)  # noqa: PTH111 - a Path would turn "" into "."
    if path and not os.path.isabs(expanded):  # noqa: PTH117 - the same
        raise ValueError("not absolute")
    return expanded


def _below(path: str) -> str:
    """Refuse a path that leaves the workspace folder."""
    parts = path.split("/")
    if not path or path.startswith(("/", "~")) or "\\" in path or ":" in path or ".." in parts:
        raise ValueError("not below the workspace folder")
    return path.rstrip("/")


RelativePath = Annotated[
    str, StringConstraints(pattern=r"^[^\x00\r\n]{1,1000}$"), AfterValidator(_below)
]


class Scheduler(Section):
    """When a change is looked at, and by how many workers."""

    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("delay_seconds", "max_delay_seconds"),)

    enabled: bool = setting(
        True, "Bring the record up to date by itself. When off, only requests do work."
    )
    delay_seconds: int = setting(
        10, "A changed file is looked at when it was quiet for this long.", ge=1, le=60
    )
    max_delay_seconds: int = setting(
        120,
        "A file that never becomes quiet is looked at after this long. "
        "Never below `scheduler.delay_seconds`.",
        ge=30,
        le=600,
    )
    worker_threads: int = setting(2, "Files that are worked on at the same time.", ge=1, le=8)
    max_queue_size: int = setting(
        1000,
        "Changed paths kept in memory; beyond that their folder is compared with the disk instead.",
        ge=100,
        le=10000,
        restart=True,
    )
    batch_size: int = setting(20, "Files written in one transaction.", ge=1, le=100)


class Extraction(Section):
    """Limits for reading one file. They protect you from the files of a workspace."""

    max_file_size_kb: int = setting(1024, "Larger files are not read.", ge=1, le=10240)
    timeout_seconds: int = setting(
        5, "A file that takes longer to parse is given up.", ge=1, le=60, user_only=True
    )
    memory_limit_mb: int = setting(
        1024,
        "Memory a parser process may use.",
        ge=128,
        le=8192,
        restart=True,
        user_only=True,
    )
    processes: int = setting(
        0,
        "Parser processes; 0 is one for each core that can be spared.",
        ge=0,
        le=32,
        restart=True,
        user_only=True,
    )


_USD = r"[0-9]{1,4}(\.[0-9]{1,6})?"
Price = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[A-Za-z0-9][A-Za-z0-9.:/_-]{{0,2047}} {_USD} {_USD}"
        r" [0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$"
    ),
]


class Llm(Section):
    """Enrichment by a language model. Nothing leaves the machine unless you turn it on."""

    provider: Literal["none", "bedrock"] = setting(
        "none",
        "`none` sends nothing anywhere. `bedrock` asks Amazon Bedrock about files of those folders "
        "only for which you consented with `dbp trust --cloud`.",
        user_only=True,
    )
    allowed: bool = setting(
        True,
        "Whether files of this workspace may be sent at all. It turns nothing on: `llm.provider` "
        "and your consent do. A `false` in any place wins.",
        narrows=True,
    )
    never_send: Annotated[AddedPatterns, AfterValidator(_only_adding)] = setting(
        (),
        "Files never to send, in the syntax of `.gitignore`, besides those dbp never sends (keys, "
        "`.env`, dumps, lock files, generated files, whatever git ignores). The lists of all "
        "places are added up; a pattern that starts with `!` would take one back and is refused.",
        expects="a list of at most 1000 patterns in the syntax of .gitignore, none with `!`",
        narrows=True,
    )
    model: str = setting(
        "amazon.nova-lite-v1:0",
        "Model or inference profile: any that Bedrock's Converse serves.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,2047}$",
        expects="a Bedrock model id, inference profile id or ARN",
        user_only=True,
        old_names=("model_id",),
        environment=("MAIN_MODEL",),
    )
    region: str = setting(
        "",
        "AWS region; empty is the one your AWS configuration names.",
        pattern=r"^([a-z]{2,}(-[a-z0-9]+)+)?$",
        expects="the name of an AWS region",
        user_only=True,
    )
    profile: str = setting(
        "",
        "AWS profile that credentials and region are taken from; empty is the default one. Not "
        "the `profile` above.",
        user_only=True,
    )
    endpoint_url: str = setting(
        "",
        "Another endpoint than the region's own; empty is the region's.",
        # No user information before an @: it would hide the real host behind a loopback name.
        pattern=r"^(https://[^\s/@]+(/[^\s]*)?"
        r"|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[^\s]*)?)?$",
        expects="an https URL, or an http URL of this machine",
        user_only=True,
    )
    instance_metadata: bool = setting(
        False,
        "Look for credentials at the metadata service of an EC2 instance, too. That asks the "
        "network, so it is off.",
        user_only=True,
    )
    service_tier: Literal["default", "flex", "priority"] = setting(
        "default",
        "`flex` is cheaper and slower, `priority` dearer and faster, where the model has them. "
        "`llm.prices` lists `default`: enter what you pay.",
        user_only=True,
    )
    timeout_seconds: int = setting(
        30, "A request that takes longer is given up.", ge=1, le=300, user_only=True
    )
    max_tokens: int = setting(
        4096,
        "Tokens an answer may have at most. A request asks for what its file needs, up to this.",
        ge=64,
        le=10000,
        user_only=True,
    )
    temperature: float = setting(
        0, "0 makes the answers as repeatable as the model can.", ge=0, le=1, user_only=True
    )
    max_concurrency: int = setting(2, "Calls at the same time.", ge=1, le=16, user_only=True)
    attempts: int = setting(
        3,
        "Requests one call may take, the first included, when the service is throttled or fails. "
        "Each may be charged.",
        ge=1,
        le=10,
        user_only=True,
    )
    max_file_size_kb: int = setting(
        1024, "Nothing of a larger file is ever sent.", ge=1, le=1024, user_only=True
    )
    max_input_tokens: int = setting(
        8000,
        "Tokens of a file shown in one request, estimated; longer files go by their header, "
        "signatures, doc comments and as much of the bodies as fits.",
        ge=500,
        le=100_000,
        user_only=True,
    )
    requests_per_minute: int = setting(
        500,
        "Requests a minute of all your editors and commands together; 0 is no limit.",
        ge=0,
        le=100_000,
        user_only=True,
    )
    tokens_per_minute: int = setting(
        500_000,
        "Tokens a minute of all your editors and commands together; 0 is no limit.",
        ge=0,
        le=100_000_000,
        user_only=True,
    )
    daily_budget_usd: float = setting(
        1.0,
        "What a day may cost, in USD, all folders together; then calls pause until the next day of "
        "your clock. 0 is no limit.",
        ge=0,
        le=100_000,
        user_only=True,
    )
    total_budget_usd: float = setting(
        20.0,
        "What all calls ever may cost, in USD; then calls pause until you raise it. 0 is no limit.",
        ge=0,
        le=1_000_000,
        user_only=True,
    )
    daily_budget_tokens: int = setting(
        0,
        "Tokens a day, input and output together; 0 is no limit.",
        ge=0,
        le=1_000_000_000_000,
        user_only=True,
    )
    total_budget_tokens: int = setting(
        0, "Tokens of all calls ever; 0 is no limit.", ge=0, le=1_000_000_000_000, user_only=True
    )
    prices: Annotated[tuple[Price, ...], Field(min_length=1, max_length=200)] = setting(
        (
            "amazon.nova-micro-v1:0 0.035 0.14 2025-12",
            "amazon.nova-lite-v1:0 0.06 0.24 2025-12",
            "amazon.nova-2-lite-v1:0 0.30 2.50 2025-12",
            "amazon.nova-pro-v1:0 0.80 3.20 2025-12",
            "amazon.nova-premier-v1:0 2.50 12.50 2025-12",
        ),
        "Prices, one text a model: its id, USD for a million input tokens, USD for a million "
        "output tokens, and the month they were looked up. They differ by region and change: check "
        "them against your AWS bill. A model without a price is counted at the dearest one.",
        expects='a list of 1 to 200 texts like "amazon.nova-lite-v1:0 0.06 0.24 2025-12"',
        user_only=True,
    )


class Database(Section):
    """Where the record is kept."""

    path: Annotated[str, AfterValidator(_absolute)] = setting(
        "",
        "The database file; empty is one for each workspace folder in your state directory.",
        expects="an absolute path, or one that starts with ~",
        restart=True,
        user_only=True,
    )
    max_size_mb: int = setting(
        2048,
        "Beyond this nothing is kept for contents that no file has any more; a record that needs "
        "more all the same is reported by `dbp health`.",
        ge=1,
        le=1_000_000,
        user_only=True,
    )


class Cache(Section):
    """What is kept in memory for hovers; everything else is read from the database."""

    max_entries: int = setting(2000, "Files kept in memory.", ge=10, le=1_000_000)
    max_memory_mb: int = setting(32, "Memory they may use together, estimated.", ge=1, le=4096)


class Diagnostics(Section):
    """Findings shown at the files."""

    enabled: bool = setting(True, "Show findings.")
    severity: Mapping[Code, Severity] = setting(
        {},
        "How severe a finding is, by its code: `off`, `hint`, `information`, `warning` or `error`. "
        "Each code is a setting of its own and may come from another place.",
        expects="a table from finding codes to off, hint, information, warning or error",
    )
    per_path: Annotated[tuple[PathLevel, ...], Field(max_length=MOST_OF_ONE_PLACE)] = setting(
        (),
        "Other levels for some paths, one text each: a pattern in the syntax of `.gitignore`, a "
        "code or `*`, and a level. The last one that fits wins, and wins over `severity`.",
        expects='a list of at most 1000 texts like "tests/** header-missing off"',
    )
    baseline: RelativePath = setting(
        ".dbp-baseline.json",
        "Findings written down in this file of the workspace are known and not shown. Written by "
        "`dbp check --write-baseline`; where it does not exist, nothing is hidden.",
        expects="a path below the workspace folder",
    )


class Headers(Section):
    """What a file's header is expected to hold."""

    template: RelativePath = setting(
        "coding_assistant/GENAI_HEADER_TEMPLATE.txt",
        "The file of the workspace that says which sections a header has; where it does not exist, "
        "the default ones are expected.",
        expects="a path below the workspace folder",
    )


class References(Section):
    """Where the names in a file lead."""

    source_roots: Annotated[tuple[RelativePath, ...], Field(max_length=50)] = setting(
        ("src", "lib"),
        "Folders that imports are looked up in, besides those around the importing file and the "
        "workspace folder itself.",
        expects="a list of at most 50 paths below the workspace folder",
    )


class CycleDetection(Section):
    """Files that depend on each other in a circle."""

    enabled: bool = setting(True, "Look for cycles.")
    check_on_dependency_add: bool = setting(
        True, "Look when a file refers to another one than before, not only in audits."
    )
    check_delay_seconds: float = setting(
        2.0, "Changes within this time are looked at together.", ge=0, le=3600
    )
    audit_interval_hours: float = setting(
        24, "Hours between two looks at the whole workspace.", ge=0.01, le=8760
    )
    max_retries: int = setting(
        3, "Times a failed operation of this service is tried again.", ge=0, le=20
    )
    max_detection_depth: int = setting(
        50, "Longer ways are not followed; the answer says so.", ge=2, le=10_000
    )
    detection_timeout_seconds: int = setting(
        10, "Seconds a search may take; the answer says when it was cut.", ge=1, le=600
    )


class Hover(Section):
    """The card shown under the mouse."""

    enabled: bool = setting(True, "Show hovers.")


class Links(Section):
    """References that open their target."""

    enabled: bool = setting(True, "Offer document links and go to definition.")


class Actions(Section):
    """What the editor offers to mend a finding."""

    enabled: bool = setting(True, "Offer code actions.")


class Lens(Section):
    """Lines above headers and symbols."""

    enabled: bool = setting(
        False, "Show what the file is for over its header, and who refers to it."
    )


class Symbols(Section):
    """Lists of symbols."""

    enabled: bool = setting(
        False, "List header sections and symbols; another server usually lists symbols already."
    )


class Settings(Section):
    """What holds for everything."""

    profile: Literal["default", "development", "production", "low-resource"] = setting(
        "default",
        "A set of other defaults. Whatever you set yourself still wins.",
        old_values={"low_resource": "low-resource"},
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "warning", "What is logged.", scope="window"
    )
    log_file: bool = setting(
        True,
        "Write the log to rotating files in your state folder, too, a JSON object a line.",
        scope="window",
        user_only=True,
    )
    log_max_mb: int = setting(
        10, "What the log files may take together.", ge=1, le=1000, user_only=True
    )
    scheduler: Scheduler = Scheduler()
    fs_monitor: FsMonitor = FsMonitor()
    extraction: Extraction = Extraction()
    llm: Llm = Llm()
    database: Database = Database()
    cache: Cache = Cache()
    diagnostics: Diagnostics = Diagnostics()
    headers: Headers = Headers()
    references: References = References()
    cycle_detection: CycleDetection = CycleDetection()
    hover: Hover = Hover()
    links: Links = Links()
    actions: Actions = Actions()
    lens: Lens = Lens()
    symbols: Symbols = Symbols()
    jobs: Jobs = Jobs()
    rate_limits: RateLimits = RateLimits()
    clone: Clone = Clone()
    services: Services = Services()
    incremental_sync: IncrementalSync = IncrementalSync()
    index_optimization: IndexOptimization = IndexOptimization()
    alerts: Alerts = Alerts()
    throttle: Throttle = Throttle()
    plan: Plan = Plan()
