"""Cards: what a hover shows, as Markdown. Pure text out of values.

Everything that comes from a file or a model is data: it is escaped, stripped of control and
bidirectional characters, shortened, and can form no link, image, HTML or command. What a model said
is marked, value by value, and never stands in the place of what a person wrote. A card stays under
about 25 lines, because editors show several servers' hovers below each other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from dbp.analysis.plan import in_words, progress_of
from dbp.analysis.references import bare_target, resolve
from dbp.clock import iso
from dbp.enrichment.shown import OFF, EnrichmentFacts, enriched, of_content
from dbp.facts import HEADER_MARK, HISTORY_MARK, named_marks
from dbp.model import Dependency, Doc, DocItem, Extraction, Header, Range, Reference, Symbol
from dbp.paths import display
from dbp.view import FileView

Exists = Callable[[str], bool]
"""Tells whether a key leads anywhere."""

_MARKUP = str.maketrans({c: "\\" + c for c in "\\`*_{}[]<>#|~!$"} | {"&": "&amp;"})
_MAX_ITEMS = 4
_MAX_PARAMETERS = 6
_BROKEN = "✗ does not exist"
_MAX_CHARS = 400


def plain(text: str, limit: int = _MAX_CHARS) -> str:
    """Make text from a file safe and short, on one line, without escaping markup."""
    kept = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = _MAX_CHARS) -> str:
    """Make text from a file inert in Markdown."""
    line = plain(text, limit).translate(_MARKUP)
    # A bare address would be linked by many renderers; a leading marker would start a list.
    line = line.replace("://", ":\u200b//").replace("www.", "www\u200b.")
    return "\\" + line if line[:1] in {"-", "+", ">", "="} else line


def code(text: str) -> str:
    """Show a path or a name as code, whatever backticks it holds."""
    shown = display(plain(text, 160))
    longest = max((len(run) for run in _runs(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _runs(text: str) -> Iterable[str]:
    run = ""
    for character in text:
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""
    if run:
        yield run


def _list(title: str, items: Iterable[str], most: int = _MAX_ITEMS) -> list[str]:
    shown = list(items)
    if not shown:
        return []
    more = len(shown) - most
    lines = [f"**{title}**", "", *(f"- {item}" for item in shown[:most])]
    return [*lines, *([f"- … and {more} more"] if more > 0 else []), ""]


def header_card(
    view: FileView, exists: Exists, *, stale: bool = False, enrichment: EnrichmentFacts = OFF
) -> str:
    """Show the card of a file; what the model said is merged in and marked."""
    own = view.extraction.header if view.extraction else None
    header = _enriched(view, exists).header
    lines = [f"**dbp** · {code(view.path)}", ""]
    if header is None:
        lines += ["This file does not say what it is for: it has no header.", ""]
    else:
        lines += _header_lines(header, own, view.path, exists)
    if view.extraction is not None and (progress := progress_of(view.extraction.tasks)).total:
        lines += [f"**Plan** {in_words(progress)}", ""]
    lines += ["---", f"*{_freshness(view, stale=stale)}*", *provenance(view, lines)]
    if outdated := _outdated(view):
        lines += ["", f"*{outdated}*"]
    said = _SENTENCES.get(enrichment.state)
    if said is not None:
        why = f": {escape(enrichment.reason, 160)}" if enrichment.reason else ""
        lines += ["", f"*{said}{why}*"]
    return "\n".join(lines)


def _enriched(view: FileView, exists: Exists | None = None) -> Extraction:
    return enriched(view.extraction, view.meaning, view.path, exists).extraction


MARK = " ✦"
"""Stands behind every value that came from a model."""

_SENTENCES = {
    "pending": "the model was not asked yet",
    "failed": "the model gave no usable answer",
    "skipped": "nothing of this file was sent to the model",
}


def provenance(view: FileView, lines: list[str]) -> list[str]:
    """Say where the marked values of these lines come from, if there are any."""
    meaning = view.meaning
    if meaning is None or not any(line.endswith(MARK) for line in lines):
        return []
    day = (iso(meaning.at) or "")[:10]
    older = (
        ", about this file before its last change"
        if of_content(view.record, meaning, view.content_hash)
        else ""
    )
    model = escape(meaning.model, 80)
    return ["", f"*{MARK.strip()} from {model}, {day}, not written by a person{older}*"]


def _told(text: str, own: str | None, limit: int = _MAX_CHARS) -> str:
    """Escape a value, and mark it unless the file says it itself."""
    return escape(text, limit) + ("" if text == own else MARK)


def _told_items(items: Iterable[str], own: Iterable[str]) -> list[str]:
    written = frozenset(own)
    return [_told(item, item if item in written else None, 160) for item in items]


def _header_lines(header: Header, own: Header | None, path: str, exists: Exists) -> list[str]:
    own = own or _NO_HEADER
    lines = [_told(header.intent, own.intent) if header.intent else "*No intent is given.*", ""]
    principles = _told_items(header.design_principles, own.design_principles)
    lines += _list("Design principles", principles)
    lines += _list("Constraints", _told_items(header.constraints, own.constraints))
    depends = [_dependency(d, path, exists) for d in header.dependencies]
    lines += _list("Dependencies", _broken_first(depends))
    refers = [_documentation(target, path, exists) for target in header.reference_documentation]
    lines += _list("Reference documentation", _broken_first(refers))
    if header.change_history:
        last = max(header.change_history, key=lambda entry: entry.timestamp or "")
        when = f"{last.timestamp[:10]}: " if last.timestamp else ""
        author = f" ({escape(last.author, 60)})" if last.author else ""
        mark = "" if last in own.change_history else MARK
        lines += [f"**Last change** {when}{escape(last.summary, 200)}{author}{mark}", ""]
    return lines


_NO_HEADER = Header(range=Range(0, 0, 0, 0), format="")


def _broken_first(items: list[str]) -> list[str]:
    """What is broken must not hide behind "and 3 more"."""
    return sorted(items, key=lambda item: _BROKEN not in item)


def _documentation(target: str, path: str, exists: Exists) -> str:
    if not bare_target(target) or " " in target.strip():
        return code(target)
    found = resolve(target, path, exists)
    return code(target) if found is not None else f"{code(target)} {_BROKEN}"


def _dependency(dependency: Dependency, path: str, exists: Exists) -> str:
    if dependency.kind != "codebase":
        return f"{code(dependency.target)} ({escape(dependency.kind, 20)})"
    found = resolve(dependency.target, path, exists)
    return f"{code(dependency.target)} {_BROKEN if found is None else '✓'}"


def _freshness(view: FileView, *, stale: bool) -> str:
    facts = [view.extraction.language if view.extraction else "unknown"]
    if view.extraction is not None:
        count = view.extraction.lines
        facts.append("1 line" if count == 1 else f"{count} lines")
    if view.unsaved:
        facts.append("read from the open buffer")
    elif view.record is not None and view.record.extracted_at is not None:
        facts.append(f"recorded {(iso(view.record.extracted_at) or '')[:16].replace('T', ' ')} UTC")
    if stale:
        facts.append("changed since, not looked at yet")
    facts.append("local parser")
    return " · ".join(facts)


def _outdated(view: FileView) -> str:
    """Say which words may no longer be true, as far as the whole file goes."""
    symbols = sum(not mark.startswith("[") for mark in view.stale)
    documented = "1 symbol" if symbols == 1 else f"{symbols} symbols"
    told = [
        *(["the header may be stale: the code changed since"] if HEADER_MARK in view.stale else []),
        *([f"the documentation of {documented} may be stale"] if symbols else []),
        *(["the last change has no entry in the history"] if HISTORY_MARK in view.stale else []),
    ]
    return " · ".join(told)


def symbol_card(symbol: Symbol, view: FileView | None = None) -> str:
    """Show the card of a function, class or other symbol.

    `view` is its file; what the model said of the symbol is merged in and marked.
    """
    signature = f"{symbol.qualified_name}({', '.join(symbol.parameters)})"
    named = signature if symbol.kind in {"function", "method"} else symbol.qualified_name
    lines = [f"**dbp** · {escape(symbol.kind, 40)} {code(named)} · {_span(symbol.range)}", ""]
    body = _doc_lines(_enriched_doc(symbol, view), symbol.doc)
    lines += body or ["*Nothing is documented here.*", ""]
    if view is not None and is_stale(symbol, view):
        lines += [_STALE, ""]
    if view is not None and (footer := provenance(view, body)):
        lines += ["---", *footer[1:]]
    return "\n".join(lines).rstrip()


_STALE = "*This documentation may be stale: the code changed since it was written.*"


def is_stale(symbol: Symbol, view: FileView) -> bool:
    """Tell whether a symbol's code changed since its words were written."""
    if not view.stale or view.extraction is None:
        return False
    marks = named_marks(view.extraction.symbols)
    return any(
        mark in view.stale and one.selection_range == symbol.selection_range for mark, one in marks
    )


