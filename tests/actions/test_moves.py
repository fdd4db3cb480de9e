"""References follow what is renamed; before and after they lead to the same file."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given, settings, strategies as st

from dbp.actions.edits import Text
from dbp.actions.moves import follow, moved
from dbp.analysis.references import resolve
from dbp.extract.extraction import extract_text

HEADER = "# [Source file intent]\n# Runs.\n#\n# [Dependencies]\n# codebase: {}\n"


def after(
    source: str, text: str, renames: list[tuple[str, str]], files: set[str], language: str = ""
) -> str:
    language = language or ("markdown" if source.endswith(".md") else "python")
    there = {*files, source}
    there |= {posixpath.dirname(path) for path in there}
    extraction = extract_text(source, language, text)
    edits = follow(Text(text), extraction, source, renames, there.__contains__)
    return Text(text).apply(edits)


@pytest.mark.parametrize(
    ("target", "renamed"),
    [
        ("doc/A.md", "doc/B.md"),
        ("./doc/A.md", "./doc/B.md"),
        ("/doc/A.md", "/doc/B.md"),
        ("doc/A.md#some-heading", "doc/B.md#some-heading"),
        ("doc/A.md?raw=1#x", "doc/B.md?raw=1#x"),
    ],
)
def test_a_link_keeps_its_manner_and_its_fragment(target: str, renamed: str) -> None:
    text = "# T\n\nSee [a]({0}), `doc/A.md` and\n[b]: {0}\n"
    done = after("R.md", text.format(target), [("doc/A.md", "doc/B.md")], {"doc/A.md"})
    assert f"[a]({renamed})" in done


def test_a_header_s_path_counts_from_the_root() -> None:
    text = HEADER.format("doc/A.md")
    done = after("src/deep/a.py", text, [("doc/A.md", "notes/A.md")], {"doc/A.md"})
    assert done == HEADER.format("notes/A.md")


@pytest.mark.parametrize("name", ["doc/How it is made.md", "doc/a, b.md"])
@pytest.mark.parametrize("written", ["doc/A.md", "`doc/A.md`", "[the design](doc/A.md)"])
def test_a_header_s_path_is_quoted_where_it_has_blanks(name: str, written: str) -> None:
    text = HEADER.format(written)
    done = after("src/a.py", text, [("doc/A.md", name)], {"doc/A.md"})
    extraction = extract_text("src/a.py", "python", done)
    assert extraction.header is not None
    (dependency,) = extraction.header.dependencies
    there = {name, "doc", "src", "src/a.py"}
    assert resolve(dependency.target, "src/a.py", there.__contains__) == name
    again = after("src/a.py", done, [(name, "doc/A.md")], {name})
    assert "doc/A.md" in again


def test_a_folder_takes_all_that_is_below_it_along() -> None:
    text = "# T\n\n[a](../doc/A.md) [b](../doc/sub/B.md#x) [c](../docs/C.md)\n"
    files = {"doc/A.md", "doc/sub/B.md", "docs/C.md"}
    done = after("src/R.md", text, [("doc", "manual")], files)
    assert done == text.replace("../doc/", "../manual/")


def test_a_file_that_moves_takes_its_own_links_along() -> None:
    text = "# T\n\n[a](A.md) [b](../B.md) [self](#t) [web](https://a.example/A.md)\n"
    done = after("doc/R.md", text, [("doc/R.md", "doc/sub/R.md")], {"doc/A.md", "B.md"})
    assert done == text.replace("(A.md)", "(../A.md)").replace("(../B.md)", "(../../B.md)")


def test_what_moves_together_stays_as_it_is() -> None:
    text = "# T\n\n[a](A.md) [b](../B.md)\n"
    done = after("doc/R.md", text, [("doc", "manual")], {"doc/A.md", "B.md"})
    assert done == text


def test_spaces_and_other_letters_are_written_as_a_link_needs_them() -> None:
    text = "# T\n\n[a](doc/A%20b.md) [b](<doc/A b.md>) [c](doc/C.md)\n"
    files = {"doc/A b.md", "doc/C.md"}
    renames = [("doc/A b.md", "doc/Ä c.md"), ("doc/C.md", "doc/C d.md")]
    done = after("R.md", text, renames, files)
    assert done == "# T\n\n[a](doc/%C3%84%20c.md) [b](<doc/Ä c.md>) [c](doc/C%20d.md)\n"


def test_a_link_that_stays_true_is_not_touched() -> None:
    text = "# T\n\n[a](../doc/A.md) [b](../doc/B.md#x) [c](./sub/../C.md)\n"
    files = {"doc/A.md", "doc/B.md", "doc/C.md", "doc/sub/D.md"}
    done = after("doc/R.md", text, [("doc/A.md", "doc/E.md")], files)
    assert done == text.replace("../doc/A.md", "E.md")
    assert after("doc/R.md", text, [("doc/R.md", "doc/S.md")], files) == text


def test_two_files_change_names() -> None:
    text = "# T\n\n[a](a.md#x) and [b](b.md), `a.md`\n"
    done = after("R.md", text, [("a.md", "b.md"), ("b.md", "a.md")], {"a.md", "b.md"})
    assert done == "# T\n\n[a](b.md#x) and [b](a.md), `b.md`\n"


@pytest.mark.parametrize(
    ("target", "page", "new", "renamed"),
    [
        ("guide", "doc/guide.md", "doc/manual.md", "manual"),
        ("guide.html#x", "doc/guide.md", "doc/deep/manual.md", "deep/manual.html#x"),
        ("/doc/guide", "doc/guide.md", "manual.md", "/manual"),
        ("guide", "doc/guide.md", "doc/guide.rst", "guide.rst"),
    ],
)
def test_a_link_as_a_documentation_site_has_it(
    target: str, page: str, new: str, renamed: str
) -> None:
    text = "# T\n\nSee [it]({}).\n"
    done = after("doc/R.md", text.format(target), [(page, new)], {page})
    assert done == text.format(renamed)


def test_imports_belong_to_another_server() -> None:
    text = '"""A."""\nimport b\n'
    assert after("a.py", text, [("b.py", "c.py")], {"b.py"}) == text


def test_of_nested_renames_the_inner_one_counts() -> None:
    renames = [("doc", "manual"), ("doc/A.md", "B.md")]
    assert moved("doc/A.md", renames) == "B.md"
    assert moved("doc/C.md", renames) == "manual/C.md"
    assert moved("docs/C.md", renames) == "docs/C.md"


NAMES = st.lists(st.sampled_from(["a", "b b", "ü", "c(d)"]), min_size=1, max_size=3)


@settings(max_examples=200)
@given(source=NAMES, old=NAMES, new=NAMES, home=NAMES, moves=st.booleans())
def test_a_link_leads_to_the_same_file_before_and_after(
    source: list[str], old: list[str], new: list[str], home: list[str], *, moves: bool
) -> None:
    one, two = "/".join(source) + "/R.md", "/".join(old) + "/T.md"
    where, there = "/".join(home) + "/S.md", "/".join(new) + "/U.md"
    renames = [(two, there), *([(one, where)] if moves else [])]
    link = posixpath.relpath("/" + two, "/" + posixpath.dirname(one))
    text = f"# T\n\nSee [t](<{link}#x>).\n"
    done = after(one, text, renames, {two})
    (reference,) = extract_text("R.md", "markdown", done).references
    assert resolve(reference.target, where if moves else one, {there}.__contains__) == there
    assert reference.target.endswith("#x")
