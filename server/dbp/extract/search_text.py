"""What a search finds a content by: words of its symbols and header, made where it is parsed.

Both are short and bounded, because they are kept beside every content. What a name or a path says
by itself is not in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbp.languages import PROSE
from dbp.model import Extraction, Header, Symbol
from dbp.words import hidden

MAX_WORDS = 300
"""Characters kept of what is written about a symbol."""

MAX_SECTIONS = 4096
"""Characters kept of what a file says about itself."""

MAX_VALUE = 600
"""Characters of one of them: a long list of constraints leaves room for what follows."""

_READ_BYTES = 65_536
"""As far as a document's own text is read: four thousand characters of it are kept."""

_HEADINGS = {
    "restructuredtext": re.compile(
        r"^(\S[^\n]{0,200})\n([=\-~^\"'*+#.:`_])\2{2,}[ \t]*$", re.MULTILINE
    ),
    "text": re.compile(r"^(\S[^\n]{0,200})\n([=\-~^\"'*+#])\2{2,}[ \t]*$", re.MULTILINE),
    "asciidoc": re.compile(r"^={1,5} (\S[^\n]{0,200})()$", re.MULTILINE),
    "tex": re.compile(r"\\(?:sub){0,2}section\*?\{([^{}\n]{1,200})()\}"),
}


def words_of(symbol: Symbol) -> str:
    """Give the words to find a symbol by: those hidden in its name, a line end, what is written."""
    doc = symbol.doc
    said = doc.intent or doc.summary
    inside = hidden(symbol.name)
    if said is None:
        return inside
    return f"{inside}\n{_line(said, MAX_WORDS)}"


def sections_of(extraction: Extraction, data: bytes = b"") -> str:
    """Give what a file says about itself beyond its intent, a line each, bounded.

    The first character of a line tells what it is: `#` title, `*` principle, `!` constraint, `>`
    dependency, `~` change, `=` text of a document. `data` is read where the language is prose.
    """
    header = extraction.header
    lines: list[str] = [] if header is None else list(_of_header(header))
    if extraction.language in PROSE and data:
        lines += _of_document(extraction, data)
    return "\n".join(lines)[:MAX_SECTIONS]


def _of_header(header: Header) -> Iterator[str]:
    if header.title and header.title != header.intent:
        yield "#" + _line(header.title)
    for principle in header.design_principles:
        yield "*" + _line(principle)
    for constraint in header.constraints:
        yield "!" + _line(constraint)
    for dependency in header.dependencies:
        yield ">" + _line(dependency.target)
    for document in header.reference_documentation:
        yield ">" + _line(document)
    for entry in header.change_history[:20]:
        yield "~" + _line(entry.summary)


def _of_document(extraction: Extraction, data: bytes) -> Iterator[str]:
    encoding = extraction.encoding if extraction.encoding.startswith("utf-16") else "utf-8"
    text = data[:_READ_BYTES].decode(encoding, "replace")
    pattern = _HEADINGS.get(extraction.language)
    if pattern is not None:
        for title, _ in pattern.findall(text)[:50]:
            yield "#" + _line(title)
    yield "=" + _line(text, MAX_SECTIONS)


def _line(text: str, most: int = MAX_VALUE) -> str:
    """Put a text into one line."""
    return " ".join(text[: 2 * most].split())[:most]
