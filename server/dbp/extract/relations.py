"""Lines of a document that say what it depends on and what it has an impact on.

```
Depends on: [Design](DESIGN.md)
## doc/DATA_MODEL.md
- **Depends on**: [DESIGN.md](#designmd) - Topic: System architecture - Scope: all of it
- Impacts:
  - `doc/API.md`
```

Below a heading that names a document, the lines speak of that document: it is kept as the one
entry of `Reference.names`. A link to a place in the same page that is called like a document, as
above, names that document. Nothing but paths is read: `Depends on: nothing` is no relation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from dbp.extract.markdown_links import MAX_LINE, leads_inside, span
from dbp.extract.registry import known_extension
from dbp.model import Reference

MAX_RELATIONS = 2000

_LABEL = re.compile(
    r"\s{0,20}(?:[-*+]\s{1,4}|\d{1,3}[.)]\s{1,4}|#{1,6}\s{1,4})?[*_]{0,3}"
    r"(depends[ -]?on|impacts|implements|extends)[*_]{0,3}\s{0,3}(:?)[*_]{0,3}",
    re.IGNORECASE,
)
_TRACES = ("epends", "mpacts", "mplements", "xtends", "EPENDS", "MPACTS")
_ROLES = {"impacts": "impacts"}
"""What a document implements or extends it depends on; so do all labels but this one."""

_BULLET = re.compile(r"\s{0,20}(?:[-*+]|\d{1,3}[.)])\s")
_NAMED = re.compile(
    r"\[([^\[\]]{1,300})\]\(\s{0,9}<?([^\s()<>]{1,1024}+)[^()]{0,300}\)|`([^`\s]{1,400})`"
    r"|(?<![\w/.`\[(])([\w./+-]{1,400}+)"
)
_WORDS_FOLLOW = re.compile(r"\s[-–—]{1,3}\s|\s\(|:\s")
"""Where the names of a line end and what is said about them begins."""

_JOINING = frozenset({"and", "or"})


def may_relate(text: str) -> bool:
    """Tell quickly whether a document has any line of this kind."""
    return any(trace in text for trace in _TRACES)


def read_relations(
    visible: Iterable[tuple[int, str]], headings: Mapping[int, str]
) -> list[Reference]:
    """Read the relations in numbered lines; `headings` gives the titles by line."""
    found: list[Reference] = []
    source: tuple[str, ...] = ()
    standing = ""
    for number, line in visible:
        title = headings.get(number)
        label = _LABEL.match(line) if may_relate(line) and len(line) <= MAX_LINE else None
        if title is not None:
            standing = ""
            if label is None:
                source, named = _named_by(number, line, title)
                found += named
        if label is not None and (label[2] or title is not None):
            role = _ROLES.get(label[1].lower(), "depends-on")
            items = list(_relations(number, line, label.end(), role, source))
            found += items
            standing = "" if items or line[label.end() :].strip(" :*_") else role
        elif standing and _BULLET.match(line):
            found += _relations(number, line, 0, standing, source)
        elif line.strip():
            standing = ""
        if len(found) >= MAX_RELATIONS:
            break
    return found[:MAX_RELATIONS]


def _relations(
    number: int, line: str, start: int, role: str, source: tuple[str, ...]
) -> Iterator[Reference]:
    for target, column in _targets(line, start):
        place = span(number, line, column, len(target))
        yield Reference("relation", target, place, source, role)


def _named_by(number: int, line: str, title: str) -> tuple[tuple[str, ...], list[Reference]]:
    """Read the document that a heading names, if it names one and nothing else."""
    bare = title.strip().strip("*_ ")
    for target, column in _targets(line, line.find(title)):
        if bare == target:
            return (target,), [Reference("mention", target, span(number, line, column, len(bare)))]
        if bare.strip("`") == target or (bare[:1] == "[" and bare[-1:] == ")"):
            return (target,), []  # a reference already
    return (), []


def _targets(line: str, start: int) -> Iterator[tuple[str, int]]:
    """Find the paths that a line names from a column on, before it goes on in words."""
    last = start
    for match in _NAMED.finditer(line, start):
        between = line[last : match.start()]
        if last > start and _WORDS_FOLLOW.search(between):
            return
        group = match.lastindex or 0
        target, place = match[group], match.start(group)
        if group == 2 and target.startswith("#"):  # noqa: PLR2004  # the link's target
            target, place = match[1].strip("`"), line.index(match[1].strip("`"), match.start(1))
        if group == 4:  # noqa: PLR2004  # a bare word
            target = target.rstrip(".")
        if _is_document(target):
            yield target, place
            last = match.end()
        elif last > start and target not in _JOINING:
            return


def _is_document(target: str) -> bool:
    if any(map(str.isspace, target)) or not leads_inside(target):
        return False
    path = target.partition("#")[0]
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    return bool(dot and stem.rstrip(".")) and known_extension(extension)
