"""Values the tests of the store share."""

from __future__ import annotations

from dbp.codec import encode
from dbp.enrichment import payload
from dbp.meaning import HEADER, Meaning, Said
from dbp.model import (
    Content,
    ContentKey,
    EnrichmentState,
    Extraction,
    FileRecord,
    FileState,
    Range,
    ReferenceRow,
    Stat,
    Symbol,
    SymbolRow,
)
from dbp.ports import Enrich, Put

SPAN = Range(0, 0, 1, 0)


def make_content(text: str, symbols: int = 2, extractor: str = "v1") -> Content:
    names = [f"{text}_{number}" for number in range(symbols)]
    extraction = Extraction(
        "python",
        10,
        "utf-8",
        ascii=True,
        symbols=tuple(Symbol(name, name, "function", SPAN, SPAN) for name in names),
    )
    return Content(
        ContentKey(f"blake2b:{text}", "python", extractor),
        encode(extraction),
        f"intent of {text}",
        tuple(SymbolRow(name, name, "function", line) for line, name in enumerate(names)),
        (ReferenceRow("link", f"{text}.md", 3),),
    )


def make_put(path: str, text: str = "a", inode: int = 7, *, bare: bool = False) -> Put:
    """Put an indexed file; `bare` leaves its content out, as for one that is stored already."""
    content = make_content(text)
    record = FileRecord(
        path=path,
        stat=Stat(len(text), 1_700_000_000_000_000_001, inode),
        language="python",
        state=FileState.INDEXED,
        content_hash=content.key.content_hash,
        extracted_at=1_700_000_000.25,
        intent=content.intent,
    )
    return Put(record, None if bare else content, key=content.key)


def make_meaning(text: str) -> Meaning:
    return Meaning("a-model", 1_700_000_000.5, (Said(HEADER, f"print of {text}", f"about {text}"),))


def make_enrich(
    path: str,
    text: str = "a",
    state: EnrichmentState = EnrichmentState.DONE,
    *,
    bare: bool = False,
    retry_at: float | None = None,
) -> Enrich:
    """Say where a file with the content `text` stands; `bare` names a meaning stored already."""
    done = state is EnrichmentState.DONE
    return Enrich(
        path,
        make_content(text).key.content_hash,
        state,
        1_700_000_001.5,
        reason=None if done else f"why {state}",
        key=f"key of {text}" if done else None,
        payload=payload.encode(make_meaning(text)) if done and not bare else None,
        attempts=0 if done else 1,
        retry_at=retry_at,
        model="a-model",
    )
