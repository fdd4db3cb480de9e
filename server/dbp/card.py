"""Cards: what a hover shows, as Markdown. Pure text out of values.

Everything that comes from a file is data: it is escaped, stripped of control and bidirectional
characters, shortened, and can form no link, image, HTML or command. A card stays under about 25
lines, because editors show several servers' hovers below each other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from dbp.analysis.references import bare_target, resolve
from dbp.clock import iso
from dbp.model import Dependency, Header, Reference, Symbol
from dbp.paths import display
from dbp.view import FileView

Exists = Callable[[str], bool]
"""Tells whether a key leads anywhere."""

_MARKUP = str.maketrans({c: "\\" + c for c in "\\`*_{}[]<>#|~!$"} | {"&": "&amp;"})
_MAX_ITEMS = 4
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


def _list(title: str, items: Iterable[str]) -> list[str]:
    shown = list(items)
    if not shown:
        return []
    more = len(shown) - _MAX_ITEMS
    lines = [f"**{title}**", "", *(f"- {item}" for item in shown[:_MAX_ITEMS])]
    return [*lines, *([f"- … and {more} more"] if more > 0 else []), ""]


def header_card(view: FileView, exists: Exists, *, stale: bool = False) -> str:
    """Show the card of a file."""
    header = view.extraction.header if view.extraction else None
    lines = [f"**dbp** · {code(view.path)}", ""]
    if header is None:
        lines += ["This file does not say what it is for: it has no header.", ""]
    else:
        lines += _header_lines(header, view.path, exists)
    lines += ["---", f"*{_freshness(view, stale=stale)}*"]
    return "\n".join(lines)


def _header_lines(header: Header, path: str, exists: Exists) -> list[str]:
    lines = [escape(header.intent) if header.intent else "*No intent is given.*", ""]
    lines += _list("Design principles", (escape(item, 160) for item in header.design_principles))
    lines += _list("Constraints", (escape(item, 160) for item in header.constraints))
    depends = [_dependency(d, path, exists) for d in header.dependencies]
    lines += _list("Dependencies", _broken_first(depends))
    refers = [_documentation(target, path, exists) for target in header.reference_documentation]
    lines += _list("Reference documentation", _broken_first(refers))
    if header.change_history:
        last = max(header.change_history, key=lambda entry: entry.timestamp or "")
        when = f"{last.timestamp[:10]}: " if last.timestamp else ""
        author = f" ({escape(last.author, 60)})" if last.author else ""
        lines += [f"**Last change** {when}{escape(last.summary, 200)}{author}", ""]
    return lines


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


def symbol_card(symbol: Symbol) -> str:
    """Show the card of a function, class or other symbol."""
    signature = f"{symbol.qualified_name}({', '.join(symbol.parameters)})"
    named = signature if symbol.kind in {"function", "method"} else symbol.qualified_name
    span = f"lines {symbol.range.start_line + 1}–{symbol.range.end_line + 1}"
    lines = [f"**dbp** · {escape(symbol.kind, 40)} {code(named)} · {span}", ""]
    doc = symbol.doc
    if doc.intent or doc.summary:
        lines += [escape(doc.intent or doc.summary or ""), ""]
    lines += _list("Design principles", (escape(item, 160) for item in doc.design_principles))
    if doc.implementation_details:
        lines += [f"**Implementation** {escape(doc.implementation_details)}", ""]
    if doc.design_decisions:
        lines += [f"**Decisions** {escape(doc.design_decisions)}", ""]
    if len(lines) <= 2:  # noqa: PLR2004  # nothing but the title so far
        lines += ["*Nothing is documented here.*", ""]
    return "\n".join(lines).rstrip()


def reference_card(
    reference: Reference | Dependency, target: FileView | None, resolved: str | None
) -> str:
    """Show where a reference leads and what the target is for."""
    if resolved is None:
        return f"**dbp** · {code(reference.target)}\n\n✗ does not exist in this workspace"
    header = target.extraction.header if target and target.extraction else None
    intent = escape(header.intent) if header and header.intent else "*It has no intent.*"
    return f"**dbp** · {code(resolved)}\n\n{intent}"


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
