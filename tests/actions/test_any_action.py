"""Whatever the file and the action: it applies cleanly, and undoing it gives the file back."""

from __future__ import annotations

from acting import File
from hypothesis import given, settings, strategies as st

from dbp.actions.edits import Text, index_of, units
from dbp.model import Range

LINES = st.sampled_from(
    [
        *("", "#", "# [Source file intent]", "# Runs 💡 tasks.", "# [Dependencies]"),
        *("# codebase: gone.md", "# system: json", "# codebase: a.py, gone.md", "####"),
        *("# [Source file constraints]", "# [GenAI tool change history]", '"""', "'''"),
        *("# 2025-04-24T23:38:00Z : One by Ann", "# 2025-05-24 : Two", "# * detail", "\tx = 1"),
        *('"""Runs.', "def f(x, y):", '    """Do.', "    Args:", "        z: what", '    """'),
        *("    return x", "# dbp: ignore[doc-stale]", "/*", " * [File intent]", " */", "<!--"),
        *("-->", "[a](gone.md)", "![b](gone.png#x)", "# Title", "[c]: gone.md", "---", "#!/bin/sh"),
        *("/** Runs. */", "// [Source file intent]", "\ufeff", "import os", "x = '漢字'  # y"),
        *("# Copyright 2020", "[Source file design principles]", "    @param z what", "\x0c"),
    ]
)
FILES = st.sampled_from(
    [("a.py", "python"), ("a.js", "javascript"), ("a.md", "markdown"), ("a.html", "html")]
)


def reversed_edits(before: str, edits: tuple, after: str) -> str:
    """Undo edits by hand: take what was inserted out, and put what was replaced back."""
    text = Text(before)
    ordered = sorted(edits, key=lambda edit: edit.range)
    at, out, cursor = 0, [], 0
    for edit in ordered:
        start = text._offset(*edit.range[:2])
        end = text._offset(*edit.range[2:])
        kept = before[cursor:start]
        assert after.startswith(kept + edit.text, at)
        at += len(kept) + len(edit.text)
        out += [kept, before[start:end]]
        cursor = end
    assert after[at:] == before[cursor:]
    return "".join([*out, before[cursor:]])


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=25), FILES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_every_offer_for_every_finding_applies_cleanly(
    lines: list[str],
    kind: tuple[str, str],
    end: str,
    last: bool,  # noqa: FBT001 - drawn
) -> None:
    text = end.join(lines) + (end if last else "")
    file = File(kind[0], text, kind[1], others={"b.py": "x = 1\n"})
    offered = [*file.sources()]
    for code in dict.fromkeys(file.codes()):
        offered += file.offers(code)
    for action in offered:
        done = file.after(action)
        assert reversed_edits(text, action.edits, done.text) == text
        done.extraction()
        if "\r" not in text:
            assert "\r" not in done.text
        elif "\n" not in text:
            assert "\n" not in done.text.replace("\r\n", "")


BLOCKS = st.sampled_from(
    [
        "# [Source file intent]\n# Runs 💡.\n",
        "# [Source file design principles]\n# <the principles it keeps>\n",
        "# [Dependencies]\n# codebase: gone.md, b.pyy\n# system: json\n",
        "# [GenAI tool change history]\n# 2025-04-24T23:38:00Z : One\n# 2025-05-24 : Two\n# * so\n",
        "# Copyright 2020 X\n\n",
        "# Words 漢字.\n",
        "import b\n",
        'def f(x, y):\n    """Do.\n\n    Args:\n        z: what\n        x: that\n    """\n',
        "def g(x):\n    return x  # see `doc/gone.md`\n\n\n",
        "x = '💡'  # dbp: ignore[doc-stale, history-order]\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCKS, max_size=7), st.booleans(), st.integers(0, 5))
def test_what_is_mended_is_gone_and_a_chain_of_offers_loses_no_symbol(
    blocks: list[str],
    imports: bool,  # noqa: FBT001 - drawn
    choice: int,
) -> None:
    others = {"b.py": "x = 1\n"}
    file = File("a.py", "".join(blocks), others=others, imports=["b.py"] if imports else [])
    symbols = [one.name for one in file.extraction().symbols]
    for _step in range(6):
        offered = [
            (code, action)
            for code in dict.fromkeys(file.codes())
            for action in file.offers(code)
            if action.call is None
        ]
        if not offered:
            break
        code, action = offered[choice % len(offered)]
        done = file.after(action)
        assert done.codes().count(code) < file.codes().count(code), (action.title, done.text)
        assert [one.name for one in done.extraction().symbols] == symbols
        assert not done.extraction().problems
        file = done


@given(
    st.text(max_size=30).filter(lambda text: "\r" not in text and "\n" not in text),
    st.integers(0, 40),
)
def test_columns_count_utf_16_units(line: str, column: int) -> None:
    index = index_of(line, column)
    assert units(line[:index]) <= column
    assert index == len(line) or units(line[: index + 1]) > column


def test_edits_that_overlap_are_refused() -> None:
    text = Text("abc")
    edits = [(Range(0, 0, 0, 2), "x"), (Range(0, 1, 0, 3), "y")]
    try:
        text.apply([type("E", (), {"range": r, "text": t})() for r, t in edits])
    except ValueError as error:
        assert "overlap" in str(error)  # noqa: PT017 - one assertion more than raises()
    else:
        raise AssertionError
