"""Queries are read, candidates are put into order, and results say why."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st

from dbp.analysis.search import A_FILE, Candidate, rank, snippet
from dbp.analysis.search_query import MAX_QUERY, MAX_TERMS, parse_query, stem
from dbp.ports.search import Why


def symbol(path: str, name: str, words: str = "", kind: str = "function") -> Candidate:
    return Candidate(path, "python", None, -1.0, name, name, kind, 3, words)


def file(path: str, intent: str | None = None, sections: str = "") -> Candidate:
    return Candidate(path, "python", intent, -1.0, sections=sections)


def order(query: str, *candidates: Candidate) -> list[tuple[str, str | None]]:
    return [(hit.path, hit.name) for hit in rank(parse_query(query), candidates, 20)]


# ── queries ──


def test_a_query_has_words_phrases_and_what_is_unwanted() -> None:
    query = parse_query('session "in memory" -redis store')
    assert [(t.text, t.phrase) for t in query.needed] == [
        ("session", False),
        ("in memory", True),
        ("store", False),
    ]
    assert [t.text for t in query.unwanted] == ["redis"]


def test_empty_words_of_questions_count_only_where_there_are_no_others() -> None:
    assert [t.text for t in parse_query("where is the session opened").needed] == [
        "session",
        "opened",
    ]
    assert [t.text for t in parse_query("where is it").needed] == ["where", "is", "it"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("QuerySet.filter", ["QuerySet", "filter"]),
        ("EmailMessage.send()", ["EmailMessage", "send"]),
        ("store::Session::open", ["store", "Session", "open"]),
        ("django.db.models", ["django.db.models"]),
        ("setup.cfg", ["setup.cfg"]),
        ('"QuerySet.filter"', ["QuerySet.filter"]),
    ],
)
def test_a_name_within_a_class_is_looked_for_in_its_parts(typed: str, words: list[str]) -> None:
    """Quoted, and as a path or a module, it stays in one piece."""
    assert [term.text for term in parse_query(typed).needed] == words
    assert len(parse_query("A" + ".b1" * 99).needed) <= MAX_TERMS


def test_words_are_asked_for_once_and_only_so_many() -> None:
    assert len(parse_query("a1 A1 a1").needed) == 1
    assert len(parse_query(" ".join(f"w{n}" for n in range(100))).needed) == MAX_TERMS


@pytest.mark.parametrize("text", ["", "  ", "++", '"', '""', "-", "- -", "\0", '"" ""', "*()^:"])
def test_a_query_without_words_needs_nothing(text: str) -> None:
    assert parse_query(text).needed == ()


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("sessions", "session"),
        ("mapping", "map"),
        ("passing", "pass"),
        ("caches", "cach"),
        ("caching", "cach"),
        ("cache", "cach"),
        ("queries", "quer"),
        ("query", "quer"),
        ("validation", "valid"),
        ("migrated", "migrat"),
        ("migrate", "migrat"),
        ("status", ""),
        ("class", ""),
        ("get", ""),
        ("v2", ""),
    ],
)
def test_other_forms_of_a_word_begin_alike(word: str, root: str) -> None:
    assert stem(word) == root


@given(st.text(max_size=2 * MAX_QUERY))
def test_any_text_is_a_query(text: str) -> None:
    query = parse_query(text)
    assert all(term.words and term.inner for term in (*query.needed, *query.unwanted))
    rank(query, [symbol("a.py", "open", "\nOpens."), file("b.py", text, f"#{text}")], 5)


def test_a_query_of_a_million_characters_takes_no_time() -> None:
    started = time.perf_counter()
    for text in ('"' * 1_000_000, "a" * 1_000_000, "a " * 500_000, '-"' * 500_000):
        parse_query(text)
    assert time.perf_counter() - started < 0.5


# ── order ──


def test_the_very_name_comes_first_and_its_case_counts() -> None:
    assert order(
        "Session",
        symbol("a.py", "open_session"),
        symbol("b.py", "session"),
        symbol("c.py", "Session", kind="class"),
        symbol("d.py", "run", "\nRuns a session."),
    ) == [("c.py", "Session"), ("b.py", "session"), ("a.py", "open_session"), ("d.py", "run")]


def test_words_of_a_name_find_it_however_it_is_written() -> None:
    found = order("get response", symbol("a.py", "getResponse"), symbol("b.py", "get_response"))
    assert {path for path, _ in found} == {"a.py", "b.py"}
    assert order("get_response", symbol("a.py", "getResponse")) == [("a.py", "getResponse")]
    assert order("resp", symbol("a.py", "getResponse")) == [("a.py", "getResponse")]
    assert order("sessions", symbol("a.py", "session_of")) == [("a.py", "session_of")]


def test_a_file_that_is_about_it_beats_its_own_symbols_and_they_are_few() -> None:
    many = [symbol("net/retry.py", f"retry_{number}") for number in range(100)]
    found = order("retry", *many, file("net/retry.py", "Retries requests."))
    assert found[0] == ("net/retry.py", None)
    assert len(found) == 1 + A_FILE


def test_all_words_beat_some() -> None:
    assert order(
        "session cache", file("a/cache.py"), file("session/cache.py"), file("b/session.py")
    )[0] == ("session/cache.py", None)


def test_a_rare_word_tells_more() -> None:
    query = parse_query("common rare")
    common, rare = query.needed
    candidates = [file("x/common.py"), file("x/rare.py")]
    found = rank(query, candidates, 5, {common: 1.0, rare: 6.0})
    assert [hit.path for hit in found] == ["x/rare.py", "x/common.py"]


@pytest.mark.parametrize(
    "aside",
    ["tests/session.py", "vendor/session.py", "src/session.test.py", "docs/releases/session.py"],
)
def test_tests_and_other_peoples_code_come_later(aside: str) -> None:
    assert order("session", file(aside), file("src/session.py"))[0] == ("src/session.py", None)


def test_tests_come_first_when_they_are_asked_for() -> None:
    found = order("tests session", file("tests/session.py"), file("src/session.py"))
    assert found[0] == ("tests/session.py", None)


def test_a_folder_speaks_for_its_first_file() -> None:
    found = order("sitemaps", file("web/sitemaps/__init__.py"), file("web/sitemaps/views.py"))
    assert found[0] == ("web/sitemaps/__init__.py", None)


def test_what_has_none_of_the_words_is_no_result() -> None:
    assert order("session", symbol("a.py", "open"), file("b.py", "Opens.")) == []


def test_a_symbol_is_not_found_by_its_files_path_alone() -> None:
    assert order("session", symbol("session.py", "open")) == []


# ── why ──


def test_results_say_where_the_words_are() -> None:
    one = file(
        "net/retry.py",
        "Retries requests that failed.",
        "#About retries\n*Never retry twice\n!Bounded\n>doc/RETRY.md\n~Added retry",
    )
    [hit] = rank(parse_query("retry"), [one], 5)
    assert hit.kind == "file"
    assert hit.why == (
        Why("path", ("retry",)),
        Why("intent", ("retry",)),
        Why("title", ("retry",)),
        Why("principles", ("retry",)),
        Why("dependencies", ("retry",)),
        Why("history", ("retry",)),
    )
    assert hit.snippet == "Retries requests that failed."
    [named] = rank(parse_query("retry"), [symbol("a.py", "retry", "\nDoes it.")], 5)
    assert (named.kind, named.why, named.snippet) == ("symbol", (Why("name", ("retry",)),), "")
    [said] = rank(parse_query("again"), [symbol("a.py", "retry", "\nDoes it again.")], 5)
    assert (said.why, said.snippet) == ((Why("doc", ("again",)),), "Does it again.")


def test_prose_is_a_document() -> None:
    one = Candidate("doc/A.md", "markdown", "About retries", -1.0)
    part = Candidate("doc/A.md", "markdown", None, -1.0, "Retries", "A.Retries", "heading", 4)
    assert [hit.kind for hit in rank(parse_query("retries"), [one, part], 5)] == ["document"] * 2


def test_a_snippet_is_one_line_around_the_match() -> None:
    text = "one " * 100 + "needle\nin hay " + "two " * 100
    cut = snippet(text, text.index("needle"))
    assert cut.startswith("… one")
    assert "needle in hay" in cut
    assert cut.endswith("two …")
    assert len(cut) <= 170
    assert snippet("short", 0) == "short"
