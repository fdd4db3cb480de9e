"""Reading JSON that nobody vouches for: each function returns what was expected or raises.

Damage of any kind is a `ValueError`; the parser processes and the store decode through these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dbp.model import HistoryEntry, Range

MAX_NUMBER = 2**31 - 1
"""LSP's `uinteger`: no line or column can be larger."""

T = TypeVar("T")


def an_object(data: object) -> dict[str, object]:
    """Read an object."""
    if not isinstance(data, dict):
        raise ValueError("an object was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def a_list(data: object) -> list[object]:
    """Read a list."""
    if not isinstance(data, (list, tuple)):
        raise ValueError("a list was expected")  # noqa: TRY004 - damage is a ValueError
    return list(data)


def a_tuple(data: object, read: Callable[[object], T]) -> tuple[T, ...]:
    """Read a list of values; a missing one is empty."""
    return () if data is None else tuple([read(item) for item in a_list(data)])


def a_text(data: object) -> str:
    """Read a text."""
    if not isinstance(data, str):
        raise ValueError("a string was expected")  # noqa: TRY004 - damage is a ValueError
    return data


def a_text_or_none(data: object) -> str | None:
    """Read a text that may be missing."""
    return None if data is None else a_text(data)


def a_number(data: object) -> int:
    """Read a whole number from 0."""
    if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data <= MAX_NUMBER:
        raise ValueError("a number was expected")
    return data


def a_range(data: object) -> Range:
    """Read four numbers."""
    start_line, start_character, end_line, end_character = a_tuple(data, a_number)
    return Range(start_line, start_character, end_line, end_character)


def a_located(data: object) -> tuple[str, str, Range]:
    """Read a kind, a target and where it stands."""
    kind, target, *numbers = a_list(data)
    return a_text(kind), a_text(target), a_range(numbers)


def a_history_entry(data: object) -> HistoryEntry:
    """Read an entry of a change history."""
    timestamp, summary, author, *details = a_list(data)
    return HistoryEntry(
        a_text_or_none(timestamp),
        a_text(summary),
        a_text_or_none(author),
        a_tuple(details, a_text),
    )
