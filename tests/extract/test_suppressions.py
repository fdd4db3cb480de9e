# ruff: noqa: E501 - tables of source text
"""`dbp: ignore` in comments of any language; the same words in strings ask for nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.extraction import extract_text
from dbp.extract.registry import lookup
from dbp.extract.suppressions import MAX_SUPPRESSIONS, read_suppressions
from dbp.languages import LANGUAGES, Language
from dbp.model import Suppression
from dbp.template import comment_of


def asked(language: str, text: str) -> list[tuple[int, tuple[str, ...], bool]]:
    return [tuple(item) for item in read_suppressions(text, lookup(language))]


COMMENTING = [one for one in LANGUAGES if one.line or one.block]


@pytest.mark.parametrize("language", COMMENTING, ids=lambda one: one.name)
def test_a_comment_of_any_language_may_ask_for_silence(language: Language) -> None:
    text = comment_of(language, ["words", "dbp: ignore[header-missing, a.b]", "words"])
    line = next(n for n, raw in enumerate(text.split("\n")) if "dbp:" in raw)
    extraction = extract_text("a", language.name, text)
    assert extraction.suppressions == (Suppression(line, ("header-missing", "a.b"), False),)
    comments = (
        text if language.docstrings else comment_of(language, ["dbp: ignore-file"], docstring=False)
    )
    assert [item.whole_file for item in read_suppressions(comments, language)] == [
        "ignore-file" in comments
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 1  # dbp: ignore\n", [(0, (), False)]),
        ("python", "#dbp:ignore [ a ,b ] because\n", [(0, ("a", "b"), False)]),
        ("python", "def f():\n    '''Words.\n\n    dbp: ignore[a]\n    '''\n", [(3, ("a",), False)]),
        ("python", 'r"""Words. dbp: ignore"""\n', [(0, (), False)]),
        ("python", "# dbp: ignore-file[a]\n# dbp: ignore[b]\n", [(0, ("a",), True), (1, ("b",), False)]),
        ("python", "# dbp: ignore[]\n# dbp: ignored\n# dbp: ignore-files\n# xdbp: ignore\n", []),
        ("python", "x = 'a # dbp: ignore'\n", []),
        ("python", 'x = """\n# dbp: ignore\n"""\n', []),
        ("python", 'x = f("""\n# dbp: ignore\n""")\n', []),
        ("python", "x = 'it\\'s' # dbp: ignore\n", [(0, (), False)]),
        ("javascript", "const a = `\n// dbp: ignore\n`\nf() // dbp: ignore[x]\n", [(3, ("x",), False)]),
        ("javascript", "const a = 'http://x' // dbp: ignore\n", [(0, (), False)]),
        ("javascript", "const a = '// dbp: ignore'\n", []),
        ("c", '/* one\n * dbp: ignore[x]\n */\nchar *s = "/* dbp: ignore */";\n', [(1, ("x",), False)]),
        ("rust", "fn f<'a>() {} // it's dbp: ignore\n", [(0, (), False)]),
        ("c", "char c = '\"'; // dbp: ignore\n", [(0, (), False)]),
        ("shellscript", 'echo "# dbp: ignore"\necho $# # dbp: ignore\n', [(1, (), False)]),
        ("yaml", "a: it's # dbp: ignore\nb: x#dbp: ignore\n", [(0, (), False)]),
        ("html", "<p>dbp: ignore</p>\n<!-- dbp: ignore -->\n", [(1, (), False)]),
        ("markdown", "dbp: ignore\n\n<!-- dbp: ignore-file -->\n", [(2, (), True)]),
        ("markdown", "```html\n<!-- dbp: ignore -->\n```\n`<!-- dbp: ignore -->`\n", []),
        ("markdown", "<!--\nwords\ndbp: ignore[a]\n-->\n", [(2, ("a",), False)]),
        ("json", '{"a": "// dbp: ignore"}', []),
        ("text", "# dbp: ignore[a]\nwords # dbp: ignore\n", [(0, ("a",), False)]),
        ("python", "x = 1\r\ny = 2  # dbp: ignore\r\n", [(1, (), False)]),
        ("python", "# 🍎 dbp: ignore\r# dbp: ignore", [(0, (), False), (1, (), False)]),
        ("python", "x = 'dbp: ignore'", []),
        ("python", "# write `dbp: ignore` into a comment\n", []),
    ],
)  # fmt: skip
def test_only_comments_ask(
    language: str, text: str, expected: list[tuple[int, tuple[str, ...], bool]]
) -> None:
    assert asked(language, text) == expected


def test_there_is_a_bound_on_what_is_asked() -> None:
    text = "# dbp: ignore[a]\n" * (MAX_SUPPRESSIONS + 10)
    assert len(read_suppressions(text, lookup("python"))) == MAX_SUPPRESSIONS


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "# ",
                "// ",
                "/*",
                "*/",
                '"""',
                "'''",
                '"',
                "'",
                "`",
                "\\",
                "<!--",
                "-->",
                "\n",
                "dbp: ignore",
                "x",
                "[a]",
            ]
        ),
        max_size=40,
    ).map("".join),
    st.sampled_from(LANGUAGES),
)
def test_any_text_can_be_searched(text: str, language: Language) -> None:
    lines = text.count("\n") + 1
    for item in read_suppressions(text, language):
        assert 0 <= item.line < lines


@pytest.mark.parametrize(
    "unit",
    ['"', "'", '\\"', '"""', "`", "/*", "<!--", "# ", "dbp: ignore", "dbp: ignore[", "```\n", "''' ", "(*", "\\", "\n", "# dbp: ignore[a]\n",
     "%", "--", "{-"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["python", "javascript", "markdown", "lua"])
def test_the_time_to_search_is_linear(unit: str, language: str) -> None:
    text = "# dbp: ignore\n" + unit * (500_000 // len(unit))
    before = time.process_time()
    read_suppressions(text, lookup(language))
    assert time.process_time() - before < 1
