"""What holds of a model's words against the file: texts, quotes and paths. Pure.

A text that says nothing, or says our own words back, is no statement. A quote is one that stands
in the file; a path too, and it gets the range where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dbp.enrichment import clean
from dbp.enrichment.schema import MAX_TEXT, HistoryPart
from dbp.enrichment.slices import CUT
from dbp.lines import split_lines
from dbp.model import HistoryEntry, Range, Reference
from dbp.ports.model import Question

MAX_SUMMARY, MAX_DETAIL = 200, 200
MAX_HISTORY, MAX_DETAILS, MAX_REFERENCES = 20, 8, 20
MAX_TARGET = 256

_MAX_QUOTED = 300_000
"""Characters of a file in which quotes are looked for: history stands at its top."""

_NOTHING = re.compile(
    r"""(n/?a|none|null|nil|unknown|unclear|unsure|undefined|unspecified|todo|tbd|fixme|empty|nothing
      |string|text|\W*)
    |(no|not|none|nothing)\b\s*((specific|explicit|clear)(ly)?\ |(further|obvious)\ )*
      ((design\ |implementation\ )?(constraint|principle|intent|detail|decision|limit|purpose
      |reason|rationale|description|documentation|information|histor|reference)\w*\ )?
      ((is|are|was|were)\ )?
      ((specific|explicit)ly\ )?(specified|stated|given|mentioned|provided|applicable|available
      |found|documented|shown|present|identified|visible|known|to\ report)(\ .{0,40})?
    |(todo|fixme|tbd)\b\s*([:!(-].*|later)|(your|the)\ (intent|text|description)\ (goes\ )?here""",
    re.VERBOSE | re.IGNORECASE,
)
_JSON = re.compile(r"\s*[\[{].*[\]}:,]\s*$", re.DOTALL)
_MARK = re.compile(r"<<<([a-z]{5}(?:-[a-z]{5}){4})")
_WORDS = re.compile(r"\w+")
_MIN_ECHO = 5
"""Words in a row that are no coincidence."""

_PATH = re.compile(r"(?!-)[\w.@+~-]+(?:/[\w.@+~-]+)*/?")
_EXTENSION = re.compile(r"[^/.][^/]*\.[A-Za-z][A-Za-z0-9]{0,9}$")
_MARKERS = re.compile(r"^[ \t]*(?:<!--|/\*+!?|\*+/?|//+!?|#+|--+|;+|%+|\"\"\")[ \t]?", re.MULTILINE)
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?")
_MIN_QUOTE = 8


def words_of(text: str) -> str:
    """Join the words of a text, so that marks and case make no difference."""
    return f" {' '.join(_WORDS.findall(text.lower()))} "


class Echo(NamedTuple):
    """Our own words, by which a model that only repeats them is known: as `words_of` makes them."""

    words: str
    marks: tuple[str, ...] = ()


def echo_of(question: Question) -> Echo:
    """Gather the words of a question that are ours, and its marks."""
    # The first mark of each text is the true one: what may be forged stands behind it.
    found = (_MARK.search(text) for text in (question.guide, question.content))
    return Echo(
        words_of(question.system) + words_of(question.guide),
        tuple(match[1] for match in found if match),
    )


def statement(raw: str, limit: int, echo: Echo) -> str | None:
    """Make a clean paragraph of what was said; None when it says nothing."""
    if len(raw) > MAX_TEXT or _JSON.match(raw) or any(mark in raw for mark in echo.marks):
        return None
    text = clean.from_answer(raw, limit)
    if not text or _NOTHING.fullmatch(text.strip(" .-*_[]<>()\"'")):
        return None
    words = words_of(text)
    count = len(words.split())
    if not count:
        return None
    return None if count >= _MIN_ECHO and words in echo.words else text


def is_path(target: str) -> bool:
    """Tell whether a text looks like a path below a folder: no scheme, no root, no way out."""
    if len(target) > MAX_TARGET or not _PATH.fullmatch(target) or target.startswith("~"):
        return False
    parts = target.rstrip("/").split("/")
    if any(set(part) == {"."} for part in parts):
        return False
    return len(parts) > 1 or bool(_EXTENSION.match(target))


def locate(target: str, text: str) -> Range | None:
    """Find where a path stands in a text, by itself and not as a part of a longer one."""
    pattern = rf"(?<![\w/.~:@+-]){re.escape(target)}(?![\w/@+~-]|\.\w)"
    match = re.search(pattern, text)
    if match is None:
        return None
    before = split_lines(text[: match.start()])
    start = _utf16(before[-1])
    return Range(len(before) - 1, start, len(before) - 1, start + _utf16(match[0]))


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def reference(target: str, text: str) -> Reference | None:
    """Make a reference of a path that was named, if it looks like one and stands in the text."""
    if not is_path(target):
        return None
    where = locate(target, text)
    return Reference("mention", target, where) if where else None


def standing_references(references: Iterable[Reference], text: str) -> tuple[Reference, ...]:
    """Keep the references whose target still stands in a text, at its place."""
    found = (reference(item.target, text) for item in references)
    return tuple(item for item in found if item is not None)


class Quotes:
    """A text in which quotes are looked for, whatever its line breaks and comment marks."""

    def __init__(self, text: str) -> None:
        head = text[:_MAX_QUOTED]
        self._forms = (_joined(head), _joined(_MARKERS.sub("", head)))

    def stands(self, quote: str) -> bool:
        """Tell whether the quote is there, word by word."""
        wanted = _joined(quote)
        return bool(wanted) and any(wanted in form for form in self._forms)


def _joined(text: str) -> str:
    return " ".join(text.split())


def history_entry(part: HistoryPart, quotes: Quotes) -> HistoryEntry | None:
    """Keep an entry whose summary stands in the file; of the rest of it what stands there too."""
    summary = part.summary or ""
    if not _MIN_QUOTE <= len(summary) <= MAX_TEXT or not quotes.stands(summary):
        return None
    text = clean.from_answer(summary, MAX_SUMMARY)
    if not _stands_clean(text, quotes):
        return None
    stamp = (part.timestamp or "").strip()
    known = _STAMP.fullmatch(stamp) and quotes.stands(stamp)
    details = (clean.from_answer(item, MAX_DETAIL) for item in part.details[: 2 * MAX_DETAILS])
    standing = tuple(item for item in details if _stands_clean(item, quotes))
    return HistoryEntry(stamp if known else None, text, None, standing[:MAX_DETAILS])


def _stands_clean(text: str, quotes: Quotes) -> bool:
    return quotes.stands(text.rstrip(CUT))


def standing_history(entries: Iterable[HistoryEntry], text: str) -> tuple[HistoryEntry, ...]:
    """Keep the entries whose summary still stands in a text."""
    kept = tuple(entries)
    if not kept:
        return ()
    quotes = Quotes(text)
    return tuple(entry for entry in kept if _stands_clean(entry.summary, quotes))
