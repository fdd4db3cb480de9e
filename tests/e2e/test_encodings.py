"""Columns are the client's: emoji, tabs and CJK before what is shown, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from acting_editor import Acting, client

pytestmark = pytest.mark.slow

BEFORE = "漢字💡\t💡é"
"""Stands before what is looked at, on its line."""


class Sample(NamedTuple):
    """A language: its id, a file's name, its comment, and a line with the symbol `run`."""

    language: str
    path: str
    comment: str
    line: str
    opening: str = ""
    name: str = "run"


SLASHED = f"/* {BEFORE} */ "
SAMPLES = (
    Sample("python", "a.py", "#", f'def 漢𐊀run(task): return "{BEFORE}"', name="漢𐊀run"),
    Sample("javascript", "a.js", "//", f"{SLASHED}function run(task) {{ return '💡'; }}"),
    Sample("typescript", "a.ts", "//", f"{SLASHED}export function run(task: string) {{}}"),
    Sample("typescriptreact", "a.tsx", "//", f"{SLASHED}function run() {{ return <b>💡</b>; }}"),
    Sample("go", "a.go", "//", f"{SLASHED}func run(task string) {{}}", "package a\n"),
    Sample("rust", "a.rs", "//", f"{SLASHED}fn run(task: &str) {{}}"),
    Sample("java", "A.java", "//", f"class A {{ {SLASHED}void run() {{}} }}"),
    Sample("c", "a.c", "//", f"{SLASHED}int run(int task) {{ return task; }}"),
    Sample("cpp", "a.cpp", "//", f"{SLASHED}int run(int task) {{ return task; }}"),
    Sample("csharp", "A.cs", "//", f"class A {{ {SLASHED}void run() {{}} }}"),
    Sample("ruby", "a.rb", "#", f'x = "{BEFORE}"; def run(task) = task'),
    Sample("shellscript", "a.sh", "#", f'x="{BEFORE}"; run() {{ echo "💡"; }}'),
    Sample("php", "a.php", "//", f"{SLASHED}function run($task) {{}}", "<?php\n"),
    Sample("kotlin", "a.kt", "//", f"{SLASHED}fun run(task: String) {{}}"),
    Sample("swift", "a.swift", "//", f"{SLASHED}func run(task: String) {{}}"),
)
WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def text_of(sample: Sample) -> str:
    """Write the file: a header with references behind emoji, and the symbol behind emoji."""
    header = (
        "[Source file intent]",
        f"{BEFORE} Runs.",
        "[Dependencies]",
        "codebase: doc/漢💡.md, doc/B.md, doc/GONE.md",
    )
    words = "".join(f"{sample.comment} {line}\n" for line in header)
    return f"{sample.opening}{words}\n{sample.line}\n"


class Columns:
    """Where a word stands in a text, in the columns of an encoding; counted apart from `dbp`."""

    def __init__(self, encoding: str) -> None:
        self.width = WIDTHS[encoding]
        self.name = encoding if self.width == 1 else f"{encoding}-le"

    def column(self, line: str, index: int) -> int:
        """Count a line's units before a character."""
        return len(line[:index].encode(self.name)) // self.width

    def range_of(self, text: str, word: str) -> dict[str, Any]:
        """Find the only place of a word."""
        places = [(number, line) for number, line in enumerate(text.splitlines()) if word in line]
        ((number, line),) = places
        start = line.index(word)
        ends = (self.column(line, start), self.column(line, start + len(word)))
        return {
            side: {"line": number, "character": column}
            for side, column in zip(("start", "end"), ends, strict=True)
        }

    def applied(self, text: str, edits: list[dict[str, Any]]) -> str:
        """Apply edits."""
        lines = [line.encode(self.name) for line in text.split("\n")]

        def offset(place: dict[str, int]) -> int:
            before = sum(len(line) + self.width for line in lines[: place["line"]])
            return before + place["character"] * self.width

        data = text.encode(self.name)
        for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
            start, end = (offset(edit["range"][side]) for side in ("start", "end"))
            data = data[:start] + edit["newText"].encode(self.name) + data[end:]
        return data.decode(self.name)


