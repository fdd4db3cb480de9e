"""What a document says of itself: title and first paragraph of reStructuredText, AsciiDoc and HTML.

Markdown has a module of its own. Line scanners over a document's top, linear in their input.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dbp.extract.frontmatter import FrontMatter, read_front_matter
from dbp.extract.prose import MAX_INTENT, is_beside, one_line
from dbp.extract.text import utf16_length
from dbp.model import Header, Range

MAX_SCANNED = 400
"""Lines in which a document has to come to its point."""

FORMAT = "document"


class _Said(NamedTuple):
    """Title and first paragraph, and the first and last line of both; -1 for none."""

    title: str | None
    text: str | None
    first: int
    last: int


def read_document(
    language: str, lines: Sequence[str], comment: Header | None = None
) -> Header | None:
    """Read the top of a document in one of the languages of this module.

    `comment` is the header found in its comments: sections stay, and a plain comment says more than
    a title alone.
    """
    if comment is not None and comment.format == "genai":
        return comment
    front = read_front_matter(lines) or FrontMatter(None, None, 0)
    said = _READERS[language](lines[front.lines : front.lines + MAX_SCANNED])
    title = said.title or front.title
    intent = front.intent or said.text or title
    if not intent or (comment is not None and intent == title):
        return comment
    from_front = bool(front.intent) or said.first < 0
    first = 0 if from_front else said.first + front.lines
    last = front.lines - 1 if from_front else said.last + front.lines
    return Header(
        Range(first, 0, last, utf16_length(lines[last])),
        FORMAT,
        one_line(intent, MAX_INTENT),
        title=one_line(title, 300) if title else None,
    )


# ── reStructuredText ───────────────────────────────────────────────────────────────────────────

_ADORNED = re.compile(r"([!-/:-@\[-`{-~])\1{1,}\s*$")
_ROLE = re.compile(r":[\w:.+-]{1,40}:`([^`<>]{1,200})(?:\s<[^`<>]{0,300}>)?`")
_RST_MARKS = re.compile(r"\*\*|\*|``|`_{0,2}|\|")
_RST_LINK = re.compile(r"`([^`<>]{1,200})\s<[^`<>]{0,500}>`_{1,2}")
_RST_NO_TEXT = re.compile(r"[-*+•]\s|\d{1,3}[.)]\s|\|\s|[:=+]\S*|\.\.|>>>|#\.")


def _rst(lines: Sequence[str]) -> _Said:
    title, first, number = None, -1, 0
    while number < len(lines):
        raw = lines[number]
        text = raw.strip()
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not text:
            number += 1
        elif text.startswith((".. ", "..\n")) or text == "..":
            number = _past_indented(lines, number)
        elif title is None and _ADORNED.match(text) and following.strip():
            number += 1  # an overline
        elif _ADORNED.match(following) and len(following.strip()) >= min(len(text), 4):
            if title is not None:
                break
            title, first = _rst_words(text), number
            number += 2
        elif _RST_NO_TEXT.match(text) or raw[0] in " \t" or _ADORNED.match(text):
            number += 1
        else:
            said = _paragraph(lines, number, title, first, _rst_words)
            if not _leads_in(said.text):
                return said
            number = said.last + 1
    return _Said(title, None, first, first)


def _past_indented(lines: Sequence[str], number: int) -> int:
    number += 1
    while number < len(lines) and (not lines[number].strip() or lines[number][0] in " \t"):
        number += 1
    return number


def _rst_words(text: str) -> str:
    text = _ROLE.sub(lambda match: match[1], text[: 2 * MAX_INTENT])
    text = _RST_LINK.sub(lambda match: match[1], text)
    return _RST_MARKS.sub("", text).removesuffix("::").strip()


# ── AsciiDoc ───────────────────────────────────────────────────────────────────────────────────

_ADOC_TITLE = re.compile(r"[=#]{1,6}\s+(\S.{0,500})")
_ADOC_ATTRIBUTE = re.compile(r":!?([\w-]{1,60})!?:\s{0,9}(.{0,2000})")
_ADOC_NO_TEXT = re.compile(
    r"//|\[|\w{1,20}::|[-*.]+\s|\d+\.\s|\||----|====|\*{4}|_{4}|\.\S|ifdef|endif"
)
_ADOC_LINK = re.compile(
    r"(?:https?://\S{1,500}?|link:\S{1,500}?|xref:\S{1,500}?)\[([^\[\]]{0,200})\]"
)
_ADOC_MARKS = re.compile(r"[*_`#]{1,2}(?=\S)|(?<=\S)[*_`#]{1,2}|<<[^<>,]{1,200},|>>|<<")


def _adoc(lines: Sequence[str]) -> _Said:
    title, first, inside = None, -1, False
    described: str | None = None
    fence = ""
    for number, raw in enumerate(lines):
        text = raw.strip()
        if fence or text[:4] in ("////", "----", "...."):
            fence = "" if text == fence else fence or text
            continue
        if attribute := _ADOC_ATTRIBUTE.match(text):
            if attribute[1].lower() in ("description", "summary"):
                described = attribute[2].strip()
            continue
        if heading := _ADOC_TITLE.match(text):
            if title is not None:
                break
            title, first, inside = _adoc_words(heading[1]), number, text.startswith("= ")
            continue
        if inside and text:  # author and revision stand right below the title
            continue
        inside = False
        if not text or _ADOC_NO_TEXT.match(text):
            continue
        said = _paragraph(lines, number, title, first, _adoc_words)
        if not _leads_in(said.text):
            return said._replace(text=described or said.text)
    return _Said(title, described, first, first)


def _adoc_words(text: str) -> str:
    text = _ADOC_LINK.sub(lambda match: match[1], text[: 2 * MAX_INTENT])
    return _ADOC_MARKS.sub("", text).strip()


# ── HTML ───────────────────────────────────────────────────────────────────────────────────────

_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<>]{1,500})</title", re.IGNORECASE)
_META = re.compile(r"<meta\s([^<>]{1,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(name|content)\s{0,4}=\s{0,4}(?:"([^"]{0,2500})"|'([^']{0,2500})')""", re.IGNORECASE
)


