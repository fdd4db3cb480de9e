"""Where references lead: files, places in them, and what was probably meant."""

from __future__ import annotations

import pytest

from dbp.analysis.anchors import slug, slugs
from dbp.analysis.names import NameIndex, nearest, suggest, written_like
from dbp.analysis.references import (
    FragmentState,
    bare_target,
    fragment_of,
    names_a_file,
    resolve,
    resolve_fragment,
    resolve_page,
)
from dbp.analysis.subject import Subject
from dbp.extract.markdown import read_anchors, read_markdown
from dbp.model import Extraction, Problem, Range, Reference, Symbol

HERE = Range(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a.md#x", "a.md"),
        ("a.py:12", "a.py"),
        ("src/a:12", "src/a"),
        ("a.py:3-9#x", "a.py"),
        ("d%20e.md", "d e.md"),
        ("tel:12", ""),
        ("localhost:80", ""),
        ("https://x.y", ""),
        ("//host/x", ""),
        ("#x", ""),
        ("`a.md`", "a.md"),
    ],
)
def test_a_target_without_what_is_no_path(target: str, expected: str) -> None:
    assert bare_target(target) == expected


def test_fragments_are_cut_out_of_targets() -> None:
    assert [fragment_of(t) for t in ("a.md#x-y", "#z", "a.md", "<a.md#q>")] == ["x-y", "z", "", "q"]


def test_a_target_is_looked_up_beside_the_file_and_from_the_root() -> None:
    there = {"doc/a.md", "b.md", "100%25.md", "doc"}.__contains__
    assert resolve("a.md", "doc/x.md", there) == "doc/a.md"
    assert resolve("b.md#x", "doc/x.md", there) == "b.md"
    assert resolve("/b.md", "doc/x.md", there) == "b.md"
    assert resolve("100%25.md", "x.md", there) == "100%25.md"  # as it is called, not as decoded
    assert resolve("..", "doc/x.md", there) == ""
    assert resolve("../../up.md", "doc/x.md", there) is None
    assert resolve("#x", "doc/x.md", there) is None


def test_links_of_a_site_lead_to_pages() -> None:
    there = {"doc/guide.md", "doc/api/index.md", "doc/sub/README.md"}.__contains__
    for target, page in (
        ("guide", "doc/guide.md"),
        ("guide.html#x", "doc/guide.md"),
        ("api/", "doc/api/index.md"),
        ("sub", "doc/sub/README.md"),
        ("gone", None),
        ("guide.txt", None),
    ):
        assert resolve_page(target, "doc/x.md", there) == page
    assert resolve_page("guide", "doc/x.py", there) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("header", True), ("link", True), ("relation", True), ("mention", False), ("import", False)],
)
def test_only_some_references_claim_that_a_file_is_there(kind: str, *, expected: bool) -> None:
    assert names_a_file(Reference(kind, "a.md", HERE)) is expected


def test_addresses_of_a_site_claim_no_file() -> None:
    assert not names_a_file(Reference("link", "/guide/start#x", HERE))
    assert names_a_file(Reference("link", "/guide/start.md", HERE))
    assert names_a_file(Reference("header", "/doc/guide", HERE))