def _doc_lines(doc: Doc, own: Doc) -> list[str]:
    lines: list[str] = []
    if own.intent or own.summary:
        lines += [escape(own.intent or own.summary or ""), ""]
    if doc.intent and doc.intent != own.intent:
        lines += [_told(doc.intent, None), ""]
    lines += _list("Parameters", map(_item, own.parameters), _MAX_PARAMETERS)
    if own.returns:
        lines += [f"**Returns** {escape(own.returns, 200)}", ""]
    lines += _list("Raises", map(_item, own.raises))
    principles = _told_items(doc.design_principles, own.design_principles)
    lines += _list("Design principles", principles)
    if doc.implementation_details:
        details = _told(doc.implementation_details, own.implementation_details)
        lines += [f"**Implementation** {details}", ""]
    if doc.design_decisions:
        lines += [f"**Decisions** {_told(doc.design_decisions, own.design_decisions)}", ""]
    return lines


def _item(item: DocItem) -> str:
    return f"{code(item.name)} {escape(item.text, 160)}".rstrip() if item.text else code(item.name)


def _enriched_doc(symbol: Symbol, view: FileView | None) -> Doc:
    """Find the same symbol where the model's words are merged in."""
    if view is None or view.meaning is None:
        return symbol.doc
    level = list(_enriched(view).symbols)
    while level:
        for one in level:
            if one.selection_range == symbol.selection_range and one.name == symbol.name:
                return one.doc
        level = [child for one in level for child in one.children]
    return symbol.doc