def _html(lines: Sequence[str]) -> _Said:
    head = "\n".join(line[:4000] for line in lines)
    place = -1
    title = described = None
    if (match := _TITLE.search(head)) and "{" not in match[1]:
        title, place = _html_words(match[1]), head.count("\n", 0, match.start())
    for match in _META.finditer(head):
        fields = {
            item[1].lower(): item[2] or item[3] or "" for item in _ATTRIBUTE.finditer(match[1])
        }
        if fields.get("name", "").lower() == "description" and "{" not in fields.get(
            "content", "{"
        ):
            described = _html_words(fields["content"])
            place = head.count("\n", 0, match.start())
            break
    return _Said(title or None, described or None, place, place)


def _html_words(text: str) -> str:
    return one_line(html.unescape(text), MAX_INTENT)


def _paragraph(
    lines: Sequence[str],
    number: int,
    title: str | None,
    first: int,
    words: Callable[[str], str],
) -> _Said:
    """Gather the lines of the paragraph that begins here."""
    last = number
    while last + 1 < len(lines) and lines[last + 1].strip() and last - number < 100:  # noqa: PLR2004 - no paragraph is longer
        last += 1
    text = words(" ".join(line.strip() for line in lines[number : last + 1]))
    return _Said(title, text or None, first if first >= 0 else number, last)


def _leads_in(text: str | None) -> bool:
    """Tell whether a paragraph gives credit or announces what follows: `Supported devices:`."""
    return text is None or is_beside(text) or (text.endswith(":") and len(text.split()) <= 5)  # noqa: PLR2004 - a label


_READERS: dict[str, Callable[[Sequence[str]], _Said]] = {
    "restructuredtext": _rst,
    "asciidoc": _adoc,
    "html": _html,
}
DOCUMENTS = frozenset(_READERS)
"""The languages this module reads."""
