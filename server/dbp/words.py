"""From names to the words in them: `getHTTPResponse_v2` is get, http, response, v2.

Pure and small, because the parser processes split the names of every symbol with it and queries are
split by the same rules. A name is cut where small letters or digits meet a capital, where capitals
end before a word (`HTTPResponse`), and where a digit meets a word of its own (`base64encode`, but
not `i2c`). Whatever is neither letter nor digit parts words as well.
"""

from __future__ import annotations

import re
from itertools import pairwise

MAX_NAME = 300
"""Characters of a name that are looked at: longer ones are generated, and nobody types them."""

_CHUNK = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z_./ -]*|[A-Z_]*")
"""Names that hold no word but those a tokenizer sees: most of them, told at once."""

_CUT = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])"
    r"|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))(?![A-Z]v[0-9])"  # but URLs and IPv4 stay whole
    r"|(?<=[0-9])(?=[a-z]{2})"
)
# The same for other scripts, on classes: `A` capital, `a` small, `0` digit, `o` without case.
_CLASS_CUT = re.compile(r"(?<=[a0])(?=A)|(?<=A)(?=Aa)|(?<=0)(?=aa)|(?<=o)(?=[Aa])|(?<=[Aa])(?=o)")


def split(name: str) -> list[str]:
    """Split a name into its words, in lower case."""
    return [word for chunk in chunks(name) for word in parts(chunk)]


def chunks(name: str) -> list[str]:
    """Give the runs of letters and digits of a name, as they are written."""
    return _CHUNK.findall(name[:MAX_NAME])


def parts(chunk: str) -> list[str]:
    """Split one run of letters and digits."""
    if chunk.isascii():
        return [part.lower() for part in _CUT.split(chunk)]
    classes = "".join(map(_class, chunk))
    cuts = [match.start() for match in _CLASS_CUT.finditer(classes)]
    ends = [0, *cuts, len(chunk)]
    return [chunk[a:b].lower() for a, b in pairwise(ends)]


def hidden(name: str) -> str:
    """Give the words of a name that only splitting finds, one blank between them; mostly none.

    A tokenizer that parts words at what is neither letter nor digit finds all others by itself.
    """
    if _PLAIN.fullmatch(name):
        return ""
    found: list[str] = []
    for chunk in chunks(name):
        split_up = parts(chunk)
        if len(split_up) > 1:
            found += split_up
    return " ".join(found)


def _class(character: str) -> str:
    if character.isupper() or character.istitle():
        return "A"
    if character.islower():
        return "a"
    return "0" if character.isnumeric() and not character.isalpha() else "o"
