"""Tasks of Markdown documents: what counts, what it says, and what never does."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from dbp.codec import decode, encode
from dbp.extract.extraction import extract_text
from dbp.extract.markdown import _headings, _outside_code  # what the quick look saves
from dbp.extract.markdown_marks import may_mark
from dbp.extract.markdown_tasks import MAX_TASKS, read_tasks
from dbp.facts import Facts, decode_facts, encode_facts, facts_of
from dbp.model import Task


def tasks(text: str) -> tuple[Task, ...]:
    return extract_text("any.md", "markdown", text).tasks


def states(text: str) -> list[str]:
    return [task.state for task in tasks(text)]


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("- [ ] a", "open"),
        ("- [x] a", "done"),
        ("* [X] a", "done"),
        ("+ [ ]\ta", "open"),
        ("1. [ ] a", "open"),
        ("12) [x] a", "done"),
        ("   - [x] a", "done"),
        ("- [✅] a", "done"),
        ("- [~] a", "doing"),
        ("- [/] a", "doing"),
        ("- [-] a", "dropped"),
        ("- [ ] ~~a~~", "dropped"),
        ("> - [x] a", "done"),
        ("- TODO: a", "open"),
        ("- [DONE] a", "done"),
        ("- **WIP** a", "doing"),
        ("- DONE - a", "done"),
        ("- ☐ a", "open"),
        ("- ☑ a", "done"),
    ],
)
def test_boxes_and_sure_marks_count_everywhere(line: str, state: str) -> None:
    assert tasks(f"Words.\n\n{line}\n") == (Task("a", 2, 0, state),)


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ("✅ a", "done"),
        ("a ✔️", "done"),
        ("**✅ a**", "done"),
        ("a ✅ (done 2024-05-01)", "done"),
        ("✅ DONE: a", "done"),
        ("❌ a", "open"),
        ("🚧 a", "doing"),
        ("a ⏳", "doing"),
        ("🔄 a", "doing"),
        ("⏭️ a", "dropped"),
        ("a (done)", "done"),
        ("a — in progress", "doing"),
        ("a: not started", "open"),
        ("a **DONE**", "done"),
        ("a [cancelled]", "dropped"),
    ],
)
def test_other_marks_count_below_a_heading_that_speaks_of_progress(item: str, state: str) -> None:
    assert tasks(f"# Roadmap\n\n- {item}\n") == (Task("a", 2, 0, state),)
    assert tasks(f"# Implementation plan\n\n## Core\n\n- {item}\n") == (Task("a", 4, 0, state),)
    assert tasks(f"# Great tool\n\n- {item}\n") == ()
    assert states(f"# Great tool\n\n- {item}\n- [ ] b\n") == [state, "open"]


@pytest.mark.parametrize(
    "text",
    [
        "# Tool\n\n## Features\n\n- ✅ Fast\n- 🔄 Syncs\n- ❌ No Windows\n",
        "# Tool\n\n| | Ours | Theirs |\n|---|---|---|\n| Fast | ✅ | ❌ |\n",
        "# Jobs\n\n| Status | Meaning |\n|---|---|\n| pending | waits |\n| done | ended |\n",
        "# HTTP\n\n| Code | Status |\n|---|---|\n| 200 | OK |\n| 404 | Not Found |\n",
        "## ✅ Good\n\nwords\n\n## ❌ Bad\n\nwords\n",
        "- TODO comments are highlighted\n- a job is done\n- Done is better than perfect\n",
        "- `TODO`: it waits\n- `DONE`: it ended\n",
        "# Roadmap\n\nLegend:\n\n- ✅ Done\n- 🚧 In progress\n- `✅` means done\n",
        "# Roadmap\n\n## 🔄 Sync\n\n## ✅ Solution\n\n## Step by step\n",
        "# Words\n\n- **WIP**: Work in progress, unfinished\n- WIP_TASK.md is a file\n",
        "# Plan\n\n- **COMPLETED** all six\n\n## A quick tour ✔ of it\n",
        "# Tasks\n\n## 1. 🔄 Sync\n",
        "- [x](link.md)\n- [ ]\n- []() x\n- [y] z\n- [ ]a\n[ ] no item\n",
        "```\n- [x] a\n```\n",
        "~~~md\n- [x] a\n~~~\n",
        "<!--\n- [x] a\n-->\n",
        "words <!-- and\n- [x] a\n--> end\n",
        "words\n\n    - [x] a\n",
        "---\ntodo:\n- [x] a\n---\n",
        "# The plan\n\nWe are DONE ✅\n\nStatus: 200 OK\n",
        "# Tool\n\nStatus: beta\n",
        "1. Click **Done**\n2. Choose the state open\n",
    ],
)
def test_ordinary_documents_have_no_tasks(text: str) -> None:
    assert tasks(text) == ()


def test_a_comment_that_never_ends_hides_nothing_in_a_line_of_words() -> None:
    assert states("words <!-- not closed\n- [x] a\n") == ["done"]
    assert states("`<!--` is a comment\n- [x] a\n-->\n") == ["done"]


def test_levels_follow_the_indent() -> None:
    text = (
        "- [ ] a\n  - [x] b\n    1. [ ] c\n- plain\n    - [x] d\n\t- [ ] e\n"
        "1. [ ] f\n  - [ ] g\n\nwords\n\n- [ ] h\n"
    )
    found = [(task.text, task.level) for task in tasks(text)]
    assert found == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
        ("d", 1),
        ("e", 1),
        ("f", 0),
        ("g", 1),
        ("h", 0),
    ]


def test_texts_are_plain_and_short() -> None:
    [task] = tasks("- [x] **Bold** `code` [link](x.md) ~~gone~~ kept\n")
    assert task.text == "Bold code link gone kept"
    [task] = tasks("- [x] " + "word " * 100 + "\n")
    assert len(task.text) <= 200


def test_headings_are_tasks_where_nothing_below_is_one() -> None:
    text = (
        "# Project\n\n## Step 1: dig ✅\n\nwords\n\n## Step 2: fill 🚧\n\n## Step 3: rest\n\n"
        "## Notes\n\n## 4. More — DONE\n\n- [ ] a\n"
    )
    assert tasks(text) == (
        Task("Step 1: dig", 2, 0, "done"),
        Task("Step 2: fill", 6, 0, "doing"),
        Task("Step 3: rest", 8, 0, "open"),
        Task("a", 14, 0, "open"),
    )


def test_numbers_and_words_beside_a_sign_are_understood() -> None:
    text = (
        "# Report\n\n### 1. ✅ Drivers (100%)\n\n### 2. Riders ⏳ Pending\n\n### 3. Cars\n\n"
        "#### Phase A: dig (✅ COMPLETED - 2026-02-06)\n\n#### Phase B\n\n"
        "|Part|Status|\n|--|--|\n|a|⏳ Not started|\n|b|⚠️ Blocked|\n|c|🟢 Done|\n|d|⚠️ Odd|\n"
    )
    assert [(task.text, task.state) for task in tasks(text)] == [
        ("1. Drivers (100%)", "done"),
        ("2. Riders", "open"),
        ("Phase A: dig", "done"),
        ("a", "open"),
        ("b", "open"),
        ("c", "done"),
    ]


def test_a_line_of_status_speaks_of_its_heading() -> None:
    text = (
        "# Project\n\nStatus: in progress\n\n## Dig\n\n- **Status**: ✅ Complete\n- Files: two\n\n"
        "## Fill\n\n**Status:** Not started\n\n## Rest\n\nStatus: In Progress (50 %)\n"
    )
    assert tasks(text) == (
        Task("Dig", 4, 0, "done"),
        Task("Fill", 9, 0, "open"),
        Task("Rest", 13, 0, "doing"),
    )


def test_rows_of_a_status_table_are_tasks() -> None:
    text = (
        "# P\n\n| # | Task | Status |\n|--:|:--|:-:|\n| 1 | Dig | ✅ Done |\n"
        "| 2 | Fill | In progress |\n| T3 | Rest \\| sleep | |\n| 4 | Fly | Cancelled |\n"
        "| 5 | Eat | 100% |\n| 6 | Odd | see Bob |\n"
        "\nFeature | Done?\n--- | ---\nOne | yes\nTwo | [x]\nThree | no\n"
    )
    assert tasks(text) == (
        Task("Dig", 4, 0, "done"),
        Task("Fill", 5, 0, "doing"),
        Task("Rest | sleep", 6, 0, "open"),
        Task("Fly", 7, 0, "dropped"),
        Task("Eat", 8, 0, "done"),
        Task("One", 13, 0, "done"),
        Task("Two", 14, 0, "done"),
        Task("Three", 15, 0, "open"),
    )


def test_tasks_travel_with_the_extraction_and_are_counted_in_the_facts() -> None:
    found = extract_text("a.md", "markdown", "- [x] a\n- [ ] b\n- [~] c\n- [-] d\n")
    assert decode(encode(found)) == found
    facts = facts_of(found)
    assert facts.tasks == (1, 3)
    assert decode_facts(encode_facts(facts)) == facts
    assert encode_facts(Facts()) == b""
    assert decode_facts(encode_facts(Facts(tasks=(0, 2)))).tasks == (0, 2)


def test_only_markdown_has_tasks() -> None:
    assert extract_text("a.txt", "text", "- [x] a\n").tasks == ()


_BOXES = {"open": "[ ]", "done": "[x]", "doing": "[~]", "dropped": "[-]"}
_WORDS = st.text("abcdefgh XYZ.é", min_size=1, max_size=30).map(lambda text: "w" + text.strip())


@given(
    st.lists(
        st.tuples(
            _WORDS, st.integers(0, 3), st.sampled_from(sorted(_BOXES)), st.sampled_from("-*+1")
        ),
        max_size=20,
    ),
    st.sampled_from(["", "# Title\n\n", "```\n- [x] code\n```\n\n", "<!--\n- [ ] c\n-->\n\n"]),
)
def test_a_list_that_is_rendered_reads_back_equal(
    items: list[tuple[str, int, str, str]], before: str
) -> None:
    lines, expected, level = before.split("\n")[:-1], [], -1
    for words, wanted, state, marker in items:
        level = min(wanted, level + 1)
        expected.append(Task(" ".join(words.split()), len(lines), level, state))
        bullet = "1." if marker == "1" else marker
        lines.append("    " * level + f"{bullet} {_BOXES[state]} {words}")
    assert tasks("\n".join(lines) + "\n") == tuple(expected)


@given(st.text("-*+1.[]x ~|✅🚧#>`<!DONE:()\n\t", max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    lines = text.split("\n")
    found = tasks("# Plan\n" + text)
    assert [task.line for task in found] == sorted(task.line for task in found)
    assert all(0 < len(task.text) <= 200 and task.line <= len(lines) for task in found)


_PIECES = [
    *("- ", "1. ", "| a | ", " |", "\n", "\n\n", "# Plan\n", "## Step 1 ", "**", "(", ")", ": "),
    *("| a | Status |\n|-|-|\n", "| a | Done |\n|-|-|\n", "Status: ", "- **State**: ", "—", " "),
    *(
        "words",
        "[ ] ",
        "[x] ",
        "✅",
        "🚧",
        "TODO",
        "DONE",
        "done",
        "Completed",
        "In Progress",
        "wip",
    ),
    *("Not started", "open", "To do", "Won't fix", "cancelled", "Postponed", "40 %", "yes", "[-]"),
    *("Blocked", "started", "partial", "IN PROGRESS", "DROPPED", "complete", "In review", "x"),
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_the_quick_look_overlooks_nothing(text: str) -> None:
    visible = list(_outside_code(text.split("\n")))
    if read_tasks(visible, _headings(visible)):
        assert may_mark(text)


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] " + "a" * 1_000_000,
        "- " * 500_000,
        "- [x] a\n" * 120_000,
        "# Plan\n" + "- a (" * 200_000,
        "# Plan\n" + "- " + "✅ " * 300_000,
        "|-" * 500_000,
        "|a|Status|\n|-|-|\n" + "|b|done|\n" * 100_000,
        "> " * 500_000 + "- [x] a",
        "- [ ] " + "~~" * 400_000,
        "# Step 1 ✅\n" * 60_000,
        "- [ ] " + "[" * 1_000_000,
        "a <!--\n" * 120_000 + "-->",
        "- Status: " + "*" * 1_000_000,
        "".join(" " * (2 * (n % 400)) + "- [ ] a\n" for n in range(2_400)),
        " " * 1_000_000 + "- [ ] a",
        "\n".join("#" * (n % 6 + 1) + f" Phase {n} ✅" for n in range(60_000)),
    ],
)
def test_reading_is_linear(line: str) -> None:
    visible = list(_outside_code(line.split("\n")))
    headings = _headings(visible)
    started = time.process_time()
    may_mark(line)
    assert len(read_tasks(visible, headings)) <= MAX_TASKS
    assert time.process_time() - started < 1.5