def folder_of(place: Path) -> Path:
    """Make a folder with every sample in it."""
    root = place / "project"
    (root / ".git").mkdir(parents=True)
    (root / "doc").mkdir()
    (root / "doc" / "漢💡.md").write_text("# One\n", encoding="utf-8")
    (root / "doc" / "B.md").write_text("# B\n\nWhat B is for.\n", encoding="utf-8")
    for sample in SAMPLES:
        (root / sample.path).write_bytes(text_of(sample).encode())
    return root


@pytest.fixture(scope="module", params=list(WIDTHS))
def editor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Acting, Columns]]:
    """One editor an encoding, with every file of the folder known and none open."""
    place = tmp_path_factory.mktemp("encodings")
    capabilities = client(documentSymbol={"hierarchicalDocumentSymbolSupport": True})
    capabilities["general"] = {"positionEncodings": [request.param]}
    settings = {
        "symbols": {"enabled": True},
        "diagnostics": {"severity": {"symbol-undocumented": "hint"}},
    }
    root = folder_of(place)
    with Acting.start(root, place / "state", settings=settings, capabilities=capabilities) as found:
        found.settle()
        yield found, Columns(request.param)


def ask(editor: Acting, method: str, path: str, position: dict[str, int] | None = None) -> Any:
    """Ask about a document, or about a place in it."""
    params: dict[str, Any] = {"textDocument": {"uri": editor.uri(path)}}
    if position is not None:
        params["position"] = position
    return editor.client.request(f"textDocument/{method}", params)


