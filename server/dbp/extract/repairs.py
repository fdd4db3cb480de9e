"""TypeScript that its grammar cannot read, spelled for the parser alone so that it can.

Byte for byte, so that every offset stays. Tried only for files that did not parse: an overload that
begins with `<` on a line of its own is taken for the type arguments of the line above, `type` for
the keyword where it is a name, and `in out` is unknown.
"""

from __future__ import annotations

import re

_OVERLOAD = re.compile(rb"(?<=\n)[ \t]++(?=<[ \t\r\n]*+[A-Za-z_$])")
_NAMED_TYPE = re.compile(rb"\btype(?=[ \t]++extends\b)")
_VARIANCE = re.compile(rb"(?<=[<,\s])in out(?=[ \t]++[A-Za-z_$])")
_COMMENT_LINE = re.compile(rb"[ \t]*+(?://|/?\*)")
_GOES_ON = frozenset(b"=(,<|&?:[+!")
_MAX_COMMENT_LINES = 60


def repaired(text: bytes) -> bytes:
    """Spell a text so that the grammar reads it; the same text where there is nothing to mend."""
    text = _VARIANCE.sub(b"      ", _NAMED_TYPE.sub(b"Type", text))
    pieces, last = [], 0
    for match in _OVERLOAD.finditer(text):
        if not _goes_on(text, match.start()):
            pieces += [text[last : match.end() - 1], b";"]
            last = match.end()
    return b"".join([*pieces, text[last:]]) if pieces else text


def _goes_on(text: bytes, start: int) -> bool:
    """Tell whether the last line of code above a line start asks for more."""
    for _ in range(_MAX_COMMENT_LINES):
        end = start - 1
        start = text.rfind(b"\n", 0, max(end, 0)) + 1
        line = text[start:end].rstrip()
        if line and not _COMMENT_LINE.match(line):
            return line[-1] in _GOES_ON or line.endswith((b"=>", b"{"))
        if not start:
            return True
    return True
