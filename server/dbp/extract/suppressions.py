"""Comments that ask for silence: `dbp: ignore[code, …]` and `dbp: ignore-file[code, …]`.

Only in comments and docstrings of the language: the same words in a string are data, and behind a
backtick somebody speaks of them. Nothing is done for a text without `dbp:`, so the exact look at
comments and strings costs only where it pays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from dbp.languages import Language
from dbp.lines import LINE_END
from dbp.model import Suppression

MAX_SUPPRESSIONS = 10_000

_ASKED = re.compile(
    r"(?<![\w`-])dbp:[ \t]{0,9}ignore(-file)?(?![\w-])[ \t]{0,9}(?:\[([^\[\]\r\n]{0,1000})\])?"
)
_PREFIX = re.compile(r"\s*+\b[rRuUbB]{0,2}$|\s+$")
_CODE = re.compile(r"[\w.-]{1,80}")
_QUOTELESS = frozenset(
    """markdown html xml vue svelte restructuredtext asciidoc tex bibtex groff text jinja ignore
    gettext""".split()  # noqa: SIM905 - a table
)
"""Languages of words: a quotation mark in them opens nothing."""

_DOUBLE_ONLY = frozenset(
    """rust lisp scheme clojure haskell elm purescript ocaml fsharp ada vhdl verilog systemverilog
    yaml ini properties dockerfile makefile nginx erlang prolog matlab tex c cpp csharp java kotlin
    swift go scala zig solidity d proto thrift asm linkerscript vb""".split()  # noqa: SIM905 - a table
)
"""Languages in which an apostrophe quotes one letter, or nothing."""

_TEMPLATES = frozenset(
    "javascript javascriptreact typescript typescriptreact go vue svelte".split()  # noqa: SIM905 - a table
)
_TRIPLES = frozenset("python kotlin swift scala java julia elixir groovy dart csharp".split())  # noqa: SIM905 - a table

_TRIPLE = r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:"""|\Z)?'
_TRIPLE_SINGLE = r"'''(?:[^'\\]|\\[\s\S]|'(?!''))*+(?:'''|\Z)?"
_DOUBLE = r'"(?:[^"\\\r\n]|\\.)*+"?'
_SINGLE = r"'(?:[^'\\\r\n]|\\.)*+'?"
_LETTER = r"'(?:[^'\\\r\n]|\\.[^'\r\n]{0,10})'"
_BACKTICKS = r"`(?:[^`\\]|\\[\s\S])*+`?"
_FENCE = r"^[ >]{0,12}(?P<f>`{3,}|~{3,})[^\r\n]*+(?s:.*?)(?:^[ >]{0,12}(?P=f)|\Z)|`[^`\r\n]*+`"
_TWO_DOTS = (
    r"^(?P<i>[ \t]*+)\.\."
    r"(?![ \t]+(?:\[[^\]\s]+\]\s|_|\|[^|\r\n]+\||[\w:+.-]{1,60}::))(?:[ \t][^\r\n]*+)?"
    r"(?:\r?\n(?:(?P=i)[ \t]+[^\r\n]*+|[ \t]*+(?=\r?\n)))*+"
)


def read_suppressions(text: str, language: Language) -> tuple[Suppression, ...]:
    """Find what the comments of a text ask for."""
    if "dbp:" not in text or not _ASKED.search(text):
        return ()
    starts = [0, *(match.end() for match in LINE_END.finditer(text))]
    found: list[Suppression] = []
    before = 0
    for match in _lexer(language).finditer(text):
        if match.lastgroup in ("comment", "triple") and "dbp:" in match[0]:
            gap = _PREFIX.sub("", text[max(before, match.start() - 200) : match.start()])
            if match.lastgroup == "comment" or gap[-1:] in (":", ""):
                found += _asked(text, match.start(), match.end(), starts)
        before = match.end()
        if len(found) >= MAX_SUPPRESSIONS:
            break
    return tuple(found[:MAX_SUPPRESSIONS])


def _asked(text: str, start: int, end: int, starts: list[int]) -> list[Suppression]:
    found = []
    for match in _ASKED.finditer(text, start, end):
        codes = tuple(_CODE.findall(match[2] or ""))
        if codes or match[2] is None:
            line = bisect_right(starts, match.start()) - 1
            found.append(Suppression(line, codes, bool(match[1])))
    return found


@lru_cache(maxsize=32)
def _lexer(language: Language) -> re.Pattern[str]:
    """Make the expression that parts a language's text into comments, strings and the rest."""
    name = language.name
    comments = [
        rf"{re.escape(opener)}(?s:.*?)(?:{re.escape(closer)}|\Z)"
        for opener, closer in language.block
    ]
    markers = sorted(language.line, key=len, reverse=True)
    if name == "restructuredtext":
        comments, markers = [_TWO_DOTS], []
    for marker in markers:
        head = r"(?<![^\s;({\[,])" if marker != "//" else r"(?<!:)"
        if marker[-1].isalpha() or name == "text" or marker == "*":
            head = r"^[ \t]*+"
        tail = r"(?!\w)" if marker[-1].isalpha() else ""
        comments.append(rf"{head}{re.escape(marker)}{tail}[^\r\n]*+")
    parts = [rf"(?P<comment>{'|'.join(comments)})"] if comments else []
    strings = []
    if name == "markdown":
        parts.insert(0, rf"(?P<string>{_FENCE})")
    if name in _TRIPLES or language.docstrings:
        parts.append(rf"(?P<triple>{_TRIPLE}|{_TRIPLE_SINGLE})")
    if name not in _QUOTELESS:
        strings = [_DOUBLE, _LETTER if name in _DOUBLE_ONLY else _SINGLE]
    if name == "vim":
        strings = [_SINGLE]
    if name in _TEMPLATES:
        strings.append(_BACKTICKS)
    if strings:
        parts.append(rf"(?P<text>\\.|{'|'.join(strings)})")
    return re.compile("|".join(parts) or r"(?!)", re.MULTILINE)
