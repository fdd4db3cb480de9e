"""Searching the index: from a query to candidates, which `dbp.analysis.search` puts into order.

All needed words first, any of them when that finds little; whole names always. What a person typed
reaches FTS5 in quotes only. A row of the index counts when the record still has what it speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import Any

from sqlalchemy import Connection

from dbp.analysis.search import Candidate, rank
from dbp.analysis.search_query import Query, Term, parse_query
from dbp.languages import PROSE
from dbp.ports import Hit
from dbp.ports.search import KINDS, MAX_HITS
from dbp.store.columns import clean, key_bytes, key_from_sql, key_to_sql
from dbp.store.search_sync import SearchSync, reading_index

_SYMBOLS, _FILES, _NAMED = 150, 60, 60
"""Candidates that are looked at; more would cost more than a better order is worth."""

_OF_A_FILE = 6
"""Of those, symbols of one file: twice what is shown, so that the order within it can be mended."""

_ENOUGH = 100
"""Candidates with all words that make it needless to look for those with only some."""

_MATCHES = 5_000
"""Matches that are ranked: a word more symbols have tells nothing, and whole names are found apart.
"""

_COUNTED = 2000
"""Files counted for a word: what more of them have is common."""

_PROSE = ", ".join(f"'{name}'" for name in sorted(PROSE))
# The weights of the columns, in their order (see `dbp.store.search_tables`).
_SYMBOL_WEIGHTS, _FILE_WEIGHTS = "10.0, 4.0", "5.0, 5.0, 6.0, 2.0"

# CROSS JOIN is SQLite's word for this order: it cannot know how few rows the words leave.
_SYMBOL_ROWS = """
    SELECT f.path, f.language, f.intent, s.name, s.qualified_name, s.kind, s.line, s.words, m.rank
    FROM ({inner}) m CROSS JOIN symbol s ON s.id = m.symbol
    CROSS JOIN filemetadata f ON f.id = m.file
"""
_MATCHING_SYMBOLS = f"""
    SELECT symbol, file, rank FROM (
        SELECT s.id AS symbol, f.id AS file, i.rank AS rank,
            row_number() OVER (PARTITION BY f.id ORDER BY i.rank) AS place
        FROM (
            SELECT rowid, rank FROM symbolsearch
            WHERE symbolsearch MATCH :words AND rank MATCH 'bm25({_SYMBOL_WEIGHTS})' {{cut}}
        ) i CROSS JOIN symbol s ON s.id = i.rowid
        CROSS JOIN filemetadata f INDEXED BY ix_filemetadata_content_id
            ON f.content_id = s.content_id
        WHERE {{wanted}}
    ) WHERE place <= {_OF_A_FILE} ORDER BY rank LIMIT :most
"""  # noqa: S608 - numbers of ours; words are bound
_SYMBOLS_NAMED = f"""
    SELECT s.id AS symbol, f.id AS file, 0.0 AS rank
    FROM json_each(:names) n CROSS JOIN symbol s INDEXED BY ix_symbol_name ON s.name = n.value
    CROSS JOIN filemetadata f INDEXED BY ix_filemetadata_content_id ON f.content_id = s.content_id
    WHERE {{wanted}} LIMIT {_NAMED}
"""  # noqa: S608 - numbers of ours; words are bound
_FILE_ROWS = """
    SELECT f.path, f.language, f.intent, m.rank, c.sections
    FROM ({inner}) m CROSS JOIN filemetadata f ON f.id = m.file
    LEFT JOIN contentsearch c ON c.content_id = f.content_id
"""
_MATCHING_FILES = f"""
    SELECT f.id AS file, i.rank AS rank FROM (
        SELECT rowid, rank FROM filesearch
        WHERE filesearch MATCH :words AND rank MATCH 'bm25({_FILE_WEIGHTS})' {{cut}}
    ) i CROSS JOIN filemetadata f ON f.id = i.rowid
    WHERE {{wanted}} ORDER BY i.rank LIMIT :most
"""  # noqa: S608 - numbers of ours; words are bound
_COUNT = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM filesearch WHERE filesearch MATCH :words LIMIT {_COUNTED - 1}
    )
"""  # noqa: S608 - a number of ours


class SearchReading(SearchSync):
    """The part of `dbp.ports.Reader` that searches."""

    def search(
        self,
        query: str,
        limit: int = 20,
        kinds: Sequence[str] = (),
        language: str | None = None,
        folder: str = "",
    ) -> list[Hit]:
        """Find files and symbols, best first; see `dbp.ports.search.SearchReader`."""
        asked = parse_query(query)
        wanted = set(kinds or KINDS)
        if not asked.needed or not wanted & set(KINDS):
            return []
        finder = _Finder(asked, wanted, language, folder, limit)
        with self._database.snapshot() as connection, reading_index():
            counts = finder.counts(connection)
            candidates = finder.candidates(connection, counts)
        # The fewer files have a word, the more it tells.
        rarity = {term: log(_COUNTED / (1 + count)) + 1.0 for term, count in counts.items()}
        found = rank(asked, candidates, MAX_HITS if wanted != set(KINDS) else limit, rarity)
        return [hit for hit in found if _is(hit, wanted)][:limit]


def _is(hit: Hit, wanted: set[str]) -> bool:
    """Tell whether a result is of a wanted kind; a document as such is a file as well."""
    return hit.kind in wanted or (hit.name is None and "file" in wanted)


