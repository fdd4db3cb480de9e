"""Entries of a change history: added where and as the file has them, sorted when they are not."""

from __future__ import annotations

import pytest
from acting import File

from dbp.actions.edits import Action

HEAD = "# [Source file intent]\n# Runs tasks.\n#\n# [Source file design principles]\n# - One\n#\n"
HEAD += "# [Source file constraints]\n# - None\n#\n# [GenAI tool change history]\n"
CODE = "\n\ndef run(task):\n    return task\n"
NEWEST = (
    "# 2025-04-24T23:38:00Z : Second by Tool\n# * A detail\n# 2025-04-23T10:00Z : First by Tool\n"
)
OLDEST = (
    "# 2025-04-23T10:00:00Z : First by Ann\n# 2025-04-24T23:38:00Z : Second by Bob\n# * A detail\n"
)
WHAT = "<what changed, and why>"


def add(text: str, path: str = "a.py", language: str = "python") -> str:
    file = File(path, text, language)
    return file.after(_history(file)).text


def _history(file: File) -> Action:
    (action,) = [one for one in file.sources() if one.kind == "source.dbp.history"]
    return action


def test_the_newest_comes_first_where_it_does_and_keeps_the_file_s_one_author() -> None:
    new = f"# 2026-11-22T00:00:00Z : {WHAT} by Tool\n"
    assert add(HEAD + NEWEST + CODE) == HEAD + new + NEWEST + CODE


def test_the_newest_comes_last_where_it_does_and_names_none_of_several_authors() -> None:
    new = f"# 2026-11-22T00:00:00Z : {WHAT}\n"
    assert add(HEAD + OLDEST + CODE) == HEAD + OLDEST + new + CODE


@pytest.mark.parametrize(
    ("entry", "new"),
    [
        ("2025-04-24 - First", f"2026-11-22 - {WHAT}"),
        ("2025-04-24: First", f"2026-11-22: {WHAT}"),
        ("- 2025-04-24T23:38Z : First", f"- 2026-11-22T00:00Z : {WHAT}"),
        ("* [2025-04-24] First", f"* [2026-11-22] {WHAT}"),
        ("2025-04-24 23:38:00 UTC : First", f"2026-11-22 00:00:00 UTC : {WHAT}"),
    ],
)
def test_an_entry_is_dated_as_the_others_are(entry: str, new: str) -> None:
    assert add(f"{HEAD}# {entry}\n{CODE}") == f"{HEAD}# {new}\n# {entry}\n{CODE}"


def test_an_empty_history_gets_its_first_entry() -> None:
    assert add(HEAD + CODE) == f"{HEAD}# 2026-11-22T00:00:00Z : {WHAT}\n{CODE}"


def test_a_header_without_a_history_gets_one() -> None:
    head = HEAD.removesuffix("#\n# [GenAI tool change history]\n")
    assert add(head + CODE) == f"{HEAD}# 2026-11-22T00:00:00Z : {WHAT}\n{CODE}"


def test_in_a_block_comment() -> None:
    body = HEAD.replace("# ", " * ").replace("#\n", " *\n")
    text = f"/*\n{body} * 2025-04-24 : First\n */\nint f(void) {{ return 1; }}\n"
    done = add(text, "a.c", "c")
    assert f" * 2026-11-22 : {WHAT}\n * 2025-04-24 : First\n */\n" in done


def test_an_entry_makes_the_finding_of_a_missing_one_go() -> None:
    file = File("a.py", HEAD + NEWEST + CODE, stale=("[history]",))
    offered = file.offers("history-entry-missing")
    assert [one.title for one in offered[:2]] == [
        "Add an entry to the change history",
        "The change needs no entry",
    ]
    assert offered[0].preferred
    assert offered[1].call is not None
    assert offered[1].call.command == "dbp.acceptDocumentation"
    assert offered[1].call.arguments == ("file:///w/a.py", ["[history]"])


def test_a_history_in_no_order_is_sorted_with_all_that_belongs_to_each_entry() -> None:
    entries = [
        "# 2025-04-24 : Third\n# * Its detail\n# goes on\n",
        "# 2025-04-22 : First\n",
        "# 2025-04-23 : Second\n#   * Its detail\n",
        "# 2025-04-21 : Zeroth\n",
    ]
    file = File("a.py", HEAD + "".join(entries) + CODE)
    done = file.taking("history-order", "Sort")
    third, first, second, zeroth = entries
    assert done.text == HEAD + third + second + first + zeroth + CODE
    assert file.fixed().text == done.text


def test_of_two_histories_none_is_sorted_and_all_else_is_offered() -> None:
    history = (
        "# [GenAI tool change history]\n# 2024-04-24 : A\n# 2025-05-24 : B\n# 2024-01-01 : C\n"
    )
    file = File("a.py", f"# [Source file intent]\n# Runs.\n{history}{history}\nX = 1\n")
    assert "history-order" in file.codes()
    assert [one.title for one in file.offers("history-order") if "Sort" in one.title] == []
