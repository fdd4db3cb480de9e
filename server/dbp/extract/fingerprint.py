"""Fingerprints that laying code or words out anew does not change.

Code is its tokens in their order, less what formatters put in and take out: comments, whitespace,
trailing commas, semicolons that end a line, quotes of another kind, parentheses and braces that
change nothing. Every other token counts. Only compared with fingerprints made here.
"""

from __future__ import annotations

import re

from dbp.extract.parentheses import lay_bare
from dbp.extract.tokens import C_LIKE, INSERTED, SCRIPTS, tokens_of
from dbp.hashing import short_hash

MAX_CODE_BYTES = 1_000_000
"""More is generated; its beginning and its length make the fingerprint."""

_END = b"\0"
_JOINED_STRINGS = frozenset({"java", "csharp"}) | SCRIPTS
_TRAILING = re.compile(rb",\0(?=[)\]}>]\0)")
_ESCAPED = re.compile(rb"\\(['\"])|(\\[\s\S])")
_INSERTED = re.compile(INSERTED)
_BLOCK_INDENT = re.compile(rb"\n\s++")
_KEY = re.compile(rb'(?<=[{,;]\0)"([A-Za-z_$][\w$]*+)"(?=\0\??\0?:\0)')
_NEW = re.compile(rb"(\0new\0(?:[\w$]++\0(?:\.\0)?){1,8}+)\(\0\)\0")
_LEADING_BAR = re.compile(rb"(?<=\0[=:<(,]\0)[|&]\0")
_LITERAL = re.compile(rb"(?<=\0)(\d[\w]*+)(\.\d[\w]*+)?(?=\0)")
_SHELL_BREAKS = re.compile(rb"(?<=\0)(?:[;\n]\0)++")
_SHELL_INSERTED = re.compile(rb"\$\((?:[^()]|\([^()]*+\))*+\)")
_SHELL_LAYOUT = re.compile(rb"[\s;]++")
_SHELL_NEEDLESS = re.compile(
    rb"(?<=\0)(then|do|else|in|\{|\$?\(|\||&&|\|\||;;|&)\0\n\0|(?<=\0\)\0)\n\0(?=[({]\0)"
    rb"|(?<=\0)\n\0(?=(?:;;|\))\0)"
)
_SHELL_LAST_CASE = re.compile(rb"(?<=\0)(?:;;\0|\n\0){1,4}+(?=esac\0)")
_BACKTICKS = re.compile(rb"(?<!\\)`([^`\\]*+)`")
_DECORATION = frozenset("*/#!=-_~+<>|")
_DOC_MARKER = re.compile(r"^[ \t]*+(?:/\*[*!]*+<?|//[/!]*+<?|#++|--++|\*++(?!/))", re.MULTILINE)


def code_fingerprint(text: bytes, language: str) -> str:
    """Give the fingerprint of a piece of code: 16 hex digits.

    `python` is for what the standard library's parser cannot read; see `python_code`.
    """
    if language == "python":
        from dbp.extract.python_code import source_hash

        return source_hash(text.decode("utf-8", "replace"))
    tail = str(len(text)).encode() if len(text) > MAX_CODE_BYTES else b""
    tokens = tokens_of(text[:MAX_CODE_BYTES], language)
    if language == "shellscript":
        return short_hash(_shell(tokens) + tail)
    if language in SCRIPTS:
        tokens = [_unquoted(token) if token[0] in b"'\"`" else token for token in tokens]
    if language in C_LIKE or language in _JOINED_STRINGS:
        tokens = _strings_joined(tokens, language)
    joined = _END.join((b"", *lay_bare(tokens, language), b""))
    if language in _JOINED_STRINGS:
        joined = joined.replace(b'"\0+\0"', b"")
    return short_hash(_settled(joined, language) + tail)


def doc_fingerprint(text: str) -> str:
    """Give the fingerprint of a doc comment's words; empty when it has none."""
    if "*" in text or "/" in text or "#" in text or "--" in text:
        text = _DOC_MARKER.sub(" ", text.replace("*/", " "))
        words = [word for word in text.split() if not _DECORATION.issuperset(word)]
    else:
        words = text.split()
    return short_hash(" ".join(words).encode("utf-8", "replace")) if words else ""


def _settled(joined: bytes, language: str) -> bytes:
    """Settle what is seen best in a row of tokens: last commas, a script's names and numbers."""
    if b'"""' in joined:
        joined = _BLOCK_INDENT.sub(b"\n", joined)
    if language in SCRIPTS:
        joined = _KEY.sub(rb"\1", joined)
        if b"\0new\0" in joined:
            joined = _NEW.sub(rb"\1", joined)
        joined = _LEADING_BAR.sub(b"", joined.replace(b'{\0" "\0}\0', b""))
        joined = _LITERAL.sub(_plain_number, joined)
    return _TRAILING.sub(b"", joined)


def _strings_joined(tokens: list[bytes], language: str) -> list[bytes]:
    """Make one string of those that a formatter parts where a line is too long."""
    parted = b'"\0"' if language in C_LIKE else b'"\0+\0"'
    joined = _END.join(tokens)
    return joined.replace(parted, b"").split(_END) if parted in joined else tokens


def _unquoted(token: bytes) -> bytes:
    """Write a string of a script in double quotes, whatever it was in."""
    if token[0] == b"`"[0]:
        return _INSERTED.sub(_tightened, token) if b"${" in token else token
    inside = token[1:-1]
    if b"\\" in inside:
        inside = _ESCAPED.sub(lambda match: match[1] or match[2], inside)
    return b'"%s"' % inside


def _tightened(match: re.Match[bytes]) -> bytes:
    """Write code inside a template without spaces, its strings in double quotes."""
    return b"".join(match[0].split()).replace(b"'", b'"')


def _plain_number(match: re.Match[bytes]) -> bytes:
    fraction = (match[2] or b"").lower()
    if fraction.strip(b".0123456789") == b"":
        fraction = fraction.rstrip(b"0").rstrip(b".")
    return bytes(match[1].lower() + fraction)


def _shell_string(token: bytes) -> bytes:
    """Write the commands in a string without layout: formatters reach into strings too."""
    if b"`" in token:
        token = _BACKTICKS.sub(rb"$(\1)", token)
    if b"$(" in token:
        token = _SHELL_INSERTED.sub(lambda match: _SHELL_LAYOUT.sub(b"", match[0]), token)
    return token


def _shell(tokens: list[bytes]) -> bytes:
    """Let a semicolon be a line's end, drop line ends that end nothing, write `a` as $(a)."""
    for count, index in enumerate([at for at, token in enumerate(tokens) if token == b"`"]):
        tokens[index] = b")" if count % 2 else b"$("
    words = [_shell_string(token) if token[0] == b'"'[0] else token for token in tokens]
    joined = _SHELL_BREAKS.sub(b"\n\0", _END.join((b"", *words, b"\n", b"")))
    joined = _SHELL_LAST_CASE.sub(b"\n\0", joined)
    return _SHELL_NEEDLESS.sub(lambda match: match[1] + _END if match[1] else b"", joined)
