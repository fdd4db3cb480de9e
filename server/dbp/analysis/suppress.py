"""Comments that wish findings away, and those among them that wish for nothing.

`dbp: ignore[code]` speaks of its own line and the next, `dbp: ignore-file[code]` of the whole file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dbp.analysis.rules.catalogue import BY_CODE, IGNORE_UNUSED, Found
from dbp.model import Range, Suppression


@dataclass(slots=True)
class Sieved:
    """What is left after the comments of a file were heard, and what was wished away."""

    shown: list[Found] = field(default_factory=list)
    suppressed: list[Found] = field(default_factory=list)


def sieve(
    found: Iterable[Found], suppressions: Sequence[Suppression], applied: frozenset[str]
) -> Sieved:
    """Take away what comments speak of; add a finding for each wish that nothing fulfils.

    `applied` are the codes of the rules that ran: of others nobody knows whether they would apply.
    """
    out = Sieved()
    used: set[tuple[int, str]] = set()
    for item in found:
        marks = [
            (index, item.code if wish.codes else "")
            for index, wish in enumerate(suppressions)
            if _speaks_of(wish, item)
        ]
        used.update(marks)
        (out.suppressed if marks else out.shown).append(item)
    if IGNORE_UNUSED in applied:
        silent = {wish.line for wish in suppressions if _speaks_of_code(wish, IGNORE_UNUSED)}
        for unused in _unused(suppressions, used, applied):
            line = unused.range.start_line
            wished_away = line in silent or any(
                wish.whole_file and _speaks_of_code(wish, IGNORE_UNUSED) for wish in suppressions
            )
            (out.suppressed if wished_away else out.shown).append(unused)
    return out


def _speaks_of(wish: Suppression, item: Found) -> bool:
    if wish.codes and item.code not in wish.codes:
        return False
    line = item.range.start_line
    return wish.whole_file or line in (wish.line, wish.line + 1)


def _speaks_of_code(wish: Suppression, code: str) -> bool:
    return code in wish.codes


def _unused(
    suppressions: Sequence[Suppression], used: set[tuple[int, str]], applied: frozenset[str]
) -> Iterable[Found]:
    # A wish for everything is judged by the rules that always say the same of the same files.
    passing = any(BY_CODE[code].passing for code in applied if code in BY_CODE)
    for index, wish in enumerate(suppressions):
        place = Range(wish.line, 0, wish.line, 0)
        if not wish.codes:
            if (index, "") not in used and not passing:
                yield Found(IGNORE_UNUSED, "There is nothing to ignore here.", place, "*")
            continue
        for code in wish.codes:
            rule = BY_CODE.get(code)
            if rule is None:
                message = f"There is no finding called {code!r}."
                yield Found(IGNORE_UNUSED, message, place, code, {"ignored": code})
            elif code in applied and not rule.passing and (index, code) not in used:
                message = f"There is no {code} to ignore here."
                yield Found(IGNORE_UNUSED, message, place, code, {"ignored": code})
