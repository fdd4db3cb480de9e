"""What must not alarm: signatures that take more than they say, and words that are no promise."""

from __future__ import annotations

import pytest
from analysis_help import Files
from hypothesis import given, strategies as st

from dbp.analysis.levels import make_levels
from dbp.model import Severity

PYTHON = '''"""Runs."""


{signature}
    """Run it.

    Args:
        first: one
        other: two
    """
'''
ONLY_PARAMETERS = make_levels({"header-missing": "off"})


def unknown(path: str, text: str) -> list[str]:
    """Name the parameters that are said not to exist."""
    found = Files({path: text}).found(path, ONLY_PARAMETERS)
    return [one.data["parameter"] for one in found if one.code == "parameter-unknown"]


def test_a_plain_signature_is_taken_at_its_word() -> None:
    assert unknown("a.py", PYTHON.format(signature="def run(first):")) == ["other"]


@pytest.mark.parametrize(
    "signature",
    [
        "def run(first, **options):",
        "def run(first, *rest):",
        "def run(self, first, other=None, /):",
        "async def run(*, first, other):",
        "def run():",
        "class Run(Base):",
        "class Run:\n    first: int",
    ],
)
def test_python_signatures_that_do_not_alarm(signature: str) -> None:
    assert unknown("a.py", PYTHON.format(signature=signature)) == []


def test_overloads_share_their_words() -> None:
    text = (
        '"""Runs."""\n\n\n@overload\ndef run(first): ...\n\n\n@overload\ndef run(other): ...\n\n\n'
        + PYTHON.format(signature="def run(first):").split("\n\n\n")[1]
    )
    assert unknown("a.py", text) == []


@pytest.mark.parametrize(
    ("style", "documented"),
    [
        ("Parameters\n    ----------\n    first, other : int\n        Both.\n", []),
        ("Parameters\n    ----------\n    first : int\n    gone : int\n        No.\n", ["gone"]),
        (":param int first: one\n    :param gone: two\n", ["gone"]),
        ("Args:\n        *first: one\n        **other: two\n", []),
        ("Args:\n        first (int, optional): one\n        gone (str): two\n", ["gone"]),
        ("@param first one\n", []),
        ("Example:\n        gone: 3\n", []),
        ("Attributes:\n        gone: 3\n", []),
        ("Raises:\n        Gone: never\n", []),
    ],
)
def test_styles_of_python(style: str, documented: list[str]) -> None:
    text = f'"""Runs."""\n\n\ndef run(first, other):\n    """Run it.\n\n    {style}    """\n'
    assert unknown("a.py", text) == documented


DOC = "/** Runs.\n{} */\n{}\n"
C_LIKE = [
    ("a.c", "first one|gone two", "int run(int first) {}", ["gone"]),
    ("a.c", "void", "int run(void) {}", []),
    ("a.c", "fmt how|... what", "int run(char *fmt, ...) {}", []),
    ("a.c", "fmt how|args what", "int run(char *fmt, ...) {}", []),
    ("a.h", "first one|gone two", "int run(int, char *);", []),
    ("a.h", "first one|gone two", "int run(int first, char **all);", ["gone"]),
    ("a.c", "first one|gone two", "DEFINE_RUN2(run, int, first, int, second)\n{\n}", []),
    ("a.js", "{Object} options all|{int} options.depth one", "function run({depth}) {}", []),
    ("a.js", "{Object} options all|{int} options.depth one", "function run(options) {}", []),
    ("a.js", "{int} [first=3] one|{int} gone two", "function run(first) {}", ["gone"]),
    ("a.js", "{...int} rest all", "function run(...values) {}", []),
    ("a.js", "first one", "function run() { return arguments[0]; }", []),
    ("a.ts", "gone two", "function run(first: {a: number}, ...rest: T[]): void {}", []),
    ("a.java", "<T> a type|first one", "class A {<T> void run(T first) {}}", []),
    ("a.php", "int $first one|int $gone two", "function run($first) {}", ["gone"]),
]


@pytest.mark.parametrize(("path", "tags", "code", "documented"), C_LIKE)
def test_other_languages(path: str, tags: str, code: str, documented: list[str]) -> None:
    tagged = "".join(f" * @param {tag}\n" for tag in tags.split("|"))
    text = DOC.format(tagged, code)
    assert unknown(path, f"<?php\n{text}" if path.endswith(".php") else text) == documented


@pytest.mark.parametrize(
    ("entries", "alarm"),
    [
        ("2025-03-02 : b\n2025-03-01 : a", False),
        ("2025-03-01 : a\n2025-03-02 : b", False),
        ("2025-03-01T10:00:00Z : a\n2025-03-01T10:00:00Z : b\n2025-03-01T10:00:00Z : c", False),
        (
            "2025-03-02T10:00:00Z : a\n2025-03-02 : b\n2025-03-02T12:00:00Z : c\n2025-03-01 : d",
            False,
        ),
        ("2025-03-02 : a\nno date at all : b\n2025-03-01 : c", False),
        ("2025-03-02 : a\n2025-03-01 : b\n2025-03-03 : c", True),
    ],
)
def test_orders_of_a_history(entries: str, alarm: bool) -> None:  # noqa: FBT001 - one of two answers
    text = f'"""\n[Source file intent]\nRuns.\n\n[GenAI tool change history]\n{entries}\n"""\n'
    codes = Files({"a.py": text}).codes("a.py")
    assert ("history-order" in codes) is alarm


def test_words_in_prose_and_the_web_are_no_promise() -> None:
    text = (
        "# A\n\nSee `gone.py`, [x](https://a.org/b#c), <mailto:a@b.c>, [y](//a.org/z), [z](#a).\n"
    )
    assert Files({"a.md": text}).codes("a.md") == []


def test_a_bundle_that_requires_its_own_name_is_no_circle() -> None:
    text = '/** A bundle. */\nvar x = require("./lib");\n'
    assert Files({"lib.js": text}).codes("lib.js") == []


SOURCE = st.text(
    st.sampled_from(
        "[]()#\"'*`:.,-<>/\\ \nabcdef dbp: ignore Args param 2025-01-02T10:00:00Zé😀\x00"
    ),
    max_size=400,
)


@given(st.sampled_from(["a.py", "a.md", "a.js", "a.c", "a.txt"]), SOURCE)
def test_no_text_breaks_a_rule(path: str, text: str) -> None:
    before = {path: text[: len(text) // 2]}
    for finding in Files({path: text}, before).found(path):
        assert finding.message
        assert finding.severity in Severity
        assert finding.range.start_line >= 0
