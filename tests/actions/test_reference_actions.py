"""References are led elsewhere, taken out, or get what they name; exactly they and nothing else."""

from __future__ import annotations

import pytest
from acting import File

HEADER = """\
# [Source file intent]
# Runs.
#
# [Source file design principles]
# - One
#
# [Source file constraints]
# - None
#
# [Dependencies]
# codebase: {}
# system: json
"""
DESIGN = "# Design\n\n## How it works\n\nWell.\n\n## How it ends\n"


def header(target: str) -> str:
    return HEADER.format(target)


def test_a_slip_is_corrected_exactly_where_it_stands() -> None:
    file = File("a.py", header("doc/DESING.md"), others={"doc/DESIGN.md": DESIGN})
    done = file.taking("reference-unresolved", "Change it to 'doc/DESIGN.md'")
    assert done.text == header("doc/DESIGN.md")
    assert file.fixed().text == done.text


def test_a_moved_file_is_followed() -> None:
    text = "# A\n\nSee [the 💡 design](old/DESIGN.md#how-it-works), now.\n"
    file = File("a.md", text, "markdown", others={"doc/DESIGN.md": DESIGN})
    done = file.taking(
        "reference-unresolved", "Change it to 'doc/DESIGN.md#how-it-works', where it may"
    )
    assert done.text == text.replace("old/DESIGN.md", "doc/DESIGN.md")


def test_a_heading_is_corrected() -> None:
    text = "# A\n\nSee [it](doc/DESIGN.md#how-it-work).\n"
    file = File("a.md", text, "markdown", others={"doc/DESIGN.md": DESIGN})
    done = file.taking("reference-heading")
    assert done.text == text.replace("how-it-work)", "how-it-works)")


def test_a_symbol_is_corrected() -> None:
    text = "# A\n\nSee [it](b.py#run_tusk).\n"
    file = File("a.md", text, "markdown", others={"b.py": "def run_task():\n    pass\n"})
    assert file.taking("reference-symbol").text == text.replace("run_tusk", "run_task")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("See [the *words*](gone.md), ok.", "See the *words*, ok."),
        ("See [the [inner] words](gone.md 'title'), ok.", "See the [inner] words, ok."),
        ("See [x](<gone.md>) and [y](doc/D.md).", "See x and [y](doc/D.md)."),
        ("An ![image](gone.png).", "An image."),
    ],
)
def test_of_a_link_that_goes_the_words_stay(line: str, left: str) -> None:
    file = File("a.md", f"# A\n\n{line}\n", "markdown", others={"doc/D.md": DESIGN})
    assert file.taking("reference-unresolved", "Keep the words").text == f"# A\n\n{left}\n"


def test_a_definition_that_others_use_is_not_taken_out() -> None:
    file = File("a.md", "# A\n\nSee [it][d].\n\n[d]: gone.md\n", "markdown")
    assert not [o for o in file.offers("reference-unresolved") if "Keep" in o.title]


def test_of_a_header_s_list_the_line_goes() -> None:
    done = File("a.py", header("gone.md")).taking("reference-unresolved", "Drop")
    assert done.text == HEADER.replace("# codebase: {}\n", "")


def test_of_several_on_one_line_only_one_goes() -> None:
    file = File("a.py", header("doc/D.md, gone.md"), others={"doc/D.md": DESIGN})
    done = file.taking("reference-unresolved", "Drop")
    assert done.text == header("doc/D.md")


def test_what_a_header_names_is_created_from_the_root_and_what_a_link_names_beside_it() -> None:
    made = File("src/a.py", header("doc/GONE_BY.md")).taking("reference-unresolved", "Create")
    assert made.others == {"doc/GONE_BY.md": "# GONE BY\n"}
    linked = File("doc/a.md", "# A\n\n[x](sub/new.py)\n", "markdown")
    done = linked.taking("reference-unresolved", "Create 'doc/sub/new.py'")
    assert done.others["doc/sub/new.py"].startswith('"""\n[Source file intent]\n')
    assert done.text == linked.text


def test_nothing_is_created_outside_the_workspace() -> None:
    file = File("a.md", "# A\n\n[x](../../etc/passwd.md)\n", "markdown")
    assert not [o for o in file.offers("reference-unresolved") if o.create]


def test_with_two_that_may_be_meant_none_is_sure() -> None:
    others = {"x/DESIGN.md": DESIGN, "y/DESIGN.md": DESIGN}
    file = File("a.py", header("doc/DESIGN.md"), others=others)
    offered = file.offers("reference-unresolved")
    assert sum("DESIGN.md'" in one.title and bool(one.edits) for one in offered) == 2
    assert not any(one.preferred for one in offered)
