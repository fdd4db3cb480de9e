"""Reading what a person typed into a search box: any text is a query, and none raises.

Words are needed or, with `-` before them, unwanted; "quoted words" stand together. A word is found
as it is written, split as a name is split (`getResponse` is also get, response; `Class.method` is
Class and method), as the beginning of a longer one, and in its other English forms (sessions,
session). Everything is linear in the query, which is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from dbp.words import chunks, split

MAX_QUERY = 500
MAX_TERMS = 16

_TERM = re.compile(r'(-?)"([^"]*)"?|(\S+)')
# A name within a class or a module: its parts stand in two places of the index.
_WITHIN = re.compile(r"[A-Z]\w*(?:\.[^\W\d]\w*)+(?:\(\))?|[^\W\d]\w*(?:::[^\W\d]\w*)+(?:\(\))?")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

# Words of questions: they say nothing of what is asked for, as long as other words do.
_EMPTY = frozenset(
    (  # noqa: SIM905 - a list of words reads best without quotes
        "a an and are as at be by do does for from how i in is it of on or that the their there"
        " this to was what when where which who why with"
    ).split()
)
_SHORTEST_PREFIX = 3
_SHORTEST_STEM = 4
_ENDINGS = ("ations", "ation", "ions", "ion", "ings", "ing", "ies", "ed", "es", "s", "y", "e")
# Doubled for the ending's sake: mapp(ing), not for the word's: pass(ing).
_UNDOUBLED = frozenset("bdgmnprt")


@dataclass(frozen=True)
class Term:
    """One thing that is looked for; `text` as it was typed, `phrase` when it was quoted."""

    text: str
    phrase: bool = False

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its runs of letters and digits, in lower case."""
        return tuple(chunk.lower() for chunk in chunks(self.text))

    @cached_property
    def inner(self) -> tuple[str, ...]:
        """Its words when it is split as a name."""
        return tuple(split(self.text))

    @cached_property
    def joined(self) -> str:
        """All of it in one word: how one name is compared with another."""
        return "".join(self.words)

    @cached_property
    def stem(self) -> str:
        """What its other forms begin with; empty for phrases and names of several words."""
        return "" if self.phrase or len(self.inner) != 1 else stem(self.inner[0])

    @property
    def open(self) -> bool:
        """Whether a longer word may follow in its place."""
        return not self.phrase and len(self.inner[-1]) >= _SHORTEST_PREFIX


@dataclass(frozen=True)
class Query:
    """What is looked for; without `needed` nothing is found."""

    text: str
    needed: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


def parse_query(text: str) -> Query:
    """Read a query."""
    text = _NO_TEXT.sub(" ", text[:MAX_QUERY])
    needed: dict[tuple[str, ...], Term] = {}
    unwanted: dict[tuple[str, ...], Term] = {}
    for minus, quoted, word in _TERM.findall(text):
        if word.startswith("-") and len(word) > 1:
            minus, word = "-", word[1:]  # noqa: PLW2901 - the sign is no part of it
        for term in _terms(quoted, word, whole=bool(minus)):
            if term.words and len(needed) + len(unwanted) < MAX_TERMS:
                (unwanted if minus else needed).setdefault(term.words, term)
    told = [term for words, term in needed.items() if term.phrase or set(words) - _EMPTY]
    return Query(text, tuple(told or needed.values()), tuple(unwanted.values()))


def _terms(quoted: str, word: str, *, whole: bool) -> list[Term]:
    """Give what a word stands for: `Class.method` is looked for as class and method."""
    if quoted:
        return [Term(quoted, phrase=True)]
    if not whole and _WITHIN.fullmatch(word):
        return [Term(part) for part in re.split(r"\W+", word) if part]
    return [Term(word)]


def stem(word: str) -> str:
    """Cut an English ending off; what is left begins the word's other forms. Empty when nothing is.

    Short on purpose: what begins alike and is another word is ranked lower, not left out.
    """
    if not word.isascii() or not word.isalpha():
        return ""
    for ending in _ENDINGS:
        left = word.removesuffix(ending)
        if left == word or len(left) < _SHORTEST_STEM - (ending in {"s", "ing", "ings", "ies"}):
            continue
        if ending in {"ion", "ions"} and left[-1] != "t":
            continue  # connection, but not session
        if ending == "s" and left[-1] in "siu":
            return ""
        if ending in {"ing", "ings", "ed"} and left[-1] == left[-2] and left[-1] in _UNDOUBLED:
            left = left[:-1]
        return left
    return ""