def symbols_of(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Walk through a tree of symbols."""
    for symbol in found:
        yield symbol
        yield from symbols_of(symbol.get("children") or [])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_a_symbol_behind_emoji(editor: tuple[Acting, Columns], sample: Sample) -> None:
    editing, columns = editor
    text = text_of(sample)
    editing.show(sample.path, language=sample.language)
    place = columns.range_of(text, sample.name)
    if sample.language != "python":
        assert place["start"]["character"] > len(BEFORE.expandtabs(1))
    for end in ("start", "end"):
        shown = ask(editing, "hover", sample.path, place[end])
        assert shown is not None
        assert shown["range"] == place
        assert f"{sample.name}(" in shown["contents"]["value"]
    before = {**place["start"], "character": place["start"]["character"] - 1}
    other = ask(editing, "hover", sample.path, before)
    assert other is None or other["range"] != place
    (symbol,) = [
        one
        for one in symbols_of(ask(editing, "documentSymbol", sample.path))
        if one["name"] == sample.name
    ]
    assert symbol["selectionRange"] == place
    line = text.splitlines()[place["start"]["line"]]
    last = columns.column(line, len(line.removesuffix(" }") if "class" in line else line))
    assert symbol["range"]["end"] == {"line": place["start"]["line"], "character": last}
    (found,) = [
        one
        for one in editing.diagnostics(sample.path)
        if one["code"] == "symbol-undocumented" and one["range"] == place
    ] or [None]
    if found is not None:
        (action,) = [o for o in editing.offers(sample.path, found) if o["title"].endswith("here")]
        (change,) = action["edit"]["documentChanges"]
        done = columns.applied(text, change["edits"]).splitlines()
        assert done[place["start"]["line"]] == (
            f"{line}  {sample.comment} dbp: ignore[symbol-undocumented]"
        )
    editing.close(sample.path)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_a_reference_behind_emoji(editor: tuple[Acting, Columns], sample: Sample) -> None:
    editing, columns = editor
    text = text_of(sample)
    editing.show(sample.path, language=sample.language)
    place = columns.range_of(text, "doc/B.md")
    links = {link["target"]: link["range"] for link in ask(editing, "documentLink", sample.path)}
    assert links == {
        editing.uri("doc/B.md"): place,
        editing.uri("doc/漢💡.md"): columns.range_of(text, "doc/漢💡.md"),
    }
    for end in ("start", "end"):
        target = ask(editing, "definition", sample.path, place[end])
        assert target["uri"] == editing.uri("doc/B.md")
        shown = ask(editing, "hover", sample.path, place[end])
        assert shown["range"] == place
        assert "What B is for" in shown["contents"]["value"]
    (found,) = [
        one for one in editing.diagnostics(sample.path) if one["code"] == "reference-unresolved"
    ]
    assert found["range"] == columns.range_of(text, "doc/GONE.md")
    (action,) = [o for o in editing.offers(sample.path, found) if o["title"].startswith("Drop")]
    (change,) = action["edit"]["documentChanges"]
    assert columns.applied(text, change["edits"]) == text.replace(", doc/GONE.md", "")
    editing.close(sample.path)


def test_headings_and_links_of_markdown(editor: tuple[Acting, Columns]) -> None:
    editing, columns = editor
    text = f"# {BEFORE} Title\n\n{BEFORE} [words](doc/B.md) {BEFORE} [other](doc/GONE.md) 💡\n"
    editing.write("a.md", text)
    editing.show("a.md", language="markdown")
    place = columns.range_of(text, "doc/B.md")
    (link,) = ask(editing, "documentLink", "a.md")
    assert link == {"range": place, "target": editing.uri("doc/B.md")}
    assert ask(editing, "hover", "a.md", place["end"])["range"] == place
    assert ask(editing, "definition", "a.md", place["start"])["uri"] == editing.uri("doc/B.md")
    (symbol,) = ask(editing, "documentSymbol", "a.md")
    assert symbol["selectionRange"]["end"] == {
        "line": 0,
        "character": columns.column(text, text.index("\n")),
    }
    (found,) = editing.diagnostics("a.md")
    assert found["range"] == columns.range_of(text, "doc/GONE.md")
    (action,) = [o for o in editing.offers("a.md", found) if o["title"].startswith("Keep")]
    (change,) = action["edit"]["documentChanges"]
    assert columns.applied(text, change["edits"]) == text.replace("[other](doc/GONE.md)", "other")
    editing.close("a.md")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_an_open_file(editor: tuple[Acting, Columns], end: str) -> None:
    editing, columns = editor
    lines = text_of(SAMPLES[1]).split("\n")
    editing.write("ends.js", "")
    editing.show("ends.js", end.join(lines), language="javascript")
    place = columns.range_of("\n".join(lines), "run")
    assert ask(editing, "hover", "ends.js", place["start"])["range"] == place
    (found,) = [
        one for one in editing.diagnostics("ends.js") if one["code"] == "reference-unresolved"
    ]
    assert found["range"] == columns.range_of("\n".join(lines), "doc/GONE.md")
    editing.close("ends.js")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_files_in_other_encodings_on_the_disk_and_in_the_editor(
    editor: tuple[Acting, Columns], encoding: str
) -> None:
    editing, columns = editor
    path = f"other_{encoding.replace('-', '_')}.js"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    before = "é\té" if encoding == "latin-1" else BEFORE
    text = (
        f"// [Source file intent]\n// {before} Runs.\n// [Dependencies]\n"
        f"// codebase: doc/é.md, doc/B.md\n/* {before} */ function run(task) {{}}\n"
    )
    (editing.root / path).write_bytes((mark + text).encode(encoding))
    editing.settle()
    closed = editing.metadata(path)
    assert closed["header"]["intent"] == " ".join(f"{before} Runs.".split())
    (symbol,) = closed["symbols"]
    assert symbol["selectionRange"] == columns.range_of(text, "run")
    editing.show(path, text, language="javascript")
    place = columns.range_of(text, "run")
    assert ask(editing, "hover", path, place["start"])["range"] == place
    links = [link["range"] for link in ask(editing, "documentLink", path)]
    assert links == [columns.range_of(text, "doc/B.md")]
    editing.close(path)