def reference_card(
    reference: Reference | Dependency,
    target: FileView | None,
    resolved: str | None,
    symbol: Symbol | None = None,
    said: str = "",
    *,
    unread: bool = False,
) -> str:
    """Show where a reference leads and what the target is for.

    `symbol` is the heading or symbol that its fragment names, `said` what stands below a heading.
    With `unread` a target of which nothing is known may only not have had its turn.
    """
    if resolved is None:
        return f"**dbp** · {code(reference.target)}\n\n✗ does not exist in this workspace"
    if symbol is not None and target is not None:
        return _part_card(symbol, target, resolved, said)
    if target is None:
        why = "It is not read yet." if unread else "Nothing is recorded of it."
        return f"**dbp** · {code(resolved)}\n\n*{why}*"
    own = target.extraction.header if target.extraction else None
    header = _enriched(target).header
    if header is None or not header.intent:
        return f"**dbp** · {code(resolved)}\n\n*It has no intent.*"
    lines = [f"**dbp** · {code(resolved)}", "", _told(header.intent, own.intent if own else None)]
    return "\n".join([*lines, *provenance(target, lines)])


def _part_card(symbol: Symbol, target: FileView, resolved: str, said: str) -> str:
    """Show a symbol of another file, or a section of a document with what stands below it."""
    if symbol.kind != "section":
        shown = symbol_card(symbol, target)
        return shown.replace("**dbp** · ", f"**dbp** · {code(resolved)} · ", 1)
    lines = [f"**dbp** · {code(resolved)} · {escape(symbol.name, 160)}", ""]
    if said:
        lines += [escape(said), ""]
    lines += _list("Sections", (escape(child.name, 120) for child in symbol.children))
    return "\n".join([*lines, f"*{_span(symbol.range)}*"])


def _span(place: Range) -> str:
    first, last = place.start_line + 1, place.end_line + 1
    return f"line {first}" if first == last else f"lines {first}–{last}"


_REASONS = {
    "binary": "it is binary",
    "symlink": "it is a symbolic link",
    "special": "it is no regular file",
    "too_large": "it is larger than the setting extraction.max_file_size_kb",
}


def reason_in_words(reason: str | None) -> str:
    """Say for people why a file is excluded; a reason that is a sentence already stays."""
    return _REASONS.get(reason or "", reason or "not indexed")


def excluded_card(path: str, reason: str) -> str:
    """Say why a file is none of ours."""
    return f"**dbp** · {code(path)}\n\nNot indexed: {escape(reason_in_words(reason))}"
