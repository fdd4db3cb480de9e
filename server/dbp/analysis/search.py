"""Ranking what a search found, and saying why: pure functions of a query and some texts.

The index finds candidates by words; here each is looked at as a person would: is it the very name,
is the word in its name or only in a text, is all that was asked for there? The weights are those of
`Field`s; a whole name comes before a word of a name, and that before anything in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from dbp.analysis.search_query import Query, Term
from dbp.languages import PROSE
from dbp.ports.search import Hit, Why
from dbp.words import chunks, parts, split

A_FILE = 3
"""Results of one file besides itself: the next ones say more about the workspace."""

_NAME, _STEM_OF_FILE, _TITLE, _INTENT, _DOC = 10.0, 9.0, 7.0, 6.0, 4.5
_FOLDER, _AROUND, _SECTIONS, _TEXT, _FILE = 4.0, 3.0, 2.5, 1.5, 1.5
_WHOLE_NAME = 14.0
_NEAR, _SURE = 8.0, 0.6  # all words in the last two parts of a path
_ELSEWHERE = 0.15  # what a second field adds to the best one
_ASIDE = 0.75  # tests, samples, release notes and other people's code
_A_FOLDER = 0.04  # what lies deeper is more special
_LABELS = {
    "#": "title",
    "*": "principles",
    "!": "constraints",
    ">": "dependencies",
    "~": "history",
    "=": "text",
}
_ASIDE_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|spec|specs|testdata|fixtures|samples?|examples?|vendor|vendored|_vendor"
    r"|third_party|node_modules|dist|locale|releases?)/"
    r"|(?:^|/)(?:changes|changelog|news|history)[^/]*$|(?:^|/)(?:test_|conftest)[^/]*$"
    r"|/migrations/[0-9][^/]*$"
    r"|[._-](?:test|tests|spec)\.[a-z0-9]+$|\.min\.",
    re.IGNORECASE,
)
_STANDS_FOR_FOLDER = frozenset({"__init__", "index", "mod", "main", "readme", "package-info"})
_TYPES = frozenset({"class", "struct", "interface", "module", "trait", "enum"})
_SNIPPET = 160
_BEFORE = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row the index found. `words` are a symbol's, `sections` a file's; `rank` is SQLite's bm25.

    One without `name` is a file.
    """

    path: str
    language: str
    intent: str | None
    rank: float
    name: str | None = None
    qualified_name: str = ""
    symbol_kind: str = ""
    line: int = 0
    words: str = ""
    sections: str = ""


class _Matcher:
    """One term, ready to be looked for in names and in texts."""

    def __init__(self, term: Term, share: float) -> None:
        self.term = term
        self.share = share
        self._typed = term.text.lower()
        self._open, self._stem = term.open, term.stem
        # Runs of letters and the words in them may be the same ones.
        self._wanted = tuple({term.inner: None, term.words: None})
        # What a word must begin with to be worth a closer look.
        self._begins = term.stem or term.words[0]
        forms = [_SPACED.join(map(re.escape, term.words))]
        if term.inner != term.words:
            forms.append(_SPACED.join(map(re.escape, term.inner)))
        if term.stem:
            forms.append(re.escape(term.stem))
        tail = r"(?![^\W_])" if term.phrase or not term.open else r"[^\W_]{0,60}"
        self._text = re.compile(rf"(?<![^\W_])(?:{'|'.join(forms)}){tail}", re.IGNORECASE)

    def in_name(self, words: Sequence[str]) -> float:
        """Say how well words of a name match, from 0 to 1."""
        best = 0.0
        for wanted in self._wanted:
            if len(wanted) > 1:
                best = max(best, self._in_order(words, wanted))
                continue
            for word in words:
                if word == wanted[0]:
                    return 1.0
                if word.startswith(self._begins):
                    best = max(best, self._alike(word, wanted[0]))
        return best

    def _in_order(self, words: Sequence[str], wanted: Sequence[str]) -> float:
        best, many = 0.0, len(wanted)
        for start in range(len(words) - many + 1):
            if all(words[start + n] == wanted[n] for n in range(many - 1)):
                best = max(best, self._alike(words[start + many - 1], wanted[-1]))
        return best

    def _alike(self, word: str, wanted: str) -> float:
        if word == wanted:
            return 1.0
        if self._open and word.startswith(wanted):
            return 0.5 + 0.4 * len(wanted) / len(word)
        root = self._stem
        if root and word.startswith(root):
            return 0.45 + 0.4 * len(root) / max(len(word), len(wanted))
        return 0.0

    def in_text(self, text: str) -> tuple[float, int]:
        """Say how well a text matches, from 0 to 1, and where; -1 for nowhere."""
        first, best = -1, 0.0
        for count, found in enumerate(self._text.finditer(text)):
            exact = found[0].lower() == self._typed
            quality = 1.0 if exact else 0.8
            if quality > best:
                first, best = found.start(), quality
            if exact or count > 5:  # noqa: PLR2004 - one of the first ones is as good as any
                break
        return best, first


