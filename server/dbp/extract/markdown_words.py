"""The words of a piece of Markdown without what only lays them out. Linear: all is bounded."""

from __future__ import annotations

import re

from dbp.extract.prose import one_line

_SPAN = re.compile(
    r"(?<!`)(`{1,8})(?!`)(?P<code>[^`]{1,300})(?<!`)\1(?!`)"
    r"|!?\[(?P<text>[^\[\]]{0,300})\](?:\([^()]{0,1024}\)|\[[^\[\]]{0,100}\])"
)
"""Code, or a link with its words; links in links are none, so reading ends."""

_EMPHASIS = re.compile(
    r"\*+(?=\S)|(?<=\S)\*+|`+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|</?[A-Za-z][^<>]{0,300}>"
)
_EXPLICIT = re.compile(r"[ \t]{0,9}\{:?[ \t]{0,9}#([\w.:-]{1,200}+)[^{}]{0,200}+\}[ \t]*$")


def plain(title: str, limit: int = 300) -> str:
    """Drop emphasis and links from a title, keep its words; titles are short."""
    return one_line(words(_EXPLICIT.sub("", title[:1000])), limit)


def words(text: str) -> str:
    """Drop what only lays text out; the inside of code stays as it is."""
    parts, last = [], 0
    for match in _SPAN.finditer(text):
        parts.append(_EMPHASIS.sub("", text[last : match.start()]))
        parts.append(match["code"] if match["text"] is None else words(match["text"]))
        last = match.end()
    return "".join([*parts, _EMPHASIS.sub("", text[last:])])
