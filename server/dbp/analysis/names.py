"""Did you mean …: what a reference that leads nowhere was probably meant to name."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple
from urllib.parse import quote, unquote

from dbp.analysis.references import bare_target
from dbp.paths import parent

MOST = 3
"""Suggestions for one reference: more are a list, no help."""

_LOOKED_AT = 50
_BEGINNING = 3
"""Letters of a name that a slip of the pen is expected to leave alone."""

_ALIKE = 0.8
"""A ratio of `difflib`: about one slip in five letters."""

_SAFE = "/-._~!$&'*+,;=:@"


class Suggestion(NamedTuple):
    """A file that may be meant: its key, and the target as it would be written."""

    key: str
    target: str


class NameIndex:
    """The base names of a workspace in memory: `files_named` for whoever looks at all files."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Take the keys of all files."""
        self._names = sorted((path.rpartition("/")[2].lower(), path) for path in paths)

    def files_named(self, beginning: str) -> Sequence[str]:
        """List some keys whose last part begins like this, in any case of letters."""
        wanted = beginning.lower()
        start = bisect_left(self._names, (wanted,))
        some = self._names[start : start + 4 * _LOOKED_AT]
        return [path for name, path in some if name.startswith(wanted)]


def suggest(
    target: str, source: str, files_named: Callable[[str], Sequence[str]], kind: str = "link"
) -> tuple[Suggestion, ...]:
    """Find files that a target in `source` may mean, the likeliest first, at most three.

    They have the same name elsewhere or in another case, another ending, or a name with a slip in
    it. `kind` is the reference's.
    """
    path = bare_target(target)
    name = path.rstrip("/").rpartition("/")[2]
    if not name or name in (".", ".."):
        return ()
    same = list(files_named(name))[:_LOOKED_AT]
    near = [] if same else list(files_named(name[:_BEGINNING]))[: 4 * _LOOKED_AT]
    wanted = posixpath.normpath(posixpath.join("/" + parent(source), path))[1:]
    scored = []
    for key in dict.fromkeys([*same, *near]):
        likeness = _likeness(name, key.rpartition("/")[2])
        if likeness >= _ALIKE and key != source:
            scored.append((-likeness, -_shared(wanted, key), len(key), key))
    return tuple(
        Suggestion(item[-1], written_like(target, source, item[-1], kind))
        for item in sorted(scored)[:MOST]
    )


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Find the names most like one that does not exist: headings, symbols."""
    lowered = name.lower()
    scored = []
    for one in names:
        last = one.rpartition(".")[2]
        likeness = max(_likeness(lowered, one.lower()), _likeness(lowered, last.lower()))
        if likeness >= _ALIKE:
            scored.append((-likeness, one))
    return tuple(one for _, one in sorted(scored)[:MOST])


def _likeness(wanted: str, name: str) -> float:
    """Compare two names, from 0 to 1: equal, of another case, another ending, nearly equal."""
    if wanted == name:
        return 1.0
    if wanted.lower() == name.lower():
        return 0.99
    stem, other = posixpath.splitext(wanted.lower())[0], posixpath.splitext(name.lower())[0]
    if stem == other:
        return 0.95
    if abs(len(wanted) - len(name)) > max(2, len(wanted) // 3) or len(wanted) > 200:  # noqa: PLR2004  # no slip is that long
        return 0.0
    return 0.9 * SequenceMatcher(None, wanted.lower(), name.lower(), autojunk=False).ratio() + 0.09


def _shared(wanted: str, key: str) -> int:
    """Count the folders that two paths have in common at their ends and beginnings."""
    left, right = wanted.split("/")[:-1], key.split("/")[:-1]
    ends = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        ends += 1
    begins = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        begins += 1
    return ends + begins


def written_like(target: str, source: str, key: str, kind: str = "link") -> str:
    """Write the path of a key as `target` is written in `source`, fragment kept.

    A target that begins with `/` counts from the workspace root; a header's and a mention's does
    unless it says `./` or `../`; any other counts from the file.
    """
    path, mark, fragment = target.strip().strip("`<>").partition("#")
    if path.startswith("/"):
        new = "/" + key
    elif kind in ("link", "relation") or path.startswith(("./", "../")):
        new = posixpath.relpath("/" + key, "/" + parent(source))
        new = "./" + new if path.startswith("./") and not new.startswith(".") else new
    else:
        new = key
    if unquote(path) != path or (kind == "link" and any(c in new for c in " ()<>")):
        new = quote(new, safe=_SAFE)
    return new + mark + fragment


def index_of(paths: Iterable[str]) -> Callable[[str], Sequence[str]]:
    """Make the door `Subject.files_named` over these keys."""
    return NameIndex(paths).files_named
