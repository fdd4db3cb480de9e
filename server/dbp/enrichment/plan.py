"""What of a file is asked, within a budget: the question, and what need not be asked again.

One call a content: what does not fit is named and waits for the file's next content. The same
content, template and meaning before give the same question to the byte. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from dbp.enrichment.choice import ANSWER_TOKENS, Room, Slice, answer_tokens, arranged, fitting
from dbp.enrichment.ground import standing_history, standing_references
from dbp.enrichment.prompt import SYSTEM, content_of, guide_of
from dbp.enrichment.schema import tool_schema
from dbp.enrichment.slices import tokens_of
from dbp.enrichment.template import template_hash
from dbp.enrichment.units import Unit, units_of
from dbp.lines import split_lines
from dbp.meaning import Meaning, Said
from dbp.model import Extraction, HistoryEntry, Reference
from dbp.ports.model import Question

_EXPECTED = 0.7
"""The part of the bound an answer takes, as is to be expected."""

_REQUEST_TOKENS = 60
"""What Converse and a tool's frame add."""

_WHOLE_TOKENS = 1500
"""A file this small is shown whole: cutting it would save nothing worth having."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a content, and what is known of it already.

    `units` are all that want something, `open` those an answer may speak of: what was shown whole
    may be volunteered, it is paid for; `carried` are those whose fingerprint was there before,
    with the `references` and `history` that still stand in the text; `asked` are those of the
    `question` (None: there is nothing to ask); `unasked` names the rest. `truncated` tells that
    something wanted did not fit, a unit or a part of its body. Tokens are estimates of the whole
    request and of its answer.
    """

    units: tuple[Unit, ...]
    carried: tuple[Said, ...] = ()
    asked: tuple[Unit, ...] = ()
    question: Question | None = None
    truncated: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    unasked: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    open: tuple[Unit, ...] = ()


def make_plan(
    extraction: Extraction,
    text: str,
    before: Meaning | None,
    *,
    template: str,
    max_input_tokens: int,
    max_tokens: int,
    model: str = "",
) -> Plan:
    """Decide what to ask of a content.

    `text` is what may be shown of it: cleaned, redacted, with the content's own lines. `before` is
    the meaning of the content the file had last; one from another model than `model` is none.
    """
    every = units_of(extraction, text, salt=template_hash(template))
    units = tuple(unit for unit in every if unit.wants)
    if before is not None and model and before.model != model:
        before = None
    known = {(said.unit, said.fingerprint): said for said in (before.said if before else ())}
    found = {unit.name: known.get((unit.name, unit.fingerprint)) for unit in every}
    missing = [unit for unit in units if found[unit.name] is None]
    plan = Plan(
        units,
        carried=tuple(said for said in found.values() if said is not None),
        references=standing_references(before.references, text) if before else (),
        history=standing_history(before.history, text) if before else (),
    )
    if not missing:
        return plan
    lines = split_lines(text)
    whole = tokens_of(text)
    fits = not plan.carried and whole <= max_input_tokens
    # A file that fits is not cut for the sake of an outline that is not shown then.
    room = Room(max(max_input_tokens, 2 * whole) if fits else max_input_tokens, max_tokens)
    slices = fitting(extraction, lines, every, missing, room)
    asked = {item.unit.name for item in slices}
    unasked = tuple(unit.name for unit in missing if unit.name not in asked)
    plan = replace(plan, unasked=unasked, truncated=bool(unasked))
    if not slices:
        return plan
    if fits and whole <= max(_WHOLE_TOKENS, 2 * sum(item.tokens for item in slices)):
        shown = text
        plan = replace(plan, open=tuple(replace(unit, wants=unit.lacks) for unit in every))
    else:
        shown = arranged(extraction, lines, slices)
        plan = replace(plan, truncated=plan.truncated or any(item.was_cut for item in slices))
    return _asking(
        plan, extraction.language, slices, shown, template=template, max_tokens=max_tokens
    )


def _asking(
    plan: Plan,
    language: str,
    slices: Sequence[Slice],
    shown: str,
    *,
    template: str,
    max_tokens: int,
) -> Plan:
    """Put the question into a plan."""
    asked = tuple(item.unit for item in slices)
    bound = min(sum(map(answer_tokens, asked)) + ANSWER_TOKENS, max_tokens)
    content = content_of(language, asked, shown)
    return replace(
        plan,
        asked=asked,
        open=plan.open or asked,
        question=Question(SYSTEM, guide_of(template), content, tool_schema(), bound),
        input_tokens=_fixed_tokens(template) + tokens_of(content),
        output_tokens=int(bound * _EXPECTED),
    )


@cache
def _schema_tokens() -> int:
    return tokens_of(json.dumps(tool_schema())) + tokens_of(SYSTEM) + _REQUEST_TOKENS


def _fixed_tokens(template: str) -> int:
    return _schema_tokens() + tokens_of(guide_of(template))
