"""Which parentheses, braces and semicolons of a row of tokens change nothing.

A pair of parentheses that groups (and does not call, cast, declare or hold a condition) is needless
where it stands alone between other brackets, commas and ends, or where all operators in it bind
tighter than its neighbours. One pass with a stack; what is unclear stays.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbp.extract.tokens import SCRIPTS, TYPED_SCRIPTS

NEWLINE_ENDED = SCRIPTS | {"go", "kotlin", "swift", "ruby"}
"""Where a semicolon at a line's end says nothing, and nothing is cast by `(type) value`."""

BRACES_OPTIONAL = frozenset({"c", "cpp", "java", "csharp"})
"""Where a single statement may stand without braces, and no semicolon is ever optional."""

CONDITIONS_BARE = frozenset({"go", "rust", "swift"})
"""Where a condition needs no parentheses."""

_WITHOUT_GENERICS = frozenset({"c", "php", "javascript", "javascriptreact", "ruby"})
_LEVELS = (
    b"= += -= *= /= %= &= |= ^= <<= **= ??= &&= ||= => -> := <-",
    b"? :",
    b"?? ?: .. ... ..= ..<",
    b"||",
    b"&&",
    b"|",
    b"^",
    b"&",
    b"== != === !== <=> =~ !~",
    b"< > <= in of instanceof as is",
    b"<< &^",
    b"+ -",
    b"* / %",
    b"**",
)
"""From what binds loosest; as in C, whose order most languages kept."""


def _table(*changes: tuple[bytes, float]) -> Mapping[bytes, float]:
    pairs = [(name, level) for level, names in enumerate(_LEVELS) for name in names.split()]
    return dict([*pairs, *changes])


_TERNARY, _SHIFT, _SUM, _PRODUCT, _POWER = 1, 10, 11, 12, 13
_UNARY, _POSTFIX, _ATOM = 20, 30, 99
_C_TABLE = {
    name: level for name, level in _table().items() if name not in (b"in", b"of", b"->", b"as")
}
_TABLES: dict[str, Mapping[bytes, float]] = {
    "c": _C_TABLE,
    "cpp": _C_TABLE,
    "go": _table(
        (b"|", _SUM), (b"^", _SUM), (b"&", _PRODUCT), (b"<<", _PRODUCT), (b"&^", _PRODUCT)
    ),
    "rust": _table((b"|", 9.1), (b"^", 9.2), (b"&", 9.3), (b"as", 15)),
}
_TABLE = _table()

_UNARY_SIGNS = frozenset((b"!", b"~", b"-", b"+", b"*", b"&", b"++", b"--"))
_UNARY_WORDS = frozenset((b"typeof", b"void", b"delete", b"await"))
_POSTFIX_SIGNS = frozenset(
    (b".", b"->", b"[", b"(", b"++", b"--", b"::", b"?.", b"!", b"!!", b"?->")
)
_OPENERS = frozenset((b"", b"(", b"[", b"{", b",", b";"))
_CLOSERS = frozenset((b"", b")", b"]", b"}", b",", b";", b":"))
_BEFORE_GROUPS = frozenset((b"return", b"throw", b"case", b"yield"))
_HEADS = frozenset(
    (b"if", b"for", b"while", b"switch", b"catch", b"with", b"foreach", b"using", b"lock", b"match")
)
_CONTROL = _HEADS | {b"else", b"do", b"try", b"synchronized"}
_STARTS_KEPT = frozenset(
    b"function class { async new yield await let if match unsafe loop switch when try | || move fn"
    b" func".split()
)
_STATEMENT_WORDS = frozenset((b"return", b"break", b"continue"))
_BEFORE_BLOCKS = frozenset((b"=>", b"|", b"||"))
_LOOK_BACK = 60
_INTERESTING = frozenset((b"(", b")", b"[", b"]", b"{", b"}", b",", b";", b"?.", *_TABLE))
_GO_HEADS = frozenset((b"for", b"if", b"switch"))
_WORD_STARTS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$0123456789\"'`")
_LETTERS = 0x80
"""What begins with a byte of at least this is a letter in UTF-8."""