def document(text: str) -> Extraction:
    symbols, references, _ = read_markdown(text, text.count("\n") + 1)
    return Extraction(
        "markdown", 9, "utf-8", True, None, tuple(symbols), tuple(references),
        anchors=read_anchors(text),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Usage", "usage"),
        ("What's new in v1.2?", "whats-new-in-v12"),
        ("A - B", "a---b"),
        ("snake_case", "snake_case"),
        ("Ünïcode 漢字", "ünïcode-漢字"),
        ("`code()` & more", "code--more"),
    ],
)
def test_slugs_are_made_as_github_makes_them(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_headings_of_one_name_are_numbered() -> None:
    text = "# A\n## A\n## A\n## A-1\n## B {#own}\n"
    assert slugs(document(text)) == {"a", "a-1", "a-2", "a-1-1", "b", "own"}


def symbol(name: str, qualified: str = "", *children: Symbol) -> Symbol:
    return Symbol(name, qualified or name, "function", HERE, HERE, children=children)


CODE = Extraction(
    "cpp", 9, "utf-8", True,
    symbols=(symbol("Session", "ns::Session", symbol("open", "ns::Session::open")), symbol("run")),
)  # fmt: skip
OTHERS = {"doc/a.md": document("# Top\n## The Usage\n<a id='X'></a>\n"), "c.cpp": CODE}


def state(target: str, kind: str = "link") -> FragmentState:
    subject = Subject(
        "doc/b.md",
        document("# Here\n"),
        {*OTHERS, "pic.png", "doc/b.md"}.__contains__,
        extraction_of=OTHERS.get,
    )
    return resolve_fragment(Reference(kind, target, HERE), "doc/b.md", subject)


@pytest.mark.parametrize(
    "target",
    [
        "a.md", "a.md#the-usage", "a.md#The_Usage", "a.md#x", "#here", "#top", "b.md#here", "a#top",
        "../c.cpp#L12", "../c.cpp#L1-L9", "c.cpp#Session", "c.cpp#ns::Session::open", "c.cpp#open",
        "c.cpp#Session.open", "c.cpp#run()", "c.cpp:12",
    ],
)  # fmt: skip
def test_places_that_are_there_are_found(target: str) -> None:
    assert state(target) is FragmentState.FOUND


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a.md#usage", FragmentState.MISSING_HEADING),
        ("#gone", FragmentState.MISSING_HEADING),
        ("c.cpp#session", FragmentState.MISSING_SYMBOL),
        ("c.cpp#Session.close", FragmentState.MISSING_SYMBOL),
        ("pic.png#x", FragmentState.UNKNOWN),
        ("gone.md#x", FragmentState.UNKNOWN),
        ("a.md#:~:text=x", FragmentState.UNKNOWN),
    ],
)
def test_places_that_are_not_are_missing_where_that_is_known(
    target: str, expected: FragmentState
) -> None:
    assert state(target) is expected


def test_nothing_is_missing_in_what_could_not_be_parsed() -> None:
    broken = Extraction("c", 1, "utf-8", True, symbols=CODE.symbols, problems=(Problem("x", "y"),))
    subject = Subject("a.md", document(""), lambda _: True, extraction_of=lambda _: broken)
    reference = Reference("link", "x.c#gone", HERE)
    assert resolve_fragment(reference, "a.md", subject) is FragmentState.UNKNOWN


PATHS = [
    "doc/DESIGN.md",
    "doc/old/setup.md",
    "guide/setup.md",
    "src/auth/session.py",
    "src/auth/tokens.py",
    "README.md",
]


@pytest.mark.parametrize(
    ("target", "source", "kind", "expected"),
    [
        ("design.md", "doc/x.md", "link", ["DESIGN.md"]),  # another case
        ("DESIGN.rst", "doc/x.md", "link", ["DESIGN.md"]),  # another ending
        ("DESGIN.md#how", "doc/x.md", "link", ["DESIGN.md#how"]),  # a slip
        ("../docs/DESIGN.md", "src/x.md", "link", ["../doc/DESIGN.md"]),  # a renamed folder
        ("doc/setup.md", "README.md", "link", ["doc/old/setup.md", "guide/setup.md"]),
        ("auth/sesion.py", "src/auth/tokens.py", "header", ["src/auth/session.py"]),
        ("./sesion.py", "src/auth/tokens.py", "header", ["./session.py"]),
        ("/Readme.md", "doc/x.md", "link", ["/README.md"]),
        ("nothing.md", "doc/x.md", "link", []),
        ("https://x.y/DESIGN.md", "doc/x.md", "link", []),
    ],
)
def test_what_was_probably_meant_is_found(
    target: str, source: str, kind: str, expected: list[str]
) -> None:
    found = suggest(target, source, NameIndex(PATHS).files_named, kind)
    assert [one.target for one in found] == expected


def test_suggestions_are_written_as_links_must_be() -> None:
    assert written_like("a.md#x", "doc/b.md", "my dir/a.md") == "../my%20dir/a.md#x"
    assert written_like("a.md", "doc/b.py", "my dir/a.md", "header") == "my dir/a.md"


def test_a_suggestion_is_never_the_file_itself_and_never_more_than_three() -> None:
    index = NameIndex([f"d{n}/a.md" for n in range(100)])
    assert len(suggest("a.md", "x.md", index.files_named)) == 3
    assert suggest("A.md", "a.md", NameIndex(["a.md"]).files_named) == ()


def test_names_of_places_are_suggested_too() -> None:
    assert nearest("usge", ["usage", "design"]) == ("usage",)
    assert nearest("opn", ["Session.open", "Session.close"]) == ("Session.open",)
    assert nearest("zzz", ["usage"]) == ()