class _Finder:
    """One search: its statements and what is bound to them."""

    def __init__(
        self, query: Query, kinds: set[str], language: str | None, folder: str, limit: int
    ) -> None:
        self._query = query
        self._limit = limit
        self._kinds = kinds
        self._bound: dict[str, Any] = {}
        conditions = ["+f.state = 'indexed'"]
        if language is not None:
            conditions.append("f.language = :language")
            self._bound["language"] = clean(language)
        if kinds == {"document"}:
            conditions.append(f"f.language IN ({_PROSE})")
        if kinds == {"symbol"}:
            conditions.append(f"f.language NOT IN ({_PROSE})")
        if folder:
            conditions.append(self._below(folder))
        self._wanted = " AND ".join(conditions)
        self._filtered = len(conditions) > 1

    def _below(self, folder: str) -> str:
        raw = key_bytes(folder)
        self._bound |= {"low_raw": raw + b"/", "high_raw": raw + b"0"}
        in_bytes = "(f.path >= :low_raw AND f.path < :high_raw)"
        if not isinstance(key_to_sql(folder), str):
            return in_bytes
        self._bound |= {"here": folder, "low": f"{folder}/", "high": f"{folder}0"}
        return f"(f.path = :here OR (f.path >= :low AND f.path < :high) OR {in_bytes})"

    def candidates(self, connection: Connection, counts: Mapping[Term, int]) -> list[Candidate]:
        """List what the index has, each once; `counts` tells which words are common."""
        found: dict[tuple[str, str | None, int], Candidate] = {}
        self._take(found, connection, " AND ".join(map(_any_form, self._query.needed)))
        if counts and len(found) < _ENOUGH:
            rare = [term for term, count in counts.items() if count < _COUNTED - 1]
            some = rare or sorted(counts, key=lambda term: counts[term])[:1]
            self._take(found, connection, " OR ".join(map(_any_form, some)))
        if self._kinds & {"symbol", "document"}:
            for each in self._named(connection):
                found.setdefault(_identity(each), each)
        return list(found.values())

    def _take(
        self,
        found: dict[tuple[str, str | None, int], Candidate],
        connection: Connection,
        needed: str,
    ) -> None:
        words = needed
        if self._query.unwanted:
            unwanted = " OR ".join(_quoted(term.text) for term in self._query.unwanted)
            words = f"({needed}) NOT ({unwanted})"
        if self._kinds & {"symbol", "document"}:
            for each in self._symbols(connection, words):
                found.setdefault(_identity(each), each)
        if self._kinds & {"file", "document"}:
            for each in self._files(connection, words):
                found.setdefault(_identity(each), each)

    def counts(self, connection: Connection) -> dict[Term, int]:
        """Count the files that have each word, up to a bound; nothing where there is one word."""
        if len(self._query.needed) == 1:
            return {}
        return {
            term: connection.exec_driver_sql(_COUNT, {"words": _any_form(term)}).scalar_one()
            for term in self._query.needed
        }

    def _named(self, connection: Connection) -> Iterator[Candidate]:
        """Find symbols by their whole name, as typed and in the usual other ways of writing it."""
        names = {form for term in self._query.needed for form in _spellings(term)}
        if len(self._query.needed) > 1:
            names |= _spellings(Term(" ".join(t.text for t in self._query.needed)))
        listed = ",".join(_json(name) for name in sorted(names))
        inner = _SYMBOLS_NAMED.format(wanted=self._wanted)
        yield from self._symbol_rows(connection, inner, {"names": f"[{listed}]"})

    def _symbols(self, connection: Connection, words: str) -> Iterator[Candidate]:
        inner = _MATCHING_SYMBOLS.format(wanted=self._wanted, cut=self._cut())
        most = max(_SYMBOLS, 2 * self._limit)
        yield from self._symbol_rows(connection, inner, {"words": words, "most": most})

    def _symbol_rows(
        self, connection: Connection, inner: str, bound: dict[str, Any]
    ) -> Iterator[Candidate]:
        rows = _all(connection, _SYMBOL_ROWS.format(inner=inner), {**self._bound, **bound})
        for path, language, intent, name, qualified_name, kind, line, words, value in rows:
            yield Candidate(
                key_from_sql(path),
                language,
                intent,
                value,
                name,
                qualified_name,
                kind,
                line,
                words,
            )

    def _files(self, connection: Connection, words: str) -> Iterator[Candidate]:
        inner = _MATCHING_FILES.format(wanted=self._wanted, cut=self._cut())
        bound = {**self._bound, "words": words, "most": max(_FILES, 2 * self._limit)}
        for path, language, intent, value, sections in _all(
            connection, _FILE_ROWS.format(inner=inner), bound
        ):
            yield Candidate(key_from_sql(path), language, intent, value, sections=sections or "")

    def _cut(self) -> str:
        """Bound what is ranked; a filter takes what it wants from all of it."""
        return "" if self._filtered else f"LIMIT {_MATCHES}"


def _all(connection: Connection, sql: str, bound: dict[str, Any]) -> Sequence[Any]:
    return connection.exec_driver_sql(sql, bound).all()


def _identity(candidate: Candidate) -> tuple[str, str | None, int]:
    return candidate.path, candidate.name, candidate.line


def _any_form(term: Term) -> str:
    forms = [_quoted(term.text) + ("*" if term.open else "")]
    if term.inner != term.words and not term.phrase:
        forms.append(_quoted(" ".join(term.inner)) + ("*" if term.open else ""))
    if term.stem:
        forms.append(_quoted(term.stem) + "*")
    return f"({' OR '.join(forms)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', " ") + '"'


def _spellings(term: Term) -> set[str]:
    words = term.inner
    camel = "".join(word.capitalize() for word in words)
    return {
        term.text,
        "_".join(words),
        "_".join(words).upper(),
        camel,
        camel[:1].lower() + camel[1:],
    }


def _json(text: str) -> str:
    from json import dumps

    return dumps(clean(text))
