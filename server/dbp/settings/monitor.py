"""The settings of what is watched and read, and how patterns of paths are declared."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from dbp.settings.fields import Section, setting

# A pattern is matched against every path: an absurd list from a cloned repository must not
# make each look-up slow.
MOST_OF_ONE_PLACE = 1000
Pattern = Annotated[str, StringConstraints(pattern=r"^[^\x00\r\n]{1,1000}$")]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=MOST_OF_ONE_PLACE)]


def no_bad_pattern(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a pattern that only pretends to be one: `!` and a lone backslash match nothing."""
    for pattern in patterns:
        if not pattern.strip() or re.fullmatch(r"!|(?:.*[^\\])?\\(?:\\\\)*", pattern):
            raise ValueError("not a pattern")
    return patterns


class FsMonitor(Section):
    """How changes on the disk are noticed, and which files count."""

    backend: Literal["auto", "native", "polling", "off"] = setting(
        "auto",
        "How the disk is watched. `auto` is native notifications, and polling on file systems "
        "that send none (network drives, some containers).",
        restart=True,
    )
    poll_interval_seconds: int = setting(
        5, "Pause between two looks at the disk when polling.", ge=1, le=3600, restart=True
    )
    ignore_patterns: Annotated[Patterns, AfterValidator(no_bad_pattern)] = setting(
        ("scratchpad/",),
        "Files to leave out besides those git ignores, in the syntax of `.gitignore`.",
        expects="a list of at most 1000 patterns in the syntax of .gitignore",
    )
    include: Annotated[Patterns, AfterValidator(no_bad_pattern)] = setting(
        (),
        "Files to take in although they are ignored, in the syntax of `.gitignore`.",
        expects="a list of at most 1000 patterns in the syntax of .gitignore",
    )
    max_files: int = setting(
        200_000,
        "A folder with more files than this is not read by itself: most often it is not what you "
        "meant to open, or holds much that is nobody's documentation.",
        ge=1,
        le=100_000_000,
        user_only=True,
    )
    index_home: bool = setting(
        False,
        "Read your home folder, and the folders above it, when they are opened as a workspace.",
        restart=True,
        user_only=True,
    )
