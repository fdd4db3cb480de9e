"""What is missing in a file and worth its price.

Asking costs money, so nothing is wanted that a reader sees at a glance: of a symbol of one or two
lines, of a test (its name says what it shows), of a file without a line of code. What a person
wrote is never asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbp.enrichment.outline import INTENT_ONLY
from dbp.enrichment.slices import code_lines
from dbp.model import Extraction, Symbol

FUNCTIONS = frozenset({"function", "method"})

_SILENT = frozenset({"gettext", "ignore", "bibtex"})
"""Made by tools, or plain from their name: nothing is asked about them."""

_TINY_FILE, _SMALL_FILE, _TINY_TEXT = 1, 12, 20
"""Lines of code below which a file speaks for itself, and below which only its intent is asked;
characters of a document or of data below which it does."""

_TRIVIAL, _WORTH, _WORTH_DOCUMENTED = 2, 8, 24
"""Lines of a body: up to the first nothing is wanted, from the second on more than an intent, from
the third on although a person wrote what it is for."""

_TEST = re.compile(r"(test|Test)(_|[A-Z0-9])")


def file_size(lines: Sequence[str], text: str, language: str) -> int:
    """Count the lines that say something; 0 where there is nothing to ask about."""
    if language in _SILENT:
        return 0
    if language not in INTENT_ONLY:
        size = code_lines(lines, language)
        return size if size >= _TINY_FILE else 0
    size = sum(1 for line in lines if line.strip())
    return size if len(text) >= _TINY_TEXT else 0


def header_wants(extraction: Extraction, size: int) -> frozenset[str]:
    """Name the fields a file's header lacks; `size` is what `file_size` counted."""
    header = extraction.header
    wants = set() if header and header.intent else {"intent"}
    if extraction.language not in INTENT_ONLY and size >= _SMALL_FILE:
        if not (header and header.design_principles):
            wants.add("design_principles")
        if not (header and header.constraints):
            wants.add("constraints")
    return frozenset(wants)


def header_lacks(extraction: Extraction) -> frozenset[str]:
    """Name every field of a header that is empty, asked about or not."""
    header = extraction.header
    held = {
        "intent": header and header.intent,
        "design_principles": header and header.design_principles,
        "constraints": header and header.constraints,
    }
    return frozenset(name for name, value in held.items() if not value)


def symbol_lacks(symbol: Symbol) -> frozenset[str]:
    """Name every field of a symbol that is empty, asked about or not."""
    doc = symbol.doc
    held = {
        "intent": doc.intent or doc.summary,
        "design_principles": doc.design_principles,
        "implementation_details": doc.implementation_details,
        "design_decisions": doc.design_decisions,
    }
    return frozenset(name for name, value in held.items() if not value)


def symbol_wants(symbol: Symbol, size: int) -> frozenset[str]:
    """Name the fields a symbol lacks; `size` counts the lines of code in its body."""
    doc, name = symbol.doc, symbol.name
    is_function = symbol.kind in FUNCTIONS
    plain = is_function and (name.startswith("__") and name.endswith("__"))
    if size <= _TRIVIAL or (plain and size < _WORTH) or (is_function and _TEST.match(name)):
        return frozenset()
    documented = bool(doc.intent or doc.summary)
    wants = set() if documented else {"intent"}
    if size >= (_WORTH_DOCUMENTED if documented else _WORTH):
        if not doc.design_principles:
            wants.add("design_principles")
        if not doc.design_decisions:
            wants.add("design_decisions")
        if not doc.implementation_details and is_function:
            wants.add("implementation_details")
    return frozenset(wants)
