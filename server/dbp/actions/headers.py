"""Edits that complete a header in its place: missing sections, their order, a history entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dbp.actions.edits import Edit, Text, joined
from dbp.actions.layout import Layout, Slot
from dbp.model import Header, HistoryEntry, SectionState
from dbp.template import Template, TemplateSection, section_lines


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to stand in a header: values by a section's name, as `template` wants them."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    history: tuple[HistoryEntry, ...] = ()

    def of(self, section: TemplateSection) -> list[str]:
        """Give a section's lines, its title first; what is not known is the placeholder."""
        entries = self.history if section.name == "history" else ()
        return section_lines(section, self.values.get(section.name, ()), entries)

    def wants(self, section: TemplateSection) -> bool:
        """Tell whether a section is to be written: it must be there, or something is known."""
        known = self.history if section.name == "history" else self.values.get(section.name)
        return section.required or bool(known)


WHAT_CHANGED = "<what changed, and why>"
"""Stands in a new entry until a person says it."""

_STAMP = re.compile(
    r"(?P<open>[\[(]?)\d{4}-\d\d?-\d\d?(?P<time>[T ]\d\d?:\d\d(?P<seconds>:\d\d)?(?:[.,]\d{1,9})?)?"
    r"(?P<zone> ?(?:Z|UTC|[+-]\d\d:?\d\d))?(?P<close>[\])]?)(?P<sep>[ \t]*[:|–—-]{0,2}[ \t]*)"
)


def complete(text: Text, layout: Layout, template: Template, known: Known) -> list[Edit]:
    """Insert every required section that is missing, each in the template's place."""
    present = {slot.section.name for slot in layout.slots}
    order = [one.name for one in template.sections]
    wanted: dict[Slot | None, list[list[str]]] = {}
    for section in template.sections:
        if section.name not in present and known.wants(section):
            before = set(order[: order.index(section.name)])
            above = [slot for slot in layout.slots if slot.section.name in before]
            wanted.setdefault(above[-1] if above else None, []).append(known.of(section))
    return [_insert(text, layout, slot, blocks) for slot, blocks in wanted.items()]


def _insert(text: Text, layout: Layout, above: Slot | None, blocks: Sequence[list[str]]) -> Edit:
    if above is not None:
        lines = [line for block in blocks for line in (*layout.gap, *layout.section(block))]
        return Edit(text.spot(above.last, above.end), "".join(text.end + line for line in lines))
    first = layout.slots[0]
    lines = [line for block in blocks for line in (*layout.section(block), *layout.gap)]
    # At the bracket: what stands before it serves the first new line, and one is added for it.
    said = joined(lines, text.end).removeprefix(layout.lead) + layout.lead
    return Edit(text.spot(first.line, first.start), said)


def fill(text: Text, layout: Layout, name: str, lines: Sequence[str]) -> list[Edit]:
    """Write what is known into a section that is empty or still has the template's placeholder."""
    slot = layout.slot(name)
    if slot is None or not lines or slot.section.state is SectionState.WRITTEN:
        return []
    return _replace(text, layout, slot, lines)


def _replace(text: Text, layout: Layout, slot: Slot, lines: Sequence[str]) -> list[Edit]:
    start = text.line(slot.line).find("]", slot.start) + 1
    place = text.between((slot.line, start), (slot.last, slot.end))
    return [Edit(place, "".join(text.end + line for line in layout.marked(lines)))]


def reorder(text: Text, layout: Layout, template: Template) -> list[Edit]:
    """Bring the sections that the template knows into its order; the others keep their places."""
    order = {section.name: number for number, section in enumerate(template.sections)}
    known = [slot for slot in layout.slots if slot.section.name in order]
    wanted = sorted(known, key=lambda slot: order[slot.section.name])
    return _exchange(text, known, wanted)


def _exchange(text: Text, places: Sequence[Slot], wanted: Sequence[Slot]) -> list[Edit]:
    """Put the text of each wanted slot into the place that it gets."""
    return [
        Edit(text.between((place.line, place.start), (place.last, place.end)), slot.text(text))
        for place, slot in zip(places, wanted, strict=True)
        if place is not slot
    ]


