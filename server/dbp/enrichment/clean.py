"""Text on its way into a prompt and out of an answer: nothing invisible, nothing that acts.

`for_prompt` keeps the lines of a file where they are, so that line numbers still fit. `from_answer`
makes one inert paragraph of whatever a model wrote: no link, image, HTML, code, command or address
of any scheme is left in it. Both are pure, idempotent and linear in the length of their input.
"""

from __future__ import annotations

import html
import re
import unicodedata

MAX_ANSWER = 65_536
"""More of an answer's text than this is never looked at: no field is shown that long."""

_ROUNDS = 12
"""Marks nested deeper than this are no writing: such a text keeps only its words."""

# Letters that are drawn as nothing though their category is a letter's or a mark's: joiners,
# fillers, variation selectors. What cannot be seen by a person is not shown to a model.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset("\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029")
"""What Python, but no editor's line count, takes for the end of a line."""

# CSI, OSC and the like, device control strings, two-letter escapes. None reaches over a line end.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*+(?:\x07|\x9c|\x1b\\)"
    r"|\x1b[ -/]*+[0-~]"
)


def for_prompt(text: str) -> str:
    r"""Make a file's text fit for a prompt: visible letters, tabs and `\n` only.

    The number of lines, counted at `\n`, `\r\n` and `\r`, stays. Escape sequences, control,
    bidi, tag and zero-width letters, variation selectors, lone surrogates, private and unassigned
    code points are dropped; form feeds and Unicode's own line ends become spaces.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    changes = {ord(letter): _instead(letter) for letter in set(text) if not _kept(letter)}
    if not changes:
        return text
    return _ANSI.sub("", text).translate(changes)


def _kept(letter: str) -> bool:
    if " " <= letter <= "~" or letter in "\n\t":
        return True
    return (
        letter not in _SPACES
        and unicodedata.category(letter) not in _DROPPED
        and not _INVISIBLE.match(letter)
    )


def _instead(letter: str) -> str:
    return " " if letter in _SPACES else ""


# ── answers ────────────────────────────────────────────────────────────────────────────────────

_FENCE = re.compile(r"^[ \t]*+(?:`{3,}+|~{3,}+)[ \t]*+[\w+#.\-]*+[ \t]*+$", re.MULTILINE)
_MARKER = re.compile(r"^[ \t]*+(?:[-*+>](?=\s)|>|#{1,6}(?=\s|$)|\d{1,9}[.)](?=\s))", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*+(?:[-_*=~|:]{3,}+|`+)[ \t]*+$", re.MULTILINE)
_LINK = re.compile(
    r"(?<!\w)!?\[([^\[\]]{0,1000}+)\]"
    r"(?:\((?:[^()]|\([^()]{0,1000}+\)){0,4000}+\)|\[[^\[\]]{0,200}+\])"
)
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\w)([^*]{0,400}+)(?<=\w)\1(?![\w*])")

_TLD = "com|net|org|edu|gov|info|biz|io|dev|app|ai|co|me|cc|to|ly|ru|cn|de|uk|eu|xyz|top|site|link"
# An address ends where prose goes on; a bracket or a quote that opened before it is no part of it.
_REST = r"[^\s<>\"'`\[\]{}|^]*+"
_ADDRESS = re.compile(
    rf"[a-z][a-z0-9+.\-]{{0,40}}+:/{{2,}}+{_REST}"
    rf"|(?:javascript|vbscript|vscode(?:-insiders)?|command|mailto|data|file|tel|sms|blob|about|jar"
    rf"|view-source|magnet|livescript|ms-[a-z\-]{{1,30}}|intent|ssh|git|ftp|https?):(?=\S){_REST}"
    rf"|(?:javascript|vbscript|vscode(?:-insiders)?|mailto)\s?:"
    rf"|www\.{_REST}"
    rf"|(?<![\w:/])//[\w\-]{{1,63}}+(?:\.[\w\-]{{1,63}}+)++{_REST}"
    rf"|(?<![\w.\-])[\w.+\-]{{1,64}}+@[\w\-]{{1,63}}+(?:\.[\w\-]{{1,63}}+)++"
    rf"|(?<!\w)(?:[\w\-]{{1,63}}\.){{1,8}}(?:{_TLD})(?:(?::\d{{1,5}})?[/?]{_REST})"
    rf"|(?<!\w)(?:[\w\-]{{1,63}}\.){{1,8}}(?:com|org|info|biz|xyz)(?!\w|[.\-][^\W_])",
    re.IGNORECASE,
)
_TAGS = (
    "a|abbr|address|applet|area|article|aside|audio|b|base|bdi|bdo|blink|blockquote|body|br|button"
    "|canvas|caption|center|cite|code|col|colgroup|dd|del|details|dfn|dialog|div|dl|dt|em|embed"
    "|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i"
    "|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|meta|nav|noscript|object"
    "|ol"
    "|optgroup|option|p|param|picture|pre|q|s|samp|script|section|select|small|source|span|strong"
    "|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track"
    "|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(
    r"<!--(?:[^-]|-(?!->)){0,2000}+-->|</[^<>]*+>|<\s*+>|<[!?][^<>]*+>"
    rf"|<(?:{_TAGS})(?:[\s/][^<>]*+)?>",
    re.IGNORECASE,
)
_ICON = re.compile(r"\$\([^()\s]{0,100}+\)")
_ENTITY = re.compile(r"&(?=#?\w{1,40};|#)")
_GLUED = (
    (re.compile(r"<(?=[A-Za-z/!?])"), "< "),  # no tag begins with a space
    (re.compile(r"\](?=[(\[:])"), "] "),  # no link, footnote or link's definition has a space there
    (re.compile(r"!(?=\[)"), "! "),
    (re.compile(r"\$(?=\()"), "$ "),
    (re.compile(r":/{2,}+"), " "),
)
_LEADING = re.compile(
    r"^(?:#{1,6}(?:\s+|$)|>\s*+|[-*+](?:\s+|$)|(?:[-*_=~]\s?){3,}|\d{1,9}[.)](?:\s+|$))"
)
_BEFORE_STOP = re.compile(r" +(?=[,.;](?:\s|$))")
_NO_WORD = re.compile(r"[\W_]+")


def from_answer(text: str, limit: int) -> str:
    """Make one clean, inert paragraph of at most `limit` characters of a model's text.

    Links and images become their text; addresses of any scheme, mail addresses, HTML, entities,
    fences, backticks and icons go. What is too long is cut at a word and ends with `…`.
    """
    if limit <= 0:
        return ""
    now = text[:MAX_ANSWER]
    for _ in range(_ROUNDS):
        before, now = now, _cut(_reduced(now), limit)
        if now == before:
            return now
    return _cut(" ".join(_NO_WORD.sub(" ", for_prompt(now)).split()), limit)


def _reduced(text: str) -> str:
    """One round: every mark of one depth is taken away."""
    text = for_prompt(_decoded(text))
    text = _FENCE.sub(" ", text)
    text = _RULE.sub(" ", text)
    text = _MARKER.sub("", text).replace("`", "")
    for _ in range(_ROUNDS):
        before, text = text, _LINK.sub(r"\1", text)
        if text == before:
            break
    text = _ADDRESS.sub(_after_address, text)
    text = _ICON.sub("", _TAG.sub(" ", text))
    text = _EMPHASIS.sub(r"\2", text)
    text = _ENTITY.sub("", text)
    for mark, instead in _GLUED:
        text = mark.sub(instead, text)
    return _LEADING.sub("", _BEFORE_STOP.sub("", " ".join(text.split())))


def _decoded(text: str) -> str:
    for _ in range(_ROUNDS):
        before, text = text, html.unescape(text)
        if text == before:
            break
    return text


def _after_address(found: re.Match[str]) -> str:
    """The stop or the closing bracket behind an address belongs to the sentence."""
    address = found.group()
    kept = address.rstrip(".,;:!?")
    if kept.endswith(")") and kept.count(")") > kept.count("("):
        kept = kept[:-1]
    return " " + address[len(kept) :].replace(":", "")


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    if not text[limit - 1].isspace():
        # A word longer than half of what is allowed is cut itself, else nothing would be left.
        at = kept.rfind(" ")
        kept = kept[:at] if at >= limit // 2 else kept
    return kept.rstrip(" .,;:…") + "…"
