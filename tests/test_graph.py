"""The graph: edges out of facts, ways through it, and how it is written down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from dbp.analysis.edge import Edge
from dbp.analysis.edges import Doors, edges_of, is_document, places
from dbp.analysis.graph import Graph, build
from dbp.analysis.graph_text import as_dot, as_json, as_mermaid
from dbp.analysis.travel import around, impact
from dbp.cli.graph import chosen
from dbp.facts import Facts, Link

Row = tuple[str, str, Facts]


def row(path: str, language: str, *links: Link) -> Row:
    return path, language, Facts(links)


def doors(*rows: Row, also: tuple[str, ...] = ()) -> Doors:
    there = places(path for path, _, _ in rows)
    return Doors({*there, *also}.__contains__, there.__contains__, ("src",))


def graph_of(*rows: Row, also: tuple[str, ...] = ()) -> Graph:
    return build(rows, doors(*rows, also=also))


PROJECT = (
    row("a.py", "python", Link("import", "b", 3), Link("header", "doc/DESIGN.md", 1)),
    row("b.py", "python", Link("import", "c", 4), Link("import", "a", 9, "deferred")),
    row("c.py", "python", Link("mention", "a.py", 2), Link("mention", "gone.py", 3)),
    row("doc/API.md", "markdown", Link("link", "DESIGN.md#x", 5), Link("link", "DESIGN.md", 7)),
    row("doc/DESIGN.md", "markdown", Link("mention", "c.py", 8), Link("link", "#local", 9)),
    row(
        "doc/RELATIONS.md",
        "markdown",
        Link("relation", "API.md", 2, "depends-on", ("DESIGN.md",)),
        Link("relation", "/c.py", 3, "impacts", ("API.md",)),
        Link("link", "logo.png", 4),
    ),
)


def told(edge: Edge) -> str:
    return f"{edge.source}>{edge.target} {edge.kind} {edge.family} {edge.line}"


def test_edges_are_the_references_that_lead_somewhere() -> None:
    graph = graph_of(*PROJECT, also=("doc/logo.png",))
    assert [told(edge) for edge in graph.edges()] == [
        "a.py>b.py import dependency 3",
        "a.py>doc/DESIGN.md header  1",
        "b.py>c.py import dependency 4",
        "b.py>a.py import  9",
        "c.py>a.py mention  2",
        "doc/API.md>doc/DESIGN.md link documentation 5",
        "doc/DESIGN.md>c.py mention  8",
        "doc/DESIGN.md>doc/API.md relation dependency 2",
        "doc/API.md>c.py relation  3",
        "doc/RELATIONS.md>doc/logo.png link  4",
    ]
    ledger = [edge for edge in graph.edges() if edge.where == "doc/RELATIONS.md"]
    assert [edge.source for edge in ledger] == ["doc/DESIGN.md", "doc/API.md", "doc/RELATIONS.md"]


@pytest.mark.parametrize(
    ("language", "link", "family"),
    [
        ("python", Link("import", "b", 0), "dependency"),
        ("python", Link("import", "b", 0, "deferred"), ""),
        ("python", Link("header", "b.py", 0), "dependency"),
        ("python", Link("header", "d.md", 0), ""),
        ("python", Link("header", "b.py", 0, "documentation"), ""),
        ("python", Link("mention", "b.py", 0), ""),
        ("rust", Link("header", "b.py", 0), "dependency"),
    ],
)
def test_families_say_which_circles_matter(language: str, link: Link, family: str) -> None:
    rows = (row("a.py", language, link), row("b.py", "python"), row("d.md", "markdown"))
    assert [edge.family for edge in graph_of(*rows).edges()] == [family]


def test_imports_of_languages_without_the_hazard_are_edges_of_no_family() -> None:
    rows = (row("src/lib.rs", "rust", Link("import", "self::a", 0)), row("src/a.rs", "rust"))
    [edge] = graph_of(*rows).edges()
    assert (edge.target, edge.family) == ("src/a.rs", "")


def test_a_file_that_names_itself_is_a_loop_unless_it_only_links() -> None:
    rows = (row("a.h", "c", Link("import", "a.h", 0), Link("mention", "a.h", 1)),)
    assert [told(edge) for edge in graph_of(*rows).edges()] == ["a.h>a.h import dependency 0"]


def test_an_edge_is_told_once_with_its_first_line() -> None:
    found = list(edges_of(*PROJECT[3], doors(*PROJECT)))
    assert [(edge.target, edge.line) for edge in found] == [("doc/DESIGN.md", 5)]


def test_what_is_imported_as_a_whole_is_named_by_its_importers() -> None:
    rows = (
        row("go.mod", "text"),
        row("cmd/main.go", "go", Link("import", "m.x/app/in", 0)),
        row("in/a.go", "go"),
    )
    graph = build(rows, doors(*rows)._replace(module_of={"": "m.x/app"}.get))
    assert [edge.source for edge in graph.incoming("in/a.go")] == ["cmd/main.go"]
    assert graph.incoming("in/b.txt") == []


def test_documents_are_told_by_their_names() -> None:
    assert all(map(is_document, ("a.md", "x/b.RST", "notes.txt", "c.adoc")))
    assert not any(map(is_document, ("a.py", "CMakeLists.txt", "x.md.py", "doc")))


def test_both_ends_of_an_edge_find_it() -> None:
    graph = graph_of(*PROJECT)
    for edge in graph.edges():
        assert edge in graph.outgoing(edge.source)
        assert edge in graph.incoming(edge.target)
    assert graph.outgoing("nowhere") == []
    assert len(graph) == 9
    with pytest.raises(LookupError):
        graph.between("a.py", "c.py", "dependency")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_the_indexes_hold_every_edge_in_its_order(pairs: list[tuple[int, int]]) -> None:
    graph = Graph()
    edges = [Edge(str(a), str(b), "link", n, "", "", "x") for n, (a, b) in enumerate(pairs)]
    for edge in edges:
        graph.add(edge)
    assert list(graph.edges()) == edges
    for name in map(str, range(10)):
        assert graph.outgoing(name) == [edge for edge in edges if edge.source == name]
        assert graph.incoming(name) == [edge for edge in edges if edge.target == name]


def test_building_stops_when_nobody_waits() -> None:
    assert len(build(PROJECT, doors(*PROJECT), lambda: True)) == 0


# ── ways ───────────────────────────────────────────────────────────────────────────────────────


def test_what_a_file_names_and_who_names_it() -> None:
    graph = graph_of(*PROJECT)
    out = around(graph, "a.py", "out", 2).steps
    assert [(step.edge.target, step.distance) for step in out] == [
        ("b.py", 1),
        ("doc/DESIGN.md", 1),
        ("c.py", 2),
        ("a.py", 2),
        ("c.py", 2),
        ("doc/API.md", 2),
    ]
    inward = around(graph, "c.py", "in", 1).steps
    assert [step.edge.source for step in inward] == ["b.py", "doc/DESIGN.md", "doc/API.md"]
    both = around(graph, "c.py", "both", 1).steps
    assert len(both) == 4
    assert around(graph, "nowhere", "both", 5).steps == ()


def test_a_change_touches_what_depends_on_it_and_what_is_written_about_it() -> None:
    graph = graph_of(*PROJECT)
    found = impact(graph, "c.py", 10)
    assert [(one.path, one.distance) for one in found.touched] == [
        ("b.py", 1),
        ("doc/DESIGN.md", 1),
        ("a.py", 2),
    ]
    assert [told(edge) for edge in found.touched[2].way] == [
        "a.py>b.py import dependency 3",
        "b.py>c.py import dependency 4",
    ]
    assert not found.depth_limited
    assert impact(graph, "c.py", 1).depth_limited


def test_what_a_document_impacts_is_touched_by_its_change() -> None:
    found = impact(graph_of(*PROJECT), "doc/API.md", 1)
    assert [one.path for one in found.touched] == ["c.py", "doc/DESIGN.md"]


def test_answers_have_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbp.analysis.travel.MAX_EDGES", 2)
    graph = graph_of(*PROJECT)
    assert around(graph, "a.py", "both", 9).truncated
    assert impact(graph, "c.py", 9).truncated


def test_a_graph_is_cut_out_around_some_paths() -> None:
    graph = graph_of(*PROJECT)

    def ends(keys: list[str], kinds: list[str] | None, depth: int) -> set[str]:
        edges = chosen(graph, keys, kinds, depth)
        return {end for edge in edges for end in (edge.source, edge.target)}

    assert len(chosen(graph, [], None, 1)) == len(graph)
    assert ends(["a.py"], ["dependency"], 1) == {"a.py", "b.py"}
    assert ends(["a.py"], ["import"], 2) == {"a.py", "b.py", "c.py"}
    assert ends(["doc"], ["link"], 1) == {"doc/API.md", "doc/DESIGN.md"}
    assert ends(["c.py"], ["mention", "link"], 1) == {"a.py", "c.py", "doc/DESIGN.md"}
    assert ends(["c.py"], None, 9) == ends([], None, 1)


# ── text ───────────────────────────────────────────────────────────────────────────────────────

NASTY = 'a"] --> b\n<script>`${x}`\\%#;|é.py'


def test_a_graph_is_drawn_as_mermaid() -> None:
    edges = [
        Edge("a.py", "b.md", "import", 0, "", "", "a.py"),
        Edge("a.py", "b.md", "link", 0, "", "", "a.py"),
        Edge("b.md", "a.py", "mention", 0, "", "", "b.md"),
        Edge("b.md", "a.py", "relation", 0, "depends-on", "", "b.md"),
    ]
    assert as_mermaid(["a.py", "b.md"], edges) == (
        'flowchart LR\n  n0["a.py"]\n  n1["b.md"]\n'
        "  n0 -->|import, link| n1\n  n1 -->|mention, depends on| n0\n"
    )
    assert "-.->|mention|" in as_mermaid(["a.py", "b.md"], edges[2:3])


def test_names_are_escaped_in_every_format() -> None:
    edges = [Edge(NASTY, "b.py", "link", 0, "", "", NASTY)]
    mermaid = as_mermaid([NASTY, "b.py"], edges)
    assert len(mermaid.splitlines()) == 4
    label = mermaid.splitlines()[1]
    assert label.count('"') == 2
    assert not set(label) & set("<>`$|%\\")
    dot = as_dot([NASTY, "b.py"], edges)
    assert len(dot.splitlines()) == 7
    assert '"a\\"] --> b\\\\x0a<script>' in dot
    read = json.loads(as_json([NASTY, "b.py"], edges))
    assert read["nodes"] == [NASTY, "b.py"]
    assert read["edges"][0] == {
        "source": NASTY,
        "target": "b.py",
        "kind": "link",
        "role": None,
        "family": None,
        "line": 0,
        "declaredIn": NASTY,
    }