def add_entry(
    text: Text, header: Header, layout: Layout, template: Template, now: float
) -> list[Edit]:
    """Add an entry to the change history where the file has its newest, dated as the others are."""
    slot = layout.slot("history")
    entries = [entry for entry in header.change_history if entry.line >= 0]
    said = f"{stamp(now)} : {WHAT_CHANGED}"
    if slot is None:
        section = next((one for one in template.sections if one.name == "history"), None)
        title = section.title if section else "Change history"
        return [_insert(text, layout, layout.slots[-1], [[f"[{title}]", said]])]
    if not entries or slot.section.state is SectionState.PLACEHOLDER:
        return _replace(text, layout, slot, [said])
    return _beside(text, layout, slot, entries, _entry(text, header, entries[0], now))


def sort_history(text: Text, header: Header, layout: Layout, *, newest: bool) -> list[Edit]:
    """Bring the entries of a history into an order of time; undated ones stay with those above."""
    slot = layout.slot("history")
    entries = [entry for entry in header.change_history if entry.line >= 0]
    if slot is None or len({entry.line for entry in entries}) < len(header.change_history):
        return []
    if entries[-1].line > slot.last:
        return []  # a second history stands below: nobody knows which of them is the file's
    places = []
    for number, entry in enumerate(entries):
        more = number + 1 < len(entries)
        last, end = (entries[number + 1].line - 1, None) if more else (slot.last, slot.end)
        while more and last > entry.line and not any(map(str.isalnum, text.line(last))):
            last -= 1
        raw = text.line(entry.line)
        start = len(raw) - len(raw.removeprefix(layout.prefix))
        places.append(Slot(slot.section, entry.line, start, last, end or len(text.line(last))))
    moment = ""
    keyed = []
    for entry, place in zip(entries, places, strict=True):
        moment = entry.timestamp or moment
        keyed.append((moment, place))
    wanted = [place for _moment, place in sorted(keyed, key=lambda one: one[0], reverse=newest)]
    return _exchange(text, places, wanted)


def _beside(
    text: Text, layout: Layout, slot: Slot, entries: Sequence[HistoryEntry], said: str
) -> list[Edit]:
    first = entries[0]
    raw = text.line(first.line)
    dated = _STAMP.search(raw)
    start = dated.start() if dated else len(layout.prefix)
    lead = raw[:start]
    if newest_first(entries):
        return [Edit(text.spot(first.line, start), said + text.end + lead)]
    blank = text.line(entries[-1].line - 1) if len(entries) > 1 else "x"
    between = "" if any(map(str.isalnum, blank)) else text.end + blank
    return [Edit(text.spot(slot.last, slot.end), between + text.end + lead + said)]


def newest_first(entries: Sequence[HistoryEntry]) -> bool:
    """Tell how a history is ordered; one that does not show it has its newest entry first."""
    stamps = [entry.timestamp for entry in entries if entry.timestamp]
    return len(stamps) < 2 or stamps[0] >= stamps[-1]  # noqa: PLR2004 - one shows no order


def _entry(text: Text, header: Header, like: HistoryEntry, now: float) -> str:
    authors = {entry.author for entry in header.change_history}
    # A name that all entries have is the file's habit; among several nobody knows whose it is.
    habit = len(authors) == 1 and len(header.change_history) > 1
    author, what = (authors.pop() if habit else None), WHAT_CHANGED
    by = f" by {author}" if author else ""
    match = _STAMP.search(text.line(like.line))
    if match is None:
        return f"{stamp(now)} : {what}{by}"
    sep = match["sep"] if match["sep"].strip() or match["close"] else " : "
    return f"{match['open']}{_like(match, now)}{match['close']}{sep or ' '}{what}{by}"


def _like(match: re.Match[str], now: float) -> str:
    """Write a time as another one is written; without a zone it is UTC as well."""
    moment = datetime.fromtimestamp(now, tz=UTC)
    date = f"{moment:%Y-%m-%d}"
    if not match["time"]:
        return date
    clock = f"{moment:%H:%M:%S}" if match["seconds"] else f"{moment:%H:%M}"
    zone = match["zone"] or ""
    if zone and zone.strip()[0] in "+-":
        zone = "Z"
    return f"{date}{match['time'][0]}{clock}{zone}"


def stamp(now: float) -> str:
    """Write a time as the template has it."""
    return f"{datetime.fromtimestamp(now, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
