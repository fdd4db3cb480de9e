"""The tokens of code in brace languages, by one regular expression each; comments are no tokens.

Not a parser: a token is what no formatter takes apart or puts together. `>` always stands alone,
since `> >` and `>>` close the same templates; so do `*` and `&` where they make pointers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

C_LIKE = frozenset({"c", "cpp"})
SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
TYPED_SCRIPTS = frozenset({"typescript", "typescriptreact"})
_WORD = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+"
_NUMBER = rb"\d\w*+(?:\.\d\w*+)?+"
_DOUBLE = rb'"(?:[^"\\\n]|\\[\s\S])*+"'
_SINGLE = rb"'(?:[^'\\\n]|\\[\s\S])*+'"
_TRIPLE = rb'"""(?:[^"\\]|\\[\s\S]|"(?!""))*+(?:"{3,5}+)?'
_BLOCK = rb"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_LINE = rb"//(?:[^\n\\]|\\(?:\r?\n|.)?)*+"
_HASH = rb"#[^\n]*+"
_INSIDE = rb"(?:[^*/]|\*(?!/)|/(?!\*))*+"
_NESTED = rb"/\*" + _INSIDE + rb"(?:/\*" + _INSIDE + rb"\*/" + _INSIDE + rb")*+(?:\*/)?"

_ASSIGN = rb"[-+*/%&|^]=|<<="
_SHARED = rb"&&|\|\||==|!=|<=|<<(?!=)|\+\+|--|->|::|\.\.\.|" + _ASSIGN
_CLASS = rb"\[(?:[^\]\\\n]|\\.){0,200}+\]"
_REGEX = rb"(?<![\w)\]$<\"'}>])/(?![*/\s>=])(?:[^/\\\[\n]|\\.|" + _CLASS + rb"){1,500}+/[a-z]*+"
_SIMPLE_TEMPLATE = rb"`(?:[^`\\]|\\[\s\S])*+`"
INSERTED = rb"\$\{(?:[^`{}]{1,200}+|`(?:[^`\\]|\\[\s\S]){0,200}+`|\{[^{}]{0,200}+\}){0,8}+\}"
_TEMPLATE = rb"`(?:[^`\\$]|\\[\s\S]|" + INSERTED + rb"|\$)*+`?"


class Lexer(NamedTuple):
    """Comments, what else stands before words, strings and operators of a language."""

    comments: tuple[bytes, ...]
    strings: tuple[bytes, ...]
    operators: bytes = _SHARED
    words: bytes = _WORD
    numbers: bytes = _NUMBER


_C = Lexer(
    (_LINE, _BLOCK),
    (rb'R"\w{0,16}+\((?:[^)]|\)(?!\w{0,16}"))*+(?:\)\w*+")?', _DOUBLE, _SINGLE),
    numbers=rb"\d(?:'?\w)*+(?:\.\d\w*+)?+",
)
_SCRIPT = Lexer(
    (_LINE, _BLOCK),
    (rb"(?<=[a-z])'(?=[a-z])", _DOUBLE, _SINGLE, _TEMPLATE, _REGEX),
    rb"===|!==|\*\*=?|=>|\?\?=?|\?\.(?!\d)|&&=|\|\|=|" + _SHARED,
)
_LEXERS = {
    "c": _C,
    "cpp": _C._replace(operators=rb"<=>|" + _SHARED),
    "java": Lexer((_LINE, _BLOCK), (_TRIPLE, _DOUBLE, _SINGLE)),
    "csharp": Lexer(
        (_LINE, _BLOCK),
        (_TRIPLE, rb'(?:@\$?|\$@)"(?:[^"]|"")*+"', _DOUBLE, _SINGLE),
        rb"=>|\?\?=?|\?\.(?!\d)|\.\.|" + _SHARED,
    ),
    "go": Lexer((_LINE, _BLOCK), (_DOUBLE, _SINGLE, rb"`[^`]*+`"), rb"<-|:=|&\^=?|" + _SHARED),
    "rust": Lexer(
        (_LINE, _NESTED),
        (
            rb'b?r#++"(?:[^"]|"(?!#))*+(?:"#++)?',
            _DOUBLE,
            rb"'(?:[^'\\\n]|\\[^\n]\w*+(?:\{\w*+\})?)'",
            rb"'\w++",
        ),
        rb"=>|\.\.=|\.\.|" + _SHARED,
    ),
    "php": Lexer(
        (_LINE, _BLOCK, rb"#(?!\[)[^\n]*+"),
        (_DOUBLE.replace(rb"\n", b""), _SINGLE.replace(rb"\n", b"")),
        rb"===|!==|<=>|\*\*=?|=>|\?\?=?|\?->|" + _SHARED,
    ),
    "ruby": Lexer(
        (rb"(?<![^\s;])#[^\n]*+", rb"(?<=\n)=begin\b(?:[^\n]|\n(?!=end))*+(?:\n=end)?"),
        (_DOUBLE.replace(rb"\n", b""), _SINGLE.replace(rb"\n", b""), _SIMPLE_TEMPLATE),
        rb"===|<=>|=~|!~|\*\*=?|=>|&\.|\.\.|" + _SHARED,
        rb"[A-Za-z_$@\x80-\xff][\w\x80-\xff]*+[?!]?(?![=~])|[A-Za-z_$@\x80-\xff][\w\x80-\xff]*+",
    ),
    "kotlin": Lexer(
        (_LINE, _NESTED),
        (_TRIPLE, _DOUBLE, _SINGLE),
        rb"===|!==|\?\.|\?:|!!|\.\.<|\.\.|" + _SHARED,
    ),
    "swift": Lexer(
        (_LINE, _NESTED),
        (_TRIPLE, _DOUBLE),
        rb"===|!==|\?\?|\?\.|\.\.<|" + _SHARED,
    ),
    "shellscript": Lexer(
        (rb"(?<![^\s;&|()])#[^\n]*+",),
        (rb'"(?:[^"\\]|\\[\s\S])*+"', rb"'[^']*+'", rb"\\[^\n]", rb"\$[{#?!$@*(]?"),
        rb"&&|\|\||;;&?|;&|>>|<<-?|>&|<&|>\||\[\[|\]\]|\n",
        rb"[^\s;&|()<>\"'\\`$#{}]++(?:#++[^\s;&|()<>\"'\\`$#{}]*+)*+|#++",
    ),
}  # fmt: skip
_DEFAULT = Lexer((_LINE, _BLOCK), (_DOUBLE, _SINGLE))


@cache
def _pattern(language: str) -> re.Pattern[bytes]:
    name = language.removesuffix("react")
    lexer = _SCRIPT if language in SCRIPTS else _LEXERS.get(name, _DEFAULT)
    skipped = b"|".join((*lexer.comments, rb"\\\r?\n"))
    kept = b"|".join((*lexer.strings, lexer.words, lexer.numbers, lexer.operators))
    blank = rb"[ \t\r\f\v]*+" if language == "shellscript" else rb"\s*+"
    return re.compile(rb"(?:%s|(%s|\S))%s" % (skipped, kept, blank))


def tokens_of(text: bytes, language: str) -> list[bytes]:
    """Split code into its tokens, without comments."""
    return list(filter(None, _pattern(language).findall(text)))