_SPACED = r"[\W_]{0,3}"


@dataclass(frozen=True, slots=True)
class _Field:
    """Something of a candidate that may match: the words of a name, or a text."""

    label: str
    weight: float
    words: tuple[str, ...] = ()
    text: str = ""


def rank(
    query: Query,
    candidates: Iterable[Candidate],
    limit: int,
    rarity: Mapping[Term, float] | None = None,
) -> list[Hit]:
    """Put candidates into order, best first, at most a few of each file; those without any go.

    `rarity` says what a word is worth beside the others: a rare one tells more.
    """
    weights = [(rarity or {}).get(term, 1.0) for term in query.needed]
    matchers = [
        _Matcher(term, weight / sum(weights))
        for term, weight in zip(query.needed, weights, strict=True)
    ]
    found = list(candidates)
    best = {bool(each.name): min(each.rank, -1e-9) for each in sorted(found, key=_by_rank)[::-1]}
    aside_is_wanted = any(_ASIDE_PATH.search(f"{t.text}/") for t in query.needed)
    hits = []
    for each in found:
        hit = _judge(each, matchers)
        if hit is None:
            continue
        score = hit.score + 2.0 * max(0.0, each.rank / best[bool(each.name)])
        score *= 1.0 - _A_FOLDER * min(each.path.count("/"), 10)
        if _ASIDE_PATH.search(each.path) and not aside_is_wanted:
            score *= _ASIDE
        hits.append(replace(hit, score=score))
    return list(_a_few_of_each(_files_first(hits), limit))


def _by_rank(candidate: Candidate) -> float:
    return candidate.rank


def _judge(candidate: Candidate, matchers: Sequence[_Matcher]) -> Hit | None:
    """Score one candidate by its fields; None when nothing of the query is in it."""
    fields = list(_fields(candidate))
    own = fields[: -1 if candidate.name else None]
    total, matched, why = 0.0, 0.0, dict[str, dict[str, None]]()
    where: tuple[str, int] | None = None
    at_home = False
    for matcher in matchers:
        values = []
        for field in fields:
            if field.words:
                quality, at = matcher.in_name(field.words), -1
            else:
                quality, at = matcher.in_text(field.text)
            if quality <= 0.0:
                continue
            values.append(quality * field.weight)
            why.setdefault(field.label, {})[matcher.term.text] = None
            at_home = at_home or field in own
            if at >= 0 and where is None:
                where = (field.text, at)
        if values:
            matched += matcher.share
            top = max(values)
            total += matcher.share * (top + _ELSEWHERE * (sum(values) - top))
    if not at_home or not matched:
        return None
    score = total * matched + _whole(candidate, matchers)
    return Hit(
        path=candidate.path,
        kind=_kind(candidate),
        language=candidate.language,
        score=score * _of_kind(candidate),
        intent=candidate.intent,
        name=candidate.name,
        qualified_name=candidate.qualified_name or None,
        symbol_kind=candidate.symbol_kind or None,
        line=candidate.line,
        why=tuple(Why(label, tuple(words)) for label, words in why.items()),
        snippet=snippet(*where) if where else "",
    )


def _of_kind(candidate: Candidate) -> float:
    if candidate.name is not None and candidate.name.startswith("_"):
        return 0.9
    return 1.1 if candidate.symbol_kind in _TYPES else 1.0


def _fields(one: Candidate) -> Iterator[_Field]:
    """List what of a candidate is looked at; a symbol's file comes last."""
    folder, _, base = one.path.rpartition("/")
    stem_of_file = base.partition(".")[0] or base
    if stem_of_file.lower() in _STANDS_FOR_FOLDER and folder:
        stem_of_file = base = folder.rpartition("/")[2]
    if one.name is None:
        yield _Field("path", _weighed(_STEM_OF_FILE, stem_of_file), _words(base))
        yield _Field("path", _FOLDER, _words(folder))
        yield _Field("intent", _INTENT, text=one.intent or "")
        for line in one.sections.split("\n"):
            label = _LABELS.get(line[:1])
            if label:
                weight = {"title": _TITLE, "text": _TEXT}.get(label, _SECTIONS)
                yield _Field(label, weight, text=line[1:])
        return
    _, _, doc = one.words.partition("\n")
    yield _Field("name", _weighed(_NAME, one.name), _words(one.name))
    yield _Field("doc", _DOC, text=doc)
    around = one.qualified_name.removesuffix(one.name)
    yield _Field("name", _AROUND, _words(around))
    yield _Field("path", _FILE, _words(one.path))


