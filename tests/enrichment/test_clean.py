"""What goes into a prompt has nothing invisible in it; what comes out of an answer does nothing."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from dbp.enrichment.clean import for_prompt, from_answer

anything = st.text(st.characters(), max_size=200) | st.text(max_size=200)
nasty = st.lists(
    st.sampled_from(
        [
            "\r", "\n", "\r\n", "\t", "\f", "\v", "\x85", "\u2028", "\x1c", "\0", "\x1b[31m",
            "\x1b]8;;http://x\x07", "\x9b2J", "\x1b", "\u202e", "\u200b", "\ufeff", "\ufe0f",
            "\U000e0041", "\U000e0100", "\ud800", "\ue000", "\u0378", "\u3164", "\u00ad", "a", "é",
            "日本", " ", "word",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip
pieces = st.lists(
    st.sampled_from(
        [
            "[", "]", "(", ")", "!", "<", ">", "&", "`", "```", "~~~", "#", "*", "_", "-", "|",
            "://", "http", "https://evil.example/x", "javascript:", "data:text/html,", "command:x",
            "www.", "evil.com", "a@b.org", "&lt;", "&#60;", "&amp;", "<script>", "</p>",
            "<img src=x",
            "<!--", "-->", "$(rocket)", "$(", "\\", "\n", " ", "word", "x", ":", "/", ".", "1. ",
            "> ", "- ", "+ ", "= ", "\u200b", "\x1b[1m", "\ud800", "mailto:", "vscode://", "file:",
            "?",
        ]
    ),
    max_size=30,
).map("".join)  # fmt: skip

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SCHEMES = ("javascript:", "vbscript:", "vscode:", "mailto:")


def lines_of(text: str) -> int:
    return len(re.split(r"\r\n|\r|\n", text))


@given(anything | nasty)
def test_a_prompt_keeps_the_lines_and_loses_what_cannot_be_seen(text: str) -> None:
    shown = for_prompt(text)
    assert lines_of(shown) == lines_of(text) == shown.count("\n") + 1
    assert {unicodedata.category(letter) for letter in shown if letter not in "\n\t"}.isdisjoint(
        FORBIDDEN
    )
    assert not re.search("[\ufe00-\ufe0f\U000e0000-\U000e0fff\u3164\u115f\u034f]", shown)
    assert for_prompt(shown) == shown


def test_visible_text_of_any_language_passes_unchanged() -> None:
    text = "def naïve(x):\n\treturn 'Привет, 世界, שלום, ไทย'  # 3 < 4 && ok\n"
    assert for_prompt(text) is text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\r\u200b\nb", "a\n\nb"),
        ("a\fb\vc\x85d\u2028e\u2029f\x1cg", "a b c d e f g"),
        ("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07", "red link"),
        ("\x1b]0;never ends\nnext", "0;never ends\nnext"),
        ("e\u202evil\u2066\u2069", "evil"),
        ("hid" + "".join(chr(0xE0000 + ord(c)) for c in "do this") + "den", "hidden"),
        ("smuggled" + "".join(chr(0xE0100 + code) for code in range(9)), "smuggled"),
        ("z\u200be\u200cr\u200do\ufeff", "zero"),
        ("half \ud83d emoji \ue000 \u0378.", "half  emoji  ."),
    ],
)
def test_what_becomes_of_each_kind(raw: str, shown: str) -> None:
    assert for_prompt(raw) == shown


def tokens_of(text: str) -> set[str]:
    kinds = {token.type for token in MarkdownIt("commonmark").parse(text)}
    for token in MarkdownIt("commonmark").parse(text):
        kinds |= {child.type for child in token.children or ()}
    return kinds


HARMLESS = {
    "paragraph_open", "paragraph_close", "inline", "text", "em_open", "em_close", "strong_open",
    "strong_close", "text_special",
}  # fmt: skip


@settings(max_examples=400)
@given(pieces | anything | nasty, st.integers(0, 300))
def test_an_answer_becomes_one_inert_paragraph(raw: str, limit: int) -> None:
    text = from_answer(raw, limit)
    assert len(text) <= limit
    assert from_answer(text, limit) == text
    assert text == " ".join(text.split())
    assert {unicodedata.category(letter) for letter in text}.isdisjoint(FORBIDDEN)
    for mark in ("://", "](", "][", "]:", "![", "`", "$(", "www.w", *SCHEMES):
        assert mark not in text.lower()
    assert not re.search(
        r"<[A-Za-z/!?]|&#|&\w+;|[\w.]@\w+\.\w|\w\.(com|org)\b(?![.\-][^\W_])", text
    )
    assert tokens_of(text) <= HARMLESS


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("See [the docs](https://a.b/c) for *args, **kwargs and **bold** text.",
         "See the docs for *args, **kwargs and bold text."),
        ("![pixel](http://evil/?d=1) hi", "pixel hi"),
        ("[[nested](a)](b)", "nested"),
        ("[x][1] and <https://auto.link> and https://bare.link/a(b).", "x and and."),
        ("javascript:alert(1) data:text/html,x file:///etc/passwd vscode://a command:b ok", "ok"),
        ("[a](javascript&colon;alert(1)) &lt;b&gt; &amp;amp;", "a &"),
        ("Checks data: types and files.", "Checks data: types and files."),
        ("mail bob@example.org or www.evil.net/x now", "mail or now"),
        ("<script>alert(1)</script><img src=x onerror=y>Maps<br/>keys", "alert(1) Maps keys"),
        ("Map<String, Foo> where x < y", "Map< String, Foo> where x < y"),
        ("```python\nrun()\n```\n- one\n- two", "run() one two"),
        ("# Title\n\n1. first\n> quoted", "Title first quoted"),
        ("$(rocket) Starts `main()`", "Starts main()"),
        ("handlers[name](event) keeps __init__", "handlers[name] (event) keeps __init__"),
        ("Uses java.net, com.example.foo, setup.py and README.md",
         "Uses java.net, com.example.foo, setup.py and README.md"),
        ("a\u202eb\u200bc\x1b[31md", "abcd"),
    ],
)  # fmt: skip
def test_what_is_left_of_an_answer(raw: str, clean: str) -> None:
    assert from_answer(raw, 400) == clean


def test_a_long_answer_is_cut_at_a_word() -> None:
    assert from_answer("one two three four five", 15) == "one two three…"
    assert from_answer("x" * 40, 10) == "x" * 9 + "…"
    assert from_answer("words", 0) == ""
    assert from_answer("five ", 5) == "five"


@pytest.mark.parametrize(
    "unit",
    ["[", "<a", "[](", "&amp;", "www.", "a.", "://", "\x1b]", "`", "**a", "a@", "](", "<!--", "&#",
     "(", "[]((a)", "\u200b", "x.co", "1. ", "- ", "$(", "![", "< "],
)  # fmt: skip
def test_hostile_answers_take_no_longer(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    from_answer(text, 2_000)
    for_prompt(text)
    assert time.process_time() - start < 1.5
