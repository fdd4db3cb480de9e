"""Macros out of the way of the C++ grammar, which knows the language without them.

`class LIB_API Name {`, `LIB_INLINE int f() LIB_NOEXCEPT {` and `LIB_NAMESPACE_BEGIN` on a line of
its own lead a parser astray that cannot look macros up, and it loses whole classes. What is written
in capitals in such a place is blanked for the parser alone, byte for byte, so that every offset
stays. Inside function bodies this may blank too much, and does not matter: nothing is read there.
"""

from __future__ import annotations

import re

_CALL = rb"(?:[ \t]?\((?:[^()]++|\([^()]*+\))*+\))?"
_MACRO = rb"[A-Z][A-Z0-9]*_[A-Z0-9_]*+\b" + _CALL

_BEHIND = re.compile(
    rb"(\)\s*+(?:const\b\s*+)?(?:&&?\s*+)?)((?:[A-Z][A-Z0-9_]{3,}+\b" + _CALL + rb"\s*+){1,8}+)"
    rb"(?=[{;:=]|->|const\b|override\b|final\b|noexcept\b)"
)
"""Behind the parameters of a function, in front of its body or end."""

_CLASS = re.compile(
    rb"(\b(?:class|struct|union)\s++)((?:[A-Z][A-Z0-9_]{3,}+\b" + _CALL + rb"\s++){1,8}+)"
    rb"(?=[A-Za-z_][\w:]*+(?:<[^<>;{}]*+>)?\s*+(?:final\s*+)?[:{;])"
)
"""Between `class` and its name."""

_BEFORE = re.compile(
    rb"(^[ \t]*+(?:(?:static|inline|virtual|explicit|constexpr|friend|extern|\"C\""
    rb"|template\s*+<[^<>;{}()]*+>)\s++){0,8}+|[;{}][ \t]*+|\*/[ \t]*+)((?:"
    + _MACRO
    + rb"\s++){1,8}+)(?=[A-Za-z_:~/#\[])",
    re.MULTILINE,
)
"""In front of a declaration, or alone where one may stand."""

_STATEMENT = re.compile(
    rb"(^[ \t]*+)([A-Z][A-Z0-9_]{2,}+\((?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+\))(?=[ \t]*+;)"
    rb"|(^[ \t]*+)([A-Z][A-Z0-9]*_[A-Z0-9_]*+[ \t]*+:(?=[ \t]*+\r?$))",
    re.MULTILINE,
)
"""As a declaration of its own, or as an access label."""

_NULLABILITY = re.compile(rb"()\b(absl_nonnull|absl_nullable|_Nonnull|_Nullable)\b")
"""What two compilers and the library most built on take between a pointer and its name."""

# Eight in a row are more than anybody writes, and repetition without end is a way to hang.

_LETTER = re.compile(rb"[^\s]")


def without_macros(text: bytes) -> bytes:
    """Blank macros that stand where C++ has no word of its own."""
    for pattern in (_CLASS, _BEHIND, _STATEMENT, _BEFORE, _NULLABILITY):
        text = pattern.sub(_blank, text)
    return text


def _blank(match: re.Match[bytes]) -> bytes:
    last = match.lastindex or 0  # the groups come in pairs: what is kept, what is not
    return match[last - 1] + _LETTER.sub(b" ", match[last])