def _weighed(weight: float, name: str) -> float:
    """Give a name of few words more weight than a long one."""
    return weight * (0.55 + 0.45 / max(1, len(_inner(name))))


@lru_cache(maxsize=4096)
def _inner(name: str) -> tuple[str, ...]:
    return tuple(split(name))


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """Give the words of a name, whole runs of it included."""
    found: list[str] = []
    for chunk in chunks(name):
        inner = parts(chunk)
        found += inner
        if len(inner) > 1:
            found.append(chunk.lower())
    return tuple(found)


def _whole(candidate: Candidate, matchers: Sequence[_Matcher]) -> float:
    """Give what it is worth that the query is the very name, or the end of the path."""
    typed = "".join(matcher.term.text for matcher in matchers)
    wanted = "".join(matcher.term.joined for matcher in matchers)
    name = candidate.name
    if name is None:
        folder, _, base = candidate.path.rpartition("/")
        stem_of_file = base.partition(".")[0]
        if stem_of_file.lower() in _STANDS_FOR_FOLDER:
            stem_of_file = folder.rpartition("/")[2]
        if wanted in {_joined(base), _joined(stem_of_file), _joined(candidate.path)}:
            return _WHOLE_NAME * 0.8
        near = _words(f"{folder.rpartition('/')[2]}/{stem_of_file}")
        return _NEAR if len(matchers) > 1 and all(m.in_name(near) > _SURE for m in matchers) else 0
    if typed in (name, candidate.qualified_name):
        return _WHOLE_NAME
    if wanted in {_joined(name), _joined(candidate.qualified_name)}:
        return _WHOLE_NAME * 0.85
    return _WHOLE_NAME * 0.5 if _joined(candidate.qualified_name).endswith(wanted) else 0.0


@lru_cache(maxsize=4096)
def _joined(name: str) -> str:
    return "".join(chunks(name)).lower()


def _kind(candidate: Candidate) -> str:
    if candidate.language in PROSE:
        return "document"
    return "symbol" if candidate.name else "file"


def _files_first(hits: Sequence[Hit]) -> list[Hit]:
    """Let a file that is found by path or intent stand above its symbols that say no more.

    Those that have a whole name of the query, or words of it that the file has not, stay above.
    """
    symbols: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.name and hit.score < _WHOLE_NAME:
            symbols.setdefault(hit.path, []).append(hit)
    ordered = []
    for hit in hits:
        if hit.name is None and hit.path in symbols and _at_the_front(hit):
            had = _words_of(hit)
            below = [each.score for each in symbols[hit.path] if _words_of(each) <= had]
            hit = replace(hit, score=max([hit.score, *(each + 0.01 for each in below)]))  # noqa: PLW2901
        ordered.append(hit)
    return sorted(ordered, key=lambda h: (-h.score, h.path.count("/"), h.path, h.line))


def _words_of(hit: Hit) -> set[str]:
    return {word for each in hit.why for word in each.words}


def _at_the_front(hit: Hit) -> bool:
    return any(each.field in {"path", "intent", "title"} for each in hit.why)


def _a_few_of_each(hits: Iterable[Hit], limit: int) -> Iterator[Hit]:
    counts: dict[str, int] = {}
    given = 0
    for hit in hits:
        if given >= limit:
            return
        if hit.name is not None:
            counts[hit.path] = counts.get(hit.path, 0) + 1
            if counts[hit.path] > A_FILE:
                continue
        given += 1
        yield hit


def snippet(text: str, at: int) -> str:
    """Cut one line out of a text around a place, at words."""
    start = 0 if at <= _BEFORE else at - _BEFORE
    if start:
        blank = text.find(" ", start, at)
        start = blank + 1 if blank >= 0 else start
    end = min(len(text), start + _SNIPPET)
    if end < len(text):
        blank = text.rfind(" ", at, end)
        end = blank if blank > at else end
    inside = " ".join(text[start:end].split())
    return f"{'… ' if start else ''}{inside}{' …' if end < len(text) else ''}"
