"""The signs and words that say in a plan how far something is. Pure and linear.

A *sign* is one character (`✅`); a *word* is one of a short list (`DONE`, `In progress`). Which of
them counts where is `dbp.extract.markdown_tasks`'s to decide.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BOXES = {
    " ": "open",
    "x": "done",
    "X": "done",
    "✓": "done",
    "✔": "done",
    "✅": "done",
    "~": "doing",
    "/": "doing",
    "-": "dropped",
}
"""What stands between the brackets of a box, and what it says."""

_SIGNS = {
    "done": "✅☑✔✓",
    "doing": "🔄⏳⌛🚧🏗",
    "open": "❌✗✘⬜☐🔲🔜",
    "dropped": "🚫⏭",
}
SIGNS = {sign: state for state, signs in _SIGNS.items() for sign in signs}
_DRAWN_BOXES = frozenset("☑☐⬜🔲")
"""Signs nobody decorates a list of features with."""

_WORDS = {
    "done": "done|completed?|finished|implemented",
    "doing": "in[ -]progress|wip|work in progress|doing|ongoing|started|in review|partial",
    "open": "to[ -]?do|open|pending|not started|not done|planned|blocked|incomplete|waiting",
    "dropped": "dropped|cancell?ed|won'?t (?:do|fix)|skipped|abandoned|deferred|postponed",
}
_PLAIN_WORDS = {
    "done": "done|completed|finished",
    "doing": "in[ -]progress|wip",
    "open": "todo|pending|not started",
    "dropped": "dropped|cancell?ed",
}
"""Those that say little else, for places that are not made for a status."""


def _named(words: dict[str, str]) -> str:
    return "|".join(f"(?P<{state}>{listed})" for state, listed in words.items())


_VALUE = re.compile(rf"(?:{_named(_WORDS)})(?=\s{{0,9}}(?:$|[^\w\s]|\d))", re.IGNORECASE)
_CAPITALS = re.compile(
    r"\*{0,2}[\[(]?\*{0,2}"
    r"(?:(?P<done>DONE|COMPLETED)|(?P<doing>WIP|IN PROGRESS)|(?P<open>TODO)|(?P<dropped>DROPPED))"
    r"(?P<after>\*{0,2}[\])]?\*{0,2}(?::|\s{1,3}[-–—]{1,2}\s)?\*{0,2})"
)
_EMPHATIC = frozenset({"TODO", "DONE", "WIP"})
"""What is a mark by bold letters alone; others may stress the first word of a sentence."""

_LAST = re.compile(
    rf"(?:[(\[]\s{{0,3}}|(?:\s[-–—]{{1,2}}|[:–—])\s{{1,3}}[*_]{{0,3}}|\s[*_]{{1,3}})"
    rf"(?:{_named(_PLAIN_WORDS)})[*_]{{0,3}}[)\]]?[*_.!]{{0,4}}$",
    re.IGNORECASE,
)
_CAPITAL_STARTS = frozenset({"TO", "DO", "WI", "IN", "CO", "DR"})
_LAST_LETTERS = frozenset("one ted hed ess wip odo ing ped led".split())  # noqa: SIM905 - nine words
"""How the words begin and end, because nearly no item of a list does."""

_PERCENT = re.compile(r"(\d{1,3})(?:\.\d{1,3})?\s?%")
_SOFT = " \t*_~()[]:=.!\ufe0f-–—"
_DECORATION = "".join(SIGNS) + _SOFT + "⚠⚪🟢🟡🔴🟠📋📝⏸🎯🚀🔵"
"""What stands before a word of a status, which says it better."""

_TAIL = 80
"""Characters in which what stands at the end of a text is looked for."""


_A_BOX = re.compile(r"\[[ xX~/\-✓✔✅]\]")
_CAPITAL_HINTS = ("TODO", "DONE", "WIP", "COMPLETED")
_WORD_HINTS = (
    *("done", "completed", "finished", "progress", "wip", "todo", "pending", "started"),
    *("dropped", "cancelled", "canceled"),
)
_MORE_HINTS = (
    *("complete", "implemented", "doing", "ongoing", "review", "partial", "to do", "to-do"),
    *("open", "planned", "blocked", "waiting", "won", "skipped", "abandoned", "deferred"),
    *("postponed", "incomplete", "%"),
)
_PLACES = ("status", "|state", "| state", "state:", "state*", "progress", "| done", "|done")
_ANSWERED = ("| done", "|done", "| complete", "|complete", "progress |", "progress|")


def may_mark(text: str) -> bool:
    """Tell quickly whether a document can have a box or a mark that counts."""
    if _A_BOX.search(text) or any(hint in text for hint in _CAPITAL_HINTS):
        return True
    if not text.isascii() and any(sign in text for sign in SIGNS):
        return True
    lowered = text.lower()
    if "|" in text and any(hint in lowered for hint in _ANSWERED):
        return True
    hints: tuple[str, ...] = _WORD_HINTS
    if any(place in lowered for place in _PLACES):
        hints += _MORE_HINTS
    return any(_stands_apart(lowered, hint) for hint in hints)


def _stands_apart(text: str, word: str) -> bool:
    """Tell whether a word stands where a mark can: behind a sign and before another."""
    at = text.find(word)
    while at >= 0:
        after = text[at + len(word) : at + len(word) + 12].lstrip(")]*_.! \t")[:1]
        if not after.isalpha() and after != ",":
            before = text[max(0, at - 16) : at].rstrip()
            for lead in _LEADS:
                before = before.removesuffix(lead).rstrip()
            last = before[-1:]
            if not last.isalnum() and last not in _JOINING:
                return True
        at = text.find(word, at + 1)
    return False


_LEADS = ("in", "work", "not")
"""Words before the last one of a status."""

_JOINING = frozenset(",.;'\"`)!?/")


class Marked(NamedTuple):
    """A text that bears a mark: its state, the text without it, and whether it says it alone.

    A mark that is not `sure` may be decoration or an answer to another question, and more so a sign
    `ahead` of the text.
    """

    state: str
    text: str
    sure: bool
    ahead: bool = False


def value(text: str) -> str | None:
    """Read the state out of a place made for it: a cell of a status column, a `Status:` line."""
    said = text[:_TAIL].strip(_SOFT)
    box = text.strip()[:3]
    if len(box) == 3 and box[0] == "[" and box[2] == "]":  # noqa: PLR2004 - a box
        return BOXES.get(box[1])
    if match := _VALUE.match(said.lstrip(_DECORATION)):
        return _said(match)
    for sign in (said[:1], said[-1:]):
        if sign in SIGNS:
            return SIGNS[sign]
    if match := _PERCENT.match(said):
        percent = int(match[1])
        return "open" if percent == 0 else "doing" if percent < 100 else "done"  # noqa: PLR2004
    return None


def marked(text: str) -> Marked | None:
    """Find the mark at the start or at the end of an item or a heading.

    What is nothing but a status (`✅ Done`) explains the mark and bears none; code is no mark.
    """
    found = _at_the_start(text) or _at_the_end(text)
    if found is None or not (said := found.text.strip(_SOFT)):
        return None
    word = _VALUE.match(said)
    explains = word is not None and (found.sure or not said[word.end() :].strip())
    return None if explains else found


def _at_the_start(text: str) -> Marked | None:
    bare = text.lstrip(" \t*_~([")
    if bare[:1] in SIGNS:
        sign, rest = bare[0], bare[1:].lstrip(_SOFT)
        state = SIGNS[sign]
        if (match := _VALUE.match(rest)) and rest[match.end() :].lstrip()[:1] in (":", "-", "—"):
            state, rest = _said(match), rest[match.end() :].lstrip(_SOFT)
        return Marked(state, rest, sign in _DRAWN_BOXES, ahead=True)
    if bare[:2] not in _CAPITAL_STARTS or (match := _CAPITALS.match(text)) is None:
        return None
    word, after = text[: match.start("after")].lstrip("*[("), match["after"].strip()
    if after.strip("*") or (after and word in _EMPHATIC):
        return Marked(_said(match), text[match.end() :].strip(), sure=True)
    return None


def _at_the_end(text: str) -> Marked | None:
    tail = text[-_TAIL:].rstrip()
    start = len(text) - len(text[-_TAIL:])
    last = max((tail.rfind(sign) for sign in SIGNS), default=-1) if not tail.isascii() else -1
    if last >= 0:
        after = tail[last + 1 :].strip(_SOFT)
        word = _VALUE.match(after)
        if after and word is None:
            return None
        state = _said(word) if word else SIGNS[tail[last]]
        said = text[: start + last].rstrip(" \t([-–—:")
        return Marked(state, said, tail[last] in _DRAWN_BOXES)
    if tail.rstrip(")]*_.!")[-3:].lower() not in _LAST_LETTERS:
        return None
    if match := _LAST.search(tail):
        return Marked(_said(match), text[: start + match.start()].rstrip(), sure=False)
    return None


def _said(match: re.Match[str]) -> str:
    return next(state for state in _WORDS if match[state] is not None)
