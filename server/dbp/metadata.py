"""The JSON of a file's metadata (doc/protocol.md, section 3), and of a status range.

Pure: values in, plain JSON out. Ranges are passed through `ranges`, so that an edge can convert
them to the encoding its client negotiated. What a model said is merged in here, at the last moment:
rules and records never see it as the file's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dbp.analysis.imports import targets
from dbp.analysis.references import resolve, resolve_page
from dbp.clock import iso, iso_ns
from dbp.enrichment.merge import Merged
from dbp.enrichment.shown import OFF, EnrichmentFacts, enriched, of_content
from dbp.facts import named_marks
from dbp.model import Doc, Extraction, FileState, Header, Range, Reference, Symbol
from dbp.view import FileView

Json = dict[str, Any]
Ranges = Callable[[Range], Range]


def range_json(value: Range) -> Json:
    """Render a range as LSP does."""
    return {
        "start": {"line": value.start_line, "character": value.start_character},
        "end": {"line": value.end_line, "character": value.end_character},
    }


def metadata_json(
    view: FileView,
    uri: str,
    exists: Callable[[str], bool],
    *,
    stale: bool = False,
    ranges: Ranges = lambda value: value,
    enrichment: EnrichmentFacts = OFF,
    source_roots: Sequence[str] = (),
) -> Json:
    """Render FileMetadata; with only an overlay the fields of the record are null.

    What the model said stands in its places and is listed in `enrichment.fields`.
    """
    record = view.record
    both = enriched(view.extraction, view.meaning, view.path, exists)
    described = both.extraction
    return {
        "path": view.path,
        "uri": uri,
        "language": described.language or (record.language if record else ""),
        "state": record.state.value if record else None,
        "size": record.stat.size if record else None,
        "modifiedAt": iso_ns(record.stat.mtime_ns) if record else None,
        "contentHash": record.content_hash or None if record else None,
        "encoding": described.encoding or None,
        "lines": described.lines,
        "extractedAt": iso(record.extracted_at) if record else None,
        "extractor": "local",
        "extractorVersion": view.extractor or None,
        "stale": stale,
        "unsaved": view.unsaved,
        "staleDocumentation": list(view.stale),
        "header": _header(described.header, view.path, exists, ranges),
        "symbols": _symbols(described.symbols, ranges, frozenset(view.stale)),
        "references": _references(described, view.path, exists, ranges, source_roots),
        "enrichment": _enrichment(view, both, enrichment),
        "problems": _problems(described, view, ranges),
    }


def _references(
    described: Extraction,
    path: str,
    exists: Callable[[str], bool],
    ranges: Ranges,
    source_roots: Sequence[str],
) -> list[Json]:
    def resolved(reference: Reference) -> str | None:
        if reference.kind != "import":
            if reference.kind == "link" and reference.target.startswith("#"):
                return path
            find = resolve_page if reference.kind == "link" else resolve
            return find(reference.target, path, exists)
        found = targets(reference, path, described.language, exists, source_roots)
        return next(iter(found), None)

    return [
        {
            "kind": reference.kind,
            "target": reference.target,
            "resolved": resolved(reference),
            "range": range_json(ranges(reference.range)),
            "names": list(reference.names),
            "role": reference.role or None,
        }
        for reference in described.references
    ]


def _problems(described: Extraction, view: FileView, ranges: Ranges) -> list[Json]:
    record = view.record
    problems = [
        {
            "code": p.code,
            "message": p.message,
            "range": range_json(ranges(p.range)) if p.range else None,
        }
        for p in described.problems
    ]
    if record is not None and record.state != FileState.INDEXED and not view.unsaved:
        code = f"file-{record.state}"
        problems.append({"code": code, "message": record.reason or "", "range": None})
    if view.meaning is not None and view.meaning.truncated:
        problems.append({"code": "truncated", "message": _TRUNCATED, "range": None})
    return problems


_TRUNCATED = "The file is too long for one request: the model saw a part of it."


def _enrichment(view: FileView, both: Merged, facts: EnrichmentFacts) -> Json:
    meaning, record = view.meaning, view.record
    decided = facts.state not in {"off", "pending"} and record is not None
    at = record.enriched_at if record is not None and decided else None
    return {
        "state": facts.state,
        "reason": facts.reason,
        "model": meaning.model if meaning else None,
        "at": iso(meaning.at if meaning else at),
        "fields": list(both.fields),
        "truncated": meaning.truncated if meaning else False,
        "dropped": both.dropped + (meaning.dropped if meaning else 0),
        "ofContent": of_content(record, meaning, view.content_hash),
    }


def _header(
    header: Header | None, path: str, exists: Callable[[str], bool], ranges: Ranges
) -> Json | None:
    if header is None:
        return None
    return {
        "range": range_json(ranges(header.range)),
        "format": header.format,
        "title": header.title,
        "intent": header.intent,
        "designPrinciples": list(header.design_principles),
        "constraints": list(header.constraints),
        "dependencies": [
            {
                "kind": d.kind,
                "target": d.target,
                "resolved": resolve(d.target, path, exists) if d.kind == "codebase" else None,
                "range": range_json(ranges(d.range)),
            }
            for d in header.dependencies
        ],
        "referenceDocumentation": list(header.reference_documentation),
        "changeHistory": [
            {
                "timestamp": h.timestamp,
                "summary": h.summary,
                "author": h.author,
                "details": list(h.details),
            }
            for h in header.change_history
        ],
        "sections": [
            {
                "name": s.name,
                "title": s.title,
                "state": s.state.value,
                "range": range_json(ranges(s.range)),
            }
            for s in header.sections
        ],
    }


def _symbols(symbols: Iterable[Symbol], ranges: Ranges, stale: frozenset[str]) -> list[Json]:
    """Render symbols; `stale` are the names of those whose code changed since their words did."""
    numbered = {id(symbol): name for name, symbol in named_marks(symbols)}
    return [_symbol(symbol, ranges, stale, numbered) for symbol in symbols]


def _symbol(
    symbol: Symbol, ranges: Ranges, stale: frozenset[str], numbered: Mapping[int, str]
) -> Json:
    return {
        "name": symbol.name,
        "qualifiedName": symbol.qualified_name,
        "kind": symbol.kind,
        "range": range_json(ranges(symbol.range)),
        "selectionRange": range_json(ranges(symbol.selection_range)),
        "parameters": list(symbol.parameters),
        "public": symbol.public,
        "doc": _doc(symbol.doc),
        "stale": numbered[id(symbol)] in stale,
        "children": [_symbol(child, ranges, stale, numbered) for child in symbol.children],
    }


def _doc(doc: Doc) -> Json:
    return {
        "intent": doc.intent,
        "designPrinciples": list(doc.design_principles),
        "implementationDetails": doc.implementation_details,
        "designDecisions": doc.design_decisions,
        "summary": doc.summary,
        "parameters": [{"name": item.name, "text": item.text} for item in doc.parameters],
        "returns": doc.returns,
        "raises": [{"name": item.name, "text": item.text} for item in doc.raises],
    }
