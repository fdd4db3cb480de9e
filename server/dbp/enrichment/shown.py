"""What surfaces show of enrichment: where a file stands, and the model's words merged in.

Merging happens here, at the last moment, for the eyes of whoever asks: records and rules never see
what a model said as the file's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbp.enrichment.merge import Merged, merged
from dbp.meaning import Meaning
from dbp.model import EnrichmentState, Extraction, FileRecord


@dataclass(frozen=True, slots=True)
class EnrichmentFacts:
    """Where the enrichment of a file stands.

    `state` is `off`, `pending`, `done`, `failed` or `skipped`; `reason` says why in words, if there
    is something to say. What the model said comes with the file's view, whatever the state: what
    was paid for is shown even when nothing is asked any more.
    """

    state: str = "off"
    reason: str | None = None


OFF = EnrichmentFacts()


def enrichment_facts(
    record: FileRecord | None, *, on: bool, waits: str | None = None
) -> EnrichmentFacts:
    """Read where a file stands out of its record (None: it has none yet).

    `on` is whether the user turned a provider on, `waits` why nothing is asked at the moment (no
    consent, out of budget, …), which every pending file waits for.
    """
    if not on:
        return OFF
    state = record.enrichment if record is not None else EnrichmentState.UNDECIDED
    reason = record.enrichment_reason if record is not None else None
    if state in {EnrichmentState.UNDECIDED, EnrichmentState.PENDING}:
        return EnrichmentFacts(EnrichmentState.PENDING.value, waits or reason)
    return EnrichmentFacts(state.value, reason)


def of_content(record: FileRecord | None, meaning: Meaning | None, content_hash: str) -> str | None:
    """Give the hash of the content a meaning speaks of, when that is not what is shown."""
    if meaning is None or record is None or record.meaning_hash == content_hash:
        return None
    return record.meaning_hash or None


_NOTHING = Extraction(language="", lines=0, encoding="", ascii=True)


def enriched(
    extraction: Extraction | None,
    meaning: Meaning | None,
    path: str,
    exists: Callable[[str], bool] | None = None,
) -> Merged:
    """Merge what the model said into what the file says; without a meaning that costs nothing."""
    if extraction is None or meaning is None:
        return Merged(extraction or _NOTHING, (), 0)
    return merged(extraction, meaning, exists=exists, path=path)