class _Open:
    """An open bracket and what was seen in it since."""

    __slots__ = ("bracket", "chained", "commas", "ends", "head", "index", "lowest", "nested")

    def __init__(self, index: int, bracket: bytes, *, head: bool = False) -> None:
        self.index = index
        self.bracket = bracket
        self.head = head
        self.lowest: float = _ATOM
        self.commas = 0
        self.ends = 0
        self.chained = False
        self.nested = False


def lay_bare(tokens: list[bytes], language: str) -> list[bytes]:
    """Leave out what changes nothing."""
    bare = _Pass(tokens, language)
    bare.run()
    return list(filter(None, bare.out))


class _Pass:
    """One pass over the tokens; what is left out becomes empty in `out`."""

    def __init__(self, tokens: list[bytes], language: str) -> None:
        self.tokens = [b"", *tokens, b"", b""]
        self.out = self.tokens[:]
        self.language = language
        self.levels = _TABLES.get(language, _TABLE)
        self.open = [_Open(0, b"")]
        self.head_end = self.loop_end = -1
        self.in_go_head = False

    def run(self) -> None:  # noqa: C901 - one branch for each token
        """Look at each token that may matter."""
        interesting = _INTERESTING | _GO_HEADS if self.language == "go" else _INTERESTING
        for index, token in enumerate(self.tokens):
            if token not in interesting:
                continue
            if token == b"(":
                head = self.tokens[index - 1] in _HEADS and not self._is_member(index - 1)
                self.open.append(_Open(index, token, head=head))
            elif token == b")":
                self._close_parenthesis(index)
            elif token in (b"[", b"{"):
                self.in_go_head = False
                self.open.append(_Open(index, token))
            elif token in (b"]", b"}"):
                self._close(index)
            elif token == b",":
                self._comma(index)
            elif token == b";":
                self._semicolon(index)
            elif token == b"?.":
                self.open[-1].chained = True
            elif token in self.levels:
                here = self.open[-1]
                here.lowest = min(here.lowest, self._strength(index, token))
            elif token in _GO_HEADS:
                self.in_go_head = True

    def _is_member(self, index: int) -> bool:
        """Tell whether a word is a member's name: `promise.catch(…)` is no head of a statement."""
        return self.tokens[index - 1] in (b".", b"?.", b"->", b"::")

    def _strength(self, index: int, token: bytes) -> float:
        """Tell how tightly the operator at a place binds."""
        before = self.tokens[index - 1]
        if token in _UNARY_SIGNS and not _is_value(before):
            return _UNARY
        if token == b">" and (before == b">" or self.tokens[index + 1][:1] == b">"):
            return _SHIFT
        return self.levels.get(token, _UNARY)

    def _comma(self, index: int) -> None:
        here = self.open[-1]
        here.commas += 1
        if here.bracket == b"{" and (self.language == "rust" or self.language in TYPED_SCRIPTS):
            self.out[index] = b""  # members of a type, and arms, are parted in several ways

    def _semicolon(self, index: int) -> None:
        here, before = self.open[-1], self.tokens[index - 1]
        here.ends += 1
        if here.bracket == b"(" or index - 1 == self.head_end != self.loop_end:
            return
        if self.language in NEWLINE_ENDED:
            needless = not self.in_go_head
        elif self.language == "rust":
            leaves = self._leaves(index)
            here.ends -= leaves
            needless = (before == b"}" and bool(self.out[index - 1])) or leaves
        else:
            needless = before == b"}"
        if needless:
            self.out[index] = b""

    def _leaves(self, index: int) -> bool:
        """Tell whether the last statement of a block leaves it: then its semicolon says nothing."""
        if self.tokens[index + 1] != b"}":
            return False
        for back in range(index - 1, max(index - _LOOK_BACK, 0), -1):
            token = self.tokens[back]
            if token in _STATEMENT_WORDS:
                return True
            if token in (b";", b"{", b"}"):
                return False
        return False

    def _close(self, index: int) -> None:
        if len(self.open) == 1:
            return
        here = self.open.pop()
        if here.bracket == b"{":
            self.open[-1].nested = True
            if self.language == "rust":
                self._unblock(here, index)
            elif here.ends == 1 and not here.nested and self.language in BRACES_OPTIONAL:
                self._unbrace(here.index, index)

    def _unbrace(self, start: int, end: int) -> None:
        """Drop the braces around one plain statement below a condition."""
        if self.tokens[end - 1] != b";" or self.tokens[start + 1] in _CONTROL:
            return
        if start - 1 == self.head_end or self.tokens[start - 1] in (b"else", b"do"):
            self.out[start] = self.out[end] = b""

    def _unblock(self, here: _Open, end: int) -> None:
        """Drop the braces around the one expression of a Rust arm or closure."""
        if (
            here.ends == 0
            and end - here.index > 1
            and self.tokens[here.index - 1] in _BEFORE_BLOCKS
        ):
            self.out[here.index] = self.out[end] = b""

    def _close_parenthesis(self, index: int) -> None:
        if len(self.open) == 1:
            return
        here = self.open.pop()
        if here.bracket != b"(":
            return
        if here.head:
            self.head_end = index
            if self.tokens[here.index - 2] == b"}":  # do … while (condition)
                self.loop_end = index
            needless = self.language in CONDITIONS_BARE and self.tokens[index + 1] == b"{"
        else:
            needless = self._is_needless(here, index)
        if needless:
            self.out[here.index] = self.out[index] = b""
            around = self.open[-1]
            around.lowest = min(around.lowest, here.lowest)
            around.chained = around.chained or here.chained

    def _is_needless(self, here: _Open, end: int) -> bool:  # noqa: PLR0911 - each reason to stay
        tokens, start = self.tokens, here.index
        before, first, last, after = (
            tokens[start - 1],
            tokens[start + 1],
            tokens[end - 1],
            tokens[end + 1],
        )
        if after == self._arrow():
            single = tokens[end - 1] is first and _is_value(first)
            return single and (not _is_value(before) or before == b"async")
        if here.commas or here.ends or end - start == 1:
            return False
        made = first == b"new" and last == b")" and after != b"("  # (new A()).b is new A().b
        if first in _STARTS_KEPT and not made:
            return False
        element = self.language in SCRIPTS and first == b"<" and last == b">"
        if element:
            here.lowest = _ATOM
        elif last in self.levels:
            return False
        if _is_value(before):
            return False
        left = self._left(before, start)
        right = self._right(after, first, here)
        if left is None or right is None:
            return False
        chain = here.lowest == left and before in (b"&&", b"||", b"?")
        fits_left = left < 0 or here.lowest > left or chain
        level = here.lowest == right and right not in (_TERNARY, _POWER)  # these group rightwards
        return fits_left and (here.lowest > right or level)

    def _arrow(self) -> bytes:
        return b"->" if self.language == "java" else b"=>"

    def _left(self, before: bytes, start: int) -> float | None:
        """Tell how tightly what stands before binds; -1 for not at all, None for unclear."""
        if before in _OPENERS or before in _BEFORE_GROUPS or before in (b":", b"as"):
            return -1
        if before in _UNARY_WORDS:
            return _UNARY
        if before == b">" and self.language not in _WITHOUT_GENERICS:
            return None  # a call with type arguments
        if before == b"!" and self.language == "rust" and _is_value(self.tokens[start - 2]):
            return None  # a macro
        if before in self.levels:
            level = self._strength(start - 1, before)
            return -1 if level == 0 else level
        return _UNARY if before in _UNARY_SIGNS else None

    def _right(self, after: bytes, first: bytes, here: _Open) -> float | None:
        """Tell how tightly what follows binds; -1 for not at all, None for unclear."""
        if after in _CLOSERS:
            return -1
        lines = self.language in NEWLINE_ENDED
        if after in _POSTFIX_SIGNS:
            if (
                here.chained
                or first[:1].isdigit()
                or (not lines and after in (b"(", b"!", b"++", b"--"))
            ):
                return None
            return _POSTFIX
        if after in self.levels:
            return self.levels[after]
        if after[0] in _WORD_STARTS or after[0] >= _LETTERS:
            return -1 if lines else None  # the next statement, or what is cast
        return None


def _is_value(token: bytes) -> bool:
    """Tell whether a value can end with a token: a word, a literal or a closing bracket."""
    if not token or token in _UNARY_WORDS or token in _BEFORE_GROUPS or token in _TABLE:
        return False
    return token in (b")", b"]", b"}") or token[0] in _WORD_STARTS or token[0] >= _LETTERS
