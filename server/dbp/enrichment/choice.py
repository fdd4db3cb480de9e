"""Which units fit into one question, and what is shown of each: value first, within two budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dbp.enrichment.outline import head_of, outline_of
from dbp.enrichment.slices import CUT, cut_to, own_lines, tokens_of
from dbp.enrichment.units import Unit
from dbp.meaning import HEADER
from dbp.model import Extraction

_FIELD_TOKENS = {
    "intent": 34,
    "implementation_details": 40,
    "design_decisions": 24,
    "design_principles": 34,
    "constraints": 60,
}
"""What a field of an answer takes, empty ones of other units counted against full ones."""

_UNIT_TOKENS, _HEADER_TOKENS, ANSWER_TOKENS = 28, 130, 120
"""The JSON around a unit; room for a header's lists, history and paths; slack for an answer."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What is shown of one unit: where it begins, its lines, and what they weigh."""

    unit: Unit
    lines: list[str]
    tokens: int
    was_cut: bool


class Room(NamedTuple):
    """Tokens a question may show, and an answer may have."""

    shown: int
    answer: int


def answer_tokens(unit: Unit) -> int:
    """Bound the tokens an answer takes for a unit."""
    fields = sum(_FIELD_TOKENS[name] for name in unit.wants)
    frame = _HEADER_TOKENS if unit.name == HEADER else _UNIT_TOKENS + len(unit.name) // 3
    return frame + fields


def fitting(
    extraction: Extraction,
    lines: Sequence[str],
    every: Sequence[Unit],
    missing: Sequence[Unit],
    room: Room,
) -> list[Slice]:
    """Choose units by value until a budget is full; give their slices in the order of the file."""
    # A giant must not silence all others.
    most = room.shown // 3 if len(missing) > 1 else room.shown
    input_left, output_left = room.shown, room.answer - ANSWER_TOKENS
    chosen: list[Slice] = []
    for unit in sorted(missing, key=_value):
        answer = answer_tokens(unit)
        if answer > output_left:
            continue
        item = _slice(extraction, lines, every, unit, most)
        if item.tokens > input_left:
            continue
        input_left -= item.tokens
        output_left -= answer
        chosen.append(item)
    return sorted(chosen, key=lambda item: (item.unit.name != HEADER, item.unit.first_line))


def _value(unit: Unit) -> tuple[bool, bool, int, bool, int, int]:
    """Order by what a reader misses most: the header, then what has no intent, outer, public."""
    private = unit.name.rpartition(".")[2].startswith("_")
    lacks = "intent" in unit.wants
    return (
        unit.name != HEADER, not lacks, len(unit.around), private, -unit.size, unit.first_line
    )  # fmt: skip


def _slice(
    extraction: Extraction, lines: Sequence[str], every: Sequence[Unit], unit: Unit, room: int
) -> Slice:
    left_out = False
    if unit.name == HEADER:
        inner = [other for other in every if other.name != HEADER]
        spans = [(other.shown_from, other.last_line) for other in inner if not other.around]
        head = head_of(extraction, lines, spans)
        left_out, shown = head.was_cut, head.lines()
        shown += _outline(extraction, lines, inner, room // 2)
    else:
        shown = own_lines(lines, unit.shown_from, unit.last_line, unit.holes)
    kept, was_cut = cut_to(shown, room)
    return Slice(unit, kept, tokens_of("\n".join(kept)) + 8, was_cut or left_out)


def _outline(
    extraction: Extraction, lines: Sequence[str], inner: Sequence[Unit], room: int
) -> list[str]:
    """Say what the file holds, outer symbols first where there is not room for all."""
    chosen: dict[int, str] = {}
    for unit in sorted(inner, key=lambda unit: (len(unit.around), unit.first_line)):
        said = outline_of(lines, unit.first_line, unit.last_line, extraction.language)
        room -= tokens_of(said) + 1
        if room < 0:
            break
        chosen.setdefault(unit.first_line, said)
    return [text for _, text in sorted(chosen.items())]


def arranged(extraction: Extraction, lines: Sequence[str], slices: Sequence[Slice]) -> str:
    """Lay slices out in the order of the file, each below the signatures it stands under."""
    out: list[str] = []
    shown = {item.unit.first_line for item in slices if item.unit.name != HEADER}
    for item in slices:
        unit = item.unit
        if unit.name == HEADER:
            out.append("[beginning and outline of the file]")
        else:
            out.append(f"[lines {unit.shown_from + 1}-{unit.last_line + 1}]")
            for first in unit.around:
                if first not in shown:
                    shown.add(first)
                    out.append(outline_of(lines, first, first, extraction.language) + f" {CUT}")
        out += item.lines
    return "\n".join(out)
